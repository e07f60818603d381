package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// fn prints the body of one function, or of a literal inside it.
type fn struct {
	typer
	src       *source
	env       *env
	scope     *scope
	out       *strings.Builder
	sig       *types.Signature // of the innermost function
	resVars   []string         // its result variables, when it has them
	header    bool             // before a block: a composite literal needs parentheses
	naked     bool             // the results are the declared ones: return needs no operands
	loops     int              // loops around the statement in the innermost function
	over      *overFunc        // the body of the innermost range over a function, see rangefunc.go
	defers    string           // the list of deferred calls of a function that defers in such a body
	unwinds   string           // in a literal that is deferred: the list of the function that defers it
	begins    string           // unwinds of the literal that is printed next
	assigns   types.Object     // the variable that the function literal being printed is assigned to
	entry     bool             // in a cell's statements, not in a function or literal
	deferring bool             // the innermost function has defer statements
}

func (u *unit) newFn(d *decl, src *source, e *env) *fn {
	return &fn{typer: typer{u: u, d: d}, src: src, env: e, scope: newScope(), out: &strings.Builder{}}
}

// precPrimary and precUnary continue the numbers of go/token's binary precedences.
const (
	precUnary   = 6
	precPrimary = 7
)

func (p *fn) subst(t types.Type) types.Type { return p.u.subst(t, p.env) }

// typeOf is the type of an expression in this instance.
func (p *fn) typeOf(x ast.Expr) types.Type {
	if tv, ok := p.src.info.Types[x]; ok {
		return p.subst(tv.Type)
	}
	if id, ok := x.(*ast.Ident); ok {
		if o := p.src.info.ObjectOf(id); o != nil {
			return p.subst(o.Type())
		}
	}
	fail("expression without a type")
	return nil
}

func (p *fn) isConst(x ast.Expr) bool { return p.src.info.Types[x].Value != nil }
func (p *fn) isNil(x ast.Expr) bool   { return p.src.info.Types[x].IsNil() }

// expr prints x where any expression may stand.
func (p *fn) expr(x ast.Expr) string {
	s, _ := p.print(x)
	return s
}

// operand prints x, in parentheses when it binds less than prec.
func (p *fn) operand(x ast.Expr, prec int) string {
	s, own := p.print(x)
	if own < prec {
		return "(" + s + ")"
	}
	return s
}

// values prints a list of expressions without a type to convert to.
func (p *fn) values(list []ast.Expr) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = p.expr(x)
	}
	return strings.Join(out, ", ")
}

func (p *fn) print(x ast.Expr) (string, int) {
	tv := p.src.info.Types[x]
	if tv.Value != nil {
		return p.constant(tv.Value, tv.Type, false), precPrimary
	}
	if tv.IsType() {
		return p.typ(p.subst(tv.Type)), precPrimary
	}
	switch x := x.(type) {
	case *ast.Ident:
		return p.ident(x), precPrimary
	case *ast.ParenExpr:
		return p.print(x.X)
	case *ast.FuncLit:
		return p.literalValue(x), precPrimary
	case *ast.CompositeLit:
		return p.composite(x), precPrimary
	case *ast.SelectorExpr:
		return p.selector(x)
	case *ast.IndexExpr:
		return p.index(x), precPrimary
	case *ast.IndexListExpr:
		return p.expr(x.X), precPrimary
	case *ast.SliceExpr:
		return p.slice(x), precPrimary
	case *ast.TypeAssertExpr:
		return p.assertion(x), precPrimary
	case *ast.CallExpr:
		return p.call(x)
	case *ast.StarExpr:
		return "*" + p.operand(x.X, precUnary), precUnary
	case *ast.UnaryExpr:
		return p.unary(x), precUnary
	case *ast.BinaryExpr:
		return p.binary(x)
	}
	fail("no lowered form of %T", x)
	return "", 0
}

func (p *fn) ident(x *ast.Ident) string {
	if x.Name == "_" {
		return "_"
	}
	o := p.src.info.ObjectOf(x)
	if f, ok := o.(*types.Func); ok {
		name := p.funcName(f, p.typeArgs(x))
		return p.funcValue(name, f, x)
	}
	return p.objectName(o)
}

