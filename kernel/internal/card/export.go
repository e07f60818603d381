package card

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
)

// traceEvent is an event of a trace as Chrome writes it ("Trace Event Format", JSON Object
// Format), which Perfetto (ui.perfetto.dev) and chrome://tracing open. Times are
// microseconds since the group began.
type traceEvent struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"` // X: a span of time, i: a moment, s and f: ends of an arrow, M: about a track
	At       float64        `json:"ts"`
	Duration *float64       `json:"dur,omitempty"`
	PID      int            `json:"pid"`
	TID      int            `json:"tid"`
	Scope    string         `json:"s,omitempty"` // of i; t: its thread
	ID       int            `json:"id,omitempty"`
	Binding  string         `json:"bp,omitempty"` // of f; e: the span around it
	Args     map[string]any `json:"args,omitempty"`
}

// everything are the limits of a view that leaves out no task.
var everything = limits{fold: math.MaxInt, tasks: math.MaxInt, head: 1, tail: 1, width: 100}

// Export writes what the tasks did to a file, as trace events that Perfetto
// (https://ui.perfetto.dev, "Open trace file") and chrome://tracing show: a track for each process and
// thread, with the times when it was on a core, and each line that it wrote.
//
//	g := process.Run(foo, bar)
//	g.Export("trace.json")
func (g *Group) Export(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = writeTrace(w, g.traceEvents())
	if e := w.Flush(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// writeTrace writes an event a line.
func writeTrace(w *bufio.Writer, events []traceEvent) error {
	w.WriteString(`{"displayTimeUnit":"ms","traceEvents":[`)
	for i := range events {
		b, err := json.Marshal(&events[i])
		if err != nil {
			return err
		}
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteByte('\n')
		w.Write(b)
	}
	_, err := w.WriteString("\n]}\n") // the first error stays with w
	return err
}

func (g *Group) traceEvents() []traceEvent {
	v := g.board.view(everything)
	parent := traceEvent{PID: v.parent, TID: v.parent}
	events := track(parent, "cell's process "+strconv.Itoa(v.parent), "the cell", 0)
	if v.kind == Thread {
		events = track(parent, "process "+strconv.Itoa(v.parent), "the cell", 0)
	}
	events = append(events, parent.span("group of "+strconv.Itoa(v.total)+" tasks", "parent", 0, v.elapsed, nil))
	last := time.Duration(0)
	for _, s := range v.waits {
		from, to := max(s.from, last), min(s.to, v.elapsed) // several goroutines may wait
		if to > from {
			events = append(events, parent.span("waits", "parent", from, to, nil))
			last = to
		}
	}
	at := make(map[int]traceEvent, len(v.rows)) // by index of the task
	for i := range v.rows {
		r := &v.rows[i]
		if r.PID == 0 {
			continue // it was never started
		}
		own := traceEvent{PID: r.PID, TID: r.TID}
		if own.TID == 0 {
			own.TID = r.PID
			if v.kind == Thread {
				own.TID = -i - 1 // unknown, but a track of its own
			}
		}
		at[r.Index] = own
		events = r.trace(events, own, parent, v)
	}
	for _, l := range g.Output() {
		if e, ok := at[l.Task]; ok {
			e.Name, e.Category, e.Phase, e.Scope = l.Stream+": "+clean(l.Text, 80), "output", "i", "t"
			e.At = micros(l.At)
			e.Args = map[string]any{"line": l.Seq, "text": clean(l.Text, 1000)}
			events = append(events, e)
		}
	}
	return events
}

// trace adds the events of one task.
func (r *row) trace(events []traceEvent, own, parent traceEvent, v *view) []traceEvent {
	name := r.letter + " " + r.title
	if v.kind == Process {
		events = append(events, track(own, fmt.Sprintf("%s (process %d)", name, r.PID), "main thread", r.Index)...)
	} else {
		events = append(events, own.about("thread_name", "name", fmt.Sprintf("%s (thread %d)", name, r.TID)), own.about("thread_sort_index", "sort_index", r.Index))
	}
	end := r.End
	if end == 0 {
		end = v.elapsed
	}
	args := map[string]any{"task": r.Index, "state": r.State, "exit_code": r.ExitCode, "cpu_ms": float64(r.CPU) / float64(time.Millisecond), "ppid": r.PPID}
	if r.Error != "" {
		args["error"] = r.Error
	}
	events = append(events, own.span(name, "task", r.Start, end, args))
	if r.ready > 0 && r.ready < end {
		events = append(events, own.span("starts up", "task", r.Start, r.ready, nil))
	}
	events = append(events, parent.arrow("s", r.Index, r.Start), own.arrow("f", r.Index, r.Start))
	for _, s := range r.spans {
		what, args := "on a core", map[string]any{"share": math.Round(s.share*100) / 100}
		if s.doing == readyTo {
			what, args = "waits for a core", nil
		} else if s.core >= 0 {
			what = "on core " + strconv.Itoa(s.core)
		}
		// Spans of one track must lie one within the other.
		from, to := max(s.from, r.Start), min(s.to, end)
		if r.ready > 0 && from < r.ready && to > r.ready {
			to = r.ready
		}
		if to > from {
			events = append(events, own.span(what, "cpu", from, to, args))
		}
	}
	return events
}

// track names a process and its thread.
func track(e traceEvent, process, thread string, order int) []traceEvent {
	return []traceEvent{
		e.about("process_name", "name", process), e.about("process_sort_index", "sort_index", order),
		e.about("thread_name", "name", thread), e.about("thread_sort_index", "sort_index", order),
	}
}

func (e traceEvent) about(what, key string, value any) traceEvent {
	e.Name, e.Phase, e.Args = what, "M", map[string]any{key: value}
	return e
}

func (e traceEvent) span(name, category string, from, to time.Duration, args map[string]any) traceEvent {
	d := micros(max(to-from, 0))
	e.Name, e.Category, e.Phase, e.At, e.Duration, e.Args = name, category, "X", micros(from), &d, args
	return e
}

// arrow is one end of the arrow from the parent to the start of a task.
func (e traceEvent) arrow(phase string, id int, at time.Duration) traceEvent {
	e.Name, e.Category, e.Phase, e.At, e.ID = "starts", "start", phase, micros(at), id
	if phase == "f" {
		e.Binding = "e"
	}
	return e
}

// micros are microseconds, to the nanosecond.
func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
