package session

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"

	"golang.org/x/time/rate"

	"iyagi/kernel/protocol"
)

// jupyter_server drops a client's iopub messages for a while once more than
// 1000 a second have come, on average over 3 s. A burst of 1000 and 600 a
// second afterwards stay below it at any time (2800 in 3 s); a cell that would
// send more waits. Status messages do not count: their number is the clients'.
const (
	burst  = 1000
	refill = 600
)

// publisher puts messages on iopub, one at a time. Its methods may be called
// from any goroutine.
type publisher struct {
	sockets Sockets
	session string
	log     *slog.Logger
	limit   *rate.Limiter

	mu      sync.Mutex        // guards the order on iopub, and running
	running *protocol.Message // request of the cell that runs
}

func newPublisher(sockets Sockets, session string, log *slog.Logger) *publisher {
	return &publisher{sockets: sockets, session: session, log: log, limit: rate.NewLimiter(refill, burst)}
}

// publish sends a message of a cell.
func (p *publisher) publish(kind string, parent *protocol.Message, content any, extra ...option) {
	// Without a deadline the wait fails for more than a burst alone.
	_ = p.limit.Wait(context.Background())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.send(kind, parent, content, extra...)
}

// option sets a part of a message that few have.
type option func(*protocol.Message)

func withBuffers(b [][]byte) option { return func(m *protocol.Message) { m.Buffers = b } }

func withMetadata(md any) option { return func(m *protocol.Message) { setMetadata(m, md) } }

// setMetadata gives m the fields of md, a struct or a map.
func setMetadata(m *protocol.Message, md any) {
	if md == nil {
		return
	}
	raw, err := json.Marshal(md)
	if err != nil {
		return
	}
	_ = json.Unmarshal(raw, &m.Metadata)
}

// send needs p.mu.
func (p *publisher) send(kind string, parent *protocol.Message, content any, extra ...option) {
	m := protocol.NewMessage(kind, p.session, parent, content)
	for _, set := range extra {
		set(m)
	}
	if err := p.sockets.Publish(m); err != nil {
		p.log.Warn("not published", "kind", kind, "error", err)
	}
}

// status publishes the kernel's state under the request that changed it.
func (p *publisher) status(parent *protocol.Message, state string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.send("status", parent, &protocol.Status{ExecutionState: state})
}

func (p *publisher) busy(parent *protocol.Message) { p.status(parent, "busy") }

// idle ends a request. Front ends show the last state that came, whoever
// its parent is: while a cell runs, the end of another request is followed
// by busy of the cell, so that they do not call a working kernel idle.
func (p *publisher) idle(parent *protocol.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.send("status", parent, &protocol.Status{ExecutionState: "idle"})
	if p.running != nil {
		p.send("status", p.running, &protocol.Status{ExecutionState: "busy"})
	}
}

// begin publishes busy for a request of the queue; end publishes its idle.
func (p *publisher) begin(parent *protocol.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = parent
	p.send("status", parent, &protocol.Status{ExecutionState: "busy"})
}

func (p *publisher) end(parent *protocol.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = nil
	p.send("status", parent, &protocol.Status{ExecutionState: "idle"})
}
