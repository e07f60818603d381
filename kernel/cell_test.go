package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

// cell runs a cell of a script with the options of its section.
func (s *script) cell(ctx context.Context, code string, options []string) ([]section, error) {
	o := client.Options{StoreHistory: true, StopOnError: true}
	w := &watcher{s: s, silent: false, code: code}
	var stdin []string
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "interrupt":
			w.interrupt = true
			w.after = parseTime(s, value)
		case "again":
			w.again = parseTime(s, value)
		case "kill":
			w.kill = true
		case "stdin":
			stdin = []string{}
			if w.unanswered = value == ""; !w.unanswered {
				stdin = strings.Split(value, ",")
			}
		case "silent":
			o.Silent, w.silent = true, true
		case "nostore":
			o.StoreHistory = false
		case "expr":
			o.UserExpressions = map[string]string{"expr": value}
		default:
			return nil, fmt.Errorf("unknown option %q", option)
		}
	}
	o.OnMessage = func(m *protocol.Message) { w.see(ctx, m) }
	if stdin != nil {
		o.Stdin = func(ctx context.Context, prompt string, password bool) (string, error) {
			if w.unanswered {
				w.inputs = append(w.inputs, section{"input", line(prompt)})
				if w.interrupt {
					w.act(context.WithoutCancel(ctx))
				}
				<-ctx.Done()
				return "", ctx.Err()
			}
			w.inputs = append(w.inputs, section{"input", line(prompt)})
			if len(stdin) == 0 {
				return "", io.EOF
			}
			text := stdin[0]
			stdin = stdin[1:]
			return text, nil
		}
	}
	r, err := s.client.Execute(ctx, code, o)
	w.acts.Wait()
	s.cells = append(s.cells, r.Request)
	failed := len(w.seen) > 0 && w.seen[len(w.seen)-1].name == "error"
	w.seen = append(w.seen, w.inputs...)
	if err != nil {
		return w.seen, err
	}
	if len(w.states) != 2 || w.states[0] != "busy" || w.states[1] != "idle" || !w.idleLast {
		err = fmt.Errorf("status %v, want busy first and idle last", w.states)
	}
	for _, p := range r.Reply.Payload {
		if page, ok := p.(map[string]any); ok && page["source"] == "page" {
			data, _ := page["data"].(map[string]any)
			w.seen = append(w.seen, section{"page", plainText(data)})
		}
	}
	if value, ok := r.Reply.UserExpressions["expr"]; ok {
		w.seen = append(w.seen, section{"expr", fmt.Sprintln(expression(value))})
	}
	if !w.silent && failed != (r.Reply.Status == "error") {
		err = errors.Join(err, fmt.Errorf("reply has status %s", r.Reply.Status))
	}
	return w.seen, err
}

// expression is the value of a user_expression as text.
func expression(value any) any {
	m, ok := value.(map[string]any)
	if !ok {
		return value
	}
	if m["status"] != "ok" {
		return fmt.Sprintf("%v: %v", m["ename"], m["evalue"])
	}
	data, _ := m["data"].(map[string]any)
	return data["text/plain"]
}

func parseTime(s *script, value string) time.Duration {
	if value == "" {
		return 0
	}
	d, err := time.ParseDuration(value)
	if err != nil {
		s.t.Error(err)
	}
	return d
}

// watcher sees the messages of one cell.
type watcher struct {
	s            *script
	code         string
	silent       bool
	interrupt    bool
	after, again time.Duration
	kill         bool
	acts         sync.WaitGroup // interrupts under way
	unanswered   bool           // requests for input stay so
	acted        bool
	inputs       []section // the Stdin function's

	seen     []section
	states   []string
	idleLast bool
}

