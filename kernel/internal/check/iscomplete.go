package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// The answers of IsComplete, as Jupyter's is_complete_reply spells them.
const (
	Complete   = "complete"
	Incomplete = "incomplete"
	Invalid    = "invalid"
)

// IsComplete tells a console whether the text is ready to run, needs more
// lines, or has an error that no more text can mend. The indent is what the
// next line of incomplete text starts with.
func (s *Session) IsComplete(src string) (status, indent string) {
	x := parse(Cell{Source: src}, 1, parser.SkipObjectResolution, false)
	l := x.layout
	for _, c := range l.chunks {
		if c.kind == command && c.command.Open {
			return Incomplete, ""
		}
	}
	indent = strings.Repeat("\t", l.depth)
	for _, e := range l.errors {
		if strings.HasPrefix(e.Msg, "comment not terminated") || strings.HasPrefix(e.Msg, "raw string literal not terminated") {
			return Incomplete, ""
		}
		return Invalid, ""
	}
	for _, e := range x.errors {
		if e.Pos.Offset < l.last.end {
			return Invalid, ""
		}
	}
	if len(x.errors) > 0 || l.depth > 0 {
		return Incomplete, indent
	}
	for _, d := range x.decls.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Body == nil {
			return Incomplete, indent
		}
	}
	if l.last.tok == token.COLON { // a label without its statement
		return Incomplete, indent
	}
	return Complete, ""
}
