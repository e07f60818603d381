// Package process runs functions of a cell as child processes and shows who
// ran, under which IDs, when, and what each printed in which order.
//
//	process.Run(foo, bar, baz) // start three, wait for all, show their run card
//
//	p := process.Start(foo) // start one and go on
//	fmt.Println(p.ID())
//	p.Wait()
//
// A task is any func() of a cell, named or literal. It runs in a new program:
// a child of the process that runs the cell, which has the declarations of the
// session and copies of the variables that the task uses, as they are when it is
// started. Nothing that it changes comes back. [Map] brings back results:
//
//	squares, err := process.Map([]int{1, 2, 3}, square)
//
// [Exec] runs another program, with the same card:
//
//	process.Exec("ls", "-l").Wait()
//
// [On] runs tasks on other machines, of a cluster with [Slurm] or by another [Engine]:
//
//	process.With(process.On(process.Slurm{Nodes: 3}), process.Retry(1)).Run(foo, bar)
//
// What a task prints stands on the run card and in [Group.Output]. The card of
// Run stands where Run is called; all tasks that one cell starts by [Start]
// share a card, which stands where the first of them was started.
//
// A task that panics, that cannot be started (because a variable that it uses
// cannot be copied, such as a channel) or that is killed is a row of the card
// that says so; it does not fail the cell. [Group.Err] and [Process.Err] tell too.
// When the cell is interrupted, its processes are killed.
package process

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/host"
)

// Types that a [Group] is made of.
type (
	// Group is some processes together: what they did, as values and as a run card.
	Group = card.Group
	// Task is what is known of one process.
	Task = card.Task
	// Line is one line that a process wrote.
	Line = card.Line
	// State is what has become of a process.
	State = card.State
)

// The states of a process.
const (
	Waiting = card.Waiting // for its turn
	Queued  = card.Queued  // for another machine
	Running = card.Running
	Exited  = card.Exited // by itself, with an exit code
	Killed  = card.Killed // by a signal
	Failed  = card.Failed // its task panicked, or it could not be started
	Lost    = card.Lost   // its machine is not heard of any more: how it ended is not known
)

// MaxAtOnce is how many processes of one Run are alive at a time. The others
// wait for their turn, for each takes some megabytes of memory.
const MaxAtOnce = 64

// killGrace is how long the end of a killed process is waited for. It only
// passes when a process is stuck inside the operating system.
const killGrace = time.Second

// firstPicture is when a group that still runs is shown. Most have ended
// before, so that they send one message.
const firstPicture = 100 * time.Millisecond

// Run starts a child process for each task, shows their run card while they run
// and returns when all have ended.
func Run(tasks ...func()) *Group { return With().Run(tasks...) }

// Start starts a child process for the task and returns at once.
func Start(task func(), opts ...Option) *Process { return With(opts...).Start(task) }

// Wait waits for the processes and returns them as a group, which as a cell's
// last expression shows the run card of exactly these.
func Wait(ps ...*Process) *Group {
	var jobs, all []*card.Job
	for _, p := range ps {
		if p != nil {
			jobs = append(jobs, p.job)
		}
	}
	card.Wait(host.Current().Context(), killGrace, jobs...)
	for _, j := range jobs {
		all = append(all, tries(j)...)
	}
	return card.NewGroup(card.Process, all)
}

// Launcher starts processes with the same options.
type Launcher struct {
	options options
}

// With is a Launcher with the options:
//
//	process.With(process.Env("LANG=ko_KR.UTF-8")).Run(foo, bar)
func With(opts ...Option) Launcher { return Launcher{optionsOf(opts)} }

// Run is as the function [Run], with the launcher's options.
func (l Launcher) Run(tasks ...func()) *Group { return l.run(tasks, true) }

