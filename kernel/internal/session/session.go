package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/history"
	"iyagi/kernel/protocol"
)

// Sockets are the kernel's ends of the channels. Its methods may be called
// from any goroutine.
type Sockets interface {
	Shell() <-chan *protocol.Message
	Control() <-chan *protocol.Message
	Stdin() <-chan *protocol.Message
	// Reply sends m to the peer that m.Identities name.
	Reply(ch protocol.Channel, m *protocol.Message) error
	// Publish sends m on iopub. It may wait for a slow subscriber, for a bounded time.
	Publish(m *protocol.Message) error
	// Close sends what is queued and closes the sockets.
	Close(ctx context.Context) error
}

// Language turns cells into units and answers an editor's questions.
type Language interface {
	// Prepare checks and lowers a cell. The error is a check.ErrorList when
	// the cell is wrong. The worker alone calls Prepare and what is in
	// Prepared; the other methods may be called from any goroutine meanwhile.
	Prepare(check.Cell) (*Prepared, error)
	// Complete, Inspect and IsComplete take an offset in bytes.
	Complete(src string, offset int) check.Completion
	Inspect(src string, offset, detail int) (data map[string]string, ok bool)
	IsComplete(src string) (status, indent string)
}

// Prepared is a cell that is ready to run.
type Prepared struct {
	Unit   eval.Unit
	Result bool     // the last statement is an expression to show
	Notes  []string // sentences for the reader
	// Reset, if it is not nil, makes the language forget all that was declared
	// before the cell. It is called before the cell runs, in a new evaluator.
	Reset  func()
	Commit func() // makes the declarations live, once the evaluator has them
	Drop   func() // forgets the cell, instead of Commit
}

// Evaluator is the process that runs cells. Interrupt, Input, Comm and Kill
// may be called while Run waits and do not wait themselves.
type Evaluator interface {
	// Run runs a unit and hands its output to out, in order, before it returns.
	// When the process dies the error says why, and Alive is false.
	Run(ctx context.Context, r eval.Run, out func(eval.Output)) *eval.Done
	// An error of Interrupt, Input and Comm means that the process has ended.
	Interrupt() error
	Input(eval.Input) error
	Comm(eval.Comm) error
	Kill()
	// Close returns when the process is gone; it is killed when ctx is done.
	Close(ctx context.Context) error
	Alive() bool
	Exited() <-chan struct{} // closed when the process has ended
	Death() *eval.Error      // why it has; nil while it runs
}

// Config is what a Session is made of.
type Config struct {
	Sockets  Sockets
	Log      *slog.Logger
	Language Language
	// StartEvaluator starts an evaluator process that lives until ctx is done. What goroutines of earlier
	// cells print later goes to background, with the ID of the Run that started them.
	StartEvaluator func(ctx context.Context, background func(id int, o eval.Output)) (Evaluator, error)
	// History is closed by Run.
	History *history.Store
	// ID is the session in the headers of what the kernel sends.
	ID string
	// Version is the kernel's own, for kernel_info_reply.
	Version string
	// CommTargets are the targets that the evaluator serves when a front end
	// opens a comm; any other is closed at once.
	CommTargets []string
}

// errShutdown is the cause of a context that a shutdown_request ended.
var errShutdown = errors.New("shutdown requested")

// Session serves the clients of one kernel.
//
// Goroutines: see the package's documentation; Run starts all of them. The
// worker alone uses supervisor, sources, count and serial. What several use stands in
// types with a lock of their own: publisher, output, queue, comms, usage.
type Session struct {
	cfg     Config
	log     *slog.Logger
	pub     *publisher
	queue   *queue
	comms   *comms
	usage   usage
	stop    context.CancelCauseFunc // ends Run
	outs    outputs
	super   supervisor
	sources sources
	count   int // execution count: of the last cell that was stored
	serial  int // of the last unit, in this session

	mu      sync.Mutex // guards what follows
	running *running   // the cell that the evaluator works on, or nil
	closing bool       // no cell starts any more
}

// New makes a session. It does nothing until Run.
func New(cfg Config) *Session {
	s := &Session{
		cfg:   cfg,
		log:   cfg.Log,
		pub:   newPublisher(cfg.Sockets, cfg.ID, cfg.Log),
		queue: newQueue(),
		comms: newComms(cfg.CommTargets),
	}
	s.super = supervisor{log: cfg.Log, start: func(ctx context.Context) (Evaluator, error) {
		return cfg.StartEvaluator(ctx, s.background)
	}}
	return s
}

