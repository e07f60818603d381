package lower

import (
	"go/ast"
	"go/types"
	"strings"

	"iyagi/kernel/internal/vm"
)

// Interfaces: conversions, calls, assertions, type switches, comparisons. A value is the word that tells its type, and
// its data.

// toInterface evaluates x as an interface.
func (c *plainCompiler) toInterface(x ast.Expr, t types.Type) val {
	if c.isConst(x) {
		from := types.Default(c.typeOf(x))
		return c.toIface(c.constantVal(c.src.info.Types[x].Value, from), from, t)
	}
	v := c.expr(x)
	return c.toIface(v, types.Default(c.typeOf(x)), t)
}

// toIface makes a value of type from one of the interface type t.
func (c *plainCompiler) toIface(v val, from, t types.Type) val {
	if types.IsInterface(from) {
		return c.ifaceTo(v, from, t)
	}
	dst := c.take(t)
	n, p := c.n, c.p
	switch from.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		c.emit(vm.MoveP, dst.p+1, v.p, 0, 0)
		if isAny(t) {
			c.emit(vm.Type, dst.p, 0, 0, c.typeRef(from))
		}
	default:
		v.t = from
		c.emit(vm.Box, dst.p, c.inMemory(c.owned(v)), 0, c.typeRef(from))
	}
	if !isAny(t) {
		c.emit(vm.Tab, dst.p, 0, 0, c.tabRef(t, from))
	}
	c.n, c.p = n, p
	return dst
}

// ifaceTo makes a value of one interface type one of another that it implements.
func (c *plainCompiler) ifaceTo(v val, from, t types.Type) val {
	if types.Identical(from.Underlying(), t.Underlying()) {
		v.t = t
		return v
	}
	dst := c.take(t)
	w := c.eface(v, from)
	if isAny(t) {
		c.emit(vm.MoveP, dst.p, w, 0, 0)
		c.emit(vm.MoveP, dst.p+1, w+1, 0, 0)
		return dst
	}
	c.emit(vm.Convert, dst.p, w, 0, c.tabRef(t, nil))
	return dst
}

// eface is the first of two registers that hold an interface as one without methods.
func (c *plainCompiler) eface(v val, from types.Type) int {
	if isAny(from) {
		return v.p
	}
	w := c.p
	c.reserve(0, 2)
	c.emit(vm.TypeOf, w, v.p, 0, 0)
	c.emit(vm.MoveP, w+1, v.p+1, 0, 0)
	return w
}

// coerce converts a result implicitly.
func (c *plainCompiler) coerce(v val, t types.Type) val {
	if !types.IsInterface(t) {
		return v
	}
	return c.toIface(v, v.t, t)
}

// tabRef is the number of an interface type, with a type that implements it or nil, in the code.
func (c *plainCompiler) tabRef(iface, t types.Type) int64 {
	ref := vm.TabRef{Iface: int(c.typeRef(iface)), Type: -1}
	if t != nil { // the others note what came last: each place has its own
		ref.Type = int(c.typeRef(t))
		for i, have := range c.code.Tabs {
			if have == ref {
				return int64(i)
			}
		}
	}
	c.code.Tabs = append(c.code.Tabs, ref)
	return int64(len(c.code.Tabs) - 1)
}

// callIface calls a method of an interface of type t.
func (c *plainCompiler) callIface(x *ast.CallExpr, sel *ast.SelectorExpr, s *selection, t types.Type) []val {
	m := s.obj.(*types.Func)
	if pkg := m.Pkg(); pkg != nil && !c.u.isSession(pkg) && (pkg.Path() == "testing" || pkg.Path() == "reflect" || strings.HasPrefix(pkg.Path(), "iyagi/")) {
		c.giveUp("method %s", m.FullName())
	}
	sig := c.typeOf(sel).Underlying().(*types.Signature)
	v := c.methodRecv(sel, s, false, t)
	held := c.take(t)
	c.move(held, v, 1<<30, 1<<30)
	ref := vm.MethodRef{Iface: int(c.typeRef(t)), Name: m.Name()}
	n, p := c.n, c.p
	c.ptr() // for the receiver
	var window []val
	for _, t := range tupleTypes(sig.Params()) {
		w := c.take(t)
		window = append(window, w)
		ref.Params = append(ref.Params, w.lay.Layout)
	}
	c.arguments(window, sig, x)
	c.n, c.p = n, p
	var out []val
	for _, t := range tupleTypes(sig.Results()) {
		v := c.take(t)
		v.own = v.lay.Boxed
		out = append(out, v)
		ref.Results = append(ref.Results, v.lay.Layout)
	}
	c.code.N = max(c.code.N, n+2)
	c.emit(vm.CallI, n, p, held.p, int64(len(c.code.Methods)))
	c.code.Methods = append(c.code.Methods, ref)
	c.fixed = len(c.code.Ins)
	return out
}

