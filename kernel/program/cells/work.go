package cells

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/transfer"
)

// worker is a child process: it runs one task. The main goroutine runs it; another one reads the orders, and ends the
// process when its parent is gone.
type worker struct {
	depth  int
	got    *sender
	inputs chan []byte // closed when there are no more

	outMu sync.Mutex // guards out
	out   *gob.Encoder

	mu      sync.Mutex // guards what follows
	seq     uint64
	waiting map[uint64]chan host.Answer
}

// The exit statuses of a child, as of a Go program.
const (
	exitPanic  = 2
	exitDefect = 70 // EX_SOFTWARE of sysexits(3)
)

// work is main in a child process.
func work(depth string) int {
	n, err := strconv.Atoi(depth)
	if err != nil {
		return broken(fmt.Errorf("%s=%q", variable, depth))
	}
	w := &worker{depth: n, got: &sender{}, inputs: make(chan []byte, 64), out: gob.NewEncoder(os.NewFile(3, "reports")),
		waiting: map[uint64]chan host.Answer{}}
	in := os.Stdin
	dec := gob.NewDecoder(in)
	var first order
	if err := dec.Decode(&first); err != nil || first.Start == nil {
		return broken(fmt.Errorf("read the task: %v", err))
	}
	if err := provide(first.Start.Stdin); err != nil {
		return broken(err)
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(first.Start.Label, "cell ")); err == nil {
		current.Store(int64(n))
	}
	go w.read(dec)
	host.Set(&native{worker: w})
	return w.run(first.Start)
}

func broken(err error) int {
	fmt.Fprintln(os.Stderr, "child process:", err)
	return exitDefect
}

// provide makes the text what the task reads from its standard input, which has brought the orders.
func provide(text string) error {
	if text == "" {
		f, err := os.Open(os.DevNull)
		os.Stdin = f
		return err
	}
	r, out, err := os.Pipe()
	if err != nil {
		return err
	}
	os.Stdin = r
	go func() { // it ends with the process, if nobody reads all of it
		_, _ = io.WriteString(out, text)
		out.Close()
	}()
	return nil
}

// read reads the orders.
func (w *worker) read(dec *gob.Decoder) {
	for {
		var o order
		if dec.Decode(&o) != nil {
			os.Exit(1) // the parent is gone
		}
		switch {
		case o.Answer != nil:
			w.mu.Lock()
			got := w.waiting[o.Answer.Seq]
			delete(w.waiting, o.Answer.Seq)
			w.mu.Unlock()
			if got != nil {
				got <- *o.Answer
			}
		case o.Last:
			close(w.inputs)
		default:
			w.inputs <- o.Input
		}
	}
}

func (w *worker) tell(m report) {
	w.outMu.Lock()
	defer w.outMu.Unlock()
	_ = w.out.Encode(m) // the parent is gone, and so is this process soon
}

// ask asks a queue of a process further up.
func (w *worker) ask(ctx context.Context, a *host.Ask) (host.Answer, error) {
	got := make(chan host.Answer, 1)
	w.mu.Lock()
	w.seq++
	q := *a
	q.Seq = w.seq
	w.waiting[q.Seq] = got
	w.mu.Unlock()
	w.tell(report{Ask: &q})
	select {
	case r := <-got:
		if r.Error != "" {
			return r, errors.New(r.Error)
		}
		return r, nil
	case <-ctx.Done():
		return host.Answer{}, context.Cause(ctx)
	}
}

// run runs the task and returns the exit status.
func (w *worker) run(s *start) int {
	if s.Index < 0 || s.Index >= len(entries) {
		return broken(errNotTask)
	}
	e := entries[s.Index]
	var ptrs []any
	for _, v := range e.vars {
		ptrs = append(ptrs, v.Ptr)
	}
	var captured []reflect.Value
	if t := e.f.Type(); e.maker {
		for i := range t.NumIn() {
			p := reflect.New(t.In(i))
			captured = append(captured, p.Elem())
			ptrs = append(ptrs, p.Interface())
		}
	}
	if err := transfer.Decode(s.Values, ptrs, w.got); err != nil {
		return broken(fmt.Errorf("copy the variables: %w", err))
	}
	f := e.f
	if e.maker {
		f = f.Call(captured)[0]
	}
	w.tell(report{PPID: os.Getppid(), Began: host.Clock()})
	if f.Type().NumIn() == 1 {
		return w.each(f)
	}
	ended := false
	defer func() {
		if !ended { // runtime.Goexit
			os.Exit(0)
		}
	}()
	failure := guard(func() { f.Call(nil) })
	ended = true
	w.tell(report{Ended: host.Clock(), Failure: failure})
	if failure != nil {
		return exitPanic
	}
	return 0
}

// each calls f for each input.
func (w *worker) each(f reflect.Value) int {
	for input := range w.inputs {
		in := reflect.New(f.Type().In(0))
		if err := transfer.Decode(input, []any{in.Interface()}, w.got); err != nil {
			return broken(fmt.Errorf("copy an input: %w", err))
		}
		var r host.Result
		out := reflect.New(f.Type().Out(0))
		r.Error = guard(func() {
			results := f.Call([]reflect.Value{in.Elem()})
			out.Elem().Set(results[0])
			if len(results) == 2 && !results[1].IsNil() {
				panic(failed{results[1].Interface().(error)})
			}
		})
		if r.Error == nil {
			var err error
			if r.Copy, err = transfer.Encode([]Variable{{Name: "result", Ptr: out.Interface()}}, &sender{}); err != nil {
				r.Error = &eval.Error{Value: err.Error()}
			}
		}
		w.tell(report{Result: &r})
	}
	w.tell(report{Ended: host.Clock()})
	return 0
}

// failed is not a panic of the task, but the error that it returns.
type failed struct{ error }

// guard calls f and tells of its panic, in Go's words and with the place in the program.
func guard(f func()) (failure *eval.Error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if e, ok := r.(failed); ok {
			failure = &eval.Error{Value: e.Error()}
			return
		}
		failure = &eval.Error{Name: "panic", Value: panicText(r)}
		if frame, ok := topFrame(); ok {
			failure.Frames = []eval.Frame{frame}
		}
	}()
	f()
	return nil
}

func panicText(r any) string {
	var b bytes.Buffer
	switch r := r.(type) {
	case error:
		b.WriteString(r.Error())
	case fmt.Stringer:
		b.WriteString(r.String())
	default:
		fmt.Fprint(&b, r)
	}
	return b.String()
}

// topFrame is the innermost function of package main on the stack of a panic.
func topFrame() (eval.Frame, bool) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for {
		f, more := frames.Next()
		if name, ok := strings.CutPrefix(f.Function, "main."); ok {
			return eval.Frame{Func: name, Label: filepath.Base(f.File), Line: f.Line}, true
		}
		if !more {
			return eval.Frame{}, false
		}
	}
}
