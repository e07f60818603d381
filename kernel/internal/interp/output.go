package interp

import (
	"io"
	"os"
	"sync"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
)

// output brings what interpreted code prints to the place that its origin
// says, and keeps descriptors and events in one order by barriers.
type output struct {
	origins *origins
	conn    *eval.Conn
	token   [eval.TokenSize]byte
	// files are copies of descriptor 1 and 2 of our own: a cell may close os.Stdout.
	files [2]*os.File

	events sync.Mutex // held from an event's barrier to its sending, so that both have one order
	mu     sync.Mutex // guards what follows and the order of writes
	last   int        // file of the last write since a barrier
	number uint64     // of the last barrier
	id     int        // Run whose text goes to the descriptors; 0: none runs
	wrote  time.Time  // the last write to a descriptor
}

var streams = [2]string{"stdout", "stderr"}

func newOutput(origins *origins, conn *eval.Conn, token [eval.TokenSize]byte) (*output, error) {
	o := &output{origins: origins, conn: conn, token: token}
	for i, f := range []*os.File{os.Stdout, os.Stderr} {
		var err error
		if o.files[i], err = childproc.Duplicate(f); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// write takes one write of interpreted code to stream 0 or 1.
func (o *output) write(stream int, p []byte) (int, error) {
	org := o.origins.current()
	if org == nil {
		return childproc.Write(o.files[stream], p)
	}
	org.leave()
	if len(p) == 0 {
		return 0, nil
	}
	if org.sink != nil {
		return o.origins.capturedWrite(org, stream, p)
	}
	o.mu.Lock()
	if org.id == o.id {
		defer o.mu.Unlock()
		if paused := o.pause(); paused || o.last != stream {
			if err := o.barrier(false); err != nil {
				return 0, err
			}
			o.last = stream
		}
		return childproc.Write(o.files[stream], p)
	}
	o.mu.Unlock()
	if err := o.conn.SendEvent(&eval.Event{ID: org.id, Stream: &eval.Stream{Name: streams[stream], Text: p}}); err != nil {
		return 0, err
	}
	return len(p), nil
}

// programTime is less than it takes to run a program: between two writes that
// are closer there was none.
const programTime = 100 * time.Microsecond

// pause tells whether another program may have written to a stream since the
// last write. Text that is written now then stands behind a barrier. (To ask the
// other pipe for unread bytes is not enough: the kernel may have taken them a moment
// ago and not have delivered them.) It needs mu.
func (o *output) pause() bool {
	before := o.wrote
	o.wrote = time.Now()
	return o.wrote.Sub(before) > programTime
}

// barrier needs mu.
func (o *output) barrier(event bool) error {
	o.number++
	b := eval.Barrier{Number: o.number, Event: event}.Append(make([]byte, 0, 32), &o.token)
	for _, f := range o.files {
		if _, err := childproc.Write(f, b); err != nil {
			return err
		}
	}
	return nil
}

// send sends an event that comes after all that was printed before.
func (o *output) send(e *eval.Event) error {
	o.events.Lock()
	defer o.events.Unlock()
	o.mu.Lock()
	if err := o.barrier(true); err == nil {
		e.Barrier = o.number
	} // or the descriptors are broken, and there is nothing to be in order with
	if e.Done != nil {
		o.id = 0
	}
	o.mu.Unlock()
	if err := o.conn.SendEvent(e); err != nil {
		// The descriptors wait for an event of this number.
		o.conn.SendEvent(&eval.Event{Barrier: e.Barrier})
		return err
	}
	return nil
}

// begin makes Run id the one whose text goes to the descriptors.
func (o *output) begin(id int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.id = id
}

// stream is what interpreted code has for standard output or error.
type stream struct {
	out   *output
	index int
}

func (s stream) Write(p []byte) (int, error) { return s.out.write(s.index, p) }

var _ io.Writer = stream{}
