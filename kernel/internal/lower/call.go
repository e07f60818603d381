package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// call prints a call, a conversion or a use of a built-in function.
func (p *fn) call(x *ast.CallExpr) (string, int) {
	fun := ast.Unparen(x.Fun)
	if tv := p.src.info.Types[fun]; tv.IsType() {
		return p.conversion(p.subst(tv.Type), x.Args[0])
	}
	if s, ok := p.spread(x); ok {
		return s, precPrimary
	}
	if b := p.builtinOf(fun); b != "" {
		return p.builtin(b, x), precPrimary
	}
	if o := p.calledObject(fun); o != nil && !p.u.isSession(o.Pkg()) {
		if s, ok := p.redirect(o, x); ok {
			return s, precPrimary
		}
	}
	sig, ok := p.typeOf(fun).Underlying().(*types.Signature)
	if !ok {
		fail("call of %v", p.typeOf(fun))
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if s := p.selection(sel); s != nil && s.kind == types.MethodVal {
			if _, isMethod := s.obj.(*types.Func); isMethod {
				return p.boundCall(p.methodReceiver(sel, s), s, p.args(sig, x)), precPrimary
			}
		}
	}
	args := p.args(sig, x)
	if p.calledObject(fun) == nil {
		args = p.packed(sig, x, args)
	}
	return p.callee(fun) + "(" + strings.Join(args, ", ") + ")", precPrimary
}

// packed makes the slice of a variadic call of a function value: the interpreter does not
// see that the type of a field is variadic.
func (p *fn) packed(sig *types.Signature, x *ast.CallExpr, args []string) []string {
	if _, lit := ast.Unparen(x.Fun).(*ast.FuncLit); lit && len(args) >= sig.Params().Len() || !sig.Variadic() || x.Ellipsis.IsValid() || len(args) != len(x.Args) {
		return args
	}
	if len(x.Args) == 1 {
		if _, tuple := p.typeOf(x.Args[0]).(*types.Tuple); tuple {
			return args
		}
	}
	first := sig.Params().Len() - 1
	t := p.typ(sig.Params().At(first).Type())
	if len(args) == first {
		return append(args, t+"(nil)...")
	}
	return append(args[:first:first], t+"{"+strings.Join(args[first:], ", ")+"}...")
}

// methodReceiver is the receiver of a method call; a standard stream is the one
// that the kernel orders with other output.
func (p *fn) methodReceiver(sel *ast.SelectorExpr, s *selection) receiver {
	r := p.receiver(sel.X, s)
	if std := p.standardFile(r.text, sel.X); std != r.text {
		r.text = std
	}
	return r
}

// callee prints a function that is called at once: it needs no identity.
func (p *fn) callee(fun ast.Expr) string {
	switch f := ast.Unparen(fun).(type) {
	case *ast.FuncLit:
		return p.funcLit(f)
	case *ast.Ident:
		if o, ok := p.src.info.ObjectOf(f).(*types.Func); ok {
			return p.funcName(o, p.typeArgs(f))
		}
	case *ast.SelectorExpr:
		if p.src.info.Selections[f] == nil {
			if o, ok := p.src.info.Uses[f.Sel].(*types.Func); ok {
				return p.funcName(o, p.typeArgs(f.Sel))
			}
		}
	case *ast.IndexExpr:
		if p.isGenericFunc(f.X) {
			return p.callee(f.X)
		}
	case *ast.IndexListExpr:
		return p.callee(f.X)
	}
	s := p.operand(fun, precPrimary)
	if strings.HasPrefix(s, "func") && !strings.HasSuffix(s, ")") {
		s = "(" + s + ")"
	}
	return s
}

func (p *fn) isGenericFunc(x ast.Expr) bool {
	tv := p.src.info.Types[x]
	if !tv.IsValue() {
		return false
	}
	_, ok := tv.Type.Underlying().(*types.Signature)
	return ok
}

