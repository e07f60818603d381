package session

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/history"
	"iyagi/kernel/protocol"
)

// fakeSockets keep what the session sends as lines of text:
//
//	a stream stdout "hello\n"
//	a< execute_reply ok 1
//
// The first word is the id of the parent, with < for a reply, and the rest
// is what summary makes of the message.
type fakeSockets struct {
	shell, control, stdin chan *protocol.Message
	onPublish             func(*protocol.Message) // if it is not nil, called ahead of each Publish

	mu     sync.Mutex
	lines  []string
	sent   []*protocol.Message // of both sorts
	to     []protocol.Channel  // of each reply
	closed bool
}

func (f *fakeSockets) Shell() <-chan *protocol.Message   { return f.shell }
func (f *fakeSockets) Control() <-chan *protocol.Message { return f.control }
func (f *fakeSockets) Stdin() <-chan *protocol.Message   { return f.stdin }

func (f *fakeSockets) Publish(m *protocol.Message) error {
	if f.onPublish != nil {
		f.onPublish(m)
	}
	return f.add(m, parentOf(m)+" "+summary(m))
}

func (f *fakeSockets) Reply(ch protocol.Channel, m *protocol.Message) error {
	mark := map[protocol.Channel]string{protocol.Shell: "< ", protocol.Control: "<control ", protocol.Stdin: "<stdin "}[ch]
	return f.add(m, parentOf(m)+mark+summary(m))
}

func (f *fakeSockets) add(m *protocol.Message, line string) error {
	if _, err := protocol.Encode(m, nil); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return fmt.Errorf("closed")
	}
	f.lines = append(f.lines, line)
	f.sent = append(f.sent, m)
	return nil
}

func (f *fakeSockets) Close(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

func parentOf(m *protocol.Message) string {
	if m.Parent == nil {
		return "-"
	}
	return m.Parent.MsgID
}

// summary is the part of a message that tests compare.
func summary(m *protocol.Message) string {
	kind := m.Header.MsgType
	switch c := m.Content.(type) {
	case *protocol.Status:
		return c.ExecutionState
	case *protocol.Stream:
		return fmt.Sprintf("stream %s %q", c.Name, c.Text)
	case *protocol.ExecuteInput:
		return fmt.Sprintf("execute_input %d %q", c.ExecutionCount, c.Code)
	case *protocol.ExecuteResult:
		return fmt.Sprintf("execute_result %d %v", c.ExecutionCount, c.Data)
	case *protocol.DisplayData:
		return fmt.Sprintf("display_data %q %v", c.Transient.DisplayID, c.Data)
	case *protocol.UpdateDisplayData:
		return fmt.Sprintf("update_display_data %q %v", c.Transient.DisplayID, c.Data)
	case *protocol.ErrorContent:
		return fmt.Sprintf("error %s: %s", c.EName, c.EValue)
	case *protocol.ExecuteReply:
		return fmt.Sprintf("execute_reply %s %d", c.Status, c.ExecutionCount)
	}
	content, _ := json.Marshal(m.Content)
	return kind + " " + string(content)
}

// fakeLanguage prepares a cell whose source is the name of a program of the
// fake evaluator. A line "var NAME" declares a variable, "func NAME" a
// function, "bad" does not compile, "crash" is a defect, and a last line
// that begins with "=" has a result.
type fakeLanguage struct {
	committed, dropped []int // serial numbers of cells
}

// fakeErrors is an error as check.ErrorList makes it.
type fakeErrors []string

func (e fakeErrors) Error() string       { return strings.Join(e, "\n") }
func (e fakeErrors) Traceback() []string { return e }

func (l *fakeLanguage) Prepare(c check.Cell) (*Prepared, error) {
	u := eval.Unit{Cell: c.Serial, Label: c.Label, Entry: c.Source}
	for line := range strings.Lines(c.Source) {
		word, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		lowered := fmt.Sprintf("%s__%d", name, c.Serial)
		switch word {
		case "bad":
			return nil, fakeErrors{c.Label + ":1:1: undefined: bad", "   1 | bad"}
		case "crash":
			panic("crash in lowering")
		case "var":
			u.Vars = append(u.Vars, eval.Var{Name: name, Lowered: lowered})
			u.Decls = append(u.Decls, eval.Decl{Name: lowered})
		case "func":
			u.Decls = append(u.Decls, eval.Decl{Name: lowered})
		case "drop": // name is lowered
			u.Dead = append(u.Dead, name)
		}
	}
	u.Decls = append(u.Decls, eval.Decl{Name: u.Entry})
	return &Prepared{Unit: u, Result: strings.HasPrefix(c.Source, "="), Commit: func() {
		l.committed = append(l.committed, c.Serial)
	}, Drop: func() { l.dropped = append(l.dropped, c.Serial) }}, nil
}

func (l *fakeLanguage) Complete(src string, offset int) check.Completion {
	start := strings.LastIndexAny(src[:offset], ". ") + 1
	return check.Completion{Start: start, End: offset, Items: []check.Item{
		{Text: "Println", Kind: "function", Signature: "(a ...any)"}, {Text: "Print", Kind: "function"}}}
}

func (l *fakeLanguage) Inspect(src string, offset, detail int) (map[string]string, bool) {
	if src == "" {
		return nil, false
	}
	return map[string]string{"text/markdown": fmt.Sprintf("%d of %s", detail, src[:offset])}, true
}

func (l *fakeLanguage) IsComplete(src string) (string, string) {
	if strings.HasSuffix(src, "{") {
		return "incomplete", "\t"
	}
	return "complete", ""
}

// fakeEvaluator runs programs of the test. A program that ends by die takes
// the evaluator with it.
type fakeEvaluator struct {
	h *harness

	mu        sync.Mutex
	dead      chan struct{}
	loaded    []string // "1!" for a replay of cell 1, "2" for a run of cell 2
	interrupt chan struct{}
	input     chan eval.Input
	comms     []eval.Comm
}

// program is what a cell does in the fake evaluator.
type program func(p *fakeRun) *eval.Error

// fakeRun is a cell at work.
type fakeRun struct {
	eval.Run
	*fakeEvaluator
	show func(eval.Output)
}

func (p *fakeRun) print(text string) {
	p.show(eval.Output{Stream: &eval.Stream{Name: "stdout", Text: []byte(text)}})
}

// die ends the process as a crash of the cell does.
func (e *fakeEvaluator) die() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.aliveLocked() {
		close(e.dead)
	}
}

