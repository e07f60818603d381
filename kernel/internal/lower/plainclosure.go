package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/vm"
)

// Function values. A literal is code of its own, whose captured variables lie in memory: a function value holds their
// addresses.

// funcLit evaluates a function literal. One that is called at once needs no identity.
func (c *plainCompiler) funcLit(x *ast.FuncLit, called bool) val {
	if !vm.Closures {
		c.giveUp("function literal")
	}
	self := c.assigned
	c.assigned = nil
	if c.name == "" {
		c.name = c.u.unique("cell", c.u.suffix(c.src))
	}
	c.lits++
	f := &plainFunc{name: fmt.Sprintf("%s__l%d", c.name, c.lits)}
	f.d = newDecl(codeName(f.name))
	k := newPlainCompiler(c.u.newFn(f.d, c.src, c.env), f.name)
	k.captured = c.captures(x)
	t := c.typeOf(x)
	k.function(t.Underlying().(*types.Signature), nil, x.Type, x.Body)
	f.take(k)
	c.loops = true // the interpreter's own function values take longer to call
	task := 0
	if !called && c.src.lib == "" && isTask(t) {
		task = c.taskLit(x, k.captured, self)
	}
	return c.closure(f, t, k.captured, task)
}

// closure makes a function value of f. task is 1 more than the number of its identity.
func (c *plainCompiler) closure(f *plainFunc, t types.Type, vars []*types.Var, task int) val {
	dst := c.take(t)
	c.scoped(func() {
		first := c.p
		c.reserve(0, len(vars))
		for i, v := range vars {
			c.emit(vm.MoveP, first+i, c.vars[v].p, 0, 0)
		}
		c.emit(vm.Closure, dst.p, first, len(vars), int64(c.funcRef(f))|c.typeRef(t.Underlying())<<16|int64(task)<<32)
	})
	return dst
}

// taskLit gives a literal of type func() its identity, see task.go.
func (c *plainCompiler) taskLit(x *ast.FuncLit, vars []*types.Var, self *types.Var) int {
	f := eval.Func{ID: c.u.newFuncID(), Line: c.line(x), Decl: c.u.unique("func", c.u.suffix(c.src))}
	f.Name = fmt.Sprintf("%s, line %d", c.src.fset.Position(x.Pos()).Filename, f.Line)
	ref := vm.TaskRef{ID: f.ID}
	var copied []*types.Var
	for i, v := range vars {
		if v == self {
			continue
		}
		copied = append(copied, v)
		ref.Vars = append(ref.Vars, i)
		ref.Type = append(ref.Type, int(c.typeRef(c.subst(v.Type()))))
	}
	if !slices.Contains(vars, self) {
		self = nil
	}
	c.d.use(f.Decl)
	p, code := c.fn, c.code
	c.emitted = append(c.emitted, func(u *unit) {
		f.Captured = nil
		for _, v := range copied {
			f.Captured = append(f.Captured, u.capturedVar(v, u.subst(v.Type(), p.env)))
		}
		f.Maker = code.Name
		u.addTask(f)
		u.lift(f.Decl, p, x, copied, self)
	})
	return c.taskRef(ref)
}

// taskFunc gives a declared function of type func() its identity.
func (c *plainCompiler) taskFunc(name string, o *types.Func, id *ast.Ident) int {
	number, ok := c.u.funcIDs[name]
	if !ok {
		number = c.u.newFuncID()
		put(c.u.Lowerer, c.u.funcIDs, name, number)
	}
	f := eval.Func{ID: number, Name: o.Name(), Line: c.line(id), Decl: name}
	if b := c.u.bodies[o.Origin()]; b != nil {
		f.Line = b.src.fset.Position(b.decl.Pos()).Line
	}
	c.d.use(name)
	code := c.code
	c.emitted = append(c.emitted, func(u *unit) {
		f.Maker = code.Name
		u.addTask(f)
	})
	return c.taskRef(vm.TaskRef{ID: f.ID})
}

func (c *plainCompiler) taskRef(ref vm.TaskRef) int {
	c.code.Tasks = append(c.code.Tasks, ref)
	return len(c.code.Tasks)
}

// captures are the variables of the function around it that a literal uses.
func (c *plainCompiler) captures(lit *ast.FuncLit) []*types.Var {
	var list []*types.Var
	seen := map[*types.Var]bool{}
	ast.Inspect(lit, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := c.src.info.Uses[id].(*types.Var)
		if !ok || seen[v] || v.IsField() || c.u.names[v] != "" || c.vars[v] == nil || v.Pos() >= lit.Pos() && v.Pos() < lit.End() {
			return true
		}
		if !c.vars[v].boxed {
			c.giveUp("captured variable %s", v.Name())
		}
		seen[v] = true
		list = append(list, v)
		return true
	})
	return list
}

// noteCaptured notes the variables that a literal uses and does not declare.
func (c *plainCompiler) noteCaptured(lit *ast.FuncLit) {
	ast.Inspect(lit, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := c.src.info.Uses[id].(*types.Var); ok && !v.IsField() && (v.Pos() < lit.Pos() || v.Pos() >= lit.End()) {
				c.inMem[v] = true
			}
		}
		return true
	})
}

// takeCaptured gives the captured variables the registers after the parameters, where a call puts their addresses.
func (c *plainCompiler) takeCaptured() {
	c.code.Captured = len(c.captured)
	for _, v := range c.captured {
		t := c.subst(v.Type())
		c.vars[v] = &place{val: val{t: t, lay: c.layout(t), p: c.ptr()}, boxed: true}
	}
}

// funcRef is the number of a function in the code.
func (c *plainCompiler) funcRef(f *plainFunc) int {
	name := codeName(f.name)
	for i, have := range c.code.Funcs {
		if have == name {
			return i
		}
	}
	c.code.Funcs = append(c.code.Funcs, name)
	c.callees = append(c.callees, f)
	return len(c.code.Funcs) - 1
}

// funcValue evaluates the name of a function as a value.
func (c *plainCompiler) funcValue(o *types.Func, id *ast.Ident, t types.Type) val {
	if !vm.Closures {
		c.giveUp("function as a value")
	}
	if text := c.plainNative(o, c.typeArgs(id)); text != "" {
		ref := vm.NativeRef{Arg: c.arg(text)}
		sig := t.Underlying().(*types.Signature)
		for _, p := range tupleTypes(sig.Params()) {
			ref.Params = append(ref.Params, c.layout(p).Layout)
		}
		for _, p := range tupleTypes(sig.Results()) {
			ref.Results = append(ref.Results, c.layout(p).Layout)
		}
		dst := c.take(t)
		c.emit(vm.Compiled, dst.p, 0, 0, int64(len(c.code.Natives)))
		c.code.Natives = append(c.code.Natives, ref)
		return dst
	}
	if !c.u.isSession(o.Pkg()) && c.u.lib.function(o) == nil {
		c.giveUp("%s as a value", o.FullName())
	}
	name := c.funcName(o, c.typeArgs(id))
	delete(c.d.uses, name)
	f := c.u.plain[name]
	if f == nil || f.failed {
		c.giveUp("%s is not plain", name)
	}
	task := 0
	if c.src.lib == "" && isTask(t) {
		task = c.taskFunc(name, o, id)
	}
	return c.closure(f, t, nil, task)
}
