package interp

import (
	"regexp"
	"strings"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/vm"
)

// literal finds what lowering puts behind the name of a function for a literal in it.
var literal = regexp.MustCompile(`__l\d+`)

// plain notes the calls that a panic has passed in functions that package vm runs, and returns the value that
// it goes on with.
func (t *traces) plain(v any, frames []vm.Frame) any {
	tr := t.find(v)
	if tr == nil || tr.recovered {
		tr = t.begin(v)
	}
	for _, f := range frames {
		f.Func = literal.ReplaceAllString(strings.TrimSuffix(f.Func, "__c"), ".func")
		tr.entry = strings.HasPrefix(f.Func, entryName+"__") && !strings.HasSuffix(f.Func, ".func")
		if name, ok := spelled(f.Func); ok && f.Label != "" {
			tr.append(eval.Frame{Func: name, Label: f.Label, Line: f.Line, Column: f.Column})
		}
	}
	return tr.value
}

// isEntry tells whether the call that the panic passes now is that of a cell's entry which ran the statement that
// it passed last.
func (tr *trace) isEntry() bool {
	was := tr.entry
	tr.entry = false
	return was
}
