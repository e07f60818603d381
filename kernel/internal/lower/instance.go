package lower

import (
	"go/ast"
	"go/types"
)

// maxInstances bounds the instances of one generic declaration: a program that
// instantiates itself for ever with larger types is accepted by go/types
// when it does so only at run time.
const maxInstances = 200

// instance is a generic function or type with type arguments, or any declared
// one with none.
type instance struct {
	args []types.Type
	name string
}

func (l *Lowerer) instanceOf(o types.Object, args []types.Type) string {
	for _, in := range l.insts[o] {
		if identicalLists(in.args, args) {
			return in.name
		}
	}
	return ""
}

func (l *Lowerer) addInstance(o types.Object, args []types.Type, name string) {
	list := l.insts[o]
	if len(list) >= maxInstances {
		fail("more than %d instances of %s", maxInstances, o.Name())
	}
	put(l, l.insts, o, append(list[:len(list):len(list)], &instance{args, name}))
	put(l, l.meanings, name, meaning{object: o})
}

// addHelper notes the name of what lowering declares once for each key.
func (l *Lowerer) addHelper(key, name string) {
	put(l, l.help, key, name)
	put(l, l.meanings, name, meaning{helper: key})
}

func identicalLists(a, b []types.Type) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !types.Identical(a[i], b[i]) {
			return false
		}
	}
	return true
}

func typeList(l *types.TypeList) []types.Type {
	var list []types.Type
	for i := range l.Len() {
		list = append(list, l.At(i))
	}
	return list
}

// methodFunc is the name of the plain function that is method m of t. Calling
// it costs the interpreter a third of a method call.
func (u *unit) methodFunc(t *types.Named, m *types.Func) string {
	m = m.Origin()
	args := typeList(t.TypeArgs())
	if name := u.instanceOf(m, args); name != "" {
		return name
	}
	b := u.bodies[m]
	name := u.unique(t.Obj().Name()+"__m__"+m.Name(), u.suffix(b.src))
	u.addInstance(m, args, name)
	u.declareFunc(name, b, m, bind(m.Type().(*types.Signature).RecvTypeParams(), args))
	return name
}

// funcName is the lowered name of a function with type arguments. The first call for a
// generic one, or one of a library's source, declares it.
func (p *fn) funcName(f *types.Func, args []types.Type) string {
	f = f.Origin()
	if !p.u.isSession(f.Pkg()) {
		if name, ok := p.compiled(f, args); ok {
			return name
		}
		own := p.u.lib.function(f)
		if own == nil {
			return p.native(f)
		}
		f = own
	}
	name := p.u.instanceOf(f, args)
	if name == "" {
		b := p.u.bodies[f]
		if b == nil || b.decl.Body == nil {
			fail("function %s has no body", f.FullName())
		}
		name = p.u.unique(f.Name(), p.u.suffix(b.src))
		p.u.addInstance(f, args, name)
		p.u.declareFunc(name, b, f, bind(f.Type().(*types.Signature).TypeParams(), args))
	}
	p.d.use(name)
	return name
}

// declareFunc prints the function later: its name must be known first.
func (u *unit) declareFunc(name string, b *body, f *types.Func, e *env) {
	d := newDecl(name)
	u.funcs = append(u.funcs, d)
	u.notePlain(name, b, f, e)
	u.queue = append(u.queue, func() {
		if u.bindPlain(d) {
			return
		}
		p := u.newFn(d, b.src, e)
		sig := f.Type().(*types.Signature)
		var recv *ast.FieldList
		if sig.Recv() != nil {
			recv = b.decl.Recv
		}
		d.text = p.function(name, sig, recv, b.decl.Type, b.decl.Body)
	})
}

// sourceOf tells which source a declared type comes from.
func (u *unit) sourceOf(o *types.TypeName) *source {
	if src := u.lib.source(o.Pkg()); src != nil {
		return src
	}
	return u.src
}
