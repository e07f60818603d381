package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/protocol"
)

// Subscribers that read, and those that do not, over real connections.

// TestOrder publishes many small messages to a subscriber that reads: all
// arrive, in order, on all subscribers.
func TestOrder(t *testing.T) {
	s, logged := open(t, Limits{QueueBytes: 1 << 20})
	const n = 100_000
	var wg sync.WaitGroup
	for range 2 {
		c := subscribe(t, s)
		wg.Go(func() { readNumbers(t, c, 0, n) })
	}
	for i := range n {
		publishText(t, s, i, "line of text")
	}
	wg.Wait()
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

// readNumbers reads the messages from first to end and checks that none is
// missing. It checks no signatures, for speed.
func readNumbers(t *testing.T, c *client, first, end int) {
	for want := first; want < end; want++ {
		frames, err := c.frames()
		if err != nil {
			t.Errorf("message %d: %v", want, err)
			return
		}
		if got := textNumber(frames); got != want {
			t.Errorf("got message %d, want %d", got, want)
			return
		}
	}
}

// textNumber returns the n of publishText without decoding the message; -1 for
// another message.
func textNumber(frames [][]byte) (n int) {
	_, text, ok := strings.Cut(string(frames[len(frames)-1][:min(80, len(frames[len(frames)-1]))]), `"text":"`)
	if !ok {
		return -1
	}
	fmt.Sscan(text, &n)
	return n
}

// TestLargePublications publishes 10 MB buffers. They are shared, not copied,
// by the queues of the subscribers.
func TestLargePublications(t *testing.T) {
	s, _ := open(t, Limits{})
	const n, size = 20, 10 << 20
	buffer := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	var wg sync.WaitGroup
	for range 2 {
		c := subscribe(t, s)
		wg.Go(func() {
			for range n {
				frames, err := c.frames()
				if err != nil || len(frames) != 8 || len(frames[7]) != size || !bytes.Equal(frames[7][:16], buffer[:16]) {
					t.Errorf("%d frames, %v", len(frames), err)
					return
				}
			}
		})
	}
	for range n {
		m := protocol.NewMessage("comm_msg", "s", nil, protocol.CommMsg{CommID: "c"})
		m.Buffers = [][]byte{buffer}
		if err := s.Publish(m); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}

// TestSubscriberStalls lets one subscriber stop for a while. The others miss
// nothing, one can join meanwhile, memory is bounded, and the one that
// stalled gets messages again, in order.
func TestSubscriberStalls(t *testing.T) {
	// Stall is long, for a busy machine: nobody who reads may be taken for stalled.
	s, logged := open(t, Limits{QueueBytes: 1 << 20, Stall: 3 * time.Second})
	serve(t, s)
	stalled, reads := subscribe(t, s), subscribe(t, s)
	const n, late = 30_000, 20_000
	text := strings.Repeat("x", 1000)
	var wg sync.WaitGroup
	wg.Go(func() { readNumbers(t, reads, 0, n) })
	before := heap()
	for i := range n {
		publishText(t, s, i, text)
		if i == late {
			if len(logged.lines("does not read")) != 1 {
				t.Errorf("logged:\n%s", logged)
			}
			c := subscribe(t, s)
			wg.Go(func() {
				first := number(t, c.receive()) // what zmq4 had not passed on yet comes too
				if first > late+1 {
					t.Errorf("the newcomer begins with %d, want at most %d", first, late+1)
				}
				readNumbers(t, c, first+1, n)
			})
			ask(t, s, protocol.Control)
		}
	}
	wg.Wait()
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("%d MiB are kept, the queue holds 1", grown>>20)
	}
	// It reads on: what was kept, then, after a gap, what is published from now.
	go func() {
		for i := n; len(logged.lines("reads again")) == 0; i++ {
			publishText(t, s, i, "")
			time.Sleep(time.Millisecond) // the pace of what is published, not a wait
		}
		publishText(t, s, 10*n, "")
	}()
	last := -1
	for last < 10*n {
		frames, err := stalled.frames()
		if err != nil {
			t.Fatal(err)
		}
		got := textNumber(frames)
		if got <= last {
			t.Fatalf("%d after %d", got, last)
		}
		last = got
	}
}

// TestSubscriberNeverReads leaves one subscriber unread for ever.
func TestSubscriberNeverReads(t *testing.T) {
	s, _ := open(t, Limits{QueueBytes: 1 << 20, Stall: 100 * time.Millisecond})
	serve(t, s)
	subscribe(t, s)
	text := strings.Repeat("x", 10_000)
	for i := range 5000 {
		publishText(t, s, i, text)
	}
	c := subscribe(t, s) // zmq4 alone could not take it any more
	publishText(t, s, 1, "")
	if n := number(t, c.receive()); n != 1 {
		t.Errorf("got %d", n)
	}
	alive(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	start := time.Now()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("Close waited %v for a client that never reads", d)
	}
}

// TestSubscriberDies ends a subscriber in the middle of what is published.
func TestSubscriberDies(t *testing.T) {
	s, _ := open(t, Limits{QueueBytes: 1 << 20})
	dies, stays := subscribe(t, s), subscribe(t, s)
	var wg sync.WaitGroup
	wg.Go(func() { readNumbers(t, stays, 0, 20_000) })
	wg.Go(func() {
		io.CopyN(io.Discard, dies.br, 1<<20)
		dies.Close()
	})
	for i := range 20_000 {
		publishText(t, s, i, "line of text")
	}
	wg.Wait()
}

// TestTopics checks what subscriptions select, and their end, both as messages
// of ZMTP 3.0 and as commands of 3.1.
func TestTopics(t *testing.T) {
	s, _ := open(t, Limits{})
	forms := map[string]func(on byte, topic string) []byte{
		"message": func(on byte, topic string) []byte { return appendFrame(nil, 0, append([]byte{on}, topic...)) },
		"command": func(on byte, topic string) []byte {
			return appendFrame(nil, flagCommand, command([]string{"CANCEL", "SUBSCRIBE"}[on], []byte(topic)))
		},
	}
	for name, form := range forms {
		for topic, want := range map[string]int{"": 4, "kernel.": 4, "kernel.kernel-session.stream": 4, "nomatch": 0} {
			c := connect(t, s, protocol.IOPub, "SUB", "")
			c.send(form(1, topic))
			frames, err := c.frames()
			if err != nil || string(frames[0]) != topic {
				t.Fatalf("%s %q: welcome %q, %v", name, topic, frames, err)
			}
			for i := range 4 {
				publishText(t, s, i, "")
			}
			for i := range want {
				if n := number(t, c.receive()); n != i {
					t.Fatalf("%s %q: got %d, want %d", name, topic, n, i)
				}
			}
			// The end of the subscription, and another one, whose welcome tells
			// that the kernel has seen both.
			c.send(form(0, topic))
			c.send(form(1, "fence"))
			if frames, err := c.frames(); err != nil || string(frames[0]) != "fence" {
				t.Fatalf("%s %q: got %q, %v", name, topic, frames, err)
			}
			publishText(t, s, 9, "")
			m := protocol.NewMessage("stream", "s", nil, protocol.Stream{})
			m.Identities = [][]byte{[]byte("fence")}
			if err := s.Publish(m); err != nil {
				t.Fatal(err)
			}
			if frames, err := c.frames(); err != nil || string(frames[0]) != "fence" {
				t.Errorf("%s %q: after its end got %q, %v", name, topic, frames, err)
			}
			c.Close()
		}
	}
}

// TestWelcome joins while messages are published as fast as possible. The
// welcome is the first message, once, and no message after the first that
// follows it is missing.
func TestWelcome(t *testing.T) {
	s, _ := open(t, Limits{})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				publishText(t, s, i, "")
			}
		}
	})
	for i := range 40 {
		c := connect(t, s, protocol.IOPub, "SUB", "")
		topic := []string{"", "kernel."}[i%2]
		c.send(appendFrame(nil, 0, append([]byte{1}, topic...)))
		m := c.receive()
		w, ok := m.Content.(*protocol.IOPubWelcome)
		if !ok || w.Subscription != topic || string(m.Identities[0]) != topic || m.Parent != nil || m.Header.Session != "kernel-session" {
			t.Fatalf("join %d: first message is %+v", i, m)
		}
		first := number(t, c.receive())
		readNumbers(t, c, first+1, first+20)
		c.Close()
	}
	close(stop)
	wg.Wait()
}

// TestWelcomeMeansSubscribed publishes when a client has read its welcome:
// the message must reach it.
func TestWelcomeMeansSubscribed(t *testing.T) {
	s, _ := open(t, Limits{})
	for i := range 200 {
		c := subscribe(t, s)
		publishText(t, s, i, "")
		if n := number(t, c.receive()); n != i {
			t.Fatalf("got %d, want %d", n, i)
		}
		c.Close()
	}
}

func TestPublish(t *testing.T) {
	s, _ := open(t, Limits{})
	c := subscribe(t, s)
	for n := range 1000 {
		publishText(t, s, n, "hello")
	}
	for n := range 1000 {
		if got := number(t, c.receive()); got != n {
			t.Fatalf("got %d, want %d", got, n)
		}
	}
}
