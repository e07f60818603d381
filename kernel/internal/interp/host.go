package interp

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// install makes v the host of this process.
func (v *evaluator) install() { host.Set(v) }

// caller is the origin of the calling goroutine; a goroutine of a stopped cell ends here.
func (v *evaluator) caller() *origin {
	o := v.origins.current()
	o.leave()
	return o
}

// Display implements [host.Host].
func (v *evaluator) Display(d *eval.Display) error {
	return v.out.send(&eval.Event{ID: v.caller().id, Display: d})
}

// Result implements [host.Host].
func (v *evaluator) Result(b *eval.Bundle) error {
	return v.out.send(&eval.Event{ID: v.caller().id, Result: b})
}

// Clear implements [host.Host].
func (v *evaluator) Clear(wait bool) error {
	return v.out.send(&eval.Event{ID: v.caller().id, Clear: &eval.Clear{Wait: wait}})
}

// Context implements [host.Host].
func (v *evaluator) Context() context.Context { return v.origins.current().ctx }

// Cell implements [host.Host].
func (v *evaluator) Cell() (string, bool) { return v.origins.current().label, false }

// Read implements [host.Host].
func (v *evaluator) Read(prompt string, password bool) (string, error) {
	return v.read(prompt, password)
}

// Capture implements [host.Host].
func (v *evaluator) Capture(sink host.Sink, f func()) *eval.Error {
	cell := v.caller()
	org := v.origins.capture(cell, sink)
	pprof.SetGoroutineLabels(org.labels)
	defer func() {
		pprof.SetGoroutineLabels(cell.labels)
		v.origins.release(org, cell)
	}()
	return guard(v.traces, f)
}

// guard runs f and tells of its panic. runtime.Goexit in f goes through it, as
// it must: it ends the goroutine.
func guard(t *traces, f func()) (failure *eval.Error) {
	defer func() {
		if r := recover(); r != nil {
			failure = fault(r, t.take())
		}
	}()
	f()
	return nil
}

// Func implements [host.Host].
func (v *evaluator) Func(f func()) (*host.Func, error) {
	return nil, errors.New("not yet")
}

// Start implements [host.Host].
func (v *evaluator) Start(ctx context.Context, f *host.Func, o host.Options) (host.Child, error) {
	return nil, fmt.Errorf("start %s", f.Name)
}
