// Package interp is the evaluator: it runs lowered units in one yaegi
// interpreter, as the role "evaluator" of the binary, and single functions of
// them in worker processes, as the role "worker".
//
// [EvaluatorMain] reads calls from the kernel's pipe. A unit's declarations
// become one file that yaegi compiles, and its entry function runs in a
// goroutine of its own whose labels say which cell it works for (see origin);
// what any goroutine prints goes where its labels say (see output). The main
// goroutine stays locked to the main thread, so that no task of a cell ever
// runs there. [WorkerMain] runs the program that the evaluator packed: the
// declarations that one function needs and copies of its variables.
//
// The package does not know the cell language, which check and lower do, and
// shows nothing by itself. It is the only one that uses yaegi.
package interp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
)

// maxStack bounds the stack of one goroutine, in bytes. A recursion without end
// reaches it in a fraction of a second, 200,000 calls deep; Go's own limit of 1
// GB takes seconds and all the memory of a small machine.
const maxStack = 128 << 20

// evaluator is the process's state.
//
// The goroutine of serve reads calls, answers Interrupt at once and hands
// Runs to the goroutine of runAll, which owns the store and the engine. Each
// Run has a goroutine for the cell's code. All end with the process.
type evaluator struct {
	base
	conn   *eval.Conn
	out    *output
	runs   chan *eval.Run
	inputs chan eval.Input

	typed  sync.Mutex // guards line
	line   []byte     // typed by the user and not yet read
	asking sync.Mutex // held from an input request to its answer

	mu      sync.Mutex // guards what follows
	running *origin
	began   time.Duration // of the running cell, on the clock of childproc
	workers map[int]int   // process number of a worker → ID of its Run
}

// EvaluatorMain is the role "evaluator". It returns when the kernel closes
// the pipe of calls.
func EvaluatorMain() int {

	unsetQuietCrash()
	debug.SetMaxStack(maxStack)
	childproc.OfferToKill()
	roomyGC()
	calls, events := childproc.File(0), childproc.File(1)
	v := &evaluator{
		conn:    eval.NewConn(calls, events),
		runs:    make(chan *eval.Run, 16),
		inputs:  make(chan eval.Input, 1),
		workers: map[int]int{},
	}
	v.store, v.starter = newStore(), newStarter()
	if err := v.serve(); err != nil {
		fmt.Fprintf(os.Stderr, "evaluator: %v\n", err)
		return 1
	}
	childproc.Vanish()
	return 0
}

// unsetQuietCrash takes back what the parent set for this process alone:
// programs that cells start describe their crashes.
func unsetQuietCrash() {
	for _, v := range eval.QuietCrash() {
		name, value, _ := strings.Cut(v, "=")
		if os.Getenv(name) == value {
			os.Unsetenv(name)
		}
	}
}

// serve reads calls until the kernel closes the pipe.
func (v *evaluator) serve() error {
	call, err := v.conn.ReceiveCall()
	if err != nil || call.Hello == nil {
		return fmt.Errorf("no greeting from the kernel: %w", err)
	}
	if v.out, err = newOutput(&v.origins, v.conn, call.Hello.Token); err != nil {
		return err
	}
	v.traces = newTraces(stream{v.out, 1})
	if err := v.conn.SendEvent(&eval.Event{Ready: &eval.Ready{PID: os.Getpid()}}); err != nil {
		return err
	}
	go v.runAll()
	for {
		call, err := v.conn.ReceiveCall()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read a call: %w", err)
		case call.Run != nil:
			v.runs <- call.Run
		case call.Interrupt != nil:
			v.interrupt()
		case call.Input != nil:
			select {
			case v.inputs <- *call.Input:
			default: // nobody asks any more
			}
		}
	}
}

// runAll runs one cell after the other.
func (v *evaluator) runAll() {
	s := stdio{stdin{v}, stream{v.out, 0}, stream{v.out, 1}}
	var err error
	if v.engine, err = newEngine(s, v.traces, library()); err != nil {
		fmt.Fprintf(os.Stderr, "evaluator: %v\n", err)
		os.Exit(1)
	}
	v.connect(v, s, v.exit, v.panicked)
	for r := range v.runs {
		began := time.Now()
		failure := v.run(r)
		v.out.send(&eval.Event{ID: r.ID, Done: &eval.Done{Error: failure, Elapsed: time.Since(began)}})
	}
}

