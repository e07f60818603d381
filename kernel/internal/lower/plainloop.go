package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

func (c *plainCompiler) forStmt(s *ast.ForStmt, label string) {
	var own []*place // variables that each iteration has its own of
	if s.Init != nil {
		c.stmt(s.Init)
		if d, ok := s.Init.(*ast.AssignStmt); ok && d.Tok == token.DEFINE {
			for _, x := range d.Lhs {
				if v, ok := c.src.info.Defs[x.(*ast.Ident)].(*types.Var); ok && c.inMem[v] && v.Name() != "_" {
					own = append(own, c.vars[v])
				}
			}
		}
	}
	body, next, done := c.label(), c.label(), c.label()
	c.pos(s.Pos())
	if s.Cond != nil {
		c.pos(s.Cond.Pos())
		c.cond(s.Cond, done, false)
	}
	c.bind(body)
	c.jumps = append(c.jumps, &jumpScope{label, done, next, -1})
	c.block(s.Body.List)
	c.jumps = c.jumps[:len(c.jumps)-1]
	c.bind(next)
	for _, pl := range own {
		c.scoped(func() {
			p, ref := c.ptr(), c.typeRef(pl.t)
			c.emit(vm.New, p, 0, 0, ref)
			c.emit(vm.Copy, p, pl.p, 0, ref)
			c.emit(vm.MoveP, pl.p, p, 0, 0)
		})
	}
	if s.Post != nil {
		c.stmt(s.Post)
	}
	if s.Cond == nil {
		c.jump(vm.Jump, 0, 0, 0, body)
	} else {
		c.pos(s.Cond.Pos())
		c.cond(s.Cond, body, true)
		c.fuse()
	}
	c.bind(done)
}

// fuse makes one instruction of i++ and a jump when i is less.
func (c *plainCompiler) fuse() {
	last := len(c.code.Ins) - 1
	if last-1 < c.fixed || len(c.fixups) == 0 || c.fixups[len(c.fixups)-1].ins != last {
		return
	}
	inc, jump := c.code.Ins[last-1], c.code.Ins[last]
	if inc.Op != vm.AddI || inc.K != 1 || inc.A != inc.B || jump.A != inc.A {
		return
	}
	switch jump.Op {
	case vm.JumpLt:
		if jump.B == inc.A {
			return
		}
		jump.Op = vm.IncJumpLt
	case vm.JumpLtI:
		jump.Op = vm.IncJumpLtI
	default:
		return
	}
	c.code.Ins = append(c.code.Ins[:last-1], jump)
	c.code.Pos = append(c.code.Pos[:last-1], c.code.Pos[last])
	c.fixups[len(c.fixups)-1].ins = last - 1
}

// rangeVars are the places of a range's variables; nil: not wanted.
type rangeVars struct {
	key, elem       ast.Expr
	keyPl, elemPl   *place
	keyVar, elemVar *types.Var
}

func (c *plainCompiler) rangeVars(s *ast.RangeStmt) *rangeVars {
	v := &rangeVars{}
	if s.Key != nil && !isBlank(s.Key) {
		v.key = s.Key
	}
	if s.Value != nil && !isBlank(s.Value) {
		v.elem = s.Value
	}
	if s.Tok == token.DEFINE {
		if v.key != nil {
			v.keyVar = c.src.info.Defs[v.key.(*ast.Ident)].(*types.Var)
		}
		if v.elem != nil {
			v.elemVar = c.src.info.Defs[v.elem.(*ast.Ident)].(*types.Var)
		}
	}
	return v
}

// set gives a variable of a range its value for the iteration.
func (c *plainCompiler) set(x ast.Expr, v *types.Var, value func() val) {
	if x == nil {
		return
	}
	if v != nil {
		pl := c.declare(v)
		c.scoped(func() {
			n, p := c.n, c.p
			c.setNew(pl, value(), n, p)
		})
		return
	}
	c.scoped(func() {
		l := c.lvalue(x)
		n, p := c.n, c.p
		w := value()
		if !l.blank && types.IsInterface(l.t) != types.IsInterface(w.t) {
			c.giveUp("range into an interface")
		}
		c.assign(l, w, n, p)
	})
}

