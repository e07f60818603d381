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
		drop(u.Lowerer, u.uses, u.entry)
	}
	names = append(names, u.deadLoops()...)
	if len(c.Replaced) == 0 {
		return names
	}
	for _, o := range c.Replaced {
		if name := u.declaredName(o); name != "" {
			drop(u.Lowerer, u.roots, name)
		}
	}
	live := map[string]bool{}
	for name := range u.roots {
		u.reach(name, live)
	}
	gone := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(u.uses)) {
		if !live[name] {
			names = append(names, name)
			drop(u.Lowerer, u.uses, name)
			drop(u.Lowerer, u.roots, name)
			gone[name] = true
		}
	}
	u.forget(gone)
	u.release(c.Replaced)
	return names
}

// release drops what is known of replaced objects, so that a session does not grow with what it redefines. An object that
// something live still uses has its name in that use already.
func (u *unit) release(replaced []types.Object) {
	for _, o := range replaced {
		switch o := o.(type) {
		case *types.Func:
			drop(u.Lowerer, u.bodies, o)
		case *types.TypeName:
			if n, ok := o.Type().(*types.Named); ok && u.insts[o] == nil {
				for m := range n.Methods() {
					drop(u.Lowerer, u.bodies, m)
				}
				drop(u.Lowerer, u.top, o)
			}
		}
	}
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

// forget drops instances and helpers.
func (u *unit) forget(gone map[string]bool) {
	if len(gone) == 0 {
		return
	}
	u.forgetPlain(gone)
	for o, list := range u.insts {
		if !slices.ContainsFunc(list, func(in *instance) bool { return gone[in.name] }) {
			continue
		}
		kept := slices.DeleteFunc(slices.Clone(list), func(in *instance) bool { return gone[in.name] })
		if len(kept) == 0 {
			drop(u.Lowerer, u.insts, o)
		} else {
			put(u.Lowerer, u.insts, o, kept)
		}
	}
	for o, name := range u.names {
		if gone[name] {
			drop(u.Lowerer, u.names, o)
		}
	}
	for key, name := range u.help {
		if gone[name] {
			drop(u.Lowerer, u.help, key)
		}
	}
	old := u.named
	u.Lowerer.named = slices.DeleteFunc(slices.Clone(old), func(t *types.Named) bool {
		return u.instanceOf(t.Origin().Obj(), typeList(t.TypeArgs())) == ""
	})
	u.undo = append(u.undo, func() { u.Lowerer.named = old })
}
