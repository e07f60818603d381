package check

import (
	"go/ast"
	"go/token"
	"go/types"
)

// unit makes the result of a checking without errors.
func (c *checking) unit() *Unit {
	u := &Unit{Cell: c.cell, Fset: c.fset, Pkg: c.pkg, Info: c.info, Body: c.body.Body.List}
	for _, d := range c.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name == c.body.Name {
				continue
			}
			u.Decls = append(u.Decls, d)
			c.declared(u, d.Name, d)
		case *ast.GenDecl:
			if d.Tok == token.TYPE {
				u.Decls = append(u.Decls, d)
			}
			c.declaredSpecs(u, d)
		}
	}
	for _, stmt := range c.body.Body.List {
		for _, name := range defined(stmt) {
			c.declared(u, name, nil)
		}
	}
	for _, d := range c.imports {
		u.declared = append(u.declared, d)
	}
	if c.layout.alone() {
		u.Init = c.info.InitOrder
	}
	c.showResult(u)
	return u
}

func (c *checking) declaredSpecs(u *Unit, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			c.declared(u, spec.Name, d)
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				c.declared(u, name, nil)
			}
		}
	}
}

// declared notes the object that name declares.
func (c *checking) declared(u *Unit, name *ast.Ident, decl ast.Decl) {
	obj := c.info.Defs[name]
	if obj == nil || name.Name == "_" {
		return
	}
	d := &declaration{obj: obj, key: name.Name, decl: decl, cell: c.cell}
	if fn, ok := obj.(*types.Func); ok {
		if name.Name == "init" {
			return
		}
		if r := fn.Signature().Recv(); r != nil {
			d.key = receiverName(r.Type()) + "." + name.Name
		}
	}
	if v, ok := obj.(*types.Var); ok {
		u.Vars = append(u.Vars, v)
	}
	if old := c.session.live[d.key]; old != nil {
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

// showResult decides whether the value of the last statement is shown.
func (c *checking) showResult(u *Unit) {
	if c.result == nil {
		return
	}
	tv := c.info.Types[c.result]
	if tv.IsVoid() || tv.Type == nil || c.prints(c.result) {
		return
	}
	if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		tv.Type = types.Default(b)
		c.info.Types[c.result] = tv
	}
	u.Result = c.result
}

// prints tells whether e is a call whose value nobody wants to see: of
// fmt.Print, Printf, Println, Fprint and so on, or of the builtins that print.
func (c *checking) prints(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
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
