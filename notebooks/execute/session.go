package execute

import (
	"context"
	"strings"
	"sync"
	"time"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
	"iyagi/notebooks/nbformat"
)

// Tags of cells that this package heeds, in the spelling of nbclient and
// papermill.
const (
	// TagMayFail is on a cell whose error does not end the run. That it fails is allowed,
	// not demanded, as in nbclient: whether it should is for a comparison of
	// its outputs to tell.
	TagMayFail = "raises-exception"
	// TagSkip is on a code cell that is not run.
	TagSkip = "skip-execution"
)

// Options are how cells are run and who hears of it.
type Options struct {
	Limits
	// AllowErrors lets the run go on after a cell that failed or took too long. The
	// errors are told in the events alone.
	AllowErrors bool
	// Timing notes in each cell's metadata when it began and ended, as nbclient does with
	// record_timing: noise in a file that is compared with older ones.
	Timing bool
	// Progress hears of each event, in the goroutine that called Run.
	Progress func(Event)
}

// EventKind is what an Event tells.
type EventKind int

const (
	// Started: the cell begins.
	Started EventKind = iota
	// Published: the kernel has published a message for the running cell.
	Published
	// Finished: the cell has ended and has its outputs.
	Finished
)

// Event is something that happened to a cell.
type Event struct {
	Kind   EventKind
	Cell   *nbformat.Cell
	Number int // of the cell among those that this Run runs, from 1
	Total  int

	Message *protocol.Message // Published

	// Finished: how long the cell took, and its error: an *Error if the run
	// ends or would end with it but for AllowErrors, nil for an error that the cell's tag allows.
	Took time.Duration
	Err  error
}

// Line is the last line that the message prints, or that a task of its run card
// has printed, without colours and white space at its ends; empty when there is none.
func (e Event) Line() string {
	if e.Message == nil {
		return ""
	}
	var text string
	switch content := e.Message.Content.(type) {
	case *protocol.Stream:
		text = content.Text
	case *protocol.DisplayData:
		text = lastOfCard(content.Metadata)
	case *protocol.UpdateDisplayData:
		text = lastOfCard(content.Metadata)
	}
	text = strings.TrimRight(text, " \t\r\n")
	text = text[strings.LastIndexByte(text, '\n')+1:]
	text = text[strings.LastIndexByte(text, '\r')+1:]
	return strings.TrimSpace(ansi.ReplaceAllString(text, ""))
}

// lastOfCard is the last line in the metadata of a run card.
func lastOfCard(metadata map[string]any) string {
	card, _ := metadata["iyagi"].(map[string]any)
	lines, _ := card["output"].([]any)
	if len(lines) == 0 {
		return ""
	}
	last, _ := lines[len(lines)-1].(map[string]any)
	text, _ := last["text"].(string)
	return text
}

// Session is a kernel with the cells that ran on it. Its methods are for one
// goroutine at a time. It has no goroutines but the client's; Close ends them.
type Session struct {
	options  Options
	client   *client.Client
	recorder *nbformat.Recorder

	mu      sync.Mutex             // guards what follows, which late uses
	running bool                   // a cell runs, or has ended and is not in cells yet
	cells   map[string]*cellOutput // by the id of the request
	early   []*protocol.Message    // of the cell that has ended just now
}

// cellOutput is where the output of a run of a cell goes.
type cellOutput struct {
	cell *nbformat.Cell
	area *nbformat.Area
}

// Start starts a kernel. Its Background is the session's.
func Start(ctx context.Context, k client.Kernel, o Options) (*Session, error) {
	s := &Session{options: o, recorder: nbformat.NewRecorder(), cells: map[string]*cellOutput{}}
	k.Background = s.late
	c, err := client.Start(ctx, k)
	if err != nil {
		return nil, err
	}
	s.client = c
	return s, nil
}

// Client is the connection to the kernel, for other requests.
func (s *Session) Client() *client.Client { return s.client }

// Close ends the kernel in good order, or by force if it does not end, whatever
// has happened to ctx, and gives the cells what they printed last.
func (s *Session) Close(ctx context.Context) {
	s.client.Shutdown(context.WithoutCancel(ctx)) // that it had to be killed is no news to the user
	s.Collect()
}

// Runnable tells which cells Run runs: those with code that have no tag against
// it.
func Runnable(c *nbformat.Cell) bool {
	return c.Type == nbformat.Code && strings.TrimSpace(c.Source) != "" && !c.HasTag(TagSkip)
}

