package eval

import (
	"bytes"
	"errors"
	"os"
	"sync"
	"time"

	"iyagi/kernel/internal/childproc"
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
// Three goroutines bring them, one a channel. Each takes bytes out of its pipe,
// waits at barriers for the others, and delivers while it holds mu, so that
// the receiver sees one output at a time and a slow one holds back the writers.
//
// What other programs write to both descriptors has no barriers. Since bytes
// leave a pipe under mu alone, the reader of descriptor 2 can let that of
// descriptor 1 go first when both have some: a program's results stand before its
// complaint about them, as it most often wrote them.
type merger struct {
	mu         sync.Mutex // guards what follows, and the order of deliveries
	cond       *sync.Cond // something below has changed
	stdout     *os.File   // descriptor 1
	reached    [2]uint64  // last barrier read on descriptor 1 and 2
	waits      [2]Barrier // where the descriptor's reader waits; zero: it does not
	holds      bool       // the reader of descriptor 1 has read what it has not delivered
	first      int        // bytes of descriptor 1 that go before what was read of 2; -1: any
	released   uint64     // last barrier whose event was delivered
	ended      [3]bool    // descriptor 1, descriptor 2, control: closed
	id         int        // Run that text belongs to: the running one, or the last
	receiver   func(Output)
	background func(id int, o Output)
}

const control = 2 // index in merger.ended

var streamNames = [2]string{"stdout", "stderr"}

func newMerger(background func(int, Output)) *merger {
	m := &merger{background: background, first: -1}
	m.cond = sync.NewCond(&m.mu)
	return m
}

// begin makes r the receiver of what Run id shows.
func (m *merger) begin(id int, r func(Output)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.id, m.receiver = id, r
}

// lock is taken by the reader of descriptor i before it reads. It returns how
// much may be read; 0: any.
func (m *merger) lock(i int) int {
	m.mu.Lock()
	for i == 0 && m.first == 0 {
		m.cond.Wait()
	}
	if i == 0 && m.first > 0 {
		return m.first
	}
	return 0
}

// yield makes the reader of descriptor 2, which has text to deliver, wait until
// that of descriptor 1 has delivered what it holds and what stands in its pipe
// now, and no more. It needs mu.
func (m *merger) yield() {
	m.first = childproc.Pending(m.stdout)
	m.cond.Broadcast()
	for (m.first > 0 || m.holds) && !m.blocked(0) && !m.ended[0] {
		m.cond.Wait()
	}
	m.first = -1
}

// unlock is called when the reader has delivered what it read.
func (m *merger) unlock() {
	m.cond.Broadcast()
	m.mu.Unlock()
}

// text delivers text of descriptor i. It needs mu.
func (m *merger) text(i int, p []byte) {
	if len(p) > 0 {
		m.deliver(m.id, Output{Stream: &Stream{Name: streamNames[i], Text: bytes.Clone(p)}})
	}
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

// pass waits at a barrier of descriptor i until text may go on. It needs mu.
func (m *merger) pass(i int, b Barrier) {
	m.reached[i], m.waits[i] = b.Number, b
	m.cond.Broadcast()
	for m.blocked(i) {
		m.cond.Wait()
	}
	m.waits[i] = Barrier{}
}

// blocked tells whether the reader of descriptor i must wait at a barrier. It needs mu.
func (m *merger) blocked(i int) bool {
	b := m.waits[i]
	return !m.met(b.Number) || b.Event && m.released < b.Number && !m.ended[control]
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
	taken int64 // bytes read; guarded by m.mu

	// Set by drain: the process wrote no more than owed, and what others write
	// after it counts until the time given.
	owed  int64
	until time.Time
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
		n, err := childproc.Receive(r.file, buf[kept:], func() int { return r.m.lock(r.index) }, r.m.unlock)
		r.taken += int64(n)
		if r.index == 0 {
			r.m.holds = true
			if r.m.first > 0 {
				r.m.first = max(r.m.first-n, 0)
			}
		}
		kept = copy(buf, r.take(buf[:kept+n]))
		if r.index == 0 {
			r.m.holds = false
		}
		again := err == nil && !r.over()
		if errors.Is(err, os.ErrDeadlineExceeded) && !r.crash.final.Load() {
			r.m.text(r.index, r.crash.Release())
			r.file.SetReadDeadline(time.Time{})
			again = true
		}
		if !again {
			r.text(buf[:kept])
		}
		r.m.unlock()
		if !again {
			return
		}
	}
}

// over tells whether nothing more is wanted after drain. It needs m.mu.
func (r *reader) over() bool {
	return r.crash.final.Load() && r.taken >= r.owed && time.Now().After(r.until)
}

// take delivers what was read and returns the end of it that may begin a barrier.
func (r *reader) take(data []byte) []byte {
	for {
		text, b, rest, found := cut(data, r.token)
		r.text(text)
		if !found {
			return rest
		}
		data = rest
		r.m.text(r.index, r.crash.Release())
		r.m.pass(r.index, b)
	}
}

func (r *reader) text(p []byte) {
	if r.index == 1 {
		if p = r.crash.Hold(p); len(p) > 0 {
			r.m.yield()
		}
	}
	r.m.text(r.index, p)
}

// stray is how long, at most, a descriptor is read whose process has ended and
// which others go on to write to.
const stray = 2 * time.Second

// drain makes run end once the pipe is empty, or holds only what others wrote
// after the process had ended.
func (r *reader) drain() {
	r.m.mu.Lock()
	r.owed = r.taken + int64(childproc.Pending(r.file))
	r.until = time.Now().Add(stray)
	r.m.mu.Unlock()
	r.crash.Final()
	r.file.SetReadDeadline(time.Now().Add(quiet))
}
