package interp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

const (
	// pingEvery is how often another machine is asked for its time, and so whether it is there.
	pingEvery = time.Second
	// silence is how long it may not answer before it is given up. Slurm itself takes
	// SlurmdTimeout, 300 s unless the cluster has another, and srun waits as long.
	silence = 10 * time.Second
	// firstPings are done before the task begins.
	firstPings = 6
	// farewell is how long the command may take to end once the task has, or once it was told to end it.
	farewell = 2 * time.Second
	// lastWords is how much of the standard error of the command is kept.
	lastWords = 4 << 10
)

// remoteChild is a worker on another machine and the command that connects to it. It
// implements [host.Child].
//
// One goroutine reads what the agent there tells, one what the command writes to standard error, one
// sends orders, one asks for the time, and one waits for the end of the command. All end with the command.
type remoteChild struct {
	options host.Options
	show    func(*eval.Display)
	clocks  *remoteClocks
	command *childproc.Process
	in      *frameReader
	out     *frameWriter
	pipes   [3]*os.File // our ends of its standard streams
	orders  *orders
	reading sync.WaitGroup
	words   tail
	done    chan struct{} // closed when exit is set
	exit    host.Exit

	heard atomic.Int64 // when something came, on the clock of childproc
	busy  atomic.Bool  // it is being dealt with
	pid   atomic.Int64 // of the worker; 0: it does not run yet

	// The reader alone uses these until it has ended.
	clock  *remoteClock // nil before the greeting
	hello  agentHello
	last   time.Duration // of the writes so far
	ended  bool          // exit is what the agent told
	failed string        // the worker could not be started
	began  bool

	mu      sync.Mutex // guards what follows
	killed  bool
	silent  time.Duration // it was given up after so long
	number  uint64
	pending map[uint64]time.Duration // when pings were sent
}