func (c *plainCompiler) rangeStmt(s *ast.RangeStmt, label string) {
	vars := c.rangeVars(s)
	t := c.typeOf(s.X)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if isString(t) {
			c.rangeString(s, vars, label)
			return
		}
		c.rangeInt(s, vars, label)
	case *types.Slice:
		v := c.expr(s.X)
		p, n := c.ptr(), c.num()
		c.emit(vm.MoveS, p, n, v.p, int64(v.n))
		c.rangeSeq(s, vars, label, n, func(i int) val {
			return c.readElement(element{t: u.Elem(), base: address{p, 0}, length: int64(n), index: i}, u.Elem())
		})
	case *types.Array:
		v := c.expr(s.X)
		if hasCall(s.X) { // then it is evaluated, though its length is known
			c.emit(vm.Check, v.p, 0, 0, 0)
		}
		if vars.elem != nil {
			v.own = false
			v = c.owned(v)
		}
		c.rangeArray(s, vars, label, address{v.p, v.off}, u)
	case *types.Pointer:
		v := c.expr(s.X)
		p := c.ptr()
		c.emit(vm.MoveP, p, v.p, 0, 0)
		c.rangeArray(s, vars, label, address{p, 0}, u.Elem().Underlying().(*types.Array))
	case *types.Map:
		c.rangeMap(s, vars, label, t, u)
	default:
		c.giveUp("range over %v", t)
	}
}

func (c *plainCompiler) rangeArray(s *ast.RangeStmt, vars *rangeVars, label string, a address, u *types.Array) {
	n := c.num()
	c.emit(vm.Const, n, 0, 0, u.Len())
	c.rangeSeq(s, vars, label, n, func(i int) val {
		return c.readElement(element{t: u.Elem(), array: true, base: a, length: u.Len(), index: i}, u.Elem())
	})
}

// rangeSeq goes over n elements.
func (c *plainCompiler) rangeSeq(s *ast.RangeStmt, vars *rangeVars, label string, n int, elem func(i int) val) {
	i := c.num()
	c.emit(vm.Const, i, 0, 0, 0)
	body, next, done := c.label(), c.label(), c.label()
	c.jump(vm.JumpLe, n, i, 0, done)
	c.bind(body)
	c.scoped(func() {
		it := types.Typ[types.Int]
		c.set(vars.key, vars.keyVar, func() val { return val{t: it, lay: c.layout(it), n: i} })
		c.set(vars.elem, vars.elemVar, func() val { return elem(i) })
		c.loopBody(s, label, done, next)
	})
	c.bind(next)
	c.jump(vm.IncJumpLt, i, n, 0, body)
	c.bind(done)
}

func (c *plainCompiler) loopBody(s *ast.RangeStmt, label string, done, next int) {
	c.jumps = append(c.jumps, &jumpScope{label, done, next, -1})
	c.block(s.Body.List)
	c.jumps = c.jumps[:len(c.jumps)-1]
}

// rangeInt goes from 0 to n-1, in the type of n.
func (c *plainCompiler) rangeInt(s *ast.RangeStmt, vars *rangeVars, label string) {
	t := c.typeOf(s.X)
	if vars.key != nil && c.isConst(s.X) {
		t = c.typeOf(s.Key)
	}
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Typ[types.Int]
	}
	n := c.take(t)
	c.into(n, s.X)
	i := c.num()
	c.emit(vm.Const, i, 0, 0, 0)
	body, next, done := c.label(), c.label(), c.label()
	op := vm.JumpLe
	if isUnsigned(t) {
		op = vm.JumpLeU
	}
	c.jump(op, n.n, i, 0, done)
	c.bind(body)
	c.scoped(func() {
		c.set(vars.key, vars.keyVar, func() val { return val{t: t, lay: c.layout(t), n: i} })
		c.loopBody(s, label, done, next)
	})
	c.bind(next)
	if isUnsigned(t) {
		c.emit(vm.AddI, i, i, 0, 1)
		c.jump(vm.JumpLtU, i, n.n, 0, body)
	} else {
		c.jump(vm.IncJumpLt, i, n.n, 0, body)
	}
	c.bind(done)
}

func (c *plainCompiler) rangeString(s *ast.RangeStmt, vars *rangeVars, label string) {
	v := c.as(s.X, types.Default(c.typeOf(s.X)))
	p, n := c.ptr(), c.num()
	c.emit(vm.MoveS, p, n, v.p, int64(v.n))
	at := c.num()
	r := c.num()
	c.num() // r+1 is where the next rune starts
	c.emit(vm.Const, r+1, 0, 0, 0)
	body, next, done := c.label(), c.label(), c.label()
	c.jump(vm.JumpEqI, n, 0, 0, done)
	c.bind(body)
	c.emit(vm.Move, at, r+1, 0, 0)
	c.emit(vm.Rune, r, p, at, int64(n))
	c.fixed = len(c.code.Ins)
	c.scoped(func() {
		it, rt := types.Typ[types.Int], types.Universe.Lookup("rune").Type()
		c.set(vars.key, vars.keyVar, func() val { return val{t: it, lay: c.layout(it), n: at} })
		c.set(vars.elem, vars.elemVar, func() val { return val{t: rt, lay: c.layout(rt), n: r} })
		c.loopBody(s, label, done, next)
	})
	c.bind(next)
	c.jump(vm.JumpLt, r+1, n, 0, body)
	c.bind(done)
}