// run runs the tasks; seen, with a card.
func (l Launcher) run(tasks []func(), seen bool) *Group {
	h := host.Current()
	ctx := h.Context()
	b := card.NewBoard(card.Process)
	b.Unseen = !seen
	b.Again = func() *Group { return l.run(tasks, false) }
	var ready []*Process
	for _, task := range tasks {
		if p := l.prepare(h, b, task); p.launcher != nil {
			ready = append(ready, p)
		}
	}
	if seen {
		b.Show(firstPicture)
	}
	place, err := l.open(ctx, ready)
	for _, p := range ready {
		n := 0
		if err == nil {
			n, err = place.take(ctx)
		}
		if err != nil {
			p.job.End(notRun(ctx, err))
			continue
		}
		p.start(ctx, place, n)
	}
	b.Wait(ctx, killGrace)
	_ = place.close() // what it could not give back the card of the next one shows as a queue
	if seen {
		b.Report()
	}
	return b.Group()
}

// open finds places for the processes.
func (l Launcher) open(ctx context.Context, ps []*Process) (*site, error) {
	if len(ps) == 0 {
		return nil, nil
	}
	return l.options.open(ctx, ps[0].Name(), len(ps), func(reason string) {
		for _, p := range ps {
			p.job.Queue(reason)
		}
	})
}

// Start is as the function [Start], with the launcher's options.
func (l Launcher) Start(task func()) *Process {
	h := host.Current()
	ctx := h.Context()
	b := card.CellBoard(card.Process)
	p := l.prepare(h, b, task)
	switch {
	case p.launcher == nil:
	case l.options.engine == nil:
		p.startHere(ctx)
	default:
		// It ends with the process, which the end of ctx kills.
		go func() {
			place, err := l.open(ctx, []*Process{p})
			if err != nil {
				p.job.End(notRun(ctx, err))
				return
			}
			place.alone = true
			n, err := place.take(ctx)
			if err != nil {
				place.end(p.job, notRun(ctx, err))
				return
			}
			p.start(ctx, place, n)
		}()
	}
	b.Show(0)
	return p
}

// Exec starts a program with its arguments, as a shell does, and returns at once:
// a child process as those of [Start], on the same card. A name without a slash is looked
// for in the directories of PATH.
//
//	p := process.Exec("date", "-u")
//	p.Wait()
//	fmt.Print(p.Text())
//
// The times of its output are those of the moment when this process read it,
// for the program cannot tell.
func Exec(name string, args ...string) *Process { return With().Exec(name, args...) }

// Exec is as the function [Exec], with the launcher's options.
func (l Launcher) Exec(name string, args ...string) *Process {
	h := host.Current()
	b := card.CellBoard(card.Process)
	title := l.options.name
	if title == "" {
		title = filepath.Base(name)
	}
	p := &Process{job: b.Add(nil, title), board: b, options: l.options}
	p.launcher = func(ctx context.Context, o host.Options) (host.Child, error) {
		if l.options.engine != nil {
			return nil, errExecElsewhere
		}
		return h.Exec(ctx, append([]string{name}, args...), o)
	}
	p.startHere(h.Context())
	b.Show(0)
	return p
}

// starter starts a child.
type starter func(context.Context, host.Options) (host.Child, error)

// prepare puts the task on the card. The process has no launcher when it can be no
// task; the card says why.
func (l Launcher) prepare(h host.Host, b *card.Board, task func()) *Process {
	var f *host.Func
	var err error = card.ErrNilTask
	name := "nil"
	if task != nil {
		name = ""
		f, err = h.Func(task)
	}
	if l.options.name != "" {
		name = l.options.name
	}
	p := &Process{job: b.Add(f, name), board: b, options: l.options}
	if err == nil && l.options.engine != nil {
		// The variables are copied now, not when a machine is free, and not once more for a retry.
		f, err = packed(f)
	}
	if err != nil {
		p.job.End(card.Outcome{State: card.Failed, ExitCode: -1, Err: err})
		return p
	}
	p.launcher = func(ctx context.Context, o host.Options) (host.Child, error) { return h.Start(ctx, f, o) }
	return p
}

// packed is the function with its program as it is now.
func packed(f *host.Func) (*host.Func, error) {
	program, files, err := f.Pack()
	if err != nil {
		return f, err
	}
	g := *f
	g.Pack = func() ([]byte, []*os.File, error) { return program, files, nil }
	return &g, nil
}

