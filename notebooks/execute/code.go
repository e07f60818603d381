package execute

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

// Limits are when a piece of code is made to end.
type Limits struct {
	// Timeout is what each cell may take before it is interrupted; 0: as long as
	// it likes.
	Timeout time.Duration
	// Grace is what it gets to end after an interrupt before the kernel is
	// killed; 0 means [DefaultGrace].
	Grace time.Duration
	// Kill ends the kernel at once when it is closed; it may be nil.
	Kill <-chan struct{}
}

// DefaultGrace is the time between an interrupt and the end of the kernel.
const DefaultGrace = 5 * time.Second

// Error says which cell failed and why. Err is a *client.CellError when its
// code did, a *TimeoutError, the cause of the context's end, or the client's error
// such as *client.DeathError.
type Error struct {
	Number int // of the cell among those that were run, from 1
	Total  int
	ID     string // of the cell; may be empty
	Err    error
}

// Error is `code cell 2 of 3 (id b2) failed: panic: boom`.
func (e *Error) Error() string {
	where := fmt.Sprintf("code cell %d of %d", e.Number, e.Total)
	if e.ID != "" {
		where += fmt.Sprintf(" (id %s)", e.ID)
	}
	var failure *client.CellError
	var timeout *TimeoutError
	switch {
	case errors.As(e.Err, &timeout):
		return where + " " + e.Err.Error()
	case errors.As(e.Err, &failure):
		return where + " failed: " + e.Err.Error()
	}
	return where + ": " + e.Err.Error()
}

// Unwrap returns why the cell failed.
func (e *Error) Unwrap() error { return e.Err }

// TimeoutError is the end of a cell that took longer than its Timeout.
type TimeoutError struct {
	Timeout time.Duration
	Grace   time.Duration
	Killed  bool // the interrupt did not end it, so the kernel was killed
}

// Error goes on behind the name of what took too long.
func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("took longer than %v and was interrupted", e.Timeout)
	if e.Killed {
		text += fmt.Sprintf("; it went on for %v, so the kernel was killed", e.Grace)
	}
	return text
}

// canGoOn tells whether a kernel can run another cell after err.
func canGoOn(err error) bool {
	var timeout *TimeoutError
	return errors.As(err, &timeout) && !timeout.Killed
}

// Code runs code on a kernel under limits. When ctx ends, or the timeout comes, the code is
// interrupted, and killed with its kernel when it does not end in time: nothing runs any
// more when Code returns. The error is then the context's cause or a
// *TimeoutError, else the client's; the result is what there is until then.
func Code(ctx context.Context, c *client.Client, code string, o client.Options, l Limits) (*client.Result, error) {
	if l.Grace <= 0 {
		l.Grace = DefaultGrace
	}
	// The watcher ends the wait by ending what is waited for, but for a kernel
	// that is not ours to kill.
	waiting, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	w := &watcher{limits: l, client: c, giveUp: giveUp, begun: make(chan struct{}), done: make(chan struct{})}
	o.OnMessage = w.listen(o)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		w.watch(ctx)
	}()
	result, err := c.Execute(waiting, code, o)
	close(w.done)
	<-watched
	if w.reason != nil {
		err = w.reason
	}
	return result, err
}

// watcher ends a piece of code that should not run on. Its goroutine is Code's
// and ends when done is closed; reason may be read after that.
type watcher struct {
	limits Limits
	client *client.Client
	giveUp func()
	begun  chan struct{} // closed when the kernel has begun the code
	done   chan struct{}
	reason error
}

// listen returns what closes begun and then calls o.OnMessage. Kernels are busy before
// they can be interrupted, so execute_input is the sign; silent code has none.
func (w *watcher) listen(o client.Options) func(*protocol.Message) {
	begin := sync.OnceFunc(func() { close(w.begun) })
	return func(m *protocol.Message) {
		if o.Silent || m.Header.MsgType != "status" {
			begin()
		}
		if o.OnMessage != nil {
			o.OnMessage(m)
		}
	}
}

// watch interrupts the code when there is a reason to, but not before it has begun: a
// kernel drops an interrupt that overtakes the request, as one comes by another
// channel (ipykernel ignores SIGINT between requests), and a second one would kill
// what the first ends.
func (w *watcher) watch(ctx context.Context) {
	var timeout, grace <-chan time.Time
	if w.limits.Timeout > 0 {
		timer := time.NewTimer(w.limits.Timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	var begun <-chan struct{} // nil but from a reason to its interrupt
	sent := false             // the first interrupt, from which the time of grace counts
	cancelled, kill := ctx.Done(), w.limits.Kill
	for {
		select {
		case <-w.done:
			return
		case <-kill:
			kill = nil
			w.kill()
			continue
		case <-grace:
			if t, ok := w.reason.(*TimeoutError); ok {
				t.Killed = true
			}
			grace = nil
			w.kill()
			continue
		case <-begun:
			begun = nil
			if !sent {
				sent, grace = true, time.After(w.limits.Grace)
			}
			w.interrupt()
			continue
		case <-cancelled:
			cancelled, timeout = nil, nil
			w.reason = context.Cause(ctx)
		case <-timeout:
			timeout = nil
			w.reason = &TimeoutError{Timeout: w.limits.Timeout, Grace: w.limits.Grace}
		}
		begun = w.begun
		if grace == nil {
			grace = time.After(w.limits.Grace)
		}
	}
}

func (w *watcher) kill() {
	if w.client.PID() == 0 {
		w.giveUp()
	}
	w.client.Kill()
}

// interrupt asks the kernel to interrupt. That it fails needs no words: the
// time of grace goes on.
func (w *watcher) interrupt() {
	soon, cancel := context.WithTimeout(context.Background(), w.limits.Grace)
	defer cancel()
	answered := make(chan struct{})
	go func() { // the wait for the answer ends when the code has ended, or is to be killed
		select {
		case <-w.done:
		case <-w.limits.Kill:
		case <-answered:
		}
		cancel()
	}()
	w.client.Interrupt(soon)
	close(answered)
}

// ansi are the colours and movements in what programs print.
var ansi = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")
