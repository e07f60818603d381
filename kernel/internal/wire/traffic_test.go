package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/protocol"
)

// Clients that behave, and those that do not read, over real connections.

// TestOrder publishes many small messages to a subscriber that reads: all
// arrive, in order, on all subscribers.
func TestOrder(t *testing.T) {
	s, logged := open(t, Limits{QueueBytes: 1 << 20})
	const n = 100_000
	var wg sync.WaitGroup
	for range 2 {
		c := subscribe(t, s)
		wg.Go(func() { readNumbers(t, c, 0, n) })
	}
	for i := range n {
		publishText(t, s, i, "line of text")
	}
	wg.Wait()
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

// readNumbers reads the messages from first to end and checks that none is
// missing. It checks no signatures, for speed.
func readNumbers(t *testing.T, c *client, first, end int) {
	for want := first; want < end; want++ {
		frames, err := c.frames()
		if err != nil {
			t.Errorf("message %d: %v", want, err)
			return
		}
		if got := textNumber(frames); got != want {
			t.Errorf("got message %d, want %d", got, want)
			return
		}
	}
}

// textNumber returns the n of publishText without decoding the message; -1 for
// another message.
func textNumber(frames [][]byte) (n int) {
	_, text, ok := strings.Cut(string(frames[len(frames)-1][:min(80, len(frames[len(frames)-1]))]), `"text":"`)
	if !ok {
		return -1
	}
	fmt.Sscan(text, &n)
	return n
}

// TestLargePublications publishes 10 MB buffers. They are shared, not copied,
// by the queues of the subscribers.
func TestLargePublications(t *testing.T) {
	s, _ := open(t, Limits{})
	const n, size = 20, 10 << 20
	buffer := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	var wg sync.WaitGroup
	for range 2 {
		c := subscribe(t, s)
		wg.Go(func() {
			for range n {
				frames, err := c.frames()
				if err != nil || len(frames) != 8 || len(frames[7]) != size || !bytes.Equal(frames[7][:16], buffer[:16]) {
					t.Errorf("%d frames, %v", len(frames), err)
					return
				}
			}
		})
	}
	for range n {
		m := protocol.NewMessage("comm_msg", "s", nil, protocol.CommMsg{CommID: "c"})
		m.Buffers = [][]byte{buffer}
		if err := s.Publish(m); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}

// TestSubscriberStalls lets one subscriber stop for a while. The others miss
// nothing, one can join meanwhile, memory is bounded, and the one that
// stalled gets messages again, in order.
func TestSubscriberStalls(t *testing.T) {
	s, logged := open(t, Limits{QueueBytes: 4 << 20, Stall: 500 * time.Millisecond})
	serve(t, s)
	stalled, reads := subscribe(t, s), subscribe(t, s)
	const n = 60_000
	text := strings.Repeat("x", 1000)
	var wg sync.WaitGroup
	wg.Go(func() { readNumbers(t, reads, 0, n) })
	before := heap()
	for i := range n {
		publishText(t, s, i, text)
		if i == n/2 {
			if len(logged.lines("does not read")) != 1 {
				t.Errorf("logged:\n%s", logged)
			}
			late := subscribe(t, s)
			wg.Go(func() {
				first := number(t, late.receive()) // what zmq4 had not passed on yet comes too
				if first > n/2+1 {
					t.Errorf("the newcomer begins with %d, want at most %d", first, n/2+1)
				}
				readNumbers(t, late, first+1, n)
			})
			ask(t, s, protocol.Control)
		}
	}
	wg.Wait()
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("%d MiB are kept, the queue holds 4", grown>>20)
	}
	// It reads on: what was kept, then, after a gap, what is published from now.
	go func() {
		for i := n; len(logged.lines("reads again")) == 0; i++ {
			publishText(t, s, i, "")
			time.Sleep(time.Millisecond) // the pace of what is published, not a wait
		}
		publishText(t, s, 10*n, "")
	}()
	last := -1
	for last < 10*n {
		frames, err := stalled.frames()
		if err != nil {
			t.Fatal(err)
		}
		got := textNumber(frames)
		if got <= last {
			t.Fatalf("%d after %d", got, last)
		}
		last = got
	}
}

// TestSubscriberNeverReads leaves one subscriber unread for ever.
func TestSubscriberNeverReads(t *testing.T) {
	s, _ := open(t, Limits{QueueBytes: 1 << 20, Stall: 100 * time.Millisecond})
	serve(t, s)
	subscribe(t, s)
	text := strings.Repeat("x", 10_000)
	for i := range 5000 {
		publishText(t, s, i, text)
	}
	c := subscribe(t, s) // zmq4 alone could not take it any more
	publishText(t, s, 1, "")
	if n := number(t, c.receive()); n != 1 {
		t.Errorf("got %d", n)
	}
	alive(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	start := time.Now()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("Close waited %v for a client that never reads", d)
	}
}

// TestSubscriberDies ends a subscriber in the middle of what is published.
func TestSubscriberDies(t *testing.T) {
	s, _ := open(t, Limits{QueueBytes: 1 << 20})
	dies, stays := subscribe(t, s), subscribe(t, s)
	var wg sync.WaitGroup
	wg.Go(func() { readNumbers(t, stays, 0, 20_000) })
	wg.Go(func() {
		io.CopyN(io.Discard, dies.br, 1<<20)
		dies.Close()
	})
	for i := range 20_000 {
		publishText(t, s, i, "line of text")
	}
	wg.Wait()
}

// TestTopics checks what subscriptions select, and their end, both as messages
// of ZMTP 3.0 and as commands of 3.1.
func TestTopics(t *testing.T) {
	s, _ := open(t, Limits{})
	forms := map[string]func(on byte, topic string) []byte{
		"message": func(on byte, topic string) []byte { return appendFrame(nil, 0, append([]byte{on}, topic...)) },
		"command": func(on byte, topic string) []byte {
			return appendFrame(nil, flagCommand, command([]string{"CANCEL", "SUBSCRIBE"}[on], []byte(topic)))
		},
	}
	for name, form := range forms {
		for topic, want := range map[string]int{"": 4, "kernel.": 4, "kernel.kernel-session.stream": 4, "nomatch": 0} {
			c := connect(t, s, protocol.IOPub, "SUB", "")
			c.send(form(1, topic))
			frames, err := c.frames()
			if err != nil || string(frames[0]) != topic {
				t.Fatalf("%s %q: welcome %q, %v", name, topic, frames, err)
			}
			for i := range 4 {
				publishText(t, s, i, "")
			}
			for i := range want {
				if n := number(t, c.receive()); n != i {
					t.Fatalf("%s %q: got %d, want %d", name, topic, n, i)
				}
			}
			// The end of the subscription, and another one, whose welcome tells
			// that the kernel has seen both.
			c.send(form(0, topic))
			c.send(form(1, "fence"))
			if frames, err := c.frames(); err != nil || string(frames[0]) != "fence" {
				t.Fatalf("%s %q: got %q, %v", name, topic, frames, err)
			}
			publishText(t, s, 9, "")
			m := protocol.NewMessage("stream", "s", nil, protocol.Stream{})
			m.Identities = [][]byte{[]byte("fence")}
			if err := s.Publish(m); err != nil {
				t.Fatal(err)
			}
			if frames, err := c.frames(); err != nil || string(frames[0]) != "fence" {
				t.Errorf("%s %q: after its end got %q, %v", name, topic, frames, err)
			}
			c.Close()
		}
	}
}

// TestWelcome joins while messages are published as fast as possible. The
// welcome is the first message, once, and no message after the first that
// follows it is missing.
func TestWelcome(t *testing.T) {
	s, _ := open(t, Limits{})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				publishText(t, s, i, "")
			}
		}
	})
	for i := range 40 {
		c := connect(t, s, protocol.IOPub, "SUB", "")
		topic := []string{"", "kernel."}[i%2]
		c.send(appendFrame(nil, 0, append([]byte{1}, topic...)))
		m := c.receive()
		w, ok := m.Content.(*protocol.IOPubWelcome)
		if !ok || w.Subscription != topic || string(m.Identities[0]) != topic || m.Parent != nil || m.Header.Session != "kernel-session" {
			t.Fatalf("join %d: first message is %+v", i, m)
		}
		first := number(t, c.receive())
		readNumbers(t, c, first+1, first+20)
		c.Close()
	}
	close(stop)
	wg.Wait()
}

// TestWelcomeMeansSubscribed publishes when a client has read its welcome:
// the message must reach it.
func TestWelcomeMeansSubscribed(t *testing.T) {
	s, _ := open(t, Limits{})
	for i := range 200 {
		c := subscribe(t, s)
		publishText(t, s, i, "")
		if n := number(t, c.receive()); n != i {
			t.Fatalf("got %d, want %d", n, i)
		}
		c.Close()
	}
}

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
