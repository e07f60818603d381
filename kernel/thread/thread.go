// Package thread runs functions of a cell on operating system threads of their
// own and shows who ran, under which IDs, when, and what each printed in
// which order.
//
//	thread.Run(foo, foo, foo) // three threads; wait for all, show their run card
//
//	t := thread.Start(foo) // start one and go on
//	fmt.Println(t.ID())
//	t.Wait()
//
// Go runs goroutines on a few threads as it likes. Here each task has a goroutine
// that is locked to a thread which runs nothing else (runtime.LockOSThread) and
// ends with it, and which is never the main thread of the process. All
// threads share one process: its ID, its memory, its open files.
//
// A task is any func(). It must look after shared variables as goroutines do,
// with a lock or a channel. Tasks of one [Run] begin together, once each has its
// thread.
//
// What a task prints stands on the run card and in [Group.Output]. The card of
// Run stands where Run is called; all tasks that one cell starts by [Start]
// share a card. A task that panics is a row of the card that says so; it
// does not fail the cell. When the cell is interrupted, tasks stop at their next
// step; one that is blocked in a system call cannot be stopped and is left behind.
package thread

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// Types that a [Group] is made of.
type (
	// Group is some threads together: what they did, as values and as a run card.
	Group = card.Group
	// Task is what is known of one thread.
	Task = card.Task
	// Line is one line that a thread wrote.
	Line = card.Line
	// State is what has become of a thread.
	State = card.State
)

// The states of a thread.
const (
	Waiting = card.Waiting
	Running = card.Running
	Exited  = card.Exited // its task returned
	Killed  = card.Killed // it was interrupted
	Failed  = card.Failed // its task panicked, or it could not be started
)

// MaxAlive is how many tasks may be alive at a time. Go ends a process that has
// more than 10000 threads.
const MaxAlive = 8000

var alive atomic.Int64

// stopGrace is how long an interrupted task gets to stop. Interpreted code stops
// within a millisecond; what takes longer is blocked.
const stopGrace = 50 * time.Millisecond

// firstPicture is when a group that still runs is shown. Most have ended
// before, so that they send one message.
const firstPicture = 100 * time.Millisecond

// Run runs each task on a thread of its own, shows their run card meanwhile
// and returns when all have ended.
func Run(tasks ...func()) *Group { return runAll(tasks, true) }

// runAll runs the tasks; seen, with a card.
func runAll(tasks []func(), seen bool) *Group {
	b := card.NewBoard(card.Thread)
	b.Again = func() *Group { return runAll(tasks, false) }
	begin := make(chan struct{})
	ready := new(sync.WaitGroup)
	for _, task := range tasks {
		launch(b, task, ready, begin)
	}
	ready.Wait()
	b.Begin()
	if seen {
		b.Show(firstPicture)
	}
	close(begin)
	b.Wait(host.Current().Context(), stopGrace)
	if seen {
		b.Report()
	}
	return b.Group()
}

// Start runs the task on a thread of its own and returns once that exists.
func Start(task func()) *Thread {
	b := card.CellBoard(card.Thread)
	begin := make(chan struct{})
	ready := new(sync.WaitGroup)
	job := launch(b, task, ready, begin)
	ready.Wait()
	b.Show(0)
	close(begin)
	return &Thread{job}
}

// Wait waits for the threads and returns them as a group, which as a cell's
// last expression shows the run card of exactly these.
func Wait(ts ...*Thread) *Group {
	var jobs []*card.Job
	for _, t := range ts {
		if t != nil {
			jobs = append(jobs, t.job)
		}
	}
	card.Wait(host.Current().Context(), stopGrace, jobs...)
	return card.NewGroup(card.Thread, jobs)
}

