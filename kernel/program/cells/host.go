package cells

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/transfer"
)

// native is the host of the program: what it shows is printed, and tasks run in other processes of it.
type native struct {
	host.Plain
	worker *worker // nil: the main process
}

// Prints implements [host.Printing].
func (*native) Prints() {}

// Func implements [host.Host].
func (*native) Func(f func()) (*host.Func, error) { return describe(f) }

// Cell implements [host.Host].
func (n *native) Cell() (string, bool) { return cellLabel(), n.worker != nil }

func cellLabel() string {
	if c := current.Load(); c != 0 {
		return fmt.Sprintf("cell %d", c)
	}
	return ""
}

// Copy implements [host.Host].
func (*native) Copy(name string, ptr any) ([]byte, error) {
	return transfer.Encode([]Variable{{Name: name, Ptr: ptr}}, &sender{})
}

// Paste implements [host.Host].
func (*native) Paste(copied []byte, ptr any) error {
	return transfer.Decode(copied, []any{ptr}, &sender{})
}

// Mapped implements [host.Mapper].
func (*native) Mapped(f any) (func(), error) {
	v := find(f)
	if v == nil {
		return nil, errNotTask
	}
	w := &value{entry: v.entry, captured: v.captured}
	task := func() { _ = w } // it captures w: no other one has its address
	w.f = task
	keep(w)
	return task, nil
}

// Ask implements [host.Host].
func (n *native) Ask(ctx context.Context, a *host.Ask) (host.Answer, error) {
	if n.worker == nil {
		return host.Answer{}, host.ErrNoQueue
	}
	return n.worker.ask(ctx, a)
}

// maxDepth is how long a chain of processes that start each other may be: a longer one is a mistake that would not
// end by itself.
const maxDepth = 8

// firstFile is the descriptor of the first file that goes along: standard streams and the pipe for
// what the child tells come before.
const firstFile = 4

// order is what a child is told; one field is set, or none when there are no more inputs.
type order struct {
	Start  *start
	Input  []byte
	Answer *host.Answer
	Last   bool
}

// report is what a child tells.
type report struct {
	PPID         int
	Began, Ended time.Duration
	Failure      *eval.Error
	Result       *host.Result
	Ask          *host.Ask
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

// Start implements [host.Host].
func (n *native) Start(ctx context.Context, f *host.Func, o host.Options) (host.Child, error) {
	depth := 1
	if n.worker != nil {
		depth = n.worker.depth + 1
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("processes that start each other go %d deep: is this what you want?", maxDepth)
	}
	data, files, err := f.Pack()
	if err != nil {
		return nil, err
	}
	var s start
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&s); err != nil {
		return nil, err
	}
	s.Stdin, s.Label = o.Stdin, f.Label
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{results: o.Results, reported: make(chan struct{})}
	c.cmd = exec.Command(exe)
	c.cmd.Args[0] = os.Args[0]
	c.cmd.Env = append(append(os.Environ(), o.Env...), variable+"="+strconv.Itoa(depth))
	c.cmd.Dir = o.Dir
	c.cmd.Stdout, c.cmd.Stderr = &output{stream: "stdout", sink: o.Sink}, &output{stream: "stderr", sink: o.Sink}
	if err := c.start(files); err != nil {
		return nil, err
	}
	c.tell(order{Start: &s})
	return c, ctx.Err()
}

// outputMu is held while bytes of a child are given to a sink: one order for all of them.
var outputMu sync.Mutex

// output brings what a child writes to a sink.
type output struct {
	stream string
	sink   host.Sink
}

func (w *output) Write(p []byte) (int, error) {
	outputMu.Lock()
	defer outputMu.Unlock()
	w.sink(host.Write{At: host.Clock(), Stream: w.stream, Text: p, CPU: -1})
	return len(p), nil
}

