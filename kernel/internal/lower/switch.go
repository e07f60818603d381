package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
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
	if defaultFalls(s) {
		tag, match = p.chosenClause(s, tag, match)
	}
	p.label(label)
	p.printf("switch %s {", tag)
	if defaultFalls(s) {
		for i, c := range s.Body.List {
			p.printf("case %d:", i)
			p.clause(c.(*ast.CaseClause).Body)
		}
	} else {
		for _, cc := range defaultLast(s) {
			p.caseOf(cc, match)
			p.clause(cc.Body)
		}
	}
	p.printf("}%s", closing)
}

func (p *fn) caseOf(cc *ast.CaseClause, match func([]ast.Expr) []string) {
	if cc.List == nil {
		p.printf("default:")
	} else {
		p.printf("case %s:", strings.Join(match(cc.List), ", "))
	}
}

// defaultLast are the clauses of a switch with the default at the end, where the interpreter wants it: it would exchange the default with the
// last clause, which came to be tried before others.
func defaultLast(s *ast.SwitchStmt) []*ast.CaseClause {
	var list, def []*ast.CaseClause
	for _, c := range s.Body.List {
		if cc := c.(*ast.CaseClause); cc.List == nil {
			def = append(def, cc)
		} else {
			list = append(list, cc)
		}
	}
	return append(list, def...)
}

// clause prints the body of a clause. With a label in it the body is a block, as the interpreter knows the labels of blocks alone.
func (p *fn) clause(body []ast.Stmt) {
	if !slices.ContainsFunc(body, func(s ast.Stmt) bool { _, ok := s.(*ast.LabeledStmt); return ok }) {
		p.block(body)
		return
	}
	var last []ast.Stmt
	if b, ok := body[len(body)-1].(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
		body, last = body[:len(body)-1], body[len(body)-1:]
	}
	p.printf("{")
	p.block(body)
	p.printf("}")
	p.block(last)
}

// defaultFalls tells whether the order of clauses matters for a default that is not the last: the interpreter puts it there,
// and with it what falls through.
func defaultFalls(s *ast.SwitchStmt) bool {
	def, falls := false, false
	for i, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		def = def || cc.List == nil && i < len(s.Body.List)-1
		if n := len(cc.Body); n > 0 {
			b, ok := cc.Body[n-1].(*ast.BranchStmt)
			falls = falls || ok && b.Tok == token.FALLTHROUGH
		}
	}
	return def && falls
}

// chosenClause prints a switch that finds the number of the clause, and returns the variable that holds it.
func (p *fn) chosenClause(s *ast.SwitchStmt, tag string, match func([]ast.Expr) []string) (string, func([]ast.Expr) []string) {
	v := p.scope.fresh("clause")
	p.printf("%s := -1\nswitch %s {", v, tag)
	for _, cc := range defaultLast(s) {
		p.caseOf(cc, match)
		p.printf("%s = %d", v, slices.Index(s.Body.List, ast.Stmt(cc)))
	}
	p.printf("}")
	return v, match
}

// switchTag prints the tag and returns how its cases are printed. With
// an interface on either side each case is a comparison: the interpreter converts wrongly.
func (p *fn) switchTag(s *ast.SwitchStmt) (string, func([]ast.Expr) []string) {
	if s.Tag == nil {
		return "", p.conditions
	}
	t := p.typeOf(s.Tag)
	mixed, calls := types.IsInterface(t), false
	for _, c := range s.Body.List {
		list := c.(*ast.CaseClause).List
		for _, x := range list {
			calls = calls || len(list) > 1 && !p.isConst(x)
			mixed = mixed || types.IsInterface(p.typeOf(x)) || isFuncType(p.typeOf(x)) || p.isNil(x) || isChan(p.typeOf(x))
		}
	}
	if !mixed && !calls {
		return p.head(s.Tag), func(list []ast.Expr) []string {
			return each(list, func(x ast.Expr) string { return p.as(x, t) })
		}
	}
	v := p.scope.fresh("tag")
	if !mixed {
		p.printf("var %s %s = %s", v, p.typ(types.Default(t)), p.as(s.Tag, t))
		return "", func(list []ast.Expr) []string {
			return either(each(list, func(x ast.Expr) string { return v + " == " + p.as(x, t) }))
		}
	}
	p.printf("%s := %s", v, p.as(s.Tag, nil))
	return "", func(list []ast.Expr) []string {
		return either(each(list, func(x ast.Expr) string { return p.matches(v, t, x) }))
	}
}

