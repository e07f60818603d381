package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
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
		return "", func(list []ast.Expr) []string {
			out := make([]string, len(list))
			for i, x := range list {
				out[i] = p.expr(x)
				if types.IsInterface(p.typeOf(x)) {
					out[i] = p.d.rt("Equal") + "(" + out[i] + ", true)"
				}
			}
			if len(out) > 1 { // the interpreter looks at the first operand of a later && alone
				return []string{"(" + strings.Join(out, ") || (") + ")"}
			}
			return out
		}
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
				out[i] = fmt.Sprintf("%s(%s, %s)", p.d.rt("Equal"), v, p.as(x, emptyInterface))
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
	if p.hasErrorCase(s, p.typeOf(x)) {
		p.errorSwitch(s, val, p.typeOf(x), label)
		p.printf("%s", closing)
		return
	}
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

// hasErrorCase tells whether a type switch asks for an interface, or for a session type that is an error.
func (p *fn) hasErrorCase(s *ast.TypeSwitchStmt, from types.Type) bool {
	for _, c := range s.Body.List {
		for _, t := range c.(*ast.CaseClause).List {
			if p.isNil(t) {
				continue
			}
			typ := p.subst(p.src.info.Types[t].Type)
			if p.isSessionError(typ) || types.IsInterface(typ) || p.u.isSelfFunc(typ) {
				return true
			}
		}
	}
	return false
}

// errorSwitch first finds the clause, then switches on its number: values of session types that are
// errors stand in an rt.Error, which a case for an interface must see and a case for the type must not.
func (p *fn) errorSwitch(s *ast.TypeSwitchStmt, val string, from types.Type, label string) {
	chosen := p.scope.fresh("chosen")
	p.printf("%s := -1", chosen)
	prefix := ""
	for i, c := range s.Body.List {
		for _, t := range c.(*ast.CaseClause).List {
			if p.isNil(t) {
				p.printf("%sif %s == nil {\n%s = %d\n}", prefix, val, chosen, i)
			} else {
				typ := p.subst(p.src.info.Types[t].Type)
				if alwaysHolds(from, typ) {
					p.printf("%sif %s != nil {\n%s = %d\n}", prefix, val, chosen, i)
				} else if p.asks(from, typ) {
					p.printf("%sif _, ok__ := %s(%s); ok__ {\n%s = %d\n}", prefix, p.asInterface(typ), val, chosen, i)
				} else if isError(typ) {
					p.printf("%sif _, ok__ := %s(%s); ok__ {\n%s = %d\n}", prefix, p.d.rt("AsError"), val, chosen, i)
				} else if p.isSessionError(typ) {
					p.printf("%sif %s(%s, %s, (*%s)(nil)) {\n%s = %d\n}", prefix, p.d.rt("Holds"), val, strconv.Quote(p.spec(typ)), p.typ(typ), chosen, i)
				} else {
					p.printf("%sif _, ok__ := interface{}(%s).(%s); ok__ {\n%s = %d\n}", prefix, val, p.typ(typ), chosen, i)
				}
			}
			prefix = "if " + chosen + " < 0 {\n"
		}
	}
	p.closeChain(s)
	p.label(label)
	p.printf("switch %s {", chosen)
	for i, c := range s.Body.List {
		p.errorCase(c.(*ast.CaseClause), i, val, from)
	}
	p.printf("}")
}

// alwaysHolds tells whether each value of an interface but nil implements another one.
func alwaysHolds(from, to types.Type) bool {
	i, ok := to.Underlying().(*types.Interface)
	return ok && !isError(to) && types.Implements(from, i)
}

// closeChain closes the tests, each of which stands in the one before.
func (p *fn) closeChain(s *ast.TypeSwitchStmt) {
	n := -1
	for _, c := range s.Body.List {
		n += len(c.(*ast.CaseClause).List)
	}
	p.printf("%s", strings.Repeat("}\n", max(n, 0)))
}

func (p *fn) errorCase(cc *ast.CaseClause, i int, val string, static types.Type) {
	if cc.List == nil {
		p.printf("default:")
	} else {
		p.printf("case %d:", i)
	}
	if o := p.src.info.Implicits[cc]; o != nil {
		name := p.scope.declare(o)
		t := p.subst(o.Type())
		from := val
		if len(cc.List) == 1 && !p.isNil(cc.List[0]) {
			from = "interface{}(" + val + ").(" + p.typ(t) + ")"
			switch {
			case alwaysHolds(static, t):
				from = val
			case p.asks(static, t):
				from = p.mustInterface(t) + "(" + val + ")"
			case isError(t):
				from = p.d.rt("MustError") + "(" + val + ")"
			case p.isSessionError(t):
				from = p.d.rt("Inner") + "(" + val + ").(" + p.typ(t) + ")"
			}
		}
		p.printf("var %s %s = %s\n_ = %s", name, p.typ(t), from, name)
	}
	p.block(cc.Body)
}
