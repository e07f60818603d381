package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
)

// unit is the cell being lowered and what it has declared so far.
type unit struct {
	*Lowerer
	src  *source
	cell check.Cell
	pkg  *types.Package
	vars map[*types.Var]bool

	types      []*decl // each after those it needs
	decls      []*decl // session variables
	funcs      []*decl
	statements *decl // the cell's own
	lits       int   // function literals that package vm runs, see plainLit

	// bindings of the types' methods, after the functions.
	bindings []*decl

	tasks []eval.Func
	again bool     // it declares methods of earlier cells' types
	queue []func() // bodies to print: their names are known first

	at    token.Pos // the statement being lowered, for defects
	atSrc *source
}

// isSession tells whether a package's declarations are printed here: a cell's, or those of a library that is
// lowered from its source.
func (u *unit) isSession(pkg *types.Package) bool {
	return pkg != nil && (pkg.Path() == "main" || u.lib.source(pkg) != nil)
}

// isCell tells whether a package is the cells' own.
func (u *unit) isCell(pkg *types.Package) bool { return pkg != nil && pkg.Path() == "main" }

func (u *unit) lower(c *check.Unit) *eval.Unit {
	out := &eval.Unit{Cell: c.Cell.Serial, Label: c.Cell.Label}
	u.register(c)
	out.Vars = u.declareVars(c.Vars)
	u.declareAll(c.Decls)
	out.Entry = u.entryFunc(c)
	for len(u.queue) > 0 {
		next := u.queue[0]
		u.queue = u.queue[1:]
		next()
	}
	for _, list := range [][]*decl{u.types, u.decls, u.funcs, u.bindings} {
		for _, d := range list {
			out.Decls = append(out.Decls, d.done())
		}
	}
	out.Funcs = u.tasks
	before := u.entry
	u.remember(out)
	out.Dead = u.dead(c, before)
	return out
}

// register names the unit's declarations, so that they may refer to each other.
func (u *unit) register(c *check.Unit) {
	for _, d := range c.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			u.registerTypes(g)
		}
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if o, ok := c.Info.Defs[f.Name].(*types.Func); ok {
			put(u.Lowerer, u.bodies, o, &body{u.src, f, u.cell.Serial})
			for _, in := range u.insts[o] { // a method that is declared again: calls go to the new function
				u.graph.root(in.name, false)
				u.again = true
			}
			drop(u.Lowerer, u.insts, types.Object(o))
		}
	}
	for _, v := range c.Vars {
		if v.Name() != "_" {
			name := u.unique(v.Name(), u.suffix(u.src))
			put(u.Lowerer, u.names, types.Object(v), name)
			put(u.Lowerer, u.meanings, name, meaning{object: v})
		}
	}
}

func (u *unit) registerTypes(g *ast.GenDecl) {
	for _, s := range g.Specs {
		if t, ok := s.(*ast.TypeSpec); ok {
			if o, ok := u.src.info.Defs[t.Name].(*types.TypeName); ok {
				put(u.Lowerer, u.top, o, true)
			}
		}
	}
}

// declareVars declares the session variables. Package rt learns their addresses when they are loaded.
func (u *unit) declareVars(vars []*types.Var) []eval.Var {
	var out []eval.Var
	for _, v := range vars {
		if v.Name() == "_" {
			continue
		}
		name := u.names[v]
		d := newDecl(name)
		p := &typer{u: u, d: d}
		d.text = fmt.Sprintf("var %s %s\nvar %s__r = %s(%q, &%s)", name, p.typ(v.Type()), name, d.rt("Var"), name, name)
		u.decls = append(u.decls, d)
		out = append(out, eval.Var{Name: v.Name(), Lowered: name, Type: types.TypeString(v.Type(), localNames)})
	}
	return out
}

// localNames qualifies the names of packages other than the cell's.
func localNames(pkg *types.Package) string {
	if pkg.Path() == "main" {
		return ""
	}
	return pkg.Name()
}

