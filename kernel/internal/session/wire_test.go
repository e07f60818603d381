package session

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/history"
	"iyagi/kernel/internal/wire"
	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

// overWire starts a session on real sockets, with the fake language and
// evaluator, and a client.
func overWire(t testing.TB, transport string, programs map[string]program) *client.Client {
	t.Helper()
	dir := t.TempDir()
	info := wire.ConnectionInfo{Transport: transport, IP: "127.0.0.1", Key: "secret", Scheme: "hmac-sha256"}
	if transport == "ipc" {
		info.IP = filepath.Join(dir, "k")
	}
	sockets, err := wire.Listen(context.Background(), info, wire.Options{Session: "kernel"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(sockets.Info())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "connection.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	h := &harness{programs: programs}
	log := slog.New(slog.DiscardHandler)
	s := New(Config{Sockets: sockets, Log: log, Language: &fakeLanguage{}, ID: "kernel", History: history.Open("", log),
		StartEvaluator: func(context.Context, func(int, eval.Output)) (Evaluator, error) {
			return &fakeEvaluator{h: h, dead: make(chan struct{}), interrupt: make(chan struct{}, 1), input: make(chan eval.Input, 1)}, nil
		}})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	c, err := client.Connect(ctx, file, client.Kernel{Name: "session"})
	t.Cleanup(func() {
		if c != nil {
			c.Close()
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOverWire(t *testing.T) {
	programs := map[string]program{"ask": asking["ask"], "hello": basics["hello"], "loop": basics["loop"], "panic": func(*fakeRun) *eval.Error {
		time.Sleep(200 * time.Millisecond)
		return &eval.Error{Name: "panic", Value: "boom"}
	}}
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			c := overWire(t, transport, programs)
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			var kinds []string
			r, err := c.Execute(ctx, "ask", client.Options{StoreHistory: true,
				OnMessage: func(m *protocol.Message) { kinds = append(kinds, m.Header.MsgType) },
				Stdin:     func(context.Context, string, bool) (string, error) { return "Kim", nil }})
			if err != nil || r.Text("stdout") != "what is got Kim" {
				t.Fatalf("stdout %q, %v", r.Text("stdout"), err)
			}
			if want := []string{"status", "execute_input", "stream", "stream", "status"}; !slices.Equal(kinds, want) {
				t.Errorf("published %q, want %q", kinds, want)
			}
			interrupted := make(chan error, 1)
			r, err = c.Execute(ctx, "loop", client.Options{OnMessage: func(m *protocol.Message) {
				if m.Header.MsgType == "execute_input" {
					go func() { interrupted <- c.Interrupt(ctx) }()
				}
			}})
			if err := <-interrupted; err != nil {
				t.Error(err)
			}
			if err != nil || r.Reply.EName != "interrupt" {
				t.Errorf("reply %+v, %v", r.Reply, err)
			}
			if h, err := c.History(ctx, protocol.HistoryRequest{Access: "tail", N: 1}); err != nil || len(h.History) != 1 || h.History[0].Input != "ask" {
				t.Errorf("history %+v, %v", h, err)
			}
		})
	}
}

// BenchmarkRoundTrip is what protocol, sockets and session cost a cell that does nothing.
func BenchmarkRoundTrip(b *testing.B) {
	c := overWire(b, "tcp", basics)
	for b.Loop() {
		if _, err := c.Execute(context.Background(), "nothing", client.Options{StoreHistory: true}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBigDisplay is a display of 50 MB.
func BenchmarkBigDisplay(b *testing.B) {
	value := bytes.Repeat([]byte("x"), 50<<20)
	c := overWire(b, "tcp", map[string]program{"big": func(p *fakeRun) *eval.Error {
		p.show(eval.Output{Display: &eval.Display{Bundle: eval.Bundle{Data: map[string][]byte{"text/html": value}}}})
		return nil
	}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Execute(context.Background(), "big", client.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
