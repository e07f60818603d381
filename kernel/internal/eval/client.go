package eval

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"iyagi/kernel/internal/childproc"
)

// Config is what an evaluator is started with.
type Config struct {
	Dir string       // working directory; empty: this process's
	Env []string     // "key=value", added to this process's environment
	Log *slog.Logger // hears what no cell can be told; nil: nobody
	// Background receives what goroutines of earlier cells show, with the ID of
	// the Run that caused it, one at a time and never while a func given to Run
	// is called. It may be nil.
	Background func(id int, o Output)
}

// Client is the kernel's end of one evaluator process.
//
// Its goroutines are the readers of descriptor 1, of descriptor 2 and of the
// control pipe, the sender of calls, and one that waits for the process's end;
// all of them end with the process, which [Client.Kill] and [Client.Close] bring about.
type Client struct {
	log     *slog.Logger
	process *childproc.Process
	tree    childproc.Tree
	conn    *Conn
	calls   *calls
	pipe    *os.File // our end of the pipe that calls go to
	merge   *merger
	wills   Wills // of the evaluator
	readers [2]*reader
	ready   chan struct{} // closed by the first event
	dead    chan struct{} // closed when all outputs are delivered and death is set
	death   *Error

	running sync.Mutex // held by Run
	mu      sync.Mutex // guards what follows
	done    chan *Done // of the running Run
	doneID  int
	killed  bool
	deaf    bool // a pipe to it ended before the process
}

// Start launches an evaluator (the role "evaluator") and returns when it is
// ready. The evaluator is killed when ctx is done.
func Start(ctx context.Context, cfg Config) (*Client, error) {
	c := &Client{log: cfg.Log, tree: childproc.NewTree(), merge: newMerger(cfg.Background),
		ready: make(chan struct{}), dead: make(chan struct{})}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if err := c.launch(ctx, cfg); err != nil {
		return nil, fmt.Errorf("start the evaluator: %w", err)
	}
	select {
	case <-c.ready:
		return c, nil
	case <-c.dead:
		return nil, fmt.Errorf("start the evaluator: it ended at once: %s", c.death.Value)
	}
}

// launch makes the four pipes and the process.
func (c *Client) launch(ctx context.Context, cfg Config) (err error) {
	var theirs, ours [4]*os.File // descriptor 1, descriptor 2, events, calls
	defer func() {
		closeAll(theirs[:])
		if err != nil {
			closeAll(ours[:])
		}
	}()
	for i := range 3 {
		if ours[i], theirs[i], err = os.Pipe(); err != nil {
			return err
		}
		childproc.GrowPipe(theirs[i], pipeBuffer)
	}
	if theirs[3], ours[3], err = os.Pipe(); err != nil {
		return err
	}
	c.process, err = childproc.Start(ctx, "evaluator", childproc.Options{
		Files: []*os.File{theirs[3], theirs[2]}, Stdout: theirs[0], Stderr: theirs[1],
		Dir: cfg.Dir, Env: append(QuietCrash(), cfg.Env...), Tree: c.tree,
	})
	if err != nil {
		return err
	}
	hello := &Hello{}
	rand.Read(hello.Token[1:]) // see TokenSize
	for i := range c.readers {
		c.readers[i] = &reader{index: i, file: ours[i], token: &hello.Token, m: c.merge}
	}
	c.merge.stdout = ours[0]
	c.conn, c.pipe = NewConn(ours[2], ours[3]), ours[3]
	c.calls = newCalls(c.conn)
	var reading sync.WaitGroup
	for _, r := range c.readers {
		reading.Go(r.run)
	}
	reading.Go(c.receive)
	reading.Go(c.send)
	go c.await(&reading, ours[:])
	return c.calls.add(&Call{Hello: hello})
}

