package wire

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/go-zeromq/zmq4"

	"iyagi/kernel/protocol"
)

// Options are the settings of [Listen] that a connection file does not have.
type Options struct {
	// Log gets a line for each message and connection that is refused, and
	// for each client that cannot keep up. nil: nothing is logged.
	Log *slog.Logger
	// Session is the kernel's own session id, for the headers of the messages
	// that this package sends.
	Session string
	Limits  Limits
}

// ErrClosed is the error of an operation on closed sockets.
var ErrClosed = net.ErrClosed

// Sockets are the five sockets of a kernel, open.
//
// Its goroutines, beyond those of the endpoints and of zmq4: one for each of
// shell, control, stdin and heartbeat that receives, verifies and passes
// on. Close ends them all.
type Sockets struct {
	info    ConnectionInfo
	log     *slog.Logger
	signer  *protocol.Signer
	session string

	shell, control, stdin, iopub, heartbeat *socket

	receivers sync.WaitGroup
	closing   chan struct{}
	closed    atomic.Bool
	closeOnce sync.Once
	closeErr  error
	tapped    bool // the tap sees what iopub publishes
}

// socket is one zmq4 socket and the endpoint under it.
type socket struct {
	ep     *endpoint
	zmq    zmq4.Socket
	ctx    context.Context // zmq4's; done when the socket is to be closed
	cancel context.CancelFunc
	from   chan *protocol.Message // what clients sent
}