// Run serves until a shutdown_request (nil), the end of ctx (nil too: that is
// how a signal ends the kernel) or the loss of the sockets. When it returns the
// evaluator is gone, the history is written and the sockets are flushed.
func (s *Session) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.stop = stop
	s.pub.status(nil, "starting")

	var wg sync.WaitGroup
	wg.Go(func() { s.read(ctx, protocol.Shell, s.cfg.Sockets.Shell()) })
	wg.Go(func() { s.read(ctx, protocol.Control, s.cfg.Sockets.Control()) })
	wg.Go(func() { s.read(ctx, protocol.Stdin, s.cfg.Sockets.Stdin()) })
	wg.Go(func() { <-ctx.Done(); s.abandon() })
	wg.Go(func() { s.work(ctx) })
	wg.Wait()

	// One more second than jupyter_client's wait after shutdown_reply would be
	// too long: it sends SIGTERM after 2.5 s.
	end, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s.super.close(end)
	s.cfg.History.Close()
	err := s.cfg.Sockets.Close(end)
	if cause := context.Cause(ctx); !errors.Is(cause, errShutdown) && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if err != nil {
		return fmt.Errorf("close sockets: %w", err)
	}
	return nil
}

// abandon ends the running cell, by force, and lets none start.
func (s *Session) abandon() {
	s.kill()
	s.queue.close()
}

// read takes the messages of one channel: it serves them itself, or puts
// them into the queue.
func (s *Session) read(ctx context.Context, ch protocol.Channel, in <-chan *protocol.Message) {
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-in:
			if !ok {
				s.stop(fmt.Errorf("%v socket is closed", ch))
				return
			}
			s.receive(ctx, request{Message: m, channel: ch})
		}
	}
}

// request is a message from a client and the channel that it came by, which
// its reply takes too.
type request struct {
	*protocol.Message
	channel protocol.Channel
	date    time.Time // when the client sent it; zero: it does not say
}

// receive serves one message in its reader, or queues it for the worker.
func (s *Session) receive(ctx context.Context, r request) {
	h, ok := handlers[r.Header.MsgType]
	switch {
	case !ok:
		// Jupyter's rule for what a kernel does not know: no reply, no status.
		s.log.Debug("message ignored", "kind", r.Header.MsgType, "channel", r.channel)
	case h.queued:
		r.date, _ = time.Parse(time.RFC3339Nano, r.Header.Date)
		s.queue.push(r)
	case h.urgent:
		// The act comes before the status messages, which may wait for a slow
		// subscriber of iopub.
		reply := h.serve(s, ctx, r)
		s.pub.busy(r.Message)
		s.reply(r, reply, nil)
		s.pub.idle(r.Message)
		if after, ok := reply.(afterReply); ok {
			after.afterReply(s)
		}
	case h.quiet:
		h.serve(s, ctx, r)
	default:
		s.pub.busy(r.Message)
		s.reply(r, s.guard(ctx, r, h), nil)
		s.pub.idle(r.Message)
	}
}

// guard calls a handler and takes a panic, which is a defect of the kernel,
// for the answer: a wrong answer to one request must not end the session.
func (s *Session) guard(ctx context.Context, r request, h handler) (reply any) {
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("defect in the kernel", "request", r.Header.MsgType, "panic", v, "stack", string(debug.Stack()))
			reply = map[string]any{"status": protocol.StatusError, "ename": "defect", "evalue": fmt.Sprint(v),
				"traceback": []string{}, "metadata": map[string]any{}}
		}
	}()
	return h.serve(s, ctx, r)
}

// reply answers r with content; nil answers nothing.
func (s *Session) reply(r request, content any, metadata any) {
	kind, ok := protocol.Lookup(r.Header.MsgType)
	if content == nil || !ok || kind.Reply == "" {
		return
	}
	m := protocol.NewMessage(kind.Reply, s.cfg.ID, r.Message, content)
	m.Identities = r.Identities
	setMetadata(m, metadata)
	if err := s.cfg.Sockets.Reply(r.channel, m); err != nil {
		s.log.Warn("reply not sent", "kind", kind.Reply, "error", err)
	}
}
