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
	return v.track(org)(v.starter.start(ctx, f, o, func(d *eval.Display) { v.out.send(&eval.Event{ID: org.id, Display: d}) }))
}

// Exec implements [host.Host].
func (v *evaluator) Exec(ctx context.Context, argv []string, o host.Options) (host.Child, error) {
	org := v.origins.current()
	if org.ended() {
		return nil, context.Canceled
	}
	return v.track(org)(v.starter.exec(ctx, argv, o))
}

// track makes a started child one of the cell's: an interrupt ends it, and not
// that of another cell.
func (v *evaluator) track(org *origin) func(*child, error) (host.Child, error) {
	return func(c *child, err error) (host.Child, error) {
		if err != nil {
			return nil, err
		}
		v.mu.Lock()
		v.workers[c.PID()] = org.id
		v.mu.Unlock()
		context.AfterFunc(org.ctx, func() { c.Kill() })
		go func() {
			<-c.done
			v.mu.Lock()
			delete(v.workers, c.PID())
			v.mu.Unlock()
		}()
		return c, nil
	}
}