// run loads and runs one unit and says how it failed.
func (v *evaluator) run(r *eval.Run) *eval.Error {
	s := v.store.add(&r.Unit)
	if r.LoadOnly {
		s.entry = ""
	}
	org := v.origins.cell(r.ID, r.Unit.Label, r.AllowStdin)
	v.engine.resume()
	v.begin(org)
	defer v.end()
	finished := make(chan struct{})
	var failure *eval.Error
	var own atomic.Int64 // the number of the cell's goroutine
	go func() {
		defer close(finished)
		own.Store(goroutineID())
		pprof.SetGoroutineLabels(org.labels)
		failure = v.evaluate(s)
	}()
	go v.look(org, &own, finished)
	select {
	case <-finished:
		if failure != nil {
			return failure
		}
	case e := <-org.failure:
		v.halt(finished)
		return e
	}
	// The cell may have come to its end because it was stopped.
	select {
	case e := <-org.failure:
		v.halt(finished)
		return e
	default:
		return nil
	}
}

// look fails a running cell that nothing can wake any more. It returns when the cell has finished.
func (v *evaluator) look(org *origin, own *atomic.Int64, finished <-chan struct{}) {
	for after := firstLook; v.store.silent(); after *= 2 {
		select {
		case <-finished:
			return
		case <-org.ctx.Done():
			return
		case <-time.After(after):
		}
		if state, ok := deadlock(own.Load()); ok {
			org.fail(&eval.Error{Name: "fatal error", Value: "all goroutines are asleep - deadlock!\n\ngoroutine 1 [" + state + "]"})
			return
		}
	}
}

// begin makes org the running cell.
func (v *evaluator) begin(org *origin) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.running, v.began = org, childproc.Now()
	v.out.begin(org.id)
}

func (v *evaluator) end() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.running = nil
}

// evaluate runs a file in the calling goroutine.
func (v *evaluator) evaluate(s *source) (failure *eval.Error) {
	if s.empty() {
		return nil
	}
	p, err := v.engine.compile(s)
	if err != nil {
		return defect(err)
	}
	returned := false
	defer func() {
		if r := recover(); r != nil {
			failure = fault(r, v.traces.take(r))
		} else if !returned {
			failure = nil // runtime.Goexit: the cell's goroutine ends, others go on
		}
	}()
	_, err = v.engine.yaegi.Execute(p)
	returned = true
	if err != nil {
		return failed(err, v.traces)
	}
	return nil
}

// exit is os.Exit of a cell's code: it ends the cell as it would end a program.
// Variables stay.
func (v *evaluator) exit(_ int, call string) {
	v.abort(&eval.Error{Name: "exit", Value: call + ": the cell ended here; variables are kept"})
}

// panicked is told of a panic in a goroutine that a cell started, which ends the cell.
func (v *evaluator) panicked(r any) { v.abort(fault(r, v.traces.take(r))) }

// abort ends the caller's cell with e and does not return. When the cell is
// over already, the goroutine alone ends, and its cell is told.
func (v *evaluator) abort(e *eval.Error) {
	org := v.origins.current()
	org.leave()
	v.mu.Lock()
	running := v.running != nil && v.running.id == org.id
	v.mu.Unlock()
	if running {
		// Deferred functions of the cell do not run, as at the end of a program.
		org.fail(e)
		v.engine.freeze()
		org.stop()
	} else {
		v.out.write(1, []byte(e.Name+" in a goroutine of "+org.label+": "+e.Value+"\n"))
	}
	runtime.Goexit()
}

// interrupt ends the running cell. Without one it does nothing.
func (v *evaluator) interrupt() {
	v.mu.Lock()
	org := v.running
	v.mu.Unlock()
	if org != nil {
		org.fail(&eval.Error{Name: "interrupt", Value: "interrupted"})
	}
}

// halt ends the running cell's interpreted code and all processes that it has
// started. finished is closed when the cell's own goroutine ends.
func (v *evaluator) halt(finished <-chan struct{}) {
	v.mu.Lock()
	org, began := v.running, v.began
	spare := map[int]bool{}
	for pid, run := range v.workers {
		if run != org.id {
			spare[pid] = true
		}
	}
	v.mu.Unlock()
	org.stop()
	var killing sync.WaitGroup
	killing.Go(func() { childproc.KillSince(began, spare) })
	v.engine.stop(finished, func() bool { return org.holds.Load() > 0 })
	killing.Wait()
}
