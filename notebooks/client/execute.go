package client

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/nbformat"
)

// Options are how a cell is run and who hears of it. The functions are called
// by the goroutine that called Execute, OnMessage in the order of publishing.
type Options struct {
	Silent          bool
	StoreHistory    bool
	StopOnError     bool
	UserExpressions map[string]string
	// Metadata goes into the request, such as "cellId".
	Metadata map[string]any

	// OnMessage gets every message that the kernel publishes for the cell, from
	// busy to idle.
	OnMessage func(*protocol.Message)
	// Stdin answers when the cell asks for a line of input. Its error tells the
	// kernel that there is no input. Without it the kernel is told not to ask. It
	// runs in a goroutine of its own, which Execute waits for.
	Stdin func(ctx context.Context, prompt string, password bool) (string, error)
	// Recorder knows the displays of the cell's notebook; without one the cell
	// has one of its own. Background output that comes later can be added with
	// Record.
	Recorder *nbformat.Recorder
	// Discard keeps no outputs for the Result, however many there are: OnMessage
	// has them.
	Discard bool
}

// Result is how a cell ended.
type Result struct {
	Outputs []*nbformat.Output
	Reply   *protocol.ExecuteReply
	Count   int // execution_count of the reply

	Request string // id of the request: the parent of every message about it
	Area    *nbformat.Area
}

// CellError is the error of a cell's code, as the kernel reports it.
type CellError struct {
	Name      string
	Value     string
	Traceback []string // with ANSI colours
}

// Error is the error's name and value.
func (e *CellError) Error() string {
	if e.Value == "" {
		return e.Name
	}
	return e.Name + ": " + e.Value
}

// Err returns the cell's error as a *CellError, nil when it ran well.
func (r *Result) Err() error {
	switch r.Reply.Status {
	case protocol.StatusOK:
		return nil
	case protocol.StatusError:
		return &CellError{Name: r.Reply.EName, Value: r.Reply.EValue, Traceback: r.Reply.Traceback}
	}
	return &CellError{Name: r.Reply.Status, Value: "an earlier cell failed"}
}

// Execute runs code and waits for the kernel's reply and until it is idle again:
// then every output of the cell has come. An error means that this did not happen,
// because the kernel died (*DeathError) or ctx ended; it comes with the outputs until then.
// Code that fails is no error of Execute: see [Result.Err].
func (c *Client) Execute(ctx context.Context, code string, o Options) (*Result, error) {
	recorder := o.Recorder
	if recorder == nil {
		recorder = nbformat.NewRecorder()
	}
	m := protocol.NewMessage("execute_request", c.session, nil, &protocol.ExecuteRequest{
		Code: code, Silent: o.Silent, StoreHistory: o.StoreHistory && !o.Silent, StopOnError: o.StopOnError,
		AllowStdin: o.Stdin != nil, UserExpressions: o.UserExpressions,
	})
	m.Metadata = o.Metadata
	x := &execution{
		s: c.s, options: o, recorder: recorder,
		request: &request{iopub: make(chan *protocol.Message), input: make(chan *protocol.Message)},
		result:  &Result{Request: m.Header.MsgID, Area: recorder.Area()},
	}
	err := c.s.begin(protocol.Shell, m, x.request)
	if err == nil {
		err = x.run(ctx)
		c.s.finish(m, x.request)
	}
	x.result.Outputs = x.result.Area.Outputs()
	return x.result, c.explain(ctx, err)
}

// execution is one cell while it runs; its goroutine is the caller's.
type execution struct {
	s        *session
	options  Options
	recorder *nbformat.Recorder
	request  *request
	result   *Result
	idle     bool

	answer chan answer // from the Stdin function; nil while it does not run
}

type answer struct {
	to   *protocol.Message // the input_request
	text string
	err  error
}

