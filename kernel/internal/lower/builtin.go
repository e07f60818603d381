package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

func (p *fn) builtin(name string, x *ast.CallExpr) string {
	switch name {
	case "append":
		return p.appendCall(x)
	case "copy", "len", "cap", "close", "real", "imag":
		return name + "(" + p.values(x.Args) + ")"
	case "complex":
		return "complex(" + p.beside(x.Args[0], x.Args[1], 0) + ", " + p.beside(x.Args[1], x.Args[0], 0) + ")"
	case "delete":
		m := p.typeOf(x.Args[0]).Underlying().(*types.Map)
		return "delete(" + p.expr(x.Args[0]) + ", " + p.key(x.Args[1], m) + ")"
	case "panic":
		return "panic(" + p.as(x.Args[0], emptyInterface) + ")"
	case "recover":
		return p.d.rt("Recovered") + "(recover())"
	case "print", "println":
		return p.d.rt(strings.ToUpper(name[:1])+name[1:]) + "(" + p.values(x.Args) + ")"
	case "min", "max":
		return p.minMax(name, x)
	case "clear":
		return p.d.rt("Clear") + "(" + p.expr(x.Args[0]) + ")"
	case "new":
		return p.newCall(x)
	case "make":
		return p.makeCall(x)
	}
	return p.unsafeCall(name, x)
}

var emptyInterface = types.NewInterfaceType(nil, nil)

func (p *fn) appendCall(x *ast.CallExpr) string {
	s, ok := p.typeOf(x.Args[0]).Underlying().(*types.Slice)
	if !ok { // append(nil-able constraint) cannot occur in an instance
		return "append(" + p.values(x.Args) + ")"
	}
	out := []string{p.as(x.Args[0], p.typeOf(x))}
	if p.isNil(x.Args[0]) {
		out[0] = p.conv(p.typeOf(x)) + "(nil)"
	}
	for _, a := range x.Args[1:] {
		if x.Ellipsis.IsValid() {
			out = append(out, p.expr(a)+"...")
		} else {
			out = append(out, p.as(a, s.Elem()))
		}
	}
	return "append(" + strings.Join(out, ", ") + ")"
}

// minMax calls a function made for the type: the interpreter has neither.
func (p *fn) minMax(name string, x *ast.CallExpr) string {
	t := p.typeOf(x)
	h := p.minMaxFunc(name, t)
	s := p.as(x.Args[0], t)
	for _, a := range x.Args[1:] {
		s = h + "(" + s + ", " + p.as(a, t) + ")"
	}
	if len(x.Args) == 1 {
		return p.conv(t) + "(" + s + ")"
	}
	return s
}

// minMaxFunc declares min or max of two values of type t: NaN wins, and of
// the zeros -0 is the smaller one.
func (p *fn) minMaxFunc(name string, t types.Type) string {
	op, zero := "<", "<"
	if name == "max" {
		op, zero = ">", ">"
	}
	return p.helper(name, t, func(d *typer, fn string) string {
		ts := d.typ(t)
		special := ""
		if b := t.Underlying().(*types.Basic); b.Info()&types.IsFloat != 0 {
			special = fmt.Sprintf("if a != a { return a }\nif b != b { return b }\nif a == 0 && b == 0 {\nif 1/a %s 0 { return a }\nreturn b\n}\n", zero)
		}
		return fmt.Sprintf("func %s(a, b %s) %s {\n%sif a %s b { return a }\nreturn b\n}", fn, ts, ts, special, op)
	})
}

// newCall is new(T), or new(x) of Go 1.26.
func (p *fn) newCall(x *ast.CallExpr) string {
	if p.src.info.Types[x.Args[0]].IsType() {
		return "new(" + p.expr(x.Args[0]) + ")"
	}
	t := p.typeOf(x).Underlying().(*types.Pointer).Elem()
	h := p.helper("new", t, func(d *typer, fn string) string {
		ts := d.typ(t)
		return fmt.Sprintf("func %s(x %s) *%s {\np := new(%s)\n*p = x\nreturn p\n}", fn, ts, ts, ts)
	})
	return h + "(" + p.as(x.Args[0], t) + ")"
}

