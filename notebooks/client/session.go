package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"iyagi/kernel/protocol"
)

// session is one set of connections to one life of a kernel.
//
// It has four goroutines, one reader for each of shell, control, stdin and
// iopub. They end when their connection does: close ends all, the kernel's end does
// too. A reader hands a message to the request that waits for it; the reader of
// iopub waits until the request has taken it, so that a slow reader of messages slows down the
// kernel and no memory is filled.
type session struct {
	id         string // the client's, in headers; the routing id as well
	signer     *protocol.Signer
	background func(*protocol.Message)
	links      map[protocol.Channel]*link
	readers    sync.WaitGroup

	heard     chan struct{} // closed at the first published message
	heardOnce sync.Once
	// gone is closed when nothing more will be published: the connection has
	// ended and every message of it has been delivered.
	gone    chan struct{}
	goneErr error         // why, readable after gone
	closing chan struct{} // closed by close
	once    sync.Once     // of close

	mu      sync.Mutex
	pending map[string]*request // by message id; guarded by mu
}

// request is a call that waits for the kernel. Its channels are never closed.
type request struct {
	reply chan *protocol.Message // capacity 1: a reader of replies never waits
	iopub chan *protocol.Message // nil when the call wants no published messages
	input chan *protocol.Message // capacity 1; nil likewise
	done  chan struct{}          // closed when the call has returned
}

// openSession connects the four sockets. ctx ends when the kernel does.
func openSession(ctx context.Context, info ConnectionInfo, id string, background func(*protocol.Message), retry bool) (*session, error) {
	signer, err := protocol.NewSigner(info.SignatureScheme, []byte(info.Key))
	if err != nil {
		return nil, fmt.Errorf("connection file: %w", err)
	}
	s := &session{
		id: id, signer: signer, background: background,
		links: map[protocol.Channel]*link{},
		heard: make(chan struct{}), gone: make(chan struct{}), closing: make(chan struct{}),
		pending: map[string]*request{},
	}
	// iopub first: a subscription takes a moment to arrive, and what is
	// published before that is lost.
	for _, ch := range []protocol.Channel{protocol.IOPub, protocol.Shell, protocol.Control, protocol.Stdin} {
		l, err := open(ctx, info, ch, id, retry)
		if err != nil {
			for _, l := range s.links {
				l.close()
			}
			return nil, err
		}
		s.links[ch] = l
	}
	for _, l := range s.links {
		s.readers.Go(func() { s.read(l) })
	}
	return s, nil
}

// read delivers the messages of one connection until it ends.
func (s *session) read(l *link) {
	for {
		frames, err := l.receive()
		if err != nil {
			l.close() // a kernel that takes its leave waits for us to take note
			s.ended(l, err)
			return
		}
		m, err := protocol.Decode(frames, s.signer)
		var unknown *protocol.UnknownKindError
		if err != nil && !errors.As(err, &unknown) {
			continue // not signed by this kernel, or broken: the protocol says to ignore it
		}
		s.deliver(l.channel, m)
	}
}

// ended is called by each reader with the reason why its connection ended.
func (s *session) ended(l *link, err error) {
	if l.channel == protocol.IOPub {
		s.goneErr = err
		close(s.gone)
		return
	}
	s.expire()
}

// drainTime is how long published messages are waited for when the kernel is
// known to be gone. What it sent has arrived by then; more than silence
// is only to be had from a child that inherited its sockets.
const drainTime = 2 * time.Second

func (s *session) expire() { s.links[protocol.IOPub].expire(drainTime) }

func (s *session) deliver(ch protocol.Channel, m *protocol.Message) {
	if ch == protocol.IOPub {
		s.heardOnce.Do(func() { close(s.heard) })
	}
	var r *request
	if m.Parent != nil {
		s.mu.Lock()
		r = s.pending[m.Parent.MsgID]
		s.mu.Unlock()
	}
	switch {
	case ch == protocol.IOPub && r != nil && r.iopub != nil:
		select {
		case r.iopub <- m:
		case <-r.done:
			s.unasked(m)
		case <-s.closing:
		}
	case ch == protocol.IOPub:
		s.unasked(m)
	case r == nil:
	case ch == protocol.Stdin:
		if r.input != nil {
			select {
			case r.input <- m:
			case <-r.done:
			case <-s.closing:
			}
		}
	default:
		select {
		case r.reply <- m:
		default: // a second reply to one request
		}
	}
}

func (s *session) unasked(m *protocol.Message) {
	if s.background != nil {
		s.background(m)
	}
}

// begin sends a request and registers who waits for what comes back; the
// caller calls finish.
func (s *session) begin(ch protocol.Channel, m *protocol.Message, r *request) error {
	frames, err := protocol.Encode(m, s.signer)
	if err != nil {
		return err
	}
	r.reply = make(chan *protocol.Message, 1)
	r.done = make(chan struct{})
	s.mu.Lock()
	s.pending[m.Header.MsgID] = r
	s.mu.Unlock()
	if err := s.links[ch].send(frames); err != nil {
		s.finish(m, r)
		<-s.gone // the connection has ended, and so does that of iopub
		return fmt.Errorf("send %s: %w", m.Header.MsgType, err)
	}
	return nil
}

func (s *session) finish(m *protocol.Message, r *request) {
	s.mu.Lock()
	delete(s.pending, m.Header.MsgID)
	s.mu.Unlock()
	close(r.done)
}

// request sends a request and waits for its reply.
func (s *session) request(ctx context.Context, ch protocol.Channel, kind string, content any) (*protocol.Message, error) {
	m := protocol.NewMessage(kind, s.id, nil, content)
	r := &request{}
	if err := s.begin(ch, m, r); err != nil {
		return nil, err
	}
	defer s.finish(m, r)
	select {
	case reply := <-r.reply:
		return reply, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the kernel's answer to %s: %w", kind, ctx.Err())
	case <-s.gone:
		select {
		case reply := <-r.reply: // it came before the end
			return reply, nil
		default:
			return nil, s.goneErr
		}
	}
}

// nudge waits until the kernel has answered a kernel_info_request and a
// published message has arrived. A subscription may reach the kernel after the
// first answer; then only a new request makes it publish something again.
func (s *session) nudge(ctx context.Context) (*protocol.KernelInfoReply, error) {
	pause := 100 * time.Millisecond
	for {
		reply, err := s.request(ctx, protocol.Shell, "kernel_info_request", &protocol.KernelInfoRequest{})
		if err != nil {
			return nil, err
		}
		info, ok := reply.Content.(*protocol.KernelInfoReply)
		if !ok {
			return nil, fmt.Errorf("the kernel answered kernel_info_request with %s", reply.Header.MsgType)
		}
		timer := time.NewTimer(pause)
		select {
		case <-s.heard:
			timer.Stop()
			return info, nil
		case <-timer.C:
			pause = min(2*pause, 500*time.Millisecond)
		case <-s.gone:
			timer.Stop()
			return nil, s.goneErr
		case <-ctx.Done():
			timer.Stop()
			return nil, fmt.Errorf("the kernel answers, but publishes nothing: %w", ctx.Err())
		}
	}
}

// close ends the connections and waits for the readers.
func (s *session) close() {
	s.once.Do(func() {
		close(s.closing)
		for _, l := range s.links {
			l.close()
		}
		s.readers.Wait()
	})
}
