package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// mark prints the position of a statement. The evaluator finds the place of a panic by it: the
// last mark before the statement that fails.
func (p *fn) mark(at ast.Node) {
	p.u.at, p.u.atSrc = at.Pos(), p.src
	if p.src.lib != "" {
		return
	}
	if !at.Pos().IsValid() { // nobody wrote it: the call of a program's main
		fmt.Fprint(p.out, "/*line iyagi.go:1:1*/")
		return
	}
	pos := p.src.fset.Position(at.Pos())
	fmt.Fprintf(p.out, "/*line %s:%d:%d*/", pos.Filename, pos.Line, pos.Column)
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
