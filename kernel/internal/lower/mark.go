package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// Positions at run time.
//
// The trace that the interpreter prints while a panic unwinds has, for each
// call, the position where the function's body starts and nothing nearer to the
// panic. So each function whose statements can panic has a marker: a package variable that
// is set to the statement's position before the statement runs (15 ns),
// which package rt knows by number. The body starts with such an assignment at a position whose file
// carries the number: "cell 3#17:2:1". rt.Where turns that, read from a trace, into the
// position that the marker holds. Calls of one function at a
// time on a stack thus have exact lines; of a recursive function's calls the
// innermost one has, and the outer ones show its line.

// marker is the position variable of one function or function literal.
type marker struct {
	id    int
	used  bool
	label string // file name of the function's positions
	start string // line:column of the body's first statement
}

// markName ends in underscores, as no name made of a user's does.
func markName(id int) string { return fmt.Sprintf("at__%d__", id) }

func (m *marker) name() string { return markName(m.id) }

// newMarker makes the marker of a function body; nil for library code.
func (p *fn) newMarker(body *ast.BlockStmt) *marker {
	if p.src.lib != "" {
		return nil
	}
	p.u.nextMark++
	pos := p.src.fset.Position(body.Pos())
	return &marker{id: p.u.nextMark, label: pos.Filename, start: fmt.Sprintf("%d:%d", pos.Line, pos.Column)}
}

// prologue is what a function body with a used marker starts with, and declares the marker.
func (p *fn) prologue(m *marker) string {
	if m == nil || !m.used {
		return ""
	}
	p.d.marks = append(p.d.marks, m.id)
	return fmt.Sprintf("/*line %s#%d:%s*/%s = 0\n/*line %s:%s*/", m.label, m.id, m.start, m.name(), m.label, m.start)
}

// markers declares the markers of the declaration's functions.
func (d *decl) markers() string {
	var b strings.Builder
	for _, id := range d.marks {
		n := markName(id)
		fmt.Fprintf(&b, "\nvar %s int\nvar %sr = %s(%d, &%s)", n, n, d.rt("Mark"), id, n)
	}
	return b.String()
}

// mark prints the position of a statement, and sets the marker when one of parts can panic.
func (p *fn) mark(at ast.Node, parts ...ast.Node) {
	p.u.at, p.u.atSrc = at.Pos(), p.src
	if p.src.lib != "" {
		return
	}
	pos := p.src.fset.Position(at.Pos())
	fmt.Fprintf(p.out, "/*line %s:%d:%d*/", pos.Filename, pos.Line, pos.Column)
	if p.marker == nil {
		return
	}
	for _, n := range parts {
		if p.canPanic(n) {
			p.marker.used = true
			fmt.Fprintf(p.out, "%s = %d; ", p.marker.name(), pos.Line<<10|min(pos.Column, 1023))
			return
		}
	}
}

// canPanic tells whether evaluating n can fail at run time, or call something that can.
func (p *fn) canPanic(n ast.Node) bool {
	if n == nil {
		return false
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.BlockStmt:
			return false
		case *ast.CallExpr:
			found = found || !p.harmless(n)
		case *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr, *ast.TypeAssertExpr, *ast.SendStmt, *ast.RangeStmt:
			found = true
		case *ast.SelectorExpr:
			if s := p.src.info.Selections[n]; s != nil && s.Indirect() {
				found = true
			}
		case *ast.BinaryExpr:
			found = found || p.binaryPanics(n)
		case *ast.AssignStmt:
			found = found || n.Tok == token.QUO_ASSIGN || n.Tok == token.REM_ASSIGN
		}
		return !found
	})
	return found
}

func (p *fn) binaryPanics(n *ast.BinaryExpr) bool {
	switch n.Op {
	case token.QUO, token.REM:
		return !p.isConst(n.Y)
	case token.EQL, token.NEQ:
		return types.IsInterface(p.typeOf(n.X)) || types.IsInterface(p.typeOf(n.Y))
	}
	return false
}

// harmless tells whether a call is a conversion or a built-in function that cannot fail.
func (p *fn) harmless(x *ast.CallExpr) bool {
	if p.src.info.Types[x.Fun].IsType() {
		return true
	}
	switch p.builtinOf(x.Fun) {
	case "len", "cap", "append", "copy", "min", "max", "real", "imag", "complex", "new", "delete", "clear", "recover":
		return true
	}
	return false
}
