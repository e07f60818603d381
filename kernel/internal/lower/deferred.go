package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// Deferred calls.
//
// The interpreter runs a function's deferred calls one after the other, and none that is left when one panics; recover finds the
// panic of the function in which a literal stands. So package rt keeps a list of its own for
// each function that defers, and runs it.

// deferStmt evaluates the operands now and adds a function to the list.
func (p *fn) deferStmt(s *ast.DeferStmt) {
	if p.defers == "" { // see simpleDefer
		p.printf("defer %s", p.deferred(s.Call))
		return
	}
	fun := ast.Unparen(s.Call.Fun)
	depth, f := 1, ""
	if lit, ok := fun.(*ast.FuncLit); ok && len(s.Call.Args) == 0 && lit.Type.Results == nil {
		p.begins = p.defers
		f, depth = p.funcLit(lit), 0
	} else {
		depth = p.deferDepth(fun)
		if ok {
			depth = 0
		}
		f = p.deferred(s.Call)
		if p.isFuncValue(fun) && isTask(p.typeOf(fun).Underlying()) {
			f, depth = strings.TrimSuffix(f, "()"), 1
		} else {
			f = "func() { " + f + " }"
		}
	}
	if strings.HasPrefix(f, "func") && (p.loops > 0 || p.over != nil) {
		f = "func() func() { return " + f + " }()" // a frame of its own for the variables of this iteration
	}
	p.printf("%s(%s, %d, %s)", p.d.rt("Defer"), p.defers, depth, f)
}

// isFuncValue tells whether fun is neither the name of a function or method nor a literal.
func (p *fn) isFuncValue(fun ast.Expr) bool {
	if _, lit := fun.(*ast.FuncLit); lit || p.builtinOf(fun) != "" || p.src.info.Types[fun].IsType() {
		return false
	}
	return p.methodCallee(fun) == nil && p.calledObject(fun) == nil
}

// deferDepth, for package rt, is how many calls of the interpreter lead to a deferred function: the one that holds its operands, and
// for an interface's method the one that finds it.
func (p *fn) deferDepth(fun ast.Expr) int {
	if s := p.methodCallee(fun); s != nil && types.IsInterface(s.recv) && p.u.isSession(s.obj.Pkg()) {
		return 3
	}
	return 2
}

// deferred returns a call whose operands are all evaluated.
func (p *fn) deferred(c *ast.CallExpr) string {
	fun := ast.Unparen(c.Fun)
	if b := p.builtinOf(fun); b != "" || p.src.info.Types[fun].IsType() {
		return p.deferredBuiltin(b, c)
	}
	sig := p.typeOf(fun).Underlying().(*types.Signature)
	args := p.boundArgs(sig, c)
	if s := p.methodCallee(fun); s != nil {
		return p.deferredMethod(fun.(*ast.SelectorExpr), s, args)
	}
	if o := p.calledObject(fun); o != nil {
		return p.callee(fun) + "(" + strings.Join(args, ", ") + ")"
	}
	if lit, ok := fun.(*ast.FuncLit); ok {
		p.begins = p.defers
		return p.funcLit(lit) + "(" + strings.Join(args, ", ") + ")"
	}
	// A function value: hold it as it is now.
	f := p.scope.fresh("f")
	p.printf("%s := func(f %s) %s { return f }(%s)", f, p.typ(sig), p.typ(sig), p.operand(fun, precPrimary))
	return f + "(" + strings.Join(args, ", ") + ")"
}

func (p *fn) methodCallee(fun ast.Expr) *selection {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	s := p.selection(sel)
	if s == nil || s.kind != types.MethodVal {
		return nil
	}
	if _, ok := s.obj.(*types.Func); !ok {
		return nil
	}
	return s
}

// deferredMethod evaluates the receiver now.
func (p *fn) deferredMethod(x *ast.SelectorExpr, s *selection, args []string) string {
	r := p.methodReceiver(x, s)
	n, m := p.static(s, r)
	if m == nil {
		_, ptr := r.typ.Underlying().(*types.Pointer)
		switch {
		case types.IsInterface(r.typ):
			r = p.kept(r, r.text, r.typ)
			p.printf("if %s == nil {\n%s()\n}", r.text, p.d.rt("NilDereference"))
		case ptr:
			r = p.kept(r, r.text, r.typ)
		case p.defers == "" && r.path && len(args) == 0:
		case pointerMethod(s.obj):
			r = p.kept(r, "&"+r.primary(), types.NewPointer(r.typ))
		default:
			r = p.kept(r, r.text, r.typ)
		}
		return p.boundCall(r, s, args)
	}
	recv := types.Type(n)
	if _, ptr := types.Unalias(m.Origin().Type().(*types.Signature).Recv().Type()).(*types.Pointer); ptr {
		recv = types.NewPointer(n)
	}
	return p.boundCall(p.kept(r, p.adjusted(r, m), recv), s, args)
}

