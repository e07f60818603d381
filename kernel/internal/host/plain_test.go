package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"iyagi/kernel/internal/eval"
)

func work() {}

func TestPlainFunc(t *testing.T) {
	f, err := Plain{}.Func(work)
	if err != nil || f.Name != "work" || f.Line == 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err = (Plain{}).Func(func() {}); err != nil || f.Name != "TestPlainFunc.func1" {
		t.Errorf("%+v, %v", f, err)
	}
	if _, _, err := f.Pack(); !errors.Is(err, ErrNoKernel) {
		t.Error(err)
	}
	if _, err = (Plain{}).Func(nil); err == nil {
		t.Error("a nil function has a name")
	}
	if _, err := (Plain{}).Start(context.Background(), f, Options{}); !errors.Is(err, ErrNoKernel) {
		t.Error(err)
	}
}

type sad struct{}

func (sad) String() string { return "sad" }

func TestPlainCapture(t *testing.T) {
	var list []int
	for want, f := range map[string]func(){
		"runtime error: index out of range [3] with length 0": func() { list[3]++ },
		"no":  func() { panic("no") },
		"sad": func() { panic(sad{}) },
		"7":   func() { panic(7) },
	} {
		e := Plain{}.Capture(nil, f)
		if e == nil || e.Name != "panic" || e.Value != want {
			t.Errorf("got %+v, want %s", e, want)
		} else if len(e.Frames) == 0 || !strings.HasPrefix(e.Frames[0].Func, "host.TestPlainCapture") {
			t.Errorf("%s: frames %v", want, e.Frames)
		}
	}
	if e := (Plain{}).Capture(nil, work); e != nil {
		t.Error(e)
	}
}

// pipes replaces the standard streams of this process while f runs.
func pipes(t *testing.T, input string, f func()) (output string) {
	t.Helper()
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	drain, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin, stdout := os.Stdin, os.Stdout
	defer func() { os.Stdin, os.Stdout = stdin, stdout }()
	os.Stdin, os.Stdout = in, out
	fmt.Fprint(feed, input)
	feed.Close()
	f()
	out.Close()
	text, err := io.ReadAll(drain)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func TestPlainPrints(t *testing.T) {
	got := pipes(t, "first\r\nlast", func() {
		for _, text := range []string{"line\n", "no end"} {
			if err := (Plain{}).Display(&eval.Display{Bundle: eval.Bundle{Data: map[string][]byte{"text/plain": []byte(text)}}}); err != nil {
				t.Error(err)
			}
		}
		if err := (Plain{}).Result(&eval.Bundle{Data: map[string][]byte{"text/html": nil}}); err != nil {
			t.Error(err)
		}
		for _, want := range []string{"first", "last"} {
			if line, err := (Plain{}).Read("? ", false); err != nil || line != want {
				t.Errorf("read %q, %v; want %q", line, err, want)
			}
		}
		if line, err := (Plain{}).Read("", false); err != io.EOF || line != "" {
			t.Errorf("read %q, %v at the end", line, err)
		}
	})
	if got != "line\nno end\n? ? " {
		t.Errorf("printed %q", got)
	}
}
