package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// callExpr evaluates a call with one result.
func (c *plainCompiler) callExpr(x *ast.CallExpr) val {
	if v, ok := c.called[x]; ok {
		delete(c.called, x) // a condition is compiled twice
		return v
	}
	fun := ast.Unparen(x.Fun)
	if tv := c.src.info.Types[fun]; tv.IsType() {
		return c.convert(x.Args[0], c.subst(tv.Type))
	}
	if b := c.builtinOf(fun); b != "" {
		return c.builtinCall(b, x)
	}
	out := c.callAll(x)
	if len(out) != 1 {
		c.giveUp("call without a result")
	}
	return out[0]
}

// order evaluates the calls that change something in a list of operands ahead of the operands, as the Go compiler
// does, when an operand before a call reads memory that the call may change.
func (c *plainCompiler) order(operands ...ast.Expr) {
	var calls []*ast.CallExpr
	memory, late := false, false
	for _, x := range operands {
		ast.Inspect(x, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.BinaryExpr:
				if n.Op == token.LAND || n.Op == token.LOR {
					return false
				}
			case *ast.CallExpr:
				if c.changes(n) && c.called[n].lay == nil {
					calls = append(calls, n)
					late = late || memory
					return false
				}
			case *ast.Ident:
				v, ok := c.src.info.Uses[n].(*types.Var)
				memory = memory || ok && (c.vars[v] == nil || c.vars[v].boxed)
			case *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
				memory = true
			}
			return true
		})
	}
	if !late {
		return
	}
	for _, x := range calls {
		if out := c.callAll(x); len(out) == 1 {
			c.called[x] = out[0]
		} else {
			c.giveUp("order of calls")
		}
	}
}

// callAll calls a function and returns its results.
func (c *plainCompiler) callAll(x *ast.CallExpr) []val {
	fun := ast.Unparen(x.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if s := c.selection(sel); s != nil {
			return c.callMethod(x, sel, s)
		}
	}
	o := c.calledObject(fun)
	if o == nil {
		return c.callValue(fun, x)
	}
	sig, args := c.typeOf(fun).Underlying().(*types.Signature), c.typeArgs(calledIdent(fun))
	if text := c.plainNative(o, args); text != "" || !c.u.isSession(o.Pkg()) && c.u.lib.function(o) == nil || o.FullName() == "slices.Sort" {
		return c.callNative(o, text, sig, x)
	}
	name := c.funcName(o, args)
	delete(c.d.uses, name) // its code is used, not what interpreted code calls
	return c.callSession(name, sig, x, nil)
}

// callMethod calls a method that the type tells.
func (c *plainCompiler) callMethod(x *ast.CallExpr, sel *ast.SelectorExpr, s *selection) []val {
	if s.kind == types.FieldVal {
		return c.callValue(sel, x)
	}
	if s.kind != types.MethodVal {
		c.giveUp("method expression")
	}
	if types.IsInterface(s.recv) {
		return c.callIface(x, sel, s, s.recv)
	}
	if c.nativePath(s) {
		return c.callLibraryMethod(x, sel, s)
	}
	r := receiver{typ: s.recv}
	for _, i := range s.path[:len(s.path)-1] {
		r.typ = types.Unalias(deref(r.typ).Underlying().(*types.Struct).Field(i).Type())
	}
	if types.IsInterface(r.typ) {
		return c.callIface(x, sel, s, r.typ)
	}
	n, m := c.static(s, r)
	if m == nil {
		c.giveUp("method of the library")
	}
	name := c.u.methodFunc(n, m)
	return c.callSession(name, c.typeOf(sel).Underlying().(*types.Signature), x, func(sig *types.Signature) val {
		return c.methodRecv(sel, s, isPointer(m.Origin().Type().(*types.Signature).Recv().Type()), n)
	})
}

// methodRecv evaluates the receiver as the method takes it.
func (c *plainCompiler) methodRecv(sel *ast.SelectorExpr, s *selection, ptr bool, n types.Type) val {
	fields := s.path[:len(s.path)-1]
	t := s.recv
	var a address
	switch {
	case isPointer(t):
		v := c.expr(sel.X)
		if len(fields) == 0 && ptr {
			return v
		}
		a = c.walk(address{v.p, 0}, deref(t), fields)
	case len(fields) == 0 && !ptr:
		return c.expr(sel.X)
	default:
		a = c.walk(c.addr(sel.X), t, fields)
	}
	for _, i := range fields {
		t = deref(t).Underlying().(*types.Struct).Field(i).Type()
	}
	if len(fields) > 0 && isPointer(t) { // an embedded pointer
		v := c.load(a, t)
		if ptr {
			return v
		}
		a = address{v.p, 0}
	}
	if !ptr {
		return c.load(a, n)
	}
	dst := c.take(types.NewPointer(n))
	c.emit(vm.Offset, dst.p, a.p, 0, a.off)
	return dst
}

