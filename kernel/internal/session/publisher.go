package session

import (
	"encoding/json"
	"log/slog"
	"sync"

	"iyagi/kernel/protocol"
)

// publisher puts messages on iopub. Its methods may be called from any goroutine.
type publisher struct {
	sockets Sockets
	session string
	log     *slog.Logger

	// mu guards the order of status messages, and running. It is not held for
	// any other message: those may wait for a slow subscriber, which wire
	// spares status messages.
	mu      sync.Mutex
	running *protocol.Message // request of the cell that runs
}

func newPublisher(sockets Sockets, session string, log *slog.Logger) *publisher {
	return &publisher{sockets: sockets, session: session, log: log}
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

// publish sends a message.
func (p *publisher) publish(kind string, parent *protocol.Message, content any, extra ...option) {
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
	p.publish("status", parent, &protocol.Status{ExecutionState: state})
}

func (p *publisher) busy(parent *protocol.Message) { p.status(parent, "busy") }

// idle ends a request. Front ends show the last state that came, whoever
// its parent is: while a cell runs, the end of another request is followed
// by busy of the cell, so that they do not call a working kernel idle.
func (p *publisher) idle(parent *protocol.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.publish("status", parent, &protocol.Status{ExecutionState: "idle"})
	if p.running != nil {
		p.publish("status", p.running, &protocol.Status{ExecutionState: "busy"})
	}
}

// begin publishes busy for a request of the queue; end publishes its idle.
func (p *publisher) begin(parent *protocol.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = parent
	p.publish("status", parent, &protocol.Status{ExecutionState: "busy"})
}

func (p *publisher) end(parent *protocol.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = nil
	p.publish("status", parent, &protocol.Status{ExecutionState: "idle"})
}
