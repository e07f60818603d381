package eval

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"iyagi/kernel/internal/childproc"
)

// Crash holds back text of descriptor 2 that may be the last words of
// the Go runtime: when the evaluator ends they become the error and not
// hundreds of lines of output; when it lives on they are text like any other.
type Crash struct {
	held    []byte
	since   time.Time   // when the first of it came
	midline bool        // the last byte delivered was not the end of a line
	final   atomic.Bool // the evaluator has ended: nothing is released any more
}

// QuietCrash is the environment that keeps the Go runtime of an evaluator or a
// worker from describing each goroutine when it dies: the interpreter's own
// calls, which are all that stands there, tell a reader nothing, and after a
// stack overflow they take seconds to find. Who looks for a defect of ours sets
// GOTRACEBACK.
func QuietCrash() []string {
	if os.Getenv(tracebackVariable) != "" {
		return nil
	}
	return []string{tracebackVariable + "=none"}
}

const tracebackVariable = "GOTRACEBACK" // package runtime

// maxCrash is more than a dump of a thousand goroutines.
const maxCrash = 4 << 20

var crashStart = [][]byte{
	[]byte("fatal error: "), []byte("panic: "), []byte("runtime: "), []byte("unexpected fault address "),
	[]byte("SIGSEGV: "), []byte("SIGBUS: "), []byte("SIGQUIT: "), []byte("SIGABRT: "), []byte("SIGILL: "), []byte("SIGFPE: "), []byte("SIGTRAP: "),
}

// Final says that the process has ended: what is held is its last words.
func (c *Crash) Final() { c.final.Store(true) }

// longestHeld bounds how long text is held when more and more follows it.
const longestHeld = 5 * time.Second

// Patience is how long text is to be held while nothing follows it; 0 when none
// is held, or the process has ended. A program may well print "panic: " and
// live on. The runtime's other words are rarer, and it takes a second to find
// its way through a large stack.
func (c *Crash) Patience() time.Duration {
	if len(c.held) == 0 || c.final.Load() {
		return 0
	}
	d := 3 * time.Second
	if bytes.HasPrefix(c.held, []byte("panic: ")) {
		d = 200 * time.Millisecond
	}
	return max(min(d, longestHeld-time.Since(c.since)), 1)
}

// Hold takes text in and returns what can be delivered.
func (c *Crash) Hold(p []byte) []byte {
	if len(p) == 0 {
		return nil
	}
	if len(c.held) > 0 {
		c.held = append(c.held, p...)
		if len(c.held) < maxCrash {
			return nil
		}
		return c.Release()
	}
	i := c.start(p)
	if i < len(p) {
		c.since = time.Now()
		c.held = append(c.held, p[i:]...)
	}
	if i > 0 {
		c.midline = p[i-1] != '\n'
	}
	return p[:i]
}

// start is the index in p of the first line that begins as the runtime's last
// words do, or may when more follows; len(p) if there is none.
func (c *Crash) start(p []byte) int {
	at := 0
	if c.midline {
		at = bytes.IndexByte(p, '\n') + 1
		if at == 0 {
			return len(p)
		}
	}
	for at < len(p) {
		for _, s := range crashStart {
			if n := min(len(s), len(p)-at); bytes.Equal(p[at:at+n], s[:n]) {
				return at
			}
		}
		next := bytes.IndexByte(p[at:], '\n')
		if next < 0 {
			return len(p)
		}
		at += next + 1
	}
	return len(p)
}

// Release gives back what is held.
func (c *Crash) Release() []byte {
	p := c.held
	c.held = nil
	if len(p) > 0 {
		c.midline = p[len(p)-1] != '\n'
	}
	return p
}

// Obituary says why a process that ran code of cells ended. crash is what its
// Crash held.
func Obituary(s childproc.State, crash []byte) *Error {
	e := &Error{Name: "fatal", Frames: frames(crash)}
	words := lastWords(crash)
	switch {
	case words != "":
		e.Value = words
	case s.Err != nil:
		e.Value = fmt.Sprintf("the process is gone: %v", s.Err)
	case s.Signal == "killed":
		e.Value = "signal: killed (by another program, or by the system for want of memory)"
	case s.Signal != "":
		e.Value = "signal: " + s.Signal
	default:
		e.Value = fmt.Sprintf("exit status %d", s.Code)
	}
	return e
}

// lastWords finds the runtime's own sentence in its dump.
func lastWords(crash []byte) string {
	var fatal, first, limit string
	for line := range strings.Lines(string(crash)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "goroutine ") && first+fatal != "":
			return sentence(fatal, first, limit)
		case strings.HasPrefix(line, "runtime: goroutine stack exceeds "):
			limit = strings.TrimPrefix(line, "runtime: ")
		case strings.HasPrefix(line, "fatal error: ") && fatal == "":
			fatal = line
		case strings.HasPrefix(line, "runtime: "), line == "":
		case first == "":
			first = line
		case strings.HasPrefix(line, "panic: "):
			first = line // the last of nested panics is the one that nobody recovered
		}
	}
	return sentence(fatal, first, limit)
}

func sentence(fatal, first, limit string) string {
	switch {
	case fatal != "" && limit != "":
		return fatal + " (" + limit + ")"
	case fatal != "":
		return fatal
	}
	first, _, _ = strings.Cut(first, " [recovered") // "… [recovered, repanicked]"
	return first
}

// traceLine is a line of the interpreter about one call that a panic passed.
var traceLine = regexp.MustCompile(`(?m)^(.+?):(\d+):(\d+): panic: (?:main\.)?([^\s(]+)\(\.\.\.\)$`)

// frames are the calls of cells that the text tells of.
func frames(text []byte) []Frame {
	var out []Frame
	for _, m := range traceLine.FindAllSubmatch(text, -1) {
		line, _ := strconv.Atoi(string(m[2]))
		column, _ := strconv.Atoi(string(m[3]))
		out = append(out, Frame{Func: string(m[4]), Label: string(m[1]), Line: line, Column: column})
	}
	return out
}