// Listen opens the five sockets that info names. ctx bounds the opening only;
// Close ends what it began.
func Listen(ctx context.Context, info ConnectionInfo, o Options) (*Sockets, error) {
	if err := info.check(); err != nil {
		return nil, fmt.Errorf("open sockets: %w", err)
	}
	signer, err := protocol.NewSigner(info.Scheme, []byte(info.Key))
	if err != nil {
		return nil, fmt.Errorf("open sockets: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if signer == nil {
		o.Log.Warn("messages are not signed: anyone who can connect can run code", "ip", info.IP)
	}
	s := &Sockets{
		info: info, log: o.Log, signer: signer, session: o.Session, closing: make(chan struct{}),
	}
	limits := o.Limits.withDefaults()
	for _, part := range []struct {
		ch   protocol.Channel
		kind socketType
		to   **socket
	}{
		{protocol.Shell, router, &s.shell},
		{protocol.Control, router, &s.control},
		{protocol.Stdin, router, &s.stdin},
		{protocol.IOPub, publisher, &s.iopub},
		{protocol.Heartbeat, replier, &s.heartbeat},
	} {
		if *part.to, err = s.open(ctx, part.ch, part.kind, limits); err != nil {
			s.Close(ctx)
			return nil, fmt.Errorf("open %s socket: %w", part.ch, err)
		}
	}
	if err := newTap(s.iopub.ep).connect(ctx); err != nil {
		s.Close(ctx)
		return nil, fmt.Errorf("open iopub socket: %w", err)
	}
	s.tapped = true
	for _, k := range []*socket{s.shell, s.control, s.stdin} {
		s.receivers.Go(func() { s.receive(k) })
	}
	s.receivers.Go(s.echo)
	for _, k := range s.all() {
		k.ep.start()
	}
	return s, nil
}

// open listens for one socket and puts zmq4's on top of it. Connections are
// not taken before the endpoint is started.
func (s *Sockets) open(ctx context.Context, ch protocol.Channel, kind socketType, limits Limits) (*socket, error) {
	raw, err := s.bind(ctx, ch)
	if err != nil {
		return nil, err
	}
	k := &socket{
		ep:   newEndpoint(ch, kind, raw, limits, s.log),
		from: make(chan *protocol.Message),
	}
	k.ep.welcome = s.welcome
	k.ctx, k.cancel = context.WithCancel(context.Background())
	k.zmq = kind.open(k.ctx, zmq4.WithLogger(log.New(io.Discard, "", 0)))
	if err := endpoints.listen(k.zmq, k.ep); err != nil {
		raw.Close()
		k.cancel()
		return nil, err
	}
	return k, nil
}

// bind opens the listener of a channel and records its port when that was 0. For
// a socket file the first free number is taken.
func (s *Sockets) bind(ctx context.Context, ch protocol.Channel) (net.Listener, error) {
	port := s.info.port(ch)
	if *port != 0 || s.info.Transport != "ipc" {
		network, address := s.info.address(ch)
		l, err := listen(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if a, ok := l.Addr().(*net.TCPAddr); ok {
			*port = a.Port
		}
		return l, nil
	}
	for n := 1; ; n++ {
		if s.info.uses(n) {
			continue
		}
		*port = n
		network, address := s.info.address(ch)
		l, err := listen(ctx, network, address)
		if err == nil || !errors.Is(err, errInUse) {
			return l, err
		}
	}
}

// welcome returns the frames of the message for a new subscriber.
func (s *Sockets) welcome(topic string) [][]byte {
	m := protocol.NewMessage("iopub_welcome", s.session, nil, protocol.IOPubWelcome{Subscription: topic})
	m.Identities = [][]byte{[]byte(topic)}
	frames, err := protocol.Encode(m, s.signer)
	if err != nil {
		panic(err) // strings always encode
	}
	return frames
}

// receive passes on what clients send to one socket: it verifies, decodes and
// drops what the kernel need not see. It waits for the reader of the channel,
// and so, in the end, do the clients.
func (s *Sockets) receive(k *socket) {
	defer close(k.from)
	for {
		raw, err := k.zmq.Recv()
		if err != nil { // the socket is closed
			return
		}
		m, err := s.decode(k.ep.channel, raw.Frames)
		if err != nil {
			s.logDropped(k.ep.channel, raw.Frames, err)
			continue
		}
		select {
		case k.from <- m:
		case <-s.closing:
		}
	}
}

// decode decodes a message from a client and checks that a client may send it
// on this channel.
func (s *Sockets) decode(ch protocol.Channel, frames [][]byte) (*protocol.Message, error) {
	m, err := protocol.Decode(frames, s.signer)
	if err != nil {
		return nil, err
	}
	if k, _ := protocol.Lookup(m.Header.MsgType); !k.SentBy(protocol.FromClient, ch) {
		return nil, fmt.Errorf("%s is not for clients to send on %s", k.Name, ch)
	}
	return m, nil
}

// logDropped writes the one line about a message that is dropped. Kinds that
// this kernel lacks are no fault: front ends try newer ones.
func (s *Sockets) logDropped(ch protocol.Channel, frames [][]byte, err error) {
	level := slog.LevelWarn
	var unknown *protocol.UnknownKindError
	if errors.As(err, &unknown) {
		level = slog.LevelInfo
	}
	var id []byte
	if len(frames) > 0 {
		id = frames[0][:min(len(frames[0]), 40)]
	}
	s.log.Log(context.Background(), level, "dropped message",
		"channel", ch.String(), "routing_id", hex.EncodeToString(id), "frames", len(frames), "reason", err)
}

// echo answers the heartbeat.
func (s *Sockets) echo() {
	for {
		m, err := s.heartbeat.zmq.Recv()
		if err == nil {
			err = s.heartbeat.zmq.Send(m)
		}
		if err == nil {
			continue
		}
		if s.heartbeat.ctx.Err() != nil {
			return
		}
		// The message had no envelope. The next one may have.
	}
}

// Info returns the connection with the ports that were chosen where it had 0.
func (s *Sockets) Info() ConnectionInfo { return s.info }

// Shell gives the verified messages from clients on shell, in their order.
// The channel is closed by Close.
func (s *Sockets) Shell() <-chan *protocol.Message { return s.shell.from }

// Control is like Shell, for the control channel.
func (s *Sockets) Control() <-chan *protocol.Message { return s.control.from }

// Stdin is like Shell, for the stdin channel.
func (s *Sockets) Stdin() <-chan *protocol.Message { return s.stdin.from }

// Reply sends m to the client that m.Identities name, on shell, control or
// stdin. It does not wait for the client: a message for a client that has gone,
// or that does not read and has [Limits.QueueBytes] waiting, is dropped. The
// buffers of m must not be changed afterwards.
func (s *Sockets) Reply(ch protocol.Channel, m *protocol.Message) error {
	var k *socket
	switch ch {
	case protocol.Shell:
		k = s.shell
	case protocol.Control:
		k = s.control
	case protocol.Stdin:
		k = s.stdin
	default:
		return fmt.Errorf("send %s: there are no replies on %s", m.Header.MsgType, ch)
	}
	if len(m.Identities) == 0 {
		return fmt.Errorf("send %s on %s: no routing id", m.Header.MsgType, ch)
	}
	frames, err := protocol.Encode(m, s.signer)
	if err != nil {
		return err
	}
	if s.closed.Load() {
		return fmt.Errorf("send %s on %s: %w", m.Header.MsgType, ch, ErrClosed)
	}
	err = k.zmq.Send(zmq4.NewMsgFrom(frames...))
	if errors.Is(err, zmq4.ErrClosedConn) { // zmq4 has yet to forget a client that has gone
		return nil
	}
	return err
}

// Publish sends m to all subscribers of iopub. The topic is m.Identities[0],
// or is made from the session and the type of the message. Messages of one
// goroutine arrive in their order.
//
// Publish waits while a subscriber that reads has [Limits.QueueBytes] waiting
// for it. A subscriber that reads nothing for [Limits.Stall] is waited for no
// more and loses messages, which is logged. A status message is let through a
// full queue as far as a quarter above the limit, so that a request on control
// is not held up by the output of a cell. The buffers of m must not be changed
// afterwards.
func (s *Sockets) Publish(m *protocol.Message) error {
	if len(m.Identities) == 0 {
		topic := "kernel." + s.session + "." + m.Header.MsgType
		with := *m
		with.Identities = [][]byte{[]byte(topic)}
		m = &with
	}
	frames, err := protocol.Encode(m, s.signer)
	if err != nil {
		return err
	}
	if s.closed.Load() {
		return fmt.Errorf("publish %s: %w", m.Header.MsgType, ErrClosed)
	}
	limit := s.iopub.ep.limits.QueueBytes
	if m.Header.MsgType == "status" {
		limit += limit / 4
	}
	if err := s.iopub.ep.admit(messageSize(frames), limit); err != nil {
		return fmt.Errorf("publish %s: %w", m.Header.MsgType, err)
	}
	return s.iopub.zmq.SendMulti(zmq4.NewMsgFrom(frames...))
}

// Close sends what waits to be sent, closes the sockets and removes the
// files of ipc. ctx bounds the wait for clients that are slow to read; those that
// do not read at all are not waited for. Replies and publications fail from now
// on, so the last words come before.
func (s *Sockets) Close(ctx context.Context) error {
	s.closeOnce.Do(func() { s.closeErr = s.close(ctx) })
	return s.closeErr
}

func (s *Sockets) close(ctx context.Context) error {
	s.closed.Store(true)
	if s.tapped {
		s.iopub.zmq.SendMulti(zmq4.NewMsgFrom(barrier...))
		s.iopub.ep.waitBarrier(ctx, 1)
	}
	for _, k := range s.all() {
		if n := k.ep.flush(ctx); n > 0 {
			s.log.Warn("closes although clients have not read everything", "channel", k.ep.channel.String(), "clients", n)
		}
	}
	close(s.closing)
	var wg sync.WaitGroup
	errs := make([]error, len(channels))
	for i, k := range s.all() {
		wg.Go(func() {
			errs[i] = k.ep.stop(func() { k.cancel(); k.zmq.Close() })
		})
	}
	wg.Wait()
	s.receivers.Wait()
	return errors.Join(errs...)
}

// all returns the sockets that are open.
func (s *Sockets) all() (open []*socket) {
	for _, k := range []*socket{s.shell, s.control, s.stdin, s.iopub, s.heartbeat} {
		if k != nil {
			open = append(open, k)
		}
	}
	return open
}
