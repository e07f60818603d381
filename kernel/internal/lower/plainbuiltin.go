package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// builtinCall evaluates a built-in function; without a result it returns the zero val.
func (c *plainCompiler) builtinCall(name string, x *ast.CallExpr) val {
	switch name {
	case "len", "cap":
		return c.length(name, x)
	case "append":
		return c.appendCall(x)
	case "copy":
		return c.copyCall(x)
	case "make":
		return c.makeCall(x)
	case "new":
		if !c.src.info.Types[x.Args[0]].IsType() {
			c.giveUp("new of a value")
		}
		dst := c.take(c.typeOf(x))
		c.emit(vm.New, dst.p, 0, 0, c.typeRef(deref(dst.t)))
		return dst
	case "delete":
		mt := c.typeOf(x.Args[0])
		m := c.expr(x.Args[0])
		key := c.as(x.Args[1], mt.Underlying().(*types.Map).Key())
		c.emit(vm.MapDelete, 0, m.p, c.inMemory(key), c.typeRef(mt))
		return val{}
	case "min", "max":
		return c.extreme(name, x)
	case "panic":
		v := c.as(x.Args[0], emptyInterface)
		c.emit(vm.Panic, v.p, 0, 0, 0)
		return val{}
	}
	c.giveUp("built-in %s", name)
	return val{}
}

func (c *plainCompiler) length(name string, x *ast.CallExpr) val {
	a := x.Args[0]
	t := c.typeOf(x)
	switch at := c.typeOf(a).Underlying().(type) {
	case *types.Slice:
		v := c.expr(a)
		n := v.n
		if name == "cap" {
			n++
		}
		return val{t: t, lay: c.layout(t), n: n}
	case *types.Basic:
		v := c.expr(a)
		return val{t: t, lay: c.layout(t), n: v.n}
	case *types.Map:
		v := c.expr(a)
		dst := c.take(t)
		c.emit(vm.MapLen, dst.n, v.p, 0, 0)
		return dst
	default:
		_ = at
	}
	c.giveUp("%s", name)
	return val{}
}

func (c *plainCompiler) appendCall(x *ast.CallExpr) val {
	t := c.typeOf(x)
	elem := t.Underlying().(*types.Slice).Elem()
	ref := c.typeRef(elem)
	s := c.as(x.Args[0], t)
	var vals []val
	for _, a := range x.Args[1:] {
		if x.Ellipsis.IsValid() {
			break
		}
		vals = append(vals, c.owned(c.as(a, elem)))
	}
	var spread val
	if x.Ellipsis.IsValid() {
		spread = c.expr(x.Args[1])
	}
	dst := c.take(t)
	c.move(dst, s, c.n, c.p)
	if x.Ellipsis.IsValid() {
		c.emit(vm.AppendS, dst.p, dst.n, spread.p, int64(spread.n)|ref<<16)
		return dst
	}
	for _, v := range vals {
		if op, reg, ok := push(v); ok {
			c.emit(op, dst.p, dst.n, reg, ref)
			continue
		}
		one, last, at := c.num(), c.num(), c.ptr()
		c.emit(vm.Const, one, 0, 0, 1)
		c.emit(vm.Grow, dst.p, dst.n, one, ref)
		c.emit(vm.AddI, last, dst.n, 0, -1)
		c.emit(vm.Index, at, dst.p, last, sizes.Sizeof(elem)<<16|int64(dst.n))
		c.store(address{at, 0}, v)
	}
	return dst
}

// push is the operation that appends v in one step.
func push(v val) (op vm.Op, reg int, ok bool) {
	if v.lay.Boxed || len(v.lay.Leaves) != 1 {
		return 0, 0, false
	}
	switch v.lay.Leaves[0].Kind {
	case vm.Word64:
		return vm.Push64, v.n, true
	case vm.Int8, vm.Uint8:
		return vm.Push8, v.n, true
	case vm.Pointer:
		return vm.PushP, v.p, true
	}
	return 0, 0, false
}

func (c *plainCompiler) copyCall(x *ast.CallExpr) val {
	dt := c.typeOf(x.Args[0]).Underlying().(*types.Slice)
	dst, src := c.expr(x.Args[0]), c.expr(x.Args[1])
	n, m := c.num(), c.num()
	c.emit(vm.Move, n, dst.n, 0, 0)
	c.emit(vm.Move, m, src.n, 0, 0)
	c.emit(vm.CopyS, n, dst.p, src.p, c.typeRef(dt.Elem()))
	return val{t: types.Typ[types.Int], lay: c.layout(types.Typ[types.Int]), n: n}
}

func (c *plainCompiler) makeCall(x *ast.CallExpr) val {
	t := c.typeOf(x)
	dst := c.take(t)
	size := func(reg int, i int) {
		st := c.typeOf(x.Args[i])
		if c.isConst(x.Args[i]) {
			st = types.Typ[types.Int]
		}
		c.into(val{t: st, lay: c.layout(st), n: reg}, x.Args[i])
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		size(dst.n, 1)
		if len(x.Args) > 2 {
			size(dst.n+1, 2)
		} else {
			c.emit(vm.Move, dst.n+1, dst.n, 0, 0)
		}
		c.emit(vm.Make, dst.p, dst.n, 0, c.typeRef(u.Elem()))
		return dst
	case *types.Map:
		n := c.num()
		c.emit(vm.Const, n, 0, 0, 0)
		if len(x.Args) > 1 {
			size(n, 1)
		}
		c.emit(vm.MapMake, dst.p, n, 0, c.typeRef(t))
		return dst
	}
	c.giveUp("make")
	return val{}
}

