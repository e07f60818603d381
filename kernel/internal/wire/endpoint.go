package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/google/uuid"

	"iyagi/kernel/protocol"
)

// socketType is a ZeroMQ socket type as this package uses it.
type socketType struct {
	name      string
	peers     []string // the socket types it talks to
	publishes bool
	handsOver bool // a routing id belongs to its newest connection
	open      func(context.Context, ...zmq4.Option) zmq4.Socket
}

func (s *socketType) serves(kind string) bool { return slices.Contains(s.peers, kind) }

var (
	router = socketType{
		name: "ROUTER", peers: []string{"DEALER", "REQ", "ROUTER"}, handsOver: true, open: zmq4.NewRouter,
	}
	publisher = socketType{
		name: "PUB", peers: []string{"SUB", "XSUB"}, publishes: true, open: zmq4.NewPub,
	}
	replier = socketType{
		name: "REP", peers: []string{"REQ", "DEALER"}, open: zmq4.NewRep,
	}
)

// endpoint is one of the five places that clients connect to. It is the
// listener that zmq4 accepts connections from.
//
// Its goroutines: accept, one handshake for each connection that is new, and a
// writer for each peer. stop ends them all.
type endpoint struct {
	channel protocol.Channel
	socket  socketType
	limits  Limits
	log     *slog.Logger
	welcome func(topic string) [][]byte // of a publisher

	raw   net.Listener
	ready chan net.Conn // to zmq4: peers that have said hello
	done  chan struct{} // closed by Close
	once  sync.Once

	goroutines sync.WaitGroup // accept, handshakes, writers
	served     sync.WaitGroup // peers that zmq4 has not let go of

	mu       sync.Mutex
	changed  *sync.Cond // something of the below has
	peers    map[*peer]struct{}
	byID     map[string]*peer
	greeting map[net.Conn]struct{} // connections that shake hands
	crowded  bool                  // the limit of connections has been reported
	closing  bool
	underway int64 // bytes that zmq4 has to publish and the tap has not seen
	barriers int   // that the tap has seen
}

// newEndpoint returns the endpoint of a listener, not started yet.
func newEndpoint(ch protocol.Channel, socket socketType, raw net.Listener, limits Limits, log *slog.Logger) *endpoint {
	e := &endpoint{
		channel: ch, socket: socket, limits: limits, log: log, raw: raw,
		ready: make(chan net.Conn), done: make(chan struct{}),
		peers: map[*peer]struct{}{}, byID: map[string]*peer{}, greeting: map[net.Conn]struct{}{},
	}
	e.changed = sync.NewCond(&e.mu)
	return e
}

// start begins to take connections.
func (e *endpoint) start() { e.goroutines.Go(e.accept) }

// accept takes connections until the listener is closed. On an error such as
// too many open files it waits, longer each time, instead of trying again at
// once.
func (e *endpoint) accept() {
	var wait time.Duration
	for {
		c, err := e.raw.Accept()
		if err == nil {
			wait = 0
			e.admitConn(c)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if wait == 0 {
			e.log.Warn("cannot accept connections", "channel", e.channel.String(), "error", err)
		}
		wait = min(max(2*wait, 5*time.Millisecond), time.Second)
		select {
		case <-time.After(wait):
		case <-e.done:
			return
		}
	}
}

// admitConn starts the handshake of a connection, unless there are too many.
func (e *endpoint) admitConn(c net.Conn) {
	e.mu.Lock()
	full := len(e.peers)+len(e.greeting) >= e.limits.Connections
	report := full && !e.crowded
	e.crowded = full
	if !full && !e.closing {
		e.greeting[c] = struct{}{}
		e.goroutines.Go(func() { e.greet(c) })
		e.mu.Unlock()
		return
	}
	e.mu.Unlock()
	if report {
		e.log.Warn("refuses connections: there are too many", e.attrs(c, "limit", e.limits.Connections)...)
	}
	c.Close()
}

// greet makes a connection a peer and hands it to zmq4, or closes it.
func (e *endpoint) greet(c net.Conn) {
	p := newPeer(e, c)
	c.SetDeadline(time.Now().Add(e.limits.Handshake))
	err := p.handshake()
	c.SetDeadline(time.Time{})
	if err != nil {
		e.logEnd(c, "refused connection", err)
	}
	if !e.settle(p, err == nil) {
		c.Close()
		return
	}
	e.goroutines.Go(p.write)
	select {
	case e.ready <- p:
	case <-e.done:
		p.Close()
	}
}

// settle ends a handshake: the connection becomes one of the peers if it is
// welcome. If its routing id is in use, the connection that has it is closed: a
// client that comes back is often seen before its old connection is seen to
// be dead.
func (e *endpoint) settle(p *peer, welcome bool) bool {
	e.mu.Lock()
	delete(e.greeting, p.raw)
	if !welcome || e.closing {
		e.mu.Unlock()
		return false
	}
	old := e.byID[p.id]
	if e.socket.handsOver {
		e.byID[p.id] = p
	}
	e.peers[p] = struct{}{}
	e.served.Add(1)
	e.mu.Unlock()
	if old != nil {
		old.kill()
	}
	return true
}

// Accept gives zmq4 the next peer. It fails only when the endpoint is closed:
// zmq4 tries again at once after an error.
func (e *endpoint) Accept() (net.Conn, error) {
	select {
	case c := <-e.ready:
		return c, nil
	case <-e.done:
		return nil, net.ErrClosed
	}
}

// Close is called by zmq4 when its socket is closed.
func (e *endpoint) Close() error {
	e.once.Do(func() { close(e.done) })
	return nil
}

// Addr returns the address that clients connect to.
func (e *endpoint) Addr() net.Addr { return e.raw.Addr() }

// stop takes leave of all peers and, as soon as zmq4 has let go of them, calls
// closeSocket for zmq4's end. What stands in queues is lost: flush comes before.
// zmq4 lets go of a peer only while someone receives from the socket.
func (e *endpoint) stop(closeSocket func()) error {
	e.mu.Lock()
	e.closing = true
	for c := range e.greeting {
		c.Close()
	}
	deadline := time.Now().Add(linger)
	for p := range e.peers {
		p.hangUp(deadline)
	}
	e.changed.Broadcast()
	e.mu.Unlock()
	err := e.raw.Close()
	e.served.Wait()
	closeSocket()
	e.Close()
	e.goroutines.Wait()
	if err != nil {
		return fmt.Errorf("close %s socket: %w", e.channel, err)
	}
	return nil
}

// logEnd reports why a connection ended, unless it just ended.
func (e *endpoint) logEnd(c net.Conn, what string, err error) {
	if isGone(err) {
		e.log.Debug(what, e.attrs(c, "reason", err)...)
		return
	}
	e.log.Warn(what, e.attrs(c, "reason", err)...)
}

// attrs are the attributes of a log line about a connection.
func (e *endpoint) attrs(c net.Conn, more ...any) []any {
	return append([]any{"channel", e.channel.String(), "client", c.RemoteAddr().String()}, more...)
}

// anonymousID makes a routing id for a peer that has none. It begins with a
// zero byte, with which no peer's own can begin.
func anonymousID() string {
	id := uuid.New()
	return "\x00" + string(id[:])
}