// args prints the arguments of a call, each converted to its parameter.
func (p *fn) args(sig *types.Signature, x *ast.CallExpr) []string {
	if len(x.Args) == 1 {
		if t, ok := p.typeOf(x.Args[0]).(*types.Tuple); ok && t.Len() > 1 {
			return []string{p.expr(x.Args[0])} // f(g()) with several results
		}
	}
	out := make([]string, len(x.Args))
	f := p.calledObject(x.Fun)
	wrap, encode := prints(f), encodes(f)
	for i, a := range x.Args {
		out[i] = p.as(a, paramType(sig, i, x.Ellipsis.IsValid()))
		if x.Ellipsis.IsValid() && p.isNil(a) {
			out[i] = p.typ(paramType(sig, i, true)) + "(nil)"
		}
		if lit, ok := ast.Unparen(a).(*ast.FuncLit); ok && f != nil && !p.u.isSession(f.Pkg()) {
			out[i] = p.ownFrame(lit, out[i], paramType(sig, i, x.Ellipsis.IsValid()))
		}
		if last := sig.Params().Len() - 1; wrap && sig.Variadic() && i >= last {
			out[i] = p.printed(f, a, out[i], x.Ellipsis.IsValid())
		} else if encode && isAny(paramType(sig, i, false)) {
			out[i] = p.printed(f, a, out[i], false)
		}
	}
	if last := len(out) - 1; x.Ellipsis.IsValid() {
		if p.isNativeVar(x.Args[last]) { // the interpreter would convert the variable to an element
			out[last] = "*(&" + out[last] + ")"
		}
		out[last] += "..."
	} else if f != nil && p.u.isSession(f.Pkg()) && p.looksSpread(sig, x) {
		last := sig.Params().Len() - 1
		out = append(out[:last:last], p.typ(sig.Params().At(last).Type())+"{"+strings.Join(out[last:], ", ")+"}...")
	}
	return out
}

// looksSpread tells whether an argument has the type of the slice that a variadic parameter is: the interpreter would
// take it for the slice.
func (p *fn) looksSpread(sig *types.Signature, x *ast.CallExpr) bool {
	if !sig.Variadic() {
		return false
	}
	last := sig.Params().Len() - 1
	slice := sig.Params().At(last).Type()
	return len(x.Args) > last && slices.ContainsFunc(x.Args[last:], func(a ast.Expr) bool { return types.Identical(p.typeOf(a).Underlying(), slice) })
}

// ownFrame prints a literal that a loop hands to native code. The interpreter makes no frame of its own for it
// there: called after the iteration (a handler, a parallel subtest) it would see the variables of the last
// one. An element of a slice has a frame.
func (p *fn) ownFrame(lit *ast.FuncLit, text string, t types.Type) string {
	if p.loops == 0 || !types.Identical(t.Underlying(), p.typeOf(lit)) || isTask(t) || len(p.captured(lit)) == 0 {
		return text
	}
	return "[]" + p.typ(t) + "{" + text + "}[0]"
}

// paramType is the type that the i-th argument is converted to.
func paramType(sig *types.Signature, i int, spread bool) types.Type {
	last := sig.Params().Len() - 1
	if !sig.Variadic() || i < last {
		return sig.Params().At(i).Type()
	}
	t := sig.Params().At(last).Type()
	if spread {
		return t
	}
	return variadicElem(t)
}

func (p *fn) conversion(t types.Type, x ast.Expr) (string, int) {
	if p.isNil(x) {
		return p.conv(t) + "(nil)", precPrimary
	}
	if p.isNamedBool(t) && p.isOperation(x) {
		return p.as(x, t), precPrimary
	}
	if !p.isConst(x) && types.Identical(p.typeOf(x), t) {
		return p.print(x)
	}
	if v := p.src.info.Types[x].Value; v != nil {
		// A constant converted to a type that has no constants, []byte("x") or any(1).
		return p.conv(t) + "(" + p.constant(v, p.src.info.Types[x].Type, false) + ")", precPrimary
	}
	if isFuncType(t) && !types.IsInterface(t) {
		return p.as(x, t), precPrimary
	}
	if s, ok := p.textConversion(t, x); ok {
		return s, precPrimary
	}
	return p.conv(t) + "(" + p.as(x, t) + ")", precPrimary
}