// callSession calls a function by its lowered name. The arguments go where the callee's first registers will be.
func (c *plainCompiler) callSession(name string, sig *types.Signature, x *ast.CallExpr, recv func(*types.Signature) val) []val {
	f := c.u.plain[name]
	if f == nil || f.failed {
		c.giveUp("%s is not plain", name)
	}
	params := tupleTypes(sig.Params())
	var window []val
	n, p := c.n, c.p
	if recv != nil {
		v := recv(sig)
		r := c.take(v.t)
		// The receiver's temporaries lie below the window.
		n, p = r.n, r.p
		c.moveOwned(r, v)
		window = append(window, r)
	}
	for _, t := range params {
		window = append(window, c.take(t))
	}
	if recv != nil {
		window = window[1:]
	}
	c.arguments(window, sig, x)
	c.emit(vm.Call, n, p, 0, int64(c.funcRef(f)))
	c.n, c.p = n, p
	out := make([]val, sig.Results().Len())
	for i := range out {
		out[i] = c.take(c.subst(sig.Results().At(i).Type()))
		out[i].own = out[i].lay.Boxed
	}
	c.fixed = len(c.code.Ins)
	return out
}

// moveOwned moves v, which may be boxed.
func (c *plainCompiler) moveOwned(dst, v val) {
	n, p := c.n, c.p
	c.move(dst, c.owned(v), n, p)
	c.n, c.p = n, p
}

func tupleTypes(t *types.Tuple) []types.Type {
	var list []types.Type
	for v := range t.Variables() {
		list = append(list, v.Type())
	}
	return list
}

// arguments evaluates a call's arguments into registers.
func (c *plainCompiler) arguments(window []val, sig *types.Signature, x *ast.CallExpr) {
	if len(x.Args) == 1 && len(window) != 1 {
		if _, tuple := c.typeOf(x.Args[0]).(*types.Tuple); tuple {
			c.forwardTuple(window, sig, x)
			return
		}
	}
	c.order(x.Args...)
	f := c.calledObject(x.Fun)
	for i, w := range window {
		if sig.Variadic() && i == len(window)-1 && !x.Ellipsis.IsValid() {
			c.packArgs(w, x.Args[i:], f)
			return
		}
		if x.Ellipsis.IsValid() && i == len(window)-1 && prints(f) && !c.isNil(x.Args[i]) {
			c.scoped(func() { c.move(w, c.callRT("ShownAll", c.as(x.Args[i], w.t))[0], 1<<30, 1<<30) })
			continue
		}
		if encodes(f) && isAny(w.t) && !c.isNil(x.Args[i]) && c.u.needsShown(c.typeOf(x.Args[i])) {
			c.scoped(func() { c.move(w, c.callShown(c.as(x.Args[i], w.t)), 1<<30, 1<<30) })
			continue
		}
		c.into(w, x.Args[i])
	}
}

// forwardTuple evaluates the arguments of f(g()).
func (c *plainCompiler) forwardTuple(window []val, sig *types.Signature, x *ast.CallExpr) {
	if sig.Variadic() || prints(c.calledObject(x.Fun)) || encodes(c.calledObject(x.Fun)) {
		c.giveUp("call with the results of a call")
	}
	c.scoped(func() {
		vals := c.tuple(x.Args[0])
		for i, w := range window {
			c.move(w, c.owned(c.coerce(vals[i], w.t)), 1<<30, 1<<30)
		}
	})
}

// packArgs makes the slice of a variadic parameter.
func (c *plainCompiler) packArgs(dst val, args []ast.Expr, f *types.Func) {
	if len(args) == 0 {
		c.zero(dst)
		return
	}
	elem := dst.t.Underlying().(*types.Slice).Elem()
	c.emit(vm.Const, dst.n, 0, 0, int64(len(args)))
	c.emit(vm.Const, dst.n+1, 0, 0, int64(len(args)))
	c.emit(vm.Make, dst.p, dst.n, 0, c.typeRef(elem))
	for i, a := range args {
		c.scoped(func() {
			v := c.as(a, elem)
			if f != nil && prints(f) && c.shown(f, "", c.typeOf(a)) != "" {
				v = c.callShown(v)
			}
			c.store(address{dst.p, int64(i) * sizes.Sizeof(elem)}, v)
		})
	}
}

// leaves are the packages whose functions call nothing of a cell and change nothing that one sees.
var leaves = map[string]bool{"math": true, "math/bits": true, "strings": true, "strconv": true, "unicode": true, "unicode/utf8": true, "cmp": true}

// changes tells whether a call may run code of a cell or change its memory.
func (c *plainCompiler) changes(x *ast.CallExpr) bool {
	if c.src.info.Types[x.Fun].IsType() || c.builtinOf(x.Fun) != "" {
		return false
	}
	o := c.calledObject(x.Fun)
	if o == nil || o.Pkg() == nil || c.u.isSession(o.Pkg()) || o.Signature().Recv() != nil {
		return true
	}
	path := o.Pkg().Path()
	if !leaves[path] && (path != "fmt" || !prints(o)) {
		return true
	}
	for _, a := range x.Args {
		if t := c.typeOf(a); isFuncType(t) || c.u.needsShown(t) {
			return true
		}
	}
	return false
}

// callValue calls a function value.
func (c *plainCompiler) callValue(fun ast.Expr, x *ast.CallExpr) []val {
	t := c.typeOf(fun)
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		c.giveUp("call of %v", t)
	}
	var f val
	if lit, ok := fun.(*ast.FuncLit); ok {
		f = c.funcLit(lit, true)
	} else {
		f = c.as(fun, t)
	}
	held := c.take(t)
	c.move(held, f, 1<<30, 1<<30)
	ref := vm.NativeRef{Arg: c.arg("(*" + c.typ(t) + ")(nil)"), Value: true}
	return c.native(ref, vm.Invoke, held.p, sig, nil, x)
}
