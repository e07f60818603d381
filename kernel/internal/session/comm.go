package session

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// comms are the open comms and the targets that a front end may open.
type comms struct {
	targets map[string]bool

	mu   sync.Mutex
	open map[string]string // comm id to target
}

func newComms(targets []string) *comms {
	c := &comms{targets: map[string]bool{}, open: map[string]string{}}
	for _, t := range targets {
		c.targets[t] = true
	}
	return c
}

// sent takes note of what the evaluator's end of a comm does.
func (c *comms) sent(m *eval.Comm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m.Kind {
	case "comm_open":
		c.open[m.ID] = m.Target
	case "comm_close":
		delete(c.open, m.ID)
	}
}

func (c *comms) has(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.open[id]
	return ok
}

// list returns the open comms of a target, or all.
func (c *comms) list(target string) map[string]protocol.CommInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := map[string]protocol.CommInfo{}
	for id, t := range c.open {
		if target == "" || target == t {
			list[id] = protocol.CommInfo{TargetName: t}
		}
	}
	return list
}

// clear forgets all comms and returns their ids.
func (c *comms) clear() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := slices.Sorted(maps.Keys(c.open))
	clear(c.open)
	return ids
}

// publishComm sends a comm message of a cell to the front ends. A comm belongs
// to no output: that of a silent cell is sent too.
func (s *Session) publishComm(o *output, m *eval.Comm) {
	var content any
	switch m.Kind {
	case "comm_open":
		content = &protocol.CommOpen{CommID: m.ID, TargetName: m.Target, Data: m.Data}
	case "comm_msg":
		content = &protocol.CommMsg{CommID: m.ID, Data: m.Data}
	default:
		content = &protocol.CommClose{CommID: m.ID, Data: m.Data}
	}
	var metadata any
	if json.Valid(m.Metadata) {
		metadata = json.RawMessage(m.Metadata)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.send(m.Kind, content, withBuffers(m.Buffers), withMetadata(metadata))
}

// closeComms tells the front ends that the evaluator's ends of all comms are gone.
func (s *Session) closeComms(o *output) {
	for _, id := range s.comms.clear() {
		if o != nil {
			s.publishComm(o, &eval.Comm{Kind: "comm_close", ID: id})
		}
	}
}

// forward hands a comm message of a front end to the evaluator.
func (s *Session) forward(ctx context.Context, m *eval.Comm) {
	e, err := s.super.ready(ctx, ctx)
	if err != nil {
		s.log.Error("comm message lost", "kind", m.Kind, "error", err)
		return
	}
	if err := e.Comm(*m); err != nil {
		s.log.Warn("comm message lost", "kind", m.Kind, "error", err)
	}
}

// metadataOf is a message's metadata as JSON.
func metadataOf(r request) []byte {
	raw, err := json.Marshal(r.Metadata)
	if err != nil {
		return nil
	}
	return raw
}

func (s *Session) commOpen(ctx context.Context, r request) any {
	m := r.Content.(*protocol.CommOpen)
	if !s.comms.targets[m.TargetName] {
		s.log.Debug("comm of an unknown target closed", "target", m.TargetName)
		s.pub.publish("comm_close", r.Message, &protocol.CommClose{CommID: m.CommID})
		return nil
	}
	c := &eval.Comm{Kind: "comm_open", ID: m.CommID, Target: m.TargetName, Data: m.Data, Metadata: metadataOf(r), Buffers: r.Buffers}
	s.comms.sent(c)
	s.forward(ctx, c)
	return nil
}

func (s *Session) commMsg(ctx context.Context, r request) any {
	m := r.Content.(*protocol.CommMsg)
	if !s.comms.has(m.CommID) {
		s.log.Debug("message of an unknown comm ignored", "comm", m.CommID)
		return nil
	}
	s.forward(ctx, &eval.Comm{Kind: "comm_msg", ID: m.CommID, Data: m.Data, Metadata: metadataOf(r), Buffers: r.Buffers})
	return nil
}

func (s *Session) commClose(ctx context.Context, r request) any {
	m := r.Content.(*protocol.CommClose)
	if !s.comms.has(m.CommID) {
		return nil
	}
	c := &eval.Comm{Kind: "comm_close", ID: m.CommID, Data: m.Data, Metadata: metadataOf(r), Buffers: r.Buffers}
	s.comms.sent(c)
	s.forward(ctx, c)
	return nil
}

func (s *Session) commInfo(_ context.Context, r request) any {
	return &protocol.CommInfoReply{Status: protocol.StatusOK,
		Comms: s.comms.list(r.Content.(*protocol.CommInfoRequest).TargetName)}
}
