package wire

import (
	"context"
	"net"
	"time"
)

// The queues of an endpoint's peers, all under ep.mu: one lock, because the
// publisher looks at all of them before each message and the writers need
// it once a batch only.

// enqueue puts a message at the end of the peer's queue, or drops it. It does
// not wait: a publisher waits in endpoint.admit, before zmq4 has the message.
func (p *peer) enqueue(m message) {
	if note := p.offer(m); note != nil {
		note()
	}
}

// offer does what enqueue says. It returns what is to be logged about it when
// ep.mu is free again: a log that nobody reads may block.
func (p *peer) offer(m message) (note func()) {
	e := p.ep
	e.mu.Lock()
	defer e.mu.Unlock()
	if p.dead {
		return nil
	}
	limit := e.limits.QueueBytes
	if p.dropping && p.queued <= limit/2 {
		dropped := p.dropped
		note = func() { e.log.Warn("client reads again", e.attrs(p.raw, "dropped", dropped)...) }
		p.dropping, p.dropped = false, 0
	}
	// Where nobody waits for a client, as for one that never reads the replies
	// to its requests, the queue itself is the limit.
	if waits := e.socket.publishes && !m.command; !p.dropping && !waits && p.queued > limit {
		note = p.drop()
	}
	if p.dropping {
		p.dropped++
		return note
	}
	p.push(m)
	return note
}

// push puts a message in the queue. ep.mu is held.
func (p *peer) push(m message) {
	if p.queued == 0 {
		p.progress = time.Now()
	}
	p.queue = append(p.queue, m)
	p.queued += m.size
	p.wake.Signal()
}

// drop starts to drop messages and returns what is to be logged. ep.mu is held.
func (p *peer) drop() (note func()) {
	p.dropping = true
	p.ep.changed.Broadcast()
	queued := p.queued
	return func() {
		p.ep.log.Warn("client does not read: its messages are dropped until it does",
			p.ep.attrs(p.raw, "queued_bytes", queued)...)
	}
}

// hold puts a welcome in the queue, which is not written until release.
func (p *peer) hold(welcome [][]byte) {
	e := p.ep
	e.mu.Lock()
	defer e.mu.Unlock()
	if p.dead || p.queued > e.limits.QueueBytes {
		return
	}
	p.held = true
	p.push(message{frames: welcome, size: messageSize(welcome)})
}

// release lets the writer go on after hold.
func (p *peer) release() {
	e := p.ep
	e.mu.Lock()
	defer e.mu.Unlock()
	if p.held {
		p.held = false
		p.wake.Signal()
	}
}

func (p *peer) isDead() bool {
	p.ep.mu.Lock()
	defer p.ep.mu.Unlock()
	return p.dead
}

// kill closes the connection and ends the writer. It may be called by anyone,
// more than once.
func (p *peer) kill() {
	e := p.ep
	e.mu.Lock()
	dead := p.dead
	p.dead = true
	p.queue, p.queued = nil, 0
	delete(e.peers, p)
	if e.byID[p.id] == p {
		delete(e.byID, p.id)
	}
	p.wake.Signal()
	e.changed.Broadcast()
	e.mu.Unlock()
	if !dead {
		p.raw.Close()
	}
}

// write is the writer: it writes what is in the queue, as much at once as
// there is, until the connection is closed.
func (p *peer) write() {
	var w batchWriter
	for {
		batch, size := p.take()
		if batch == nil {
			return
		}
		if err := w.write(p.raw, batch, p.progressed); err != nil {
			if !p.isDead() {
				p.ep.logEnd(p.raw, "closed connection", err)
			}
			p.kill()
			return
		}
		clear(batch) // the queue's array lives on, the messages need not
		p.written(size)
	}
}

// take waits for messages and removes some from the queue; nil when the
// connection is closed.
func (p *peer) take() (batch []message, size int64) {
	p.ep.mu.Lock()
	defer p.ep.mu.Unlock()
	for (len(p.queue) == 0 || p.held) && !p.dead {
		p.wake.Wait()
	}
	if p.dead {
		return nil, 0
	}
	n := 0
	for n < len(p.queue) && (n == 0 || size+p.queue[n].size <= writeChunk) {
		size += p.queue[n].size
		n++
	}
	batch = p.queue[:n:n]
	if p.queue = p.queue[n:]; len(p.queue) == 0 {
		p.queue = nil
	}
	p.writing = true
	return batch, size
}

func (p *peer) progressed() {
	p.ep.mu.Lock()
	p.progress = time.Now()
	p.ep.mu.Unlock()
}

// written accounts for a batch.
func (p *peer) written(size int64) {
	p.ep.mu.Lock()
	p.queued = max(p.queued-size, 0) // kill may have set it to 0
	p.writing = false
	p.progress = time.Now()
	p.ep.changed.Broadcast()
	p.ep.mu.Unlock()
}