// launch puts the task on the card and starts its thread, which tells ready when
// it exists and runs the task after begin is closed. The thread's goroutine
// ends with the task.
func launch(b *card.Board, task func(), ready *sync.WaitGroup, begin <-chan struct{}) *card.Job {
	h := host.Current()
	var f *host.Func
	var err error = card.ErrNilTask
	name := "nil"
	if task != nil {
		name = ""
		f, err = h.Func(task)
	}
	job := b.Add(f, name)
	if err == nil && alive.Add(1) > MaxAlive {
		alive.Add(-1)
		err = card.ErrTooManyThreads(MaxAlive)
	}
	if err != nil {
		job.End(card.Outcome{State: card.Failed, ExitCode: -1, Err: err})
		return job
	}
	ready.Add(1)
	go onThread(func() { run(h, b, job, f, ready, begin) })
	return job
}

// onThread calls f in the calling goroutine, locked to a thread other than the
// process's main one and not unlocked again, so that Go ends the thread with
// the goroutine. On the main thread it stays locked while another goroutine
// finds another thread.
func onThread(f func()) {
	runtime.LockOSThread()
	if id := ID(); id == 0 || id != MainID() {
		f()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		onThread(f)
	}()
	<-done
	runtime.UnlockOSThread()
}

// run is the life of a task's thread.
func run(h host.Host, b *card.Board, job *card.Job, f *host.Func, ready *sync.WaitGroup, begin <-chan struct{}) {
	ctx := h.Context()
	job.Started(0, os.Getpid(), os.Getppid(), ID())
	defer own.add()()
	ready.Done()
	<-begin
	cpu := cpuTime()
	var o card.Outcome
	began := host.Clock()
	job.Started(began, os.Getpid(), os.Getppid(), ID())
	job.OnCore(began, core())
	// Deferred, for a task may end its goroutine; the host ends that of an
	// interrupted cell.
	returned := false
	defer func() {
		o.Ended = host.Clock()
		o.CPU = cpuTime() - cpu
		if !returned && ctx.Err() == nil {
			o.Error = &eval.Error{Name: "exit", Value: "the task ended its goroutine by runtime.Goexit"}
		}
		o.State, o.ExitCode = outcome(o.Error, ctx.Err() != nil)
		alive.Add(-1)
		job.End(o)
	}()
	o.Error = h.Capture(b.Sink(job), f.Call)
	returned = true
}

func outcome(e *eval.Error, interrupted bool) (state card.State, exitCode int) {
	switch {
	case interrupted, e != nil && e.Name == "interrupt":
		return card.Killed, -1
	case e == nil:
		return card.Exited, 0
	}
	return card.Failed, 2 // the status of a Go program that panics
}

// Thread is a started thread. Its methods may be called from any goroutine.
type Thread struct {
	job *card.Job
}

// ID is the native ID of the thread, as the operating system counts threads;
// 0 on systems where Go cannot ask for it.
func (t *Thread) ID() int { return t.job.TID() }

// Name is the name of the thread's task.
func (t *Thread) Name() string { return t.job.Name() }

// State tells what has become of the thread.
func (t *Thread) State() State { return t.job.Outcome().State }

// Wait waits until the task has ended. It returns what [Thread.Err] tells then.
func (t *Thread) Wait() error {
	card.Wait(host.Current().Context(), stopGrace, t.job)
	return t.job.Err()
}

// Done is closed when the task has ended.
func (t *Thread) Done() <-chan struct{} { return t.job.Done() }

// Err is nil while the task runs and when it returned. Otherwise it tells its
// panic, or why it could not be started.
func (t *Thread) Err() error { return t.job.Err() }

// Output is what the task has written so far.
func (t *Thread) Output() []Line { return t.job.Output() }

// Text is what the task has written so far, one line after the other.
func (t *Thread) Text() string { return t.job.Text() }

// MimeBundle is the run card of this thread.
func (t *Thread) MimeBundle() map[string]any { return t.job.Group().MimeBundle() }

// MimeMetadata is the run card as data.
func (t *Thread) MimeMetadata() map[string]any { return t.job.Group().MimeMetadata() }

// AlreadyShown tells whether a card with this thread stands under the running
// cell, so that the cell's last expression need not show it again.
func (t *Thread) AlreadyShown() bool { return t.job.AlreadyShown() }
