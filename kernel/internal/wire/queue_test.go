package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/protocol"
)

// The policy of the queues, with pipes for connections and a clock of its own.

// pipe is a peer of an endpoint, and the end of its client.
type pipe struct {
	*peer
	client net.Conn
}

func newPipe(e *endpoint) *pipe {
	ours, theirs := net.Pipe()
	p := newPeer(e, ours)
	p.id = anonymousID()
	e.settle(p, true)
	e.goroutines.Go(p.write)
	return &pipe{p, theirs}
}

// pass does what zmq4 does with a message that was admitted.
func pass(e *endpoint, frames [][]byte, peers ...*pipe) {
	for _, p := range peers {
		p.enqueue(message{frames: frames, size: messageSize(frames)})
	}
	e.mu.Lock()
	e.underway -= messageSize(frames)
	e.mu.Unlock()
}

// testEndpoint returns an endpoint without a listener.
func testEndpoint(socket socketType, l Limits) (*endpoint, *logs) {
	logged := &logs{}
	return newEndpoint(protocol.IOPub, socket, nil, l.withDefaults(), slog.New(slog.NewTextHandler(logged, nil))), logged
}

// finish ends the writers of an endpoint.
func finish(e *endpoint, pipes ...*pipe) {
	for _, p := range pipes {
		p.Close()
	}
	e.served.Wait()
	e.goroutines.Wait()
}

// kilobyte is a message of about 1 KiB.
func kilobyte() [][]byte { return [][]byte{make([]byte, 1024-64-64), {}} }

// TestPublisherWaits: the publisher waits while a subscriber that reads is
// behind, and goes on when there is room.
func TestPublisherWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := testEndpoint(publisher, Limits{QueueBytes: 1 << 20})
		p := newPipe(e)
		sent := 0
		go func() {
			for range 3000 {
				if e.admit(1024, 1<<20) != nil {
					return
				}
				sent++
				pass(e, kilobyte(), p)
			}
		}()
		synctest.Wait()
		if sent < 1000 || sent > 1100 {
			t.Fatalf("%d messages of 1 KiB fit in 1 MiB", sent)
		}
		before := sent
		// Slowly, but not more slowly than a chunk in the time of Stall.
		for range 4 {
			time.Sleep(4 * time.Second)
			io.CopyN(io.Discard, p.client, writeChunk)
		}
		synctest.Wait()
		if e.mu.Lock(); p.dropping {
			t.Error("a slow subscriber was given up")
		}
		e.mu.Unlock()
		if sent-before < 750 {
			t.Errorf("%d messages after 1 MiB was read", sent-before)
		}
		finish(e, p)
	})
}

// TestStalledSubscriber: a subscriber that reads nothing holds the publisher up
// once, for Stall. It loses messages, the others none; it gets messages
// again when it has read half its queue.
func TestStalledSubscriber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, logged := testEndpoint(publisher, Limits{QueueBytes: 1 << 20, Stall: 3 * time.Second})
		stalled, reading := newPipe(e), newPipe(e)
		go io.Copy(io.Discard, reading.client)
		start := time.Now()
		publish := func(n int) {
			for range n {
				if err := e.admit(1024, 1<<20); err != nil {
					t.Fatal(err)
				}
				pass(e, kilobyte(), stalled, reading)
			}
		}
		publish(100_000)
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("publishing took %v, want the 3 s of one stall", d)
		}
		e.mu.Lock()
		if !stalled.dropping || reading.dropping || reading.dropped > 0 {
			t.Error("the wrong subscriber was given up")
		}
		if stalled.queued > 1<<20+4096 {
			t.Errorf("%d bytes are kept for it", stalled.queued)
		}
		e.mu.Unlock()
		if n := len(logged.lines("does not read")); n != 1 {
			t.Errorf("%d lines, want 1:\n%s", n, logged)
		}
		io.CopyN(io.Discard, stalled.client, 800<<10)
		synctest.Wait()
		publish(1)
		synctest.Wait()
		if n := len(logged.lines("reads again")); n != 1 {
			t.Errorf("%d lines, want 1:\n%s", n, logged)
		}
		go io.Copy(io.Discard, stalled.client)
		publish(5000)
		finish(e, stalled, reading)
	})
}

// TestTrickle: a subscriber that takes a byte now and then makes no progress.
func TestTrickle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := testEndpoint(publisher, Limits{QueueBytes: 1 << 20, Stall: 3 * time.Second})
		p := newPipe(e)
		var reader sync.WaitGroup
		reader.Go(func() {
			for {
				time.Sleep(100 * time.Millisecond)
				if _, err := io.CopyN(io.Discard, p.client, 1); err != nil {
					return
				}
			}
		})
		start := time.Now()
		for range 3000 {
			e.admit(1024, 1<<20)
			pass(e, kilobyte(), p)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("it held the publisher up for %v", d)
		}
		finish(e, p)
		reader.Wait()
	})
}

// TestNoRepliesRead: on a ROUTER nobody waits for a client.
func TestNoRepliesRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, logged := testEndpoint(router, Limits{QueueBytes: 1 << 20})
		p := newPipe(e)
		frames := kilobyte()
		start := time.Now()
		for range 5000 {
			p.enqueue(message{frames: frames, size: messageSize(frames)})
		}
		if time.Since(start) != 0 {
			t.Error("it was waited for")
		}
		e.mu.Lock()
		if p.queued > 1<<20+2048 || p.dropped < 3900 {
			t.Errorf("%d bytes queued, %d messages dropped", p.queued, p.dropped)
		}
		e.mu.Unlock()
		if n := len(logged.lines("does not read")); n != 1 {
			t.Errorf("%d lines, want 1:\n%s", n, logged)
		}
		finish(e, p)
	})
}

