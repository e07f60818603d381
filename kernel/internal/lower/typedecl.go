package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/vm"
)

// Declarations of types.
//
// The interpreter gets no type declarations: package rtype makes the session's types, with names and
// methods that native code sees, from these descriptions. A type literal with fields or
// methods gets a name here, too. The functions of the methods are bound when everything else is loaded.

// typeName is the lowered name of a session's (or source library's) named type. The first
// call declares it, with its methods, in the current unit.
func (u *unit) typeName(t *types.Named) string {
	o, args := t.Origin().Obj(), typeList(t.TypeArgs())
	if name := u.instanceOf(o, args); name != "" {
		return name
	}
	name := u.unique(o.Name(), u.suffix(u.sourceOf(o)))
	u.addInstance(o, args, name)
	if !types.IsInterface(t) && u.isCell(o.Pkg()) {
		n := len(u.named)
		u.Lowerer.named = append(u.Lowerer.named, namedType{t, name})
		u.undo = append(u.undo, func() { u.Lowerer.named = u.Lowerer.named[:n] })
	}
	u.declareNamed(name, t, &eval.Type{Go: goName(t), Named: true})
	return name
}

// literal is the name of a type literal, by what it is made of.
func (p *typer) literal(kind string, text func(*typer, types.Type) string, t types.Type) string {
	probe := &typer{p.u, newDecl(""), true}
	key := text(probe, t)
	name, ok := p.u.help[key]
	if !ok {
		name = p.u.unique(kind, p.u.suffix(p.u.src))
		p.u.addHelper(key, name)
		p.u.declareNamed(name, t, &eval.Type{Go: goName(t)})
	}
	return p.session(name)
}

// declareNamed describes a type later: those that it mentions may mention it.
func (u *unit) declareNamed(name string, t types.Type, out *eval.Type) {
	d := newDecl(name)
	d.typ = out
	u.types = append(u.types, d)
	u.queue = append(u.queue, func() {
		p := &typer{u, d, true}
		switch t := t.Underlying().(type) {
		case *types.Struct:
			out.Text = u.structText(p, t)
		case *types.Interface:
			out.Text = u.interfaceText(p, t)
			return
		default:
			out.Text = p.typ(t)
		}
		u.describeMethods(p, t, out)
	})
}

// extend describes types of earlier cells again that have got a method, or have another one, and those that such a
// type is embedded in.
func (u *unit) extend(decls []ast.Decl) {
	declared := map[*types.TypeName]bool{} // here: no type of an earlier cell has anything to do with them
	for _, d := range decls {
		if g, ok := d.(*ast.GenDecl); ok {
			for _, s := range g.Specs {
				if t, ok := s.(*ast.TypeSpec); ok {
					if o, ok := u.src.info.Defs[t.Name].(*types.TypeName); ok {
						declared[o] = true
					}
				}
			}
		}
	}
	changed := map[*types.TypeName]bool{}
	for _, d := range decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
			if m, ok := u.src.info.Defs[f.Name].(*types.Func); ok {
				if n, ok := deref(m.Signature().Recv().Type()).(*types.Named); ok && !declared[n.Origin().Obj()] {
					changed[n.Origin().Obj()] = true
				}
			}
		}
	}
	if len(changed) == 0 {
		return
	}
	here := map[string]bool{}
	for _, d := range u.types {
		here[d.name] = true
	}
	for _, t := range slices.Clone(u.named) {
		if !here[t.name] && u.hasMethodOf(t.Named, changed) {
			u.declareNamed(t.name, t.Named, &eval.Type{Go: goName(t), Named: true})
			u.again = true
		}
	}
}

// hasMethodOf tells whether a type has a method that one of the given types declares.
func (u *unit) hasMethodOf(t *types.Named, declares map[*types.TypeName]bool) bool {
	set := types.NewMethodSet(types.NewPointer(t))
	for i := range set.Len() {
		if n, ok := deref(set.At(i).Obj().(*types.Func).Signature().Recv().Type()).(*types.Named); ok && declares[n.Origin().Obj()] {
			return true
		}
	}
	return false
}

// structText prints a struct's fields in full.
func (u *unit) structText(p *typer, x types.Type) string {
	t := x.(*types.Struct)
	fields := make([]string, t.NumFields())
	for i := range fields {
		f := t.Field(i)
		name, tag := f.Name(), t.Tag(i)
		if f.Embedded() {
			name = eval.EmbeddedPrefix + name
		}
		fields[i] = name + " " + p.typ(f.Type())
		if tag != "" {
			fields[i] += " " + strconv.Quote(tag)
		}
	}
	return "struct{" + strings.Join(fields, "; ") + "}"
}

