package session

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// outputTest gives f an output in a bubble of fake time.
func outputTest(t *testing.T, f func(h *harness, o *output)) {
	synctest.Test(t, func(t *testing.T) {
		h := &harness{t: t, sockets: &fakeSockets{}}
		f(h, newOutput(newPublisher(h.sockets, "kernel", slog.New(slog.DiscardHandler)), message("a", "execute_request", nil), false))
	})
}

func TestGather(t *testing.T) {
	outputTest(t, func(h *harness, o *output) {
		o.write("stdout", []byte("first\n"))
		h.want(`a stream stdout "first\n"`)
		o.write("stdout", []byte("1"))
		o.write("stdout", []byte("2"))
		o.write("stderr", []byte("e"))
		o.write("stdout", []byte("3"))
		h.want()
		time.Sleep(2 * gatherFor)
		synctest.Wait()
		h.want(`a stream stdout "12"`, `a stream stderr "e"`, `a stream stdout "3"`)
		o.write("stdout", []byte("x"))
		o.publish("clear_output", &protocol.ClearOutput{})
		h.want(`a stream stdout "x"`, `a clear_output {"wait":false}`)
		o.write("stdout", []byte(strings.Repeat("y", gatherBytes)))
		if got := h.take(); len(got) != 1 {
			t.Errorf("%d messages of a full buffer, want 1 at once", len(got))
		}
		o.write("stdout", []byte("z"))
		o.finish()
		h.want(`a stream stdout "z"`)
		time.Sleep(time.Second)
		h.want()
	})
}

func TestWholeCharacters(t *testing.T) {
	outputTest(t, func(h *harness, o *output) {
		for _, b := range []byte("이야기😀") {
			o.write("stdout", []byte{b})
			o.sync()
		}
		h.want(`a stream stdout "이"`, `a stream stdout "야"`, `a stream stdout "기"`, `a stream stdout "😀"`)
		o.write("stdout", []byte("이")[:2])
		o.write("stderr", []byte("err"))
		o.write("stdout", []byte("이")[2:])
		o.sync()
		h.want(`a stream stderr "err"`, `a stream stdout "이"`)
		o.write("stdout", []byte("half \xed\x95"))
		o.finish()
		h.want(`a stream stdout "half "`, `a stream stdout "�"`)
		o.write("stdout", []byte("binary \xff\xfe ok"))
		o.finish()
		h.want(`a stream stdout "binary � ok"`)
	})
}

func TestUpdates(t *testing.T) {
	update := func(id, value string) *protocol.UpdateDisplayData {
		return &protocol.UpdateDisplayData{Data: map[string]any{"text/plain": value}, Transient: protocol.Transient{DisplayID: id}}
	}
	outputTest(t, func(h *harness, o *output) {
		o.update(update("p", "0"))
		for i := range 1000 {
			o.update(update("p", fmt.Sprint(i)))
			o.update(update("q", fmt.Sprint(-i)))
		}
		o.finish()
		h.want(`a update_display_data "p" map[text/plain:0]`, `a update_display_data "p" map[text/plain:999]`, `a update_display_data "q" map[text/plain:-999]`)
	})
}

// TestRate publishes more than jupyter_server lets through in 3 s.
func TestRate(t *testing.T) {
	outputTest(t, func(h *harness, o *output) {
		const n = 5000
		var sent []time.Duration
		began := time.Now()
		for range n {
			o.publish("display_data", &protocol.DisplayData{})
			sent = append(sent, time.Since(began))
		}
		for first, last := 0, 0; last < n; last++ {
			for sent[last]-sent[first] > 3*time.Second {
				first++
			}
			if last-first >= 3000 {
				t.Fatalf("%d messages in 3 s", last-first)
			}
		}
	})
}

func TestBundle(t *testing.T) {
	data, metadata := bundle(eval.Bundle{
		Data: map[string][]byte{
			"text/plain": []byte(`{"a":1}`), "application/json": []byte(`{"a":1}`), "application/vnd.vegalite.v5+json": []byte(`[1]`),
			"application/geo+json": []byte(`not json`), "image/svg+xml": []byte(`<svg/>`),
		},
		Metadata: map[string][]byte{"iyagi": []byte(`{"kind":"thread"}`)},
	})
	if got := fmt.Sprintf("%T %T %T %T %T %T", data["text/plain"], data["application/json"], data["application/vnd.vegalite.v5+json"],
		data["application/geo+json"], data["image/svg+xml"], metadata["iyagi"]); got != "string json.RawMessage json.RawMessage string string json.RawMessage" {
		t.Error(got)
	}
}

// BenchmarkWrite is the cost of one small write of a cell.
func BenchmarkWrite(b *testing.B) {
	o := newOutput(newPublisher(&discard{}, "kernel", slog.New(slog.DiscardHandler)), message("a", "execute_request", nil), false)
	line := []byte("line 12345 of the output\n")
	for b.Loop() {
		o.write("stdout", line)
	}
}

type discard struct{ fakeSockets }

func (*discard) Publish(*protocol.Message) error { return nil }
