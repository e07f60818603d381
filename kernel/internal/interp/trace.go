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

var traceLine = regexp.MustCompile(`^(.+):(\d+):(\d+): panic: (\S*)\(\.\.\.\)\n$`)

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
	if m := traceLine.FindSubmatch(p); m != nil && len(tr.frames) < maxFrames {
		line, _ := strconv.Atoi(string(m[2]))
		column, _ := strconv.Atoi(string(m[3]))
		if fn := spelled(string(m[4])); fn != "" {
			tr.frames = append(tr.frames, eval.Frame{Func: fn, Label: string(m[1]), Line: line, Column: column})
		}
	}
	return len(p), nil
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
// name__CELL, type__m__method__CELL, with ".func" for each literal in it. It is
// empty for functions that lowering made and nobody wrote.
func spelled(lowered string) string {
	name := strings.TrimPrefix(lowered, "main")
	name = strings.TrimPrefix(name, ".")
	base, literals, _ := strings.Cut(name, ".")
	parts := strings.Split(base, "__")
	switch {
	case base == "" || base == "init":
		return ""
	case len(parts) >= 4 && parts[1] == "m":
		base = parts[0] + "." + parts[2]
	case len(parts) >= 2:
		base = parts[0]
	}
	if base == "" || base == entryName {
		base = "cell"
	}
	if literals != "" {
		return base + "." + literals
	}
	return base
}

// entryName is what lowering calls the function that holds a cell's statements.
const entryName = "entry"
