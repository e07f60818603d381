package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// spread prints f(g()) where g has several results and the interpreter would not pass them on right: f is a
// value or a built-in function, or a result is converted. It becomes a literal that takes f, names the
// results and calls.
func (p *fn) spread(x *ast.CallExpr) (string, bool) {
	if len(x.Args) != 1 {
		return "", false
	}
	t, ok := p.typeOf(x.Args[0]).(*types.Tuple)
	if !ok || t.Len() < 2 {
		return "", false
	}
	builtin := p.builtinOf(x.Fun)
	if builtin == "print" || builtin == "println" {
		return "", false
	}
	names := make([]string, t.Len())
	for i := range names {
		names[i] = p.scope.fresh("a")
	}
	bind := strings.Join(names, ", ") + " := " + p.expr(x.Args[0]) + "; "
	if builtin != "" {
		return p.spreadBuiltin(builtin, x, bind, names), true
	}
	sig := p.typeOf(x.Fun).Underlying().(*types.Signature)
	f := p.calledObject(x.Fun)
	if f != nil && f.Signature().Recv() == nil && !p.spreadConverts(sig, t, f) {
		return "", false
	}
	for i := range names {
		names[i] = p.spreadArg(f, sig, i, names[i], t.At(i).Type())
	}
	callee, param, arg := "f__", "f__ "+p.typ(sig), p.callee(x.Fun)
	if f != nil && f.Signature().Recv() == nil {
		callee, param, arg = arg, "", ""
	}
	ret := ""
	if sig.Results().Len() > 0 {
		ret = "return "
	}
	if callee == "f__" && sig.Variadic() { // see packed
		first := sig.Params().Len() - 1
		slice := p.typ(sig.Params().At(first).Type())
		names = append(names[:first:first], slice+"{"+strings.Join(names[first:], ", ")+"}...")
	}
	return "func(" + param + ")" + p.results(sig) + " { " + bind + ret + callee + "(" + strings.Join(names, ", ") + ") }(" + arg + ")", true
}

// spreadConverts tells whether an argument of a call changes its type, or is formatted.
func (p *fn) spreadConverts(sig *types.Signature, t *types.Tuple, f *types.Func) bool {
	for i := range t.Len() {
		from, to := t.At(i).Type(), paramType(sig, i, false)
		if prints(f) && p.u.needsShown(from) || !types.Identical(from, to) && !(types.IsInterface(to) && !p.u.isSession(f.Pkg())) {
			return true
		}
	}
	return false
}

// spreadArg converts one result to its parameter.
func (p *fn) spreadArg(f *types.Func, sig *types.Signature, i int, name string, from types.Type) string {
	if prints(f) && sig.Variadic() && i >= sig.Params().Len()-1 {
		return p.shown(f, name, from)
	}
	return p.asFunc(name, from, paramType(sig, i, false))
}

func (p *fn) spreadBuiltin(name string, x *ast.CallExpr, bind string, args []string) string {
	if name == "delete" {
		return "func() { " + bind + "delete(" + strings.Join(args, ", ") + ") }()"
	}
	if s, ok := p.typeOf(x).Underlying().(*types.Slice); ok && name == "append" {
		args[0] = p.conv(s) + "(" + args[0] + ")"
	}
	return "func() " + p.typ(p.typeOf(x)) + " { " + bind + "return " + name + "(" + strings.Join(args, ", ") + ") }()"
}
