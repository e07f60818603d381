package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// peer is a connection that has finished its handshake. To zmq4 it is a
// net.Conn with a ZMTP 3.0 peer at the other end; Read gives the frames of the
// real peer, checked, and Write puts messages in the queue.
//
// Two goroutines serve it: zmq4's reader, which calls Read and owns the fields
// under "reading", and the writer (see queue.go), which the endpoint starts
// and kill ends. zmq4 calls Write under a lock of its own.
type peer struct {
	ep   *endpoint
	raw  net.Conn
	kind string // the socket type it says it is
	id   string // routing id; made here if it gave none

	// Reading.
	br     *bufio.Reader
	in     bytes.Buffer        // what zmq4 is to read next
	body   int64               // bytes of the present frame that go to zmq4 as they come
	left   int64               // bytes that the present message may still have
	frames int                 // of the present message, so far
	topics map[string]struct{} // of a subscriber
	joins  bool                // zmq4 is about to record a subscription

	closing atomic.Bool // hangUp was called: what still comes is thrown away

	split splitter // of what zmq4 writes

	// Guarded by ep.mu.
	queue    []message
	queued   int64      // size of the messages in the queue and with the writer
	writing  bool       // the writer has messages in hand
	held     bool       // the writer waits: a subscription is not yet in force
	dropping bool       // messages are dropped until the queue is half empty
	dropped  int        // how many
	progress time.Time  // when the peer last took something
	dead     bool       // the connection is closed
	wake     *sync.Cond // the writer waits here

	closed sync.Once // by zmq4
}

func newPeer(e *endpoint, raw net.Conn) *peer {
	p := &peer{ep: e, raw: raw, br: bufio.NewReaderSize(raw, 32<<10)}
	p.wake = sync.NewCond(&e.mu)
	p.nextMessage()
	return p
}

// handshake does the peer's greeting and its READY, and prepares what zmq4
// will take for them. The caller has set a deadline on the connection.
func (p *peer) handshake() error {
	if _, err := p.raw.Write(greeting(1)); err != nil {
		return err
	}
	g := make([]byte, greetingSize)
	// A peer of ZMTP 2 waits for an answer after its first 11 bytes.
	if _, err := io.ReadFull(p.br, g[:11]); err != nil {
		return err
	}
	if err := checkGreeting(g[:11]); err != nil {
		return err
	}
	if _, err := io.ReadFull(p.br, g[11:]); err != nil {
		return noEOF(err)
	}
	if err := checkGreeting(g); err != nil {
		return err
	}
	ready := readyCommand(p.ep.socket.name, "")
	if _, err := p.raw.Write(appendFrame(nil, flagCommand, ready)); err != nil {
		return err
	}
	name, data, err := readCommand(p.br)
	if err != nil {
		return noEOF(err)
	}
	if name != "READY" {
		return fmt.Errorf("it sent the command %.20q, want READY", name)
	}
	props, err := parseProperties(data)
	if err != nil {
		return err
	}
	return p.introduce(props["socket-type"], props["identity"])
}

// introduce checks what the peer says it is and says hello to zmq4 in its name.
func (p *peer) introduce(kind, id string) error {
	if !p.ep.socket.serves(kind) {
		return fmt.Errorf("it is a %.20q socket, which cannot talk to %s", kind, p.ep.socket.name)
	}
	switch {
	case len(id) > maxIdentity:
		return fmt.Errorf("its routing id has %d bytes, %d are allowed", len(id), maxIdentity)
	case id == "":
		id = anonymousID()
	case id[0] == 0:
		return errors.New("its routing id begins with a zero byte, which ZeroMQ keeps for itself")
	}
	p.kind, p.id = kind, id
	p.in.Write(greeting(0))
	p.in.Write(appendFrame(nil, flagCommand, readyCommand(kind, id)))
	return nil
}

// nextMessage starts the count of a message from the peer.
func (p *peer) nextMessage() {
	p.left, p.frames = p.ep.limits.MessageBytes, 0
}

// Read gives zmq4 the next bytes of the peer's stream. Its error is always
// net.ErrClosed: on io.EOF in the middle of a frame zmq4 would keep the
// connection on its list for ever.
func (p *peer) Read(b []byte) (int, error) {
	for {
		if p.in.Len() > 0 {
			return p.in.Read(b)
		}
		if p.in.Cap() > 4*passThrough {
			p.in = bytes.Buffer{}
		}
		if p.body > 0 {
			n, err := p.br.Read(b[:min(int64(len(b)), p.body)])
			if p.body -= int64(n); n > 0 {
				return n, nil
			}
			p.end(noEOF(err))
			return 0, net.ErrClosed
		}
		if p.joins { // zmq4 asks for the next frame, so it has acted on the last
			p.joins = false
			p.release()
		}
		if p.closing.Load() {
			p.drain()
			return 0, net.ErrClosed
		}
		if err := p.fetch(); err != nil {
			p.end(err)
			return 0, net.ErrClosed
		}
	}
}