func (c *plainCompiler) rangeMap(s *ast.RangeStmt, vars *rangeVars, label string, t types.Type, u *types.Map) {
	m := c.expr(s.X)
	it, kv := c.ptr(), c.ptr()
	c.ptr()
	c.emit(vm.MapIter, it, m.p, 0, c.typeRef(t))
	c.layout(u.Key())
	c.layout(u.Elem())
	next, done := c.label(), c.label()
	c.bind(next)
	c.jump(vm.MapNext, kv, it, 0, done)
	c.scoped(func() {
		c.set(vars.key, vars.keyVar, func() val { return c.load(address{kv, 0}, u.Key()) })
		c.set(vars.elem, vars.elemVar, func() val { return c.load(address{kv + 1, 0}, u.Elem()) })
		c.loopBody(s, label, done, next)
	})
	c.jump(vm.Jump, 0, 0, 0, next)
	c.bind(done)
}

func (c *plainCompiler) switchStmt(s *ast.SwitchStmt, label string) {
	if s.Init != nil {
		c.stmt(s.Init)
	}
	var tag val
	if s.Tag != nil {
		t := types.Default(c.typeOf(s.Tag))
		if types.IsInterface(t) {
			t = emptyInterface
		} else if !isBasic(t, types.IsInteger|types.IsString|types.IsBoolean|types.IsFloat) {
			c.giveUp("switch on %v", t)
		}
		tag = c.take(t)
		c.into(tag, s.Tag)
	}
	done := c.label()
	starts := make([]int, len(s.Body.List))
	deflt := done
	for i, b := range s.Body.List {
		starts[i] = c.label()
		if b.(*ast.CaseClause).List == nil {
			deflt = starts[i]
		}
	}
	for i, b := range s.Body.List {
		for _, x := range b.(*ast.CaseClause).List {
			c.pos(x.Pos())
			if s.Tag == nil {
				c.cond(x, starts[i], true)
			} else {
				c.scoped(func() { c.caseJump(tag, x, starts[i]) })
			}
		}
	}
	c.jump(vm.Jump, 0, 0, 0, deflt)
	for i, b := range s.Body.List {
		c.bind(starts[i])
		falls := -2
		if i+1 < len(starts) {
			falls = starts[i+1]
		}
		c.jumps = append(c.jumps, &jumpScope{label, done, -1, falls})
		c.block(b.(*ast.CaseClause).Body)
		c.jumps = c.jumps[:len(c.jumps)-1]
		if i+1 < len(starts) {
			c.jump(vm.Jump, 0, 0, 0, done)
		}
	}
	c.bind(done)
}

// caseJump jumps when the tag equals x.
func (c *plainCompiler) caseJump(tag val, x ast.Expr, label int) {
	if types.IsInterface(tag.t) {
		if c.isNil(x) {
			c.jump(vm.JumpNil, tag.p, 0, 0, label)
			return
		}
		eq := c.num()
		c.emit(vm.EqI, eq, tag.p, c.efaceOf(x), 0)
		c.jump(vm.JumpT, eq, 0, 0, label)
		return
	}
	if types.IsInterface(c.typeOf(x)) {
		c.giveUp("case of an interface")
	}
	if k, ok := c.constBits(x, tag.t); ok && !isFloat(tag.t) {
		c.jump(vm.JumpEqI, tag.n, 0, k, label)
		return
	}
	v := c.as(x, tag.t)
	switch {
	case isString(tag.t):
		eq := c.num()
		c.emit(vm.EqS, eq, tag.p, v.p, int64(tag.n)|int64(v.n)<<16)
		c.jump(vm.JumpT, eq, 0, 0, label)
	case isFloat(tag.t):
		c.jump(vm.JumpEqF, tag.n, v.n, 0, label)
	default:
		c.jump(vm.JumpEq, tag.n, v.n, 0, label)
	}
}
