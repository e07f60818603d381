package session

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/time/rate"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// Text is published at once when none was for gatherFor, and gathered for as
// long, or up to gatherBytes, otherwise: the first line of a cell is not
// delayed, and 100,000 lines become a few dozen messages instead of as many.
const (
	gatherFor   = 20 * time.Millisecond
	gatherBytes = 64 << 10
)

// jupyter_server drops a client's iopub messages for a while once more than
// 1000 a second have come, on average over 3 s. A burst of 1000 and 600 a
// second afterwards stay below it at any time (2800 in 3 s); a cell that would
// send more waits. The server counts anew when the kernel is idle, so each cell
// has a limit of its own.
const (
	burst  = 1000
	refill = 600
)

// keptOutputs is for how many of the last cells the parent is kept, for what
// their goroutines print later.
const keptOutputs = 1000

// output is what one cell shows. Its methods may be called from any goroutine;
// each holds the lock until its messages are published, so that a slow
// subscriber slows the cell down instead of filling memory.
type output struct {
	pub    *publisher
	parent *protocol.Message
	silent bool // nothing is published
	limit  *rate.Limiter

	mu      sync.Mutex // guards what follows
	pending []piece    // in order
	size    int        // bytes of text in pending
	cut     map[string][]byte
	flushed time.Time // when something was last published
	timer   *time.Timer
	armed   bool
}

// piece is text of one stream, or the newest state of an updated display.
type piece struct {
	stream string
	text   []byte
	update *protocol.UpdateDisplayData
}

func newOutput(pub *publisher, parent *protocol.Message, silent bool) *output {
	return &output{pub: pub, parent: parent, silent: silent, limit: rate.NewLimiter(refill, burst), cut: map[string][]byte{}}
}

// write adds text to a stream.
func (o *output) write(stream string, text []byte) {
	if o.silent || len(text) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.pending); n > 0 && o.pending[n-1].stream == stream {
		o.pending[n-1].text = append(o.pending[n-1].text, text...)
	} else {
		o.pending = append(o.pending, piece{stream: stream, text: append([]byte(nil), text...)})
	}
	o.size += len(text)
	o.schedule()
}

// update replaces what is shown under a display ID. Of several updates that
// wait, only the last is sent, in the place of the first: it looks the same.
func (o *output) update(u *protocol.UpdateDisplayData) {
	if o.silent {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, p := range o.pending {
		if p.update != nil && p.update.Transient.DisplayID == u.Transient.DisplayID {
			o.pending[i].update = u
			return
		}
	}
	o.pending = append(o.pending, piece{update: u})
	o.schedule()
}

// publish sends a message behind all that waits.
func (o *output) publish(kind string, content any, extra ...option) {
	if o.silent {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.send(kind, content, extra...)
}

// sync sends what waits.
func (o *output) sync() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
}

// send publishes a message, as soon as the limit allows. It needs o.mu.
func (o *output) send(kind string, content any, extra ...option) {
	// Without a deadline, and for a single message, the wait cannot fail.
	_ = o.limit.Wait(context.Background())
	o.pub.publish(kind, o.parent, content, extra...)
}

// finish sends all that waits, a character that was never completed too.
func (o *output) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	for _, stream := range []string{"stdout", "stderr"} {
		if rest := o.cut[stream]; len(rest) > 0 {
			delete(o.cut, stream)
			o.send("stream", &protocol.Stream{Name: stream, Text: text(rest)})
		}
	}
}

// schedule sends what waits now, or sees to it that the timer will. It needs o.mu.
func (o *output) schedule() {
	wait := gatherFor - time.Since(o.flushed)
	if o.size >= gatherBytes || wait <= 0 {
		o.flush()
		return
	}
	if o.armed {
		return
	}
	o.armed = true
	if o.timer == nil {
		o.timer = time.AfterFunc(wait, o.expire)
	} else {
		o.timer.Reset(wait)
	}
}

// expire runs when the timer fires.
func (o *output) expire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.armed {
		o.flush()
	}
}