// typeArgs are the arguments that a generic function's name got, given or inferred.
func (p *fn) typeArgs(x *ast.Ident) []types.Type {
	in, ok := p.src.info.Instances[x]
	if !ok {
		return nil
	}
	args := typeList(in.TypeArgs)
	for i := range args {
		args[i] = p.subst(args[i])
	}
	return args
}

func (p *fn) index(x *ast.IndexExpr) string {
	if tv := p.src.info.Types[x.X]; tv.IsValue() {
		if _, generic := tv.Type.Underlying().(*types.Signature); generic {
			return p.expr(x.X)
		}
	}
	if e, ok := p.elementBehindPointer(x); ok {
		return e
	}
	i := ""
	if m, ok := p.typeOf(x.X).Underlying().(*types.Map); ok {
		i = p.key(x.Index, m)
	} else {
		i = p.as(x.Index, types.Typ[types.Int])
	}
	if n := p.checkedLength(x); n != "" {
		i = p.d.rt("At") + "(int(" + i + "), " + n + ")"
	}
	return p.operand(x.X, precPrimary) + "[" + i + "]"
}

// key prints a key of a map. A constant says its type: the interpreter would look up one of another.
func (p *fn) key(x ast.Expr, m *types.Map) string {
	if p.isConst(x) && !types.IsInterface(m.Key()) {
		return p.constant(p.src.info.Types[x].Value, m.Key(), false)
	}
	return p.as(x, m.Key())
}

// checkedLength prints the length of what a cell's own statement indexes outside of loops, where a check that tells index
// and length costs nothing that is felt; empty elsewhere: what package reflect panics with has neither.
func (p *fn) checkedLength(x *ast.IndexExpr) string {
	if !p.entry || p.loops > 0 || p.over != nil || !isPath(x.X) {
		return ""
	}
	switch p.typeOf(x.X).Underlying().(type) {
	case *types.Slice:
	case *types.Basic, *types.Array:
		if p.isConst(x.Index) && p.isConst(x.X) {
			return ""
		}
	default:
		return ""
	}
	return "len(" + p.expr(x.X) + ")"
}

func (p *fn) slice(x *ast.SliceExpr) string {
	var b strings.Builder
	b.WriteString(p.operand(x.X, precPrimary) + "[")
	if x.Low != nil {
		b.WriteString(p.as(x.Low, types.Typ[types.Int]))
	}
	b.WriteString(":")
	if x.High != nil {
		b.WriteString(p.as(x.High, types.Typ[types.Int]))
	}
	if x.Slice3 {
		b.WriteString(":" + p.as(x.Max, types.Typ[types.Int]))
	}
	b.WriteString("]")
	if _, ok := ast.Unparen(x.X).(*ast.IndexExpr); ok { // in a composite literal the interpreter looks for its type, which it cannot find
		return p.conv(p.typeOf(x)) + "(" + b.String() + ")"
	}
	return b.String()
}

// assertion asserts natively to interfaces, and where the error of a failure would not have Go's words: the
// interpreter does not know the interface that the value comes from.
func (p *fn) assertion(x *ast.TypeAssertExpr) string {
	to := p.subst(p.src.info.Types[x.Type].Type)
	from := p.typeOf(x.X)
	_, commaOk := p.src.info.Types[x].Type.(*types.Tuple)
	switch {
	case commaOk && (types.IsInterface(to) || isEmptyStruct(to) || takesNamed(to)):
		return p.asInterface(to) + "(" + p.expr(x.X) + ")"
	case commaOk || types.Identical(from.Underlying(), emptyInterface) && !types.IsInterface(to) && !isEmptyStruct(to) && !takesNamed(to) && !isBool(to): // of a bool the interpreter would look at ok
		return p.held(x.X) + ".(" + p.dynamic(to) + ")"
	}
	return p.mustAssert(from, to) + "(" + p.expr(x.X) + ")"
}

// takesNamed tells whether values of another type are assignable to t, one of the two being a literal: the interpreter takes
// that for what holds in an assertion. Named pointers, and struct literals as values, are too rare to make all their assertions slower.
func takesNamed(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map, *types.Array, *types.Chan:
		return true
	}
	_, literal := types.Unalias(t).(*types.Struct)
	return literal
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Bool
}

// isEmptyStruct tells whether t is a struct without fields, whose first one the interpreter looks at in an assertion.
func isEmptyStruct(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	return ok && s.NumFields() == 0
}