// extreme evaluates min or max of numbers that are no floats, whose NaN and signed zeros are particular.
func (c *plainCompiler) extreme(name string, x *ast.CallExpr) val {
	t := c.typeOf(x)
	if !isInteger(t) {
		c.giveUp("%s of %v", name, t)
	}
	dst := c.take(t)
	c.into(dst, x.Args[0])
	for _, a := range x.Args[1:] {
		c.scoped(func() {
			v := c.as(a, t)
			keep := c.label()
			op := vm.JumpLe
			if isUnsigned(t) {
				op = vm.JumpLeU
			}
			if name == "min" {
				c.jump(op, dst.n, v.n, 0, keep)
			} else {
				c.jump(op, v.n, dst.n, 0, keep)
			}
			c.emit(vm.Move, dst.n, v.n, 0, 0)
			c.bind(keep)
		})
	}
	return dst
}

// mapKey is the key of an access to a map: a number, a string, or memory.
type mapKey struct {
	val
	in  byte // 'n', 's' or 'p'
	mem int  // register that points to it
}

// number tells whether the memory of a value is the low bytes of one register.
func (l *layout) number() bool {
	return !l.Boxed && len(l.Leaves) == 1 && l.Leaves[0].Kind != vm.Pointer && l.Leaves[0].Kind != vm.Float32
}

func (c *plainCompiler) mapKey(x ast.Expr, t types.Type) mapKey {
	k := mapKey{val: c.as(x, t)}
	switch {
	case k.lay.number():
		k.in = 'n'
	case isString(t):
		k.in = 's'
	default:
		k.in, k.mem = 'p', c.inMemory(k.val)
	}
	return k
}

// mapGet reads an element of a map; with ok also whether it is there.
func (c *plainCompiler) mapGet(x *ast.IndexExpr, withOK bool) (val, val) {
	mt := c.typeOf(x.X)
	t := mt.Underlying().(*types.Map)
	m := c.expr(x.X)
	return c.mapRead(m.p, c.mapKey(x.Index, t.Key()), mt, t.Elem(), withOK)
}

func (c *plainCompiler) mapRead(m int, key mapKey, mt, t types.Type, withOK bool) (val, val) {
	at := c.ptr()
	dst := c.take(t)
	var found val
	if withOK {
		found = c.take(types.Typ[types.Bool])
		c.emit(vm.Const, found.n, 0, 0, 0)
	}
	missing, done := c.label(), c.label()
	ref := c.typeRef(mt)
	switch key.in {
	case 'n':
		c.emit(vm.MapGetN, at, m, key.n, ref)
	case 's':
		c.emit(vm.MapGetS, at, m, key.p, ref<<16|int64(key.n))
	default:
		c.emit(vm.MapGet, at, m, key.mem, ref)
	}
	c.jump(vm.JumpNil, at, 0, 0, missing)
	if dst.lay.Boxed {
		c.scoped(func() {
			v := c.owned(val{t: t, lay: dst.lay, p: at})
			c.emit(vm.MoveP, dst.p, v.p, 0, 0)
		})
	} else {
		c.scoped(func() { c.move(dst, c.load(address{at, 0}, t), c.n, c.p) })
	}
	if withOK {
		c.emit(vm.Const, found.n, 0, 0, 1)
	}
	c.jump(vm.Jump, 0, 0, 0, done)
	c.bind(missing)
	c.zero(dst)
	c.bind(done)
	dst.own = true
	return dst, found
}

// mapPut sets an element of a map.
func (c *plainCompiler) mapPut(m int, key mapKey, mt types.Type, v val) {
	ref := c.typeRef(mt)
	switch {
	case key.in == 'p':
		c.emit(vm.MapPut, c.inMemory(v), m, key.mem, ref)
	case v.lay.number() && key.in == 'n':
		c.emit(vm.MapPutN, v.n, m, key.n, ref)
	case v.lay.number():
		c.emit(vm.MapPutS, v.n, m, key.p, ref<<16|int64(key.n))
	case key.in == 'n':
		c.emit(vm.MapPutNP, c.inMemory(v), m, key.n, ref)
	default:
		c.emit(vm.MapPutSP, c.inMemory(v), m, key.p, ref<<16|int64(key.n))
	}
}

func (c *plainCompiler) mapLit(x *ast.CompositeLit, t types.Type, u *types.Map) val {
	dst := c.take(t)
	n := c.num()
	c.emit(vm.Const, n, 0, 0, int64(len(x.Elts)))
	c.emit(vm.MapMake, dst.p, n, 0, c.typeRef(t))
	for _, e := range x.Elts {
		kv := e.(*ast.KeyValueExpr)
		c.scoped(func() {
			key := c.mapKey(kv.Key, u.Key())
			c.mapPut(dst.p, key, t, c.as(kv.Value, u.Elem()))
		})
	}
	return dst
}

// tuple evaluates an expression of two results: a call, or an element of a map with ok.
func (c *plainCompiler) tuple(x ast.Expr) []val {
	switch x := ast.Unparen(x).(type) {
	case *ast.CallExpr:
		return c.callAll(x)
	case *ast.IndexExpr:
		if _, ok := c.typeOf(x.X).Underlying().(*types.Map); ok {
			v, found := c.mapGet(x, true)
			return []val{v, found}
		}
	case *ast.TypeAssertExpr:
		v, ok := c.assertion(x, true)
		return []val{v, ok}
	}
	c.giveUp("%T with two results", x)
	return nil
}

// opOf is the operator of an assignment such as +=.
var opOf = map[token.Token]token.Token{token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO,
	token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR, token.SHL_ASSIGN: token.SHL,
	token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT}
