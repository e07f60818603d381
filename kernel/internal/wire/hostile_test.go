package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/protocol"
)

// clientType is the socket type that clients have on a channel.
func clientType(ch protocol.Channel) string {
	switch ch {
	case protocol.IOPub:
		return "SUB"
	case protocol.Heartbeat:
		return "REQ"
	}
	return "DEALER"
}

// alive checks that a new client is served on every channel.
func alive(t *testing.T, s *Sockets) {
	t.Helper()
	for _, ch := range []protocol.Channel{protocol.Shell, protocol.Control} {
		ask(t, s, ch)
	}
	sub := subscribe(t, s)
	publishText(t, s, -7, "")
	for number(t, sub.receive()) != -7 { // what zmq4 had not passed on yet comes first
	}
	sub.Close()
	hb := connect(t, s, protocol.Heartbeat, "REQ", "")
	hb.send(multipart(nil, []byte("ping")))
	if f, err := hb.frames(); err != nil || len(f) != 2 || string(f[1]) != "ping" {
		t.Errorf("heartbeat: %q, %v", f, err)
	}
	hb.Close()
	in := connect(t, s, protocol.Stdin, "DEALER", "")
	in.request("input_reply", protocol.InputReply{Value: "x"})
	in.Close()
}

// longHeader is the header of a frame of any size.
func longHeader(flags byte, size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{flags | flagLong}, size)
}

// readyFrame is a READY command of the given properties.
func readyFrame(props []byte) []byte {
	return appendFrame(nil, flagCommand, command("READY", props))
}

// TestBadHandshake sends what is not a handshake to every socket. The
// connection must be closed at once, with one line in the log, and new clients
// must be served.
func TestBadHandshake(t *testing.T) {
	good := greeting(0)
	old := greeting(0)
	old[10] = 1
	plain := greeting(0)
	copy(plain[12:], "PLAIN")
	with := func(b ...[]byte) []byte { return append(bytes.Clone(good), bytes.Join(b, nil)...) }
	for name, sent := range map[string][]byte{
		"random bytes":           []byte("\x17\x03\x01\x42 these are not the bytes of a greeting at all, but many"),
		"HTTP":                   []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		"ZMTP 2":                 old,
		"PLAIN":                  plain,
		"no socket type":         with(readyFrame(appendProperty(nil, "Identity", "x"))),
		"socket type STREAM":     with(appendFrame(nil, flagCommand, readyCommand("STREAM", ""))),
		"socket type PUSH":       with(appendFrame(nil, flagCommand, readyCommand("PUSH", ""))),
		"metadata cut in name":   with(readyFrame([]byte("\x05Ident"))),
		"metadata cut in length": with(readyFrame([]byte("\x08Identity\x00\x00"))),
		"metadata cut in value":  with(readyFrame([]byte("\x08Identity\x00\x00\x00\x09x"))),
		"metadata value 4 GiB":   with(readyFrame([]byte("\x08Identity\xff\xff\xff\xffx"))),
		"empty property name":    with(readyFrame([]byte("\x00\x00\x00\x00\x00"))),
		"empty command":          with(appendFrame(nil, flagCommand, nil)),
		"command name too long":  with(appendFrame(nil, flagCommand, []byte("\x20READY"))),
		"other command":          with(appendFrame(nil, flagCommand, command("HELLO", nil))),
		"message, not READY":     with(multipart([]byte("x"))),
		"flags":                  with([]byte{0xff, 1, 0}),
		"command with more":      with([]byte{flagCommand | flagMore, 1, 0}),
		"2^62 bytes":             with(longHeader(flagCommand, 1<<62)),
		"2^64-1 bytes":           with(longHeader(flagCommand, 1<<64-1)),
		"2^40 bytes":             with(longHeader(flagCommand, 1<<40)),
		"8 GiB":                  with(longHeader(flagCommand, 8<<30)),
		"long routing id":        with(appendFrame(nil, flagCommand, readyCommand("DEALER", strings.Repeat("x", 256)))),
		"routing id of ZeroMQ":   with(appendFrame(nil, flagCommand, readyCommand("DEALER", "\x00x"))),
	} {
		t.Run(name, func(t *testing.T) {
			s, logged := open(t, Limits{})
			serve(t, s)
			for _, ch := range channels {
				c := dial(t, s, ch)
				c.Write(sent) // it may be cut short
				c.refused()
			}
			alive(t, s)
			if n := len(logged.lines("refused connection")); n != len(channels) {
				t.Errorf("%d lines about %d connections:\n%s", n, len(channels), logged)
			}
		})
	}
}

