package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// lvalue is where an assignment goes; its operands are evaluated, its index is not checked.
type lvalue struct {
	t     types.Type
	blank bool
	regs  *val
	root  *place // the variable of regs
	mem   *address
	elem  *element
	m     int // map
	key   mapKey
	mt    types.Type
}

func (c *plainCompiler) lvalue(x ast.Expr) lvalue {
	x = ast.Unparen(x)
	if isBlank(x) {
		return lvalue{blank: true}
	}
	l := lvalue{t: c.typeOf(x)}
	switch x := x.(type) {
	case *ast.Ident:
		if v, ok := c.src.info.ObjectOf(x).(*types.Var); ok {
			if p := c.vars[v]; p != nil && !p.boxed {
				l.regs, l.root = &p.val, p
				return l
			}
		}
	case *ast.IndexExpr:
		if mt, ok := c.typeOf(x.X).Underlying().(*types.Map); ok {
			m := c.expr(x.X)
			l.m, l.mt = m.p, c.typeOf(x.X)
			l.key = c.mapKey(x.Index, mt.Key())
			return l
		}
		e := c.element(x)
		if e.array && e.index < 0 {
			a := c.elemAddr(e)
			l.mem = &a
			return l
		}
		l.elem = &e
		return l
	case *ast.SelectorExpr:
		if a, ok := c.fieldAddr(x); ok {
			l.mem = &a
			return l
		}
		v := c.selector(x)
		if v.p >= c.p && v.n >= c.n || c.variable(x) == nil {
			c.giveUp("assignment to a field")
		}
		l.regs, l.root = &v, c.variable(x)
		return l
	}
	a := c.addr(x)
	l.mem = &a
	return l
}

// variable is the variable in registers that x is a field of, or nil.
func (c *plainCompiler) variable(x ast.Expr) *place {
	for {
		switch y := ast.Unparen(x).(type) {
		case *ast.SelectorExpr:
			x = y.X
		case *ast.Ident:
			v, ok := c.src.info.ObjectOf(y).(*types.Var)
			if !ok || c.vars[v] == nil || c.vars[v].boxed {
				return nil
			}
			return c.vars[v]
		default:
			return nil
		}
	}
}

// keep copies the registers of variables that an lvalue needs, as the same statement may assign them.
func (c *plainCompiler) keep(l *lvalue) {
	if l.elem == nil {
		if l.mem != nil {
			p := c.ptr()
			c.emit(vm.MoveP, p, l.mem.p, 0, 0)
			l.mem.p = p
		}
		if l.mt != nil {
			p := c.ptr()
			c.emit(vm.MoveP, p, l.m, 0, 0)
			l.m = p
			k := c.take(l.key.t)
			c.move(k, l.key.val, c.n, c.p)
			l.key.val = k
		}
		return
	}
	e := l.elem
	p := c.ptr()
	c.emit(vm.MoveP, p, e.base.p, 0, 0)
	e.base.p = p
	if e.index >= 0 {
		n := c.num()
		c.emit(vm.Move, n, e.index, 0, 0)
		e.index = n
	}
	if !e.array {
		n := c.num()
		c.emit(vm.Move, n, int(e.length), 0, 0)
		e.length = int64(n)
	}
}

// assign stores v, whose temporaries are above n and p.
func (c *plainCompiler) assign(l lvalue, v val, n, p int) {
	switch {
	case l.blank:
	case l.regs != nil:
		c.move(*l.regs, v, n, p)
		if l.root.through != nil {
			c.store(*l.root.through, l.root.val)
		}
	case l.mem != nil:
		c.store(*l.mem, v)
	case l.elem != nil:
		_, put, ok := l.elem.quick(v.lay)
		if !ok {
			c.store(c.elemAddr(*l.elem), v)
			return
		}
		reg := v.n
		if v.lay.p == 1 {
			reg = v.p
		}
		c.emit(put, reg, l.elem.base.p, l.elem.index, l.elem.length)
	default:
		c.mapPut(l.m, l.key, l.mt, v)
	}
}

// read reads what an lvalue denotes.
func (c *plainCompiler) read(l lvalue) val {
	switch {
	case l.regs != nil:
		return *l.regs
	case l.mem != nil:
		return c.load(*l.mem, l.t)
	case l.elem != nil:
		return c.readElement(*l.elem, l.t)
	}
	v, _ := c.mapRead(l.m, l.key, l.mt, l.t, false)
	return v
}

func (c *plainCompiler) assignStmt(s *ast.AssignStmt) {
	if op, ok := opOf[s.Tok]; ok {
		c.scoped(func() { c.update(s.Lhs[0], op, s.Rhs[0]) })
		return
	}
	if s.Tok == token.DEFINE {
		c.define(s)
		return
	}
	c.scoped(func() {
		if len(s.Lhs) == 1 {
			l := c.lvalue(s.Lhs[0])
			n, p := c.n, c.p
			if l.blank {
				c.expr(s.Rhs[0])
				return
			}
			c.assigned, _ = c.assignedLiteral(s.Lhs[0], s.Rhs[0]).(*types.Var)
			c.assign(l, c.as(s.Rhs[0], l.t), n, p)
			return
		}
		c.assignMany(s)
	})
}

