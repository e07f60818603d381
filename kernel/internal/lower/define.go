package lower

import (
	"go/ast"
	"go/token"
	"strings"
)

// Declarations of local variables.

// define declares variables. At the top level of a cell they are the session's,
// declared already, and are assigned.
func (p *fn) define(s *ast.AssignStmt) {
	rhs := make([]string, len(s.Rhs)) // printed before the new names hide others
	for i, x := range s.Rhs {
		if len(s.Lhs) == len(s.Rhs) && !isBlank(s.Lhs[i]) {
			rhs[i] = p.as(x, p.typeOf(s.Lhs[i]))
			if p.isConst(x) {
				rhs[i] = p.expr(x) // the literal has to tell the type
			}
			if p.isNil(x) {
				rhs[i] = p.conv(p.typeOf(s.Lhs[i])) + "(nil)"
			}
		} else {
			rhs[i] = p.expr(x)
		}
	}
	assigned, declared := 0, 0
	for _, l := range s.Lhs {
		o := p.src.info.Defs[l.(*ast.Ident)]
		switch {
		case isBlank(l):
		case o == nil || p.isSessionVar(o):
			assigned++
		default:
			declared++
		}
	}
	if assigned == 0 && declared > 0 {
		p.defineNew(s, rhs)
		return
	}
	for _, l := range s.Lhs {
		if o := p.src.info.Defs[l.(*ast.Ident)]; o != nil && !isBlank(l) && !p.isSessionVar(o) {
			p.printf("var %s %s", p.scope.declare(o), p.typ(p.subst(o.Type())))
		}
	}
	if len(s.Lhs) == 1 {
		if isBlank(s.Lhs[0]) {
			p.discard(s.Rhs[0])
			return
		}
		p.store(p.expr(s.Lhs[0]), p.typeOf(s.Lhs[0]), s.Rhs[0], rhs[0])
		return
	}
	if len(s.Lhs) == len(s.Rhs) {
		p.assignEach(s)
		return
	}
	if p.mayFail(s.Lhs, s.Rhs[0]) && !isFuncType(p.typeOf(s.Lhs[0])) {
		p.commaOk(s.Lhs, "=", rhs[0])
		return
	}
	p.storeAll(s.Lhs, rhs)
}

// defineNew defines variables that are all new. Each has a statement of its
// own where Go's order allows it: of several in one statement the interpreter loses
// values that are pointed to or received from a channel.
func (p *fn) defineNew(s *ast.AssignStmt, rhs []string) {
	switch {
	case len(s.Lhs) == len(s.Rhs) && len(s.Lhs) > 1:
		for i, l := range s.Lhs {
			one := &ast.AssignStmt{Lhs: s.Lhs[i : i+1], TokPos: s.TokPos, Tok: s.Tok, Rhs: s.Rhs[i : i+1]}
			if isBlank(l) {
				p.discard(s.Rhs[i])
				continue
			}
			p.defineNew(one, rhs[i:i+1])
		}
	case p.receives(s.Rhs):
		p.defineReceived(s, rhs)
	case len(rhs) == 1 && p.loops > 0 && p.mayFail(s.Lhs, s.Rhs[0]):
		p.commaOk(s.Lhs, ":=", rhs[0])
	default:
		p.printf("%s := %s", p.values(s.Lhs), strings.Join(rhs, ", "))
	}
}

// varDecl prints local variables; at the top level of a cell, assignments to the session's.
func (p *fn) varDecl(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		p.valueSpec(spec.(*ast.ValueSpec))
	}
}

func (p *fn) valueSpec(s *ast.ValueSpec) {
	if len(s.Values) == 0 {
		for _, n := range s.Names {
			p.declareVar(n)
		}
		return
	}
	if len(s.Values) != len(s.Names) {
		dst := make([]string, len(s.Names))
		later := p.capture(func() {
			for i, n := range s.Names {
				p.declareVar(n)
				if dst[i] = "_"; n.Name != "_" {
					dst[i] = p.objectName(p.src.info.Defs[n])
				}
			}
		})
		own := p.capture(func() { p.storeTuple(dst, s.Values[0]) })
		p.printf("%s%s", later, own)
		return
	}
	vals := make([]string, len(s.Values))
	for i, x := range s.Values {
		vals[i] = p.as(x, p.typeOf(s.Names[i]))
		if p.receives(s.Values[i : i+1]) {
			t := p.scope.fresh("t")
			p.printf("%s := %s", t, vals[i])
			vals[i] = t
		}
	}
	for i, n := range s.Names {
		switch o := p.src.info.Defs[n]; {
		case n.Name == "_":
			p.discard(s.Values[i])
		case p.isSessionVar(o):
			p.store(p.objectName(o), p.subst(o.Type()), s.Values[i], vals[i])
		default:
			p.printf("var %s %s = %s", p.scope.declare(o), p.typ(p.subst(o.Type())), vals[i])
		}
	}
}

func (p *fn) declareVar(n *ast.Ident) {
	o := p.src.info.Defs[n]
	if n.Name != "_" && !p.isSessionVar(o) {
		p.printf("var %s %s", p.scope.declare(o), p.typ(p.subst(o.Type())))
	}
}

// receives tells whether one of the values comes from a channel.
func (p *fn) receives(list []ast.Expr) bool {
	for _, x := range list {
		if u, ok := ast.Unparen(x).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
			return true
		}
	}
	return false
}

// defineReceived copies what is received: the interpreter would define a variable that
// cannot be set.
func (p *fn) defineReceived(s *ast.AssignStmt, rhs []string) {
	tmp := make([]string, len(s.Lhs))
	for i := range tmp {
		tmp[i] = p.scope.fresh("t")
		if isBlank(s.Lhs[i]) {
			tmp[i] = "_"
		}
	}
	p.printf("%s := %s", strings.Join(tmp, ", "), strings.Join(rhs, ", "))
	for i, l := range s.Lhs {
		if !isBlank(l) {
			p.printf("%s := %s", p.expr(l), tmp[i])
		}
	}
}