// pointerMethod tells whether the receiver of a method is a pointer.
func pointerMethod(o types.Object) bool {
	_, ptr := types.Unalias(o.(*types.Func).Signature().Recv().Type()).(*types.Pointer)
	return ptr
}

// kept puts a receiver into a variable of its own.
func (p *fn) kept(r receiver, text string, t types.Type) receiver {
	v := p.scope.fresh("r")
	p.printf("var %s %s = %s", v, p.typ(t), text)
	return receiver{v, precPrimary, t, true}
}

// deferredBuiltin wraps a built-in function or a conversion.
func (p *fn) deferredBuiltin(name string, c *ast.CallExpr) string {
	if name == "recover" { // only in a function that is deferred itself
		if p.unwinds == "" || p.defers == "" {
			return "func() {}()"
		}
		return p.d.rt("RecoverAfter") + "(" + p.defers + ", " + p.unwinds + ")"
	}
	if name == "" || len(c.Args) == 0 || c.Ellipsis.IsValid() {
		return "func() { _ = 0; " + p.expr(c) + " }()"
	}
	var params, args, vals []string
	for i, a := range c.Args {
		t := p.typeOf(a)
		switch {
		case p.src.info.Types[a].IsType():
			return "func() { _ = 0 }()"
		case name == "panic" || p.isNil(a):
			t = emptyInterface
		}
		v := fmt.Sprintf("a%d__", i)
		params = append(params, v+" "+p.typ(t))
		args = append(args, v)
		vals = append(vals, p.as(a, t))
	}
	if name == "print" || name == "println" {
		name = p.d.rt(strings.ToUpper(name[:1]) + name[1:])
	}
	f := p.scope.fresh("f")
	p.printf("%s := func(%s) func() { return func() { %s(%s) } }(%s)", f, strings.Join(params, ", "), name, strings.Join(args, ", "), strings.Join(vals, ", "))
	return f + "()"
}

// boundArgs evaluates the arguments of a call into variables of their own.
func (p *fn) boundArgs(sig *types.Signature, c *ast.CallExpr) []string {
	if len(c.Args) == 1 {
		if t, ok := p.typeOf(c.Args[0]).(*types.Tuple); ok && t.Len() > 1 {
			vars := make([]string, t.Len())
			for i := range vars {
				vars[i] = p.scope.fresh("a")
			}
			p.printf("%s := %s", strings.Join(vars, ", "), p.expr(c.Args[0]))
			return vars
		}
	}
	out := make([]string, len(c.Args))
	for i, a := range c.Args {
		t := paramType(sig, i, c.Ellipsis.IsValid())
		val := p.as(a, t)
		if f := p.calledObject(c.Fun); prints(f) && sig.Variadic() && i >= sig.Params().Len()-1 {
			if w := p.printed(f, a, val, c.Ellipsis.IsValid()); w != val {
				out[i] = p.scope.fresh("a")
				p.printf("%s := %s", out[i], w)
				if c.Ellipsis.IsValid() {
					out[i] += "..."
				}
				continue
			}
		}
		if p.isConst(a) || p.isNil(a) {
			out[i] = val
		} else {
			if types.IsInterface(t) && !types.IsInterface(p.typeOf(a)) {
				t = p.typeOf(a)
				if b, ok := t.(*types.Basic); ok {
					t = types.Default(b)
				}
			}
			out[i] = p.scope.fresh("a")
			p.printf("var %s %s = %s", out[i], p.typ(t), val)
		}
		if c.Ellipsis.IsValid() && i == len(c.Args)-1 {
			out[i] += "..."
		}
	}
	return out
}

// goStmt starts a goroutine natively: a panic in it must fail the cell, not end
// the evaluator. The call's operands are evaluated now, in a frame of their own.
func (p *fn) goStmt(s *ast.GoStmt) {
	fun := ast.Unparen(s.Call.Fun)
	rtGo := p.d.rt("Go")
	if lit, ok := fun.(*ast.FuncLit); ok && len(s.Call.Args) == 0 && lit.Type.Results == nil {
		p.printf("%s(func() func() { return %s }())", rtGo, p.funcLit(lit))
		return
	}
	p.printf("{")
	call := p.deferred(s.Call)
	p.printf("%s(func() func() { return func() { %s } }())\n}", rtGo, call)
}

// callsRecover tells whether a body calls recover itself.
func callsRecover(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.Ident:
			found = found || n.Name == "recover"
		}
		return !found
	})
	return found
}