// Run runs those of the cells that are runnable, one after the other, and
// returns the first failure as an *Error. When ctx ends, the cell that runs is
// interrupted and the failure is the context's cause.
func (s *Session) Run(ctx context.Context, cells []*nbformat.Cell) error {
	defer s.Collect()
	var run []*nbformat.Cell
	for _, c := range cells {
		if Runnable(c) {
			run = append(run, c)
		}
	}
	for i, c := range run {
		if ctx.Err() != nil {
			return &Error{Number: i + 1, Total: len(run), ID: c.ID, Err: context.Cause(ctx)}
		}
		if err := s.cell(ctx, Event{Cell: c, Number: i + 1, Total: len(run)}); err != nil {
			return err
		}
	}
	return nil
}

// cell runs one cell and gives it its outputs.
func (s *Session) cell(ctx context.Context, e Event) error {
	cell := e.Cell
	s.tell(e, Started)
	began := time.Now()
	tagged := cell.HasTag(TagMayFail)
	o := client.Options{
		StoreHistory: true, StopOnError: !tagged && !s.options.AllowErrors, Recorder: s.recorder,
		Metadata: map[string]any{"cellId": cell.ID},
	}
	timing := map[string]string{}
	o.OnMessage = func(m *protocol.Message) {
		if s.options.Timing {
			note(timing, m)
		}
		p := e
		p.Message = m
		s.tell(p, Published)
	}
	s.expect()
	result, err := Code(ctx, s.client, cell.Source, o, s.options.Limits)
	s.register(result.Request, &cellOutput{cell: cell, area: result.Area})
	cell.SetOutputs(result.Outputs)
	if result.Reply != nil && result.Count > 0 {
		count := result.Count
		cell.ExecutionCount = &count
	}
	if s.options.Timing {
		timing["shell.execute_reply"] = stamp(time.Now())
		if cell.Metadata == nil {
			cell.Metadata = &nbformat.Object{}
		}
		cell.Metadata.Set("execution", timing) // texts are always JSON
	}
	goesOn := s.options.AllowErrors && canGoOn(err)
	if err == nil {
		err = result.Err()
		goesOn = s.options.AllowErrors
		if tagged {
			err = nil
		}
	}
	e.Took = time.Since(began)
	if err == nil {
		s.tell(e, Finished)
		return nil
	}
	e.Err = &Error{Number: e.Number, Total: e.Total, ID: cell.ID, Err: err}
	s.tell(e, Finished)
	if goesOn {
		return nil
	}
	return e.Err
}

// note takes the times that front ends record of a cell.
func note(timing map[string]string, m *protocol.Message) {
	switch content := m.Content.(type) {
	case *protocol.Status:
		timing["iopub.status."+content.ExecutionState] = stamp(time.Now())
	case *protocol.ExecuteInput:
		timing["iopub.execute_input"] = stamp(time.Now())
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func (s *Session) tell(e Event, kind EventKind) {
	if s.options.Progress != nil {
		e.Kind = kind
		s.options.Progress(e)
	}
}

// expect says that a cell begins, whose request has no place in cells yet.
func (s *Session) expect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = true
}

// register makes known where the output of a run goes that comes later. What an
// earlier run of the same cell prints has no place any more.
func (s *Session) register(request string, a *cellOutput) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(a.cell)
	s.cells[request] = a
	for _, m := range s.early {
		if m.Parent.MsgID == request {
			client.Record(s.recorder, a.area, m)
		}
	}
	s.early, s.running = nil, false
}

func (s *Session) forget(cell *nbformat.Cell) {
	for request, a := range s.cells {
		if a.cell == cell {
			delete(s.cells, request)
		}
	}
}

// late adds what a cell prints after its end; the client's reader calls it.
func (s *Session) late(m *protocol.Message) {
	if m.Parent == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.cells[m.Parent.MsgID]; a != nil {
		client.Record(s.recorder, a.area, m)
	} else if s.running {
		s.early = append(s.early, m)
	}
}

// Collect gives the cells what they have shown since they ended. Run and Close do
// it by themselves.
func (s *Session) Collect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.cells {
		a.cell.SetOutputs(a.area.Outputs())
	}
}

// Adopt puts a cell in the place of another, such as the same cell of a file
// that was read again: it gets the other's outputs and count, and what comes later.
func (s *Session) Adopt(from, to *nbformat.Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to.ExecutionCount = from.ExecutionCount
	to.SetOutputs(from.Outputs)
	for _, a := range s.cells {
		if a.cell == from {
			a.cell = to
		}
	}
}
