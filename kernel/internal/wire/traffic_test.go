package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	"iyagi/kernel/protocol"
)

// Clients of shell, control and stdin that behave, and some that do not read,
// over real connections.

// TestRepliesNotRead sends thousands of requests and reads no reply. Other
// clients are served meanwhile.
func TestRepliesNotRead(t *testing.T) {
	s, logged := open(t, Limits{QueueBytes: 256 << 10})
	serve(t, s)
	c := connect(t, s, protocol.Shell, "DEALER", "never reads")
	m := protocol.NewMessage("kernel_info_request", strings.Repeat("x", 2000), nil, nil) // the reply repeats it
	frames, err := protocol.Encode(m, signer(t))
	if err != nil {
		t.Fatal(err)
	}
	request := multipart(frames...)
	for i := range 6000 {
		c.send(request)
		if i%1000 == 999 {
			ask(t, s, protocol.Shell)
		}
	}
	alive(t, s)
	if len(logged.lines("does not read")) == 0 {
		t.Error("nothing was dropped: the test sends too little")
	}
}

// TestRequestsNotRead lets the kernel read nothing: clients wait, and the
// heartbeat and Close work.
func TestRequestsNotRead(t *testing.T) {
	s, _ := open(t, Limits{})
	c := connect(t, s, protocol.Shell, "DEALER", "")
	c.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
	m := protocol.NewMessage("execute_request", "s", nil, protocol.ExecuteRequest{Code: strings.Repeat("x", 1<<20)})
	frames, err := protocol.Encode(m, signer(t))
	if err != nil {
		t.Fatal(err)
	}
	request := multipart(frames...)
	sent := 0
	for ; sent < 1000; sent++ {
		if _, err := c.Write(request); err != nil {
			break
		}
	}
	if sent == 1000 {
		t.Error("the kernel takes requests that nobody reads, without end")
	}
	hb := connect(t, s, protocol.Heartbeat, "REQ", "")
	hb.send(multipart(nil, []byte("ping")))
	if f, err := hb.frames(); err != nil || string(f[1]) != "ping" {
		t.Errorf("heartbeat: %q, %v", f, err)
	}
}

