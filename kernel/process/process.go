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
	"cmp"
	"context"
	"os"
	"path/filepath"
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
	Running = card.Running
	Exited  = card.Exited // by itself, with an exit code
	Killed  = card.Killed // by a signal
	Failed  = card.Failed // its task panicked, or it could not be started
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
	var jobs []*card.Job
	for _, p := range ps {
		if p != nil {
			jobs = append(jobs, p.job)
		}
	}
	card.Wait(host.Current().Context(), killGrace, jobs...)
	return card.NewGroup(card.Process, jobs)
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
	jobs := make([]*card.Job, len(tasks))
	funcs := make([]*host.Func, len(tasks))
	for i, task := range tasks {
		jobs[i], funcs[i] = l.prepare(h, b, task)
	}
	if seen {
		b.Show(firstPicture)
	}
	turns := make(chan struct{}, cmp.Or(l.options.workers, MaxAtOnce))
	for i, job := range jobs {
		if funcs[i] == nil {
			continue
		}
		select {
		case turns <- struct{}{}:
			p := &Process{job: job}
			p.start(ctx, b, l.options, l.task(h, funcs[i]), func() { <-turns })
		case <-ctx.Done():
			job.End(interrupted)
		}
	}
	b.Wait(ctx, killGrace)
	if seen {
		b.Report()
	}
	return b.Group()
}

// Start is as the function [Start], with the launcher's options.
func (l Launcher) Start(task func()) *Process {
	h := host.Current()
	b := card.CellBoard(card.Process)
	job, f := l.prepare(h, b, task)
	p := &Process{job: job}
	if f != nil {
		p.start(h.Context(), b, l.options, l.task(h, f), func() {})
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
	p := &Process{job: b.Add(nil, title)}
	p.start(h.Context(), b, l.options, func(ctx context.Context, o host.Options) (host.Child, error) {
		return h.Exec(ctx, append([]string{name}, args...), o)
	}, func() {})
	b.Show(0)
	return p
}

// starter starts a child.
type starter func(context.Context, host.Options) (host.Child, error)

// task starts a child that runs a function.
func (l Launcher) task(h host.Host, f *host.Func) starter {
	return func(ctx context.Context, o host.Options) (host.Child, error) { return h.Start(ctx, f, o) }
}

// prepare puts the task on the card. The function is nil when it can be no
// task; the card says why.
func (l Launcher) prepare(h host.Host, b *card.Board, task func()) (*card.Job, *host.Func) {
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
	job := b.Add(f, name)
	if err != nil {
		job.End(card.Outcome{State: card.Failed, ExitCode: -1, Err: err})
		return job, nil
	}
	return job, f
}

// start starts the process and a goroutine that waits for its end and then
// calls ended. The goroutine ends with the process, which the end of ctx kills.
func (p *Process) start(ctx context.Context, b *card.Board, o options, launch starter, ended func()) {
	if err := p.launch(ctx, b, o, launch, nil); err != nil {
		ended()
		return
	}
	go func() {
		p.await(ctx, o)
		ended()
	}()
}

// launch starts the process, or ends its job with the error why it could not.
func (p *Process) launch(ctx context.Context, b *card.Board, o options, launch starter, results func(host.Result)) error {
	began := host.Clock()
	child, err := launch(ctx, host.Options{Sink: b.Sink(p.job), Name: p.job.Name(), Env: o.env, Dir: o.dir, Stdin: o.stdin, Results: results})
	switch {
	case err == nil:
		p.child = child
		p.job.Started(began, child.PID(), b.Parent(), 0)
	case ctx.Err() != nil:
		p.job.End(interrupted)
	default:
		p.job.End(card.Outcome{State: card.Failed, ExitCode: -1, Err: err})
	}
	return err
}

// await waits for the end of the process and notes it.
func (p *Process) await(ctx context.Context, o options) {
	// The error of a kill is that the process has ended meanwhile.
	stop := context.AfterFunc(ctx, func() { _ = p.child.Kill() })
	late := make(chan struct{})
	var limit *time.Timer
	if o.timeout > 0 {
		limit = time.AfterFunc(o.timeout, func() { close(late); _ = p.child.Kill() })
	}
	exit := p.child.Wait()
	stop()
	end := outcome(exit)
	if limit != nil {
		limit.Stop()
		select {
		case <-late:
			if end.State == card.Killed {
				end.Err = &TimeoutError{o.timeout}
			}
		default:
		}
	}
	p.job.End(end)
}

// interrupted is the outcome of a process whose cell was interrupted first.
var interrupted = card.Outcome{State: card.Killed, ExitCode: -1, Err: card.ErrNotStarted}

func outcome(e host.Exit) card.Outcome {
	o := card.Outcome{
		State: card.Exited, ExitCode: e.Code, Signal: e.Signal, Error: e.Error,
		PPID: e.PPID, TID: e.TID, CPU: e.CPU, Began: e.Began, Ended: e.Ended,
	}
	switch {
	case e.Signal != "":
		o.State = card.Killed
	case e.Error != nil:
		o.State = card.Failed
	}
	return o
}

// Process is a started child process. Its methods may be called from any
// goroutine.
type Process struct {
	job   *card.Job
	child host.Child // nil: it could not be started
}

// ID is the process ID; 0 when the process could not be started.
func (p *Process) ID() int { return p.job.PID() }

// Name is the name of the process's task.
func (p *Process) Name() string { return p.job.Name() }

// State tells what has become of the process.
func (p *Process) State() State { return p.job.Outcome().State }

// Wait waits until the process has ended and all that it printed is on the
// card. It returns what [Process.Err] tells then.
func (p *Process) Wait() error {
	card.Wait(host.Current().Context(), killGrace, p.job)
	return p.job.Err()
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.job.Done() }

// Err is nil while the process runs and when it ended with exit code 0.
// Otherwise it tells why it could not be started, its panic, its signal or its exit code.
func (p *Process) Err() error { return p.job.Err() }

// ExitCode is the exit code of the process; -1 while it runs, when a signal
// ended it or when it could not be started.
func (p *Process) ExitCode() int {
	if !p.job.Ended() {
		return -1
	}
	return p.job.Outcome().ExitCode
}

// Kill ends the process and those that it started. It is no error when the
// process has ended already.
func (p *Process) Kill() error {
	if p.child == nil || p.job.Ended() {
		return nil
	}
	if err := p.child.Kill(); err != nil && !p.job.Ended() {
		return err
	}
	return nil
}

// Signal sends a signal to the process, as kill(1) does: os.Interrupt,
// syscall.SIGTERM, …. What comes of it is the process's own affair. It fails when the process
// has ended, and on Windows for every signal but os.Kill.
func (p *Process) Signal(sig os.Signal) error {
	if p.child == nil {
		return os.ErrProcessDone
	}
	return p.child.Signal(sig)
}

// Output is what the process has written so far.
func (p *Process) Output() []Line { return p.job.Output() }

// Text is what the process has written so far, one line after the other.
func (p *Process) Text() string { return p.job.Text() }

// MimeBundle is the run card of this process.
func (p *Process) MimeBundle() map[string]any { return p.job.Group().MimeBundle() }

// MimeMetadata is the run card as data.
func (p *Process) MimeMetadata() map[string]any { return p.job.Group().MimeMetadata() }

// AlreadyShown tells whether a card with this process stands under the running
// cell, so that the cell's last expression need not show it again.
func (p *Process) AlreadyShown() bool { return p.job.AlreadyShown() }
