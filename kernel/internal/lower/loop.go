package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (p *fn) forStmt(s *ast.ForStmt, label string) {
	if vars := p.sharedLoopVars(s); len(vars) > 0 {
		p.forEachOwn(s, vars, label)
		return
	}
	init := p.simple(s.Init)
	open := p.opened(&init)
	cond := ""
	if s.Cond != nil {
		cond = p.head(s.Cond)
	}
	post := p.simple(s.Post)
	if strings.Contains(post, "\n") {
		if init != "" {
			p.printf("{\n%s", init)
			open += "\n}"
		}
		p.forSplit(label, cond, post, s.Body)
		p.printf("%s", open)
		return
	}
	if init != "" && cond == "" && post == "" {
		cond = "true" // the interpreter would initialise before each turn
	}
	p.label(label)
	p.printf("for %s; %s; %s {", init, cond, post)
	p.block(s.Body.List)
	p.printf("}%s", open)
}

// forSplit is a loop whose post statement takes several lines.
func (p *fn) forSplit(label, cond, post string, body *ast.BlockStmt) {
	first := p.scope.fresh("first")
	p.printf("%s := true", first)
	p.label(label)
	p.printf("for {\nif %s {\n%s = false\n} else {\n%s\n}", first, first, post)
	if cond != "" {
		p.printf("if !(%s) {\nbreak\n}", cond)
	}
	p.block(body.List)
	p.printf("}")
}

// sharedLoopVars are the loop's variables when one of them outlives an iteration
// in a closure or behind a pointer.
func (p *fn) sharedLoopVars(s *ast.ForStmt) []*ast.Ident {
	a, ok := s.Init.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE {
		return nil
	}
	var vars []*ast.Ident
	shared := false
	for _, l := range a.Lhs {
		if o := p.src.info.Defs[l.(*ast.Ident)]; o != nil && !isBlank(l) {
			vars = append(vars, l.(*ast.Ident))
			shared = shared || p.escapes(o, s)
		}
	}
	if !shared {
		return nil
	}
	return vars
}

// forEachOwn is a three-clause loop with variables of their own for each
// iteration: an iteration's variables begin as copies of the last one's, then
// the post statement runs on them.
func (p *fn) forEachOwn(s *ast.ForStmt, vars []*ast.Ident, label string) {
	a := s.Init.(*ast.AssignStmt)
	p.printf("{")
	prev := make([]string, len(vars))
	for i, v := range vars {
		prev[i] = p.scope.fresh("prev")
		p.printf("var %s *%s", prev[i], p.typ(p.typeOf(v)))
	}
	init := p.initTemps(a)
	first := p.scope.fresh("first")
	p.printf("%s := true", first)
	p.label(label)
	p.printf("for {")
	for i, v := range vars {
		o := p.src.info.Defs[v]
		name := p.scope.declare(o)
		p.printf("%s := %s", name, init[o])
		p.printf("if !%s {\n%s = *%s\n}", first, name, prev[i])
	}
	post := p.simple(s.Post)
	p.printf("if %s {\n%s = false\n} else {\n%s\n}", first, first, post)
	for i, v := range vars {
		p.printf("%s = &%s", prev[i], p.objectName(p.src.info.Defs[v]))
	}
	if s.Cond != nil {
		p.printf("if !(%s) {\nbreak\n}", p.expr(s.Cond))
	}
	p.block(s.Body.List)
	p.printf("}\n}")
}

// initTemps evaluates the values of a loop's variables.
func (p *fn) initTemps(a *ast.AssignStmt) map[types.Object]string {
	init := map[types.Object]string{}
	var names []string
	for i, l := range a.Lhs {
		t := "_"
		if o := p.src.info.Defs[l.(*ast.Ident)]; o != nil && !isBlank(l) {
			t = p.scope.fresh("init")
			init[o] = t
			if len(a.Lhs) == len(a.Rhs) {
				p.printf("var %s %s = %s", t, p.typ(p.typeOf(l)), p.as(a.Rhs[i], p.typeOf(l)))
				continue
			}
		} else if len(a.Lhs) == len(a.Rhs) {
			p.printf("_ = %s", p.expr(a.Rhs[i]))
		}
		names = append(names, t)
	}
	if len(a.Lhs) != len(a.Rhs) {
		p.printf("%s := %s", strings.Join(names, ", "), p.expr(a.Rhs[0]))
	}
	return init
}

func (p *fn) rangeStmt(s *ast.RangeStmt, label string) {
	t := p.typeOf(s.X)
	switch u := t.Underlying().(type) {
	case *types.Signature:
		p.rangeFunc(s, u, label)
		return
	case *types.Basic:
		if u.Info()&types.IsInteger != 0 {
			p.loop(func() { p.rangeInt(s, t, label) })
			return
		}
		if u.Info()&types.IsString != 0 {
			p.loop(func() { p.rangeString(s, label) })
			return
		}
	}
	if n, ok := arrayLen(t); ok && isBlank(s.Value) { // evaluated only when it calls something: it may be nil
		p.loop(func() {
			if hasCall(s.X) {
				p.discard(s.X)
			}
			p.count(s, types.Typ[types.Int], fmt.Sprint(n), label)
		})
		return
	}
	p.loop(func() { p.rangeContainer(s, t, label) })
}

// arrayLen is the length of an array type or of what a pointer to one points to.
func arrayLen(t types.Type) (int64, bool) {
	a, ok := t.Underlying().(*types.Array)
	if ptr, isPtr := t.Underlying().(*types.Pointer); isPtr {
		a, ok = ptr.Elem().Underlying().(*types.Array)
	}
	if !ok {
		return 0, false
	}
	return a.Len(), true
}

