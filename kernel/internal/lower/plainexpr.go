package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"

	"iyagi/kernel/internal/vm"
)

// constantBits is what a register holds for a constant of a basic type other than string.
func constantBits(v constant.Value, t types.Type) (int64, bool) {
	b := basic(t)
	if b == nil {
		return 0, false
	}
	switch {
	case b.Info()&types.IsBoolean != 0:
		if constant.BoolVal(v) {
			return 1, true
		}
		return 0, true
	case b.Info()&types.IsInteger != 0:
		v = constant.ToInt(v)
		if k, ok := constant.Int64Val(v); ok {
			return k, true
		}
		k, ok := constant.Uint64Val(v)
		return int64(k), ok
	case b.Info()&types.IsFloat != 0:
		f, _ := constant.Float64Val(v)
		if kinds[b.Kind()] == vm.Float32 {
			f32, _ := constant.Float32Val(v)
			f = float64(f32)
		}
		return int64(math.Float64bits(f)), true
	}
	return 0, false
}

// as evaluates x as Go converts it implicitly to t.
func (c *plainCompiler) as(x ast.Expr, t types.Type) val {
	tv := c.src.info.Types[x]
	switch {
	case tv.IsNil():
		v := c.take(t)
		c.zero(v)
		return v
	case types.IsInterface(t):
		return c.toInterface(x, t)
	case tv.Value != nil:
		return c.constantVal(tv.Value, t)
	}
	v := c.expr(x)
	v.t = t
	return v
}

// expr evaluates x. What it returns may be a variable's registers, or memory that is a variable.
func (c *plainCompiler) expr(x ast.Expr) val {
	tv := c.src.info.Types[x]
	if tv.Value != nil {
		return c.constantVal(tv.Value, c.subst(types.Default(tv.Type)))
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return c.ident(x)
	case *ast.BinaryExpr:
		return c.binary(x)
	case *ast.UnaryExpr:
		return c.unary(x)
	case *ast.CallExpr:
		return c.callExpr(x)
	case *ast.IndexListExpr:
		return c.instance(x, x.X)
	case *ast.IndexExpr:
		if c.isGenericFunc(x.X) {
			return c.instance(x, x.X)
		}
		return c.index(x)
	case *ast.SliceExpr:
		return c.slice(x)
	case *ast.SelectorExpr:
		return c.selector(x)
	case *ast.StarExpr:
		return c.load(c.addr(x), c.typeOf(x))
	case *ast.CompositeLit:
		return c.composite(x)
	case *ast.FuncLit:
		return c.funcLit(x, false)
	case *ast.TypeAssertExpr:
		v, _ := c.assertion(x, false)
		return v
	}
	c.giveUp("%T", x)
	return val{}
}

// instance evaluates an instance of a generic function as a value.
func (c *plainCompiler) instance(x, fun ast.Expr) val {
	id := calledIdent(fun)
	f, ok := c.src.info.Uses[id].(*types.Func)
	if !ok {
		c.giveUp("instance")
	}
	return c.funcValue(f, id, c.typeOf(x))
}

func (c *plainCompiler) ident(x *ast.Ident) val {
	if f, ok := c.src.info.ObjectOf(x).(*types.Func); ok {
		return c.funcValue(f, x, c.typeOf(x))
	}
	v, ok := c.src.info.ObjectOf(x).(*types.Var)
	if !ok {
		c.giveUp("%s", x.Name)
	}
	if p := c.vars[v]; p != nil {
		if !p.boxed {
			return p.val
		}
		return c.load(address{p.p, 0}, p.t)
	}
	return c.load(c.global(v), c.subst(v.Type()))
}

// global is the address of a session variable.
func (c *plainCompiler) global(v *types.Var) address {
	if c.u.names[v] == "" || v.IsField() {
		c.giveUp("variable %s", v.Name())
	}
	c.layout(c.subst(v.Type()))
	return c.globalAt("&" + c.objectName(v))
}

func (c *plainCompiler) globalAt(text string) address {
	arg := c.arg(text)
	at := -1
	for i, g := range c.code.Globals {
		if g == arg {
			at = i
		}
	}
	if at < 0 {
		at = len(c.code.Globals)
		c.code.Globals = append(c.code.Globals, arg)
	}
	p := c.ptr()
	c.emit(vm.Global, p, 0, 0, int64(at))
	return address{p, 0}
}

var intOps = map[token.Token]vm.Op{token.ADD: vm.Add, token.SUB: vm.Sub, token.MUL: vm.Mul, token.QUO: vm.Div, token.REM: vm.Mod, token.AND: vm.And,
	token.OR: vm.Or, token.XOR: vm.Xor, token.AND_NOT: vm.AndNot, token.SHL: vm.Shl, token.SHR: vm.Shr}

