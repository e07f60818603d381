package check

import (
	"go/ast"
	"go/token"
	"go/types"
)

// go/types collects methods only of types that are declared in the files at
// hand. A method that a later cell declares for a live type is therefore checked as
// a function whose first parameter is the receiver, and its object is added
// to the type, or takes the place of the one it redefines, as soon as
// its signature is known: before any function body or initial value is
// checked, so that these can call it.

// A graft is a method of a live type.
type graft struct {
	decl  *ast.FuncDecl // as the cell has it
	stand *ast.FuncDecl // the function that stands for it
	base  *types.Named
	key   string
	slot  *types.Func // the method's object
}

// methodDecl notes a method of the cell. It returns false for one of a live type.
func (c *checking) methodDecl(d *ast.FuncDecl) bool {
	if d.Recv.NumFields() != 1 {
		c.fail(d.Recv.Pos(), "method must have exactly one receiver", "")
		return false
	}
	name := c.receiverType(d.Recv.List[0].Type)
	if name == nil {
		return true // go/types has words for it
	}
	key := name.Name + "." + d.Name.Name
	live := c.session.live[name.Name]
	if i := c.imports[name.Name]; i != nil { // of import . "reflect"
		live = i
	}
	if c.cellDeclares(name.Name) || live == nil {
		c.methods[key] = true
		return true
	}
	base := localNamed(live.obj)
	if base == nil {
		c.fail(d.Recv.List[0].Type.Pos(), "cannot define new methods on non-local type "+name.Name, "")
		return false
	}
	key = base.Obj().Name() + "." + d.Name.Name
	if c.methods[key] {
		c.fail(d.Name.Pos(), "method "+key+" already declared in this cell", "")
		return false
	}
	c.methods[key] = true
	if base.TypeParams().Len() > 0 {
		// Instances of a generic type have taken over its methods already:
		// it is declared again, with the method.
		c.pull(name.Name)
		return true
	}
	switch base.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		c.fail(d.Recv.List[0].Type.Pos(), "invalid receiver type "+name.Name+" (pointer or interface type)", "")
		return false
	case *types.Struct:
		if f := fieldOf(base, d.Name.Name); f != nil {
			c.fail(d.Name.Pos(), "field and method with the same name "+d.Name.Name, "")
			return false
		}
	}
	c.grafts = append(c.grafts, &graft{decl: d, stand: standIn(d), base: base, key: key})
	return false
}

// addGraft notes a method of a live type that is checked again.
func (c *checking) addGraft(fd *ast.FuncDecl, d *declaration) {
	live := c.session.live[d.receiver()]
	if live == nil {
		return
	}
	if base := localNamed(live.obj); base != nil {
		c.grafts = append(c.grafts, &graft{decl: fd, stand: standIn(fd), base: base, key: d.key})
	}
}

// receiverType is the name of a receiver's base type, followed through the
// aliases that the cell declares; nil when there is no name.
func (c *checking) receiverType(t ast.Expr) *ast.Ident {
	for range 100 { // aliases may be circular
		switch e := t.(type) {
		case *ast.ParenExpr:
			t = e.X
			continue
		case *ast.StarExpr:
			t = e.X
			continue
		case *ast.IndexExpr:
			t = e.X
			continue
		case *ast.IndexListExpr:
			t = e.X
			continue
		case *ast.Ident:
			alias := c.aliasOf(e.Name)
			if alias == nil {
				return e
			}
			t = alias
			continue
		}
		break
	}
	return nil
}

// aliasOf is the right side of the cell's alias declaration of name.
func (c *checking) aliasOf(name string) ast.Expr {
	if spec := c.typeSpec(name); spec != nil && spec.Assign.IsValid() {
		return spec.Type
	}
	return nil
}

func (c *checking) cellDeclares(name string) bool { return c.typeSpec(name) != nil }

// typeSpec is the cell's declaration of a type that is new.
func (c *checking) typeSpec(name string) *ast.TypeSpec {
	if c.same[name] {
		return nil
	}
	for _, d := range c.decls.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
			for _, spec := range g.Specs {
				if spec := spec.(*ast.TypeSpec); spec.Name.Name == name {
					return spec
				}
			}
		}
	}
	return nil
}