// child is a started process. One goroutine writes its orders, one reads what it tells; they end with it.
type child struct {
	cmd      *exec.Cmd
	results  func(host.Result)
	began    time.Duration
	reported chan struct{} // closed when it tells nothing more

	exit host.Exit // what it has told; the reader's until reported is closed

	mu     sync.Mutex // guards what follows
	orders []order
	wake   chan struct{}
	ended  bool
}

func (c *child) start(files []*os.File) error {
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	c.cmd.ExtraFiles = append([]*os.File{w}, files...)
	c.began = host.Clock()
	if err = c.cmd.Start(); errors.Is(err, errors.ErrUnsupported) {
		err = fmt.Errorf("a program made of a notebook starts child processes on Unix systems alone: %w", err)
	}
	w.Close()
	if err != nil {
		r.Close()
		return err
	}
	c.wake = make(chan struct{}, 1)
	go c.send(in)
	go c.receive(r)
	return nil
}

func (c *child) tell(o order) {
	c.mu.Lock()
	c.orders = append(c.orders, o)
	c.mu.Unlock()
	c.signal()
}

func (c *child) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// send writes the orders. The pipe stays open as long as the child lives, which takes its end for that of its parent.
func (c *child) send(in io.WriteCloser) {
	defer in.Close()
	enc := gob.NewEncoder(in)
	for range c.wake {
		c.mu.Lock()
		list, ended := c.orders, c.ended
		c.orders = nil
		c.mu.Unlock()
		for _, o := range list {
			if enc.Encode(o) != nil {
				return // the child has ended
			}
		}
		if ended {
			return
		}
	}
}

// receive reads what the child tells.
func (c *child) receive(r *os.File) {
	defer close(c.reported)
	defer r.Close()
	for dec := gob.NewDecoder(r); ; {
		var m report
		if dec.Decode(&m) != nil {
			return
		}
		switch {
		case m.Result != nil:
			c.results(*m.Result)
		case m.Ask != nil:
			c.answer(m.Ask)
		case m.Failure != nil:
			c.exit.Error, c.exit.Ended = m.Failure, m.Ended
		case m.Ended != 0:
			c.exit.Ended = m.Ended
		default:
			c.exit.PPID, c.exit.Began = m.PPID, m.Began
		}
	}
}

// answer does what the child asks of a queue, here or further up.
func (c *child) answer(a *host.Ask) {
	reply := func(r host.Answer) bool {
		c.mu.Lock()
		ended := c.ended
		c.mu.Unlock()
		if !ended {
			r.Seq = a.Seq
			c.tell(order{Answer: &r})
		}
		return !ended
	}
	if q := host.LocalQueue(a.Queue); q != nil {
		q.Do(a, reply)
		return
	}
	go func() { // it ends with the answer, or with this process
		up := *a
		r, err := host.Current().Ask(context.Background(), &up)
		if err != nil {
			r.Error = err.Error()
		}
		reply(r)
	}()
}

// PID implements [host.Child].
func (c *child) PID() int { return c.cmd.Process.Pid }

// Kill implements [host.Child].
func (c *child) Kill() error { return c.cmd.Process.Kill() }

// Signal implements [host.Child].
func (c *child) Signal(sig os.Signal) error { return c.cmd.Process.Signal(sig) }

// Give implements [host.Child].
func (c *child) Give(input []byte) { c.tell(order{Input: input, Last: input == nil}) }

// Wait implements [host.Child].
func (c *child) Wait() host.Exit {
	_ = c.cmd.Wait() // the state tells more
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.signal()
	<-c.reported
	e, s := c.exit, c.cmd.ProcessState
	e.Code, e.CPU, e.TID = s.ExitCode(), s.UserTime()+s.SystemTime(), s.Pid()
	if name, ok := strings.CutPrefix(s.String(), "signal: "); ok {
		e.Signal = name
	}
	if e.PPID == 0 {
		e.PPID, e.Began = os.Getpid(), c.began
	}
	if e.Ended == 0 {
		e.Ended = host.Clock()
	}
	return e
}
