package check

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// A declaration that replaces a live one changes what the functions that
// mention the name mean. They are checked again, with the cell, and so are
// their callers, since each gets a new object.

// needsOrder tells whether the variables of a cell of declarations alone must
// be initialised in the order of the text after all, because an initial value
// needs what its variable replaces: "var x = x + 1", or "var x = next()"
// where the live next mentions x.
func (s *Session) needsOrder(x *syntax) bool {
	replaced := map[string]bool{}
	var specs []*ast.ValueSpec
	for _, d := range x.decls.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				spec := spec.(*ast.ValueSpec)
				specs = append(specs, spec)
				for _, id := range spec.Names {
					if s.live[id.Name] != nil {
						replaced[id.Name] = true
					}
				}
			}
		}
	}
	if len(replaced) == 0 {
		return false
	}
	for _, d := range s.dependents(replaced, nil) {
		replaced[d.key] = true
	}
	found := false
	for _, spec := range specs {
		for _, v := range spec.Values {
			ast.Inspect(v, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && replaced[id.Name] && (id.Obj == nil || id.Obj.Decl == spec) {
					found = true
				}
				_, literal := n.(*ast.FuncLit)
				return !literal
			})
		}
	}
	return found
}

// dependents are the live functions and methods that mention one of the
// replaced keys, or each other, in order of declaration, except those that skip refuses.
func (s *Session) dependents(replaced map[string]bool, skip func(*declaration) bool) []*declaration {
	var found []*declaration
	changed := maps.Clone(replaced)
	seen := map[string]bool{}
	consider := func(d *declaration) bool {
		if _, ok := d.decl.(*ast.FuncDecl); !ok || seen[d.key] || replaced[d.key] {
			return false
		}
		for key := range d.uses {
			if changed[key] {
				if seen[d.key] = true; skip != nil && skip(d) {
					return false
				}
				changed[d.key] = true
				if _, name, ok := strings.Cut(d.key, "."); ok {
					changed["."+name] = true
				}
				found = append(found, d)
				return true
			}
		}
		return false
	}
	for more := true; more; {
		more = false
		for _, d := range s.live {
			more = consider(d) || more
		}
		for _, d := range s.methods {
			more = consider(d) || more
		}
	}
	slices.SortFunc(found, func(a, b *declaration) int { return cmp.Compare(a.number, b.number) })
	return found
}

// replacedKeys are the keys of live declarations that the cell replaces.
func (c *checking) replacedKeys() map[string]bool {
	replaced := map[string]bool{}
	add := func(name string) {
		if c.session.live[name] != nil || c.session.methods[name] != nil {
			replaced[name] = true
		}
	}
	for name := range c.declares {
		add(name)
	}
	for name := range c.top {
		add(name)
	}
	for key := range c.methods {
		add(key)
		// What calls the method through an interface knows the types that have it. Of a type that is new it knows nothing.
		if t, name, _ := strings.Cut(key, "."); replaced[key] && !c.declares[t] {
			replaced["."+name] = true
		}
	}
	for name, d := range c.imports {
		if old := c.session.live[name]; old != nil && !sameImport(old.obj, d.obj) && !(old.auto && d.auto) {
			add(name)
		}
	}
	return replaced
}

func sameImport(a, b types.Object) bool {
	p, ok := a.(*types.PkgName)
	q, ok2 := b.(*types.PkgName)
	return a == b || ok && ok2 && p.Imported() == q.Imported()
}

// pull declares a live generic type again, with its methods.
func (c *checking) pull(name string) {
	if c.pulled[name] {
		return
	}
	d := c.session.live[name]
	c.pulled[name] = true
	c.declares[name] = true
	c.again = append(c.again, d)
	c.fset.AddExistingFiles(d.file)
}

// chooseAgain finds the live declarations to check again.
func (c *checking) chooseAgain() {
	replaced := c.replacedKeys()
	if len(replaced) == 0 || c.lenient {
		return
	}
	list := c.session.dependents(replaced, func(d *declaration) bool {
		if c.kept[d.key] != nil {
			return true
		}
		t := d.receiver()
		if t == "" {
			return false
		}
		live := c.session.live[t]
		switch {
		case live == nil:
			return true
		case c.declares[t]:
			// A type that its own cell declares anew takes its methods from
			// there; methods of other cells stay with the name, if it
			// is still that of a type of its own. One that was declared
			// for an alias of the type stays with what the alias means.
			if name := c.receiverType(d.decl.(*ast.FuncDecl).Recv.List[0].Type); name == nil || name.Name != t {
				return true
			}
			spec := c.typeSpec(t)
			return !c.pulled[t] && (live.home() == d.cell.Serial || spec == nil || spec.Assign.IsValid())
		case isGeneric(live.obj):
			c.kept[d.key] = &Error{Msg: "the methods of a generic type are fixed; run the cell that declares " + t + " again"}
			return true
		}
		return false
	})
	for _, d := range list {
		c.again = append(c.again, d)
		if d.receiver() == "" {
			c.declares[d.key] = true
		}
		c.fset.AddExistingFiles(d.file)
	}
	c.chooseOnlyVars(replaced, list)
}