// run takes what comes back until there is a reply and the kernel is idle.
func (x *execution) run(ctx context.Context) error {
	input, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		if x.answer != nil {
			<-x.answer
		}
	}()
	for x.result.Reply == nil || !x.idle {
		published := x.request.iopub
		if x.idle {
			published = nil // what comes now is not the cell's any more
		}
		select {
		case m := <-published:
			x.publish(m)
		case m := <-x.request.reply:
			if err := x.reply(m); err != nil {
				return err
			}
		case m := <-x.request.input:
			x.ask(input, m)
		case a := <-x.answer:
			x.answer = nil
			if err := x.tell(a); err != nil {
				return err
			}
		case <-ctx.Done():
			return fmt.Errorf("wait for the cell: %w", ctx.Err())
		case <-x.s.gone:
			if x.result.Reply == nil {
				select {
				case m := <-x.request.reply:
					return x.reply(m)
				default:
				}
			}
			return x.s.goneErr
		}
	}
	return nil
}

func (x *execution) reply(m *protocol.Message) error {
	r, ok := m.Content.(*protocol.ExecuteReply)
	if !ok {
		return fmt.Errorf("the kernel answered execute_request with %s", m.Header.MsgType)
	}
	x.result.Reply, x.result.Count = r, r.ExecutionCount
	return nil
}

func (x *execution) publish(m *protocol.Message) {
	if s, ok := m.Content.(*protocol.Status); ok && s.ExecutionState == protocol.Idle {
		x.idle = true
	}
	if !x.options.Discard {
		Record(x.recorder, x.result.Area, m)
	}
	if x.options.OnMessage != nil {
		x.options.OnMessage(m)
	}
}

// ask has the Stdin function answer an input_request while messages go on
// being delivered: text that was printed before may still be on its way.
func (x *execution) ask(ctx context.Context, m *protocol.Message) {
	r, ok := m.Content.(*protocol.InputRequest)
	if !ok || x.options.Stdin == nil || x.answer != nil {
		return
	}
	done := make(chan answer, 1)
	x.answer = done
	go func() {
		text, err := x.options.Stdin(ctx, r.Prompt, r.Password)
		done <- answer{to: m, text: text, err: err}
	}()
}

// tell sends the answer. That there is no more input is told by a status, as
// replies tell errors; the specification has no way for it.
func (x *execution) tell(a answer) error {
	content := map[string]any{"status": protocol.StatusOK, "value": a.text}
	if a.err != nil {
		content = map[string]any{
			"status": protocol.StatusError, "value": "", "ename": "EOF", "evalue": a.err.Error(), "traceback": []string{},
		}
	}
	m := protocol.NewMessage("input_reply", x.s.id, a.to, content)
	m.Identities = nil
	frames, err := protocol.Encode(m, x.s.signer)
	if err != nil {
		return err
	}
	if err := x.s.links[protocol.Stdin].send(frames); err != nil {
		return fmt.Errorf("send input_reply: %w", err)
	}
	return nil
}

// Record adds what a published message says to the outputs of its cell. Messages that
// say nothing about outputs are passed over.
func Record(r *nbformat.Recorder, a *nbformat.Area, m *protocol.Message) {
	switch content := m.Content.(type) {
	case *protocol.Stream:
		a.Stream(content.Name, content.Text)
	case *protocol.DisplayData, *protocol.UpdateDisplayData, *protocol.ExecuteResult:
		var b bundle
		if json.Unmarshal(m.ContentRaw, &b) != nil {
			return // protocol has decoded it, into types that are no narrower
		}
		id := b.Transient.DisplayID
		switch m.Header.MsgType {
		case "display_data":
			a.Display(b.Data, b.Metadata, id)
		case "update_display_data":
			r.Update(id, b.Data, b.Metadata)
		case "execute_result":
			a.Result(b.ExecutionCount, b.Data, b.Metadata, id)
		}
	case *protocol.ErrorContent:
		a.Error(content.EName, content.EValue, content.Traceback)
	case *protocol.ClearOutput:
		a.Clear(content.Wait)
	}
}

// bundle is a display with its values as they were sent: numbers keep their
// digits and objects the order of their fields.
type bundle struct {
	ExecutionCount int                        `json:"execution_count"`
	Data           map[string]json.RawMessage `json:"data"`
	Metadata       map[string]json.RawMessage `json:"metadata"`
	Transient      protocol.Transient         `json:"transient"`
}

// Text is what the cell printed on a stream, "stdout" or "stderr".
func (r *Result) Text(stream string) string {
	var b strings.Builder
	for _, o := range r.Outputs {
		if o.Type == nbformat.Stream && o.Name == stream {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}