// TestGoneClient replies to a client that has left.
func TestGoneClient(t *testing.T) {
	s, logged := open(t, Limits{})
	c := connect(t, s, protocol.Shell, "DEALER", "leaves")
	c.request("kernel_info_request", nil)
	m := <-s.Shell()
	c.Close()
	for range 100 {
		if err := s.Reply(protocol.Shell, protocol.NewMessage("kernel_info_reply", "s", m, nil)); err != nil {
			t.Fatal(err)
		}
	}
	stranger := protocol.NewMessage("kernel_info_reply", "s", m, nil)
	stranger.Identities = [][]byte{[]byte("nobody")}
	if err := s.Reply(protocol.Shell, stranger); err != nil {
		t.Error(err)
	}
	serve(t, s)
	ask(t, s, protocol.Shell)
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

// TestSameRoutingID connects twice with one routing id: the newer connection
// gets the replies, the older one is closed. VS Code uses one id on shell,
// control and stdin, which are sockets of their own.
func TestSameRoutingID(t *testing.T) {
	s, _ := open(t, Limits{})
	serve(t, s)
	older := connect(t, s, protocol.Shell, "DEALER", "code")
	older.request("kernel_info_request", nil)
	older.receive()
	control := connect(t, s, protocol.Control, "DEALER", "code")
	for range 20 {
		newer := connect(t, s, protocol.Shell, "DEALER", "code")
		id := newer.request("kernel_info_request", nil)
		if m := newer.receive(); m.Parent.MsgID != id {
			t.Errorf("reply to %s, want %s", m.Parent.MsgID, id)
		}
		older.refused()
		older = newer
	}
	control.request("kernel_info_request", nil)
	control.receive()
	ask(t, s, protocol.Shell)
}

// TestLargeRequests sends requests with large and with many buffers.
func TestLargeRequests(t *testing.T) {
	for _, tt := range []struct{ n, size int }{{1, 50 << 20}, {50, 1 << 20}, {3000, 1 << 10}, {1, passThrough}, {1, passThrough + 1}, {2, 0}} {
		t.Run(fmt.Sprintf("%d of %d", tt.n, tt.size), func(t *testing.T) {
			s, _ := open(t, Limits{})
			c := connect(t, s, protocol.Shell, "DEALER", "")
			m := protocol.NewMessage("comm_msg", "s", nil, protocol.CommMsg{CommID: "c"})
			for i := range tt.n {
				b := make([]byte, tt.size)
				for j := 0; j < len(b); j += 997 {
					b[j] = byte(i + j)
				}
				m.Buffers = append(m.Buffers, b)
			}
			frames, err := protocol.Encode(m, signer(t))
			if err != nil {
				t.Fatal(err)
			}
			go c.Write(multipart(frames...))
			got := <-s.Shell()
			if len(got.Buffers) != tt.n {
				t.Fatalf("%d buffers", len(got.Buffers))
			}
			for i, b := range got.Buffers {
				if !bytes.Equal(b, m.Buffers[i]) {
					t.Fatalf("buffer %d differs", i)
				}
			}
		})
	}
}

// TestLastWords publishes and replies just before Close. All of it arrives.
func TestLastWords(t *testing.T) {
	for range 5 {
		s, logged := open(t, Limits{})
		sub := subscribe(t, s)
		c := connect(t, s, protocol.Control, "DEALER", "")
		c.request("shutdown_request", protocol.ShutdownRequest{})
		request := <-s.Control()
		for i := range 900 {
			publishText(t, s, i, strings.Repeat("x", 500))
		}
		idle := protocol.NewMessage("status", "s", request, protocol.Status{ExecutionState: protocol.Idle})
		if err := s.Publish(idle); err != nil {
			t.Fatal(err)
		}
		if err := s.Reply(protocol.Control, protocol.NewMessage("shutdown_reply", "s", request, protocol.ShutdownReply{})); err != nil {
			t.Fatal(err)
		}
		closed := make(chan error)
		go func() { closed <- s.Close(context.Background()) }()
		readNumbers(t, sub, 0, 900)
		if m := sub.receive(); m.Header.MsgType != "status" {
			t.Errorf("got %s", m.Header.MsgType)
		}
		if m := c.receive(); m.Header.MsgType != "shutdown_reply" {
			t.Errorf("got %s", m.Header.MsgType)
		}
		for _, c := range []*client{sub, c} {
			if f, err := c.frames(); err != io.EOF {
				t.Errorf("after the end: %q, %v", f, err)
			}
			c.Close()
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if logged.String() != "" {
			t.Errorf("logged:\n%s", logged)
		}
	}
}

// TestClose checks what Close ends and what works after it.
func TestClose(t *testing.T) {
	s, _ := open(t, Limits{})
	c := connect(t, s, protocol.Shell, "DEALER", "")
	for range 50 { // more than anyone reads
		c.request("kernel_info_request", nil)
	}
	m := <-s.Shell()
	for range 2 {
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, from := range []<-chan *protocol.Message{s.Shell(), s.Control(), s.Stdin()} {
		for range from { // it ends
		}
	}
	if err := s.Reply(protocol.Shell, protocol.NewMessage("kernel_info_reply", "s", m, nil)); err == nil {
		t.Error("Reply works")
	}
	if err := s.Publish(protocol.NewMessage("status", "s", nil, nil)); err == nil {
		t.Error("Publish works")
	}
	again, err := Listen(t.Context(), s.Info(), Options{})
	if err != nil {
		t.Fatalf("the ports are not free: %v", err)
	}
	again.Close(t.Context())
}

// TestCloseQuietly closes while clients of all channels stay connected and do
// nothing, which is no reason for a line in the log.
func TestCloseQuietly(t *testing.T) {
	s, logged := open(t, Limits{})
	serve(t, s)
	for _, ch := range channels {
		connect(t, s, ch, clientType(ch), "")
	}
	subscribe(t, s)
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

// TestChurn lets clients of all kinds come and go while messages pass. It is
// for the race detector, and for what only shows by chance.
func TestChurn(t *testing.T) {
	s, _ := open(t, Limits{QueueBytes: 1 << 20})
	serve(t, s)
	var publisher, clients sync.WaitGroup
	stop := make(chan struct{})
	publisher.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				publishText(t, s, i, strings.Repeat("x", i%5000))
			}
		}
	})
	for worker := range 3 {
		clients.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(worker)))
			for range 100 {
				churn(t, s, r)
			}
		})
	}
	clients.Wait()
	close(stop)
	publisher.Wait()
	alive(t, s)
}

