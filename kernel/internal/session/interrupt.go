package session

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// secondWithin is how soon after an interrupt another one means that the first
// did not help: it kills the evaluator.
const secondWithin = 2 * time.Second

// repeatAfter is when an interrupt is repeated once if the cell still runs.
// An evaluator that got it in the instant before it began the cell had nothing
// to interrupt.
const repeatAfter = 100 * time.Millisecond

// running is the cell that the worker is busy with, as the readers of control
// and stdin see it. Session.mu guards its fields.
type running struct {
	identities [][]byte        // of the client that sent the cell
	ctx        context.Context // done when the cell is interrupted before it reached an evaluator
	cancel     context.CancelFunc
	evaluator  Evaluator // nil but from attach to detach
	last       time.Time // of the last interrupt
	repeat     *time.Timer
	forced     bool // killed by a second interrupt
	asked      bool // an input_request waits for its answer
}

// next takes a request from the queue, as pop does. If it is a cell to run, it
// is the running cell from then on: an interrupt finds each cell in the queue or
// here.
func (s *Session) next(ctx context.Context) (i item, run *running, ok, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok, more = s.queue.pop(); ok && !i.aborted && i.Header.MsgType == "execute_request" {
		run = &running{identities: i.Identities}
		run.ctx, run.cancel = context.WithCancel(ctx)
		s.running = run
	}
	return i, run, ok, more
}

// attach tells interrupts which process runs the cell. It returns false if one
// came before.
func (s *Session) attach(run *running, e Evaluator) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || !run.last.IsZero() {
		return false
	}
	run.evaluator = e
	return true
}

// detach ends what attach began, once the evaluator has no more to do for the
// cell, and tells whether it was killed by a second interrupt. It may
// look alive for a while then.
func (s *Session) detach(run *running) (forced bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run.evaluator, run.asked = nil, false
	return run.forced
}

// leave ends what next began.
func (s *Session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.repeat != nil {
		s.running.repeat.Stop()
	}
	s.running.cancel()
	s.running = nil
}

func (s *Session) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// Interrupt ends the running cell; the second one within two seconds kills
// the process that it runs in. Between two cells it aborts those
// that wait; a cell that comes later is not interrupted. It returns false if there is neither. It may be called from any goroutine.
func (s *Session) Interrupt() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.running
	if run == nil {
		return s.queue.abort()
	}
	again := !run.last.IsZero() && time.Since(run.last) <= secondWithin
	run.last = time.Now()
	run.asked = false
	switch {
	case run.evaluator == nil:
		run.cancel()
	case again:
		run.forced = true
		run.evaluator.Kill()
	default:
		run.evaluator.Interrupt()
		run.repeat = time.AfterFunc(repeatAfter, func() { s.interruptAgain(run) })
	}
	return true
}

func (s *Session) interruptAgain(run *running) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == run && run.evaluator != nil {
		run.evaluator.Interrupt()
	}
}

// kill ends the running cell's process, for the end of the session.
func (s *Session) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	if s.running == nil {
		return
	}
	s.running.cancel()
	if s.running.evaluator != nil {
		s.running.evaluator.Kill()
	}
}

func (s *Session) interruptRequest(context.Context, request) any {
	s.Interrupt()
	return &protocol.InterruptReply{Status: protocol.StatusOK}
}

// shutdownReply ends the session once it is sent.
type shutdownReply struct{ protocol.ShutdownReply }

func (r *shutdownReply) afterReply(s *Session) {
	// As ipykernel does, so that the kernel's other clients know.
	s.pub.publish("shutdown_reply", nil, r)
	s.stop(errShutdown)
}

func (s *Session) shutdown(_ context.Context, r request) any {
	restart := r.Content.(*protocol.ShutdownRequest).Restart
	return &shutdownReply{protocol.ShutdownReply{Status: protocol.StatusOK, Restart: restart}}
}

// ask sends an input_request to the client that sent the cell, and to it alone.
func (s *Session) ask(c *cell, e Evaluator, in *eval.InputRequest) {
	if !c.req.AllowStdin {
		s.noInput(e)
		return
	}
	c.out.sync() // the prompt follows what was printed before it
	s.mu.Lock()
	c.run.asked = true
	s.mu.Unlock()
	m := protocol.NewMessage("input_request", s.cfg.ID, c.Message, &protocol.InputRequest{Prompt: in.Prompt, Password: in.Password})
	m.Identities = c.Identities
	if err := s.cfg.Sockets.Reply(protocol.Stdin, m); err != nil {
		s.log.Warn("input not asked for", "error", err)
		s.noInput(e)
	}
}

// noInput ends the cell's wait for a line that nobody can give.
func (s *Session) noInput(e Evaluator) {
	if err := e.Input(eval.Input{EOF: true}); err != nil {
		s.log.Debug("input comes too late", "error", err)
	}
}

// endOfInput is the whole of an answer that ends the input (EOT).
const endOfInput = "\x04"

// inputReply takes a line from the client that was asked.
func (s *Session) inputReply(_ context.Context, r request) any {
	s.mu.Lock()
	run := s.running
	asked := run != nil && run.asked && slices.EqualFunc(run.identities, r.Identities, bytes.Equal)
	var e Evaluator
	if asked {
		run.asked, e = false, run.evaluator
	}
	s.mu.Unlock()
	if !asked {
		s.log.Info("input_reply that nothing waits for ignored")
		return nil
	}
	in := eval.Input{Value: r.Content.(*protocol.InputReply).Value}
	// Clients that can say that there is no input say it as replies tell errors,
	// or send the character of Ctrl-D, as Jupyter Console does.
	var reply struct{ Status string }
	if in.Value == endOfInput {
		in = eval.Input{EOF: true}
	} else if json.Unmarshal(r.ContentRaw, &reply) == nil && reply.Status == protocol.StatusError {
		in = eval.Input{EOF: true}
	}
	if err := e.Input(in); err != nil {
		s.log.Debug("input comes too late", "error", err)
	}
	return nil
}
