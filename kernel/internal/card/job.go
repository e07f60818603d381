package card

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// KeepLimit is how much output, in bytes, a card keeps of all its tasks: 64
// MiB, with 48 bytes counted for each line beside its text. What a task writes
// beyond is counted but not kept, and the card says so.
const KeepLimit = 64 << 20

const lineCost = 48

// Outcome is how a task ended.
type Outcome struct {
	State    State
	ExitCode int
	Signal   string
	Error    *eval.Error
	Err      error // instead of Error: it could not be started
	PPID     int   // 0: as it was
	TID      int   // 0: as it was
	CPU      time.Duration
	Began    time.Duration // on host.Clock: when the task began, for the process or thread was there before; 0: unknown
	Ended    time.Duration // on host.Clock; 0: now
}

// Job is one task of a card. Its methods may be called from any goroutine.
type Job struct {
	kind   Kind
	name   string
	line   literal      // instead of a name, for a function literal
	nth    atomic.Int32 // of the different literals of that line; 0: the only one on its card
	number int          // among the tasks of its name; 0: it has none
	// attempt is how often the task was tried before.
	attempt int
	place   int           // among the tasks of its card, from 0
	budget  *atomic.Int64 // bytes that the card may still keep
	done    chan struct{}
	mu      sync.Mutex // guards what follows

	board *Board // to tell of changes

	host      string        // machine it runs on; empty: this one
	uncertain time.Duration // of its clock
	reason    string        // why it is queued
	heir      *Job          // done in its place

	pid, ppid, tid int
	outcome        Outcome
	began, ended   time.Duration // on host.Clock
	lines          []record
	open           [2]int // by stream: index into lines of the line being written, +1; 0: none
	lost           lost
	cores          []coreMark
	readings       []reading            // in the order of time
	kin            []childproc.Relative // processes that it started, and those that they did
	unused         childproc.Usage      // of the thread, before its task began
}

// lost counts what was written beyond KeepLimit.
type lost struct {
	lines, bytes int
}

// record is a line as a job keeps it. Records are in the order of at.
type record struct {
	at     time.Duration
	stream uint8  // 0: stdout, 1: stderr
	text   string // once the line is complete
	part   []byte // before
}

// coreMark says that from at on the task was seen on the core.
type coreMark struct {
	at  time.Duration
	cpu int
}

const maxCoreMarks = 4096

// Name is the name of the task, or the cell and the line of a literal.
func (j *Job) Name() string { return j.title(english) }

// Started notes that the task runs, since the time began on host.Clock. What is
// 0 is unknown; a later call may tell. A thread tells its beginning itself.
func (j *Job) Started(began time.Duration, pid, ppid, tid int) {
	j.mu.Lock()
	j.pid, j.ppid, j.tid = pid, ppid, tid
	if j.outcome.State == Waiting || j.outcome.State == Queued {
		j.outcome.State = Running
	}
	if began != 0 {
		j.began = began
	}
	j.mu.Unlock()
	if began != 0 && pid != 0 {
		if j.kind == Thread && j.place < maxSampled && j.board.gauge != nil {
			j.fromNow()
		}
		j.board.observe()
	}
	j.board.changed()
}

// OnCore notes the core that the task runs on.
func (j *Job) OnCore(at time.Duration, cpu int) {
	j.mu.Lock()
	j.core(at, cpu)
	j.mu.Unlock()
}

func (j *Job) core(at time.Duration, cpu int) {
	n := len(j.cores)
	if cpu < 0 || n == maxCoreMarks || n > 0 && j.cores[n-1].cpu == cpu {
		return
	}
	j.cores = append(j.cores, coreMark{at, cpu})
}

// Write is the host.Sink of the task.
func (j *Job) Write(w host.Write) {
	j.mu.Lock()
	if j.tid == 0 {
		j.tid = w.TID
	}
	j.core(w.At, w.CPU)
	var stream uint8
	if w.Stream == "stderr" {
		stream = 1
	}
	text := w.Text
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			j.extend(stream, w.At, text, false)
			break
		}
		j.extend(stream, w.At, text[:end], true)
		text = text[end+1:]
	}
	j.mu.Unlock()
	j.board.changed()
}

// extend adds text to the line being written to the stream, or begins one.
func (j *Job) extend(stream uint8, at time.Duration, text []byte, complete bool) {
	n := j.open[stream]
	cost := int64(len(text))
	if n == 0 {
		cost += lineCost
	}
	if j.budget.Add(-cost) < 0 {
		j.budget.Add(cost)
		j.lost.bytes += len(text)
		if n == 0 && complete {
			j.lost.lines++
		}
		text = nil
		if n == 0 {
			return
		}
	}
	if n == 0 && complete {
		j.lines = append(j.lines, record{at: at, stream: stream, text: string(trimCR(text))})
		return
	}
	if n == 0 {
		j.lines = append(j.lines, record{at: at, stream: stream})
		n = len(j.lines)
		j.open[stream] = n
	}
	r := &j.lines[n-1]
	r.part = append(r.part, text...)
	if complete {
		r.text, r.part = string(trimCR(r.part)), nil
		j.open[stream] = 0
	}
}

func trimCR(b []byte) []byte { return bytes.TrimSuffix(b, []byte("\r")) }

// End notes how the task ended. Only the first call counts.
func (j *Job) End(o Outcome) {
	now := host.Clock()
	j.mu.Lock()
	if j.ended != 0 {
		j.mu.Unlock()
		return
	}
	if o.PPID != 0 {
		j.ppid = o.PPID
	}
	if o.TID != 0 {
		j.tid = o.TID
	}
	if j.began == 0 {
		j.began = now
	}
	j.ended = o.Ended
	if j.ended == 0 {
		j.ended = now
	}
	if o.Err != nil && o.Error == nil {
		o.Error = &eval.Error{Value: o.Err.Error()}
	}
	j.outcome = o
	j.lastSample(o.CPU)
	for stream, n := range j.open {
		if n > 0 { // a last line without an end
			r := &j.lines[n-1]
			r.text, r.part = string(trimCR(r.part)), nil
			j.open[stream] = 0
		}
	}
	j.board.running.Add(-1)
	close(j.done)
	j.mu.Unlock()
	j.board.ended(j)
}

// Done is closed when the task has ended.
func (j *Job) Done() <-chan struct{} { return j.done }

// Ended tells whether the task has ended.
func (j *Job) Ended() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// PID is the process ID of the task; 0 before it runs.
func (j *Job) PID() int { j.mu.Lock(); defer j.mu.Unlock(); return j.pid }

// TID is the native ID of the task's thread; 0 when it is unknown.
func (j *Job) TID() int { j.mu.Lock(); defer j.mu.Unlock(); return j.tid }

// Outcome is how the task ended; its State is Waiting or Running before.
func (j *Job) Outcome() Outcome { j.mu.Lock(); defer j.mu.Unlock(); return j.outcome }

// Err is nil while the task runs and when it ended well.
func (j *Job) Err() error {
	o := j.Outcome()
	switch {
	case o.Err != nil:
		return o.Err
	case o.Error != nil:
		return errors.New(english.errorText(o.Error))
	case o.State == Killed && o.Signal != "":
		return errors.New("signal: " + o.Signal)
	case o.State == Killed:
		return errors.New("interrupted")
	case o.ExitCode != 0:
		return exitError(o.ExitCode)
	}
	return nil
}
