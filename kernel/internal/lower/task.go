package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"iyagi/kernel/internal/eval"
)

// Tasks: values of type func().
//
// Packages process and thread must know which function of the cell a func() is, wherever
// it came from, and what it captures. So each value of exactly that type is made by
// rt.Func(id, f, &captured…), and a declared function does the same with the
// captured variables as parameters, for a process that has only copies of them.

func isTask(t types.Type) bool {
	sig, ok := types.Unalias(t).(*types.Signature)
	return ok && sig.Params().Len() == 0 && sig.Results().Len() == 0
}

// literalValue prints a function literal that is a value.
func (p *fn) literalValue(x *ast.FuncLit) string {
	self, _ := p.assigns.(*types.Var)
	p.assigns = nil
	if name := p.plainLit(x); name != "" {
		return name
	}
	lit := p.funcLit(x)
	if p.src.lib != "" || !isTask(p.typeOf(x)) {
		if p.deferring {
			// In a frame of its own: the interpreter locks the frame that made a function when it returns, and holds this
			// function's while it runs what is deferred.
			return "func() " + p.typ(p.typeOf(x)) + " { return " + lit + " }()"
		}
		return lit
	}
	vars := p.captured(x)
	wrapped := len(vars) > 0
	if i := slices.Index(vars, self); i >= 0 {
		vars = slices.Delete(vars, i, i+1)
	} else {
		self = nil
	}
	id := p.u.newFuncID()
	args := []string{fmt.Sprint(id), lit}
	if wrapped {
		// In a frame of its own: the interpreter gives native functions the live one.
		args[1] = "func() func() { return " + lit + " }()"
	}
	f := eval.Func{ID: id, Line: p.line(x), Decl: p.u.unique("func", p.u.suffix(p.src))}
	f.Name = fmt.Sprintf("%s, line %d", p.src.fset.Position(x.Pos()).Filename, f.Line)
	for _, v := range vars {
		args = append(args, "&"+p.objectName(v))
		f.Captured = append(f.Captured, p.u.capturedVar(v, p.subst(v.Type())))
	}
	p.addTask(f)
	p.u.lift(f.Decl, p, x, vars, self)
	return p.d.rt("Func") + "(" + strings.Join(args, ", ") + ")"
}

// funcValue is a declared function that is used as a value. A task gets its identity. Another one gets the form of a
// value, which its name alone has only as an argument of a call and where a variable's type is written: the interpreter's own form of it can
// neither be returned nor stored in a map.
func (p *fn) funcValue(name string, f *types.Func, at *ast.Ident) string {
	if strings.Contains(name, ".") { // compiled
		return name
	}
	t := p.subst(f.Type())
	if in, ok := p.src.info.Instances[at]; ok {
		t = p.subst(in.Type)
	}
	if !isTask(t) || p.src.lib != "" || f.Signature().TypeParams().Len() > 0 && !isTask(f.Type()) || !p.u.isSession(f.Pkg()) {
		return "[]" + p.typ(t) + "{" + name + "}[0]"
	}
	id, ok := p.u.funcIDs[name]
	if !ok {
		id = p.u.newFuncID()
		put(p.u.Lowerer, p.u.funcIDs, name, id)
	}
	pos := p.line(at)
	if b := p.u.bodies[f.Origin()]; b != nil {
		pos = b.src.fset.Position(b.decl.Pos()).Line
	}
	p.addTask(eval.Func{ID: id, Name: f.Name(), Line: pos, Decl: name})
	return fmt.Sprintf("%s(%d, %s)", p.d.rt("Func"), id, name)
}

// taskMethod gives a method value its identity: it captures its receiver, the parameter r__ of
// the literal around it.
func (p *fn) taskMethod(lit string, recv types.Type, s *selection, x *ast.SelectorExpr) string {
	if p.src.lib != "" {
		return lit
	}
	id := p.u.newFuncID()
	name := p.u.unique("func", p.u.suffix(p.src))
	d := newDecl(name)
	q := p.u.newFn(d, p.src, p.env)
	d.text = fmt.Sprintf("func %s(r__ %s) { %s }", name, q.typ(recv), q.boundCall(receiver{"r__", precPrimary, recv, true}, s, nil))
	p.u.funcs = append(p.u.funcs, d)
	c := p.u.capturedType(recv)
	c.Name = types.ExprString(x.X)
	p.addTask(eval.Func{ID: id, Name: types.ExprString(x), Line: p.line(x), Decl: name, Captured: []eval.Captured{c}})
	return fmt.Sprintf("%s(%d, %s, &r__)", p.d.rt("Func"), id, lit)
}

func (p *fn) line(at ast.Node) int { return p.src.fset.Position(at.Pos()).Line }

func (u *unit) newFuncID() int {
	u.nextFunc++
	return u.nextFunc
}

// addTask declares the identity of a function value that p's declaration makes. Its own declaration lives as long as that one.
func (p *fn) addTask(f eval.Func) {
	p.d.use(f.Decl)
	f.Maker = p.d.name
	p.u.addTask(f)
}

func (u *unit) addTask(f eval.Func) { u.tasks = append(u.tasks, f) }

func (u *unit) capturedVar(v *types.Var, t types.Type) eval.Captured {
	c := u.capturedType(t)
	c.Name = v.Name()
	return c
}

func (u *unit) capturedType(t types.Type) eval.Captured {
	d := newDecl("")
	c := eval.Captured{Type: (&typer{u: u, d: d}).typ(t)}
	done := d.done()
	c.Uses, c.Imports = done.Uses, done.Imports
	return c
}

// lift declares a literal as a function of its captured variables. A variable that is
// the literal's own name (var f func(); f = func() { f() }) cannot be copied to another process, so there it
// is the lifted function itself.
func (u *unit) lift(name string, p *fn, x *ast.FuncLit, vars []*types.Var, self *types.Var) {
	d := newDecl(name)
	u.funcs = append(u.funcs, d)
	src, e := p.src, p.env
	u.queue = append(u.queue, func() {
		q := u.newFn(d, src, e)
		params := make([]string, len(vars))
		for i, v := range vars {
			params[i] = q.scope.declare(v) + " " + q.typ(q.subst(v.Type()))
		}
		own := ""
		if self != nil {
			own = q.scope.declare(self)
		}
		_, body := q.parts(q.typeOf(x).(*types.Signature), x.Type, x.Body, nil)
		if self != nil {
			body = fmt.Sprintf("{\nvar %s func()\n%s = func() %s\n%s()\n}", own, own, body, own)
		}
		d.text = "func " + name + "(" + strings.Join(params, ", ") + ") " + body
	})
}
