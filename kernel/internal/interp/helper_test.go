package interp

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// Package iyagi/test is what units of tests call in place of the packages for
// cells, which are tested elsewhere.
func init() {
	library = func() []interp.Exports {
		return append(Symbols(), interp.Exports{"iyagi/kernel/internal/host/host": {"Options": reflect.ValueOf((*host.Options)(nil))}, "iyagi/test/test": {
			"Run":     reflect.ValueOf(runChildren),
			"Remote":  reflect.ValueOf(runElsewhere),
			"Many":    reflect.ValueOf(runMany),
			"Spawn":   reflect.ValueOf(spawnChild),
			"Capture": reflect.ValueOf(captureTask),
			"Show":    reflect.ValueOf(showText),
			"Ask":     reflect.ValueOf(func(p string) (string, error) { return host.Current().Read(p, false) }),
		}})
	}
}

func showText(s string) {
	host.Current().Display(&eval.Display{Bundle: eval.Bundle{Data: map[string][]byte{"text/plain": []byte(s)}}})
}

// lines collects what tasks write, in order: "A: text".
type lines struct {
	mu  sync.Mutex // guards b, last and bad
	b   strings.Builder
	at  time.Duration
	bad string
}

func (l *lines) sink(name string) host.Sink {
	return func(w host.Write) {
		l.mu.Lock()
		defer l.mu.Unlock()
		fmt.Fprintf(&l.b, "%s %s: %s", name, w.Stream, w.Text)
		if w.TID != 0 && w.CPU < 0 || w.At == 0 {
			l.bad += fmt.Sprintf("bad stamps: %+v\n", w)
		}
		l.at = w.At
	}
}

// runChildren runs functions in processes of their own and prints what they
// wrote and how they ended, in their order.
func runChildren(fs ...func()) { runVia(nil, host.Options{}, fs) }

// runElsewhere runs functions by a command of the shell, which gets the program as its arguments.
func runElsewhere(command string, o host.Options, fs ...func()) {
	runVia(func(program []string) []string {
		return append([]string{"sh", "-c", command, "sh"}, program...)
	}, o, fs)
}

func runVia(via func([]string) []string, o host.Options, fs []func()) {
	var l lines
	var elsewhere sync.Map
	var children []host.Child
	for i, f := range fs {
		fn, err := host.Current().Func(f)
		if err != nil {
			fmt.Fprintln(hostOut{}, "func:", err)
			return
		}
		o.Sink, o.Name, o.Via = l.sink(string(rune('A'+i))), fn.Name, via
		o.Started = func(e host.Elsewhere) { elsewhere.Store(i, e) }
		c, err := host.Current().Start(host.Current().Context(), fn, o)
		if err != nil {
			fmt.Fprintln(hostOut{}, "start:", err)
			return
		}
		children = append(children, c)
	}
	var report strings.Builder
	for i, c := range children {
		e := c.Wait()
		parent, at := os.Getpid(), host.Clock()
		if there, ok := elsewhere.Load(i); ok {
			there := there.(host.Elsewhere)
			parent = there.PPID
			if there.Uncertain <= 0 || there.Uncertain > time.Second || there.Machine == "" || there.PID != c.PID() || e.Ended > at || at-e.Ended > 10*time.Second {
				fmt.Fprintf(&report, "bad start: %+v, ended %v ago ", there, at-e.Ended)
			}
		}
		if e.Lost != nil {
			fmt.Fprintf(&report, "lost (%s, %q, began %v, silent %v) ", e.Lost.Status, e.Lost.Words, e.Lost.Began, e.Lost.Silent > 0)
		}
		fmt.Fprintf(&report, "exit %d", e.Code)
		if e.Signal != "" {
			fmt.Fprintf(&report, " %s", e.Signal)
		}
		if e.Error != nil {
			fmt.Fprintf(&report, " %s: %s", e.Error.Name, e.Error.Value)
			for _, f := range e.Error.Frames {
				fmt.Fprintf(&report, " at %s:%d %s", f.Label, f.Line, f.Func)
			}
		}
		if e.Code >= 0 && e.Error == nil && (e.PPID != parent || e.TID != c.PID() || e.Began == 0 || e.Ended < e.Began || e.CPU <= 0) {
			fmt.Fprintf(&report, " bad report: %+v", e)
		}
		report.WriteString("\n")
	}
	fmt.Fprint(hostOut{}, l.b.String(), report.String(), l.bad)
}

// runMany runs f in n processes, started by as many goroutines, and tells how
// many lines came and how many ended well.
func runMany(f func(), n int) string {
	var written, ended atomic.Int64
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			fn, err := host.Current().Func(f)
			if err != nil {
				return
			}
			c, err := host.Current().Start(context.Background(), fn, host.Options{Sink: func(w host.Write) { written.Add(int64(len(w.Text))) }})
			if err != nil {
				return
			}
			if e := c.Wait(); e.Code == 0 && e.Error == nil {
				ended.Add(1)
			}
		})
	}
	all.Wait()
	return fmt.Sprint(written.Load(), " bytes, ", ended.Load(), " ended well")
}

// spawnChild starts a function and does not wait.
func spawnChild(f func()) int {
	fn, err := host.Current().Func(f)
	if err != nil {
		panic(err)
	}
	c, err := host.Current().Start(context.Background(), fn, host.Options{})
	if err != nil {
		panic(err)
	}
	return c.PID()
}

// captureTask runs f with its output captured, in a goroutine of its own.
func captureTask(f func()) string {
	var l lines
	done := make(chan *eval.Error)
	go func() { done <- host.Current().Capture(l.sink("T"), f) }()
	if e := <-done; e != nil {
		return l.b.String() + e.Name + ": " + e.Value
	}
	return l.b.String()
}

// hostOut prints for the cell.
type hostOut struct{}

func (hostOut) Write(p []byte) (int, error) {
	showText(string(p))
	return len(p), nil
}