// held prints an interface as one without methods.
func (p *fn) held(x ast.Expr) string {
	if types.Identical(p.typeOf(x).Underlying(), emptyInterface) {
		return p.operand(x, precPrimary)
	}
	return "interface{}(" + p.expr(x) + ")"
}

// asInterface is the name of a function that asserts to interface type t, with ok.
func (p *fn) asInterface(t types.Type) string {
	return p.helper("as", t, func(d *typer, name string) string {
		return fmt.Sprintf("func %s(x interface{}) (%[2]s, bool) {\nvar r %[2]s\nok := %[3]s(x, &r)\nreturn r, ok\n}", name, d.typ(t), d.d.rt("Assert"))
	})
}

// mustAssert is the name of a function that asserts a value of interface type from to a type, or panics.
func (p *fn) mustAssert(from, to types.Type) string {
	static := goName(from)
	if types.Identical(from.Underlying(), emptyInterface) {
		static = "interface {}"
	}
	return p.helper("must "+static, to, func(d *typer, name string) string {
		return fmt.Sprintf("func %s(x interface{}) %[2]s {\nvar r %[2]s\n%[3]s(x, &r, %[4]q)\nreturn r\n}", name, d.typ(to), d.d.rt("MustAssert"), static)
	})
}

// dynamic prints a type as values in interfaces have it.
func (p *typer) dynamic(t types.Type) string {
	s := p.typ(t)
	if strings.HasPrefix(s, "func") {
		return p.nativeFunc(t.Underlying())
	}
	return s
}

func (p *fn) unary(x *ast.UnaryExpr) string {
	if x.Op == token.AND {
		if e, ok := p.elementBehindPointer(x.X); ok {
			return "&" + e
		}
		return "&" + p.operand(ast.Unparen(x.X), precUnary)
	}
	s := p.operand(x.X, precUnary)
	if x.Op == token.ARROW {
		s = p.unnamed(x.X, precUnary)
	}
	if strings.ContainsRune("-+^&<*", rune(s[0])) {
		s = "(" + s + ")"
	}
	return x.Op.String() + s
}

// elementBehindPointer prints x, if it is an element of an array behind a pointer, so that the interpreter can take its
// address and change it.
func (p *fn) elementBehindPointer(x ast.Expr) (string, bool) {
	i, ok := ast.Unparen(x).(*ast.IndexExpr)
	if !ok || !p.isArrayPointer(i.X) {
		return "", false
	}
	array := p.operand(i.X, precPrimary)
	if t := p.typeOf(i.X); !types.Identical(t, t.Underlying()) {
		array = "(" + p.typ(t.Underlying()) + ")(" + array + ")"
	}
	return "(*" + array + ")[" + p.as(i.Index, types.Typ[types.Int]) + "]", true
}

// isArrayPointer tells whether an element of x is one of an array behind a pointer, whose address the interpreter cannot
// always take.
func (p *fn) isArrayPointer(x ast.Expr) bool {
	t := p.typeOf(x)
	if _, ptr := t.Underlying().(*types.Pointer); !ptr {
		return false
	}
	_, ok := arrayLen(t)
	return ok
}

func (p *fn) binary(x *ast.BinaryExpr) (string, int) {
	prec := x.Op.Precedence()
	switch x.Op {
	case token.SHL, token.SHR:
		return p.shiftOperand(x.X, prec, p.typeOf(x)) + " " + x.Op.String() + " " + p.shiftOperand(x.Y, prec+1, types.Typ[types.Uint]), prec
	case token.EQL, token.NEQ:
		return p.equality(x)
	case token.LAND, token.LOR:
		return p.logical(x)
	}
	y := p.beside(x.Y, x.X, prec+1)
	if v := p.src.info.Types[x.Y].Value; v != nil && x.Op == token.QUO {
		y = p.divisor(x.Y, v, !p.isConst(x.X))
	}
	return p.beside(x.X, x.Y, prec) + " " + x.Op.String() + " " + y, prec
}

// divisor prints a constant divisor: a complex one as a variable, as the interpreter looks at it before it has computed it.
func (p *fn) divisor(x ast.Expr, v constant.Value, typed bool) string {
	t := p.typeOf(x)
	s := p.constant(v, t, typed)
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsComplex != 0 {
		return p.table("divisor", func(d *typer) string { return d.typ(t) + "(" + literal(v, b) + ")" })
	}
	return s
}

