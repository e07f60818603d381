package interp

import (
	"bytes"
	"io"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
)

// traces collects the lines by which yaegi tells, on its error stream, of each
// call that a panic passes, recovered or not: "cell 3:12:3: panic:
// main.div__3(...)". Everything else goes on to the stream: yaegi's log
// package prints there too.
type traces struct {
	next io.Writer
	mu   sync.Mutex // guards byGoroutine
	// byGoroutine holds what a goroutine's panic has passed so far.
	byGoroutine map[int64]*trace
}

type trace struct {
	frames []eval.Frame
	depth  int // of panics within deferred calls when the last line was written
}

// maxFrames is more than a person reads; deep recursion would fill memory.
const maxFrames = 100

func newTraces(next io.Writer) *traces {
	return &traces{next: next, byGoroutine: map[int64]*trace{}}
}

var traceLine = regexp.MustCompile(`: panic: (\S*)\(\.\.\.\)\n$`)

func (t *traces) Write(p []byte) (int, error) {
	if !bytes.HasSuffix(p, []byte("(...)\n")) {
		return t.next.Write(p)
	}
	depth := panicDepth()
	if depth == 0 {
		return t.next.Write(p)
	}
	id := goroutineID()
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.byGoroutine[id]
	// A panic that passes a further call does so within the deferred call of the
	// one before. Without that the earlier panic was recovered.
	if tr == nil || depth <= tr.depth && depth < maxDepth {
		tr = &trace{}
		t.byGoroutine[id] = tr
	}
	tr.depth = depth
	if len(tr.frames) < maxFrames {
		if f, ok := frame(string(p)); ok {
			tr.frames = append(tr.frames, f)
		}
	}
	return len(p), nil
}

// frame reads a line of the trace. Calls of what lowering made, which have no
// place in a cell, are left out.
func frame(text string) (eval.Frame, bool) {
	m := traceLine.FindStringSubmatch(text)
	label, line, column, ok := rt.Where(text)
	if m == nil || !ok || label == fileName {
		return eval.Frame{}, false
	}
	name, ok := spelled(m[1])
	return eval.Frame{Func: name, Label: label, Line: line, Column: column}, ok
}

// take returns the frames of the calling goroutine's panic and forgets them.
func (t *traces) take() []eval.Frame {
	id := goroutineID()
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.byGoroutine[id]
	delete(t.byGoroutine, id)
	if tr == nil {
		return nil
	}
	return tr.frames
}

// yaegiRun is the function of yaegi whose deferred call writes the lines.
const yaegiRun = "github.com/traefik/yaegi/interp.runCfg.func1"

const maxDepth = 64

// panicDepth counts yaegi's deferred calls on the stack; 0 means that
// the line is not yaegi's. Beyond maxDepth it counts no further.
func panicDepth() int {
	var pcs [512]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	depth := 0
	for i := 0; ; i++ {
		f, more := frames.Next()
		if f.Function == yaegiRun {
			depth++
		} else if i > 4 && depth == 0 {
			return 0
		}
		if !more || depth == maxDepth {
			return depth
		}
	}
}

// goroutineID reads the number in the first line of the stack, "goroutine 7 [".
func goroutineID() int64 {
	var buf [32]byte
	n := runtime.Stack(buf[:], false)
	fields := bytes.Fields(buf[:n])
	if len(fields) < 2 {
		return 0
	}
	id, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return id
}

// spelled recovers the cell's own spelling of a lowered function's name:
// name__CELL, type__m__method__CELL, perhaps with _2 for a second of that name,
// and ".func" for each literal in it. It is empty for the statements of a cell,
// and ok is false for functions that nobody wrote.
func spelled(lowered string) (name string, ok bool) {
	name = strings.TrimPrefix(strings.TrimPrefix(lowered, "main"), ".")
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