// notRun is the outcome of a process that was not started.
func notRun(ctx context.Context, err error) card.Outcome {
	if ctx.Err() != nil {
		return interrupted
	}
	return card.Outcome{State: card.Failed, ExitCode: -1, Err: err}
}

// Process is a started child process. Its methods may be called from any
// goroutine. Of one that was retried they tell about the newest try.
type Process struct {
	job      *card.Job // its first try
	board    *card.Board
	options  options
	launcher starter // nil: it cannot be started

	mu     sync.Mutex // guards what follows
	child  host.Child // of the newest try; nil: it was not started
	ending bool       // Kill or Signal was called
}

// ID is the process ID; 0 when the process could not be started, and on another machine as long as it does not run.
func (p *Process) ID() int { return p.job.Last().PID() }

// Name is the name of the process's task.
func (p *Process) Name() string { return p.job.Name() }

// State tells what has become of the process.
func (p *Process) State() State { return p.job.Last().Outcome().State }

// Wait waits until the process has ended and all that it printed is on the
// card. It returns what [Process.Err] tells then.
func (p *Process) Wait() error {
	card.Wait(host.Current().Context(), killGrace, p.job)
	return p.Err()
}

// Done is closed when the process has ended, and with [Retry] its last try.
func (p *Process) Done() <-chan struct{} {
	if p.options.retry == 0 {
		return p.job.Done()
	}
	done := make(chan struct{})
	// It ends with the process.
	go func() {
		defer close(done)
		for j := p.job; j != nil; j = j.Heir() {
			<-j.Done()
		}
	}()
	return done
}

// Err is nil while the process runs and when it ended with exit code 0.
// Otherwise it tells why it could not be started, its panic, its signal or its exit code.
func (p *Process) Err() error { return p.job.Last().Err() }

// ExitCode is the exit code of the process; -1 while it runs, when a signal
// ended it or when it could not be started.
func (p *Process) ExitCode() int {
	job := p.job.Last()
	if !job.Ended() {
		return -1
	}
	return job.Outcome().ExitCode
}

// Kill ends the process and those that it started. It is no error when the
// process has ended already.
func (p *Process) Kill() error {
	p.mu.Lock()
	p.ending = true
	child := p.child
	p.mu.Unlock()
	if child == nil || p.job.Last().Ended() {
		return nil
	}
	if err := child.Kill(); err != nil && !p.job.Last().Ended() {
		return err
	}
	return nil
}

// Signal sends a signal to the process, as kill(1) does: os.Interrupt,
// syscall.SIGTERM, …. What comes of it is the process's own affair. It fails when the process
// has ended, and on Windows for every signal but os.Kill.
func (p *Process) Signal(sig os.Signal) error {
	p.mu.Lock()
	p.ending = true
	child := p.child
	p.mu.Unlock()
	if child == nil {
		return os.ErrProcessDone
	}
	return child.Signal(sig)
}

// Output is what the process has written so far.
func (p *Process) Output() []Line { return p.job.Last().Output() }

// Text is what the process has written so far, one line after the other.
func (p *Process) Text() string { return p.job.Last().Text() }

// MimeBundle is the run card of this process.
func (p *Process) MimeBundle() map[string]any { return p.group().MimeBundle() }

// MimeMetadata is the run card as data.
func (p *Process) MimeMetadata() map[string]any { return p.group().MimeMetadata() }

// AlreadyShown tells whether a card with this process stands under the running
// cell, so that the cell's last expression need not show it again.
func (p *Process) AlreadyShown() bool { return p.job.AlreadyShown() }

// group is all tries of the process.
func (p *Process) group() *Group { return card.NewGroup(card.Process, tries(p.job)) }

// tries are a job and those that were done in its place.
func tries(j *card.Job) (all []*card.Job) {
	for ; j != nil; j = j.Heir() {
		all = append(all, j)
	}
	return all
}