// each prints each of some expressions.
func each(list []ast.Expr, f func(ast.Expr) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = f(x)
	}
	return out
}

// either makes one condition of several: of a list the interpreter looks at the first operand of a later && alone, and tries
// the first of several calls alone.
func either(list []string) []string {
	if len(list) < 2 {
		return list
	}
	or := "(" + strings.Join(list, ") || (") + ")"
	if mayStartIdle(list[0]) {
		or = "true && " + or
	}
	return []string{or}
}

// conditions prints the cases of a switch without a tag.
func (p *fn) conditions(list []ast.Expr) []string {
	return either(each(list, func(x ast.Expr) string {
		if types.IsInterface(p.typeOf(x)) {
			return p.d.rt("Equal") + "(" + p.expr(x) + ", true)"
		}
		return p.expr(x)
	}))
}

// matches compares a tag of type t, in variable v, with a case.
func (p *fn) matches(v string, t types.Type, x ast.Expr) string {
	switch {
	case p.isNil(x):
		return v + " == nil"
	case isChan(t) && isChan(p.typeOf(x)) && !types.Identical(t, p.typeOf(x)):
		if types.AssignableTo(t, p.typeOf(x)) {
			return p.conv(p.typeOf(x)) + "(" + v + ") == " + p.expr(x)
		}
		return v + " == " + p.conv(t) + "(" + p.expr(x) + ")"
	}
	return fmt.Sprintf("%s(%s, %s)", p.d.rt("Equal"), v, p.as(x, emptyInterface))
}

func isChan(t types.Type) bool {
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// typeSwitch asks package rt which clause a value chooses: the interpreter compares the names of types.
func (p *fn) typeSwitch(s *ast.TypeSwitchStmt, label string) {
	init := p.simple(s.Init)
	closing := ""
	if init != "" {
		p.printf("{\n%s", init)
		closing = "\n}"
	}
	x := switchedExpr(s)
	val := p.scope.fresh("x")
	p.printf("var %s %s = %s", val, p.typ(p.typeOf(x)), p.expr(x))
	chosen := p.scope.fresh("chosen")
	p.printf("%s := %s(%s, %s)", chosen, p.d.rt("TypeCase"), p.typeCases(s), val)
	p.label(label)
	p.printf("switch %s {", chosen)
	for i, c := range s.Body.List {
		p.typeCase(c.(*ast.CaseClause), i, val, p.typeOf(x))
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

// typeCases is the name of the table of a type switch's cases.
func (p *fn) typeCases(s *ast.TypeSwitchStmt) string {
	return p.table("cases", func(d *typer) string {
		var clauses, list []string
		for i, c := range s.Body.List {
			for _, t := range c.(*ast.CaseClause).List {
				clauses = append(clauses, strconv.Itoa(i))
				if p.isNil(t) {
					list = append(list, "nil")
				} else {
					list = append(list, "(*"+d.dynamic(p.subst(p.src.info.Types[t].Type))+")(nil)")
				}
			}
		}
		return d.d.rt("Cases") + "(" + strings.Join(append([]string{"[]int{" + strings.Join(clauses, ", ") + "}"}, list...), ", ") + ")"
	})
}

func (p *fn) typeCase(cc *ast.CaseClause, i int, val string, static types.Type) {
	if cc.List == nil {
		p.printf("default:")
	} else {
		p.printf("case %d:", i)
	}
	if o := p.src.info.Implicits[cc]; o != nil {
		t := p.subst(o.Type())
		from := val
		if len(cc.List) == 1 && !p.isNil(cc.List[0]) {
			if types.IsInterface(t) || isEmptyStruct(t) {
				from = p.mustAssert(static, t) + "(" + val + ")"
			} else {
				from = "interface{}(" + val + ").(" + p.dynamic(t) + ")"
			}
		}
		name := p.scope.declare(o)
		p.printf("var %s %s = %s\n_ = %s", name, p.typ(t), from, name)
	}
	p.clause(cc.Body)
}
