package wire

import (
	"context"
	"net"
	"sync"
	"time"
)

// tap is a subscriber of everything inside the process. zmq4 keeps what is to
// be published in one queue without a limit; the tap tells how far the
// queue has come, and so gives back-pressure before it and the end of it
// before the socket is closed.
//
// A barrier tells the latter: zmq4 passes one message to all its subscribers before
// it takes the next, so when the tap sees a barrier every peer has everything
// that was published before it.
type tap struct {
	ep      *endpoint
	greeted bool
	in      []byte
	split   splitter
	ready   chan struct{} // closed when zmq4 has recorded the subscription
	gone    chan struct{} // closed by Close
	once    sync.Once
}

// barrier is a message of one frame. Jupyter's have at least six, so it cannot be
// mistaken for one.
var barrier = [][]byte{[]byte("barrier")}

func isBarrier(m message) bool { return len(m.frames) == 1 }

func newTap(e *endpoint) *tap {
	t := &tap{ep: e, ready: make(chan struct{}), gone: make(chan struct{})}
	t.in = append(t.in, greeting(0)...)
	t.in = appendFrame(t.in, flagCommand, readyCommand("SUB", ""))
	t.in = appendFrame(t.in, 0, []byte{1})
	return t
}

// connect makes zmq4 accept the tap and waits until it has subscribed.
func (t *tap) connect(ctx context.Context) error {
	select {
	case t.ep.ready <- t:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-t.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Read says hello and subscribes; then there is nothing to read.
func (t *tap) Read(b []byte) (int, error) {
	if len(t.in) > 0 {
		n := copy(b, t.in)
		t.in = t.in[n:]
		return n, nil
	}
	if !t.greeted {
		t.greeted = true
		close(t.ready)
	}
	<-t.gone
	return 0, net.ErrClosed
}

// Write counts what zmq4 publishes.
func (t *tap) Write(b []byte) (int, error) {
	t.split.write(b, func(m message) {
		e := t.ep
		e.mu.Lock()
		defer e.mu.Unlock()
		if isBarrier(m) {
			e.barriers++
		} else {
			e.underway -= m.size
		}
		e.changed.Broadcast()
	})
	return len(b), nil
}

// Close is called by zmq4 when its socket is closed.
func (t *tap) Close() error {
	t.once.Do(func() { close(t.gone) })
	return nil
}

// waitBarrier waits until the tap has seen n barriers, or ctx is done.
func (e *endpoint) waitBarrier(ctx context.Context, n int) {
	defer e.broadcastAt(ctx)()
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.barriers < n && ctx.Err() == nil {
		e.changed.Wait()
	}
}

// The rest of net.Conn, which zmq4 does not use.

func (t *tap) LocalAddr() net.Addr              { return t.ep.Addr() }
func (t *tap) RemoteAddr() net.Addr             { return t.ep.Addr() }
func (t *tap) SetDeadline(time.Time) error      { return nil }
func (t *tap) SetReadDeadline(time.Time) error  { return nil }
func (t *tap) SetWriteDeadline(time.Time) error { return nil }
