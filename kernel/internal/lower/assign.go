package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

func (p *fn) assign(s *ast.AssignStmt) {
	switch {
	case s.Tok == token.DEFINE:
		p.define(s)
	case s.Tok != token.ASSIGN:
		p.operate(s)
	case len(s.Lhs) == len(s.Rhs):
		p.assignEach(s)
	default:
		p.assignTuple(s.Lhs, s.Rhs[0])
	}
}

// operate is x op= y. Calls come first, those of x before those of y: variables that they change are read after them, as compiled
// code does.
func (p *fn) operate(s *ast.AssignStmt) {
	x, y := s.Lhs[0], ""
	if _, plain := ast.Unparen(x).(*ast.Ident); plain || !hasCall(s.Rhs[0]) {
		p.printf("%s %s %s", p.expr(x), s.Tok, p.assignOperand(s))
		return
	}
	place := ""
	if hasCall(x) {
		place = p.place(x)
	}
	y = p.scope.fresh("t")
	p.printf("%s := %s", y, p.assignOperand(s))
	if place == "" {
		place = p.expr(x)
	}
	p.printf("%s %s %s", place, s.Tok, y)
}

// assignOperand is y of x op= y.
func (p *fn) assignOperand(s *ast.AssignStmt) string {
	v := p.src.info.Types[s.Rhs[0]].Value
	if v == nil {
		if s.Tok == token.SHL_ASSIGN || s.Tok == token.SHR_ASSIGN {
			return p.shiftCount(s.Rhs[0], 0, types.Typ[types.Uint])
		}
		return p.expr(s.Rhs[0])
	}
	if s.Tok == token.QUO_ASSIGN {
		return p.divisor(s.Rhs[0], v, true)
	}
	if s.Tok == token.SHL_ASSIGN || s.Tok == token.SHR_ASSIGN {
		return p.shiftOperand(s.Rhs[0], 0, types.Typ[types.Uint])
	}
	return p.constant(v, p.src.info.Types[s.Rhs[0]].Type, true)
}

func isBlank(x ast.Expr) bool {
	if x == nil {
		return true
	}
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "_"
}

// mayFail tells whether x, ok = r leaves x as it is: where a key is missing or an assertion fails, the interpreter does not store the zero
// value, neither in a variable that is assigned nor in one of an earlier iteration.
func (p *fn) mayFail(lhs []ast.Expr, r ast.Expr) bool {
	if len(lhs) != 2 || isBlank(lhs[0]) {
		return false
	}
	switch r := ast.Unparen(r).(type) {
	case *ast.TypeAssertExpr, *ast.IndexExpr:
		return true
	case *ast.UnaryExpr:
		return r.Op == token.ARROW
	}
	return false
}

// commaOk prints x, ok = r for two variables, or :=.
func (p *fn) commaOk(lhs []ast.Expr, op, r string) {
	x, ok := p.expr(lhs[0]), p.expr(lhs[1])
	if isBlank(lhs[1]) {
		ok = p.scope.fresh("ok")
		if op == "=" {
			p.printf("var %s bool", ok)
		}
	}
	zero := p.scope.fresh("z")
	p.printf("%s, %s %s %s\nif !%s {\nvar %s %s\n%s = %s\n}", x, ok, op, r, ok, zero, p.typ(p.typeOf(lhs[0])), x, zero)
}

// storeAll assigns to plain variables at once; functions through temporaries, see store.
func (p *fn) storeAll(lhs []ast.Expr, rhs []string) {
	names := make([]string, len(lhs))
	var after []string
	for i, l := range lhs {
		names[i] = p.expr(l)
		if isBlank(l) || !isFuncType(p.typeOf(l)) {
			continue
		}
		t := p.scope.fresh("t")
		p.printf("var %s %s", t, p.typ(p.typeOf(l)))
		after = append(after, names[i]+" = "+t)
		names[i] = t
	}
	p.printf("%s = %s", strings.Join(names, ", "), strings.Join(rhs, ", "))
	for _, a := range after {
		p.printf("%s", a)
	}
}

// discard evaluates x for what it does, which may be to panic. What is compared or asserted has no place in a blank variable
// of the interpreter, and what it reads into one it does not look at.
func (p *fn) discard(x ast.Expr) {
	x = ast.Unparen(x)
	b, ok := x.(*ast.BinaryExpr)
	_, assert := x.(*ast.TypeAssertExpr)
	switch {
	case p.isConst(x) || p.isNil(x):
	case ok && (b.Op.Precedence() == token.EQL.Precedence() || b.Op == token.LAND || b.Op == token.LOR):
		p.printf("if %s {\n}", p.head(x))
	case assert || p.canPanic(x) && !isCall(x) && !isFuncType(p.typeOf(x)):
		v, t := p.scope.fresh("t"), p.typeOf(x)
		if tuple, ok := t.(*types.Tuple); ok { // _, _ = m[k]
			t = tuple.At(0).Type()
		}
		p.printf("var %s %s = %s\n_ = %s", v, p.typ(t), p.as(x, t), v)
	default:
		p.printf("_ = %s", p.expr(x))
	}
}

