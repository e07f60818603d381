package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

func (p *fn) switchStmt(s *ast.SwitchStmt, label string) {
	init := p.simple(s.Init)
	closing := ""
	if init != "" {
		p.printf("{\n%s", init)
		closing = "\n}"
	}
	tag, match := p.switchTag(s)
	p.label(label)
	p.printf("switch %s {", tag)
	for _, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		if cc.List == nil {
			p.printf("default:")
		} else {
			p.printf("case %s:", strings.Join(match(cc.List), ", "))
		}
		p.block(cc.Body)
	}
	p.printf("}%s", closing)
}

// switchTag prints the tag and returns how its cases are printed. With
// an interface on either side each case is a comparison: the interpreter converts wrongly.
func (p *fn) switchTag(s *ast.SwitchStmt) (string, func([]ast.Expr) []string) {
	if s.Tag == nil {
		return "", func(list []ast.Expr) []string { return []string{p.values(list)} }
	}
	t := p.typeOf(s.Tag)
	mixed := types.IsInterface(t)
	for _, c := range s.Body.List {
		for _, x := range c.(*ast.CaseClause).List {
			mixed = mixed || types.IsInterface(p.typeOf(x)) || isFuncType(p.typeOf(x))
		}
	}
	if !mixed {
		tag := p.head(s.Tag)
		return tag, func(list []ast.Expr) []string {
			out := make([]string, len(list))
			for i, x := range list {
				out[i] = p.as(x, t)
			}
			return out
		}
	}
	v := p.scope.fresh("tag")
	p.printf("%s := %s", v, p.as(s.Tag, nil))
	return "", func(list []ast.Expr) []string {
		out := make([]string, len(list))
		for i, x := range list {
			if p.isNil(x) {
				out[i] = v + " == nil"
			} else {
				out[i] = fmt.Sprintf("(interface{}(%s) == interface{}(%s))", v, p.as(x, emptyInterface))
			}
		}
		return out
	}
}

// typeSwitch switches on the empty interface, each type once: instances may have equal
// cases, of which the first counts.
func (p *fn) typeSwitch(s *ast.TypeSwitchStmt, label string) {
	init := p.simple(s.Init)
	closing := ""
	if init != "" {
		p.printf("{\n%s", init)
		closing = "\n}"
	}
	x := switchedExpr(s)
	bound := false
	for _, c := range s.Body.List {
		bound = bound || p.src.info.Implicits[c] != nil
	}
	val := p.scope.fresh("x")
	p.printf("var %s %s = %s", val, p.typ(p.typeOf(x)), p.expr(x))
	v := p.scope.fresh("v")
	p.label(label)
	if bound {
		p.printf("switch %s := interface{}(%s).(type) {", v, val)
	} else {
		p.printf("switch interface{}(%s).(type) {", val)
	}
	seen := map[string]bool{}
	for _, c := range s.Body.List {
		p.typeCase(c.(*ast.CaseClause), v, val, seen)
	}
	p.printf("}%s", closing)
}

func switchedExpr(s *ast.TypeSwitchStmt) ast.Expr {
	var x ast.Expr
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		x = a.Rhs[0]
	case *ast.ExprStmt:
		x = a.X
	}
	return ast.Unparen(x).(*ast.TypeAssertExpr).X
}

func (p *fn) typeCase(cc *ast.CaseClause, v, val string, seen map[string]bool) {
	var list []string
	for _, t := range cc.List {
		n := "nil"
		if !p.isNil(t) {
			n = p.typ(p.subst(p.src.info.Types[t].Type))
		}
		if !seen[n] {
			list = append(list, n)
		}
		seen[n] = true
	}
	switch {
	case cc.List == nil:
		p.printf("default:")
	case len(list) == 0:
		return
	default:
		p.printf("case %s:", strings.Join(list, ", "))
	}
	if o := p.src.info.Implicits[cc]; o != nil {
		from := v
		if len(cc.List) != 1 || p.isNil(cc.List[0]) {
			from = val
		}
		name := p.scope.declare(o)
		p.printf("var %s %s = %s\n_ = %s", name, p.typ(p.subst(o.Type())), from, name)
	}
	p.block(cc.Body)
}