// declareAll declares what is not generic; instances come when they are used.
func (u *unit) declareAll(decls []ast.Decl) {
	all := newDecl("")
	p := u.newFn(all, u.src, newEnv())
	defer func() {
		for name := range all.uses {
			u.graph.root(name, true)
		}
	}()
	defer u.extend(decls)
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			o, _ := u.src.info.Defs[d.Name].(*types.Func)
			sig := o.Type().(*types.Signature)
			if o.Name() == "_" || d.Body == nil || sig.TypeParams().Len() > 0 || sig.Recv() != nil {
				continue
			}
			p.funcName(o, nil)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				u.declareType(s, all)
			}
		}
	}
}

func (u *unit) declareType(s ast.Spec, all *decl) {
	t, ok := s.(*ast.TypeSpec)
	if !ok || t.Assign.IsValid() {
		return
	}
	o, _ := u.src.info.Defs[t.Name].(*types.TypeName)
	if o == nil || o.Name() == "_" {
		return
	}
	n, ok := o.Type().(*types.Named)
	if !ok || n.TypeParams().Len() > 0 || isConstraint(n) {
		return
	}
	all.use(u.typeName(n))
	for i := range n.NumMethods() {
		if u.bodies[n.Method(i)] != nil {
			all.use(u.methodFunc(n, n.Method(i)))
		}
	}
}

// isConstraint tells whether t is an interface that no variable can have.
func isConstraint(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// entryFunc prints the function that runs the cell's statements: variables of a cell of
// declarations in Go's order of initialisation, or the statements in theirs.
func (u *unit) entryFunc(c *check.Unit) string {
	inits := u.initFuncs(c.Decls)
	if len(c.Body) == 0 && len(c.Init) == 0 && len(inits) == 0 {
		return ""
	}
	name := u.unique("cell", u.suffix(u.src))
	d := newDecl(name)
	u.statements = d
	p := u.newFn(d, u.src, newEnv())
	p.sig = types.NewSignatureType(nil, nil, nil, nil, nil, false)
	p.entry = true
	p.deferring = defersIn(&ast.BlockStmt{List: c.Body})
	shape := p.shape(&ast.BlockStmt{List: c.Body}, nil)
	defers := p.deferList(shape, "")
	body := p.capture(func() {
		for _, in := range c.Init {
			p.initVar(in)
		}
		for _, f := range inits {
			d.use(f)
			p.printf("%s()", f)
		}
		for _, s := range c.Body {
			if x, ok := s.(*ast.ExprStmt); ok && x.X == c.Result {
				p.result(x)
				continue
			}
			p.stmt(s)
		}
	})
	d.text = "func " + name + "() {\n" + defers + body + "}"
	u.funcs = append(u.funcs, d)
	return name
}

// initFuncs declares the functions named init, which nothing can refer to.
func (u *unit) initFuncs(decls []ast.Decl) []string {
	var names []string
	for _, d := range decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "init" || f.Recv != nil || f.Body == nil {
			continue
		}
		name := u.unique("init", u.suffix(u.src))
		dd := newDecl(name)
		u.funcs = append(u.funcs, dd)
		u.queue = append(u.queue, func() {
			p := u.newFn(dd, u.src, newEnv())
			dd.text = p.function(name, types.NewSignatureType(nil, nil, nil, nil, nil, false), nil, f.Type, f.Body)
		})
		names = append(names, name)
	}
	return names
}

// initVar assigns what a declaration at package level initialises.
func (p *fn) initVar(in *types.Initializer) {
	p.mark(in.Rhs)
	dst := make([]string, len(in.Lhs))
	for i, v := range in.Lhs {
		dst[i] = "_"
		if v.Name() != "_" {
			dst[i] = p.objectName(v)
		}
	}
	if len(dst) == 1 {
		if dst[0] == "_" {
			p.discard(in.Rhs)
			return
		}
		p.store(dst[0], in.Lhs[0].Type(), in.Rhs, p.as(in.Rhs, in.Lhs[0].Type()))
		return
	}
	p.storeTuple(dst, in.Rhs)
}
