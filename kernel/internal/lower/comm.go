package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// selectStmt waits natively (rt.Select): the interpreter's own select fails on
// directional, converted and nil channels and does not end on interrupt.
func (p *fn) selectStmt(s *ast.SelectStmt, label string) {
	var cases []string
	hasDefault := "false"
	binds := make([]func(), len(s.Body.List))
	p.printf("{")
	for i, c := range s.Body.List {
		comm := c.(*ast.CommClause).Comm
		if comm == nil {
			hasDefault = "true"
			continue
		}
		var text string
		text, binds[i] = p.commCase(comm)
		cases = append(cases, text)
	}
	chosen := p.scope.fresh("chosen")
	p.printf("%s := %s(%s)", chosen, p.d.rt("Select"), strings.Join(append([]string{hasDefault}, cases...), ", "))
	p.label(label)
	p.printf("switch %s {", chosen)
	n := 0
	for i, c := range s.Body.List {
		cc := c.(*ast.CommClause)
		if cc.Comm == nil {
			p.printf("case -1:")
		} else {
			p.printf("case %d:", n)
			n++
		}
		if binds[i] != nil {
			binds[i]()
		}
		p.clause(cc.Body)
	}
	p.printf("}\n}")
}

// commCase prints the operands of one case and returns its argument for rt.Select and
// what its body begins with.
func (p *fn) commCase(comm ast.Stmt) (string, func()) {
	rtCase := p.d.rt("Case")
	switch s := comm.(type) {
	case *ast.SendStmt:
		elem := p.typeOf(s.Chan).Underlying().(*types.Chan).Elem()
		ch, v := p.scope.fresh("ch"), p.scope.fresh("v")
		p.printf("%s := %s\nvar %s %s = %s", ch, p.expr(s.Chan), v, p.typ(elem), p.as(s.Value, elem))
		return fmt.Sprintf("%s{Chan: %s, Value: &%s, Send: true}", rtCase, ch, v), nil
	case *ast.ExprStmt:
		return fmt.Sprintf("%s{Chan: %s}", rtCase, p.commChan(ast.Unparen(s.X).(*ast.UnaryExpr).X)), nil
	case *ast.AssignStmt:
		return p.recvCase(rtCase, s)
	}
	fail("no lowered form of %T in select", comm)
	return "", nil
}

// commChan evaluates the channel of a receive: the operands of a case after it may change the variable.
func (p *fn) commChan(x ast.Expr) string {
	if p.isNil(x) {
		return "nil"
	}
	ch := p.scope.fresh("ch")
	p.printf("%s := %s", ch, p.expr(x))
	return ch
}

func (p *fn) recvCase(rtCase string, s *ast.AssignStmt) (string, func()) {
	x := ast.Unparen(s.Rhs[0]).(*ast.UnaryExpr).X
	elem := p.typeOf(x).Underlying().(*types.Chan).Elem()
	ch := p.commChan(x)
	v, ok := p.scope.fresh("v"), p.scope.fresh("ok")
	p.printf("var %s %s\nvar %s bool", v, p.typ(elem), ok)
	bind := func() {
		for i, l := range s.Lhs {
			val := []string{v, ok}[i]
			switch {
			case isBlank(l):
			case s.Tok == token.DEFINE:
				o := p.src.info.Defs[l.(*ast.Ident)]
				p.printf("%s := %s", p.scope.declare(o), val)
			default:
				p.printf("%s = %s", p.expr(l), val)
			}
		}
	}
	return fmt.Sprintf("%s{Chan: %s, Value: &%s, Ok: &%s}", rtCase, ch, v, ok), bind
}
