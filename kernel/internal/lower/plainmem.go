package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// address is a place in memory: off bytes after what P[p] points to.
type address struct {
	p   int
	off int64
}

var loads = [...]vm.Op{vm.Int8: vm.Load8, vm.Uint8: vm.Load8U, vm.Int16: vm.Load16, vm.Uint16: vm.Load16U, vm.Int32: vm.Load32, vm.Uint32: vm.Load32U,
	vm.Word64: vm.Load64, vm.Float32: vm.LoadF32, vm.Pointer: vm.LoadP}

var stores = [...]vm.Op{vm.Int8: vm.Store8, vm.Uint8: vm.Store8, vm.Int16: vm.Store16, vm.Uint16: vm.Store16, vm.Int32: vm.Store32, vm.Uint32: vm.Store32,
	vm.Word64: vm.Store64, vm.Float32: vm.StoreF32, vm.Pointer: vm.StoreP}

// load reads a value; what is boxed stays where it is.
func (c *plainCompiler) load(a address, t types.Type) val {
	l := c.layout(t)
	if l.Boxed {
		return val{t: t, lay: l, p: a.p, off: a.off}
	}
	if len(l.Leaves) == 0 { // reading nothing through nil panics, too
		c.emit(vm.Check, a.p, 0, 0, 0)
	}
	dst := c.take(t)
	n, p := dst.n, dst.p
	if a.p >= dst.p { // the address may be in a temporary just below, never above
		c.giveUp("registers")
	}
	for _, leaf := range l.Leaves {
		if leaf.Kind == vm.Pointer {
			c.emit(vm.LoadP, p, a.p, 0, a.off+int64(leaf.Offset))
			p++
		} else {
			c.emit(loads[leaf.Kind], n, a.p, 0, a.off+int64(leaf.Offset))
			n++
		}
	}
	return dst
}

// store writes a value.
func (c *plainCompiler) store(a address, v val) {
	if v.lay.Boxed {
		c.emit(vm.Copy, c.exact(a), c.exact(address{v.p, v.off}), 0, c.typeRef(v.t))
		return
	}
	n, p := v.n, v.p
	for _, leaf := range v.lay.Leaves {
		if leaf.Kind == vm.Pointer {
			c.emit(vm.StoreP, p, a.p, 0, a.off+int64(leaf.Offset))
			p++
		} else {
			c.emit(stores[leaf.Kind], n, a.p, 0, a.off+int64(leaf.Offset))
			n++
		}
	}
}

// exact is a register that points to an address.
func (c *plainCompiler) exact(a address) int {
	if a.off == 0 {
		return a.p
	}
	p := c.ptr()
	c.emit(vm.Offset, p, a.p, 0, a.off)
	return p
}

// inMemory is a register that points to memory that holds v.
func (c *plainCompiler) inMemory(v val) int {
	if v.lay.Boxed {
		return c.exact(address{v.p, v.off})
	}
	p := c.ptr()
	c.emit(vm.New, p, 0, 0, c.typeRef(v.t))
	c.store(address{p, 0}, v)
	return p
}

// addr is the address of x, which lies in memory.
func (c *plainCompiler) addr(x ast.Expr) address {
	a, ok := c.memAddr(x)
	if !ok {
		c.giveUp("address of %T", x)
	}
	return a
}

// memAddr is the address of x, or false when x has none; then it has emitted nothing.
func (c *plainCompiler) memAddr(x ast.Expr) (address, bool) {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		v, ok := c.src.info.ObjectOf(x).(*types.Var)
		if !ok {
			return address{}, false
		}
		if p := c.vars[v]; p != nil {
			return address{p.p, 0}, p.boxed
		}
		return c.global(v), true
	case *ast.StarExpr:
		v := c.expr(x.X)
		return address{v.p, 0}, true
	case *ast.SelectorExpr:
		return c.fieldAddr(x)
	case *ast.IndexExpr:
		switch t := c.typeOf(x.X).Underlying().(type) {
		case *types.Slice, *types.Array:
			return c.elemAddr(c.element(x)), true
		case *types.Pointer:
			_ = t
			return c.elemAddr(c.element(x)), true
		}
	}
	return address{}, false
}

