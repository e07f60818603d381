package card

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// paintEvery is the shortest time between two pictures of a card that changes.
const paintEvery = 100 * time.Millisecond

// bytesPerSecond bounds what a card that changes sends: jupyter_server drops
// the messages of a kernel beyond 1 MB in a second.
const bytesPerSecond = 400 << 10

// Board is the card of some tasks.
//
// It has at most two goroutines. The painter runs while a task of a
// shown board does: the call that shows the board or adds a task to it starts
// the painter, so that what it shows belongs to that call's cell; it ends by
// itself after the picture in which all tasks have ended. Wait waits for it.
// The sampler runs while a task does: see sampler.go.
type Board struct {
	Again  func() *Group // runs the same tasks once more, unseen; nil: nobody can
	Unseen bool          // nobody is to see what the tasks print

	kind    Kind
	cell    string // label of the cell under which it is shown
	mode    mode
	ctx     context.Context // done when that cell is interrupted
	began   time.Duration   // on host.Clock
	parent  int             // process ID of this process
	above   int             // and of its parent
	budget  *atomic.Int64
	id      string           // display_id
	change  chan struct{}    // of capacity 1: something has changed
	gauge   func(*Job) gauge // what samples are taken by; nil: none are
	self    *Job             // this process, as far as samples go; nil: not known
	running atomic.Int64     // tasks that have not ended
	// reported: the card of a program without a kernel has been printed.
	reported atomic.Bool

	mu      sync.Mutex // guards what follows
	jobs    []*Job
	painter chan struct{} // closed when the painter has ended; nil: none runs
	shown   bool
	painted bool          // the newest picture shows all tasks at their end
	sampler chan struct{} // closed to end the sampler; nil: none runs
	waits   []span        // of the cell, for tasks; to is 0 while it waits

	paintMu sync.Mutex // held while a picture is made and sent, so that pictures keep their order
	sent    bool       // a picture has been sent; guarded by paintMu
}

// mode is how a board is shown.
type mode int

const (
	live    mode = iota // under its cell, while tasks run
	written             // without a kernel: its text once, to standard error
	silent              // in a child process: the tasks print as the child does
)

// NewBoard is a card without tasks, for the calling cell.
func NewBoard(kind Kind) *Board {
	label, worker := host.Current().Cell()
	b := &Board{
		kind: kind, cell: label, ctx: host.Current().Context(), began: host.Clock(), parent: os.Getpid(), above: os.Getppid(),
		budget: new(atomic.Int64), id: uuid.NewString(), change: make(chan struct{}, 1),
	}
	b.budget.Store(KeepLimit)
	b.gauge = openGauge
	if b.gauge != nil && kind == Process {
		b.self = &Job{kind: Process, board: b, pid: b.parent, began: b.began}
		b.self.fromNow()
	}
	_, plain := host.Current().(host.Plain)
	_, printing := host.Current().(host.Printing)
	if (plain || printing) && !worker {
		b.mode = written
	} else if worker {
		b.mode, b.gauge, b.self = silent, nil, nil
	}
	return b
}

// cellBoards are the boards of tasks started one by one: those of the newest
// cell, and those with tasks that still run.
var cellBoards struct {
	sync.Mutex
	list []*Board
}

// CellBoard is the card of the tasks of one kind that the calling cell starts
// one by one. All of them share it, so that a cell which starts ten tasks and
// waits for them shows one picture.
func CellBoard(kind Kind) *Board {
	label, _ := host.Current().Cell()
	cellBoards.Lock()
	defer cellBoards.Unlock()
	for _, b := range cellBoards.list {
		if b.kind == kind && b.cell == label {
			return b
		}
	}
	b := NewBoard(kind)
	if b.mode == live || b.mode == written && label != "" {
		// What an earlier cell has finished with is only kept if the cell kept it.
		cellBoards.list = slices.DeleteFunc(cellBoards.list, func(b *Board) bool { return b.cell != label && b.finished() })
		cellBoards.list = append(cellBoards.list, b)
	}
	return b
}