func (e *fakeEvaluator) aliveLocked() bool {
	select {
	case <-e.dead:
		return false
	default:
		return true
	}
}

func (e *fakeEvaluator) Run(ctx context.Context, r eval.Run, show func(eval.Output)) *eval.Done {
	name := fmt.Sprint(r.Unit.Cell)
	if r.LoadOnly {
		name += "!"
	}
	e.mu.Lock()
	e.loaded = append(e.loaded, name)
	e.mu.Unlock()
	if r.LoadOnly {
		if f := e.h.onLoad; f != nil {
			return &eval.Done{Error: f(&fakeRun{r, e, show})}
		}
		return &eval.Done{}
	}
	f, ok := e.h.programs[r.Unit.Entry]
	if !ok {
		return &eval.Done{}
	}
	err := f(&fakeRun{r, e, show})
	if !e.Alive() && err == nil {
		err = &eval.Error{Name: "fatal", Value: "signal: killed"}
	}
	return &eval.Done{Error: err}
}

// wait blocks as an endless cell does, until interrupt or death.
func (e *fakeEvaluator) wait() *eval.Error {
	select {
	case <-e.interrupt:
		return &eval.Error{Name: "interrupt", Value: "the cell was interrupted"}
	case <-e.dead:
		return nil
	}
}

func (e *fakeEvaluator) Interrupt() error {
	select {
	case e.interrupt <- struct{}{}:
	default:
	}
	return nil
}

func (e *fakeEvaluator) Input(i eval.Input) error { e.input <- i; return nil }

func (e *fakeEvaluator) Comm(c eval.Comm) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.comms = append(e.comms, c)
	return nil
}

func (e *fakeEvaluator) Kill() {
	if e.h.onKill != nil {
		e.h.onKill()
		return
	}
	e.die()
}

func (e *fakeEvaluator) Close(context.Context) error { e.die(); return nil }
func (e *fakeEvaluator) Exited() <-chan struct{}     { return e.dead }

func (e *fakeEvaluator) Death() *eval.Error {
	if e.Alive() {
		return nil
	}
	return &eval.Error{Name: "fatal", Value: "signal: killed"}
}

func (e *fakeEvaluator) Alive() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.aliveLocked()
}