// tail keeps the last bytes that were written to it.
type tail struct {
	mu sync.Mutex // guards b
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if n := len(t.b) - lastWords; n > 0 {
		t.b = append(t.b[:0], t.b[n:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(strings.ToValidUTF8(string(t.b), "\uFFFD"))
}

// remote runs f on another machine.
func (s *starter) remote(f *host.Func, o host.Options, show func(*eval.Display)) (*remoteChild, error) {
	data, shared, err := f.Pack()
	if err != nil {
		return nil, err
	}
	if len(shared) > 0 {
		return nil, errPipeElsewhere
	}
	program, err := childproc.Remote("agent")
	if err != nil {
		return nil, err
	}
	argv := o.Via(program)
	c := &remoteChild{options: o, show: show, clocks: &s.clocks, done: make(chan struct{}), pending: map[uint64]time.Duration{}}
	c.orders = newOrders(&toAgent{Task: &remoteTask{
		Name: o.Name, Func: f.Name, Program: data, Env: o.Env, Dir: o.Dir, Stdin: o.Stdin, Inputs: o.Results != nil,
	}})
	if err := c.connect(argv); err != nil {
		return nil, fmt.Errorf("run %s: %w", argv[0], err)
	}
	go c.await()
	return c, nil
}

var errPipeElsewhere = errors.New("an end of a process.Pipe cannot go to another machine: use a process.Queue")

// connect starts the command.
func (c *remoteChild) connect(argv []string) (err error) {
	var theirs [3]*os.File
	for i := range theirs {
		var r, w *os.File
		if r, w, err = os.Pipe(); err != nil {
			break
		}
		if theirs[i], c.pipes[i] = w, r; i == 0 {
			theirs[i], c.pipes[i] = r, w
		}
	}
	if err == nil {
		c.command, err = childproc.StartProgram(context.Background(), argv, childproc.Options{Stdin: theirs[0], Stdout: theirs[1], Stderr: theirs[2]})
	}
	closeAll(theirs[:])
	if err != nil {
		closeAll(c.pipes[:])
		return err
	}
	c.in, c.out = newFrameReader(c.pipes[1]), newFrameWriter(c.pipes[0])
	c.reading.Go(func() {
		c.read()
		c.leave()
	})
	c.reading.Go(func() { c.words.copyFrom(c.pipes[2]) })
	return nil
}

func (t *tail) copyFrom(f *os.File) {
	buf := make([]byte, 4<<10)
	for {
		n, err := f.Read(buf)
		t.Write(buf[:n]) // cannot fail
		if err != nil {
			return
		}
	}
}

// read reads what the agent tells, to its end.
func (c *remoteChild) read() {
	if noise, err := c.in.greeted(); err != nil {
		c.words.Write(noise) // it may be what a shell or a launcher has to say
		return
	}
	var m fromAgent
	if err := c.in.receive(&m); err != nil || m.Hello == nil {
		return
	}
	c.hello, c.clock = *m.Hello, c.clocks.get(m.Hello.Clock)
	c.heard.Store(int64(childproc.Now()))
	go c.watch()
	for range firstPings {
		c.ping()
		var m fromAgent
		if err := c.in.receive(&m); err != nil || m.Pong == nil {
			return
		}
		c.timed(m.Pong)
	}
	go c.orders.send(c.pipes[0], func(v any) error {
		if o, ok := v.(*order); ok {
			v = &toAgent{Order: o}
		}
		return c.out.send(v)
	})
	for !c.ended && c.failed == "" {
		var m fromAgent
		if err := c.in.receive(&m); err != nil {
			return
		}
		c.busy.Store(true)
		c.take(&m)
		c.heard.Store(int64(childproc.Now()))
		c.busy.Store(false)
	}
}

// take deals with one message.
func (c *remoteChild) take(m *fromAgent) {
	switch {
	case m.Pong != nil:
		c.timed(m.Pong)
	case m.Started != nil:
		c.pid.Store(int64(m.Started.PID))
		c.began = true
		if c.options.Started != nil {
			c.options.Started(host.Elsewhere{
				Machine: c.hello.Machine, PID: m.Started.PID, PPID: c.hello.PID, Began: c.clock.here(m.Started.At), Uncertain: c.clock.uncertain(),
			})
		}
	case m.Writes != nil:
		for _, w := range m.Writes {
			w.At = max(c.clock.here(w.At), c.last) // the estimate may have become better
			c.last = w.At
			if c.options.Sink != nil {
				c.options.Sink(w)
			}
		}
	case m.Result != nil && c.options.Results != nil:
		c.options.Results(*m.Result)
	case m.Ask != nil:
		asked(m.Ask, c.orders)
	case m.Display != nil && c.show != nil:
		c.show(m.Display)
	case m.Failed != "":
		c.failed = m.Failed
	case m.Exit != nil:
		c.exit, c.ended = *m.Exit, true
		c.exit.Began, c.exit.Ended = c.clock.here(c.exit.Began), c.clock.here(c.exit.Ended)
	}
}

func (c *remoteChild) ping() {
	c.mu.Lock()
	c.number++
	n := c.number
	c.pending[n] = childproc.Now()
	c.mu.Unlock()
	c.out.send(&toAgent{Ping: n}) // a broken connection ends the reader
}

func (c *remoteChild) timed(p *pong) {
	received := childproc.Now()
	c.mu.Lock()
	sent, ok := c.pending[p.Ping]
	delete(c.pending, p.Ping)
	c.mu.Unlock()
	if ok {
		c.clock.sample(sent, p.At, received)
	}
}

// watch asks for the time, and gives the other machine up when it is silent.
func (c *remoteChild) watch() {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.command.Done():
			return
		case <-tick.C:
		}
		// A reader that waits for a slow screen hears nothing.
		if quiet := childproc.Now() - time.Duration(c.heard.Load()); quiet > silence && !c.busy.Load() {
			c.mu.Lock()
			c.silent = quiet
			c.mu.Unlock()
			c.command.Kill() // it has ended meanwhile
			return
		}
		go c.ping() // a full pipe must not hold up the watch
	}
}

// leave ends the connection: the reader has nothing more to read.
func (c *remoteChild) leave() {
	c.orders.close()
	c.pipes[0].Close()
	limit := time.AfterFunc(farewell, func() { c.command.Kill() }) // as in watch
	go func() {
		<-c.command.Done()
		limit.Stop()
	}()
}

// await waits for the end.
func (c *remoteChild) await() {
	state := c.command.Wait()
	for _, f := range c.pipes[1:] {
		f.SetReadDeadline(time.Now().Add(200 * time.Millisecond)) // another process may hold it open
	}
	c.reading.Wait()
	closeAll(c.pipes[1:])
	c.mu.Lock()
	killed, silent := c.killed, c.silent
	c.mu.Unlock()
	switch {
	case c.ended:
	case c.failed != "":
		c.exit = host.Exit{Code: -1, Error: &eval.Error{Value: c.hello.Machine + ": " + c.failed}}
	case killed:
		c.exit = host.Exit{Code: -1, Signal: "killed"}
	default:
		c.exit = host.Exit{Code: -1, Lost: &host.Loss{Silent: silent, Status: statusText(state), Words: c.words.String(), Began: c.began}}
	}
	if c.exit.Ended == 0 {
		c.exit.Ended = childproc.Now()
	}
	close(c.done)
}

func statusText(s childproc.State) string {
	if s.Signal != "" {
		return "signal: " + s.Signal
	}
	return fmt.Sprintf("exit status %d", s.Code)
}

// PID implements [host.Child]: the number on the other machine, 0 while the process does not run.
func (c *remoteChild) PID() int { return int(c.pid.Load()) }

// Wait implements [host.Child].
func (c *remoteChild) Wait() host.Exit {
	<-c.done
	return c.exit
}

// Kill implements [host.Child]. The command ends when its process does not.
func (c *remoteChild) Kill() error {
	c.mu.Lock()
	first := !c.killed
	c.killed = true
	c.mu.Unlock()
	if !first {
		return nil
	}
	if c.pid.Load() == 0 {
		return c.command.Kill()
	}
	go c.out.send(&toAgent{Kill: true}) // or the connection is gone
	time.AfterFunc(farewell, func() { c.command.Kill() })
	return nil
}

// Signal implements [host.Child].
func (c *remoteChild) Signal(sig os.Signal) error {
	select {
	case <-c.done:
		return os.ErrProcessDone
	default:
	}
	number, ok := sig.(syscall.Signal)
	if !ok || c.pid.Load() == 0 {
		return fmt.Errorf("signal %v: the process does not run yet", sig)
	}
	return c.out.send(&toAgent{Signal: int(number)})
}

// Give implements [host.Child].
func (c *remoteChild) Give(input []byte) {
	c.orders.put(order{Input: bytes.Clone(input), Last: input == nil})
}
