package interp

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// agent is the process on another machine that starts a worker for an evaluator there, as the
// evaluator does for its own: it is the worker's parent. The connection is its standard
// input and output.
//
// The main goroutine reads what it is told, and one sends what it tells. Both end with the process,
// which ends when the worker has, and with all below it when the connection does.
type agent struct {
	host.Plain
	in  *frameReader
	out *frameWriter

	wills   eval.Wills
	mu      sync.Mutex // guards what follows
	changed sync.Cond  // queue or broken
	queue   []any      // *fromAgent
	pongs   []any      // those go first
	size    int        // bytes of text in queue
	sending bool
	broken  bool
	seq     uint64
	asked   map[uint64]chan host.Answer
}

const (
	// agentBuffer is how many bytes of output wait for the connection before the task waits.
	agentBuffer = 1 << 20
	// orphaned is how long nothing may come from the evaluator, which asks for the time every
	// second, before the agent takes it for gone.
	orphaned = time.Minute
)

// AgentMain is the role "agent".
func AgentMain() int {
	host.Clock = childproc.Now
	a := &agent{in: newFrameReader(os.Stdin), out: newFrameWriter(os.Stdout), asked: map[uint64]chan host.Answer{}}
	a.changed.L = &a.mu
	host.Set(a)
	executeOwn(&a.wills)
	if _, err := os.Stdout.WriteString(greeting + "\n"); err != nil {
		return 1
	}
	name := os.Getenv("SLURMD_NODENAME") // the cluster's own name of it
	if name == "" {
		name, _ = os.Hostname() // "" where it has none
	}
	go a.send()
	a.tell(&fromAgent{Hello: &agentHello{Machine: name, PID: os.Getpid(), Clock: childproc.ClockID()}})
	a.serve()
	childproc.EndBelow()
	a.wills.Execute(willTime)
	return 0
}

// serve does what the evaluator says, until the connection ends.
func (a *agent) serve() {
	alone := time.AfterFunc(orphaned, childproc.Vanish)
	var worker *child
	for {
		var m toAgent
		if a.in.receive(&m) != nil {
			return
		}
		alone.Reset(orphaned)
		switch {
		case m.Ping != 0:
			a.mu.Lock()
			a.pongs = append(a.pongs, &fromAgent{Pong: &pong{m.Ping, childproc.Now()}})
			a.changed.Broadcast()
			a.mu.Unlock()
		case m.Task != nil && worker == nil:
			worker = a.start(m.Task)
		case m.Order != nil && m.Order.Answer != nil:
			a.answer(m.Order)
		case worker == nil:
		case m.Order != nil:
			worker.orders.put(*m.Order)
		case m.Signal != 0:
			worker.Signal(syscall.Signal(m.Signal)) // it has ended: its Exit tells
		case m.Kill:
			worker.Kill() // as above
		}
	}
}

// start starts the worker. It returns nil when that is not possible.
func (a *agent) start(t *remoteTask) *child {
	f := &host.Func{Func: eval.Func{Name: t.Func}, Pack: func() ([]byte, []*os.File, error) { return t.Program, nil, nil }}
	o := host.Options{Sink: a.write, Name: t.Name, Env: t.Env, Dir: t.Dir, Stdin: t.Stdin}
	if t.Inputs {
		o.Results = func(r host.Result) {
			r.Copy = bytes.Clone(r.Copy) // its bytes are read into again
			a.tell(&fromAgent{Result: &r})
		}
	}
	ready := make(chan struct{})
	sink := o.Sink
	o.Sink = func(w host.Write) { <-ready; sink(w) } // who it is comes before what it writes
	at := childproc.Now()
	c, err := newStarter().start(context.Background(), f, o, func(d *eval.Display) { a.tell(&fromAgent{Display: d}) })
	if err != nil {
		a.tell(&fromAgent{Failed: err.Error()})
		close(ready)
		return nil
	}
	a.tell(&fromAgent{Started: &started{c.PID(), at}})
	close(ready)
	go func() {
		exit := c.Wait()
		a.tell(&fromAgent{Exit: &exit})
	}()
	return c
}

// write is the sink of the worker's output.
func (a *agent) write(w host.Write) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.size > agentBuffer && !a.broken {
		a.changed.Wait()
	}
	w.Text = bytes.Clone(w.Text)
	a.size += len(w.Text)
	if n := len(a.queue); n > 0 {
		if last := a.queue[n-1].(*fromAgent); last.Writes != nil && len(last.Writes) < 4096 {
			last.Writes = append(last.Writes, w)
			return
		}
	}
	a.queue = append(a.queue, &fromAgent{Writes: []host.Write{w}})
	a.changed.Broadcast()
}

func (a *agent) tell(m *fromAgent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = append(a.queue, m)
	a.changed.Broadcast()
}

// send sends what is told.
func (a *agent) send() {
	for {
		a.mu.Lock()
		for len(a.queue) == 0 && len(a.pongs) == 0 {
			a.changed.Wait()
		}
		list := append(a.pongs, a.queue...)
		a.pongs, a.queue, a.size = nil, nil, 0
		a.changed.Broadcast()
		a.mu.Unlock()
		if err := a.out.send(list...); err != nil {
			childproc.Vanish() // nobody is left to work for
		}
	}
}

// Ask implements [host.Host]: queues are where the evaluator is, or above it.
func (a *agent) Ask(ctx context.Context, q *host.Ask) (host.Answer, error) {
	ch := make(chan host.Answer, 1)
	a.mu.Lock()
	a.seq++
	ask := *q
	ask.Seq = a.seq
	a.asked[ask.Seq] = ch
	a.mu.Unlock()
	a.tell(&fromAgent{Ask: &ask})
	select {
	case r := <-ch:
		if r.Error != "" {
			return r, errors.New(r.Error)
		}
		return r, nil
	case <-ctx.Done():
		return host.Answer{}, context.Cause(ctx)
	}
}

// answer passes on what came of an ask.
func (a *agent) answer(o *order) {
	a.mu.Lock()
	ch := a.asked[o.Answer.Seq]
	delete(a.asked, o.Answer.Seq)
	a.mu.Unlock()
	if ch != nil {
		ch <- *o.Answer
	}
}