// flush publishes what waits, up to the last whole character of each stream.
// It needs o.mu.
func (o *output) flush() {
	if o.armed {
		o.armed = false
		o.timer.Stop()
	}
	if len(o.pending) == 0 {
		return
	}
	for _, p := range o.pending {
		if p.update != nil {
			o.send("update_display_data", p.update)
			continue
		}
		if rest := o.cut[p.stream]; len(rest) > 0 {
			p.text = append(rest, p.text...)
		}
		whole := wholeRunes(p.text)
		if rest := p.text[whole:]; len(rest) > 0 {
			o.cut[p.stream] = append([]byte(nil), rest...)
		} else {
			delete(o.cut, p.stream)
		}
		if whole > 0 {
			o.send("stream", &protocol.Stream{Name: p.stream, Text: text(p.text[:whole])})
		}
	}
	o.pending, o.size, o.flushed = nil, 0, time.Now()
}

// wholeRunes is the length of b without a character that its end cuts off. A
// pipe hands over bytes, and JSON would turn each half into U+FFFD.
func wholeRunes(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}

// text is b as JSON can hold it. It keeps b, which nobody changes afterwards:
// the copy of a picture of 50 MB would cost as much as its way through the pipe.
func text(b []byte) string {
	if utf8.Valid(b) {
		return unsafe.String(unsafe.SliceData(b), len(b))
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// outputs finds the output of a cell by the ID of its Run.
type outputs struct {
	mu    sync.Mutex
	byID  map[int]*output
	order []int // oldest first
}

func (s *outputs) add(id int, o *output) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[int]*output{}
	}
	s.byID[id] = o
	s.order = append(s.order, id)
	if len(s.order) > keptOutputs {
		delete(s.byID, s.order[0])
		s.order = s.order[1:]
	}
}

// find returns the output of a cell, or the newest one's if it is unknown or
// too old; nil before the first cell.
func (s *outputs) find(id int) *output {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.byID[id]; o != nil {
		return o
	}
	if n := len(s.order); n > 0 {
		return s.byID[s.order[n-1]]
	}
	return nil
}

// bundle turns a value into the data and metadata of a message.
func bundle(b eval.Bundle) (data, metadata map[string]any) {
	data = make(map[string]any, len(b.Data))
	for mime, value := range b.Data {
		if isJSON(mime) && json.Valid(value) {
			data[mime] = json.RawMessage(value)
		} else {
			data[mime] = text(value)
		}
	}
	metadata = make(map[string]any, len(b.Metadata))
	for key, value := range b.Metadata {
		if json.Valid(value) {
			metadata[key] = json.RawMessage(value)
		} else {
			metadata[key] = text(value)
		}
	}
	return data, metadata
}

// isJSON tells whether a value of the type stands in a message as JSON itself,
// by the rule of the notebook format (nbformat.v4 schema, mimebundle).
func isJSON(mime string) bool {
	sub, ok := strings.CutPrefix(mime, "application/")
	return ok && (sub == "json" || strings.HasSuffix(sub, "+json"))
}

// emit shows one event of a cell.
func (s *Session) emit(o *output, count int, e eval.Output) {
	switch {
	case e.Stream != nil:
		o.write(e.Stream.Name, e.Stream.Text)
	case e.Display != nil:
		data, metadata := bundle(e.Display.Bundle)
		d := protocol.DisplayData{Data: data, Metadata: metadata, Transient: protocol.Transient{DisplayID: e.Display.ID}}
		if e.Display.Update {
			u := protocol.UpdateDisplayData(d)
			o.update(&u)
		} else {
			o.publish("display_data", &d)
		}
	case e.Result != nil:
		data, metadata := bundle(*e.Result)
		o.publish("execute_result", &protocol.ExecuteResult{ExecutionCount: count, Data: data, Metadata: metadata})
	case e.Clear != nil:
		o.publish("clear_output", &protocol.ClearOutput{Wait: e.Clear.Wait})
	case e.Comm != nil:
		s.comms.sent(e.Comm)
		s.publishComm(o, e.Comm)
	}
}

// background shows what a goroutine of an earlier cell does, under that cell.
func (s *Session) background(id int, e eval.Output) {
	o := s.outs.find(id)
	if o == nil {
		s.log.Warn("output without a cell", "id", id)
		return
	}
	if e.Result != nil {
		e = eval.Output{Display: &eval.Display{Bundle: *e.Result}}
	}
	s.emit(o, 0, e)
}
