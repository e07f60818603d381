package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"

	"iyagi/kernel/protocol"
)

// handshakeTimeout bounds greeting and handshake of one connection. It is long
// because a kernel that has just opened its sockets may still load its language.
const handshakeTimeout = 60 * time.Second

// link is one ZeroMQ connection to one socket of the kernel. One goroutine
// may receive; any may send.
type link struct {
	channel protocol.Channel
	conn    *zmq4.Conn
	wire    *buffered
	sending sync.Mutex // guards conn for writing and wire.w
}

// buffered gives zmq4's connection fewer system calls: without it a frame is
// two reads and two writes.
type buffered struct {
	net.Conn
	r *bufio.Reader
	w *bufio.Writer // nil during the handshake, when each side waits for the other's bytes
}

func (b *buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

func (b *buffered) Write(p []byte) (int, error) {
	if b.w == nil {
		return b.Conn.Write(p)
	}
	return b.w.Write(p)
}

var socketTypes = map[protocol.Channel]zmq4.SocketType{
	protocol.Shell: zmq4.Dealer, protocol.Control: zmq4.Dealer, protocol.Stdin: zmq4.Dealer,
	protocol.IOPub: zmq4.Sub, protocol.Heartbeat: zmq4.Req,
}

// open connects to one socket of the kernel. With retry it waits for a kernel
// that has not opened its sockets yet, until ctx ends.
func open(ctx context.Context, info ConnectionInfo, ch protocol.Channel, identity string, retry bool) (*link, error) {
	network, address, err := info.endpoint(ch)
	if err != nil {
		return nil, err
	}
	raw, err := dial(ctx, network, address, retry)
	if err != nil {
		return nil, fmt.Errorf("connect to the kernel's %s socket: %w", ch, err)
	}
	l, err := newLink(ctx, raw, ch, identity)
	if err != nil {
		raw.Close()
		return nil, fmt.Errorf("ZeroMQ handshake with the kernel's %s socket at %s: %w", ch, address, err)
	}
	return l, nil
}

// dial polls, because the file system and TCP have no event for "somebody
// listens now". The first pauses are shorter than what a kernel needs to start, so
// that waiting costs a fast one no time.
func dial(ctx context.Context, network, address string, retry bool) (net.Conn, error) {
	var d net.Dialer
	pause := time.Millisecond
	for {
		conn, err := d.DialContext(ctx, network, address)
		if err == nil || !retry || ctx.Err() != nil {
			return conn, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		}
		pause = min(pause*3/2+time.Millisecond/2, 50*time.Millisecond)
	}
}

func newLink(ctx context.Context, raw net.Conn, ch protocol.Channel, identity string) (l *link, err error) {
	raw.SetDeadline(time.Now().Add(handshakeTimeout))
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if r := recover(); r != nil { // zmq4 v0.17.0 panics on socket types that it does not know
			l, err = nil, fmt.Errorf("%v", r)
		}
		if !stop() && err == nil {
			l, err = nil, ctx.Err()
		}
	}()
	wire := &buffered{Conn: raw, r: bufio.NewReaderSize(raw, 64<<10)}
	conn, err := zmq4.Open(wire, null.Security(), socketTypes[ch], zmq4.SocketIdentity(identity), false, nil)
	if err != nil {
		return nil, err
	}
	raw.SetDeadline(time.Time{})
	wire.w = bufio.NewWriterSize(raw, 16<<10)
	l = &link{channel: ch, conn: conn, wire: wire}
	if ch == protocol.IOPub {
		err = l.send([][]byte{{1}}) // subscribe to all topics
	}
	return l, err
}

// send sends one message. It blocks while the kernel does not read.
func (l *link) send(frames [][]byte) error {
	l.sending.Lock()
	defer l.sending.Unlock()
	if err := l.conn.SendMsg(zmq4.NewMsgFrom(frames...)); err != nil {
		return err
	}
	return l.wire.w.Flush()
}

// receive returns the next message's frames.
func (l *link) receive() ([][]byte, error) {
	for {
		m, err := l.conn.RecvMsg()
		if err != nil {
			return nil, err
		}
		if m.Type != zmq4.CmdMsg { // a command (ping) is the transport's own
			return m.Frames, nil
		}
	}
}

// expire makes receive return within d, with what has arrived until then.
func (l *link) expire(d time.Duration) { l.wire.SetReadDeadline(time.Now().Add(d)) }

func (l *link) close() { l.wire.Close() }

// Ping sends bytes to the kernel's heartbeat socket and returns how long they
// took to come back. A kernel that is busy answers; one that is stuck does not.
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	l, err := open(ctx, c.info, protocol.Heartbeat, c.session, false)
	if err != nil {
		return 0, err
	}
	defer l.close()
	defer context.AfterFunc(ctx, l.close)()
	start := time.Now()
	if err := l.send([][]byte{{}, []byte("ping")}); err != nil {
		return 0, fmt.Errorf("heartbeat: %w", err)
	}
	frames, err := l.receive()
	if err != nil {
		return 0, fmt.Errorf("heartbeat: %w", errors.Join(ctx.Err(), err))
	}
	if len(frames) != 2 || string(frames[1]) != "ping" {
		return 0, fmt.Errorf("heartbeat: the kernel sent %q back", frames)
	}
	return time.Since(start), nil
}
