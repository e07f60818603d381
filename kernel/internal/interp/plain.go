package interp

import (
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/vm"
)

// plain notes the calls that a panic has passed in functions that package vm runs, and returns the value that
// it goes on with.
func (t *traces) plain(v any, frames []vm.Frame) any {
	tr := t.find(v)
	if tr == nil {
		tr = t.begin(v)
	}
	for _, f := range frames {
		if name, ok := spelled(f.Func); ok && f.Label != "" {
			tr.append(eval.Frame{Func: name, Label: f.Label, Line: f.Line, Column: f.Column})
		}
	}
	return tr.value
}