// Begin makes now the time that the card's times count from. It is called
// before the card is shown.
func (b *Board) Begin() { b.began = host.Clock() }

// Add puts a task on the card, under the given name or else f's own. f may be
// nil when the task is none.
func (b *Board) Add(f *host.Func, name string) *Job { return b.AddNumbered(f, name, 0) }

// AddNumbered is Add for one of several tasks of the same name, which has the number
// n beside it. 0 means none.
func (b *Board) AddNumbered(f *host.Func, name string, n int) *Job {
	j := &Job{name: name, number: n}
	if name == "" {
		j.name, j.line = nameOf(f)
	}
	return b.add(j)
}

// add puts a job on the card, of which its name is known.
func (b *Board) add(j *Job) *Job {
	j.kind, j.budget, j.board, j.done, j.outcome = b.kind, b.budget, b, make(chan struct{}), Outcome{State: Waiting}
	b.mu.Lock()
	b.running.Add(1)
	b.painted = false
	j.place = len(b.jobs)
	b.jobs = append(b.jobs, j)
	if j.line.line > 0 {
		tellApart(b.jobs, j.line)
	}
	b.mu.Unlock()
	b.changed()
	return j
}

// Parent is the process ID of the process that the tasks belong to.
func (b *Board) Parent() int { return b.parent }

// Sink is where the output of the job goes.
func (b *Board) Sink(j *Job) host.Sink {
	if b.mode == live || b.Unseen {
		return j.Write
	}
	return func(w host.Write) {
		j.Write(w)
		out := os.Stdout
		if w.Stream == "stderr" {
			out = os.Stderr
		}
		_, _ = out.Write(w.Text) // as of any print: nobody to tell
	}
}

// ended is told that a task has ended. A silent card says why one failed where
// the tasks print.
func (b *Board) ended(j *Job) {
	if err := j.Err(); err != nil && b.mode == silent && j.Heir() == nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", j.Name(), err)
	}
	b.unobserve()
	b.changed()
}

func (b *Board) changed() {
	select {
	case b.change <- struct{}{}:
	default:
	}
}

// Show shows the card under the calling cell and keeps it up to date until all
// of its tasks have ended. The first picture comes after the delay, or at the
// end when that is earlier.
func (b *Board) Show(delay time.Duration) {
	if b.mode == silent {
		return
	}
	b.mu.Lock()
	b.shown = true
	if b.mode == written {
		b.mu.Unlock()
		return
	}
	var done chan struct{}
	if b.painter == nil {
		done = make(chan struct{})
		b.painter = done
	}
	b.mu.Unlock()
	if done == nil {
		return // the painter has been told by Add
	}
	if delay == 0 {
		b.paint()
		delay = paintEvery
	}
	go b.paintLoop(done, delay)
}

// paintLoop is the painter.
func (b *Board) paintLoop(done chan struct{}, wait time.Duration) {
	// Deferred: the host ends goroutines of an interrupted cell, and Wait must
	// not wait for a picture that nobody makes.
	defer func() {
		b.mu.Lock()
		if b.painter == done {
			b.painter = nil
		}
		b.mu.Unlock()
		close(done)
	}()
	start := time.Now()
	for over := false; !over; {
		b.mu.Lock()
		if over = b.painted && b.finished(); over {
			b.painter = nil // a task that is added now gets another painter
		}
		b.mu.Unlock()
		if !over {
			b.pause(wait, start)
			wait = max(paintEvery, time.Duration(b.paint())*time.Second/bytesPerSecond)
		}
	}
}

