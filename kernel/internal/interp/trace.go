package interp

import (
	"bytes"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/vm"
)

// traces collects the calls that panics pass (see watch). It is also what yaegi
// has as its error stream, on which it tells of each call in words of its own; those
// are dropped, and everything else goes on to the stream: yaegi's log package prints
// there too.
//
// A panic is known by its value, by the words of the interface that holds it: while it goes
// through yaegi, the library and the runtime they stay the same. (The number of a
// goroutine can only be had by walking all of its stack.)
type traces struct {
	next    io.Writer
	mu      sync.Mutex // guards what follows
	byValue map[words]*trace
	newest  []words // the keys, oldest first
}

// words are those of an interface value: its type and its data.
type words [2]unsafe.Pointer

func wordsOf(v any) words { return *(*words)(unsafe.Pointer(&v)) }

// A trace is what is known of one panic.
type trace struct {
	value     any
	goroutine int64
	frames    []eval.Frame // innermost first, as many as are kept
	last      []eval.Frame // then the outermost ones, when there are more
	hidden    int          // calls between them
	recovered bool
	entry     bool // it has just passed a loop of a cell's own statements, see plain
	// earlier is the panic that the deferred call, in which this one began, was made for;
	// within is how many calls are between.
	earlier *trace
	within  int
}

// add adds a call. Those that an earlier panic has passed follow the deferred call.
func (tr *trace) add(f eval.Frame, known bool) {
	if known {
		tr.append(f)
	}
	if tr.within--; tr.within == 0 && tr.earlier != nil {
		for _, f := range tr.earlier.all() {
			tr.append(f)
		}
	}
}

func (tr *trace) append(f eval.Frame) {
	list := &tr.frames
	if len(tr.last) > 0 {
		list = &tr.last
	}
	if n := len(*list); n > 0 {
		if l := (*list)[n-1]; l.Label == f.Label && l.Line == f.Line && l.Column == f.Column && l.Func == f.Func {
			(*list)[n-1].Calls = max(l.Calls, 1) + max(f.Calls, 1)
			return
		}
	}
	if len(tr.frames) < maxFrames {
		tr.frames = append(tr.frames, f)
		return
	}
	if tr.last = append(tr.last, f); len(tr.last) > maxFrames {
		for _, f := range tr.last[:maxFrames/2] {
			tr.hidden += max(f.Calls, 1)
		}
		tr.last = slices.Delete(tr.last, 0, maxFrames/2)
	}
}

// all are the frames to show.
func (tr *trace) all() []eval.Frame {
	if tr.hidden == 0 {
		return slices.Concat(tr.frames, tr.last)
	}
	return slices.Concat(tr.frames, []eval.Frame{{Calls: tr.hidden}}, tr.last)
}

// text is what Go prints behind "panic: ".
func (tr *trace) text() string {
	if tr.earlier == nil {
		return rt.Text(tr.value)
	}
	text := tr.earlier.text()
	switch {
	case !tr.earlier.recovered:
		return text + "\n\tpanic: " + rt.Text(tr.value)
	case same(rt.Fix(tr.earlier.value), rt.Fix(tr.value)):
		return text + " [recovered, repanicked]"
	}
	return text + " [recovered]\n\tpanic: " + rt.Text(tr.value)
}

func same(a, b any) bool {
	t := reflect.TypeOf(a)
	defer func() { _ = recover() }() // a part of a value may be of a type that has no ==
	return t == reflect.TypeOf(b) && t != nil && t.Comparable() && a == b
}

const (
	// maxFrames of the innermost calls are kept and as many of the outermost, which is more than a person
	// reads; deep recursion would fill memory.
	maxFrames = 100
	// maxPanics bounds the panics kept: those that native code recovers are told to nobody.
	maxPanics = 100
)

func newTraces(next io.Writer) *traces {
	t := &traces{next: next, byValue: map[words]*trace{}}
	vm.SetPanicking(t.plain)
	return t
}

func (t *traces) Write(p []byte) (int, error) {
	if bytes.HasSuffix(p, []byte("(...)\n")) && fromYaegi() {
		return len(p), nil
	}
	return t.next.Write(p)
}

