package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/protocol"
)

// The tests' own end of ZMTP: clients that say exactly what a test wants,
// well-behaved or not.

const testKey = "a0436f6c-1916-498b-8eb9-e81ab9368e84"

// patience is how long a test waits for what must happen. It is never waited
// out in a test that passes, and long for a busy machine with the race detector.
const patience = 2 * time.Minute

// open opens sockets on free ports of the loopback interface, for one test.
// What it logs is kept for the test to look at.
func open(t testing.TB, l Limits) (*Sockets, *logs) {
	t.Helper()
	return openAt(t, ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", Key: testKey, Scheme: "hmac-sha256"}, l)
}

func openAt(t testing.TB, info ConnectionInfo, l Limits) (*Sockets, *logs) {
	t.Helper()
	checkLeaks(t)
	logged := &logs{}
	s, err := Listen(t.Context(), info, Options{
		Log: slog.New(slog.NewTextHandler(logged, nil)), Session: "kernel-session", Limits: l,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s, logged
}

// logs collects log lines.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// lines returns the lines that contain sub.
func (l *logs) lines(sub string) (found []string) {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, sub) {
			found = append(found, line)
		}
	}
	return found
}

// client is a ZMTP peer of the sockets.
type client struct {
	t testing.TB
	net.Conn
	br *bufio.Reader
}

// dial connects without a word.
func dial(t testing.TB, s *Sockets, ch protocol.Channel) *client {
	t.Helper()
	info := s.Info()
	network, address := info.address(ch)
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return &client{t: t, Conn: c, br: bufio.NewReader(c)}
}

// connect connects and shakes hands.
func connect(t testing.TB, s *Sockets, ch protocol.Channel, kind, id string) *client {
	t.Helper()
	c := dial(t, s, ch)
	c.send(greeting(0))
	c.send(appendFrame(nil, flagCommand, readyCommand(kind, id)))
	c.readGreeting()
	return c
}

// subscribe connects a subscriber of everything and reads its welcome, so that
// it misses nothing from now on.
func subscribe(t testing.TB, s *Sockets) *client {
	t.Helper()
	c := connect(t, s, protocol.IOPub, "SUB", "")
	c.send(appendFrame(nil, 0, []byte{1}))
	if m := c.receive(); m.Header.MsgType != "iopub_welcome" {
		t.Fatalf("first message is %s, want iopub_welcome", m.Header.MsgType)
	}
	return c
}

func (c *client) send(b []byte) {
	c.t.Helper()
	if _, err := c.Write(b); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// readGreeting reads the greeting and the READY of the kernel.
func (c *client) readGreeting() {
	c.t.Helper()
	g := make([]byte, greetingSize)
	if _, err := io.ReadFull(c.br, g); err != nil {
		c.t.Fatalf("read greeting: %v", err)
	}
	if name, _, err := readCommand(c.br); err != nil || name != "READY" {
		c.t.Fatalf("read READY: %q, %v", name, err)
	}
}

// readFrame reads one frame.
func (c *client) readFrame() (flags byte, body []byte, err error) {
	flags, size, err := readHeader(c.br, 1<<40)
	if err != nil {
		return 0, nil, err
	}
	body = make([]byte, size)
	_, err = io.ReadFull(c.br, body)
	return flags, body, err
}

// frames reads one message or command.
func (c *client) frames() (frames [][]byte, err error) {
	for {
		flags, body, err := c.readFrame()
		if err != nil {
			return nil, err
		}
		frames = append(frames, body)
		if flags&flagMore == 0 {
			return frames, nil
		}
	}
}

// receive reads one Jupyter message.
func (c *client) receive() *protocol.Message {
	c.t.Helper()
	frames, err := c.frames()
	if err != nil {
		c.t.Fatalf("receive: %v", err)
	}
	m, err := protocol.Decode(frames, signer(c.t))
	if err != nil {
		c.t.Fatalf("receive: %v", err)
	}
	return m
}

// request sends a message of the given kind and returns its id.
func (c *client) request(kind string, content any) string {
	c.t.Helper()
	m := protocol.NewMessage(kind, "client-session", nil, content)
	frames, err := protocol.Encode(m, signer(c.t))
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(multipart(frames...))
	return m.Header.MsgID
}

// refused waits for the kernel to close the connection.
func (c *client) refused() {
	c.t.Helper()
	if _, err := io.Copy(io.Discard, c.br); err != nil && !isGone(err) {
		c.t.Fatalf("connection is still open: %v", err)
	}
}

// multipart returns the bytes of a message.
func multipart(frames ...[]byte) (b []byte) {
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		b = appendFrame(b, flags, f)
	}
	return b
}

func signer(t testing.TB) *protocol.Signer {
	s, err := protocol.NewSigner("hmac-sha256", []byte(testKey))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve answers every request on shell, control and stdin with the reply of
// its kind, until the sockets are closed.
func serve(t testing.TB, s *Sockets) {
	var wg sync.WaitGroup
	for ch, from := range map[protocol.Channel]<-chan *protocol.Message{
		protocol.Shell: s.Shell(), protocol.Control: s.Control(), protocol.Stdin: s.Stdin(),
	} {
		wg.Go(func() {
			for m := range from {
				k, _ := protocol.Lookup(m.Header.MsgType)
				if k.Reply == "" {
					continue
				}
				r, _ := protocol.Lookup(k.Reply)
				if err := s.Reply(ch, protocol.NewMessage(k.Reply, "kernel-session", m, r.New())); err != nil && !errors.Is(err, ErrClosed) {
					t.Errorf("reply: %v", err)
				}
			}
		})
	}
	t.Cleanup(func() {
		s.Close(context.Background())
		wg.Wait()
	})
}

// ask checks that a new client on a channel is served.
func ask(t testing.TB, s *Sockets, ch protocol.Channel) {
	t.Helper()
	c := connect(t, s, ch, "DEALER", "")
	id := c.request("kernel_info_request", nil)
	m := c.receive()
	if m.Header.MsgType != "kernel_info_reply" || m.Parent.MsgID != id {
		t.Fatalf("got %s to %s, want the kernel_info_reply to %s", m.Header.MsgType, m.Parent.MsgID, id)
	}
	c.Close()
}

// publishText publishes a stream message with the given number and text.
func publishText(t testing.TB, s *Sockets, n int, text string) {
	t.Helper()
	m := protocol.NewMessage("stream", "kernel-session", nil,
		protocol.Stream{Name: "stdout", Text: fmt.Sprintf("%d %s", n, text)})
	if err := s.Publish(m); err != nil {
		t.Fatalf("publish %d: %v", n, err)
	}
}

// number returns the n of publishText.
func number(t testing.TB, m *protocol.Message) (n int) {
	t.Helper()
	c, ok := m.Content.(*protocol.Stream)
	if !ok {
		t.Fatalf("got %s, want a stream", m.Header.MsgType)
	}
	fmt.Sscan(c.Text, &n)
	return n
}

// checkLeaks fails the test if, when it is over, goroutines of this package or
// of zmq4 are left that were not there before. zmq4 v0.17.0 itself leaves one for
// each PUB socket: nothing in its API ends (*pubMWriter).run.
func checkLeaks(t testing.TB) {
	before := len(goroutines())
	t.Cleanup(func() {
		deadline := time.Now().Add(patience)
		for {
			now := goroutines()
			if len(now) <= before {
				return
			}
			if time.Now().After(deadline) {
				t.Errorf("%d goroutines were left, %d there before:\n%s", len(now), before, strings.Join(now, "\n\n"))
				return
			}
			time.Sleep(time.Millisecond) // goroutines end without an event
		}
	})
}

func goroutines() (ours []string) {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		if strings.Contains(g, "testing.tRunner(") && !strings.Contains(g, "created by iyagi") {
			continue // a test itself
		}
		if strings.Contains(g, "/zmq4") && !strings.Contains(g, "pubMWriter).run") || strings.Contains(g, "internal/wire.") {
			ours = append(ours, g)
		}
	}
	return ours
}
