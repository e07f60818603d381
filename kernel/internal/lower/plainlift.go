package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"iyagi/kernel/internal/vm"
)

// liftLoop makes a loop among a cell's own statements a function that package vm runs, if it is plain, and prints its
// call. All variables of a cell's top level are session variables, which the function finds by their
// addresses; those that nothing else can change while it runs are read once and written through.
func (p *fn) liftLoop(s ast.Stmt) bool {
	if !p.entry || p.over != nil || !vm.Supported || !isLoop(s) {
		return false
	}
	f := &plainFunc{tried: true}
	f.d = newDecl("")
	c := newPlainCompiler(p.u.newFn(f.d, p.src, p.env), "")
	if !c.try(func() { c.loop(s) }) {
		return false
	}
	for _, callee := range c.callees {
		if !p.u.compilePlain(callee) {
			return false
		}
	}
	name := c.name
	if name == "" {
		name = p.u.unique("cell", p.u.suffix(p.src))
	}
	f.name, f.d.name, c.code.Name = name, codeName(name), codeName(name)
	f.take(c)
	p.u.emitPlain(f)
	p.bindLifted(f, "func()")
	p.u.noteLifted(f)
	p.printf("%s()", name)
	return true
}

// bindLifted declares the variable of the function f.
func (p *fn) bindLifted(f *plainFunc, typ string) {
	d := newDecl(f.name)
	d.use(f.d.name)
	d.text = fmt.Sprintf("var %s %s\nvar %s__b = %s.Bind(%s, &%s)", f.name, typ, f.name, d.pkg(vmPath), strconv.Quote(f.d.name), f.name)
	p.u.funcs = append(p.u.funcs, d)
	p.d.use(f.name)
}

// noteLifted notes that f goes with the cell.
func (u *unit) noteLifted(f *plainFunc) {
	old := u.lifted
	u.Lowerer.lifted = append(old[:len(old):len(old)], liftedLoop{u.cell.Serial, f.literals([]string{f.name, codeName(f.name)})})
	u.undo = append(u.undo, func() { u.Lowerer.lifted = old })
}

// plainLit is the name of a function that package vm runs for a literal of interpreted code; empty when it is
// not plain, or uses variables of the functions around it. (Those of a cell's statements are session variables.)
func (p *fn) plainLit(x *ast.FuncLit) string {
	t := p.typeOf(x)
	if !vm.Closures || p.src.lib == "" && isTask(t) || len(p.captured(x)) > 0 {
		return ""
	}
	p.u.lits++
	f := &plainFunc{tried: true, name: fmt.Sprintf("%s__l%d", p.d.name, p.u.lits)}
	f.d = newDecl(codeName(f.name))
	c := newPlainCompiler(p.u.newFn(f.d, p.src, p.env), f.name)
	if !c.try(func() { c.function(t.Underlying().(*types.Signature), nil, x.Type, x.Body) }) {
		return ""
	}
	f.take(c)
	for _, callee := range f.callees {
		if !p.u.compilePlain(callee) {
			return ""
		}
	}
	p.u.emitPlain(f)
	p.bindLifted(f, p.typ(t))
	if p.d == p.u.statements {
		p.u.noteLifted(f)
	}
	return f.name
}

// liftedLoop are the names of a loop's function, its code and that of its literals, and the serial number of its cell.
type liftedLoop struct {
	cell  int
	names []string
}

// literals appends the names of the code of f's function literals.
func (f *plainFunc) literals(names []string) []string {
	for _, c := range f.callees {
		if c.body == nil {
			names = c.literals(append(names, codeName(c.name)))
		}
	}
	return names
}

// deadLoops are the names of the loops of cells before this one, which have run.
func (u *unit) deadLoops() (names []string) {
	old := u.lifted
	var live []liftedLoop
	for _, f := range old {
		if f.cell == u.cell.Serial {
			live = append(live, f)
			continue
		}
		for _, n := range f.names {
			names = append(names, n)
			u.graph.remove(n)
			drop(u.Lowerer, u.emitted, n)
		}
	}
	u.Lowerer.lifted = live
	u.undo = append(u.undo, func() { u.Lowerer.lifted = old })
	return names
}

func isLoop(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
		return true
	case *ast.LabeledStmt:
		return isLoop(s.Stmt)
	}
	return false
}

// loop compiles a loop as a function without parameters.
func (c *plainCompiler) loop(s ast.Stmt) {
	c.sigRes = types.NewTuple()
	c.pos(s.Pos())
	c.code.Label = c.src.fset.Position(s.Pos()).Filename
	c.findInMem(s)
	c.sessionVars(s)
	c.stmt(s)
	c.emit(vm.Return, 0, 0, 0, 0)
	c.resolve()
}

// try compiles something, and tells whether it is plain.
func (c *plainCompiler) try(compile func()) (ok bool) {
	at, atSrc := c.u.at, c.u.atSrc
	defer func() {
		c.u.at, c.u.atSrc = at, atSrc
		if recover() != nil { // as in compileOne
			ok = false
		}
	}()
	compile()
	return true
}

// sessionVars gives the session variables that a loop mentions their places.
func (c *plainCompiler) sessionVars(s ast.Stmt) {
	alone := c.alone(s)
	ast.Inspect(s, func(n ast.Node) bool {
		x, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := c.src.info.Uses[x].(*types.Var)
		if !ok || v.IsField() || c.u.names[v] == "" || c.vars[v] != nil {
			return true
		}
		t := c.subst(v.Type())
		a := c.global(v)
		c.p = a.p + 1 // the address stays there
		pl := &place{val: val{t: t, lay: c.layout(t), p: a.p}, boxed: true}
		if alone && !c.inMem[v] && !pl.lay.Boxed {
			pl = &place{val: c.load(a, t), through: &a}
		}
		c.vars[v] = pl
		return true
	})
}

// alone tells whether nothing but assignments to the variables themselves can change session variables
// while a statement runs: it calls no function of a cell and stores nothing behind a pointer.
func (c *plainCompiler) alone(s ast.Stmt) bool {
	alone := true
	store := func(x ast.Expr) {
		for {
			switch y := ast.Unparen(x).(type) {
			case *ast.StarExpr:
				alone = false
				return
			case *ast.SelectorExpr:
				if sel := c.src.info.Selections[y]; sel == nil || sel.Indirect() {
					alone = false
					return
				}
				x = y.X
			case *ast.IndexExpr:
				if isPointer(c.typeOf(y.X)) {
					alone = false
					return
				}
				x = y.X
			default:
				return
			}
		}
	}
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			alone = false
		case *ast.CallExpr:
			if c.changes(n) {
				alone = false
			}
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				store(x)
			}
		case *ast.IncDecStmt:
			store(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				alone = false
			}
		}
		return alone
	})
	return alone
}
