package interp

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
)

func TestMain(m *testing.M) {
	childproc.Main(map[string]func() int{"evaluator": EvaluatorMain, "worker": WorkerMain, "agent": AgentMain})
	os.Exit(m.Run())
}

// notebook runs hand-written units in a real evaluator.
type notebook struct {
	t      testing.TB
	client *eval.Client
	serial int
	mu     sync.Mutex // guards late
	late   []string   // "id stream: text" of background output
	more   chan struct{}
}

func open(t testing.TB) *notebook {
	t.Helper()
	n := &notebook{t: t, more: make(chan struct{}, 1000)}
	c, err := eval.Start(context.Background(), eval.Config{Background: func(id int, o eval.Output) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.late = append(n.late, fmt.Sprintf("%d %s", id, describe(o)))
		select {
		case n.more <- struct{}{}:
		default:
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	n.client = c
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		c.Close(ctx)
		if left := c.Processes(); len(left) > 0 {
			t.Errorf("processes left behind: %v", left)
		}
	})
	return n
}

func describe(o eval.Output) string {
	switch {
	case o.Stream != nil:
		return o.Stream.Name + ": " + string(o.Stream.Text)
	case o.Display != nil:
		return "display: " + string(o.Display.Bundle.Data["text/plain"])
	case o.Result != nil:
		return "result: " + string(o.Result.Data["text/plain"])
	case o.Clear != nil:
		return "clear"
	case o.Input != nil:
		return "input: " + o.Input.Prompt
	}
	return fmt.Sprintf("%+v", o)
}

// unit makes the unit of a cell whose statements are body. Each import is a path.
func (n *notebook) unit(body string, decls []eval.Decl, imports ...string) eval.Unit {
	n.serial++
	u := eval.Unit{Cell: n.serial, Label: fmt.Sprintf("cell %d", n.serial), Decls: decls}
	if body != "" {
		u.Entry = fmt.Sprintf("cell__%d", n.serial)
		src := fmt.Sprintf("func %s() {\n/*line %s:1:1*/%s\n}", u.Entry, u.Label, body)
		u.Decls = append(u.Decls, decl(u.Entry, src, imports...))
	}
	return u
}

func decl(name, src string, imports ...string) eval.Decl {
	d := eval.Decl{Name: name, Source: src}
	for _, p := range imports {
		d.Imports = append(d.Imports, eval.Import{Name: p[strings.LastIndex(p, "/")+1:], Path: p})
	}
	return d
}

// run runs a unit and returns what it showed, streams joined, and how it ended.
func (n *notebook) run(u eval.Unit) (string, *eval.Error) {
	n.t.Helper()
	return n.start(u, nil)()
}

// start begins a unit; the function that it returns waits for the end.
func (n *notebook) start(u eval.Unit, on func(eval.Output)) func() (string, *eval.Error) {
	type result struct {
		out string
		err *eval.Error
	}
	done := make(chan result, 1)
	go func() {
		var b strings.Builder
		last := ""
		d := n.client.Run(context.Background(), eval.Run{ID: u.Cell, Unit: u, AllowStdin: true}, func(o eval.Output) {
			if on != nil {
				on(o)
			}
			if o.Stream != nil && o.Stream.Name == last {
				b.Write(o.Stream.Text)
				return
			}
			if last != "" {
				b.WriteString("|")
			}
			last = ""
			if o.Stream != nil {
				last = o.Stream.Name
			}
			b.WriteString(describe(o))
			if last == "" {
				last = " "
			}
		})
		done <- result{b.String(), d.Error}
	}()
	return func() (string, *eval.Error) {
		select {
		case r := <-done:
			return r.out, r.err
		case <-time.After(30 * time.Second):
			n.t.Errorf("cell %d hangs", u.Cell)
			n.client.Kill()
			r := <-done
			return r.out, r.err
		}
	}
}

func (n *notebook) do(body string, imports ...string) (string, *eval.Error) {
	n.t.Helper()
	return n.run(n.unit(body, nil, imports...))
}

// want fails the test unless the cell shows out and ends well.
func (n *notebook) want(out, body string, imports ...string) {
	n.t.Helper()
	got, err := n.do(body, imports...)
	if err != nil {
		n.t.Errorf("%s: %s: %s", body, err.Name, err.Value)
	}
	if got != out {
		n.t.Errorf("%s shows %q, want %q", body, got, out)
	}
}
