package interp

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime/debug"
	"runtime/pprof"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/transfer"
)

// worker runs one function of a cell. The task runs on the main thread, to
// which the main goroutine is locked: what the process table says of the
// process holds for the task.
type worker struct {
	base
	*recorder
	cell string // that made the function
	got  received
	fill func(ptrs ...any)
	in   *inbox
}

// exit statuses of a worker, as of a Go program
const (
	exitPanic  = 2
	exitDefect = 70 // EX_SOFTWARE of sysexits(3)
)

// WorkerMain is the role "worker".
func WorkerMain() int {

	unsetQuietCrash()
	debug.SetMaxStack(maxStack)
	roomyGC()
	var t task
	childproc.YieldTerm()
	in := newInbox(childproc.File(0))
	if err := in.dec.Decode(&t); err != nil {
		fmt.Fprintf(os.Stderr, "worker: read the task: %v\n", err)
		return exitDefect
	}
	w := &worker{in: in, recorder: &recorder{task: t.ID, w: childproc.File(1), raw: [2]*os.File{os.Stdout, os.Stderr}}}
	w.store, w.starter = newStore(), newStarter()
	w.tell(&message{PPID: os.Getppid()})
	if err := w.prepare(); err != nil {
		return w.broken(err)
	}
	return w.run(t.Program)
}

// prepare makes the interpreter.
func (w *worker) prepare() (err error) {
	w.traces = newTraces(worn{w, 1})
	s := stdio{os.Stdin, worn{w, 0}, worn{w, 1}}
	calls := interp.Exports{workerPackage + "/worker": {
		"Load": reflect.ValueOf(func(ptrs ...any) { w.fill(ptrs...) }),
		"Each": reflect.ValueOf(w.each),
		"Func": reflect.ValueOf(func(id int, f func()) { w.got.funcs[id] = rt.Func(id, f) }),
	}}
	if w.engine, err = newEngine(s, w.traces, append(library(), calls)); err != nil {
		return err
	}
	w.got = received{map[int]func(){}, map[int]*os.File{}}
	w.connect(w, s, w.exit, w.panicked)
	return nil
}

// run runs the program and returns the exit status.
func (w *worker) run(data []byte) int {
	var p program
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&p); err != nil {
		return w.broken(fmt.Errorf("read the program: %w", err))
	}
	w.cell = p.Label
	w.store.adopt(&p)
	org := w.origins.cell(0, p.Label, false)
	pprof.SetGoroutineLabels(org.labels)
	w.fill = func(ptrs ...any) {
		if err := transfer.Decode(p.Values, ptrs, w.got); err != nil {
			os.Exit(w.broken(fmt.Errorf("copy the variables: %w", err)))
		}
		w.write(recordBegin, nil)
	}
	w.engine.resume()
	prog, err := w.engine.compile(&source{decls: p.Decls, imports: p.Imports, entry: p.Body})
	if err != nil {
		return w.broken(err)
	}
	failure := w.execute(prog)
	w.write(recordEnd, nil)
	if failure != nil {
		w.tell(&message{Failure: failure})
		return exitPanic
	}
	return 0
}

// execute runs the task. After runtime.Goexit, which ends the main goroutine,
// a Go program goes on until nothing can run any more; a worker ends.
func (w *worker) execute(p *interp.Program) (failure *eval.Error) {
	returned := false
	defer func() {
		if !returned {
			w.write(recordEnd, nil)
			os.Exit(0)
		}
	}()
	_, err := w.engine.yaegi.Execute(p)
	returned = true
	if err != nil {
		return failed(err, w.traces)
	}
	return nil
}

// each calls f for each input that the parent gives, and tells it what became of
// it. in and out point to the variables of f's input and result.
func (w *worker) each(in, out any, f func()) {
	clearValue := func(ptr any) { reflect.ValueOf(ptr).Elem().SetZero() }
	for {
		input, ok, err := w.in.input()
		if err != nil {
			os.Exit(w.broken(fmt.Errorf("read an input: %w", err)))
		}
		if !ok {
			return
		}
		clearValue(in)
		clearValue(out)
		if err := transfer.Decode(input, []any{in}, w.got); err != nil {
			os.Exit(w.broken(fmt.Errorf("copy an input: %w", err)))
		}
		var r host.Result
		if r.Error = w.guard(f); r.Error == nil {
			if r.Copy, err = w.Copy("result", out); err != nil {
				r.Error = &eval.Error{Value: err.Error()}
			}
		}
		w.write(recordResult, resultBytes(&r))
	}
}

// resultBytes is a result as its records hold it.
func resultBytes(r *host.Result) []byte {
	if r.Error == nil {
		return append([]byte{0}, r.Copy...)
	}
	var b bytes.Buffer
	b.WriteByte(1)
	gob.NewEncoder(&b).Encode(r.Error) // cannot fail: it has no type that gob lacks
	return b.Bytes()
}

// parseResult reads what resultBytes made.
func parseResult(b []byte) (r host.Result, err error) {
	if len(b) == 0 {
		return r, errRecord
	}
	if b[0] == 0 {
		return host.Result{Copy: b[1:]}, nil
	}
	err = gob.NewDecoder(bytes.NewReader(b[1:])).Decode(&r.Error)
	return r, err
}

// broken reports a defect.
func (w *worker) broken(err error) int {
	w.tell(&message{Failure: defect(err)})
	return exitDefect
}

func (w *worker) tell(m *message) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(m); err != nil {
		return err
	}
	return w.write(recordMessage, b.Bytes())
}

// exit is os.Exit of the task.
func (w *worker) exit(code int, _ string) {
	w.write(recordEnd, nil)
	os.Exit(code)
}

// panicked is told of a panic in a goroutine of the task, which ends the
// process as in any Go program.
func (w *worker) panicked(v any) {
	w.write(recordEnd, nil)
	w.tell(&message{Failure: fault(v, w.traces.take(v))})
	os.Exit(exitPanic)
}

// worn is a standard stream of the task.
type worn struct {
	w     *worker
	index int
}

func (s worn) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if org := s.w.origins.current(); org != nil && org.sink != nil {
		return s.w.origins.capturedWrite(org, s.index, p)
	}
	if err := s.w.write(byte(s.index), p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Display implements [host.Host]: the cell that started the process shows it.
func (w *worker) Display(d *eval.Display) error { return w.tell(&message{Display: d}) }

// Result implements [host.Host].
func (w *worker) Result(b *eval.Bundle) error { return w.Display(&eval.Display{Bundle: *b}) }

var errOneTask = errors.New("a child process cannot clear the output of its cell")

// Clear implements [host.Host].
func (w *worker) Clear(bool) error { return errOneTask }

// Cell implements [host.Host].
func (w *worker) Cell() (string, bool) { return w.cell, true }

// Read implements [host.Host].
func (w *worker) Read(string, bool) (string, error) { return "", io.EOF }

// Start implements [host.Host].
func (w *worker) Start(ctx context.Context, f *host.Func, o host.Options) (host.Child, error) {
	show := func(d *eval.Display) { w.Display(d) }
	if o.Via != nil {
		c, err := w.starter.remote(f, o, show)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	return orNil(w.starter.start(ctx, f, o, show))
}

// Exec implements [host.Host].
func (w *worker) Exec(ctx context.Context, argv []string, o host.Options) (host.Child, error) {
	return orNil(w.starter.exec(ctx, argv, o))
}

// orNil makes of a child that was not started a nil [host.Child].
func orNil(c *child, err error) (host.Child, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}