// fetch brings in the next frame from the peer.
func (p *peer) fetch() error {
	flags, size, err := readHeader(p.br, p.left)
	if err != nil {
		return err
	}
	if flags&flagCommand != 0 {
		return p.fetchCommand(size)
	}
	p.left -= size
	if p.frames++; p.frames > p.ep.limits.MessageFrames {
		return fmt.Errorf("it sent a message of more than %d frames", p.ep.limits.MessageFrames)
	}
	if flags&flagMore == 0 {
		p.nextMessage()
	}
	if p.ep.socket.publishes {
		return p.fetchSubscription(flags, size)
	}
	// zmq4 allocates the body of a frame when it sees the header. It sees the
	// header of a large one when a sixteenth of the body is here, so that a few
	// bytes cannot claim a gigabyte.
	ahead := size
	if size > passThrough {
		ahead = max(size/16, passThrough)
	}
	var header [9]byte
	p.in.Write(appendHeader(header[:0], flags&flagMore, int(size)))
	if _, err := io.CopyN(&p.in, p.br, ahead); err != nil {
		p.in = bytes.Buffer{}
		return noEOF(err)
	}
	p.body = size - ahead
	return nil
}

// fetchCommand reads a command and acts on it. Unknown ones are ignored, as
// ZMTP wants it.
func (p *peer) fetchCommand(size int64) error {
	if size > maxCommand {
		return fmt.Errorf("it sent a command of %d bytes", size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(p.br, body); err != nil {
		return noEOF(err)
	}
	name, data, err := splitCommand(body)
	if err != nil {
		return err
	}
	switch name {
	case "PING":
		if len(data) < 2 { // the time to live; the context follows
			return errors.New("it sent a malformed PING")
		}
		p.enqueue(message{frames: [][]byte{command("PONG", data[2:])}, size: 64 + size, command: true})
	case "SUBSCRIBE":
		return p.subscription(1, data)
	case "CANCEL":
		return p.subscription(0, data)
	}
	return nil
}

// fetchSubscription reads a message from a subscriber: 1 or 0 and a topic.
// Anything else is read and ignored.
func (p *peer) fetchSubscription(flags byte, size int64) error {
	if size > maxCommand {
		return fmt.Errorf("it sent a subscription of %d bytes", size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(p.br, body); err != nil {
		return noEOF(err)
	}
	if flags&flagMore != 0 || size == 0 || body[0] > 1 {
		return nil
	}
	return p.subscription(body[0], body[1:])
}

// subscription passes a subscription (on is 1) or its end (0) on to zmq4.
//
// A new subscriber is welcomed: the welcome goes in its queue now, before
// zmq4 knows of the subscription and so before anything else can, and the queue
// is held until zmq4 has recorded it. So the welcome is the first message that the
// peer gets, and nothing published after the peer has read it is missed.
func (p *peer) subscription(on byte, topic []byte) error {
	if !p.ep.socket.publishes {
		return nil
	}
	if _, known := p.topics[string(topic)]; on == 0 {
		delete(p.topics, string(topic))
	} else if !known {
		if len(p.topics) >= p.ep.limits.Topics {
			return fmt.Errorf("it made more than %d subscriptions", p.ep.limits.Topics)
		}
		if p.topics == nil {
			p.topics = map[string]struct{}{}
		}
		p.topics[string(topic)] = struct{}{}
		p.hold(p.ep.welcome(string(topic)))
		p.joins = true
	}
	p.in.Write(appendFrame(nil, 0, append([]byte{on}, topic...)))
	return nil
}

// end ends the connection from the reader's side, because of err. After hangUp
// that is the deadline of a client that has not taken note, which is no news.
func (p *peer) end(err error) {
	if !p.isDead() && !p.closing.Load() {
		p.ep.logEnd(p.raw, "closed connection", err)
	}
	p.kill()
}

// drain throws away what the peer still sends, until it has closed its end or
// the deadline of hangUp. A connection that is closed with unread data is
// reset, and the peer may lose what it has not read yet.
func (p *peer) drain() {
	io.Copy(io.Discard, p.br)
	p.kill()
}

// hangUp tells the peer that nothing more will come and lets the reader
// drain, until deadline.
func (p *peer) hangUp(deadline time.Time) {
	p.closing.Store(true)
	if c, ok := p.raw.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
	p.raw.SetReadDeadline(deadline)
}

// Write takes zmq4's bytes. It never waits for the network and never fails:
// zmq4 calls it under locks that all connections share, and a message for a peer
// that has gone is dropped, as ZeroMQ has it.
func (p *peer) Write(b []byte) (int, error) {
	p.split.write(b, func(m message) {
		if p.ep.socket.publishes && isBarrier(m) {
			return
		}
		p.enqueue(m)
	})
	return len(b), nil
}

// Close is called by zmq4 when it has let go of the connection.
func (p *peer) Close() error {
	p.kill()
	p.closed.Do(p.ep.served.Done)
	return nil
}

// LocalAddr and the rest of net.Conn, which zmq4 does not use.

func (p *peer) LocalAddr() net.Addr              { return p.raw.LocalAddr() }
func (p *peer) RemoteAddr() net.Addr             { return p.raw.RemoteAddr() }
func (p *peer) SetDeadline(time.Time) error      { return nil }
func (p *peer) SetReadDeadline(time.Time) error  { return nil }
func (p *peer) SetWriteDeadline(time.Time) error { return nil }

// What Windows says instead of ECONNREFUSED, ECONNABORTED and ECONNRESET.
const (
	wsaConnRefused = syscall.Errno(10061)
	wsaConnAborted = syscall.Errno(10053)
	wsaConnReset   = syscall.Errno(10054)
)

// isGone tells the errors of a connection that just ended, at either end. They
// are everyday events: front ends come and go.
func isGone(err error) bool {
	for _, e := range []error{
		io.EOF, net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET, syscall.ECONNABORTED, wsaConnReset, wsaConnAborted,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
