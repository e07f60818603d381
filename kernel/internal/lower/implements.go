package lower

import (
	"fmt"
	"go/types"
	"strings"
)

// A session type's value in an empty interface is, for the interpreter, only what it is made of: it
// does not find that it implements an interface. So an assertion from the empty interface to another one first
// asks for each struct type of the session that implements it.

// implementers are the session's struct types, and pointers to them, that have the methods of i.
// Other types cannot be told from what they are made of.
func (u *unit) implementers(i *types.Interface) []types.Type {
	var list []types.Type
	for _, t := range u.named {
		if _, ok := t.Underlying().(*types.Struct); !ok {
			continue
		}
		if types.Implements(t, i) {
			list = append(list, t)
		}
		if p := types.NewPointer(t); types.Implements(p, i) {
			list = append(list, p)
		}
	}
	return list
}

// asks tells whether an assertion from one type to another goes by asInterface.
func (p *fn) asks(from, to types.Type) bool {
	i, ok := to.Underlying().(*types.Interface)
	if !ok || i.NumMethods() == 0 || isError(to) {
		return false
	}
	f, ok := from.Underlying().(*types.Interface)
	return ok && f.NumMethods() == 0 && len(p.u.implementers(i)) > 0
}

// asInterface is the name of a function that asserts to interface type t. There is a new
// one when types were declared since.
func (p *fn) asInterface(t types.Type) string {
	list := p.u.implementers(t.Underlying().(*types.Interface))
	return p.helper(fmt.Sprintf("as%d", len(list)), t, func(d *typer, name string) string {
		ts := d.typ(t)
		var b strings.Builder
		fmt.Fprintf(&b, "func %s(x interface{}) (%s, bool) {\n", name, ts)
		for _, c := range list {
			val := "v"
			if t.String() == "fmt.Stringer" {
				val = (&fn{typer: *d}).boxed("Str", "v", c)
			}
			fmt.Fprintf(&b, "if v, ok := x.(%s); ok {\nvar r %s = %s\nreturn r, true\n}\n", d.typ(c), ts, val)
		}
		fmt.Fprintf(&b, "r, ok := x.(%s)\nreturn r, ok\n}", ts)
		return b.String()
	})
}

// mustInterface is asInterface for an assertion that panics when it fails.
func (p *fn) mustInterface(t types.Type) string {
	ask := p.asInterface(t)
	return p.helper("must"+ask, t, func(d *typer, name string) string {
		ts := d.typ(t)
		d.d.use(ask)
		return fmt.Sprintf("func %s(x interface{}) %s {\nr, ok := %s(x)\nif !ok {\nr = x.(%s)\n}\nreturn r\n}", name, ts, ask, ts)
	})
}
