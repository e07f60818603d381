package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// deferStmt evaluates the arguments now: the interpreter keeps references to variables.
func (p *fn) deferStmt(s *ast.DeferStmt) {
	call := p.deferred(s.Call)
	switch {
	case p.over != nil:
		p.printf("%s = append(%s, func() { %s })", p.defers, p.defers, call)
	case p.defers != "" && !p.deferRecovers(s.Call):
		// In a frame of its own: the interpreter holds this function's frame while it runs what is deferred.
		p.printf("%s = append(%s, func() func() { return func() { %s } }())", p.defers, p.defers, call)
	default:
		p.printf("defer %s", call)
	}
}

// deferRecovers tells whether a call is of a function that calls recover: it must be deferred
// itself, as a call from the list does not see the panic.
func (p *fn) deferRecovers(c *ast.CallExpr) bool {
	if lit, ok := ast.Unparen(c.Fun).(*ast.FuncLit); ok {
		return callsRecover(lit.Body)
	}
	f := p.calledObject(c.Fun)
	return f != nil && p.u.bodies[f.Origin()] != nil && callsRecover(p.u.bodies[f.Origin()].decl.Body)
}

// deferred returns a call whose operands are all evaluated.
func (p *fn) deferred(c *ast.CallExpr) string {
	fun := ast.Unparen(c.Fun)
	if b := p.builtinOf(fun); b != "" || p.src.info.Types[fun].IsType() {
		return p.deferredBuiltin(b, c)
	}
	if lit, ok := fun.(*ast.FuncLit); ok && len(c.Args) == 0 {
		return p.deferredLiteral(lit)
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
		return p.funcLit(lit) + "(" + strings.Join(args, ", ") + ")"
	}
	if made, ok := fun.(*ast.CallExpr); ok && sig.Results().Len() == 0 && p.makesRecoverer(made) {
		f := p.scope.fresh("f")
		p.printf("var %s %s = %s", f, p.typ(sig), p.operand(fun, precPrimary))
		return "func() { " + p.d.rt("Deferred") + "(recover(), func() { " + f + "(" + strings.Join(args, ", ") + ") }) }()"
	}
	// A function value: hold it as it is now.
	f := p.scope.fresh("f")
	p.printf("%s := func(f %s) %s { return f }(%s)", f, p.typ(sig), p.typ(sig), p.operand(fun, precPrimary))
	return f + "(" + strings.Join(args, ", ") + ")"
}

// makesRecoverer tells whether a call is of a declared function with a literal that calls recover. For the
// interpreter such a literal, called by defer, recovers from panics of the function that made it.
func (p *fn) makesRecoverer(c *ast.CallExpr) bool {
	f := p.calledObject(c.Fun)
	if f == nil || p.u.bodies[f.Origin()] == nil {
		return false
	}
	found := false
	ast.Inspect(p.u.bodies[f.Origin()].decl.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			found = found || callsRecover(lit.Body)
		}
		return !found
	})
	return found
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
		if r.path && len(args) == 0 {
			return p.boundCall(r, s, args)
		}
		if _, ptr := r.typ.Underlying().(*types.Pointer); ptr || types.IsInterface(r.typ) {
			r = p.kept(r, r.text, r.typ)
		}
		return p.boundCall(r, s, args)
	}
	text, ok := p.adjusted(r, m)
	if !ok {
		return p.boundCall(r, s, args)
	}
	recv := types.Type(n)
	if _, ptr := types.Unalias(m.Origin().Type().(*types.Signature).Recv().Type()).(*types.Pointer); ptr {
		recv = types.NewPointer(n)
	}
	return p.boundCall(p.kept(r, text, recv), s, args)
}

// kept puts a receiver into a variable of its own.
func (p *fn) kept(r receiver, text string, t types.Type) receiver {
	v := p.scope.fresh("r")
	p.printf("var %s %s = %s", v, p.typ(t), text)
	return receiver{v, precPrimary, t, true}
}

// deferredLiteral defers func(){…}(). In a loop the literal gets a frame of its own, or
// all of them would see the last iteration's variables; but then recover
// does not find the panic, so a literal that recovers stays as it is.
func (p *fn) deferredLiteral(lit *ast.FuncLit) string {
	if p.loops == 0 || callsRecover(lit.Body) {
		return p.funcLit(lit) + "()"
	}
	f := p.scope.fresh("f")
	p.printf("%s := func() func() { return %s }()", f, p.funcLit(lit))
	return f + "()"
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

// deferredBuiltin wraps a built-in function or a conversion.
func (p *fn) deferredBuiltin(name string, c *ast.CallExpr) string {
	if name == "recover" { // recovers nothing: it is not called by a deferred function
		return "func() {}()"
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
