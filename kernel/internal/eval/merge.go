package eval

import (
	"bytes"
	"errors"
	"os"
	"sync"
	"time"
)

// Output is one thing that a cell shows. Exactly one field is set.
type Output struct {
	Stream  *Stream
	Display *Display
	Clear   *Clear
	Result  *Bundle
	Input   *InputRequest
	Comm    *Comm
}

// merger puts the text of the two descriptors and the events into one order.
// Three goroutines bring them, one a channel; each passes a barrier only when
// the others have come to it, and delivers while it holds mu, so that the
// receiver sees one output at a time and a slow one holds back the writers.
type merger struct {
	mu         sync.Mutex // guards what follows, and the order of deliveries
	cond       *sync.Cond // a barrier was reached or released
	reached    [2]uint64  // last barrier read on descriptor 1 and 2
	released   uint64     // last barrier whose event was delivered
	ended      [3]bool    // descriptor 1, descriptor 2, control: closed
	id         int        // Run that text belongs to: the running one, or the last
	receiver   func(Output)
	background func(id int, o Output)
}

const control = 2 // index in merger.ended

var streamNames = [2]string{"stdout", "stderr"}

func newMerger(background func(int, Output)) *merger {
	m := &merger{background: background}
	m.cond = sync.NewCond(&m.mu)
	return m
}

// begin makes r the receiver of what Run id shows.
func (m *merger) begin(id int, r func(Output)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.id, m.receiver = id, r
}

// text delivers text of descriptor i.
func (m *merger) text(i int, p []byte) {
	if len(p) == 0 {
		return
	}
	o := Output{Stream: &Stream{Name: streamNames[i], Text: bytes.Clone(p)}}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deliver(m.id, o)
}

// deliver needs mu.
func (m *merger) deliver(id int, o Output) {
	switch {
	case m.receiver != nil && (id == m.id || id == 0):
		m.receiver(o)
	case m.background != nil:
		if id == 0 {
			id = m.id
		}
		m.background(id, o)
	}
}

// pass waits at a barrier of descriptor i until text may go on.
func (m *merger) pass(i int, b Barrier) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reached[i] = b.Number
	m.cond.Broadcast()
	for !m.met(b.Number) || b.Event && m.released < b.Number && !m.ended[control] {
		m.cond.Wait()
	}
}

// met tells whether both descriptors have come to barrier n. It needs mu.
func (m *merger) met(n uint64) bool {
	for i, r := range m.reached {
		if r < n && !m.ended[i] {
			return false
		}
	}
	return true
}

// event calls f, with mu held, when all text before the event's barrier is
// delivered.
func (m *merger) event(e *Event, f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.met(e.Barrier) {
		m.cond.Wait()
	}
	f()
	m.released = max(m.released, e.Barrier)
	m.cond.Broadcast()
}

// end marks a channel as closed: nobody waits for it any more.
func (m *merger) end(i int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended[i] = true
	m.cond.Broadcast()
}

// reader reads one descriptor of the evaluator. Its goroutine ends at end of
// file or after drain.
type reader struct {
	index int
	file  *os.File
	token *[TokenSize]byte
	m     *merger
	crash Crash // of descriptor 2
}

// pipeBuffer is as large as Linux's largest pipe for ordinary users: a
// smaller one cost 40 % more for 100,000 short lines.
const pipeBuffer = 1 << 20

// quiet is how long a descriptor is waited for once its process has ended: a
// process that nobody can find may hold it open.
const quiet = 200 * time.Millisecond

func (r *reader) run() {
	defer r.m.end(r.index)
	buf := make([]byte, pipeBuffer)
	kept := 0 // bytes at the start of buf that may begin a barrier
	for {
		if r.crash.final.Load() {
			r.file.SetReadDeadline(time.Now().Add(quiet))
		} else if d := r.crash.Patience(); d > 0 {
			r.file.SetReadDeadline(time.Now().Add(d))
		}
		n, err := r.file.Read(buf[kept:])
		data := buf[:kept+n]
		for found := true; found; {
			var text []byte
			var b Barrier
			text, b, data, found = cut(data, r.token)
			r.text(text)
			if found {
				r.m.text(r.index, r.crash.Release())
				r.m.pass(r.index, b)
			}
		}
		kept = copy(buf, data)
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && !r.crash.final.Load():
			r.m.text(r.index, r.crash.Release())
			r.file.SetReadDeadline(time.Time{})
			if r.crash.final.Load() { // drain set its deadline meanwhile
				r.drain()
			}
		default:
			r.text(buf[:kept])
			return
		}
	}
}

func (r *reader) text(p []byte) {
	if r.index == 1 {
		p = r.crash.Hold(p)
	}
	r.m.text(r.index, p)
}

// drain makes run end once the pipe is empty.
func (r *reader) drain() {
	r.crash.Final()
	r.file.SetReadDeadline(time.Now().Add(quiet))
}