// chooseOnlyVars finds the functions that are checked again for nothing but
// new variables of the statements.
func (c *checking) chooseOnlyVars(replaced map[string]bool, list []*declaration) {
	changed := map[string]bool{} // by other things
	for name := range replaced {
		if c.top[name] == nil {
			changed[name] = true
		}
	}
	for more := true; more; {
		more = false
		for _, d := range list {
			if changed[d.key] {
				continue
			}
			for key := range d.uses {
				if changed[key] {
					changed[d.key], more = true, true
					break
				}
			}
		}
	}
	for _, d := range list {
		if !changed[d.key] && d.receiver() == "" {
			c.onlyVars[d.key] = true
		}
	}
}

func isGeneric(obj types.Object) bool {
	n := localNamed(obj)
	return n != nil && n.TypeParams().Len() > 0
}

// notes says what still uses an old declaration.
func (c *checking) notes() []string {
	var notes []string
	changed := c.replacedKeys()
	for _, d := range c.again {
		changed[d.key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(c.kept)) {
		if note := c.keptNote(key, changed); note != "" {
			notes = append(notes, note)
		}
	}
	for name := range c.declares {
		old, ok := c.session.live[name].typeName()
		if !ok {
			continue
		}
		if users := c.usersOf(old); len(users) > 0 {
			verb := "keep"
			if len(users) == 1 {
				verb = "keeps"
			}
			notes = append(notes, fmt.Sprintf("%s %s the earlier type %s", enumerate(users), verb, name))
		}
	}
	slices.Sort(notes)
	return notes
}

// keptNote says why a function or method was not checked again, if one of
// the changed declarations is to blame.
func (c *checking) keptNote(key string, changed map[string]bool) string {
	d := c.session.live[key]
	if d == nil {
		d = c.session.methods[key]
	}
	if d == nil || !slices.ContainsFunc(slices.Collect(maps.Keys(d.uses)), func(use string) bool { return changed[use] }) {
		return ""
	}
	why := c.kept[key].Msg
	if p := c.kept[key].Pos; p.IsValid() {
		why = fmt.Sprintf("%s:%d:%d: %s", p.Filename, p.Line, p.Column, why)
	}
	if t := d.receiver(); c.declares[t] {
		return fmt.Sprintf("the new %s has no method %s: %s", t, strings.TrimPrefix(key, t+"."), why)
	}
	return fmt.Sprintf("%s stays as it was and uses the earlier declarations: %s", key, why)
}

// usersOf are the live types and variables that the cell leaves as they are
// and that refer to a type.
func (c *checking) usersOf(old *types.TypeName) []string {
	var users []string
	for key, d := range c.session.live {
		if c.declares[key] || c.top[key] != nil || d.obj == old {
			continue
		}
		switch obj := d.obj.(type) {
		case *types.TypeName:
			if d.uses[old.Name()] {
				users = append(users, key)
			}
		case *types.Var:
			if mentions(obj.Type(), old, map[types.Type]bool{}) {
				users = append(users, key)
			}
		}
	}
	slices.Sort(users)
	return users
}

// mentions tells whether t is made of the type called obj, as far as its spelling shows.
func mentions(t types.Type, obj *types.TypeName, seen map[types.Type]bool) bool {
	if t == nil || seen[t] {
		return false
	}
	seen[t] = true
	in := func(t types.Type) bool { return mentions(t, obj, seen) }
	switch t := t.(type) {
	case *types.Alias:
		return t.Obj() == obj || in(types.Unalias(t))
	case *types.Named:
		if t.Obj() == obj || t.Origin().Obj() == obj {
			return true
		}
		for arg := range t.TypeArgs().Types() {
			if in(arg) {
				return true
			}
		}
	case *types.Pointer:
		return in(t.Elem())
	case *types.Slice:
		return in(t.Elem())
	case *types.Array:
		return in(t.Elem())
	case *types.Chan:
		return in(t.Elem())
	case *types.Map:
		return in(t.Key()) || in(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if in(v.Type()) {
				return true
			}
		}
	case *types.Signature:
		return in(t.Params()) || in(t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			if in(f.Type()) {
				return true
			}
		}
	}
	return false
}

// enumerate joins names as a sentence does, no more than five of them.
func enumerate(names []string) string {
	if len(names) > 5 {
		names = append(slices.Clone(names[:4]), fmt.Sprintf("%d others", len(names)-4))
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