var floatOps = map[token.Token]vm.Op{token.ADD: vm.AddF, token.SUB: vm.SubF, token.MUL: vm.MulF, token.QUO: vm.DivF}

// immediate are the operations that take a constant as their right operand.
var immediate = map[vm.Op]vm.Op{vm.Add: vm.AddI, vm.Mul: vm.MulI, vm.Div: vm.DivI, vm.Mod: vm.ModI, vm.And: vm.AndI, vm.Shl: vm.ShlI, vm.Shr: vm.ShrI, vm.ShrU: vm.ShrUI}

func (c *plainCompiler) binary(x *ast.BinaryExpr) val {
	t := c.typeOf(x)
	if x.Op != token.LAND && x.Op != token.LOR {
		c.order(x.X, x.Y)
	}
	switch x.Op {
	case token.LAND, token.LOR, token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return c.boolean(x)
	case token.SHL, token.SHR:
		return c.arith(x.Op, t, c.as(x.X, t), x.Y)
	}
	if isString(t) {
		return c.concat(x, t)
	}
	if k, ok := c.constBits(x.X, t); ok && x.Op == token.SUB && isInteger(t) {
		b := c.as(x.Y, t)
		dst := c.take(t)
		c.emit(vm.RSubI, dst.n, b.n, 0, k)
		return c.extend(dst)
	}
	if k, ok := c.constBits(x.X, t); ok && (x.Op == token.ADD || x.Op == token.MUL) && isInteger(t) {
		b := c.as(x.Y, t)
		dst := c.take(t)
		c.emit(immediate[intOps[x.Op]], dst.n, b.n, 0, k)
		return c.extend(dst)
	}
	return c.arith(x.Op, t, c.as(x.X, t), x.Y)
}

func (c *plainCompiler) constBits(x ast.Expr, t types.Type) (int64, bool) {
	if v := c.src.info.Types[x].Value; v != nil && !types.IsInterface(t) {
		return constantBits(v, t)
	}
	return 0, false
}

// arith computes a op y as a value of type t, which a has.
func (c *plainCompiler) arith(op token.Token, t types.Type, a val, y ast.Expr) val {
	switch {
	case isFloat(t):
		o, ok := floatOps[op]
		if !ok {
			c.giveUp("operator %v", op)
		}
		b := c.as(y, t)
		dst := c.take(t)
		c.emit(o, dst.n, a.n, b.n, 0)
		if dst.lay.Leaves[0].Kind == vm.Float32 {
			c.emit(vm.Round32, dst.n, dst.n, 0, 0)
		}
		return dst
	case isString(t) && op == token.ADD:
		return c.concatVals([]val{a, c.as(y, t)}, t)
	case !isInteger(t):
		c.giveUp("operator %v on %v", op, t)
	}
	o := intOps[op]
	yt := t
	if op == token.SHL || op == token.SHR {
		if yt = c.typeOf(y); c.isConst(y) {
			yt = types.Typ[types.Uint]
		}
	}
	if isUnsigned(t) {
		switch o {
		case vm.Div:
			o = vm.DivU
		case vm.Mod:
			o = vm.ModU
		case vm.Shr:
			o = vm.ShrU
		}
	}
	if k, ok := c.constBits(y, yt); ok {
		if o == vm.Sub {
			o, k = vm.Add, -k
		}
		if im, has := immediate[o]; has && (o != vm.Div && o != vm.Mod || k != 0 && k != -1) {
			dst := c.take(t)
			c.emit(im, dst.n, a.n, 0, k)
			if o == vm.And || o == vm.Shr || o == vm.ShrU || o == vm.Mod {
				return dst
			}
			return c.extend(dst)
		}
	}
	b := c.as(y, yt)
	if (o == vm.Shl || o == vm.Shr || o == vm.ShrU) && !isUnsigned(yt) && !c.isConst(y) {
		c.emit(vm.ShiftCheck, b.n, 0, 0, 0)
	}
	dst := c.take(t)
	c.emit(o, dst.n, a.n, b.n, 0)
	return c.extend(dst)
}

// extend makes a register right again after an operation on integers shorter than 64 bits.
func (c *plainCompiler) extend(v val) val {
	if op := extension(v.t); op != vm.Move {
		c.emit(op, v.n, v.n, 0, 0)
	}
	return v
}

func (c *plainCompiler) unary(x *ast.UnaryExpr) val {
	t := c.typeOf(x)
	switch x.Op {
	case token.AND:
		return c.addressOf(x)
	case token.NOT:
		return c.boolean(x)
	case token.ADD:
		return c.expr(x.X)
	}
	if x.Op != token.SUB && x.Op != token.XOR {
		c.giveUp("operator %v", x.Op)
	}
	v := c.as(x.X, t)
	dst := c.take(t)
	switch {
	case isFloat(t):
		c.emit(vm.NegF, dst.n, v.n, 0, 0)
		return dst
	case !isInteger(t):
		c.giveUp("operator %v", x.Op)
	case x.Op == token.SUB:
		c.emit(vm.Neg, dst.n, v.n, 0, 0)
	default:
		c.emit(vm.Com, dst.n, v.n, 0, 0)
	}
	return c.extend(dst)
}

