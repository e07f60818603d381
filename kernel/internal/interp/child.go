package interp

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// starter starts the children of this process and reads what they tell.
//
// One goroutine reads the records of all children; two for each child read
// its descriptors 1 and 2, and one waits for its end. They end with the
// child, the first with the process.
type starter struct {
	open    sync.Once
	records *os.File      // the children's end; kept open here for recordGone
	broken  chan struct{} // closed when records cannot be read any more
	slots   chan struct{} // one for each living child
	boots   chan struct{} // one for each child whose task has not begun

	// deliver is held while bytes are taken out of a pipe and given to a sink: one
	// order for all children. Its cond tells that some were.
	deliver sync.Mutex
	given   sync.Cond
	read    *os.File // our end of records
	taken   int64    // bytes of records that were dealt with
	damaged bool     // no more will be

	mu    sync.Mutex // guards what follows
	err   error      // why no child can be started or heard
	last  uint32
	alive map[uint32]*child

	clocks remoteClocks
}

// maxBoots is how many children get ready at the same time: the start of a
// process takes some 10 ms of CPU time, and more at once only fill memory.
var maxBoots = 4 * runtime.NumCPU()

// maxChildren is how many children live at the same time; a Start beyond it
// waits. Each has about 10 MB of its own memory and 4 descriptors here.
const maxChildren = 128

func newStarter() *starter {
	s := &starter{broken: make(chan struct{}), slots: make(chan struct{}, maxChildren), boots: make(chan struct{}, maxBoots), alive: map[uint32]*child{}}
	s.given.L = &s.deliver
	return s
}

// child is one started process. It implements [host.Child].
type child struct {
	id      uint32
	sink    host.Sink
	show    func(*eval.Display) // a display of the child's task
	process *childproc.Process
	reading sync.WaitGroup // of descriptors 1 and 2
	raw     [2]*os.File    // our ends of descriptors 1 and 2
	// Bytes of descriptor 1 that were read, and delivered, and whether it is at
	// its end; guarded by starter.deliver.
	outRead, outGiven int64
	closed            bool
	crash             eval.Crash    // last words on descriptor 2
	gone              chan struct{} // closed at recordGone
	done              chan struct{} // closed when exit is set
	exit              host.Exit
	message           bytes.Buffer // pieces so far; the reader of records alone uses it
	ended             bool         // recordEnd came
	booted            sync.Once    // gives back its place in starter.boots
	program           bool         // another program than this binary: it sends no records
	orders            *orders      // what it is told; nil: nothing can be
	results           func(host.Result)
	wills             eval.Wills // this process executes them
}

// message is what a child tells beside its output.
type message struct {
	PPID    int // with the first one
	Failure *eval.Error
	Display *eval.Display
	Will    *eval.Will
}

// start runs f in a new process.
func (s *starter) start(ctx context.Context, f *host.Func, o host.Options, show func(*eval.Display)) (*child, error) {
	data, shared, err := f.Pack()
	if err != nil {
		return nil, err
	}
	c := &child{show: show, orders: newOrders(&task{Name: o.Name, Program: data}), results: o.Results}
	return c, s.run(ctx, c, o, func(files []*os.File) (*childproc.Process, error) {
		return childproc.Start(context.Background(), "worker", childproc.Options{
			Files: append([]*os.File{files[3], s.records}, shared...), Stdin: files[0], Stdout: files[1], Stderr: files[2],
			Env: append(eval.QuietCrash(), o.Env...), Dir: o.Dir, Title: "worker " + f.Name,
		})
	})
}

// exec runs another program.
func (s *starter) exec(ctx context.Context, argv []string, o host.Options) (*child, error) {
	c := &child{program: true, ended: true}
	c.exit.PPID = os.Getpid()
	return c, s.run(ctx, c, o, func(files []*os.File) (*childproc.Process, error) {
		return childproc.StartProgram(context.Background(), argv, childproc.Options{
			Stdin: files[0], Stdout: files[1], Stderr: files[2], Env: o.Env, Dir: o.Dir,
		})
	})
}

// launcher starts a process with the files that are to be its standard streams,
// and its pipe of orders. A nil file is not needed.
type launcher func(files []*os.File) (*childproc.Process, error)

