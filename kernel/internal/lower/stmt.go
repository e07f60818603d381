package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (p *fn) printf(format string, args ...any) {
	fmt.Fprintf(p.out, format, args...)
	p.out.WriteByte('\n')
}

// capture returns what f prints.
func (p *fn) capture(f func()) string {
	old := p.out
	p.out = &strings.Builder{}
	f()
	s := p.out.String()
	p.out = old
	return s
}

func (p *fn) block(list []ast.Stmt) {
	for _, s := range list {
		p.stmt(s)
	}
}

// stmt prints a statement with its position.
func (p *fn) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		if p.liftLoop(s) {
			return
		}
		p.labeled(s)
		return
	case *ast.BlockStmt:
		p.printf("{")
		p.block(s.List)
		p.printf("}")
		return
	case *ast.DeclStmt:
		if s.Decl.(*ast.GenDecl).Tok == token.VAR {
			p.mark(s)
			p.varDecl(s.Decl.(*ast.GenDecl))
		}
		return // constants are folded, types hoisted
	case *ast.EmptyStmt:
		return
	}
	if p.liftLoop(s) {
		return
	}
	p.mark(s)
	p.unmarked(s)
}

func (p *fn) unmarked(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		p.exprStmt(s.X)
	case *ast.SendStmt:
		elem := p.typeOf(s.Chan).Underlying().(*types.Chan).Elem()
		p.printf("%s <- %s", p.unnamed(s.Chan, precUnary), p.as(s.Value, elem))
	case *ast.IncDecStmt:
		p.printf("%s%s", p.expr(s.X), s.Tok)
	case *ast.AssignStmt:
		p.assign(s)
	case *ast.GoStmt:
		p.goStmt(s)
	case *ast.DeferStmt:
		p.deferStmt(s)
	case *ast.ReturnStmt:
		p.returnStmt(s)
	case *ast.BranchStmt:
		p.branch(s)
	case *ast.IfStmt:
		p.ifStmt(s)
	case *ast.SwitchStmt:
		p.breakable(func() { p.switchStmt(s, "") })
	case *ast.TypeSwitchStmt:
		p.breakable(func() { p.typeSwitch(s, "") })
	case *ast.SelectStmt:
		p.breakable(func() { p.selectStmt(s, "") })
	case *ast.ForStmt:
		p.loop(func() { p.forStmt(s, "") })
	case *ast.RangeStmt:
		p.rangeStmt(s, "")
	default:
		fail("no lowered form of %T", s)
	}
}

// exprStmt prints a call or a receive for its effect.
func (p *fn) exprStmt(x ast.Expr) {
	x = ast.Unparen(x)
	s := p.expr(x)
	if strings.HasPrefix(s, "func") {
		s = "(" + s + ")"
	}
	if c, ok := x.(*ast.CallExpr); ok {
		switch p.builtinOf(c.Fun) {
		case "copy", "recover", "append", "len", "cap", "min", "max", "new", "make":
			if p.builtinOf(c.Fun) != "copy" {
				s = "_ = " + s
			}
		}
	}
	p.printf("%s", s)
}

func (p *fn) ifStmt(s *ast.IfStmt) {
	init := p.simple(s.Init)
	open := p.opened(&init)
	if init != "" {
		init += "; "
	}
	p.printf("if %s%s {", init, p.head(s.Cond))
	p.block(s.Body.List)
	switch e := s.Else.(type) {
	case nil:
	case *ast.BlockStmt:
		p.printf("} else {")
		p.block(e.List)
	default:
		p.printf("} else {")
		p.stmt(e)
	}
	p.printf("}%s", open)
}

// simple prints the init or post statement of a header; the result has several
// lines when the statement was lowered to several.
func (p *fn) simple(s ast.Stmt) string {
	if s == nil {
		return ""
	}
	defer p.inHeader()()
	return strings.TrimSuffix(p.capture(func() { p.unmarked(s) }), "\n")
}

// inHeader says that what is printed next stands before a block. It returns what ends that.
func (p *fn) inHeader() func() {
	old := p.header
	p.header = true
	return func() { p.header = old }
}

// head prints an expression in a header.
func (p *fn) head(x ast.Expr) string {
	defer p.inHeader()()
	return p.expr(x)
}

// opened prints an init of several lines in a block of its own. It returns what closes the block.
func (p *fn) opened(init *string) string {
	if !strings.Contains(*init, "\n") {
		return ""
	}
	p.printf("{\n%s", *init)
	*init = ""
	return "\n}"
}

