package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Positions at run time.
//
// The trace that the interpreter prints while a panic unwinds has, for each
// call, the position where the function's body starts and nothing nearer to the
// panic. So each function whose statements can panic has a marker: a package variable that
// is set to the statement's position before the statement runs (15 ns),
// which package rt knows by number. The body starts at a position whose file
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

// prologue returns a function's body, of statements before its own ones and these, so that it starts where
// the marker's number stands if that is used, and declares the marker. What refers to a package must not
// stand there: the interpreter finds imports by the name of the file.
func (p *fn) prologue(m *marker, before string, list []ast.Stmt, text string) string {
	if m == nil || !m.used {
		return before + text
	}
	p.d.marks = append(p.d.marks, m.id)
	plain, numbered := "/*line "+m.label+":", fmt.Sprintf("/*line %s#%d:", m.label, m.id)
	if before == "" && startsHere(list) && strings.HasPrefix(text, plain) {
		at, rest, _ := strings.Cut(text[len(plain):], "*/")
		if set, after, ok := strings.Cut(rest, "; "); ok && strings.HasPrefix(set, m.name()+" = ") {
			return numbered + at + "*/" + set + "\n" + plain + at + "*/" + after
		}
		if first, _, _ := strings.Cut(rest, "/*line "); !strings.Contains(first, "__.") {
			return numbered + at + "*/" + rest
		}
	}
	return fmt.Sprintf("%s%s*/%s = 0\n%s%s*/%s", numbered, m.start, m.name(), plain, m.start, before+text)
}

// startsHere tells whether the first of some statements runs first itself, not a statement inside it.
func startsHere(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[0].(type) {
	case *ast.AssignStmt, *ast.ExprStmt, *ast.IncDecStmt, *ast.IfStmt, *ast.ReturnStmt:
		return true
	case *ast.ForStmt:
		return s.Init != nil
	}
	return false
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
	if s := p.onlyMark(at); s != nil {
		if s != p.hoisted {
			p.setMark(s)
		}
		p.hoisted = s
		return
	}
	if at != p.hoisted && p.anyPanics(parts) {
		p.setMark(at)
	}
}

func (p *fn) setMark(at ast.Node) {
	pos := p.src.fset.Position(at.Pos())
	p.marker.used = true
	fmt.Fprintf(p.out, "%s = %d; ", p.marker.name(), pos.Line<<10|min(pos.Column, 1023))
}

func (p *fn) anyPanics(parts []ast.Node) bool {
	return slices.ContainsFunc(parts, p.canPanic)
}

// onlyMark is the one statement of a loop that must be marked, when there is no other: then its mark is set
// before the loop. A call could run the same function and leave another mark.
func (p *fn) onlyMark(at ast.Node) ast.Node {
	switch at.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
	default:
		return nil
	}
	var found []ast.Node
	calls := false
	ast.Inspect(at, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			calls = true
		case *ast.CallExpr:
			calls = calls || !p.harmless(n)
		case *ast.RangeStmt:
			calls = calls || isFuncType(p.typeOf(n.X))
		}
		if s, ok := n.(ast.Stmt); ok && !isContainer(s) && p.anyPanics(header(s)) {
			found = append(found, s)
		}
		return !calls && len(found) < 2
	})
	if calls || len(found) != 1 || found[0] == at {
		return nil
	}
	return found[0]
}

// isContainer tells whether a statement is nothing but the statements in it.
func isContainer(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.BlockStmt, *ast.LabeledStmt, *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
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
		case *ast.IndexExpr:
			found = found || p.indexPanics(n)
		case *ast.SliceExpr, *ast.StarExpr, *ast.TypeAssertExpr, *ast.SendStmt:
			found = true
		case *ast.RangeStmt:
			switch p.typeOf(n.X).Underlying().(type) {
			case *types.Pointer, *types.Signature:
				found = true
			}
		case *ast.IncDecStmt:
			found = found || p.isMapElement(n.X)
		case *ast.SelectorExpr:
			if s := p.src.info.Selections[n]; s != nil && s.Indirect() {
				found = true
			}
		case *ast.BinaryExpr:
			found = found || p.binaryPanics(n)
		case *ast.AssignStmt:
			found = found || n.Tok == token.QUO_ASSIGN || n.Tok == token.REM_ASSIGN || slices.ContainsFunc(n.Lhs, p.isMapElement)
		}
		return !found
	})
	return found
}

// indexPanics tells whether reading an element can fail: of a map when the key may be one that has no hash.
func (p *fn) indexPanics(n *ast.IndexExpr) bool {
	switch t := p.typeOf(n.X).Underlying().(type) {
	case *types.Map:
		_, basic := t.Key().Underlying().(*types.Basic)
		return !basic
	case *types.Array:
		return !p.isConst(n.Index)
	}
	return true
}

// isMapElement tells whether x is an element of a map, which may be nil.
func (p *fn) isMapElement(x ast.Expr) bool {
	i, ok := ast.Unparen(x).(*ast.IndexExpr)
	if !ok {
		return false
	}
	_, ok = p.typeOf(i.X).Underlying().(*types.Map)
	return ok
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