// run starts the child when there is room for it.
func (s *starter) run(ctx context.Context, c *child, o host.Options, launch launcher) error {
	s.open.Do(s.begin)
	if err := s.failure(); err != nil {
		return fmt.Errorf("start a child process: %w", err)
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case s.boots <- struct{}{}:
	case <-ctx.Done():
		<-s.slots
		return context.Cause(ctx)
	}
	c.sink, c.gone, c.done = o.Sink, make(chan struct{}), make(chan struct{})
	c.exit.Code = -1
	s.mu.Lock()
	s.last++
	c.id = s.last
	s.alive[c.id] = c
	s.mu.Unlock()
	if err := s.launch(c, o, launch); err != nil {
		s.forget(c)
		return err
	}
	return nil
}

func (s *starter) forget(c *child) {
	s.mu.Lock()
	delete(s.alive, c.id)
	s.mu.Unlock()
	<-s.slots
	c.booted.Do(func() { <-s.boots })
}

// begin opens the pipe of records.
func (s *starter) begin() {
	r, w, err := os.Pipe()
	if err != nil {
		s.err = err
		return
	}
	childproc.GrowPipe(w, 1<<20)
	s.records, s.read = w, r
	go func() {
		err := readRecords(r, func() int { s.deliver.Lock(); return 0 }, s.unlock, s.take)
		r.Close()
		s.mu.Lock()
		if s.err = err; err == nil { // our own end of the pipe was closed
			s.err = errRecord
		}
		s.mu.Unlock()
		close(s.broken)
		s.deliver.Lock()
		s.damaged = true
		s.unlock()
	}()
}

// failure is why no child can be started or heard.
func (s *starter) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *starter) unlock() {
	s.given.Broadcast()
	s.deliver.Unlock()
}

// standing tells where the records end that were written up to now. It needs deliver.
func (s *starter) standing() int64 { return s.taken + int64(childproc.Pending(s.read)) }