func (p *fn) labeled(s *ast.LabeledStmt) {
	label := labelName(s.Label)
	if p.over != nil {
		p.over.inner[label] = true
	}
	p.u.at, p.u.atSrc = s.Pos(), p.src
	switch st := s.Stmt.(type) {
	case *ast.RangeStmt:
		p.mark(st)
		p.rangeStmt(st, label)
	case *ast.ForStmt:
		p.loop(func() { p.forStmt(st, label) })
	case *ast.SwitchStmt:
		p.breakable(func() { p.switchStmt(st, label) })
	case *ast.TypeSwitchStmt:
		p.breakable(func() { p.typeSwitch(st, label) })
	case *ast.SelectStmt:
		p.breakable(func() { p.selectStmt(st, label) })
	default:
		p.label(label)
		if _, empty := st.(*ast.EmptyStmt); empty {
			p.printf("{}")
			return
		}
		p.stmt(st)
	}
}

// labelName is the lowered name of a label, which is no variable's: the interpreter has one name space for both.
func labelName(l *ast.Ident) string { return l.Name + "__label" }

// label prints a label.
func (p *fn) label(name string) {
	if name != "" {
		p.printf("%s:", name)
	}
}

// breakable and loop count what break and continue refer to inside a body
// that became a function, see rangefunc.go.
func (p *fn) breakable(f func()) {
	if o := p.over; o != nil {
		o.breaks++
		defer func() { o.breaks-- }()
	}
	f()
}

func (p *fn) loop(f func()) {
	p.loops++
	defer func() { p.loops-- }()
	if o := p.over; o != nil {
		o.loops++
		defer func() { o.loops-- }()
	}
	p.breakable(f)
}

func (p *fn) branch(s *ast.BranchStmt) {
	label := ""
	if s.Label != nil {
		label = labelName(s.Label)
	}
	if p.over != nil && s.Tok != token.FALLTHROUGH {
		p.leave(s.Tok, label)
		return
	}
	if label != "" {
		p.printf("%s %s", s.Tok, label)
		return
	}
	p.printf("%s", s.Tok)
}

func (p *fn) returnStmt(s *ast.ReturnStmt) {
	if p.over != nil || len(s.Results) == 0 || p.naked {
		p.returnVars(s)
		return
	}
	p.printf("return %s", strings.Join(p.resultValues(s.Results), ", "))
}

// resultValues prints the operands of a return statement.
func (p *fn) resultValues(list []ast.Expr) []string {
	out := make([]string, len(list))
	for i, x := range list {
		if len(list) == p.sig.Results().Len() {
			t := p.sig.Results().At(i).Type()
			out[i] = p.as(x, t)
			if p.receives(list[i : i+1]) { // see defineReceived
				v := p.scope.fresh("t")
				p.printf("%s := %s", v, out[i])
				out[i] = v
			}
			if _, call := ast.Unparen(x).(*ast.CallExpr); call && len(list) == 1 && types.IsInterface(t) && !types.Identical(p.typeOf(x), t) && !p.isConst(x) {
				// The interpreter would have the call use the result's memory, of another type.
				v := p.scope.fresh("t")
				p.printf("var %s %s = %s", v, p.typ(p.typeOf(x)), out[i])
				out[i] = v
			}
		} else {
			out[i] = p.expr(x)
		}
	}
	return out
}

// returnVars returns through the function's result variables.
func (p *fn) returnVars(s *ast.ReturnStmt) {
	if len(s.Results) > 0 {
		p.setResults(p.resultValues(s.Results))
	}
	p.leaveFunc()
}

// setResults assigns values to the result variables, all of them evaluated before the first is set.
func (p *fn) setResults(values []string) {
	temps := make([]string, len(p.resVars))
	for i := range temps {
		temps[i] = p.scope.fresh("t")
		if len(values) == len(temps) {
			p.printf("var %s %s = %s", temps[i], p.typ(p.sig.Results().At(i).Type()), values[i])
		}
	}
	if len(values) < len(temps) {
		p.printf("%s := %s", strings.Join(temps, ", "), values[0])
	}
	for i, t := range temps {
		p.printf("%s = %s", p.resVars[i], t)
	}
}

// leaveFunc returns from the function once its result variables are set.
func (p *fn) leaveFunc() {
	switch {
	case p.over != nil:
		p.over.returns = true
		p.printf("%s = -1\nreturn false", p.over.code)
	case len(p.resVars) > 0 && !p.naked:
		p.printf("return %s", strings.Join(p.resVars, ", "))
	default:
		p.printf("return")
	}
}