func (c *plainCompiler) assignMany(s *ast.AssignStmt) {
	dst := make([]lvalue, len(s.Lhs))
	for i, x := range s.Lhs {
		dst[i] = c.lvalue(x)
		c.keep(&dst[i])
	}
	n, p := c.n, c.p
	if len(s.Rhs) != len(s.Lhs) {
		for i, v := range c.tuple(s.Rhs[0]) {
			if !dst[i].blank {
				v = c.coerce(v, dst[i].t)
			}
			c.assign(dst[i], v, c.n, c.p)
		}
		return
	}
	vals := make([]val, len(s.Rhs))
	for i, x := range s.Rhs {
		if dst[i].blank {
			c.expr(x)
			continue
		}
		v := c.as(x, dst[i].t)
		if v.lay.Boxed {
			vals[i] = c.owned(v)
			continue
		}
		if !(v.n >= n && v.p >= p) || v.lay.n+v.lay.p == 0 || v.n < n || v.lay.p > 0 && v.p < p { // a variable
			t := c.take(v.t)
			c.move(t, v, c.n, c.p)
			v = t
		}
		vals[i] = v
	}
	for i, l := range dst {
		c.assign(l, vals[i], c.n, c.p)
	}
}

// update is x op= y.
func (c *plainCompiler) update(x ast.Expr, op token.Token, y ast.Expr) {
	l := c.lvalue(x)
	c.order(x, y)
	n, p := c.n, c.p
	v := c.arith(op, l.t, c.read(l), y)
	c.assign(l, v, n, p)
}

// declare gives a variable its place. Its value is not set.
func (c *plainCompiler) declare(v *types.Var) *place {
	t := c.subst(v.Type())
	pl := &place{boxed: c.inMem[v] || c.layout(t).Boxed}
	if pl.boxed {
		c.typeRef(t)
		pl.val = val{t: t, lay: c.layout(t), p: c.ptr()}
	} else {
		pl.val = c.take(t)
	}
	c.vars[v] = pl
	return pl
}

// setNew gives a variable that begins to live its value.
func (c *plainCompiler) setNew(pl *place, v val, n, p int) {
	switch {
	case !pl.boxed:
		c.move(pl.val, v, n, p)
	case v.lay.Boxed:
		c.emit(vm.MoveP, pl.p, c.owned(v).p, 0, 0)
	default:
		c.emit(vm.New, pl.p, 0, 0, c.typeRef(pl.t))
		c.store(address{pl.p, 0}, v)
	}
}

// clear makes a variable that begins to live zero.
func (c *plainCompiler) clear(pl *place) {
	if pl.boxed {
		c.emit(vm.New, pl.p, 0, 0, c.typeRef(pl.t))
	} else {
		c.zero(pl.val)
	}
}

// define is x, y := …; variables that are not new are assigned.
func (c *plainCompiler) define(s *ast.AssignStmt) {
	places := make([]*place, len(s.Lhs))
	fresh := make([]*types.Var, len(s.Lhs))
	saved := map[*types.Var]*place{}
	for i, x := range s.Lhs {
		if v, ok := c.src.info.Defs[x.(*ast.Ident)].(*types.Var); ok && v.Name() != "_" {
			saved[v] = c.vars[v]
			places[i], fresh[i] = c.declare(v), v
			delete(c.vars, v)
		}
	}
	c.scoped(func() {
		if len(s.Rhs) == 1 && len(s.Lhs) == 1 {
			n, p := c.n, c.p
			if places[0] != nil {
				c.setNew(places[0], c.as(s.Rhs[0], places[0].t), n, p)
			} else {
				c.expr(s.Rhs[0])
			}
			return
		}
		c.defineMany(s, places)
	})
	for i, v := range fresh {
		if v != nil {
			c.vars[v] = places[i]
		}
	}
}

func (c *plainCompiler) defineMany(s *ast.AssignStmt, places []*place) {
	n, p := c.n, c.p
	var vals []val
	if len(s.Rhs) != len(s.Lhs) {
		vals = c.tuple(s.Rhs[0])
	} else {
		for i, x := range s.Rhs {
			t := c.typeOf(s.Lhs[i])
			if isBlank(s.Lhs[i]) {
				t = types.Default(c.typeOf(x))
			}
			v := c.owned(c.as(x, t))
			if !v.lay.Boxed && (v.lay.n > 0 && v.n < n || v.lay.p > 0 && v.p < p) {
				w := c.take(v.t)
				c.move(w, v, c.n, c.p)
				v = w
			}
			vals = append(vals, v)
		}
	}
	for i, v := range vals {
		switch {
		case places[i] != nil:
			c.setNew(places[i], v, c.n, c.p)
		case !isBlank(s.Lhs[i]):
			l := c.lvalue(s.Lhs[i])
			c.assign(l, c.coerce(v, l.t), c.n, c.p)
		}
	}
}