func (c *plainCompiler) fieldAddr(x *ast.SelectorExpr) (address, bool) {
	s := c.selection(x)
	if s == nil || s.kind != types.FieldVal {
		return address{}, false
	}
	if _, ptr := s.recv.Underlying().(*types.Pointer); ptr {
		v := c.expr(x.X)
		return c.walk(address{v.p, 0}, deref(s.recv), s.path), true
	}
	if a, ok := c.memAddr(x.X); ok {
		return c.walk(a, s.recv, s.path), true
	}
	if c.layout(s.recv).Boxed {
		v := c.expr(x.X)
		return c.walk(address{v.p, v.off}, s.recv, s.path), true
	}
	return address{}, false
}

// walk follows a path of fields from a struct of type t in memory.
func (c *plainCompiler) walk(a address, t types.Type, path []int) address {
	for _, i := range path {
		if ptr, ok := t.Underlying().(*types.Pointer); ok {
			p := c.ptr()
			c.emit(vm.LoadP, p, a.p, 0, a.off)
			a, t = address{p, 0}, ptr.Elem()
		}
		st := t.Underlying().(*types.Struct)
		a.off += int64(c.offsets(st)[i])
		t = st.Field(i).Type()
	}
	return a
}

// selector reads a field.
func (c *plainCompiler) selector(x *ast.SelectorExpr) val {
	s := c.selection(x)
	if s == nil {
		return c.qualified(x)
	}
	if s == nil || s.kind != types.FieldVal || c.nativePath(s) && len(s.path) > 1 {
		c.giveUp("selector %s", x.Sel.Name)
	}
	t := c.typeOf(x)
	if a, ok := c.fieldAddr(x); ok {
		return c.load(a, t)
	}
	v, vt := c.expr(x.X), s.recv
	for at, i := range s.path {
		if ptr, ok := vt.Underlying().(*types.Pointer); ok {
			return c.load(c.walk(address{v.p, 0}, ptr.Elem(), s.path[at:]), t)
		}
		st := vt.Underlying().(*types.Struct)
		v = c.field(v, st, i)
		vt = st.Field(i).Type()
	}
	v.t = t
	return v
}

// qualified evaluates a function or a variable of a package.
func (c *plainCompiler) qualified(x *ast.SelectorExpr) val {
	switch o := c.src.info.Uses[x.Sel].(type) {
	case *types.Func:
		return c.funcValue(o, x.Sel, c.typeOf(x))
	case *types.Var: // others may be replaced, as os.Stdout is
		if types.Identical(o.Type(), errorType) && !c.u.isSession(o.Pkg()) {
			return c.load(c.globalAt("&"+c.nativeVar(o)), o.Type())
		}
	}
	c.giveUp("selector %s", x.Sel.Name)
	return val{}
}

var errorType = types.Universe.Lookup("error").Type()

// field is the i-th field of a struct in registers.
func (c *plainCompiler) field(v val, st *types.Struct, i int) val {
	for j := range i {
		l := c.layout(st.Field(j).Type())
		v.n, v.p = v.n+l.n, v.p+l.p
	}
	v.t = st.Field(i).Type()
	v.lay = c.layout(v.t)
	return v
}

// element is an element of a slice or an array whose index is not checked yet.
type element struct {
	t        types.Type
	array    bool
	base     address
	length   int64 // of an array; of a slice its register
	index    int   // register; -1: known
	known    int64
	unsigned bool
}