// see takes one message.
func (w *watcher) see(ctx context.Context, m *protocol.Message) {
	w.idleLast = false
	switch c := m.Content.(type) {
	case *protocol.Status:
		// While a cell runs, busy follows the idle of another request.
		if n := len(w.states); n == 0 || w.states[n-1] != c.ExecutionState {
			w.states = append(w.states, c.ExecutionState)
		}
		w.idleLast = c.ExecutionState == "idle"
		if w.interrupt && w.after > 0 {
			w.act(ctx)
		}
	case *protocol.ExecuteInput:
		if c.Code != w.code || w.silent || len(w.seen) > 0 {
			w.s.t.Errorf("execute_input %q after %d outputs", c.Code, len(w.seen))
		}
	case *protocol.Stream:
		if n := len(w.seen); n > 0 && w.seen[n-1].name == c.Name {
			w.seen[n-1].text = line(strings.TrimSuffix(w.seen[n-1].text, "\\\n") + c.Text)
		} else {
			w.seen = append(w.seen, section{c.Name, line(c.Text)})
		}
		if w.kill || w.interrupt && w.after == 0 {
			w.act(ctx)
		}
	case *protocol.ExecuteResult:
		w.seen = append(w.seen, section{"result", plainText(c.Data)})
	case *protocol.DisplayData:
		w.s.shown.Store(c.Transient.DisplayID, true)
		w.seen = append(w.seen, section{"display", plainText(c.Data)})
	case *protocol.UpdateDisplayData:
		if _, ok := w.s.shown.Load(c.Transient.DisplayID); !ok || c.Transient.DisplayID == "" {
			w.s.t.Errorf("update of display %q, which was not shown", c.Transient.DisplayID)
		}
		w.seen = append(w.seen, section{"update", plainText(c.Data)})
	case *protocol.ClearOutput:
		name := "clear"
		if c.Wait {
			name = "clear wait"
		}
		w.seen = append(w.seen, section{name, ""})
	case *protocol.ErrorContent:
		w.seen = append(w.seen, section{"error", line(ansi.ReplaceAllString(strings.Join(c.Traceback, "\n"), "") + "\n")})
	default:
		w.seen = append(w.seen, section{m.Header.MsgType, line(string(m.ContentRaw) + "\n")})
	}
}

// act does what the options say, once.
func (w *watcher) act(ctx context.Context) {
	if w.acted {
		return
	}
	w.acted = true
	w.acts.Go(func() {
		if w.kill {
			if err := w.s.kill(); err != nil {
				w.s.t.Errorf("kill: %v", err)
			}
			return
		}
		time.Sleep(w.after) // of the script's choice: there is no event in a cell that prints nothing
		began := time.Now()
		if err := w.s.client.Interrupt(ctx); err != nil {
			w.s.t.Errorf("interrupt: %v", err)
		}
		w.s.t.Logf("interrupted; reply after %v", time.Since(began))
		if w.again > 0 {
			time.Sleep(w.again)
			if err := w.s.client.Interrupt(ctx); err != nil {
				w.s.t.Errorf("second interrupt: %v", err)
			}
		}
	})
}

// queue sends the first cell and, as soon as it runs, all others, and returns
// what is seen of each, one after the other.
func (s *script) queue(ctx context.Context, cells []string) ([]section, error) {
	seen := make([]*watcher, len(cells))
	errs := make([]error, len(cells))
	aborted := make([]bool, len(cells))
	var wg sync.WaitGroup
	var once sync.Once
	begun := make(chan struct{})
	for i, code := range cells {
		w := &watcher{s: s, code: code}
		seen[i] = w
		wg.Go(func() {
			if i > 0 {
				<-begun
			}
			o := client.Options{StoreHistory: true, StopOnError: true, OnMessage: func(m *protocol.Message) {
				once.Do(func() { close(begun) })
				w.see(ctx, m)
			}}
			r, err := s.client.Execute(ctx, code, o)
			errs[i] = err
			aborted[i] = err == nil && r.Reply.Status == protocol.StatusAborted
		})
	}
	wg.Wait()
	var got []section
	for i, w := range seen {
		got = append(got, w.seen...)
		if aborted[i] {
			got = append(got, section{"aborted", line(cells[i] + "\n")})
		}
	}
	return got, errors.Join(errs...)
}
