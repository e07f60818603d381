package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"iyagi/kernel/protocol"
)

// TestSplitter cuts zmq4's stream at every place: the messages are the same.
func TestSplitter(t *testing.T) {
	stream := greeting(0)
	stream = appendFrame(stream, flagCommand, readyCommand("ROUTER", ""))
	want := [][][]byte{
		{[]byte("one")},
		{{}, []byte("two"), {}, bytes.Repeat([]byte("x"), 300)},
		{{}},
	}
	for _, frames := range want {
		stream = append(stream, multipart(frames...)...)
	}
	check := func(at string, writes ...[]byte) {
		var s splitter
		var got []message
		for _, w := range writes {
			s.write(w, func(m message) { got = append(got, m) })
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d messages, want %d", at, len(got), len(want))
		}
		for i, m := range got {
			if m.size != messageSize(want[i]) || !equalFrames(m.frames, want[i]) {
				t.Errorf("%s: message %d is %q", at, i, m.frames)
			}
		}
	}
	check("whole", stream)
	for i := range stream {
		check("cut", bytes.Clone(stream[:i]), bytes.Clone(stream[i:]))
	}
	var single [][]byte
	for i := range stream {
		single = append(single, bytes.Clone(stream[i:i+1]))
	}
	check("bytes", single...)
}

func equalFrames(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// stringConn is a connection whose peer has sent all it will.
type stringConn struct {
	net.Conn
	io.Reader
}

func (c stringConn) Read(p []byte) (int, error)       { return c.Reader.Read(p) }
func (c stringConn) Write(p []byte) (int, error)      { return len(p), nil }
func (c stringConn) Close() error                     { return nil }
func (c stringConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c stringConn) SetReadDeadline(time.Time) error  { return nil }
func (c stringConn) SetWriteDeadline(time.Time) error { return nil }

// FuzzPeer sends anything to a router and to a publisher. What zmq4 gets to
// read must be what zmq4 can read: its greeting, a READY, and then whole
// messages within the limits, of a subscriber only subscriptions.
func FuzzPeer(f *testing.F) {
	hello := append(greeting(0), appendFrame(nil, flagCommand, readyCommand("DEALER", "id"))...)
	join := append(greeting(1), appendFrame(nil, flagCommand, readyCommand("SUB", ""))...)
	f.Add(append(hello, multipart([]byte("a"), nil, bytes.Repeat([]byte("b"), 300))...))
	f.Add(append(hello, appendFrame(nil, flagCommand, command("PING", []byte("\x00\x00ctx")))...))
	f.Add(append(join, appendFrame(nil, 0, []byte("\x01topic"))...))
	f.Add(append(join, appendFrame(nil, flagCommand, command("SUBSCRIBE", []byte("topic")))...))
	f.Add(append(hello, longHeader(flagMore, 1<<62)...))
	f.Add(append(greeting(0), readyFrame([]byte("\x05Ident"))...))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	limits := Limits{MessageBytes: 1 << 20, MessageFrames: 100, Topics: 5}.withDefaults()
	f.Fuzz(func(t *testing.T, sent []byte) {
		for _, socket := range []socketType{router, publisher} {
			e := newEndpoint(protocol.Shell, socket, nil, limits, slog.New(slog.DiscardHandler))
			e.welcome = func(topic string) [][]byte { return [][]byte{[]byte(topic), {}} }
			p := newPeer(e, stringConn{Reader: bytes.NewReader(sent)})
			if p.handshake() != nil {
				continue
			}
			e.settle(p, true)
			readAsZMQ(t, p, socket)
			p.Close()
		}
	})
}

// readAsZMQ reads all that a peer gives, as strictly as it gets.
func readAsZMQ(t *testing.T, p *peer, socket socketType) {
	br := bufio.NewReader(p)
	g := make([]byte, greetingSize)
	if _, err := io.ReadFull(br, g); err != nil || checkGreeting(g) != nil {
		t.Fatalf("greeting %x, %v", g, err)
	}
	name, data, err := readCommand(br)
	if err != nil || name != "READY" {
		t.Fatalf("%s, %v", name, err)
	}
	if props, err := parseProperties(data); err != nil || !socket.serves(props["socket-type"]) || props["identity"] == "" {
		t.Fatalf("READY %q, %v", data, err)
	}
	for frames := 1; ; frames++ {
		flags, size, err := readHeader(br, 1<<20)
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				t.Fatalf("header: %v", err)
			}
			return
		}
		if flags&flagCommand != 0 || frames > 100 {
			t.Fatalf("frame %d of a message, flags %d", frames, flags)
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(br, body); err != nil {
			return // the peer left in the middle
		}
		if socket.publishes && (size == 0 || body[0] > 1 || flags&flagMore != 0) {
			t.Fatalf("subscription %q, flags %d", body, flags)
		}
		if flags&flagMore == 0 {
			frames = 0
		}
	}
}
