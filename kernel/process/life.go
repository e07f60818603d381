package process

import (
	"context"
	"os"
	"sync"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/host"
)

// start starts the process at a place of the site, and a goroutine that waits for its end, starts it
// again if it is to be, and gives the place back. The goroutine ends with the process, which the end of ctx kills.
func (p *Process) start(ctx context.Context, s *site, place int) {
	t, err := p.launch(ctx, p.job, s, place, nil)
	if err != nil {
		s.give(place, true, err)
		s.end(p.job, notRun(ctx, err))
		return
	}
	go func() {
		for attempt := 0; ; attempt++ {
			end := t.await(ctx)
			var next *card.Job
			if end.lost && attempt < p.options.retry {
				next = p.board.Retry(t.job)
			}
			s.give(place, end.usable, end.Err)
			if next == nil {
				s.end(t.job, end.Outcome)
				return
			}
			t.job.End(end.Outcome)
			if place, err = s.take(ctx); err != nil {
				s.end(next, notRun(ctx, err))
				return
			}
			if t, err = p.launch(ctx, next, s, place, nil); err != nil {
				s.give(place, true, err)
				s.end(next, notRun(ctx, err))
				return
			}
		}
	}()
}

// startHere starts the process on this machine.
func (p *Process) startHere(ctx context.Context) {
	s := &site{left: 1, free: make(chan int, 1), none: make(chan struct{})}
	p.start(ctx, s, 0)
}

// try is one try of a process: a child and its row on the card.
type try struct {
	process *Process
	job     *card.Job
	site    *site
	place   int
	child   host.Child

	mu      sync.Mutex // guards what follows
	limit   *time.Timer
	late    bool // it was killed by its time limit
	over    bool
	machine string
}

// launch starts a child.
func (p *Process) launch(ctx context.Context, job *card.Job, s *site, place int, results func(host.Result)) (*try, error) {
	t := &try{process: p, job: job, site: s, place: place}
	o := p.options
	began := host.Clock()
	child, err := p.launcher(ctx, host.Options{
		Sink: p.board.Sink(job), Name: job.Name(), Env: o.env, Dir: o.dir, Stdin: o.stdin, Results: results,
		Via: s.via(place), Started: t.elsewhere,
	})
	if err != nil {
		return nil, err
	}
	t.child = child
	p.mu.Lock()
	p.child = child
	ending := p.ending
	p.mu.Unlock()
	if ending { // Kill came before a retry
		_ = child.Kill() // the end of the child tells
	}
	if s.room == nil {
		job.Started(began, child.PID(), p.board.Parent(), 0)
		t.began()
	}
	return t, nil
}

// elsewhere is told when the process runs on another machine.
func (t *try) elsewhere(e host.Elsewhere) {
	t.mu.Lock()
	t.machine = e.Machine
	t.mu.Unlock()
	t.job.Elsewhere(e)
	t.began()
}

// began starts the clock of the time limit.
func (t *try) began() {
	d := t.process.options.timeout
	t.mu.Lock()
	defer t.mu.Unlock()
	if d == 0 || t.over {
		return
	}
	t.limit = time.AfterFunc(d, func() {
		t.mu.Lock()
		t.late = true
		t.mu.Unlock()
		_ = t.child.Kill() // its error is that the process has ended meanwhile
	})
}

// end is how a try ended.
type end struct {
	card.Outcome
	lost   bool // by no fault of its own
	usable bool // its place is
}

// await waits for the end of the child.
func (t *try) await(ctx context.Context) end {
	// The error of a kill is that the process has ended meanwhile.
	stop := context.AfterFunc(ctx, func() { _ = t.child.Kill() })
	exit := t.child.Wait()
	stop()
	t.mu.Lock()
	t.over = true
	if t.limit != nil {
		t.limit.Stop()
	}
	late, machine := t.late, t.machine
	t.mu.Unlock()
	t.process.mu.Lock()
	ending := t.process.ending || late || ctx.Err() != nil
	t.process.mu.Unlock()
	e := end{Outcome: outcome(exit), usable: true}
	switch {
	case exit.Lost != nil && ending:
		e.State, e.Signal, e.usable = card.Killed, os.Kill.String(), false
	case exit.Lost != nil:
		var words string
		words, e.usable = t.site.diagnose(t.place, exit.Lost)
		e.lost, e.State, e.Err = true, card.Lost, lost(exit.Lost, machine, words)
		if !exit.Lost.Began {
			e.State = card.Failed
		}
	case e.State == card.Killed && !ending:
		e.lost = exit.Signal == "killed" || exit.Signal == "terminated"
	}
	if late && e.State == card.Killed {
		e.Err = &TimeoutError{t.process.options.timeout}
	}
	return e
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
