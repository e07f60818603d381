package session

import (
	"errors"
	"fmt"
	"strings"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// failure is why a cell failed, as front ends show it. Its traceback reads as
// plain text too, once the colours are taken away.
type failure struct{ protocol.ErrorContent }

// Colours of a traceback. Front ends draw them in their theme's own shades.
// Red is never bold too: JupyterLab draws bold red in a darker shade, which
// cannot be read on a dark theme's background of errors.
const (
	red   = "\x1b[31m"
	bold  = "\x1b[1m"
	plain = "\x1b[0m"
)

// newFailure makes a failure whose traceback is its head and the given lines.
func newFailure(name, value string, lines ...string) *failure {
	head := strings.Split(name+": "+value, "\n")
	for i, l := range head {
		head[i] = red + l + plain
	}
	return &failure{protocol.ErrorContent{EName: name, EValue: value, Traceback: append(head, lines...)}}
}

func interrupted() *failure {
	return newFailure("interrupt", "the cell was interrupted before it began")
}

// compileFailure turns the language's error into a failure. An error that has
// no position is a defect of the language, whatever the cell.
func (s *Session) compileFailure(err error) *failure {
	var listed interface {
		error
		Traceback() []string
	}
	if !errors.As(err, &listed) {
		return newFailure("defect", err.Error(),
			"This is a defect of the kernel, not of the cell: another way to write the cell may help.")
	}
	value, _, _ := strings.Cut(listed.Error(), "\n")
	return &failure{protocol.ErrorContent{EName: "compile error", EValue: value, Traceback: listed.Traceback()}}
}

// runtimeFailure turns the evaluator's error into a failure. lost is not nil
// if the evaluator died.
func (s *Session) runtimeFailure(e *eval.Error, lost *loss) *failure {
	name, value := e.Name, e.Value
	if name == "fatal" {
		// The evaluator gives Go's last words: they tell a fatal error from a
		// panic, and from neither.
		name = "fatal error"
		for _, n := range []string{"fatal error", "panic"} {
			if v, ok := strings.CutPrefix(value, n+": "); ok {
				name, value = n, v
			}
		}
	}
	if name == "interrupt" && lost == nil {
		value = "the cell was interrupted; variables keep their values"
	}
	f := newFailure(name, value, s.sources.frames(e.Frames)...)
	if lost != nil {
		if len(e.Lost) > 0 {
			lost.variables = e.Lost
		}
		f.Traceback = append(f.Traceback, "", lost.sentence())
	}
	return f
}

// The frames of a deep recursion that are shown: the innermost and the outermost.
const (
	innerFrames = 10
	outerFrames = 5
)

// keptSources is of how many cells the source is kept, for the frames of errors.
const keptSources = 1000

// sources are the cells that frames may point into, by label. The worker
// alone uses it.
type sources struct {
	byLabel map[string][]string // lines
	order   []string
}

func (s *sources) add(c check.Cell) {
	if s.byLabel == nil {
		s.byLabel = map[string][]string{}
	}
	s.byLabel[c.Label] = strings.Split(c.Source, "\n")
	s.order = append(s.order, c.Label)
	if len(s.order) > keptSources {
		delete(s.byLabel, s.order[0])
		s.order = s.order[1:]
	}
}

// frames shows a stack, innermost call first, a blank line ahead of it. Calls
// in a row from the same place, as of a recursion, are shown once.
func (s *sources) frames(stack []eval.Frame) []string {
	type row struct {
		eval.Frame
		calls int
	}
	var rows []row
	for _, f := range stack {
		calls := max(f.Calls, 1)
		f.Calls = 0
		if n := len(rows); n > 0 && rows[n-1].Frame == f {
			rows[n-1].calls += calls
		} else {
			rows = append(rows, row{f, calls})
		}
	}
	var lines []string
	for i := 0; i < len(rows); i++ {
		if hidden := len(rows) - innerFrames - outerFrames; i == innerFrames && hidden > 1 {
			calls := 0
			for _, r := range rows[i : i+hidden] {
				calls += r.calls
			}
			lines = append(lines, "", fmt.Sprintf("… %d more calls …", calls))
			i += hidden
		}
		lines = append(lines, "")
		lines = append(lines, s.frame(rows[i].Frame)...)
		if n := rows[i].calls - 1; n > 0 {
			lines = append(lines, fmt.Sprintf("      … and %d more from here", n))
		}
	}
	return lines
}

// frame shows one call: where, and the line of the source with a caret.
func (s *sources) frame(f eval.Frame) []string {
	where := fmt.Sprintf("%s%s, line %d%s", bold, f.Label, f.Line, plain)
	if f.Func != "" {
		where += " in " + f.Func
	}
	lines := s.byLabel[f.Label]
	if f.Line < 1 || f.Line > len(lines) {
		return []string{where}
	}
	line := lines[f.Line-1]
	pointed := f.Column >= 1 && f.Column <= len(line)
	line, before := check.Excerpt(line, max(f.Column-1, 0))
	shown := []string{where, fmt.Sprintf("%5d | %s", f.Line, line)}
	if pointed {
		shown = append(shown, "      | "+check.Blank(line[:before])+red+"^"+plain)
	}
	return shown
}
