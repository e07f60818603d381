package nbformat

import (
	"fmt"
	"strings"
)

// Error is one thing that is wrong with a notebook file.
type Error struct {
	File   string // empty when the bytes did not come from a file
	Line   int    // from 1; 0 when the fault has no single line
	Cell   int    // from 1, counting all cells; 0: the notebook as a whole
	ID     string // the cell's id, when it has one
	Reason string
	Err    error // the cause, if another package found it
}

// Error says file, cell and reason: `lesson.ipynb: cell 3 (id "f00"): "source" is a number, not a text`.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
		}
		b.WriteString(": ")
	} else if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Cell > 0 {
		fmt.Fprintf(&b, "cell %d", e.Cell)
		if e.ID != "" {
			fmt.Fprintf(&b, " (id %q)", e.ID)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrorList is what [Notebook.Validate] found, in the order of the file.
type ErrorList []*Error

// Error has a line for each error.
func (l ErrorList) Error() string {
	s := make([]string, len(l))
	for i, e := range l {
		s[i] = e.Error()
	}
	return strings.Join(s, "\n")
}

// Unwrap returns the errors.
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}