// assertion evaluates x.(T), with ok or with the panic when it fails.
func (c *plainCompiler) assertion(x *ast.TypeAssertExpr, withOK bool) (v, ok val) {
	from, to := c.typeOf(x.X), c.subst(c.src.info.Types[x.Type].Type)
	w := c.eface(c.expr(x.X), from)
	var fail func()
	if withOK {
		ok = c.take(types.Typ[types.Bool])
	} else {
		fail = func() { c.emit(vm.AssertFail, w, 0, 0, c.typeRef(from)<<16|c.typeRef(to)) }
	}
	if types.IsInterface(to) {
		if !withOK {
			ok = c.take(types.Typ[types.Bool])
		}
		v = c.asserted(w, to, ok.n)
		if !withOK {
			good := c.label()
			c.jump(vm.JumpT, ok.n, 0, 0, good)
			fail()
			c.bind(good)
		}
		return v, ok
	}
	good, done := c.label(), c.label()
	if !withOK {
		c.jump(vm.JumpType, w, 0, c.typeRef(to), good)
		fail()
		c.bind(good)
		return c.unbox(w+1, to), ok
	}
	v = c.take(to)
	c.emit(vm.Const, ok.n, 0, 0, 0)
	c.jump(vm.JumpType, w, 0, c.typeRef(to), good)
	c.zero(v)
	c.jump(vm.Jump, 0, 0, 0, done)
	c.bind(good)
	c.scoped(func() { c.move(v, c.owned(c.unbox(w+1, to)), 1<<30, 1<<30) })
	c.emit(vm.Const, ok.n, 0, 0, 1)
	c.bind(done)
	v.own = true
	return v, ok
}

// asserted makes the interface in the registers from w one of type t, or nil; register ok tells whether it is one.
func (c *plainCompiler) asserted(w int, t types.Type, ok int) val {
	dst := c.take(t)
	if !isAny(t) {
		c.emit(vm.Assert, dst.p, w, ok, c.tabRef(t, nil))
		c.fixed = len(c.code.Ins)
		return dst
	}
	none := c.label()
	c.emit(vm.MoveP, dst.p, w, 0, 0)
	c.emit(vm.MoveP, dst.p+1, w+1, 0, 0)
	c.emit(vm.Const, ok, 0, 0, 0)
	c.jump(vm.JumpNil, w, 0, 0, none)
	c.emit(vm.Const, ok, 0, 0, 1)
	c.bind(none)
	return dst
}

// unbox is the value of type t that the data in a register are. It may be memory that others refer to.
func (c *plainCompiler) unbox(data int, t types.Type) val {
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		return val{t: t, lay: c.layout(t), p: data}
	case *types.Struct, *types.Array:
		if sizes.Sizeof(u) == 8 { // it may be a pointer
			p := c.ptr()
			c.emit(vm.Unbox, p, data, 0, c.typeRef(t))
			data = p
		}
	}
	return c.load(address{data, 0}, t)
}

// compareIface compares two operands of which one is an interface, and gives the register of the result.
func (c *plainCompiler) compareIface(l, r ast.Expr) int {
	n := c.num()
	c.scoped(func() {
		a := c.efaceOf(l)
		b := c.efaceOf(r)
		c.emit(vm.EqI, n, a, b, 0)
	})
	return n
}

// efaceOf evaluates x as an interface without methods.
func (c *plainCompiler) efaceOf(x ast.Expr) int { return c.as(x, emptyInterface).p }

func (c *plainCompiler) typeSwitch(s *ast.TypeSwitchStmt, label string) {
	if s.Init != nil {
		c.stmt(s.Init)
	}
	x := switchedExpr(s)
	from := c.typeOf(x)
	v := c.take(from)
	c.into(v, x)
	w := c.eface(v, from)
	done := c.label()
	starts := make([]int, len(s.Body.List))
	values := make([]func() val, len(starts))
	deflt := done
	for i, b := range s.Body.List {
		starts[i] = c.label()
		values[i] = func() val { return v }
		list := b.(*ast.CaseClause).List
		if list == nil {
			deflt = starts[i]
		}
		for _, y := range list {
			if value := c.typeCaseJump(w, y, starts[i]); value != nil && len(list) == 1 {
				values[i] = value
			}
		}
	}
	c.jump(vm.Jump, 0, 0, 0, deflt)
	for i, b := range s.Body.List {
		cc := b.(*ast.CaseClause)
		c.bind(starts[i])
		c.jumps = append(c.jumps, &jumpScope{label, done, -1, -2})
		c.scoped(func() {
			if o, ok := c.src.info.Implicits[cc].(*types.Var); ok {
				c.implicit(o, values[i])
			}
			c.stmts(cc.Body)
		})
		c.jumps = c.jumps[:len(c.jumps)-1]
		c.jump(vm.Jump, 0, 0, 0, done)
	}
	c.bind(done)
}

// implicit declares the variable of a clause.
func (c *plainCompiler) implicit(o *types.Var, value func() val) {
	pl := c.declare(o)
	c.scoped(func() { c.setNew(pl, value(), 1<<30, 1<<30) })
}

// typeCaseJump jumps when the interface in the registers from w has a type, and tells how to get at the value then.
func (c *plainCompiler) typeCaseJump(w int, x ast.Expr, label int) func() val {
	if c.isNil(x) {
		c.jump(vm.JumpNil, w, 0, 0, label)
		return nil
	}
	t := c.subst(c.src.info.Types[x].Type)
	if !types.IsInterface(t) {
		c.jump(vm.JumpType, w, 0, c.typeRef(t), label)
		return func() val { return c.unbox(w+1, t) }
	}
	ok := c.num()
	v := c.asserted(w, t, ok)
	c.jump(vm.JumpT, ok, 0, 0, label)
	return func() val { return v }
}
