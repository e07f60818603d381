package wire

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/protocol"
)

// TestClaims announces large frames and sends little of them.
func TestClaims(t *testing.T) {
	s, _ := open(t, Limits{})
	serve(t, s)
	before := heap()
	for range 4 {
		c := connect(t, s, protocol.Shell, "DEALER", "")
		c.send(longHeader(0, 1<<30))
		c.send(make([]byte, 1<<20))
	}
	alive(t, s)
	if grown := heap() - before; grown > 64<<20 {
		t.Errorf("4 MiB sent of 4 GiB announced took %d MiB", grown>>20)
	}
}

// TestPingFlood pings without ever reading: what waits for the peer is bounded.
func TestPingFlood(t *testing.T) {
	s, logged := open(t, Limits{QueueBytes: 64 << 10})
	serve(t, s)
	c := connect(t, s, protocol.Shell, "DEALER", "")
	ping := bytes.Repeat(appendFrame(nil, flagCommand, command("PING", []byte("\x00\x0acontext"))), 1000)
	for i := 0; len(logged.lines("does not read")) == 0; i++ {
		if i == 10000 {
			t.Fatal("the queue grows without end")
		}
		c.send(ping)
	}
	alive(t, s)
}

// TestFrameCount sends messages of many frames.
func TestFrameCount(t *testing.T) {
	s, logged := open(t, Limits{})
	serve(t, s)
	m := protocol.NewMessage("comm_info_request", "s", nil, nil)
	m.Buffers = make([][]byte, 60000)
	frames, err := protocol.Encode(m, signer(t))
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, s, protocol.Shell, "DEALER", "")
	c.send(multipart(frames...))
	if r := c.receive(); r.Header.MsgType != "comm_info_reply" {
		t.Errorf("60000 frames: got %s", r.Header.MsgType)
	}
	endless := bytes.Repeat([]byte{flagMore, 1, 'x'}, 1<<16)
	c.Write(append(endless, flagMore, 0))
	c.refused()
	if len(logged.lines("frames")) != 1 {
		t.Errorf("logged:\n%s", logged)
	}
	alive(t, s)
}

// TestMessageBytes sends one message of many frames that are too much
// together.
func TestMessageBytes(t *testing.T) {
	s, logged := open(t, Limits{MessageBytes: 1 << 20})
	serve(t, s)
	c := connect(t, s, protocol.Control, "DEALER", "")
	part := appendFrame(nil, flagMore, make([]byte, 300<<10))
	c.Write(bytes.Repeat(part, 4))
	c.refused()
	if len(logged.lines("closed connection")) != 1 {
		t.Errorf("logged:\n%s", logged)
	}
	alive(t, s)
}

// TestDescriptorsLevel counts what a thousand bad connections leave behind.
func TestDescriptorsLevel(t *testing.T) {
	s, _ := open(t, Limits{})
	serve(t, s)
	alive(t, s)
	before := descriptors(t)
	for i := range 1000 {
		ch := channels[i%len(channels)]
		c := dial(t, s, ch)
		switch i % 4 {
		case 0: // connect and leave
		case 1:
			c.send([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
		case 2:
			c.send(append(greeting(0), readyFrame([]byte("\x05Ident"))...))
		case 3:
			c.send(append(greeting(0), appendFrame(nil, flagCommand, readyCommand(clientType(ch), ""))...))
		}
		c.Close()
	}
	alive(t, s)
	deadline := time.Now().Add(patience)
	for now := descriptors(t); now > before; now = descriptors(t) {
		if time.Now().After(deadline) {
			t.Fatalf("%d descriptors, %d before", now, before)
		}
		time.Sleep(time.Millisecond) // they are closed without an event
	}
}

// descriptors counts the open descriptors of the process.
func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("the system does not list descriptors in /proc")
	}
	return len(entries)
}

// TestConnectionLimit opens more connections than one socket takes.
func TestConnectionLimit(t *testing.T) {
	s, logged := open(t, Limits{Connections: 20})
	serve(t, s)
	var held []*client
	for range 20 {
		held = append(held, connect(t, s, protocol.Shell, "DEALER", ""))
	}
	for range 50 {
		c := dial(t, s, protocol.Shell)
		c.refused()
	}
	if n := len(logged.lines("too many")); n != 1 {
		t.Errorf("%d lines, want 1:\n%s", n, logged)
	}
	ask(t, s, protocol.Control) // each socket has its own limit
	held[0].request("kernel_info_request", nil)
	held[0].receive()
	held[0].Close()
	deadline := time.Now().Add(patience)
	for { // until the kernel has seen the end
		c := dial(t, s, protocol.Shell)
		c.send(append(greeting(0), appendFrame(nil, flagCommand, readyCommand("DEALER", ""))...))
		if _, err := io.ReadFull(c.br, make([]byte, greetingSize)); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no connection is taken again")
		}
	}
}

// failingListener fails to accept, as when there are no descriptors left.
type failingListener struct {
	net.Listener
	calls atomic.Int32
	done  chan struct{}
}

func (l *failingListener) Accept() (net.Conn, error) {
	l.calls.Add(1)
	select {
	case <-l.done:
		return nil, net.ErrClosed
	default:
		return nil, syscall.EMFILE
	}
}

// TestAcceptErrors checks that a failing accept is tried again in growing
// intervals and reported once.
func TestAcceptErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logged := &logs{}
		l := &failingListener{done: make(chan struct{})}
		e := newEndpoint(protocol.Shell, router, l, Limits{}.withDefaults(), slog.New(slog.NewTextHandler(logged, nil)))
		e.start()
		time.Sleep(time.Minute)
		if n := l.calls.Load(); n < 60 || n > 80 {
			t.Errorf("%d calls in a minute, want about one a second", n)
		}
		if n := len(logged.lines("cannot accept")); n != 1 {
			t.Errorf("%d lines, want 1:\n%s", n, logged)
		}
		close(l.done)
		e.Close()
		e.goroutines.Wait()
	})
}

// heap returns the bytes of live objects, after a collection.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // so that pools are empty
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
