package lower

import (
	"fmt"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// Calls of methods through interfaces that cells declare.
//
// The interpreter would go through package reflect. A function made for the interface's method asks for each type of
// the session that implements it and calls its function: 1.4 µs for 1.9 µs of the interpreter alone, and it finds methods that are
// not exported. What it does not know (types declared later, a library's) it calls natively.

// maxAsked bounds the types that a dispatcher asks for, each of which takes time.
const maxAsked = 8

// implementers are the session's types, and pointers to them, that have the methods of i; the latest first.
func (u *unit) implementers(i *types.Interface) []types.Type {
	var list, rare []types.Type
	for _, named := range slices.Backward(u.named) {
		t := named.Named
		switch {
		case types.Implements(t, i):
			list = append(list, t)
			if _, ok := t.Underlying().(*types.Struct); ok {
				rare = append(rare, types.NewPointer(t)) // its methods are those of values
			}
		case types.Implements(types.NewPointer(t), i):
			list = append(list, types.NewPointer(t))
		}
	}
	list = append(list, rare...)
	return list[:min(len(list), maxAsked)]
}

// methodOn prints the call of a method of concrete type t on a variable.
func (p *fn) methodOn(v string, t types.Type, m *types.Func, args []string) string {
	o, path, _ := types.LookupFieldOrMethod(t, false, m.Pkg(), m.Name())
	r := receiver{v, precPrimary, t, true}
	for _, i := range path[:len(path)-1] {
		r.text += p.fields(r.typ, []int{i})
		r.typ = types.Unalias(deref(r.typ).Underlying().(*types.Struct).Field(i).Type())
	}
	return p.boundCall(r, &selection{types.MethodVal, t, o, path}, args)
}

// dispatcher is the name of the function that calls method m of interface type t.
func (p *fn) dispatcher(t types.Type, m *types.Func) string {
	list := p.u.implementers(t.Underlying().(*types.Interface))
	probe := &typer{u: p.u, d: newDecl("")}
	key := "call " + m.Name()
	for _, c := range list {
		key += " " + probe.typ(c)
		if o, _, _ := types.LookupFieldOrMethod(c, false, m.Pkg(), m.Name()); o != nil {
			key += p.u.declaredIn(o)
		}
	}
	return p.helper(key, t, func(d *typer, name string) string {
		q := &fn{typer: *d, src: p.src, env: newEnv(), scope: newScope(), out: &strings.Builder{}}
		sig := q.monomorphic(p.subst(m.Type()).(*types.Signature))
		f := q.forward(sig, 0)
		var b strings.Builder
		fmt.Fprintf(&b, "func %s(%s)%s {\n", name, strings.Join(append([]string{"x__ " + d.typ(t)}, f.params...), ", "), f.res)
		for _, c := range list {
			ret := "\nreturn"
			if f.ret != "" {
				ret = ""
			}
			fmt.Fprintf(&b, "if v__, ok__ := interface{}(x__).(%s); ok__ {\n%s%s%s%s\n}\n", d.typ(c), q.nilReceiver("v__", c, m), f.ret, q.methodOn("v__", c, m, f.args), ret)
		}
		call := "x__." + m.Name()
		if !m.Exported() { // the interpreter would look for an exported one
			call = fmt.Sprintf("%s(x__, %q).(%s)", d.d.rt("Method"), m.Name(), d.nativeFunc(sig))
		}
		fmt.Fprintf(&b, "%s%s(%s)\n}", f.ret, call, strings.Join(f.args, ", "))
		return b.String()
	})
}

// declaredIn tells apart the declarations of a method in one cell after the other.
func (u *unit) declaredIn(o types.Object) string {
	f, ok := o.(*types.Func)
	if !ok || u.bodies[f.Origin()] == nil {
		return ""
	}
	return "@" + strconv.Itoa(u.bodies[f.Origin()].cell)
}

// nilReceiver prints what panics as Go does when v, a pointer, is nil and its method m wants what it points to.
func (p *fn) nilReceiver(v string, c types.Type, m *types.Func) string {
	ptr, ok := c.(*types.Pointer)
	if !ok {
		return ""
	}
	o, path, _ := types.LookupFieldOrMethod(c, false, m.Pkg(), m.Name())
	f, ok := o.(*types.Func)
	if !ok || len(path) != 1 {
		return ""
	}
	if _, own := f.Signature().Recv().Type().(*types.Pointer); own {
		return ""
	}
	return fmt.Sprintf("if %s == nil { %s(%q, %q) }\n", v, p.d.rt("NilReceiver"), goName(ptr.Elem()), m.Name())
}