func (c *plainCompiler) element(x *ast.IndexExpr) element {
	var e element
	switch t := c.typeOf(x.X).Underlying().(type) {
	case *types.Slice:
		v := c.expr(x.X)
		e = element{t: t.Elem(), base: address{v.p, 0}, length: int64(v.n)}
	case *types.Array:
		v := c.expr(x.X)
		e = element{t: t.Elem(), array: true, base: address{v.p, v.off}, length: t.Len()}
	case *types.Pointer:
		a, ok := t.Elem().Underlying().(*types.Array)
		if !ok {
			c.giveUp("index")
		}
		v := c.expr(x.X)
		e = element{t: a.Elem(), array: true, base: address{v.p, 0}, length: a.Len()}
	default:
		c.giveUp("index")
	}
	e.index = -1
	if k, ok := c.constBits(x.Index, types.Typ[types.Int]); ok && e.array {
		e.known = k
		return e
	}
	e.index, e.unsigned = c.indexReg(x.Index)
	return e
}

// indexReg evaluates an index.
func (c *plainCompiler) indexReg(x ast.Expr) (reg int, unsigned bool) {
	t := c.typeOf(x)
	if c.isConst(x) {
		t = types.Typ[types.Int]
	}
	v := c.as(x, t)
	return v.n, isUnsigned(t) && sizes.Sizeof(t) == 8
}

// elemAddr checks the index and gives the element's address.
func (c *plainCompiler) elemAddr(e element) address {
	size := sizes.Sizeof(e.t)
	c.layout(e.t)
	switch {
	case e.array && e.index < 0:
		return address{e.base.p, e.base.off + e.known*size}
	case e.array:
		base := c.exact(e.base)
		p := c.ptr()
		op := vm.IndexA
		if e.unsigned {
			op = vm.IndexAU
		}
		if size >= 1<<31 || e.length >= 1<<31 {
			c.giveUp("large array")
		}
		c.emit(op, p, base, e.index, size<<32|e.length)
		return address{p, 0}
	}
	op := vm.Index
	if e.unsigned {
		op = vm.IndexU
	}
	p := c.ptr()
	c.emit(op, p, e.base.p, e.index, size<<16|e.length)
	return address{p, 0}
}

// quick are the operations that read and write an element of a slice in one step.
func (e element) quick(l *layout) (get, put vm.Op, ok bool) {
	if e.unsigned || len(l.Leaves) != 1 || l.Boxed {
		return 0, 0, false
	}
	if e.array {
		if l.Leaves[0].Kind == vm.Word64 && e.base.off == 0 && e.index >= 0 {
			return vm.IndexA64, vm.PutA64, true
		}
		return 0, 0, false
	}
	switch l.Leaves[0].Kind {
	case vm.Uint8:
		return vm.Index8U, vm.Put8, true
	case vm.Int32:
		return vm.Index32, vm.Put32, true
	case vm.Word64:
		return vm.Index64, vm.Put64, true
	case vm.Pointer:
		return vm.IndexP, vm.PutP, true
	}
	return 0, 0, false
}

// index reads an element.
func (c *plainCompiler) index(x *ast.IndexExpr) val {
	t := c.typeOf(x)
	switch c.typeOf(x.X).Underlying().(type) {
	case *types.Map:
		v, _ := c.mapGet(x, false)
		return v
	case *types.Basic:
		s := c.expr(x.X)
		i, _ := c.indexReg(x.Index)
		dst := c.take(t)
		c.emit(vm.Index8U, dst.n, s.p, i, int64(s.n))
		return dst
	}
	return c.readElement(c.element(x), t)
}

func (c *plainCompiler) readElement(e element, t types.Type) val {
	l := c.layout(t)
	get, _, ok := e.quick(l)
	if !ok {
		return c.load(c.elemAddr(e), t)
	}
	dst := c.take(t)
	reg := dst.n
	if l.p == 1 {
		reg = dst.p
	}
	c.emit(get, reg, e.base.p, e.index, e.length)
	return dst
}

