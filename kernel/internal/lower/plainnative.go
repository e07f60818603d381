package lower

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"iyagi/kernel/internal/vm"
)

// Calls of the library.

// callShown makes the value of a session type one that fmt sees as it is declared.
func (c *plainCompiler) callShown(v val) val { return c.callRT("Shown", v)[0] }

// callRT calls a function of package rt whose results have the types of its arguments.
func (c *plainCompiler) callRT(name string, v val) []val {
	w := c.take(v.t)
	c.move(w, v, 1<<30, 1<<30)
	l := []vm.Layout{v.lay.Layout}
	ref := vm.NativeRef{Arg: c.arg(c.d.rt(name)), Params: l}
	if name != "Sort" {
		ref.Results = l
	}
	c.code.N = max(c.code.N, w.n+2)
	c.emit(vm.Native, w.n, w.p, 0, int64(len(c.code.Natives)))
	c.code.Natives = append(c.code.Natives, ref)
	c.fixed = len(c.code.Ins)
	return []val{w}
}

// intrinsics are functions that are one operation.
var intrinsics = map[string]vm.Op{"math.Sqrt": vm.SqrtF, "math.Abs": vm.AbsF, "math.Floor": vm.FloorF,
	"math.Float64bits": vm.Move, "math.Float64frombits": vm.Move}

// quick are the packages whose functions never block and call nothing of a cell.
var quick = map[string]bool{"math": true, "math/bits": true, "strings": true, "strconv": true, "unicode": true, "unicode/utf8": true,
	"bytes": true, "fmt": true, "errors": true, "math/rand": true, "math/rand/v2": true, "cmp": true, "slices": true, "maps": true, "sort": true}

// particular are the packages of which lowering replaces functions and methods.
var particular = []string{"log", "log/slog", "testing", "reflect", "syscall", "unsafe", "runtime/debug"}

func isParticular(pkg *types.Package) bool {
	return slices.Contains(particular, pkg.Path()) || strings.HasPrefix(pkg.Path(), "iyagi/")
}

// plainNative is the text of the compiled function that o is; empty: it is none, or lowering replaces it.
func (c *plainCompiler) plainNative(o *types.Func, args []types.Type) string {
	pkg := o.Pkg()
	if pkg == nil || o.Signature().Recv() != nil || isParticular(pkg) || o.FullName() == "os.Exit" {
		return ""
	}
	if text, ok := c.compiled(o.Origin(), args); ok {
		return text
	}
	if c.u.isSession(pkg) || c.u.lib.function(o) != nil || o.Signature().TypeParams().Len() > 0 {
		return ""
	}
	return c.d.pkg(pkg.Path()) + "." + o.Name()
}

// callLibraryMethod calls a method of a type of the library.
func (c *plainCompiler) callLibraryMethod(x *ast.CallExpr, sel *ast.SelectorExpr, s *selection) []val {
	m, n := s.obj.(*types.Func), deref(s.recv)
	named, ok := n.(*types.Named)
	if !ok || len(s.path) != 1 || !m.Exported() || named.TypeArgs().Len() > 0 || c.u.lib.named(named) != nil || isParticular(m.Pkg()) {
		c.giveUp("method %s of the library", m.FullName())
	}
	v := c.methodRecv(sel, s, isPointer(m.Signature().Recv().Type()), named)
	ref := vm.NativeRef{Arg: c.arg("(*" + c.typ(n) + ")(nil)"), Method: m.Name(), Slow: !quick[m.Pkg().Path()]}
	if !isPointer(m.Signature().Recv().Type()) { // pointers have the method, too
		v = val{t: types.NewPointer(n), lay: c.layout(types.NewPointer(n)), p: c.inMemory(v)}
	}
	return c.native(ref, vm.Native, 0, m.Signature(), &v, x)
}

// callNative calls a compiled function.
func (c *plainCompiler) callNative(o *types.Func, text string, sig *types.Signature, x *ast.CallExpr) []val {
	if op, ok := intrinsics[o.FullName()]; ok {
		v := c.as(x.Args[0], sig.Params().At(0).Type())
		dst := c.take(sig.Results().At(0).Type())
		c.emit(op, dst.n, v.n, 0, 0)
		return []val{dst}
	}
	switch o.FullName() {
	case "slices.Sort":
		return c.callRT("Sort", c.as(x.Args[0], emptyInterface))[:0]
	}
	if text == "" {
		c.giveUp("call of %s", o.FullName())
	}
	return c.native(vm.NativeRef{Arg: c.arg(text), Slow: !quick[o.Pkg().Path()]}, vm.Native, 0, sig, nil, x)
}

// native calls a compiled function or a function value.
func (c *plainCompiler) native(ref vm.NativeRef, op vm.Op, reg int, sig *types.Signature, recv *val, x *ast.CallExpr) []val {
	n, p := c.n, c.p
	if recv != nil {
		r := c.take(recv.t)
		c.moveOwned(r, *recv)
		ref.Params = append(ref.Params, r.lay.Layout)
	}
	var window []val
	for _, t := range tupleTypes(sig.Params()) {
		w := c.take(t)
		window = append(window, w)
		ref.Params = append(ref.Params, w.lay.Layout)
	}
	c.arguments(window, sig, x)
	endN, endP := c.n, c.p
	c.n, c.p = n, p
	var out []val
	for _, t := range tupleTypes(sig.Results()) {
		v := c.take(t)
		v.own = v.lay.Boxed
		out = append(out, v)
		ref.Results = append(ref.Results, v.lay.Layout)
	}
	c.code.N, c.code.P = max(c.code.N, endN, n+2), max(c.code.P, endP)
	c.emit(op, n, p, reg, int64(len(c.code.Natives)))
	c.code.Natives = append(c.code.Natives, ref)
	c.fixed = len(c.code.Ins)
	return out
}