// batchWriter writes messages as ZMTP frames. It keeps its buffers for the next
// batch.
type batchWriter struct {
	scratch []byte
	pieces  net.Buffers
}

// write writes a batch with as few system calls as it takes, and calls
// progressed after each.
func (w *batchWriter) write(c net.Conn, batch []message, progressed func()) error {
	w.encode(batch)
	pieces := w.pieces
	for len(pieces) > 0 {
		var group net.Buffers
		group, pieces = cut(pieces, writeChunk)
		if _, err := group.WriteTo(c); err != nil {
			return err
		}
		progressed()
	}
	clear(w.pieces)
	w.pieces = w.pieces[:0]
	if cap(w.scratch) > 2*writeChunk {
		w.scratch = nil
	}
	return nil
}

// cut takes the first n bytes or fewer from pieces, which it may change.
func cut(pieces net.Buffers, n int) (group, rest net.Buffers) {
	for i, p := range pieces {
		if len(p) > n {
			if n == 0 {
				return pieces[:i:i], pieces[i:]
			}
			group = append(pieces[:i:i], p[:n])
			pieces[i] = p[n:]
			return group, pieces[i:]
		}
		n -= len(p)
	}
	return pieces, nil
}

// encode fills w.pieces with the bytes of the batch.
func (w *batchWriter) encode(batch []message) {
	need := 0
	for _, m := range batch {
		for _, f := range m.frames {
			need += 9
			if len(f) <= smallFrame {
				need += len(f)
			}
		}
	}
	if cap(w.scratch) < need { // so that it never moves below
		w.scratch = make([]byte, 0, need)
	}
	b, start := w.scratch[:0], 0
	for _, m := range batch {
		for i, f := range m.frames {
			var flags byte
			if m.command {
				flags = flagCommand
			} else if i < len(m.frames)-1 {
				flags = flagMore
			}
			if len(f) <= smallFrame {
				b = appendFrame(b, flags, f)
				continue
			}
			b = appendHeader(b, flags, len(f))
			w.pieces = append(w.pieces, b[start:], f)
			start = len(b)
		}
	}
	if start < len(b) {
		w.pieces = append(w.pieces, b[start:])
	}
}

// admit waits until the queues of all subscribers have room for a message of
// the given size, and counts it as under way through zmq4. A subscriber that
// has stalled is not waited for; it loses messages from then on.
func (e *endpoint) admit(size, limit int64) error {
	var notes []func()
	defer func() { // after the lock is free
		for _, note := range notes {
			note()
		}
	}()
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		if e.closing {
			return net.ErrClosed
		}
		notes = append(notes, e.giveUp(size, limit)...)
		wait, full := e.full(size, limit)
		if !full {
			e.underway += size
			return nil
		}
		t := time.AfterFunc(wait, e.changed.Broadcast)
		e.changed.Wait()
		t.Stop()
	}
}

// giveUp starts to drop the messages of the peers that a message would have to
// wait for and that have stalled. e.mu is held.
func (e *endpoint) giveUp(size, limit int64) (notes []func()) {
	for p := range e.peers {
		if p.blocks(size, limit) && time.Since(p.progress) >= e.limits.Stall {
			notes = append(notes, p.drop())
		}
	}
	return notes
}

// full tells whether a message must wait, and after what time to look again
// even if nothing has changed. e.mu is held.
func (e *endpoint) full(size, limit int64) (wait time.Duration, full bool) {
	wait = e.limits.Stall
	full = e.underway > 0 && e.underway+size > limit
	for p := range e.peers {
		if p.blocks(size, limit) {
			full = true
			wait = min(wait, e.limits.Stall-time.Since(p.progress))
		}
	}
	return wait, full
}

// blocks tells whether a message must wait for the peer. What zmq4 has not
// passed on yet may end up in the queue too. ep.mu is held.
func (p *peer) blocks(size, limit int64) bool {
	return !p.dropping && p.queued > 0 && p.queued+p.ep.underway+size > limit
}

// flush waits until every peer has been written all it has in its queue, or ctx
// is done. A peer that has read nothing for Limits.Stall is not waited for. It
// returns how many peers have not got everything.
func (e *endpoint) flush(ctx context.Context) (left int) {
	defer e.broadcastAt(ctx)()
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		left = 0
		wait := time.Duration(0)
		now := time.Now()
		for p := range e.peers {
			if p.queued == 0 {
				continue
			}
			left++
			if !p.dropping {
				wait = max(wait, p.progress.Add(e.limits.Stall).Sub(now))
			}
		}
		if wait <= 0 || ctx.Err() != nil {
			return left
		}
		t := time.AfterFunc(wait, e.changed.Broadcast)
		e.changed.Wait()
		t.Stop()
	}
}

// broadcastAt wakes those who wait for a change when ctx is done. The caller
// calls stop when it has waited.
func (e *endpoint) broadcastAt(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		e.mu.Lock() // so that no waiter is between its test and its wait
		defer e.mu.Unlock()
		e.changed.Broadcast()
	})
}