// churn is one client that comes, does something, and goes.
func churn(t *testing.T, s *Sockets, r *rand.Rand) {
	switch ch := channels[r.IntN(len(channels))]; ch {
	case protocol.IOPub:
		c := subscribe(t, s)
		io.CopyN(io.Discard, c.br, int64(r.IntN(20_000)))
		c.Close()
	case protocol.Shell, protocol.Control:
		c := connect(t, s, ch, "DEALER", []string{"", "shared"}[r.IntN(2)])
		c.Write(multipart([]byte("x"), []byte("<IDS|MSG>")))
		c.Close()
		ask(t, s, ch)
	default:
		c := dial(t, s, ch)
		c.Write(make([]byte, r.IntN(100)))
		c.Close()
	}
}

func TestRequestReply(t *testing.T) {
	s, logged := open(t, Limits{})
	serve(t, s)
	for _, ch := range []protocol.Channel{protocol.Shell, protocol.Control} {
		ask(t, s, ch)
	}
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

// TestForgotten ends connections in every way. zmq4 must let go of each: it keeps
// one on its list for ever when reading ends in an error that it does not
// take for an end.
func TestForgotten(t *testing.T) {
	for name, end := range map[string]func(*Sockets, *client){
		"between messages": func(_ *Sockets, c *client) { c.Close() },
		"in a header":      func(_ *Sockets, c *client) { c.send([]byte{flagLong, 0, 0}); c.Close() },
		"in a frame":       func(_ *Sockets, c *client) { c.send([]byte{0, 200, 1}); c.Close() },
		"in a large frame": func(_ *Sockets, c *client) {
			c.send(longHeader(0, 10<<20))
			c.send(make([]byte, 5<<20))
			c.Close()
		},
		"in a message": func(_ *Sockets, c *client) { c.send([]byte{flagMore, 1, 'x'}); c.Close() },
		"by a mistake": func(_ *Sockets, c *client) { c.send([]byte{0xff, 0}); c.refused() },
		"by another with its id": func(s *Sockets, c *client) {
			connect(t, s, protocol.Shell, "DEALER", "me").Close()
			c.refused()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t, Limits{})
			serve(t, s)
			c := connect(t, s, protocol.Shell, "DEALER", "me")
			c.request("kernel_info_request", nil)
			c.receive() // so that it has arrived everywhere
			e := s.shell.ep
			e.mu.Lock()
			p := weak.Make(e.byID["me"])
			e.mu.Unlock()
			end(s, c)
			deadline := time.Now().Add(patience)
			for p.Value() != nil {
				if time.Now().After(deadline) {
					t.Fatal("it is still referred to")
				}
				// zmq4 removes a connection by shifting those behind it, and so
				// refers to the last one until there is another.
				ask(t, s, protocol.Shell)
				runtime.GC()
			}
		})
	}
}

// TestReplyErrors are mistakes of the caller.
func TestReplyErrors(t *testing.T) {
	s, _ := open(t, Limits{})
	m := protocol.NewMessage("kernel_info_reply", "s", nil, nil)
	if err := s.Reply(protocol.Shell, m); err == nil || !strings.Contains(err.Error(), "routing id") {
		t.Errorf("no routing id: %v", err)
	}
	m.Identities = [][]byte{[]byte("x")}
	if err := s.Reply(protocol.IOPub, m); err == nil || !strings.Contains(err.Error(), "iopub") {
		t.Errorf("on iopub: %v", err)
	}
	m.Content = make(chan int)
	if err := s.Reply(protocol.Shell, m); err == nil || !strings.Contains(err.Error(), "encode") {
		t.Errorf("content: %v", err)
	}
	if err := s.Publish(m); err == nil || !strings.Contains(err.Error(), "encode") {
		t.Errorf("content: %v", err)
	}
}
