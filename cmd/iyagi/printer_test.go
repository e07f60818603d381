package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
	"iyagi/notebooks/nbformat"
)

// published is a message as the client hands it over.
func published(t *testing.T, kind string, content any) *protocol.Message {
	t.Helper()
	m := protocol.NewMessage(kind, "s", nil, content)
	raw, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	m.ContentRaw = raw
	return m
}

func shown(text, id string) *protocol.DisplayData {
	return &protocol.DisplayData{Data: map[string]any{"text/plain": text}, Transient: protocol.Transient{DisplayID: id}}
}

// What stands on the terminal after a cell is what stands in the notebook.
func TestPrinter(t *testing.T) {
	stream := func(name, text string) *protocol.Message {
		return published(t, "stream", &protocol.Stream{Name: name, Text: text})
	}
	display := func(text, id string) *protocol.Message {
		return published(t, "display_data", shown(text, id))
	}
	update := func(text, id string) *protocol.Message {
		u := protocol.UpdateDisplayData(*shown(text, id))
		return published(t, "update_display_data", &u)
	}
	clear := func(wait bool) *protocol.Message {
		return published(t, "clear_output", &protocol.ClearOutput{Wait: wait})
	}
	failure := published(t, "error", &protocol.ErrorContent{EName: "panic", EValue: "boom", Traceback: []string{"\x1b[31mpanic: boom\x1b[0m", "at 1"}})
	tests := []struct {
		name     string
		messages []*protocol.Message
		out, err string
	}{
		{"streams", []*protocol.Message{stream("stdout", "a"), stream("stdout", "b\n"), stream("stderr", "e\n"), stream("stdout", "c")}, "ab\nc\n", "e\n"},
		{"display ends a line", []*protocol.Message{stream("stdout", "a"), display("d", "")}, "a\nd\n", ""},
		{"updated", []*protocol.Message{stream("stdout", "a\n"), display("old", "x"), stream("stdout", "b\n"), update("new", "x")}, "a\nnew\nb\n", ""},
		{"updated twice", []*protocol.Message{display("1", "x"), display("2", "y"), update("3", "y"), update("4", "x")}, "4\n3\n", ""},
		{"after two streams", []*protocol.Message{stream("stdout", "a\n"), stream("stderr", "e\n"), stream("stdout", "b\n"), display("old", "x"), stream("stderr", "f\n"), update("new", "x")}, "a\nb\nnew\n", "e\nf\n"},
		{"cleared", []*protocol.Message{display("1", "x"), clear(true), display("2", "")}, "2\n", ""},
		{"cleared for good", []*protocol.Message{display("1", "x"), clear(false)}, "", ""},
		{"error", []*protocol.Message{stream("stdout", "a"), failure}, "a\n", "panic: boom\nat 1\n"},
		{"error after a display", []*protocol.Message{display("1", "x"), failure}, "1\n", "panic: boom\nat 1\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out, err bytes.Buffer
			std := streams{out: &out, err: &err}
			recorder := nbformat.NewRecorder()
			screen := newScreen(std, true)
			b := &book{runner: &runner{std: std}, progress: screen.begin("n.ipynb", 1, false)}
			p := &printer{book: b}
			area := recorder.Area()
			for _, m := range test.messages {
				client.Record(recorder, area, m)
				p.message(m)
			}
			p.finish(area.Outputs())
			b.progress.end(true)
			screen.close()
			if out.String() != test.out || err.String() != test.err {
				t.Errorf("printed %q and %q\nwant    %q and %q", out.String(), err.String(), test.out, test.err)
			}
		})
	}
}

// On a terminal the line of progress never stands in or behind output.
func TestProgressLine(t *testing.T) {
	var screen bytes.Buffer // both streams, as a terminal shows them
	std := streams{out: &screen, err: &screen, errTTY: true}
	s := newScreen(std, false)
	p := s.begin("n.ipynb", 2, false)
	p.say("starting the kernel")
	p.next()
	p.output(false, "one\n")
	p.output(false, "half")
	p.endLine()
	p.done(true, time.Second)
	p.next()
	p.end(true)
	s.close()
	text := plain(strings.ReplaceAll(screen.String(), "\x1b[K", "\x1b[K!"))
	// What follows a carriage return replaces the line.
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		lines = append(lines, strings.TrimPrefix(l[strings.LastIndex(l, "\r")+1:], "!"))
	}
	if lines[0] != "one" || lines[1] != "half" || !strings.HasPrefix(lines[2], "n.ipynb  2 cells  0.") {
		t.Errorf("the terminal shows %q", lines)
	}
}

// Of notebooks that run at the same time each one's outputs come in one piece, and the line tells of all.
func TestSeveral(t *testing.T) {
	var out, err bytes.Buffer
	s := newScreen(streams{out: &out, err: &err, errTTY: true, width: func() int { return 40 }}, false)
	a, b := s.begin("a.ipynb", 2, true), s.begin("b.ipynb", 3, true)
	a.next()
	b.next()
	a.output(false, "a1\n")
	b.output(false, "b1\n")
	b.endLine()
	a.output(false, "a2")
	a.end(true)
	if got := out.String(); got != "a1\na2\n" {
		t.Errorf("after the first notebook: %q", got)
	}
	b.next()
	b.printed("한글로 쓴 아주 긴 줄입니다, 다 들어가지 않습니다")
	b.say(b.state)
	b.end(true)
	s.close()
	if got := out.String(); got != "a1\na2\nb1\n" {
		t.Errorf("after both: %q", got)
	}
	text := plain(err.String())
	if !strings.Contains(text, "2 running  a.ipynb 1/2  b.ipynb 1/3") || !strings.Contains(text, "b.ipynb  ━━━━┄┄┄┄┄┄┄┄  cell 2/3  0.0") {
		t.Errorf("progress %q", text)
	}
	for l := range strings.SplitSeq(text, "\r") {
		if w := uniseg.StringWidth(strings.TrimRight(l, "\n")); w > 40 && !strings.Contains(l, "\n") {
			t.Errorf("%d columns: %q", w, l)
		}
	}
	if got := cut("한글로 쓴", 6); got != "한글…" {
		t.Errorf("cut to %q", got)
	}
}