// beside prints an operand whose type the other one gives when it is a constant.
func (p *fn) beside(x, other ast.Expr, prec int) string {
	if v := p.src.info.Types[x].Value; v != nil {
		return p.constant(v, p.src.info.Types[x].Type, !p.isConst(other))
	}
	return p.operand(x, prec)
}

// shiftOperand gives constants their type: the interpreter takes the other operand's.
func (p *fn) shiftOperand(x ast.Expr, prec int, t types.Type) string {
	v := p.src.info.Types[x].Value
	if v == nil {
		return p.shiftCount(x, prec, t)
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsInteger == 0 || b.Info()&types.IsUntyped != 0 {
		return p.constant(v, p.src.info.Types[x].Type, false)
	}
	return p.typ(t) + "(" + strings.Trim(literal(v, b), "()") + ")"
}

// shiftCount prints an operand of a shift. The interpreter takes some signed counts for
// unsigned ones when they are expressions.
func (p *fn) shiftCount(x ast.Expr, prec int, t types.Type) string {
	b, ok := p.typeOf(x).Underlying().(*types.Basic)
	_, plain := ast.Unparen(x).(*ast.Ident)
	switch {
	case ok && t == types.Typ[types.Uint] && b.Info()&types.IsUnsigned != 0 && !plain:
		return "uint(" + p.expr(x) + ")" // of an operation the interpreter wants the left operand's type
	case !ok || t != types.Typ[types.Uint] || b.Info()&types.IsUnsigned != 0 || plain && p.loops > 0:
		return p.operand(x, prec)
	case p.neverNegative(x):
		return "uint(" + p.expr(x) + ")"
	}
	h := p.helper("count", p.typeOf(x), func(d *typer, fn string) string {
		return fmt.Sprintf("func %s(n %s) uint {\nif n < 0 {\n%s()\n}\nreturn uint(n)\n}", fn, d.typ(p.typeOf(x)), d.d.rt("NegativeShift"))
	})
	return h + "(" + p.expr(x) + ")"
}

// neverNegative tells whether a count is one by its form.
func (p *fn) neverNegative(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.CallExpr:
		switch p.builtinOf(x.Fun) {
		case "len", "cap":
			return true
		}
		if b, ok := p.typeOf(x).Underlying().(*types.Basic); ok && p.src.info.Types[x.Fun].IsType() && b.Kind() == types.Int {
			from, ok := p.typeOf(x.Args[0]).Underlying().(*types.Basic)
			return ok && from.Info()&types.IsUnsigned != 0 && sizes.Sizeof(from) < 8
		}
	case *ast.BinaryExpr:
		switch v := p.src.info.Types[x.Y].Value; x.Op {
		case token.AND:
			return v != nil && constant.Sign(v) >= 0
		case token.REM, token.ADD, token.MUL, token.SHR:
			return p.neverNegative(x.X) && (v != nil && constant.Sign(v) >= 0 || p.neverNegative(x.Y))
		}
	}
	return false
}

// equality of mixed operands converts one of them, as Go does implicitly. Interfaces are compared natively:
// the interpreter compares what it wraps values in.
func (p *fn) equality(x *ast.BinaryExpr) (string, int) {
	prec := x.Op.Precedence()
	if p.isNil(x.X) || p.isNil(x.Y) {
		return p.operand(x.X, prec) + " " + x.Op.String() + " " + p.operand(x.Y, prec+1), prec
	}
	tx, ty := p.typeOf(x.X), p.typeOf(x.Y)
	ix, iy := types.IsInterface(tx), types.IsInterface(ty)
	if ix || iy {
		l, r := p.as(x.X, emptyInterface), p.as(x.Y, emptyInterface)
		not := ""
		if x.Op == token.NEQ {
			not = "!"
		}
		return not + p.d.rt("Equal") + "(" + l + ", " + r + ")", precUnary
	}
	l, r := p.beside(x.X, x.Y, prec), p.beside(x.Y, x.X, prec+1)
	if !types.Identical(tx, ty) && !p.isConst(x.X) && !p.isConst(x.Y) {
		if _, named := types.Unalias(tx).(*types.Named); named || types.AssignableTo(ty, tx) {
			r = p.conv(tx) + "(" + r + ")"
		} else {
			l = p.conv(ty) + "(" + l + ")"
		}
	}
	return l + " " + x.Op.String() + " " + r, prec
}