// slice evaluates x[low:high:max].
func (c *plainCompiler) slice(x *ast.SliceExpr) val {
	t := c.typeOf(x)
	dst := val{t: t, lay: c.layout(t), n: c.n, p: c.p}
	c.reserve(5, 1)
	op, size := vm.Slice, int64(1)
	from := dst.p
	switch xt := c.typeOf(x.X).Underlying().(type) {
	case *types.Slice:
		size = sizes.Sizeof(xt.Elem())
		v := c.expr(x.X)
		from = v.p
		c.emit(vm.Move, dst.n, v.n, 0, 0)
		c.emit(vm.Move, dst.n+1, v.n+1, 0, 0)
	case *types.Basic:
		op = vm.SliceS
		v := c.as(x.X, c.typeOf(x.X))
		from = v.p
		c.emit(vm.Move, dst.n, v.n, 0, 0)
	case *types.Array:
		op, size = vm.SliceA, sizes.Sizeof(xt.Elem())
		from = c.exact(c.addr(x.X))
		c.emit(vm.Const, dst.n, 0, 0, xt.Len())
	case *types.Pointer:
		a, ok := xt.Elem().Underlying().(*types.Array)
		if !ok {
			c.giveUp("slice")
		}
		op, size = vm.SliceA, sizes.Sizeof(a.Elem())
		from = c.expr(x.X).p
		c.emit(vm.Const, dst.n, 0, 0, a.Len())
	}
	flags := size << 2
	for i, bound := range []ast.Expr{x.Low, x.High, x.Max} {
		switch {
		case bound != nil:
			b := val{t: types.Typ[types.Int], lay: c.layout(types.Typ[types.Int]), n: dst.n + 2 + i}
			if bt := c.typeOf(bound); isInteger(bt) && !c.isConst(bound) {
				b.t = bt
			}
			c.into(b, bound)
			flags |= int64(i) // 1: high, 2: max
		case i == 0:
			c.emit(vm.Const, dst.n+2, 0, 0, 0)
		}
	}
	c.emit(op, dst.p, from, dst.n, flags)
	return dst
}

// addressOf evaluates &x.
func (c *plainCompiler) addressOf(x *ast.UnaryExpr) val {
	t := c.typeOf(x)
	if lit, ok := ast.Unparen(x.X).(*ast.CompositeLit); ok {
		return c.newComposite(lit, deref(t), t)
	}
	a := c.addr(x.X)
	dst := c.take(t)
	c.emit(vm.Offset, dst.p, a.p, 0, a.off)
	return dst
}

// findInMem notes the variables whose address is taken, by &, a method call or a slice of an array.
func (c *plainCompiler) findInMem(body ast.Node) {
	note := func(x ast.Expr) {
		for {
			switch y := ast.Unparen(x).(type) {
			case *ast.SelectorExpr:
				if s := c.selection(y); s == nil || isPointer(s.recv) {
					return
				}
				x = y.X
				continue
			case *ast.IndexExpr:
				if _, array := c.typeOf(y.X).Underlying().(*types.Array); !array {
					return
				}
				x = y.X
				continue
			case *ast.Ident:
				if v, ok := c.src.info.ObjectOf(y).(*types.Var); ok {
					c.inMem[v] = true
				}
			}
			return
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				note(n.X)
			}
		case *ast.SliceExpr:
			if _, array := c.typeOf(n.X).Underlying().(*types.Array); array {
				note(n.X)
			}
		case *ast.SelectorExpr:
			if s := c.selection(n); s != nil && s.kind == types.MethodVal && !isPointer(s.recv) && c.needsAddress(s) {
				note(n.X)
			}
		case *ast.FuncLit:
			c.noteCaptured(n)
		}
		return true
	})
}

// needsAddress tells whether methodRecv wants the receiver in memory.
func (c *plainCompiler) needsAddress(s *selection) bool {
	m, ok := s.obj.(*types.Func)
	if !ok || len(s.path) > 1 {
		return true
	}
	return !types.IsInterface(s.recv) && isPointer(m.Origin().Type().(*types.Signature).Recv().Type())
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}
