package interp

import (
	"bytes"
	"regexp"
	"runtime"
	"strings"
	"time"

	"iyagi/kernel/internal/eval"
)

// A cell that waits for what never comes.
//
// Go ends a program when all of its goroutines are asleep and no timer runs. In the evaluator goroutines
// of its own always wait for something, and timers cannot be asked for. So it is certain that nothing wakes a cell when
//   - no code of the session so far has been able to start a timer or anything else that calls back (see harmless), and
//   - each goroutine of a cell sleeps in an operation of a channel or of package sync that interpreted code has called, and
//     there is none of which it is not known whose it is.
//
// Code that could not be judged so is left alone: it waits until it is interrupted.

// firstLook is how long a cell runs before its goroutines are looked at; then twice as long each time,
// since all goroutines stop meanwhile.
const firstLook = time.Second

// harmless are the packages that start no timers and no goroutines, and call nothing back later, but for what alarming finds.
var harmless = map[string]bool{
	"bufio": true, "bytes": true, "cmp": true, "container/heap": true, "container/list": true, "container/ring": true, "context": true,
	"encoding/json": true, "errors": true, "fmt": true, "io": true, "iter": true, "log": true, "maps": true, "math": true, "math/big": true,
	"math/bits": true, "math/cmplx": true, "math/rand": true, "math/rand/v2": true, "os": true, "reflect": true, "regexp": true, "runtime": true,
	"slices": true, "sort": true, "strconv": true, "strings": true, "sync": true, "sync/atomic": true, "text/tabwriter": true, "time": true,
	"unicode": true, "unicode/utf16": true, "unicode/utf8": true, "unsafe": true,
	eval.TypesPath: true, "iyagi/kernel/internal/rt": true, "iyagi/kernel/internal/vm": true,
}

// alarming finds what starts timers or calls back later in harmless packages.
var alarming = regexp.MustCompile(`\btime__\.(After|AfterFunc|NewTimer|NewTicker|Tick)\b|\bcontext__\.With(Timeout|Deadline)|\bruntime__\.(SetFinalizer|AddCleanup)\b`)

// alarms tells whether a declaration can make something wake a goroutine later.
func alarms(d *eval.Decl) bool {
	for _, i := range d.Imports {
		if !harmless[i.Path] {
			return true
		}
	}
	return alarming.MatchString(d.Source)
}

// asleep are the states of goroutines that only other goroutines can end.
var asleep = map[string]bool{
	"chan receive": true, "chan receive (nil chan)": true, "chan send": true, "chan send (nil chan)": true, "select": true, "select (no cases)": true,
	"semacquire": true, "sync.Mutex.Lock": true, "sync.RWMutex.Lock": true, "sync.RWMutex.RLock": true, "sync.WaitGroup.Wait": true, "sync.Cond.Wait": true,
}

// deadlock looks at all goroutines. When none of a cell's can go on, it returns the state of the running cell's own, whose
// number is given.
func deadlock(own int64) (state string, ok bool) {
	buf := make([]byte, 64<<10)
	n := runtime.Stack(buf, true)
	for n == len(buf) {
		if len(buf) >= 16<<20 {
			return "", false
		}
		buf = make([]byte, 4*len(buf))
		n = runtime.Stack(buf, true)
	}
	found := false
	for dump := range bytes.SplitSeq(buf[:n], []byte("\n\n")) {
		g := readGoroutine(string(dump))
		if g.own() {
			continue
		}
		if !g.sleeps() {
			return "", false
		}
		if g.id == own {
			state, found = g.operation(), true
		}
	}
	return state, found
}

// vmPrefix begins the names of functions of the register machine, which runs code of cells as yaegi does.
const vmPrefix = "iyagi/kernel/internal/vm."

// goroutine is one of a dump: its number, its state, its calls, the innermost first, and what started it.
type goroutine struct {
	id      int64
	state   string
	calls   []string
	creator string
}

func readGoroutine(dump string) (g goroutine) {
	head, rest, _ := strings.Cut(dump, "\n")
	g.id = number([]byte(head))
	if _, state, ok := strings.Cut(head, "["); ok {
		state, _, _ = strings.Cut(state, "]")
		g.state, _, _ = strings.Cut(state, ",")
	}
	for line := range strings.Lines(rest) {
		if creator, ok := strings.CutPrefix(line, "created by "); ok {
			g.creator = creator
		} else if !strings.HasPrefix(line, "\t") {
			g.calls = append(g.calls, line)
		}
	}
	return g
}

func (g *goroutine) contains(prefix string) bool {
	for _, c := range g.calls {
		if strings.HasPrefix(c, prefix) {
			return true
		}
	}
	return false
}

// own tells whether a goroutine is the evaluator's own and runs no code of a cell.
func (g *goroutine) own() bool {
	if g.contains(yaegiPrefix) || g.contains(vmPrefix) || strings.HasPrefix(g.creator, "iyagi/kernel/internal/rt.") {
		return false
	}
	return strings.HasPrefix(g.creator, "iyagi/kernel/") || strings.HasPrefix(g.creator, "os/signal.") || g.contains("iyagi/kernel/internal/interp.EvaluatorMain(")
}

// sleeps tells whether interpreted code has called what the goroutine waits for, and only another goroutine can end that.
func (g *goroutine) sleeps() bool {
	if !asleep[g.state] {
		return false
	}
	for _, c := range g.calls {
		switch {
		case strings.HasPrefix(c, yaegiPrefix), strings.HasPrefix(c, vmPrefix):
			return true
		case strings.HasPrefix(c, "iyagi/kernel/internal/rt.Select("):
		case strings.HasPrefix(c, "reflect."), strings.HasPrefix(c, "sync."), strings.HasPrefix(c, "internal/sync."), strings.HasPrefix(c, "runtime."):
		default:
			return false
		}
	}
	return false
}

// operation is the state as a compiled program has it: the interpreter's operations of channels are selects.
func (g *goroutine) operation() string {
	for _, c := range g.calls {
		name, ok := strings.CutPrefix(c, yaegiPrefix)
		switch {
		case strings.HasPrefix(c, "iyagi/kernel/internal/rt.Select("):
			return g.state
		case strings.HasPrefix(name, "recv"), strings.HasPrefix(name, "rangeChan"):
			return "chan receive"
		case strings.HasPrefix(name, "send"):
			return "chan send"
		case ok:
			return g.state
		}
	}
	return g.state
}
