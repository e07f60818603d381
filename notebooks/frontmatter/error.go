package frontmatter

import (
	"fmt"
	"strings"
)

// Error is what is wrong with a front matter.
type Error struct {
	File   string // empty when the text did not come from a file
	Cell   int    // of a notebook, from 1; 0 in a text file
	ID     string // the cell's id, when it has one
	Line   int    // from 1, in the cell or in the text file; 0 when the fault has no single line
	Reason string
	Err    error // the cause, if the YAML parser found it
}

// Error says file, cell, line and reason: `lesson.ipynb: cell 1 (id "f00"), line 3: date: "soon" is no date, …`.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	switch {
	case e.Cell > 0:
		if e.File != "" {
			b.WriteString(": ")
		}
		fmt.Fprintf(&b, "cell %d", e.Cell)
		if e.ID != "" {
			fmt.Fprintf(&b, " (id %q)", e.ID)
		}
		if e.Line > 0 {
			fmt.Fprintf(&b, ", line %d", e.Line)
		}
	case e.Line > 0 && e.File != "":
		fmt.Fprintf(&b, ":%d", e.Line)
	case e.Line > 0:
		fmt.Fprintf(&b, "line %d", e.Line)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