// pause waits until the next picture is due: after wait and a change, at the
// end of the last task, or, so that a reader sees time pass, after a twentieth
// of the time so far.
func (b *Board) pause(wait time.Duration, start time.Time) {
	idle := min(max(time.Since(start)/20, 500*time.Millisecond), 10*time.Second)
	due, late := time.NewTimer(wait), time.NewTimer(wait+idle)
	defer due.Stop()
	defer late.Stop()
	for passed, dirty := false, false; !b.finished() && !(passed && dirty); {
		select {
		case <-due.C:
			passed = true
		case <-b.change:
			dirty = true
		case <-late.C:
			return
		}
	}
}

// finished tells whether all tasks have ended.
func (b *Board) finished() bool { return b.running.Load() == 0 }

// Report prints the card of a program without a kernel to standard error, for
// its standard output is the tasks' alone, once. Under a kernel it does nothing.
func (b *Board) Report() {
	if b.mode == written && !b.reported.Swap(true) {
		_, _ = os.Stderr.WriteString(b.view(finalLimits).text() + "\n") // nobody to tell
	}
}

// ReportAll prints the cards of tasks that were started one by one: those whose tasks have ended,
// or all that were not printed yet.
func ReportAll(all bool) {
	cellBoards.Lock()
	list := slices.Clone(cellBoards.list)
	cellBoards.Unlock()
	for _, b := range list {
		if all || b.finished() {
			b.Report()
		}
	}
}

// paint shows the card as it is now and returns how many bytes that took.
func (b *Board) paint() int {
	b.paintMu.Lock()
	defer b.paintMu.Unlock()
	limits, final := liveLimits, b.finished()
	if final {
		limits = finalLimits
	}
	bundle := b.view(limits).bundle()
	// The host's error means that the kernel is gone: nobody is left to tell.
	_ = host.Current().Display(&eval.Display{Bundle: *bundle, ID: b.id, Update: b.sent})
	b.sent = true
	b.mu.Lock()
	b.painted = final && b.finished()
	b.mu.Unlock()
	size := 0
	for _, content := range bundle.Data {
		size += len(content)
	}
	for _, content := range bundle.Metadata {
		size += len(content)
	}
	return size
}

// shownHere tells whether the card stands under the calling cell already.
func (b *Board) shownHere() bool {
	label, _ := host.Current().Cell()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shown && b.cell == label
}

// Wait waits for the tasks, and for the last pictures of the cards they are
// on. When ctx, that of the waiting cell, is done first, the tasks get the grace
// time to end. Those that do not are no longer waited for, and given up if it
// was their own cell that was interrupted.
func Wait(ctx context.Context, grace time.Duration, jobs ...*Job) {
	if h, ok := host.Current().(host.Holder); ok {
		defer h.Hold()()
	}
	patience, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-patience.Done():
		}
	})()
	boards := map[*Board]bool{}
	for _, j := range jobs {
		if !boards[j.board] {
			boards[j.board] = true
			defer j.board.waiting()()
		}
		for ; j != nil; j = j.Heir() {
			select {
			case <-j.done:
			case <-patience.Done():
				if j.board.ctx.Err() != nil {
					j.End(Outcome{State: Running, Err: errAbandoned})
				}
			}
		}
	}
	for b := range boards {
		b.settle()
		b.mu.Lock()
		over := b.shown && b.finished()
		b.mu.Unlock()
		if over {
			b.Report()
		}
	}
}

var errAbandoned = &Fault{
	"interrupted, but blocked outside of Go code that can be stopped",
	"중단했지만 멈출 수 없는 곳(Go 코드 바깥)에서 막혀 있습니다",
}

// settle waits for the last picture of a card whose tasks have all ended.
func (b *Board) settle() {
	b.mu.Lock()
	painter, over := b.painter, b.finished()
	b.mu.Unlock()
	if over && painter != nil {
		<-painter
	}
}

// Wait waits for the tasks of the card as the function [Wait] does, and for its
// last picture.
func (b *Board) Wait(ctx context.Context, grace time.Duration) {
	Wait(ctx, grace, b.snapshot()...)
	b.settle()
}
