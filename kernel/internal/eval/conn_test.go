package eval

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

// pair is a connection over a real pipe, one way.
func pair(tb testing.TB) (from, to *Conn) {
	r, w, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { r.Close(); w.Close() })
	return NewConn(strings.NewReader(""), w), NewConn(r, io.Discard)
}

// TestLargeValues sends values on both sides of the size from which they
// travel raw, and small events behind them.
func TestLargeValues(t *testing.T) {
	from, to := pair(t)
	large := bytes.Repeat([]byte("0123456789"), rawBytes)
	sent := []*Event{
		{ID: 1, Display: &Display{ID: "d", Bundle: Bundle{Data: map[string][]byte{"text/html": large, "text/plain": []byte("short"), "image/png": large[:rawBytes]}}}},
		{ID: 2, Done: &Done{}},
		{ID: 3, Result: &Bundle{Data: map[string][]byte{"text/plain": large[:rawBytes-1]}, Metadata: map[string][]byte{"iyagi": []byte("{}")}}},
		{ID: 4, Result: &Bundle{}},
	}
	errs := make(chan error, 1)
	go func() {
		for _, e := range sent {
			if err := from.SendEvent(e); err != nil {
				errs <- err
				return
			}
		}
		errs <- nil
	}()
	for _, want := range sent {
		got, err := to.ReceiveEvent()
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != want.ID {
			t.Fatalf("event %d, want %d", got.ID, want.ID)
		}
		g, w := got.bundle(), want.bundle()
		if (g == nil) != (w == nil) {
			t.Fatalf("event %d: bundle %v, want %v", want.ID, g, w)
		}
		if w == nil {
			continue
		}
		if len(g.Data) != len(w.Data) {
			t.Errorf("event %d has %d values, want %d", want.ID, len(g.Data), len(w.Data))
		}
		for mime, data := range w.Data {
			if !bytes.Equal(g.Data[mime], data) {
				t.Errorf("event %d: %s has %d bytes, not the %d that were sent", want.ID, mime, len(g.Data[mime]), len(data))
			}
		}
	}
	if err := <-errs; err != nil {
		t.Fatal(err)
	}
	if _, ok := sent[0].Display.Bundle.Data["text/html"]; !ok {
		t.Error("sending took a value out of the sender's bundle")
	}
}

// TestTooLarge: what would fill the kernel's memory is refused, and the
// connection goes on.
func TestTooLarge(t *testing.T) {
	from, to := pair(t)
	part := make([]byte, maxShown/4)
	tooLarge := map[string][]byte{"a": part, "b": part, "c": part, "d": part, "e": {0}}
	for _, e := range []*Event{
		{Display: &Display{Bundle: Bundle{Data: tooLarge}}},
		{Result: &Bundle{Metadata: tooLarge}},
		{Comm: &Comm{Data: []byte("{}"), Buffers: [][]byte{part, part, part, part}}},
	} {
		if err := from.SendEvent(e); err == nil || !strings.Contains(err.Error(), "at most 256") {
			t.Errorf("%v", err)
		}
	}
	if err := from.SendEvent(&Event{ID: 7, Done: &Done{}}); err != nil {
		t.Error(err)
	}
	if e, err := to.ReceiveEvent(); e.ID != 7 || err != nil {
		t.Errorf("%+v, %v", e, err)
	}
}

// BenchmarkLargeDisplay is a display of 50 MB through the pipe.
func BenchmarkLargeDisplay(b *testing.B) {
	from, to := pair(b)
	e := &Event{Display: &Display{Bundle: Bundle{Data: map[string][]byte{"text/html": bytes.Repeat([]byte("x"), 50_000_000)}}}}
	b.SetBytes(50_000_000)
	for b.Loop() {
		go from.SendEvent(e)
		if _, err := to.ReceiveEvent(); err != nil {
			b.Fatal(err)
		}
	}
}
