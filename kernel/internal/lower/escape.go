package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// escapes tells whether o is used by a function literal in body, or its
// address is taken there: then each iteration needs a variable of its own.
func (p *fn) escapes(o types.Object, body ast.Node) bool {
	found := false
	inLit := 0
	var walk func(n ast.Node) bool
	walk = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			inLit++
			ast.Inspect(n.Body, walk)
			inLit--
			return false
		case *ast.Ident:
			if inLit > 0 && p.src.info.Uses[n] == o {
				found = true
			}
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && p.rootIs(n.X, o)
		case *ast.SliceExpr:
			found = found || p.rootIs(n.X, o)
		case *ast.SelectorExpr:
			sel := p.src.info.Selections[n]
			found = found || sel != nil && sel.Kind() == types.MethodVal && p.rootIs(n.X, o)
		case *ast.GoStmt, *ast.DeferStmt:
			found = found || p.mentions(n, o)
		case *ast.RangeStmt: // its body may become a function
			if isFuncType(p.typeOf(n.X)) && p.mentions(n.Body, o) {
				found = true
			}
		}
		return !found
	}
	ast.Inspect(body, walk)
	return found
}

// mentions tells whether o is used in n.
func (p *fn) mentions(n ast.Node, o types.Object) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && p.src.info.Uses[id] == o {
			found = true
		}
		return !found
	})
	return found
}

// rootIs tells whether x is o or a part of it.
func (p *fn) rootIs(x ast.Expr, o types.Object) bool {
	for {
		switch y := x.(type) {
		case *ast.Ident:
			return p.src.info.Uses[y] == o
		case *ast.SelectorExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		default:
			return false
		}
	}
}

// assigned tells whether body changes o.
func (p *fn) assigned(o types.Object, body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				found = found || p.rootIs(l, o)
			}
		case *ast.IncDecStmt:
			found = found || p.rootIs(n.X, o)
		case *ast.RangeStmt:
			found = found || n.Tok == token.ASSIGN && (n.Key != nil && p.rootIs(n.Key, o) || n.Value != nil && p.rootIs(n.Value, o))
		}
		return !found
	})
	return found
}

// captured are the local variables of the functions around it that lit, a function literal or another
// expression, uses, in the order of use.
func (p *fn) captured(lit ast.Expr) []*types.Var {
	var list []*types.Var
	seen := map[types.Object]bool{}
	ast.Inspect(lit, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := p.src.info.Uses[id].(*types.Var)
		if !ok || seen[v] || v.IsField() || p.isSessionVar(v) {
			return true
		}
		if v.Pos() < lit.Pos() || v.Pos() >= lit.End() {
			if _, known := p.scope.names[v]; known {
				seen[v] = true
				list = append(list, v)
			}
		}
		return true
	})
	return list
}