// concat joins all operands of a sum of strings at once.
func (c *plainCompiler) concat(x *ast.BinaryExpr, t types.Type) val {
	if x.Op != token.ADD {
		c.giveUp("operator %v", x.Op)
	}
	var parts []ast.Expr
	var walk func(x ast.Expr)
	walk = func(x ast.Expr) {
		if b, ok := ast.Unparen(x).(*ast.BinaryExpr); ok && b.Op == token.ADD && !c.isConst(x) {
			walk(b.X)
			walk(b.Y)
			return
		}
		parts = append(parts, x)
	}
	walk(x)
	vals := make([]val, len(parts))
	for i, part := range parts {
		vals[i] = c.as(part, t)
	}
	return c.concatVals(vals, t)
}

func (c *plainCompiler) concatVals(vals []val, t types.Type) val {
	dst := val{t: t, lay: c.layout(t), n: c.n, p: c.p}
	c.reserve(len(vals), len(vals))
	for i, v := range vals {
		c.emit(vm.MoveS, dst.p+i, dst.n+i, v.p, int64(v.n))
	}
	c.emit(vm.Concat, dst.p, dst.n, 0, int64(len(vals)))
	return dst
}

// convert evaluates a conversion of x to t.
func (c *plainCompiler) convert(x ast.Expr, t types.Type) val {
	from := c.typeOf(x)
	if c.src.info.Types[x].Value != nil && (isString(from) || types.IsInterface(t)) {
		from = c.subst(types.Default(from))
	}
	switch {
	case c.isNil(x) || types.IsInterface(t):
		return c.as(x, t)
	case isString(t) && isInteger(from):
		v := c.as(x, from)
		dst := c.take(t)
		c.emit(vm.RuneStr, dst.p, dst.n, v.n, 0)
		return dst
	case isString(t) != isString(from) && (isString(t) || isString(from)):
		return c.convertString(c.as(x, from), from, t)
	case basic(t) != nil && basic(from) != nil && !isString(t):
		return c.convertNumber(c.as(x, from), from, t)
	}
	v := c.as(x, from)
	v.t = t
	return v
}

func (c *plainCompiler) convertString(v val, from, to types.Type) val {
	seq, s := from, to
	if isString(from) {
		seq, s = to, from
	}
	sl, ok := seq.Underlying().(*types.Slice)
	if !ok {
		c.giveUp("conversion")
	}
	op := vm.BytesStr
	rune_ := basic(sl.Elem()).Kind() == types.Int32
	switch {
	case isString(to) && rune_:
		op = vm.RunesStr
	case !isString(to) && rune_:
		op = vm.StrRunes
	case !isString(to):
		op = vm.StrBytes
	}
	_ = s
	dst := c.take(to)
	c.emit(op, dst.p, dst.n, v.p, int64(v.n))
	return dst
}

func (c *plainCompiler) convertNumber(v val, from, to types.Type) val {
	if basic(from).Info()&types.IsNumeric == 0 || basic(to).Info()&types.IsNumeric == 0 {
		v.t = to // a bool
		return v
	}
	dst := c.take(to)
	switch f, g := isFloat(from), isFloat(to); {
	case f && g:
		op := vm.Round32
		if dst.lay.Leaves[0].Kind != vm.Float32 {
			op = vm.Move
		}
		c.emit(op, dst.n, v.n, 0, 0)
	case g:
		small := dst.lay.Leaves[0].Kind == vm.Float32
		op := map[[2]bool]vm.Op{{false, false}: vm.IntF, {false, true}: vm.IntF32, {true, false}: vm.UintF, {true, true}: vm.UintF32}[[2]bool{isUnsigned(from), small}]
		c.emit(op, dst.n, v.n, 0, 0)
	case f:
		op := vm.FInt
		if isUnsigned(to) && dst.lay.Leaves[0].Kind == vm.Word64 {
			op = vm.FUint
		}
		c.emit(op, dst.n, v.n, 0, 0)
		return c.extend(dst)
	default:
		if fit(from, to) {
			v.t, v.lay = to, dst.lay
			return v
		}
		c.emit(extension(to), dst.n, v.n, 0, 0)
	}
	return dst
}

// fit tells whether a register that holds a value of one integer type holds it as the other type too.
func fit(from, to types.Type) bool {
	a, b := sizes.Sizeof(from), sizes.Sizeof(to)
	return b == 8 || isUnsigned(from) == isUnsigned(to) && a <= b || isUnsigned(from) && a < b
}