// find returns the trace of the panic with value v, nil if there is none.
func (t *traces) find(v any) *trace {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byValue[wordsOf(v)]
}

// begin starts the trace of a panic. The value that it goes on with is the trace's: no other panic has it.
func (t *traces) begin(v any) *trace {
	// The runtime has some errors once only.
	if r := reflect.ValueOf(v); r.Kind() != reflect.Pointer {
		c := reflect.New(r.Type()).Elem()
		c.Set(r)
		v = c.Interface()
	}
	tr, key := &trace{value: v, goroutine: goroutineID()}, wordsOf(v)
	within, deferred := deferredFor()
	t.mu.Lock()
	defer t.mu.Unlock()
	if deferred {
		for _, k := range slices.Backward(t.newest) {
			if e := t.byValue[k]; e.goroutine == tr.goroutine {
				tr.earlier, tr.within = e, within
				break
			}
		}
	}
	if len(t.newest) == maxPanics {
		delete(t.byValue, t.newest[0])
		t.newest = slices.Delete(t.newest, 0, 1)
	}
	t.byValue[key] = tr
	t.newest = append(t.newest, key)
	return tr
}

// recovered notes that the cell recovered the panic with value v.
func (t *traces) recovered(v any) {
	if tr := t.find(v); tr != nil {
		tr.recovered = true
	}
}

// take returns the trace of the panic with value v and forgets it.
func (t *traces) take(v any) *trace {
	if p, ok := v.(interp.Panic); ok {
		v = p.Value
	}
	key := wordsOf(v)
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.byValue[key]
	if tr != nil {
		delete(t.byValue, key)
		t.newest = slices.DeleteFunc(t.newest, func(k words) bool { return k == key })
	}
	return tr
}

// deferredFor tells whether the caller runs within a deferred call that yaegi makes
// while a panic is on its way, and how many interpreted calls there are between.
func deferredFor() (within int, ok bool) {
	var pcs [256]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	last := ""
	for more := n > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == yaegiLoop && last != yaegiRun:
			within++
		case f.Function == "runtime.gopanic" && last == yaegiRun:
			return within, true
		}
		last = f.Function
	}
	return 0, false
}

// goroutineID reads the number in the first line of the stack, "goroutine 7 [".
// That takes time with the depth of the stack.
func goroutineID() int64 {
	var buf [32]byte
	n := runtime.Stack(buf[:], false)
	return number(buf[:n])
}

// number is that of the goroutine whose stack begins with head.
func number(head []byte) int64 {
	fields := bytes.Fields(head)
	if len(fields) < 2 {
		return 0
	}
	id, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return id
}

// yaegiRun is the deferred function of yaegi's loop, which hands a panic on
// from a call to its caller, and tells of it.
const (
	yaegiRun    = "github.com/traefik/yaegi/interp.runCfg.func1"
	yaegiLoop   = "github.com/traefik/yaegi/interp.runCfg"
	yaegiPrefix = "github.com/traefik/yaegi/interp."
)

// fromYaegi tells whether yaegi itself called the caller's caller, and not
// interpreted code.
func fromYaegi() bool {
	var pcs [16]uintptr
	n := runtime.Callers(3, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	for more := n > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, yaegiPrefix) {
			return f.Function == yaegiRun
		}
	}
	return false
}

// spelled recovers the cell's own spelling of a lowered function's name:
// name__CELL, type__m__method__CELL, perhaps with _2 for a second of that name,
// and ".func" for each literal in it. It is empty for the statements of a cell,
// and ok is false for functions that nobody wrote.
func spelled(name string) (spelled string, ok bool) {
	base, literals, _ := strings.Cut(name, ".")
	if base == "" || base == "init" {
		return "", false
	}
	parts := strings.Split(base, "__")
	switch {
	case parts[0] == entryName && len(parts) == 2:
		base = ""
	case len(parts) > 3 && parts[1] == "m":
		base = parts[0] + "." + parts[2]
	default:
		base = parts[0]
	}
	if literals != "" && base != "" {
		base += "." + literals
	}
	return base, true
}

// entryName is what lowering calls the function that holds a cell's statements.
const entryName = "cell"
