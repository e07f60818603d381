package nbformat

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// Recorder collects the outputs of the cells of one notebook from what the
// kernel says. It knows the displays by their ids, since a cell can update
// what another cell shows. It and its areas may be used by several goroutines at
// once: cells that have ended can still print.
type Recorder struct {
	mu       sync.Mutex // guards the displays and every area
	displays map[string][]*Output
}

// NewRecorder returns a Recorder that knows no display.
func NewRecorder() *Recorder {
	return &Recorder{displays: map[string][]*Output{}}
}

// Area returns an empty list of outputs, for one run of one cell.
func (r *Recorder) Area() *Area {
	return &Area{recorder: r}
}

// Area is the outputs of one cell while it runs. Its methods are the messages
// of a kernel.
type Area struct {
	recorder *Recorder
	outputs  []*Output
	clear    bool // the next output replaces all

	// The text of the last output, when that is a stream: joining each piece to
	// Output.Text at once would copy the whole text for each message.
	stream *Output
	text   strings.Builder
}

// Outputs returns the outputs so far: copies, which what comes later does not
// change.
func (a *Area) Outputs() []*Output {
	defer a.lock()()
	a.flush()
	outputs := make([]*Output, len(a.outputs))
	for i, o := range a.outputs {
		c := *o
		outputs[i] = &c
	}
	return outputs
}

// lock locks the recorder and returns what unlocks it.
func (a *Area) lock() (unlock func()) {
	a.recorder.mu.Lock()
	return a.recorder.mu.Unlock
}

func (a *Area) flush() {
	if a.stream != nil {
		a.stream.Text = a.text.String()
	}
}

func (a *Area) add(o *Output) {
	a.prepare()
	a.flush()
	a.stream = nil
	a.outputs = append(a.outputs, o)
}

// prepare does what a clear_output with wait asked for.
func (a *Area) prepare() {
	if a.clear {
		a.empty()
	}
}

// Stream adds text; consecutive pieces of one stream are one output.
func (a *Area) Stream(name, text string) {
	defer a.lock()()
	a.prepare()
	if text == "" {
		return
	}
	if a.stream == nil || a.stream.Name != name {
		o := &Output{Type: Stream, Name: name}
		a.add(o)
		a.stream = o
		a.text = strings.Builder{}
	}
	a.text.WriteString(text)
}

// Display adds a display_data. A display with an id can be updated later.
func (a *Area) Display(data, metadata map[string]json.RawMessage, id string) {
	o := &Output{Type: DisplayData, Data: NewObject(data), Metadata: NewObject(metadata)}
	defer a.lock()()
	a.add(o)
	a.recorder.register(id, o)
}

// Result adds an execute_result.
func (a *Area) Result(count int, data, metadata map[string]json.RawMessage, id string) {
	o := &Output{Type: ExecuteResult, ExecutionCount: &count, Data: NewObject(data), Metadata: NewObject(metadata)}
	defer a.lock()()
	a.add(o)
	a.recorder.register(id, o)
}

// Error adds an error.
func (a *Area) Error(name, value string, traceback []string) {
	if traceback == nil {
		traceback = []string{}
	}
	defer a.lock()()
	a.add(&Output{Type: ErrorOutput, EName: name, EValue: value, Traceback: traceback})
}

// Clear removes all outputs, with wait when the next output comes.
func (a *Area) Clear(wait bool) {
	defer a.lock()()
	if wait {
		a.clear = true
		return
	}
	a.empty()
}

func (a *Area) empty() {
	a.clear = false
	a.flush()
	a.outputs, a.stream = nil, nil
}

// Update replaces what every display with that id shows, in whichever cell it
// stands. An unknown id is ignored, as front ends do.
func (r *Recorder) Update(id string, data, metadata map[string]json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.displays[id] {
		o.Data = NewObject(data)
		o.Metadata = NewObject(metadata)
	}
}

func (r *Recorder) register(id string, o *Output) {
	if id != "" {
		r.displays[id] = append(r.displays[id], o)
	}
}

// SetOutputs gives the cell the outputs of a new run. An output that says the
// same as the old one at its place stays the old one, with the file's own spelling:
// a run that changes nothing leaves the file's bytes alone, whoever wrote it.
func (c *Cell) SetOutputs(outputs []*Output) {
	merged := slices.Clone(outputs)
	for i, o := range merged {
		if i < len(c.Outputs) && sameOutput(c.Outputs[i], o) {
			merged[i] = c.Outputs[i]
		}
	}
	c.Outputs = merged
}

func sameOutput(a, b *Output) bool {
	return a.Type == b.Type && outputFields[a.Type] != nil &&
		a.Name == b.Name && a.Text == b.Text && sameCount(a.ExecutionCount, b.ExecutionCount) &&
		a.EName == b.EName && a.EValue == b.EValue && slices.Equal(a.Traceback, b.Traceback) &&
		sameObject(a.Data, b.Data, true) && sameObject(a.Metadata, b.Metadata, false)
}

// sameObject compares fields by name, whatever their order. Texts of a bundle
// may be cut into lines or not.
func sameObject(a, b *Object, bundle bool) bool {
	if a.Len() != b.Len() {
		return false
	}
	for _, f := range a.Fields() {
		if bundle {
			x, xok := a.Text(f.Name)
			y, yok := b.Text(f.Name)
			if xok && yok && x == y {
				continue
			}
		}
		other := b.Raw(f.Name)
		if other == nil || !sameJSON(f.Value, other) {
			return false
		}
	}
	return true
}
