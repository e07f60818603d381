package eval

import (
	"errors"
	"io"
	"os"
	"testing"
)

// TestCalls: calls arrive in order, those that nobody reads have a limit, and
// none can be made when the pipe is gone.
func TestCalls(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	q := newCalls(NewConn(r, w))
	ended := make(chan error)
	go func() { ended <- q.run(nil) }()
	sent := 0
	for err = nil; err == nil && sent < 4*maxWaiting; sent++ {
		err = q.add(&Call{Run: &Run{ID: sent, Unit: Unit{Label: string(make([]byte, 100))}}})
	}
	if !errors.Is(err, errNotReading) {
		t.Errorf("%d calls that nobody reads: %v", sent, err)
	}
	in := NewConn(r, io.Discard)
	for i := range sent - 1 {
		if c, err := in.ReceiveCall(); err != nil || c.Run.ID != i {
			t.Fatalf("call %d: %+v, %v", i, c.Run, err)
		}
	}
	r.Close()
	q.add(&Call{Interrupt: &Interrupt{}})
	if err := <-ended; err == nil {
		t.Error("sent through a broken pipe")
	}
	if err := q.add(&Call{Interrupt: &Interrupt{}}); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("a call after the end: %v", err)
	}
	w.Close()
}
