package lower

import (
	"go/types"
	"slices"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
)

// remember notes what the unit declares and which of it a later cell can
// reach by name.
func (u *unit) remember(out *eval.Unit) {
	for _, d := range out.Decls {
		u.graph.set(d.Name, d.Uses)
	}
	for _, v := range out.Vars {
		u.graph.root(v.Lowered, true)
	}
	if u.entry != "" {
		u.graph.root(u.entry, false)
	}
	if out.Entry != "" {
		u.graph.root(out.Entry, true)
	}
	old := u.entry
	u.Lowerer.entry = out.Entry
	u.undo = append(u.undo, func() { u.Lowerer.entry = old })
}

// dead are the names that nothing can reach any more: the entry of the unit before, and, when the
// unit replaces something, all that only the replaced and the entries since then used. (So what statements
// have instantiated is not declared again for each.) A name that is dead is forgotten.
//
// The evaluator knows which function values there are, and keeps what they need.
func (u *unit) dead(c *check.Unit, before string) []string {
	names := u.deadLoops()
	for _, o := range c.Replaced {
		if name := u.declaredName(o); name != "" {
			u.graph.root(name, false)
		}
		if n, ok := o.Type().(*types.Named); ok && n.Obj() == o {
			for m := range n.Methods() {
				u.graph.root(u.instanceOf(m, nil), false)
			}
		}
	}
	if len(c.Replaced) == 0 && !u.again {
		if before != "" {
			names = append(names, before)
			u.graph.remove(before)
		}
		return names
	}
	gone := u.graph.dead()
	names = append(names, gone...)
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

// declaredName is the lowered name of an object that is not generic.
func (u *unit) declaredName(o types.Object) string {
	if name := u.names[o]; name != "" {
		return name
	}
	return u.instanceOf(o, nil)
}

// meaning is what a lowered name stands for: an object, or the key of a helper.
type meaning struct {
	object types.Object
	helper string
}

// forget drops what has led to names.
func (u *unit) forget(gone []string) {
	if len(gone) == 0 {
		return
	}
	u.forgetPlain(gone)
	for _, name := range gone {
		drop(u.Lowerer, u.funcIDs, name)
		m, ok := u.meanings[name]
		if !ok {
			continue
		}
		drop(u.Lowerer, u.meanings, name)
		switch {
		case m.helper != "":
			drop(u.Lowerer, u.help, m.helper)
		case u.names[m.object] == name:
			drop(u.Lowerer, u.names, m.object)
		default:
			u.forgetInstance(m.object, name)
		}
	}
}

// forgetInstance drops the instance of o with a lowered name.
func (u *unit) forgetInstance(o types.Object, name string) {
	kept := slices.DeleteFunc(slices.Clone(u.insts[o]), func(in *instance) bool { return in.name == name })
	if len(kept) == 0 {
		drop(u.Lowerer, u.insts, o)
	} else {
		put(u.Lowerer, u.insts, o, kept)
	}
	if i := slices.IndexFunc(u.named, func(t namedType) bool { return t.name == name }); i >= 0 {
		old := u.named
		u.Lowerer.named = slices.Delete(slices.Clone(old), i, i+1)
		u.undo = append(u.undo, func() { u.Lowerer.named = old })
	}
}