// interfaceText prints all methods of an interface, those of embedded ones included.
func (u *unit) interfaceText(p *typer, x types.Type) string {
	t := x.(*types.Interface)
	methods := make([]string, t.NumMethods())
	for i := range methods {
		m := t.Method(i)
		methods[i] = m.Name() + p.signature(m.Type().(*types.Signature))
	}
	return "interface{" + strings.Join(methods, "; ") + "}"
}

// aliased finds the names of predeclared aliases in a type's text.
var aliased = regexp.MustCompile(`[\[\],*( ](any|rune|byte)\b`)

// literalField finds the fields of a struct literal that holds no other one.
var literalField = regexp.MustCompile(`struct\{([^{}]*(?:\{\}[^{}]*)*)\}`)

// goName is a type as %T prints it.
func goName(t types.Type) string {
	s := types.TypeString(t, (*types.Package).Name)
	if strings.Contains(s, "[") && !strings.Contains(s, "func(") {
		s = strings.ReplaceAll(s, ", ", ",")
	}
	s = aliased.ReplaceAllStringFunc(s, func(m string) string {
		return m[:1] + map[string]string{"any": "interface {}", "rune": "int32", "byte": "uint8"}[m[1:]]
	})
	if strings.Contains(s, "[struct{") || strings.Contains(s, ",struct{") {
		s = literalField.ReplaceAllString(s, "struct { $1 }")
	}
	switch t := t.(type) {
	case *types.Struct:
		if t.NumFields() > 0 {
			s = "struct { " + strings.TrimSuffix(strings.TrimPrefix(s, "struct{"), "}") + " }"
		}
	case *types.Interface:
		if t.NumMethods() > 0 {
			s = "interface { " + strings.TrimSuffix(strings.TrimPrefix(s, "interface{"), "}") + " }"
		}
	}
	return s
}

// describeMethods describes the method sets of a type and of pointers to it, and declares what binds their functions.
func (u *unit) describeMethods(p *typer, t types.Type, out *eval.Type) {
	values := types.NewMethodSet(t)
	all := values
	if _, ptr := t.Underlying().(*types.Pointer); !ptr {
		all = types.NewMethodSet(types.NewPointer(t))
	}
	var bind, codes []string
	b := newDecl(u.unique(p.d.name+"__t", u.suffix(u.src)))
	for i := range all.Len() {
		sel := all.At(i)
		m := sel.Obj().(*types.Func)
		if !m.Exported() && !u.isSession(m.Pkg()) {
			continue // nothing here can call it
		}
		ptr := values.Lookup(m.Pkg(), m.Name()) == nil
		f := u.methodValueFunc(b, t, sel, m, ptr)
		if f == "" {
			continue
		}
		out.Methods = append(out.Methods, eval.Method{Name: m.Name(), Ptr: ptr, Type: "func" + p.signature(sel.Type().(*types.Signature))})
		bind = append(bind, strconv.Quote(m.Name()), f)
		if vm.Closures {
			codes = append(codes, strconv.Quote(m.Name()), strconv.Quote(u.plainMethod(b, f)), strconv.Quote(map[bool]string{true: "*"}[ptr]))
		}
	}
	if len(bind) == 0 {
		return
	}
	p.d.use(b.name)
	// A function of plain data is a variable for the interpreter, which wants the variables that an initialisation
	// mentions in the same unit, but not those that a function does.
	once := b.name + eval.OnceSuffix
	b.text = fmt.Sprintf("func %s() bool { return %s(%q, %s) }\nvar %s = %s()", once, b.rt("Bind"), p.d.name, strings.Join(bind, ", "), b.name, once)
	if len(codes) > 0 {
		b.text += fmt.Sprintf("\nvar %s__m = %s.Methods((*%s)(nil), %s)", b.name, b.pkg(vmPath), (&typer{u: u, d: b}).typ(t), strings.Join(codes, ", "))
	}
	u.bindings = append(u.bindings, b)
}

// methodValueFunc prints a function of the receiver that is a method: the declared one, or for a promoted method one
// that walks to it.
func (u *unit) methodValueFunc(d *decl, t types.Type, sel *types.Selection, m *types.Func, ptr bool) string {
	if n, ok := t.(*types.Named); ok && len(sel.Index()) == 1 {
		if u.bodies[m.Origin()] == nil {
			return ""
		}
		name := u.methodFunc(n, m)
		d.use(name)
		return name
	}
	recv := t
	if ptr {
		recv = types.NewPointer(t)
	}
	f := u.newFn(d, u.src, newEnv())
	sig := sel.Type().(*types.Signature)
	fw := f.forward(sig, 0)
	r := receiver{"r__", precPrimary, recv, true}
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		r.text += f.fields(r.typ, []int{i})
		r.typ = types.Unalias(deref(r.typ).Underlying().(*types.Struct).Field(i).Type())
	}
	s := &selection{types.MethodVal, recv, m, sel.Index()}
	fw.params = append([]string{"r__ " + f.typ(recv)}, fw.params...)
	return fw.literal(f.boundCall(r, s, fw.args))
}
