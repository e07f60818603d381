package check

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// unit makes the result of a checking without errors.
func (c *checking) unit() *Unit {
	u := &Unit{Cell: c.cell, Fset: c.fset, Pkg: c.pkg, Info: c.info, Syntax: c.decls.Decls, Stmts: c.parsed, Body: c.body,
		moves: c.moves, same: slices.Collect(maps.Keys(c.same))}
	for _, d := range c.decls.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			u.Decls = append(u.Decls, d)
			c.declared(u, d.Name, d, c.cell, c.files[0])
		case *ast.GenDecl:
			if d = c.withoutSame(d); d.Tok == token.TYPE && len(d.Specs) > 0 {
				u.Decls = append(u.Decls, d)
			}
			c.declaredSpecs(u, d)
		}
	}
	for _, id := range c.topInOrder() {
		c.declared(u, id, nil, c.cell, nil)
	}
	for _, d := range c.again {
		u.Decls = append(u.Decls, d.decl)
		switch decl := d.decl.(type) {
		case *ast.FuncDecl:
			c.declared(u, decl.Name, decl, d.cell, d.file)
		case *ast.GenDecl:
			c.declared(u, decl.Specs[0].(*ast.TypeSpec).Name, decl, d.cell, d.file)
		}
	}
	for name, d := range c.imports {
		if c.top[name] != nil || c.declares[name] {
			continue // the cell went on to give the name to something else
		}
		u.declared = append(u.declared, d)
	}
	if c.alone {
		u.Init = slices.DeleteFunc(c.info.InitOrder, func(i *types.Initializer) bool { return i.Rhs == c.marker })
	}
	c.recordUses(u)
	c.showResult(u)
	c.typeArgs()
	u.Notes = append(c.notes(), c.commandNotes()...)
	if c.library != "" {
		u.Notes = append(u.Notes, fmt.Sprintf("package %s: all cells are one package; what this one declares is used without \"%s.\"", c.library, c.library))
	}
	return u
}

// topInOrder are the statements' variables in order of declaration.
func (c *checking) topInOrder() []*ast.Ident {
	ids := make([]*ast.Ident, 0, len(c.top))
	for _, id := range c.top {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b *ast.Ident) int { return cmp.Compare(a.Pos(), b.Pos()) })
	return ids
}

func (c *checking) declaredSpecs(u *Unit, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			// Each type by itself: one may be declared again without its neighbours.
			alone := &ast.GenDecl{Doc: d.Doc, TokPos: d.TokPos, Tok: d.Tok, Specs: []ast.Spec{spec}}
			c.declared(u, spec.Name, alone, c.cell, c.files[0])
			if n := len(u.declared); n > 0 && u.declared[n-1].decl == alone {
				u.declared[n-1].text = c.text(spec)
			}
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				c.declared(u, name, nil, c.cell, nil)
			}
		}
	}
}

// declared notes the object that name declares.
func (c *checking) declared(u *Unit, name *ast.Ident, decl ast.Decl, cell Cell, file *token.File) {
	obj := c.info.Defs[name]
	if obj == nil || name.Name == "_" {
		return
	}
	d := &declaration{obj: obj, key: name.Name, decl: decl, cell: cell, file: file}
	switch obj := obj.(type) {
	case *types.Func:
		if recv := obj.Signature().Recv(); recv != nil {
			d.key = receiverName(recv.Type()) + "." + name.Name
		} else if name.Name == "init" {
			return
		}
	case *types.Var:
		u.Vars = append(u.Vars, obj)
	}
	if old := c.session.live[d.key]; old != nil {
		u.Replaced = append(u.Replaced, old.obj)
	} else if old := c.session.methods[d.key]; old != nil && old.obj != obj {
		u.Replaced = append(u.Replaced, old.obj)
	}
	u.declared = append(u.declared, d)
}

// receiverName is the name of a method's type.
func receiverName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// recordUses notes which of the session's declarations each function, method
// and type of the unit mentions.
func (c *checking) recordUses(u *Unit) {
	own := map[types.Object]bool{}
	for _, d := range u.declared {
		own[d.obj] = true
	}
	level := func(obj types.Object) bool {
		d := c.session.live[obj.Name()]
		return own[obj] || d != nil && d.obj == obj
	}
	for _, d := range u.declared {
		if d.decl == nil {
			continue
		}
		d.uses = map[string]bool{}
		d.refs = map[string]types.Object{}
		ast.Inspect(d.decl, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			obj := c.info.Uses[id]
			if obj == nil {
				return true
			}
			if fn, ok := obj.(*types.Func); ok && fn.Pkg() == c.pkg && fn.Signature().Recv() != nil {
				if t := receiverName(fn.Origin().Signature().Recv().Type()); t != "" {
					d.uses[t+"."+fn.Name()] = true
				}
				if types.IsInterface(fn.Signature().Recv().Type()) {
					d.uses["."+fn.Name()] = true
				}
			} else if level(obj) {
				d.uses[obj.Name()] = true
				if d.text != "" {
					d.refs[obj.Name()] = obj
				}
			}
			return true
		})
	}
}

// showResult decides whether the value of the last statement is shown.
func (c *checking) showResult(u *Unit) {
	if c.result == nil {
		return
	}
	tv := c.info.Types[c.result]
	if tv.IsVoid() || tv.Type == nil || c.prints(c.result) {
		return
	}
	if c.silent {
		if call, ok := ast.Unparen(c.result).(*ast.CallExpr); !ok || !c.info.Types[call.Fun].IsValue() {
			u.Body = slices.Clone(u.Body) // Go would not have it as a statement
			u.Body[len(u.Body)-1] = assign(c.result.Pos(), &ast.Ident{NamePos: c.result.Pos(), Name: "_"}, c.result)
		}
		return
	}
	if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		tv.Type = types.Default(b)
		c.info.Types[c.result] = tv
	}
	u.Result = c.result
}

// prints tells whether e is a call whose value nobody wants to see: of
// fmt.Print, Printf, Println, Fprint and so on.
func (c *checking) prints(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident: // after import . "fmt"
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return false
	}
	obj := c.info.Uses[id]
	if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != "fmt" {
		return false
	}
	switch obj.Name() {
	case "Print", "Printf", "Println", "Fprint", "Fprintf", "Fprintln":
		return true
	}
	return false
}