// textConversion is one between a string and a slice of a named type of bytes or runes, which
// the interpreter refuses.
func (p *fn) textConversion(t types.Type, x ast.Expr) (string, bool) {
	from := p.typeOf(x)
	if s, ok := from.Underlying().(*types.Slice); ok && isText(t) && !types.Identical(s.Elem(), s.Elem().Underlying()) {
		plain := p.typ(types.NewSlice(s.Elem().Underlying()))
		return fmt.Sprintf("%s(%s(%s, (*%s)(nil)).(%s))", p.conv(t), p.d.rt("See"), p.expr(x), plain, plain), true
	}
	if s, ok := t.Underlying().(*types.Slice); ok && isText(from) && !types.Identical(s.Elem(), s.Elem().Underlying()) {
		plain := p.typ(types.NewSlice(s.Elem().Underlying()))
		return fmt.Sprintf("%s(%s(%s), (*%s)(nil)).(%[4]s)", p.d.rt("See"), plain, p.expr(x), p.typ(t)), true
	}
	return "", false
}

func isText(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// builtinOf is the name of the built-in function that fun is, unsafe's included.
func (p *fn) builtinOf(fun ast.Expr) string {
	id := calledIdent(fun)
	if id == nil {
		return ""
	}
	if b, ok := p.src.info.Uses[id].(*types.Builtin); ok {
		return b.Name()
	}
	return ""
}

// calledIdent is the identifier by which a call names its function.
func calledIdent(fun ast.Expr) *ast.Ident {
	switch f := ast.Unparen(fun).(type) {
	case *ast.Ident:
		return f
	case *ast.SelectorExpr:
		return f.Sel
	case *ast.IndexExpr:
		return calledIdent(f.X)
	case *ast.IndexListExpr:
		return calledIdent(f.X)
	}
	return nil
}

// calledObject is the declared function or method that a call names.
func (p *fn) calledObject(fun ast.Expr) *types.Func {
	if id := calledIdent(fun); id != nil {
		if f, ok := p.src.info.Uses[id].(*types.Func); ok && f.Pkg() != nil {
			return f
		}
	}
	return nil
}

// redirect replaces calls of library functions that must not do what they do in a
// program of their own: ending the process ends the cell.
func (p *fn) redirect(o *types.Func, x *ast.CallExpr) (string, bool) {
	name := ""
	switch o.FullName() {
	case "os.Exit":
		name = "Exit"
	case "reflect.VisibleFields":
		name = "VisibleFields"
	case "runtime.Caller":
		return p.callerCall(o, x)
	default:
		switch o.Pkg().Path() {
		case "log":
			return p.logCall(o, x)
		case "testing":
			return p.testingCall(o, x)
		case "reflect":
			if s, ok := p.reflectCall(o, x); ok {
				return s, true
			}
		case processPath:
			return p.processCall(o, x)
		}
		return p.nativeInstance(o, x)
	}
	return p.d.rt(name) + "(" + strings.Join(p.args(o.Signature(), x), ", ") + ")", true
}

// native prints the name of a function of a native package.
func (p *fn) native(f *types.Func) string {
	switch f.FullName() {
	case "os.Exit":
		return p.d.rt("Exit")
	case "log.Fatal":
		return p.d.rt("Fatal")
	case "log.Fatalf":
		return p.d.rt("Fatalf")
	case "log.Fatalln":
		return p.d.rt("Fatalln")
	}
	if f.Signature().TypeParams().Len() > 0 {
		fail("generic function %s is not available", f.FullName())
	}
	return p.d.pkg(f.Pkg().Path()) + "." + f.Name()
}

// standardFile prints rt's stream for os.Stdout and its like where their
// methods are used, so that the writes stand in order with other output.
func (p *fn) standardFile(s string, x ast.Expr) string {
	sel, ok := ast.Unparen(x).(*ast.SelectorExpr)
	if !ok {
		return s
	}
	v, ok := p.src.info.Uses[sel.Sel].(*types.Var)
	if !ok || v.Pkg() == nil || v.Pkg().Path() != "os" || p.src.info.Selections[sel] != nil {
		return s
	}
	switch v.Name() {
	case "Stdin", "Stdout", "Stderr":
		return p.d.rt(v.Name())
	}
	return s
}