// localNamed is the defined type of a cell that a type name denotes, or nil.
func localNamed(obj types.Object) *types.Named {
	t, ok := obj.(*types.TypeName)
	if !ok {
		return nil
	}
	n, ok := types.Unalias(t.Type()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != pkgPath {
		return nil
	}
	return n
}

func fieldOf(t *types.Named, name string) *types.Var {
	if s, ok := t.Underlying().(*types.Struct); ok {
		for f := range s.Fields() {
			if f.Name() == name {
				return f
			}
		}
	}
	return nil
}

// standIn is the function that stands for a method while go/types checks. It
// shares the method's identifiers, types and body.
func standIn(d *ast.FuncDecl) *ast.FuncDecl {
	fields := append([]*ast.Field{d.Recv.List[0]}, d.Type.Params.List...)
	named := false
	for _, f := range fields {
		named = named || len(f.Names) > 0
	}
	if named { // Go wants all parameters to have names, or none
		for i, f := range fields {
			if len(f.Names) == 0 {
				fields[i] = &ast.Field{Names: []*ast.Ident{{NamePos: f.Type.Pos(), Name: "_"}}, Type: f.Type}
			}
		}
	}
	return &ast.FuncDecl{
		Name: &ast.Ident{NamePos: d.Name.Pos(), Name: "_"},
		Type: &ast.FuncType{Func: d.Type.Func, Results: d.Type.Results,
			Params: &ast.FieldList{Opening: d.Type.Params.Opening, List: fields, Closing: d.Type.Params.Closing}},
		Body: d.Body,
	}
}

// graftDecls are the functions that stand for methods, and behind them a
// variable whose initial value is undefined: go/types finds that error when it has the
// functions' signatures and nothing else of package level but types.
func (c *checking) graftDecls() []ast.Decl {
	var decls []ast.Decl
	for _, g := range c.grafts {
		decls = append(decls, g.stand)
	}
	if len(c.grafts) == 0 || c.lenient {
		return decls
	}
	undefined := &ast.Ident{NamePos: c.decls.Package, Name: "known" + unlike}
	c.hook, c.marker = undefined, undefined
	return append(decls, varDeclOf(undefined.Pos(), &ast.ValueSpec{
		Names:  []*ast.Ident{{NamePos: undefined.Pos(), Name: "_"}},
		Values: []ast.Expr{undefined},
	}))
}

// graftMethods gives the live types their methods.
func (c *checking) graftMethods() {
	for _, g := range c.grafts {
		fn, ok := c.info.Defs[g.stand.Name].(*types.Func)
		if !ok || fn.Type() == nil {
			continue
		}
		sig := fn.Signature()
		recv := sig.Params().At(0)
		recv.SetKind(types.RecvVar)
		var params []*types.Var
		for i := 1; i < sig.Params().Len(); i++ {
			params = append(params, sig.Params().At(i))
		}
		variadic := sig.Variadic() && len(params) > 0
		method := types.NewFunc(g.decl.Name.Pos(), c.pkg, g.decl.Name.Name,
			types.NewSignatureType(recv, nil, nil, types.NewTuple(params...), sig.Results(), variadic))
		g.slot = c.session.setMethod(g.base, method)
	}
	c.restore = append(c.restore, func() {
		for _, g := range c.grafts {
			c.info.Defs[g.decl.Name] = g.slot
			c.info.Scopes[g.decl.Type] = c.info.Scopes[g.stand.Type]
			delete(c.info.Defs, g.stand.Name)
			delete(c.info.Scopes, g.stand.Type)
		}
	})
}

// setMethod makes m a method of a live type and returns its object. A method
// of the same name keeps its object, since checked cells refer to it, and
// gets m's content. There is no way to remove a method; one that is taken
// back is called "_", which no selector finds, and its object is used again.
func (s *Session) setMethod(t *types.Named, m *types.Func) *types.Func {
	var slot *types.Func
	for old := range t.Methods() {
		if old.Name() == m.Name() {
			slot = old
			break
		}
		if old.Name() == "_" {
			slot = old
		}
	}
	if slot == nil {
		t.AddMethod(m)
		s.undo = append(s.undo, func() { *m = *types.NewFunc(token.NoPos, s.pkg, "_", m.Signature()) })
		return m
	}
	saved := *slot
	*slot = *m
	s.undo = append(s.undo, func() { *slot = saved })
	return slot
}