// TestLargeMessage: one message may be larger than the queue.
func TestLargeMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, logged := testEndpoint(publisher, Limits{QueueBytes: 1 << 20})
		p := newPipe(e)
		large := [][]byte{[]byte("topic"), bytes.Repeat([]byte("x"), 10<<20)}
		go func() {
			for range 2 {
				e.admit(messageSize(large), 1<<20)
				pass(e, large, p)
			}
		}()
		br := bufio.NewReader(p.client)
		for range 2 {
			for i, want := range large {
				flags, size, err := readHeader(br, 1<<40)
				if err != nil || int(size) != len(want) || (flags&flagMore != 0) != (i == 0) {
					t.Fatalf("frame of %d bytes, flags %d, %v", size, flags, err)
				}
				got := make([]byte, size)
				if _, err := io.ReadFull(br, got); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("frame %d differs, %v", i, err)
				}
			}
		}
		if logged.String() != "" {
			t.Errorf("logged:\n%s", logged)
		}
		finish(e, p)
	})
}

// TestFlush: it waits for those who read, until the context is done or they
// have stalled.
func TestFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := testEndpoint(publisher, Limits{Stall: 20 * time.Second})
		reads, stuck := newPipe(e), newPipe(e)
		for range 100 {
			e.admit(1024, 1<<20)
			pass(e, kilobyte(), reads, stuck)
		}
		go func() {
			time.Sleep(time.Second)
			io.Copy(io.Discard, reads.client)
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		if left := e.flush(ctx); left != 1 {
			t.Errorf("%d have not read all, want 1", left)
		}
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("waited %v for the one that reads nothing", d)
		}
		if left := e.flush(t.Context()); left != 1 || time.Since(start) != 20*time.Second {
			t.Errorf("%d have not read all, after %v", left, time.Since(start))
		}
		go func() {
			time.Sleep(time.Second)
			stuck.kill()
		}()
		stuck.progressed()
		if left := e.flush(t.Context()); left != 0 {
			t.Errorf("%d have not read all", left)
		}
		finish(e, reads, stuck)
	})
}

// TestAdmitEnds: a waiting publisher is released by the end of the subscriber
// and by the end of the endpoint.
func TestAdmitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := testEndpoint(publisher, Limits{QueueBytes: 1 << 10, Stall: time.Hour})
		p, q := newPipe(e), newPipe(e)
		publish := func() error {
			err := e.admit(1024, 1<<10)
			if err == nil {
				pass(e, kilobyte(), p, q)
			}
			return err
		}
		publish()
		result := make(chan error)
		go func() { publish(); result <- publish() }()
		go io.Copy(io.Discard, q.client)
		synctest.Wait()
		p.kill()
		if err := <-result; err != nil {
			t.Errorf("after a subscriber ended: %v", err)
		}
		r := newPipe(e)
		pass(e, kilobyte(), r)
		e.underway = 0
		go func() { result <- publish() }()
		synctest.Wait()
		e.mu.Lock()
		e.closing = true
		e.changed.Broadcast()
		e.mu.Unlock()
		if err := <-result; !errors.Is(err, ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
		finish(e, p, q, r)
	})
}

// TestBatches: messages of all sizes arrive as they were put in.
func TestBatches(t *testing.T) {
	var w batchWriter
	var want [][]byte
	var batch []message
	add := func(sizes ...int) {
		var frames [][]byte
		for _, n := range sizes {
			f := bytes.Repeat([]byte{byte(n), byte(n >> 8), byte(n >> 16)}, n/3+1)[:n]
			frames = append(frames, f)
			want = append(want, f)
		}
		batch = append(batch, message{frames: frames, size: messageSize(frames)})
	}
	for _, n := range []int{0, 1, 255, 256, smallFrame, smallFrame + 1, writeChunk - 9, writeChunk, writeChunk + 1, 3*writeChunk + 7} {
		add(n)
		add(3, n, 0, n)
	}
	var out bytes.Buffer
	calls := 0
	c := &bufferConn{Buffer: &out}
	for range 2 { // the second time with the buffers of the first
		if err := w.write(c, batch, func() { calls++ }); err != nil {
			t.Fatal(err)
		}
	}
	if c.largest > writeChunk {
		t.Errorf("%d bytes written at once", c.largest)
	}
	if calls < 2*len(batch)/10 {
		t.Errorf("%d steps of progress", calls)
	}
	for _, f := range append(want, want...) {
		_, size, err := readHeader(&out, 1<<40)
		if err != nil || int(size) != len(f) {
			t.Fatalf("frame of %d bytes, want %d, %v", size, len(f), err)
		}
		if got := out.Next(int(size)); !bytes.Equal(got, f) {
			t.Fatalf("frame of %d bytes differs", size)
		}
	}
	if out.Len() > 0 {
		t.Errorf("%d bytes too many", out.Len())
	}
}

// bufferConn is a connection that keeps what is written.
type bufferConn struct {
	net.Conn
	*bytes.Buffer
	largest int
}

func (c *bufferConn) Read(p []byte) (int, error) { return c.Buffer.Read(p) }
func (c *bufferConn) Write(p []byte) (int, error) {
	c.largest = max(c.largest, len(p))
	return c.Buffer.Write(p)
}
