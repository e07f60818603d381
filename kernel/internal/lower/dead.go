package lower

import (
	"go/types"
	"maps"
	"slices"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
)

// remember notes what the unit declares and which of it a later cell can
// reach by name, or by a function value.
func (u *unit) remember(out *eval.Unit) {
	for _, d := range out.Decls {
		put(u.Lowerer, u.uses, d.Name, d.Uses)
	}
	for _, f := range out.Funcs {
		put(u.Lowerer, u.roots, f.Decl, true)
	}
	for _, v := range out.Vars {
		put(u.Lowerer, u.roots, v.Lowered, true)
	}
	old := u.entry
	u.Lowerer.entry = out.Entry
	u.undo = append(u.undo, func() { u.Lowerer.entry = old })
}

// dead are the names that nothing can reach any more: the entry of the unit before, and, when the
// unit replaces something, all that only the replaced used. A name that is dead is
// forgotten, so that an instance that is needed again is declared again.
func (u *unit) dead(c *check.Unit) []string {
	var names []string
	if u.entry != "" {
		names = append(names, u.entry)
		put(u.Lowerer, u.uses, u.entry, nil)
	}
	if len(c.Replaced) == 0 {
		return names
	}
	for _, o := range c.Replaced {
		if name := u.declaredName(o); name != "" {
			put(u.Lowerer, u.roots, name, false)
		}
	}
	live := map[string]bool{}
	for name, root := range u.roots {
		if root {
			u.reach(name, live)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.uses)) {
		if !live[name] && u.uses[name] != nil && name != u.entry {
			names = append(names, name)
			put(u.Lowerer, u.uses, name, nil)
			u.forget(name)
		}
	}
	return names
}

func (u *unit) reach(name string, live map[string]bool) {
	if live[name] {
		return
	}
	live[name] = true
	for _, n := range u.uses[name] {
		u.reach(n, live)
	}
}

// declaredName is the lowered name of an object that is not generic.
func (u *unit) declaredName(o types.Object) string {
	if name := u.names[o]; name != "" {
		return name
	}
	return u.instanceOf(o, nil)
}

// forget drops an instance or a helper.
func (u *unit) forget(name string) {
	for o, list := range u.insts {
		if i := slices.IndexFunc(list, func(in *instance) bool { return in.name == name }); i >= 0 {
			put(u.Lowerer, u.insts, o, slices.Delete(slices.Clone(list), i, i+1))
		}
	}
	for key, n := range u.help {
		if n == name {
			delete(u.help, key)
			u.undo = append(u.undo, func() { u.help[key] = name })
		}
	}
	u.Lowerer.named = slices.DeleteFunc(slices.Clone(u.named), func(t *types.Named) bool {
		return u.instanceOf(t.Origin().Obj(), typeList(t.TypeArgs())) == ""
	})
}
