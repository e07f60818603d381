package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// boolean evaluates a condition to a register.
func (c *plainCompiler) boolean(x ast.Expr) val {
	t := c.typeOf(x)
	if b, ok := ast.Unparen(x).(*ast.BinaryExpr); ok {
		if op, swap, negate, ok := c.compareOp(b); ok {
			return c.compared(b, t, op, swap, negate)
		}
	}
	dst := c.take(t)
	done := c.label()
	no := c.label()
	c.scoped(func() { c.cond(x, no, false) })
	c.emit(vm.Const, dst.n, 0, 0, 1)
	c.jump(vm.Jump, 0, 0, 0, done)
	c.bind(no)
	c.emit(vm.Const, dst.n, 0, 0, 0)
	c.bind(done)
	return dst
}

// compared evaluates a comparison that one instruction does.
func (c *plainCompiler) compared(b *ast.BinaryExpr, t types.Type, op vm.Op, swap, negate bool) val {
	ot := c.operandType(b)
	l, r := c.as(b.X, ot), c.as(b.Y, ot)
	if swap {
		l, r = r, l
	}
	dst := c.take(t)
	switch {
	case isString(ot):
		c.emit(op, dst.n, l.p, r.p, int64(l.n)|int64(r.n)<<16)
	case l.lay.p == 1:
		c.emit(op, dst.n, l.p, r.p, 0)
	default:
		c.emit(op, dst.n, l.n, r.n, 0)
	}
	if negate {
		c.emit(vm.Not, dst.n, dst.n, 0, 0)
	}
	return dst
}

// operandType is the type in which the operands of a comparison are compared.
func (c *plainCompiler) operandType(b *ast.BinaryExpr) types.Type {
	l, r := c.typeOf(b.X), c.typeOf(b.Y)
	switch {
	case c.isNil(b.X):
		return r
	case c.isNil(b.Y):
		return l
	case c.isConst(b.X) && !c.isConst(b.Y):
		return r
	case types.IsInterface(r) && !types.IsInterface(l):
		return r
	}
	if bl, ok := l.(*types.Basic); ok && bl.Info()&types.IsUntyped != 0 {
		return types.Default(l)
	}
	return l
}

// compareOp is the operation of a comparison, whether its operands change places, and whether the result is the
// opposite.
func (c *plainCompiler) compareOp(b *ast.BinaryExpr) (op vm.Op, swap, negate, ok bool) {
	t := c.operandType(b)
	less, lessEq, eq, ne := vm.Lt, vm.Le, vm.Eq, vm.Ne
	switch {
	case isString(t):
		less, lessEq, eq, ne = vm.LtS, vm.LeS, vm.EqS, vm.NeS
	case isFloat(t):
		less, lessEq, eq, ne = vm.LtF, vm.LeF, vm.EqF, vm.NeF
	case isUnsigned(t):
		less, lessEq = vm.LtU, vm.LeU
	case isInteger(t), isBasic(t, types.IsBoolean):
	default:
		if _, ptr := t.Underlying().(*types.Pointer); !ptr || c.isNil(b.X) || c.isNil(b.Y) {
			return 0, false, false, false
		}
		eq, ne = vm.EqP, vm.NeP
	}
	switch b.Op {
	case token.EQL:
		return eq, false, false, true
	case token.NEQ:
		return ne, false, false, true
	case token.LSS:
		return less, false, false, true
	case token.LEQ:
		return lessEq, false, false, true
	case token.GTR:
		return less, true, false, true
	case token.GEQ:
		return lessEq, true, false, true
	}
	return 0, false, false, false
}

// cond jumps to a label when x is what want says.
func (c *plainCompiler) cond(x ast.Expr, label int, want bool) {
	if v := c.src.info.Types[x].Value; v != nil {
		if constant.BoolVal(v) == want {
			c.jump(vm.Jump, 0, 0, 0, label)
		}
		return
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		if x.Op == token.NOT {
			c.cond(x.X, label, !want)
			return
		}
	case *ast.BinaryExpr:
		switch x.Op {
		case token.LAND, token.LOR:
			if (x.Op == token.LOR) == want { // either operand decides
				c.cond(x.X, label, want)
				c.cond(x.Y, label, want)
				return
			}
			over := c.label()
			c.cond(x.X, over, !want)
			c.cond(x.Y, label, want)
			c.bind(over)
			return
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			c.scoped(func() { c.condCompare(x, label, want) })
			return
		}
	}
	c.scoped(func() {
		v := c.expr(x)
		op := vm.JumpF
		if want {
			op = vm.JumpT
		}
		c.jump(op, v.n, 0, 0, label)
	})
}

var opposite = map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR}

