package interp

import (
	"context"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// Display implements [host.Host]. It works for an interrupted cell too, which
// may still show how its tasks ended.
func (v *evaluator) Display(d *eval.Display) error {
	return v.out.send(&eval.Event{ID: v.origins.current().id, Display: d})
}

// Result implements [host.Host].
func (v *evaluator) Result(b *eval.Bundle) error {
	return v.out.send(&eval.Event{ID: v.origins.current().id, Result: b})
}

// Clear implements [host.Host].
func (v *evaluator) Clear(wait bool) error {
	return v.out.send(&eval.Event{ID: v.origins.current().id, Clear: &eval.Clear{Wait: wait}})
}

// Cell implements [host.Host].
func (v *evaluator) Cell() (string, bool) { return v.origins.current().label, false }

// Read implements [host.Host].
func (v *evaluator) Read(prompt string, password bool) (string, error) {
	return v.read(prompt, password)
}

// Start implements [host.Host].
func (v *evaluator) Start(ctx context.Context, f *host.Func, o host.Options) (host.Child, error) {
	org := v.origins.current()
	if org.ended() {
		return nil, context.Canceled
	}
	show := func(d *eval.Display) { v.out.send(&eval.Event{ID: org.id, Display: d}) }
	if o.Via != nil {
		c, err := v.starter.remote(f, o, show)
		if err != nil {
			return nil, err
		}
		v.track(org, c.command.PID(), c, c.done)
		return c, nil
	}
	c, err := v.starter.start(ctx, f, o, show)
	if err != nil {
		return nil, err
	}
	v.track(org, c.PID(), c, c.done)
	return c, nil
}

// Exec implements [host.Host].
func (v *evaluator) Exec(ctx context.Context, argv []string, o host.Options) (host.Child, error) {
	org := v.origins.current()
	if org.ended() && !o.Service {
		return nil, context.Canceled
	}
	c, err := v.starter.exec(ctx, argv, o)
	if err != nil {
		return nil, err
	}
	if !o.Service {
		v.track(org, c.PID(), c, c.done)
		return c, nil
	}
	v.track(nil, c.PID(), c, c.done)
	return c, nil
}

// track makes a started child one of the cell's: an interrupt ends it, and not
// that of another cell, nor one that belongs to none.
func (v *evaluator) track(org *origin, pid int, c host.Child, done <-chan struct{}) {
	id := 0
	if org != nil {
		id = org.id
		context.AfterFunc(org.ctx, func() { c.Kill() })
	}
	v.mu.Lock()
	v.workers[pid] = id
	v.mu.Unlock()
	go func() {
		<-done
		v.mu.Lock()
		delete(v.workers, pid)
		v.mu.Unlock()
	}()
}
