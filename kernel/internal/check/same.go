package check

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A cell that is run again mostly declares the same types again. Were they new
// each time, values of other cells would fit nothing any more, and types are never
// freed. So a type whose declaration has the same text, and means the same, stays what
// it is. Its methods are declared again, as a later cell may do: values that it has
// already get the new ones. When the cell leaves out a method that it had, gives one another
// signature or adds one, the type is a new one: there is no way to take a method from values, and the
// library does not ask again for a method that it has not found (errors.Is, for Is).

// sameTypes finds the types that the cell declares as they are live.
func (c *checking) sameTypes() map[string]bool {
	same := map[string]bool{}
	for _, d := range c.decls.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, spec := range g.Specs {
			spec := spec.(*ast.TypeSpec)
			live := c.session.live[spec.Name.Name]
			if t, ok := live.typeName(); ok && localNamed(t) != nil && !t.IsAlias() && live.text == c.text(spec) {
				same[spec.Name.Name] = true
			}
		}
	}
	if len(same) == 0 {
		return nil
	}
	names := c.allNames()
	methods := map[string]*ast.FuncDecl{} // of the cell, by "Type.Method"
	for _, d := range c.decls.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv.NumFields() == 1 {
			if t := c.receiverType(fd.Recv.List[0].Type); t != nil {
				key := t.Name + "." + fd.Name.Name
				if methods[key] = fd; same[t.Name] && (isGeneric(c.session.live[t.Name].obj) || c.session.methods[key] == nil) {
					delete(same, t.Name)
				}
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for key, m := range c.session.methods {
			t := m.receiver()
			if same[t] && (methods[key] != nil || m.cell.Serial == c.session.live[t].home()) && !sameSignature(m.decl, methods[key], names, same) {
				delete(same, t)
				changed = true
			}
		}
		for name := range same {
			if !c.meansTheSame(c.session.live[name], names, same) {
				delete(same, name)
				changed = true
			}
		}
	}
	return same
}

// sameSignature tells whether a live method and the cell's of that name have the same receiver,
// parameters and results: the same text, in which the cell gives no name another meaning.
func sameSignature(live ast.Decl, d *ast.FuncDecl, declares, same map[string]bool) bool {
	old, ok := live.(*ast.FuncDecl)
	if !ok || d == nil || signatureText(old) != signatureText(d) {
		return false
	}
	means := true
	ast.Inspect(d.Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && declares[id.Name] && !same[id.Name] {
			means = false
		}
		return means
	})
	return means
}

// signatureText is a method's receiver, parameters and results without their names.
func signatureText(d *ast.FuncDecl) string {
	var b strings.Builder
	for _, list := range []*ast.FieldList{d.Recv, d.Type.Params, d.Type.Results} {
		if list != nil {
			for _, f := range list.List {
				for range max(len(f.Names), 1) {
					b.WriteString(types.ExprString(f.Type) + ",")
				}
			}
		}
		b.WriteByte(';')
	}
	return b.String()
}

// meansTheSame tells whether the names in a live type's declaration still
// mean what they did.
func (c *checking) meansTheSame(d *declaration, declares, same map[string]bool) bool {
	for key, obj := range d.refs {
		now := c.session.live[key]
		if i := c.imports[key]; i != nil {
			now = i
		} else if declares[key] && !same[key] {
			return false
		}
		if now == nil || now.obj != obj && !sameImport(now.obj, obj) {
			return false
		}
	}
	for _, name := range strings.Fields(d.text) {
		// A predeclared name may have been given another meaning since.
		if types.Universe.Lookup(name) != nil && d.refs[name] == nil && (c.session.live[name] != nil || declares[name]) {
			return false
		}
	}
	return true
}

// allNames are the names that the cell declares at its top level.
func (c *checking) allNames() map[string]bool {
	names := map[string]bool{}
	for _, d := range c.decls.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names[d.Name.Name] = true
			}
		case *ast.GenDecl:
			addNames(names, d)
		}
	}
	for _, stmt := range c.stmts.Body.List {
		for _, id := range defined(stmt) {
			names[id.Name] = true
		}
	}
	return names
}

// withoutSame is d without the types that stay what they are.
func (c *checking) withoutSame(d *ast.GenDecl) *ast.GenDecl {
	if d.Tok != token.TYPE || len(c.same) == 0 {
		return d
	}
	rest := *d
	rest.Specs = slices.DeleteFunc(slices.Clone(d.Specs), func(s ast.Spec) bool { return c.same[s.(*ast.TypeSpec).Name.Name] })
	return &rest
}

// text is the source of a node of the cell, its tokens between blanks.
func (c *checking) text(n ast.Node) string {
	start, _ := c.offset(n.Pos())
	end, _ := c.offset(n.End())
	var b strings.Builder
	l := c.layout.lexemes
	first, _ := slices.BinarySearchFunc(l, start, func(x lexeme, at int) int { return cmp.Compare(x.offset, at) })
	for _, x := range l[first:] {
		if x.offset >= end {
			break
		}
		if x.lit != "" && x.lit != "\n" {
			b.WriteString(x.lit)
		} else {
			b.WriteString(x.tok.String())
		}
		b.WriteByte(' ')
	}
	return b.String()
}