var mirrored = map[token.Token]token.Token{token.EQL: token.EQL, token.NEQ: token.NEQ, token.LSS: token.GTR, token.GTR: token.LSS, token.GEQ: token.LEQ, token.LEQ: token.GEQ}

var immediateJumps = map[token.Token]vm.Op{token.EQL: vm.JumpEqI, token.NEQ: vm.JumpNeI, token.LSS: vm.JumpLtI, token.LEQ: vm.JumpLeI, token.GTR: vm.JumpGtI, token.GEQ: vm.JumpGeI}

// condCompare is cond for a comparison.
func (c *plainCompiler) condCompare(x *ast.BinaryExpr, label int, want bool) {
	t := c.operandType(x)
	c.order(x.X, x.Y)
	switch {
	case isFloat(t):
		c.condFloat(x, t, label, want)
		return
	case isInteger(t) || isBasic(t, types.IsBoolean):
		op := x.Op
		if !want {
			op = opposite[op]
		}
		c.condInt(x.X, x.Y, t, op, label)
		return
	case isString(t):
		v := c.boolean(x)
		c.jump(map[bool]vm.Op{true: vm.JumpT, false: vm.JumpF}[want], v.n, 0, 0, label)
		return
	}
	if c.isNil(x.X) || c.isNil(x.Y) {
		other := x.X
		if c.isNil(x.X) {
			other = x.Y
		}
		v := c.as(other, t)
		op := vm.JumpNil
		if (x.Op == token.EQL) != want {
			op = vm.JumpNotNil
		}
		c.jump(op, v.p, 0, 0, label)
		return
	}
	if types.IsInterface(t) {
		n := c.compareIface(x.X, x.Y)
		c.jump(map[bool]vm.Op{true: vm.JumpT, false: vm.JumpF}[want == (x.Op == token.EQL)], n, 0, 0, label)
		return
	}
	v := c.equal(x, t)
	c.jump(map[bool]vm.Op{true: vm.JumpT, false: vm.JumpF}[want == (x.Op == token.EQL)], v.n, 0, 0, label)
}

// equal compares pointers, structs or arrays.
func (c *plainCompiler) equal(x *ast.BinaryExpr, t types.Type) val {
	l, r := c.as(x.X, t), c.as(x.Y, t)
	dst := c.take(types.Typ[types.Bool])
	if _, ok := t.Underlying().(*types.Pointer); ok {
		c.emit(vm.EqP, dst.n, l.p, r.p, 0)
		return dst
	}
	c.emit(vm.EqMem, dst.n, c.inMemory(l), c.inMemory(r), c.typeRef(t))
	return dst
}

func (c *plainCompiler) condInt(x, y ast.Expr, t types.Type, op token.Token, label int) {
	if c.isConst(x) && !c.isConst(y) {
		x, y, op = y, x, mirrored[op]
	}
	a := c.as(x, t)
	if k, ok := c.constBits(y, t); ok && (!isUnsigned(t) || op == token.EQL || op == token.NEQ) {
		c.jump(immediateJumps[op], a.n, 0, k, label)
		return
	}
	b := c.as(y, t)
	less, lessEq := vm.JumpLt, vm.JumpLe
	if isUnsigned(t) {
		less, lessEq = vm.JumpLtU, vm.JumpLeU
	}
	switch op {
	case token.EQL:
		c.jump(vm.JumpEq, a.n, b.n, 0, label)
	case token.NEQ:
		c.jump(vm.JumpNe, a.n, b.n, 0, label)
	case token.LSS:
		c.jump(less, a.n, b.n, 0, label)
	case token.LEQ:
		c.jump(lessEq, a.n, b.n, 0, label)
	case token.GTR:
		c.jump(less, b.n, a.n, 0, label)
	case token.GEQ:
		c.jump(lessEq, b.n, a.n, 0, label)
	}
}

func (c *plainCompiler) condFloat(x *ast.BinaryExpr, t types.Type, label int, want bool) {
	a, b := c.as(x.X, t), c.as(x.Y, t)
	if x.Op == token.GTR || x.Op == token.GEQ {
		a, b = b, a
	}
	op := map[token.Token][2]vm.Op{token.EQL: {vm.JumpNeF, vm.JumpEqF}, token.NEQ: {vm.JumpEqF, vm.JumpNeF}, token.LSS: {vm.JumpNotLtF, vm.JumpLtF},
		token.GTR: {vm.JumpNotLtF, vm.JumpLtF}, token.LEQ: {vm.JumpNotLeF, vm.JumpLeF}, token.GEQ: {vm.JumpNotLeF, vm.JumpLeF}}[x.Op]
	if want {
		c.jump(op[1], a.n, b.n, 0, label)
	} else {
		c.jump(op[0], a.n, b.n, 0, label)
	}
}