func closeAll(files []*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// receive reads events until the evaluator's end of the pipe is closed.
func (c *Client) receive() {
	for {
		e, err := c.conn.ReceiveEvent()
		if err != nil {
			c.merge.end(control)
			c.lose(err)
			return
		}
		switch {
		case e.Ready != nil:
			close(c.ready)
		case e.Will != nil:
			c.wills.Take(*e.Will)
		case e.Done != nil:
			c.merge.event(&e, func() {
				c.merge.receiver = nil
				c.finish(e.ID, e.Done)
			})
		default:
			o := Output{Stream: e.Stream, Display: e.Display, Clear: e.Clear, Result: e.Result, Input: e.Input, Comm: e.Comm}
			c.merge.event(&e, func() {
				if o != (Output{}) {
					c.merge.deliver(e.ID, o)
				}
			})
		}
	}
}

// send sends calls until the evaluator's end of the pipe, or ours, is closed.
func (c *Client) send() {
	if err := c.calls.run(c.process.Done()); err != nil && !errors.Is(err, os.ErrClosed) {
		c.lose(err)
	}
}

// lose ends an evaluator that can hear or tell nothing any more because of err.
// It has most often ended by itself, but code of a cell may have closed a pipe.
func (c *Client) lose(err error) {
	select {
	case <-c.process.Done():
	case <-time.After(time.Second):
		c.log.Debug("the evaluator is stopped: it lost a pipe to the kernel", "error", err)
		c.mu.Lock()
		c.deaf = true
		c.mu.Unlock()
		c.process.Kill()
	}
}

// await waits for the end of the process, ends what it left, lets the readers
// deliver its last words, and reports its death to the running Run.
func (c *Client) await(reading *sync.WaitGroup, files []*os.File) {
	state := c.process.Wait()
	c.tree.Kill()
	c.pipe.Close()
	for _, r := range c.readers {
		r.drain()
	}
	reading.Wait()
	closeAll(files)
	c.wills.Execute(willTime)
	crash := c.readers[1].crash.held
	c.mu.Lock()
	switch {
	case c.killed:
		c.death = &Error{Name: "fatal", Value: "the evaluator was stopped"}
	case c.deaf && len(crash) == 0:
		c.death = &Error{Name: "fatal", Value: "the evaluator's pipe to the kernel was closed"}
	default:
		c.death = Obituary(state, crash)
	}
	done, id := c.done, c.doneID
	c.done = nil
	c.mu.Unlock()
	if len(crash) > 0 {
		c.log.Warn("the evaluator crashed", "pid", c.process.PID(), "reason", fmt.Sprintf("%.200s", c.death.Value))
		c.log.Debug("the evaluator crashed", "pid", c.process.PID(), "dump", string(crash[:min(len(crash), 64<<10)]))
	}
	c.merge.begin(id, nil)
	close(c.dead)
	if done != nil {
		done <- &Done{Error: c.death}
	}
}

// willTime is how long a Will of an evaluator may take.
const willTime = 5 * time.Second

// finish hands a Done to the Run that waits for it.
func (c *Client) finish(id int, d *Done) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done != nil && c.doneID == id {
		c.done <- d
		c.done = nil
	}
}

// Run has the evaluator run r and returns after receive was called with the
// last byte that it printed. receive is called by one goroutine at a time, in
// the order in which things were shown; while it does not return, the
// evaluator's writers wait. When the evaluator ends, the result's Error says
// why: Name is "fatal", and Value begins as Go's message does.
// When ctx is done the evaluator is killed.
func (c *Client) Run(ctx context.Context, r Run, receive func(Output)) *Done {
	c.running.Lock()
	defer c.running.Unlock()
	done := make(chan *Done, 1)
	c.mu.Lock()
	if c.isDead() {
		defer c.mu.Unlock()
		return &Done{Error: c.death}
	}
	c.done, c.doneID = done, r.ID
	c.mu.Unlock()
	c.merge.begin(r.ID, receive)
	began := time.Now()
	stop := context.AfterFunc(ctx, c.Kill)
	defer stop()
	if err := c.calls.add(&Call{Run: &r}); errors.Is(err, errNotReading) {
		c.Kill()
	} // any other error: the process has ended or will, and await answers
	d := <-done
	if d.Elapsed == 0 {
		d.Elapsed = time.Since(began)
	}
	return d
}

func (c *Client) isDead() bool {
	select {
	case <-c.dead:
		return true
	default:
		return c.death != nil
	}
}

// Interrupt asks the evaluator to end the running cell. The evaluator answers
// within 200 ms by the Done of the Run, unless native code keeps it busy.
func (c *Client) Interrupt() error { return c.calls.add(&Call{Interrupt: &Interrupt{}}) }

// Input answers the cell's InputRequest.
func (c *Client) Input(i Input) error { return c.calls.add(&Call{Input: &i}) }

// Comm passes a comm message to the code of cells.
func (c *Client) Comm(m Comm) error { return c.calls.add(&Call{Comm: &m}) }

// Kill ends the evaluator and everything below it.
func (c *Client) Kill() {
	c.mu.Lock()
	c.killed = true
	c.mu.Unlock()
	c.process.Kill()
	c.tree.Kill()
}

// Close ends the evaluator and everything below it, asking first and killing
// when ctx is done, and returns when all is gone.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	c.killed = true
	c.mu.Unlock()
	c.pipe.Close()
	stop := context.AfterFunc(ctx, c.Kill)
	defer stop()
	<-c.dead
	return nil
}

// Exited is closed when the evaluator has ended and all it showed is delivered.
func (c *Client) Exited() <-chan struct{} { return c.dead }

// Alive tells whether the evaluator runs.
func (c *Client) Alive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.isDead()
}

// Death says why the evaluator ended; nil while it runs.
func (c *Client) Death() *Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.death
}

// PID is the evaluator's process number.
func (c *Client) PID() int { return c.process.PID() }

// Processes are the numbers of the evaluator and all processes below it; empty
// when all have ended.
func (c *Client) Processes() []int { return c.tree.Processes() }