// harness is a session with fakes around it.
type harness struct {
	t          *testing.T
	sockets    *fakeSockets
	language   *fakeLanguage
	programs   map[string]program
	onLoad     program
	onKill     func() // instead of the death that a kill has at once; Close brings it
	startError error
	evaluators []*fakeEvaluator
	background func(int, eval.Output)
	session    *Session
	log        strings.Builder
	done       chan error
}

// withSession runs a test with a session in a bubble of fake time.
func withSession(t *testing.T, programs map[string]program, test func(t *testing.T, h *harness)) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, programs)
		test(t, h)
		h.stop()
	})
}

func newHarness(t *testing.T, programs map[string]program) *harness {
	h := &harness{t: t, programs: programs, language: &fakeLanguage{}, done: make(chan error, 1)}
	h.sockets = &fakeSockets{shell: make(chan *protocol.Message), control: make(chan *protocol.Message), stdin: make(chan *protocol.Message)}
	log := slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.session = New(Config{
		Sockets: h.sockets, Log: log, Language: h.language, ID: "kernel", Version: "1.2.3",
		History: history.Open("", log), CommTargets: []string{"known"},
		StartEvaluator: func(_ context.Context, background func(int, eval.Output)) (Evaluator, error) {
			if h.startError != nil {
				return nil, h.startError
			}
			h.background = background
			e := &fakeEvaluator{h: h, dead: make(chan struct{}), interrupt: make(chan struct{}, 1), input: make(chan eval.Input, 1)}
			h.evaluators = append(h.evaluators, e)
			return e, nil
		},
	})
	go func() { h.done <- h.session.Run(context.Background()) }()
	synctest.Wait()
	h.take() // "starting"
	return h
}

// evaluator is the newest one.
func (h *harness) evaluator() *fakeEvaluator { return h.evaluators[len(h.evaluators)-1] }

// stop shuts the session down if the test has not.
func (h *harness) stop() {
	h.t.Helper()
	h.session.stop(errShutdown)
	select {
	case err := <-h.done:
		if err != nil {
			h.t.Errorf("Run: %v", err)
		}
	case <-time.After(time.Minute):
		h.t.Error("session did not end")
	}
	for i, e := range h.evaluators {
		if e.Alive() {
			h.t.Errorf("evaluator %d still lives", i)
		}
	}
}

// message makes a message of a client with the routing id "client".
func message(id, kind string, content any) *protocol.Message {
	m := &protocol.Message{Identities: [][]byte{[]byte("client")}, Content: content}
	m.Header = protocol.Header{MsgID: id, MsgType: kind, Date: time.Now().UTC().Format(time.RFC3339Nano)}
	return m
}

// send gives a message to the session and waits until all is quiet.
func (h *harness) send(ch chan *protocol.Message, id, kind string, content any) {
	ch <- message(id, kind, content)
	synctest.Wait()
}

func (h *harness) shell(id, kind string, content any)   { h.send(h.sockets.shell, id, kind, content) }
func (h *harness) control(id, kind string, content any) { h.send(h.sockets.control, id, kind, content) }

// request is an execute_request as a notebook sends it.
func executeRequest(code string) *protocol.ExecuteRequest {
	return &protocol.ExecuteRequest{Code: code, StoreHistory: true, StopOnError: true}
}

func (h *harness) execute(id, code string) { h.shell(id, "execute_request", executeRequest(code)) }

// take returns what was sent since the last take.
func (h *harness) take() []string {
	h.sockets.mu.Lock()
	defer h.sockets.mu.Unlock()
	lines := h.sockets.lines
	h.sockets.lines = nil
	return lines
}

// last is the newest message of a kind.
func (h *harness) last(kind string) *protocol.Message {
	h.t.Helper()
	h.sockets.mu.Lock()
	defer h.sockets.mu.Unlock()
	for _, m := range slices.Backward(h.sockets.sent) {
		if m.Header.MsgType == kind {
			return m
		}
	}
	h.t.Fatalf("no %s was sent", kind)
	return nil
}

// want compares what was sent since the last take, to the last message.
func (h *harness) want(lines ...string) {
	h.t.Helper()
	if got := h.take(); !slices.Equal(got, lines) {
		h.t.Errorf("sent:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(lines, "\n\t"))
	}
}

// wantRan compares the units that evaluator number i has got.
func (h *harness) wantRan(i int, units ...string) {
	h.t.Helper()
	e := h.evaluators[i]
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.loaded, units) {
		h.t.Errorf("evaluator %d ran %q, want %q", i, e.loaded, units)
	}
}