func (s *starter) launch(c *child, o host.Options, launch launcher) error {
	var theirs, ours [4]*os.File // standard input, output and error, orders
	var err error
	for i := range ours {
		in := i == 0 || i == 3 // what the child reads
		if i == 0 && o.Stdin == "" || i == 3 && c.program {
			continue
		}
		var r, w *os.File
		if r, w, err = os.Pipe(); err != nil {
			break
		}
		if ours[i], theirs[i] = r, w; in {
			ours[i], theirs[i] = w, r
		}
	}
	if err == nil {
		c.process, err = launch(theirs[:])
	}
	closeAll(theirs[:])
	if err != nil {
		closeAll(ours[:])
		return err
	}
	c.raw = [2]*os.File(ours[1:3])
	for i := range 2 {
		c.reading.Go(func() { s.readRaw(c, i, c.raw[i]) })
	}
	if ours[0] != nil {
		// It ends with the child, which holds the other end alone.
		go func() {
			io.WriteString(ours[0], o.Stdin) // who does not read it all has no use for it
			ours[0].Close()
		}()
	}
	if c.program {
		c.exit.TID, c.exit.Began = c.process.PID(), childproc.Now()
		c.booted.Do(func() { <-s.boots })
	} else {
		c.orders.first.(*task).ID = c.id
		go c.orders.send(ours[3], gob.NewEncoder(ours[3]).Encode)
	}
	go s.await(c)
	return nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// readRaw passes on what the child, or a program that it started, writes to a
// descriptor itself. As in an evaluator, what stands in the other descriptor goes
// first when this is the second, and so do records, which the child does not
// write before its descriptors are read.
func (s *starter) readRaw(c *child, stream int, f *os.File) {
	buf := make([]byte, 32<<10)
	var goal int64 // records up to here were written before what is read
	lock := func() int {
		s.deliver.Lock()
		goal = s.standing() // while the child writes no further record
		return 0
	}
	for again := true; again; {
		if stream == 1 {
			if d := c.crash.Patience(); d > 0 && !c.program {
				f.SetReadDeadline(time.Now().Add(d))
			}
		}
		n, err := childproc.Receive(f, buf, lock, s.unlock)
		if n > 0 {
			if stream == 0 {
				c.outRead += int64(n)
			}
			for s.taken < goal && !s.damaged {
				s.given.Wait()
			}
			if stream == 1 {
				for first := c.outRead + int64(childproc.Pending(c.raw[0])); c.outGiven < first && !c.closed; {
					s.given.Wait()
				}
			}
		}
		text := buf[:n]
		if stream == 1 && !c.program {
			text = c.crash.Hold(text)
		}
		again = err == nil
		if stream == 1 && errors.Is(err, os.ErrDeadlineExceeded) && c.crash.Patience() > 0 {
			text, again = c.crash.Release(), true
			f.SetReadDeadline(time.Time{})
		}
		s.raw(c, stream, text)
		if stream == 0 {
			c.outGiven, c.closed = c.outRead, !again
		}
		s.unlock()
	}
}

// raw needs deliver.
func (s *starter) raw(c *child, stream int, text []byte) {
	if len(text) > 0 {
		c.write(host.Write{At: childproc.Now(), Stream: streams[stream], Text: text, CPU: -1})
	}
}

func (c *child) write(w host.Write) {
	if c.sink != nil {
		c.sink(w)
	}
}

// take handles one record. It needs deliver.
func (s *starter) take(r record) {
	s.taken += int64(recordHeader + len(r.payload))
	s.mu.Lock()
	c := s.alive[r.task]
	s.mu.Unlock()
	if c == nil {
		return
	}
	switch r.kind {
	case recordStdout, recordStderr:
		c.write(r.toWrite())
	case recordBegin:
		c.booted.Do(func() { <-s.boots })
		c.exit.Began, c.exit.TID = r.at, r.tid
	case recordEnd:
		c.exit.Ended, c.ended = r.at, true
	case recordMessage:
		c.message.Write(r.payload)
		if !r.more {
			c.told()
		}
	case recordResult:
		c.message.Write(r.payload)
		if !r.more {
			c.result()
		}
	case recordAsk:
		c.message.Write(r.payload)
		if !r.more {
			if a, err := parseAsk(bytes.Clone(c.message.Bytes())); err == nil {
				asked(a, c.orders)
			}
			c.message.Reset()
		}
	case recordGone:
		close(c.gone)
	}
}

func (c *child) told() {
	var m message
	err := gob.NewDecoder(&c.message).Decode(&m)
	c.message.Reset()
	switch {
	case err != nil:
	case m.Failure != nil:
		c.exit.Error = m.Failure
	case m.Will != nil:
		c.wills.Take(*m.Will)
	case m.Display != nil && c.show != nil:
		c.show(m.Display)
	default:
		c.exit.PPID = m.PPID
	}
}

// result passes on what became of an input.
func (c *child) result() {
	r, err := parseResult(c.message.Bytes())
	c.message.Reset()
	if err != nil {
		r.Error = defect(err)
	}
	c.results(r)
}

// await waits for the child's end and for all that it wrote.
func (s *starter) await(c *child) {
	state := c.process.Wait()
	c.orders.close()
	c.crash.Final()
	for _, f := range c.raw {
		f.SetReadDeadline(time.Now().Add(200 * time.Millisecond)) // another process may hold it open
	}
	c.reading.Wait()
	for _, f := range c.raw {
		f.Close()
	}
	end := record{kind: recordGone, task: c.id}
	s.records.Write(end.append(nil)) // fails only when the pipe is broken
	select {
	case <-c.gone:
	case <-s.broken:
		c.exit.Error = &eval.Error{Name: "fatal", Value: s.failure().Error()}
	}
	c.wills.Execute(willTime)
	s.finish(c, state)
	s.forget(c)
	close(c.done)
}

// finish makes the exit report of what the child told and how the process ended.
func (s *starter) finish(c *child, state childproc.State) {
	c.exit.Code, c.exit.Signal, c.exit.CPU = state.Code, state.Signal, state.CPU
	if c.exit.Ended == 0 {
		c.exit.Ended = childproc.Now()
	}
	crash := c.crash.Release()
	if c.ended || state.Signal == "killed" || state.Signal == "terminated" {
		s.deliver.Lock()
		defer s.unlock()
		s.raw(c, 1, crash)
		return
	}
	if c.exit.Error == nil && len(crash) > 0 {
		c.exit.Error = eval.Obituary(state, crash)
	}
}

// Give implements [host.Child].
func (c *child) Give(input []byte) { c.orders.put(order{Input: input, Last: input == nil}) }

// Signal implements [host.Child].
func (c *child) Signal(sig os.Signal) error { return c.process.Signal(sig) }

// PID implements [host.Child].
func (c *child) PID() int { return c.process.PID() }

// Wait implements [host.Child].
func (c *child) Wait() host.Exit {
	<-c.done
	return c.exit
}

// Kill implements [host.Child].
func (c *child) Kill() error { return c.process.Kill() }
