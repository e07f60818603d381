package session

import (
	"regexp"
	"strings"
	"testing"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
)

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestRuntimeFailure(t *testing.T) {
	var s Session
	s.sources.add(check.Cell{Label: "cell 1", Source: "func f(a []int, n int) {\n\ta[n] = 2\n}"})
	s.sources.add(check.Cell{Label: "cell 2", Source: "가나 := []int{1}; f(가나, 5)"})
	f := s.runtimeFailure(&eval.Error{Name: "panic", Value: "runtime error: index out of range [5] with length 1", Frames: []eval.Frame{
		{Func: "f", Label: "cell 1", Line: 2, Column: 2},
		{Label: "cell 2", Line: 1, Column: 21},
		{Func: "main", Label: "x.go", Line: 9, Column: 1},
	}}, nil)
	const want = `panic: runtime error: index out of range [5] with length 1

cell 1, line 2 in f
    2 | 	a[n] = 2
      | 	^

cell 2, line 1
    1 | 가나 := []int{1}; f(가나, 5)
      |                   ^

x.go, line 9 in main`
	if got := ansi.ReplaceAllString(strings.Join(f.Traceback, "\n"), ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if f.EName != "panic" || f.EValue != "runtime error: index out of range [5] with length 1" {
		t.Errorf("%s: %s", f.EName, f.EValue)
	}
}

func TestFatal(t *testing.T) {
	for value, want := range map[string]string{
		"fatal error: stack overflow": "fatal error: stack overflow",
		"panic: in C":                 "panic: in C",
		"signal: killed":              "fatal error: signal: killed",
	} {
		f := new(Session).runtimeFailure(&eval.Error{Name: "fatal", Value: value}, &loss{})
		if got := f.EName + ": " + f.EValue; got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestDeepStack(t *testing.T) {
	var s Session
	stack := make([]eval.Frame, 5000)
	for i := range stack {
		stack[i] = eval.Frame{Func: "f", Label: "cell 1", Line: i + 1}
	}
	text := strings.Join(s.sources.frames(stack), "\n")
	if n := strings.Count(text, "\n"); n > 40 || !strings.Contains(text, "… 4985 more calls …") ||
		!strings.Contains(text, "line 10\x1b") || !strings.Contains(text, "line 4996\x1b") || !strings.Contains(text, "line 5000\x1b") || strings.Contains(text, "line 11\x1b") {
		t.Errorf("%d lines:\n%s", n, text)
	}
}

func TestRecursion(t *testing.T) {
	var s Session
	stack := []eval.Frame{{Func: "f", Label: "cell 1", Line: 1}}
	for range 100 {
		stack = append(stack, eval.Frame{Func: "f", Label: "cell 1", Line: 2})
	}
	stack = append(stack, eval.Frame{Label: "cell 2", Line: 1})
	const want = `
cell 1, line 1 in f

cell 1, line 2 in f
      … and 99 more from here

cell 2, line 1`
	if got := ansi.ReplaceAllString(strings.Join(s.sources.frames(stack), "\n"), ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLoss(t *testing.T) {
	for _, c := range []struct {
		loss loss
		want string
	}{
		{loss{}, "all that the cells declared is back."},
		{loss{variables: []string{"x"}}, "the variable x lost its value."},
		{loss{variables: []string{"x", "y"}}, "the variables x, y lost their values."},
		{loss{variables: strings.Split(strings.Repeat("v ", 25), " ")}, "v and 6 more lost their values."},
	} {
		if got := c.loss.sentence(); !strings.HasSuffix(got, c.want) {
			t.Errorf("%q does not end with %q", got, c.want)
		}
	}
}

func TestLongLine(t *testing.T) {
	var s sources
	s.add(check.Cell{Label: "cell 1", Source: `x := "` + strings.Repeat("가", 100000) + `"; panic(x)`})
	got := ansi.ReplaceAllString(s.frame(eval.Frame{Label: "cell 1", Line: 1, Column: 300010})[1], "")
	if len(got) > 1000 || !strings.HasSuffix(got, `가"; panic(x)`) {
		t.Errorf("%d bytes: %.50s … %s", len(got), got, got[max(0, len(got)-50):])
	}
}
