package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// Variables of a cell's statements are local variables of the function that
// holds the statements for go/types, so that "x := x + 1" sees the x of an
// earlier cell. But functions of the same cell may mention them, and those are
// checked at package level. Such variables are promoted: they are declared
// at package level with the same initial value, from which go/types derives
// their type, and their statement becomes an assignment.

// unlike is a letter (a click of the Khoisan languages) in names that no cell
// spells. go/types wants letters: it tells nothing of an undefined name without.
const unlike = "ǃ"

// A renamed identifier has another name while go/types checks.
type renamed struct {
	id   *ast.Ident
	name string       // as the cell spells it
	obj  types.Object // that it means; nil: it is undefined
	twin types.Object // that stands for obj under the other name
}

// promote finds the variables to promote, sets c.body to the statements that
// are left, and returns the declarations.
func (c *checking) promote() (vars []ast.Decl) {
	list := c.stmts.Body.List
	needed := c.mentionedByDecls()
	for again := true; again; {
		again = false
		for _, stmt := range list {
			if c.promotes(stmt) || !c.declaresOne(stmt, needed) {
				continue
			}
			again = true
			for _, id := range defined(stmt) {
				c.promoted[id.Name] = true
			}
			// Its initial value stands at package level, too.
			ast.Inspect(stmt, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && c.isTop(id) {
					needed[id.Name] = true
				}
				return true
			})
		}
	}
	delete(c.promoted, "_")
	for _, stmt := range list {
		if _, ok := stmt.(*ast.EmptyStmt); ok {
			continue
		}
		if c.promotes(stmt) {
			d, rest := c.promoteStmt(stmt)
			vars = append(vars, d...)
			c.body = append(c.body, rest...)
		} else {
			c.body = append(c.body, stmt)
		}
	}
	for name := range c.promoted {
		c.declares[name] = true
	}
	return vars
}

// mentionedByDecls are the variables of the statements that declarations mention.
func (c *checking) mentionedByDecls() map[string]bool {
	names := map[string]bool{}
	for _, id := range c.free[0] {
		if c.top[id.Name] != nil {
			names[id.Name] = true
		}
	}
	for _, d := range c.decls.Decls {
		// go/parser leaves open whether the key of a composite literal is a field's name.
		ast.Inspect(d, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok && id.Obj == nil && c.top[id.Name] != nil {
					names[id.Name] = true
				}
			}
			return true
		})
	}
	for _, d := range c.again {
		for key := range d.uses {
			if c.top[key] != nil {
				names[key] = true
			}
		}
	}
	return names
}

// isTop tells whether id means a variable of the statements' top level.
func (c *checking) isTop(id *ast.Ident) bool {
	top := c.top[id.Name]
	return top != nil && id.Obj != nil && id.Obj == top.Obj
}

// promotes tells whether a variable that stmt declares is promoted.
func (c *checking) promotes(stmt ast.Stmt) bool { return c.declaresOne(stmt, c.promoted) }

// declaresOne tells whether stmt is the one that declares one of the names.
func (c *checking) declaresOne(stmt ast.Stmt, names map[string]bool) bool {
	for _, id := range defined(stmt) {
		if names[id.Name] {
			return true
		}
	}
	return false
}