// makeCall makes channels in both directions first: reflect refuses others.
func (p *fn) makeCall(x *ast.CallExpr) string {
	t := p.subst(p.src.info.Types[x.Args[0]].Type)
	sizes := ""
	for _, a := range x.Args[1:] {
		sizes += ", " + p.as(a, types.Typ[types.Int])
	}
	if c, ok := t.Underlying().(*types.Chan); ok && c.Dir() != types.SendRecv {
		both := types.NewChan(types.SendRecv, c.Elem())
		return p.conv(t) + "(make(" + p.typ(both) + sizes + "))"
	}
	return "make(" + p.typ(t) + sizes + ")"
}

var sizes = types.SizesFor("gc", "amd64")

// unsafeCall prints the functions of package unsafe. Sizes that depend on type
// parameters are known here.
func (p *fn) unsafeCall(name string, x *ast.CallExpr) string {
	switch name {
	case "Sizeof":
		return fmt.Sprintf("uintptr(%d)", sizes.Sizeof(p.typeOf(x.Args[0])))
	case "Alignof":
		return fmt.Sprintf("uintptr(%d)", sizes.Alignof(p.typeOf(x.Args[0])))
	case "Offsetof":
		return fmt.Sprintf("uintptr(%d)", p.offset(x.Args[0]))
	case "StringData":
		return p.d.rt("StringData") + "(" + p.values(x.Args) + ")"
	case "String":
		return p.d.rt("String") + "(" + p.expr(x.Args[0]) + ", int(" + p.expr(x.Args[1]) + "))"
	case "Add":
		return p.d.rt("Add") + "(" + p.expr(x.Args[0]) + ", int(" + p.expr(x.Args[1]) + "))"
	case "Slice":
		t := p.typeOf(x)
		return p.d.rt("Slice") + "(" + p.expr(x.Args[0]) + ", int(" + p.expr(x.Args[1]) + ")).(" + p.typ(t) + ")"
	case "SliceData":
		return p.d.rt("SliceData") + "(" + p.expr(x.Args[0]) + ").(" + p.typ(p.typeOf(x)) + ")"
	}
	fail("unsafe.%s", name)
	return ""
}

// offset is the offset of the field that x selects in its struct.
func (p *fn) offset(x ast.Expr) int64 {
	s := p.selection(ast.Unparen(x).(*ast.SelectorExpr))
	t, sum := s.recv, int64(0)
	for _, i := range s.path {
		st := deref(t).Underlying().(*types.Struct)
		fields := make([]*types.Var, st.NumFields())
		for j := range fields {
			fields[j] = st.Field(j)
		}
		sum += sizes.Offsetsof(fields)[i]
		t = st.Field(i).Type()
	}
	return sum
}

// helper declares a function for a type once in the session and returns its name.
func (p *fn) helper(base string, t types.Type, text func(d *typer, name string) string) string {
	probe := &typer{u: p.u, d: newDecl("")}
	key := base + " " + probe.typ(t)
	name, ok := p.u.help[key]
	if !ok {
		word, _, _ := strings.Cut(base, " ")
		name = p.u.unique(word, p.u.suffix(p.u.src))
		put(p.u.Lowerer, p.u.help, key, name)
		d := newDecl(name)
		d.text = text(&typer{u: p.u, d: d}, name)
		p.u.funcs = append(p.u.funcs, d)
	}
	p.d.use(name)
	return name
}

// table declares a variable with a value that never changes, once for each text in the session, and returns its name.
func (p *fn) table(base string, text func(d *typer) string) string {
	d := newDecl("")
	value := text(&typer{u: p.u, d: d})
	key := base + " " + value
	name, ok := p.u.help[key]
	if !ok {
		name = p.u.unique(base, p.u.suffix(p.u.src))
		put(p.u.Lowerer, p.u.help, key, name)
		d.name, d.text = name, "var "+name+" = "+value
		p.u.funcs = append(p.u.funcs, d)
	}
	p.d.use(name)
	return name
}