// TestWrongType connects sockets of types that exist but do not belong.
func TestWrongType(t *testing.T) {
	s, _ := open(t, Limits{})
	serve(t, s)
	for _, ch := range channels {
		kind := "SUB"
		if ch == protocol.IOPub {
			kind = "DEALER"
		}
		c := dial(t, s, ch)
		c.send(greeting(0))
		c.send(appendFrame(nil, flagCommand, readyCommand(kind, "")))
		c.refused()
	}
	alive(t, s)
}

// TestBadFrames breaks the rules after the handshake.
func TestBadFrames(t *testing.T) {
	for name, sent := range map[string][]byte{
		"2^62 bytes":        longHeader(0, 1<<62),
		"2^64-1 bytes":      longHeader(0, 1<<64-1),
		"2^40 bytes":        longHeader(0, 1<<40),
		"8 GiB":             longHeader(0, 8<<30),
		"8 GiB with more":   longHeader(flagMore, 8<<30),
		"command 1 MiB":     longHeader(flagCommand, 1<<20),
		"flags":             {0x80, 0},
		"command with more": {flagCommand | flagMore, 1, 0},
		"empty command":     {flagCommand, 0},
		"short PING":        appendFrame(nil, flagCommand, command("PING", []byte{1})),
	} {
		t.Run(name, func(t *testing.T) {
			s, logged := open(t, Limits{})
			serve(t, s)
			for _, ch := range channels {
				c := connect(t, s, ch, clientType(ch), "")
				c.send(sent)
				c.refused()
			}
			alive(t, s)
			if n := len(logged.lines("closed connection")); n != len(channels) {
				t.Errorf("%d lines about %d connections:\n%s", n, len(channels), logged)
			}
		})
	}
}

// TestQuietEnds ends connections in the ways of everyday life, and some that
// are rare: nothing of it is worth a line in the log.
func TestQuietEnds(t *testing.T) {
	for name, end := range map[string]func(*client){
		"close":                func(c *client) { c.Close() },
		"reset":                func(c *client) { c.Conn.(*net.TCPConn).SetLinger(0); c.Close() },
		"close in a greeting":  nil,
		"reset with unread":    func(c *client) { c.request("kernel_info_request", nil); c.Conn.(*net.TCPConn).SetLinger(0); c.Close() },
		"half close, then all": func(c *client) { c.Conn.(*net.TCPConn).CloseWrite(); c.refused() },
	} {
		t.Run(name, func(t *testing.T) {
			s, logged := open(t, Limits{})
			serve(t, s)
			for _, ch := range channels {
				if end == nil {
					c := dial(t, s, ch)
					c.send(greeting(0)[:0])
					c.Close()
				} else if ch == protocol.Shell || ch == protocol.Control {
					end(connect(t, s, ch, clientType(ch), ""))
				}
			}
			alive(t, s)
			if logged.String() != "" {
				t.Errorf("logged:\n%s", logged)
			}
		})
	}
}

// TestSilentPeers keeps connections half open in every way. New clients must be
// served at once, and the connections be gone after the deadline.
func TestSilentPeers(t *testing.T) {
	s, _ := open(t, Limits{Handshake: 2 * time.Second})
	serve(t, s)
	var silent []*client
	for _, ch := range channels {
		for _, said := range [][]byte{nil, greeting(0)[:20], greeting(0), append(greeting(0), flagCommand, 200, 5)} {
			c := dial(t, s, ch)
			c.send(said)
			silent = append(silent, c)
		}
	}
	alive(t, s)
	for _, c := range silent {
		c.refused()
	}
	alive(t, s)
}

// TestSlowloris sends a byte now and then: the deadline is one for the whole
// handshake.
func TestSlowloris(t *testing.T) {
	s, _ := open(t, Limits{Handshake: 200 * time.Millisecond})
	c := dial(t, s, protocol.Shell)
	start := time.Now()
	for _, b := range greeting(0) {
		if _, err := c.Write([]byte{b}); err != nil {
			break
		}
		time.Sleep(20 * time.Millisecond) // the pace of the attack
	}
	c.refused()
	if d := time.Since(start); d > patience {
		t.Errorf("held on for %v", d)
	}
}