// promoteStmt splits a statement that declares promoted variables into their
// declarations and what is left to do at its place.
func (c *checking) promoteStmt(stmt ast.Stmt) (vars []ast.Decl, rest []ast.Stmt) {
	switch stmt := stmt.(type) {
	case *ast.LabeledStmt:
		vars, rest = c.promoteStmt(stmt.Stmt)
		labeled := &ast.LabeledStmt{Label: stmt.Label, Colon: stmt.Colon}
		if len(rest) == 1 {
			labeled.Stmt = rest[0]
		} else {
			labeled.Stmt = &ast.BlockStmt{Lbrace: stmt.Stmt.Pos(), List: rest, Rbrace: stmt.Stmt.End()}
		}
		return vars, []ast.Stmt{labeled}
	case *ast.AssignStmt:
		spec := &ast.ValueSpec{Values: stmt.Rhs}
		left := &ast.AssignStmt{TokPos: stmt.TokPos, Tok: token.ASSIGN, Rhs: stmt.Rhs}
		fresh := false
		for _, e := range stmt.Lhs {
			id, ok := e.(*ast.Ident)
			if !ok {
				return nil, []ast.Stmt{stmt} // the parser has complained
			}
			left.Lhs = append(left.Lhs, again(id))
			if c.top[id.Name] == id {
				fresh = true
			} else {
				id = &ast.Ident{NamePos: id.Pos(), Name: "_"}
			}
			spec.Names = append(spec.Names, id)
		}
		if !fresh {
			c.fail(stmt.TokPos, "no new variables on left side of :=", "")
		}
		return []ast.Decl{varDeclOf(stmt.Pos(), spec)}, []ast.Stmt{left}
	case *ast.DeclStmt:
		for _, spec := range stmt.Decl.(*ast.GenDecl).Specs {
			spec := spec.(*ast.ValueSpec)
			vars = append(vars, varDeclOf(spec.Pos(), spec))
			if len(spec.Values) == 0 {
				continue
			}
			left := &ast.AssignStmt{TokPos: spec.Values[0].Pos(), Tok: token.ASSIGN, Rhs: spec.Values}
			for _, id := range spec.Names {
				left.Lhs = append(left.Lhs, again(id))
			}
			rest = append(rest, left)
		}
	}
	return vars, rest
}

func again(id *ast.Ident) *ast.Ident { return &ast.Ident{NamePos: id.NamePos, Name: id.Name} }

func varDeclOf(pos token.Pos, spec *ast.ValueSpec) ast.Decl {
	return &ast.GenDecl{TokPos: pos, Tok: token.VAR, Specs: []ast.Spec{spec}}
}

// renameOld gives another name to the identifiers of the statements that stand
// before the declaration of what their name now means at package level: they
// mean the live object. This is so for a promoted variable ("x := x + 1") and
// for an earlier function that is checked again with it ("x := next()" where
// next mentions x).
func (c *checking) renameOld() {
	until := c.lastPromoted()
	for _, id := range c.free[1] {
		switch {
		case c.promoted[id.Name]:
		case id.Pos() < until && c.onlyVars[id.Name]:
		default:
			continue
		}
		r := renamed{id: id, name: id.Name}
		id.Name += unlike + strconv.Itoa(len(c.old))
		d := c.imports[r.name]
		if d == nil {
			d = c.session.live[r.name]
		}
		if d != nil {
			r.obj = d.obj
		} else {
			r.obj = types.Universe.Lookup(r.name)
		}
		if r.twin = twin(r.obj, id.Name); r.twin != nil {
			c.pkg.Scope().Insert(r.twin)
		}
		c.old = append(c.old, r)
		c.restore = append(c.restore, func() {
			id.Name = r.name
			if r.twin != nil && c.info.Uses[id] == r.twin {
				c.info.Uses[id] = r.obj
			}
		})
	}
}

// lastPromoted is the end of the last statement that declares a promoted
// variable that was live before.
func (c *checking) lastPromoted() token.Pos {
	var end token.Pos
	for _, stmt := range c.stmts.Body.List {
		for _, id := range defined(stmt) {
			if c.promoted[id.Name] && c.session.live[id.Name] != nil {
				end = stmt.End()
			}
		}
	}
	return end
}

// twin is an object like obj under another name, or nil: a builtin function
// cannot have one.
func twin(obj types.Object, name string) types.Object {
	switch o := obj.(type) {
	case *types.Var:
		return types.NewVar(o.Pos(), o.Pkg(), name, o.Type())
	case *types.Const:
		return types.NewConst(o.Pos(), o.Pkg(), name, o.Type(), o.Val())
	case *types.TypeName:
		return types.NewTypeName(o.Pos(), o.Pkg(), name, o.Type())
	case *types.PkgName:
		return types.NewPkgName(o.Pos(), o.Pkg(), name, o.Imported())
	case *types.Func:
		return types.NewFunc(o.Pos(), o.Pkg(), name, o.Signature())
	}
	return nil
}