// hasCall tells whether evaluating x calls a function or receives from a channel.
func hasCall(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// rangeInt ranges over an integer.
func (p *fn) rangeInt(s *ast.RangeStmt, t types.Type, label string) {
	if !isBlank(s.Key) {
		t = p.typeOf(s.Key)
	}
	if b, ok := t.(*types.Basic); ok {
		t = types.Default(b)
	}
	limit := p.as(s.X, t)
	if !p.isConst(s.X) {
		n := p.scope.fresh("n")
		p.printf("var %s %s = %s", n, p.typ(t), limit)
		limit = n
	}
	p.count(s, t, limit, label)
}

// count is a loop from 0 to below limit. It counts in a variable of its own when the body changes the loop's.
func (p *fn) count(s *ast.RangeStmt, t types.Type, limit, label string) {
	counter := p.scope.fresh("i")
	assign := ""
	if !isBlank(s.Key) {
		switch o := p.defOf(s.Key, s.Tok); {
		case o == nil:
			assign = p.expr(s.Key) + " = " + counter
		case p.escapes(o, s.Body) || p.assigned(o, s.Body):
			assign = p.scope.declare(o) + " := " + counter
		default:
			counter = p.scope.declare(o)
		}
	}
	p.label(label)
	p.printf("for %s := %s(0); %s < %s; %s++ {", counter, p.typ(t), counter, limit, counter)
	if assign != "" {
		p.printf("%s", assign)
	}
	p.block(s.Body.List)
	p.printf("}")
}

// defOf is the variable that a range clause declares, or nil when it assigns.
func (p *fn) defOf(x ast.Expr, tok token.Token) types.Object {
	if tok != token.DEFINE {
		return nil
	}
	return p.src.info.Defs[x.(*ast.Ident)]
}

// rangeString decodes by itself: the interpreter's index is wrong after a byte that is not UTF-8.
func (p *fn) rangeString(s *ast.RangeStmt, label string) {
	str, i, r, w := p.scope.fresh("s"), p.scope.fresh("i"), p.scope.fresh("r"), p.scope.fresh("w")
	p.printf("var %s string = string(%s)\n%s := 0", str, p.expr(s.X), w)
	p.label(label)
	p.printf("for %s := 0; %s < len(%s); %s += %s {\nvar %s rune\n%s, %s = %s.DecodeRuneInString(%s[%s:])",
		i, i, str, i, w, r, r, w, p.d.pkg("unicode/utf8"), str, i)
	if s.Tok == token.ASSIGN && s.Value != nil {
		p.assignRange(s, i+", "+r)
	} else {
		p.bindRange(s.Key, s.Tok, i)
		p.bindRange(s.Value, s.Tok, r)
	}
	p.block(s.Body.List)
	p.printf("}")
}

// bindRange gives a range clause's variable its value of this iteration.
func (p *fn) bindRange(x ast.Expr, tok token.Token, val string) {
	if isBlank(x) {
		return
	}
	if o := p.defOf(x, tok); o != nil {
		p.printf("%s := %s", p.scope.declare(o), val)
		return
	}
	p.store(p.expr(x), p.typeOf(x), x, val)
}

// rangeContainer ranges over a slice, array, pointer to array, map or channel.
func (p *fn) rangeContainer(s *ast.RangeStmt, t types.Type, label string) {
	end := p.inHeader()
	x := p.unnamed(s.X, precPrimary)
	end()
	if isBlank(s.Key) && isBlank(s.Value) {
		clause := "for range "
		if _, ch := t.Underlying().(*types.Chan); !ch && s.Key != nil {
			clause = "for _ = range "
		}
		p.label(label)
		p.printf("%s%s {", clause, x)
		p.block(s.Body.List)
		p.printf("}")
		return
	}
	key, bindKey := p.rangeVar(s, s.Key)
	clause := key
	var bindValue string
	if s.Value != nil {
		var value string
		value, bindValue = p.rangeVar(s, s.Value)
		clause += ", " + value
	}
	p.label(label)
	p.printf("for %s := range %s {", clause, x)
	if s.Tok == token.ASSIGN {
		p.assignRange(s, clause)
	} else {
		for _, b := range []string{bindKey, bindValue} {
			if b != "" {
				p.printf("%s", b)
			}
		}
	}
	p.block(s.Body.List)
	p.printf("}")
}

// assignRange gives what a range clause assigns to the values of an iteration. The operands on the left come first.
func (p *fn) assignRange(s *ast.RangeStmt, clause string) {
	values := strings.Split(clause, ", ")
	dst := make([]string, len(values))
	for i, x := range []ast.Expr{s.Key, s.Value}[:len(values)] {
		if !isBlank(x) {
			dst[i] = p.place(x)
		}
	}
	for i, d := range dst {
		if d != "" {
			p.printf("%s = %s", d, values[i])
		}
	}
}

// rangeVar returns the name that the range clause sets and, where the loop's own variable is another, what
// copies it.
func (p *fn) rangeVar(s *ast.RangeStmt, x ast.Expr) (name, bind string) {
	if isBlank(x) {
		return "_", ""
	}
	o := p.defOf(x, s.Tok)
	if o != nil && !p.escapes(o, s.Body) {
		return p.scope.declare(o), ""
	}
	name = p.scope.fresh("r")
	if o != nil {
		return name, p.scope.declare(o) + " := " + name
	}
	return name, ""
}