func isCall(x ast.Expr) bool {
	_, ok := x.(*ast.CallExpr)
	return ok
}

func isFuncType(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

func (p *fn) isSessionVar(o types.Object) bool {
	v, ok := o.(*types.Var)
	return ok && p.u.names[v] != ""
}

// store assigns one value. Some kinds need a temporary: a concrete value stored
// as an interface in an element or field (the interpreter panics), the result of
// a call stored in a variable of function type (the interpreter replaces the
// variable's memory, which closures and pointers do not see), a composite literal stored in a variable (for
// the same reason), and what is received from
// a channel (the interpreter does not store it in an element).
func (p *fn) store(dst string, t types.Type, x ast.Expr, val string) {
	_, isCall := ast.Unparen(x).(*ast.CallExpr)
	temp := isFuncType(t) && (isCall || strings.HasPrefix(val, rtName) || strings.HasPrefix(val, "func() func("))
	switch u := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		temp = temp || u.Op == token.ARROW
	case *ast.StarExpr, *ast.SelectorExpr: // the interpreter would delete an element of a map for a nil pointer
		temp = temp || strings.HasSuffix(dst, "]") && p.canPanic(x)
	}
	if _, ok := ast.Unparen(x).(*ast.CompositeLit); ok && !strings.ContainsAny(dst, "[.*") {
		temp = true
	}
	if types.IsInterface(t) && !p.isNil(x) && !types.IsInterface(p.typeOf(x)) {
		temp = temp || strings.ContainsAny(dst, "[.*")
	}
	if dst == "_" || !temp {
		p.printf("%s = %s", dst, val)
		return
	}
	v := p.scope.fresh("t")
	p.printf("var %s %s = %s\n%s = %s", v, p.typ(t), val, dst, v)
}

// assignEach is x, y = a, b: operands on the left, then values, then the assignments from left to right.
func (p *fn) assignEach(s *ast.AssignStmt) {
	if len(s.Lhs) == 1 {
		l, r := s.Lhs[0], s.Rhs[0]
		if isBlank(l) {
			p.discard(r)
			return
		}
		t := p.typeOf(l)
		dst := p.target(l)
		p.assigns = p.assignedLiteral(l, r)
		val := p.as(r, t)
		p.assigns = nil
		p.store(dst, t, r, val)
		return
	}
	if p.plainAssign(s.Lhs, s.Rhs) {
		rhs := make([]string, len(s.Rhs))
		for i, r := range s.Rhs {
			rhs[i] = p.blankable(s.Lhs[i], r)
		}
		p.storeAll(s.Lhs, rhs)
		return
	}
	dst := make([]string, len(s.Lhs))
	for i, l := range s.Lhs {
		dst[i] = p.place(l)
	}
	tmp := make([]string, len(s.Rhs))
	for i, r := range s.Rhs {
		if isBlank(s.Lhs[i]) {
			p.discard(r)
			continue
		}
		t := p.typeOf(s.Lhs[i])
		tmp[i] = p.scope.fresh("t")
		p.printf("var %s %s = %s", tmp[i], p.typ(t), p.as(r, t))
	}
	for i := range dst {
		if tmp[i] != "" {
			p.printf("%s = %s", dst[i], tmp[i])
		}
	}
}

// assignedLiteral is the variable l when r is a function literal: it may call itself by that name.
func (p *fn) assignedLiteral(l, r ast.Expr) types.Object {
	id, ok := l.(*ast.Ident)
	if _, lit := ast.Unparen(r).(*ast.FuncLit); !ok || !lit {
		return nil
	}
	return p.src.info.ObjectOf(id)
}

func (p *fn) blankable(l, r ast.Expr) string {
	if isBlank(l) {
		return p.expr(r)
	}
	return p.as(r, p.typeOf(l))
}

// plainAssign tells whether the interpreter's own order of evaluation is right:
// variables on the left, neither calls nor nil on the right.
func (p *fn) plainAssign(lhs, rhs []ast.Expr) bool {
	for _, l := range lhs {
		if _, ok := l.(*ast.Ident); !ok || !isBlank(l) && types.IsInterface(p.typeOf(l)) {
			return false
		}
	}
	plain := true
	for _, r := range rhs {
		if p.isNil(r) { // the interpreter would give it no type
			return false
		}
		ast.Inspect(r, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.CallExpr, *ast.FuncLit, *ast.IndexExpr, *ast.UnaryExpr, *ast.CompositeLit, *ast.StarExpr, *ast.SelectorExpr, *ast.TypeAssertExpr, *ast.BinaryExpr, *ast.SliceExpr:
				plain = false
			}
			return plain
		})
	}
	return plain
}

