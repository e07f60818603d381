package check

import (
	"cmp"
	"go/types"
	"slices"
)

// scopeAt are the local objects that can be seen at a place of the cell, of
// an inner scope first.
func (c *checking) scopeAt(offset int) []types.Object {
	type extent struct {
		scope      *types.Scope
		start, end int
	}
	var around []extent
	for _, s := range c.info.Scopes {
		start, ok := c.offset(s.Pos())
		end, ok2 := c.offset(s.End())
		if ok && ok2 && start <= offset && offset <= end && s.Parent() != c.pkg.Scope() {
			around = append(around, extent{s, start, end})
		}
	}
	slices.SortFunc(around, func(a, b extent) int { return cmp.Compare(a.end-a.start, b.end-b.start) })
	var objs []types.Object
	seen := map[string]bool{}
	for _, x := range around {
		for _, name := range x.scope.Names() {
			obj := x.scope.Lookup(name)
			at, ok := c.offset(obj.Pos())
			if seen[name] || ok && at >= offset {
				continue
			}
			seen[name] = true
			objs = append(objs, obj)
		}
	}
	return objs
}

// members are the fields and methods that a selector on a value of type t
// finds from package pkg, sorted by name.
func members(t types.Type, pkg *types.Package) []types.Object {
	if t == nil {
		return nil
	}
	found := map[string]types.Object{}
	add := func(obj types.Object) {
		if obj.Name() != "_" && (obj.Exported() || obj.Pkg() != nil && pkg != nil && obj.Pkg().Path() == pkg.Path()) && found[obj.Name()] == nil {
			found[obj.Name()] = obj
		}
	}
	methods := t
	if _, pointer := t.Underlying().(*types.Pointer); !pointer && !types.IsInterface(t) {
		methods = types.NewPointer(t) // of a variable; its methods are more
	}
	set := types.NewMethodSet(methods)
	for sel := range set.Methods() {
		add(sel.Obj())
	}
	addFields(t, add)
	list := make([]types.Object, 0, len(found))
	for _, obj := range found {
		list = append(list, obj)
	}
	slices.SortFunc(list, func(a, b types.Object) int { return cmp.Compare(a.Name(), b.Name()) })
	return list
}

// addFields adds the fields of a struct and those that embedded structs lend
// it, level by level as Go searches them.
func addFields(t types.Type, add func(types.Object)) {
	seen := map[*types.Struct]bool{}
	for level := []types.Type{t}; len(level) > 0; {
		var next []types.Type
		for _, t := range level {
			if p, ok := t.Underlying().(*types.Pointer); ok {
				t = p.Elem()
			}
			s, ok := t.Underlying().(*types.Struct)
			if !ok || seen[s] {
				continue
			}
			seen[s] = true
			for f := range s.Fields() {
				add(f)
				if f.Embedded() {
					next = append(next, f.Type())
				}
			}
		}
		level = next
	}
}