// TestPing checks that a PING gets its PONG, with the context, between
// messages too.
func TestPing(t *testing.T) {
	s, logged := open(t, Limits{})
	serve(t, s)
	ping := appendFrame(nil, flagCommand, command("PING", []byte("\x00\x0acontext")))
	for _, ch := range channels {
		c := connect(t, s, ch, clientType(ch), "")
		for range 3 {
			c.send(ping)
			flags, body, err := c.readFrame()
			if err != nil || flags != flagCommand || string(body) != "\x04PONGcontext" {
				t.Errorf("%s: %d %q, %v", ch, flags, body, err)
			}
		}
		c.send(appendFrame(nil, flagCommand, command("UNKNOWN", []byte("x"))))
		c.send(ping)
		if _, body, err := c.readFrame(); err != nil || string(body) != "\x04PONGcontext" {
			t.Errorf("%s after an unknown command: %q, %v", ch, body, err)
		}
	}
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

// TestBadMessages sends well-formed ZMTP that is no message of a client. Each
// is dropped with one line, and the connection goes on.
func TestBadMessages(t *testing.T) {
	good := protocol.NewMessage("kernel_info_request", "s", nil, nil)
	encode := func(m *protocol.Message, key string) [][]byte {
		s, _ := protocol.NewSigner("hmac-sha256", []byte(key))
		frames, err := protocol.Encode(m, s)
		if err != nil {
			t.Fatal(err)
		}
		return frames
	}
	unsigned := encode(good, "")
	for name, frames := range map[string][][]byte{
		"no frames but one": {[]byte("x")},
		"empty frames":      {nil, nil, nil, nil, nil, nil},
		"unsigned":          unsigned,
		"wrong key":         encode(good, "other"),
		"cut":               encode(good, testKey)[:4],
		"unknown kind":      encode(protocol.NewMessage("no_such_request", "s", nil, nil), testKey),
		"a kernel's kind":   encode(protocol.NewMessage("kernel_info_reply", "s", nil, nil), testKey),
		"other channel's":   encode(protocol.NewMessage("status", "s", nil, nil), testKey),
		"wrong content":     encode(protocol.NewMessage("complete_request", "s", nil, map[string]any{"code": 1}), testKey),
	} {
		t.Run(name, func(t *testing.T) {
			s, logged := open(t, Limits{})
			serve(t, s)
			for _, ch := range []protocol.Channel{protocol.Shell, protocol.Control} {
				c := connect(t, s, ch, "DEALER", "me")
				c.send(multipart(frames...))
				c.request("kernel_info_request", nil)
				if m := c.receive(); m.Header.MsgType != "kernel_info_reply" {
					t.Errorf("got %s", m.Header.MsgType)
				}
				if n := len(logged.lines("channel=" + ch.String())); n != 1 {
					t.Errorf("%d lines, want 1:\n%s", n, logged)
				}
			}
			alive(t, s)
		})
	}
}

// TestHeartbeatGarbage sends the heartbeat what REQ never would.
func TestHeartbeatGarbage(t *testing.T) {
	s, _ := open(t, Limits{})
	serve(t, s)
	c := connect(t, s, protocol.Heartbeat, "DEALER", "")
	for range 100 {
		c.send(multipart([]byte("no envelope")))
		c.send(multipart(nil))
		c.send(multipart(nil, nil))
	}
	alive(t, s)
}

// TestSubscriberGarbage sends iopub what is no subscription.
func TestSubscriberGarbage(t *testing.T) {
	s, logged := open(t, Limits{Topics: 100})
	c := connect(t, s, protocol.IOPub, "SUB", "")
	for range 100 { // zmq4 has room for 10 such messages, for ever
		c.send(multipart(nil))
		c.send(multipart([]byte("\x02topic")))
		c.send(multipart([]byte("\x01many"), []byte("frames")))
	}
	c.send(appendFrame(nil, 0, []byte("\x01")))
	if m := c.receive(); m.Header.MsgType != "iopub_welcome" {
		t.Errorf("got %s", m.Header.MsgType)
	}
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
	for n := range 101 {
		c.Write(appendFrame(nil, 0, fmt.Appendf([]byte{1}, "topic %d", n)))
	}
	c.refused()
	alive2 := subscribe(t, s)
	alive2.Close()
	big := connect(t, s, protocol.IOPub, "SUB", "")
	big.Write(appendFrame(nil, 0, append([]byte{1}, make([]byte, 1<<20)...)))
	big.refused()
}