// place evaluates the operands of an assignable expression now and returns
// an expression for the place itself.
func (p *fn) place(x ast.Expr) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.IndexExpr:
		return p.placeIndex(x)
	case *ast.StarExpr:
		t := p.scope.fresh("p")
		p.printf("%s := %s", t, p.expr(x.X))
		return "*" + t
	case *ast.SelectorExpr:
		if s := p.selection(x); s != nil && s.kind == types.FieldVal && !p.nativePath(s) {
			return p.placeField(x, s)
		}
	}
	return p.target(x)
}

// placeField evaluates the last pointer on the way to a field.
func (p *fn) placeField(x *ast.SelectorExpr, s *selection) string {
	last, t := -1, s.recv // the field after the pointer
	for i, f := range s.path {
		if _, ptr := types.Unalias(t).Underlying().(*types.Pointer); ptr {
			last = i
		}
		t = types.Unalias(deref(t).Underlying().(*types.Struct).Field(f).Type())
	}
	if last < 0 {
		return p.place(x.X) + p.fields(s.recv, s.path)
	}
	ptr := p.scope.fresh("p")
	p.printf("%s := %s%s", ptr, p.operand(x.X, precPrimary), p.fields(s.recv, s.path[:last]))
	t = s.recv
	for _, f := range s.path[:last] {
		t = deref(t).Underlying().(*types.Struct).Field(f).Type()
	}
	return ptr + p.fields(t, s.path[last:])
}

// target prints what is assigned to. A variable of a native package is reached by its address: the interpreter would
// set a copy to the result of a call and to a composite literal.
func (p *fn) target(x ast.Expr) string {
	text := p.expr(x)
	if p.isNativeVar(x) {
		return "*(&" + text + ")"
	}
	return text
}

func (p *fn) placeIndex(x *ast.IndexExpr) string {
	base := ""
	bt := p.typeOf(x.X).Underlying()
	if _, array := bt.(*types.Array); array {
		base = p.place(x.X)
	} else {
		base = p.scope.fresh("b")
		if text := p.expr(x.X); p.isArrayPointer(x.X) { // the interpreter finds the type of an element when it is told that of the array
			p.printf("var %s %s = %s", base, p.typ(bt), text)
			base = "(*" + base + ")"
		} else {
			p.printf("%s := %s", base, text)
		}
	}
	key := types.Type(types.Typ[types.Int])
	if m, ok := bt.(*types.Map); ok {
		key = m.Key()
		if p.isConst(x.Index) {
			return base + "[" + p.key(x.Index, m) + "]"
		}
	}
	if p.isConst(x.Index) {
		return base + "[" + p.as(x.Index, key) + "]"
	}
	i := p.scope.fresh("i")
	if p.typeOf(x.Index) != nil && !types.IsInterface(key) {
		p.printf("%s := %s", i, p.as(x.Index, key))
	} else {
		p.printf("var %s %s = %s", i, p.typ(key), p.as(x.Index, key))
	}
	return base + "[" + i + "]"
}

// assignTuple is x, y = f(), m[k], <-c or v.(T).
func (p *fn) assignTuple(lhs []ast.Expr, r ast.Expr) {
	if p.receives([]ast.Expr{r}) && !slices.ContainsFunc(lhs, func(l ast.Expr) bool { return !isBlank(l) }) {
		p.printf("%s", p.expr(r)) // _, _ = <-c
		return
	}
	simple := !p.receives([]ast.Expr{r})
	if _, index := ast.Unparen(r).(*ast.IndexExpr); index && isBlank(lhs[0]) && isBlank(lhs[1]) {
		p.discard(r)
		return
	}
	for _, l := range lhs {
		if _, ok := l.(*ast.Ident); !ok || !isBlank(l) && (isFuncType(p.typeOf(l)) || types.IsInterface(p.typeOf(l))) {
			simple = false
		}
	}
	if simple && p.mayFail(lhs, r) {
		p.commaOk(lhs, "=", p.expr(r))
		return
	}
	if simple {
		p.printf("%s = %s", p.values(lhs), p.expr(r))
		return
	}
	dst := make([]string, len(lhs))
	for i, l := range lhs {
		if !isBlank(l) {
			dst[i] = p.place(l)
		}
	}
	p.storeTuple(dst, r)
}

// storeTuple assigns the values of r to places, "" or "_" for those that are not wanted, each through a variable of its own type.
func (p *fn) storeTuple(dst []string, r ast.Expr) {
	tuple := p.typeOf(r).(*types.Tuple)
	tmp := make([]string, len(dst))
	for i, d := range dst {
		tmp[i] = "_"
		if d != "" && d != "_" {
			tmp[i] = p.scope.fresh("t")
			p.printf("var %s %s", tmp[i], p.typ(types.Default(tuple.At(i).Type())))
		}
	}
	p.printf("%s = %s", strings.Join(tmp, ", "), p.expr(r))
	for i, d := range dst {
		if tmp[i] != "_" {
			p.printf("%s = %s", d, p.asFunc(tmp[i], tuple.At(i).Type(), nil))
		}
	}
}
