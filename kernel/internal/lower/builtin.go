package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

func (p *fn) builtin(name string, x *ast.CallExpr) string {
	switch name {
	case "append":
		return p.appendCall(x)
	case "len", "cap":
		if n, ok := arrayLen(p.typeOf(x.Args[0])); ok {
			return p.arrayLength(n, x.Args[0])
		}
		return name + "(" + p.expr(x.Args[0]) + ")"
	case "copy", "close", "real", "imag":
		return name + "(" + p.values(x.Args) + ")"
	case "complex":
		return "complex(" + p.beside(x.Args[0], x.Args[1], 0) + ", " + p.beside(x.Args[1], x.Args[0], 0) + ")"
	case "delete":
		m := p.typeOf(x.Args[0]).Underlying().(*types.Map)
		return "delete(" + p.expr(x.Args[0]) + ", " + p.key(x.Args[1], m) + ")"
	case "panic":
		v := p.as(x.Args[0], emptyInterface)
		if types.IsInterface(p.typeOf(x.Args[0])) || p.isNil(x.Args[0]) {
			v = p.d.rt("Thrown") + "(" + v + ")"
		}
		return "panic(" + v + ")"
	case "recover":
		if p.unwinds != "" {
			return p.d.rt("RecoverOf") + "(" + p.unwinds + ")"
		}
		return p.d.rt("Recover") + "()"
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

// arrayLength is the length of an array, or of what a pointer to one points to, that x is evaluated for when it calls something.
func (p *fn) arrayLength(n int64, x ast.Expr) string {
	if !hasCall(x) {
		return fmt.Sprint(n)
	}
	t := p.typeOf(x)
	h := p.helper("len", t, func(d *typer, fn string) string {
		return fmt.Sprintf("func %s(x %s) int { return %d }", fn, d.typ(t), n)
	})
	return h + "(" + p.expr(x) + ")"
}

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
	like := func(a ast.Expr) bool { return types.Identical(s, p.typeOf(a).Underlying()) }
	if !x.Ellipsis.IsValid() && (slices.ContainsFunc(x.Args[1:], like) || len(out) > 2 && p.readsMemory(x.Args[2:])) {
		// The interpreter appends one value after the other, and an element that is a slice of the same type as if it were spread.
		out = []string{out[0], "[]" + p.typ(s.Elem()) + "{" + strings.Join(out[1:], ", ") + "}..."}
	}
	return "append(" + strings.Join(out, ", ") + ")"
}

// readsMemory tells whether one of the values depends on what an append before it changes.
func (p *fn) readsMemory(list []ast.Expr) bool {
	found := false
	for _, x := range list {
		ast.Inspect(x, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.IndexExpr, *ast.StarExpr, *ast.CallExpr:
				found = found || !p.isConst(n.(ast.Expr))
			}
			return !found
		})
	}
	return found
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
	for i, a := range x.Args[1:] {
		n := p.as(a, types.Typ[types.Int])
		if i == 1 && !p.isConst(a) {
			n = fmt.Sprintf("%s(int(%s), %d)", p.d.rt("Cap"), n, sizesOf(t))
		}
		sizes += ", " + n
	}
	if c, ok := t.Underlying().(*types.Chan); ok && c.Dir() != types.SendRecv {
		both := types.NewChan(types.SendRecv, c.Elem())
		return p.conv(t) + "(make(" + p.typ(both) + sizes + "))"
	}
	return "make(" + p.typ(t) + sizes + ")"
}

// sizesOf is the size of an element of a slice in bytes.
func sizesOf(t types.Type) int64 { return sizes.Sizeof(t.Underlying().(*types.Slice).Elem()) }

var sizes = types.SizesFor("gc", "amd64")

// unsafeCall prints the functions of package unsafe. Sizes that depend on type
// parameters are known here.
func (p *fn) unsafeCall(name string, x *ast.CallExpr) string {
	switch name {
	case "Sizeof":
		return p.size(sizes.Sizeof(p.typeOf(x.Args[0])))
	case "Alignof":
		return p.size(sizes.Alignof(p.typeOf(x.Args[0])))
	case "Offsetof":
		return p.size(p.offset(x.Args[0]))
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

// size is a size that depends on type parameters: no constant, or the interpreter would compute with it as
// it compiles, and refuse to divide by zero.
func (p *fn) size(n int64) string { return fmt.Sprintf("%s(%d)", p.d.rt("Size"), n) }

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
		p.u.addHelper(key, name)
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
		p.u.addHelper(key, name)
		d.name, d.text = name, "var "+name+" = "+value
		p.u.funcs = append(p.u.funcs, d)
	}
	p.d.use(name)
	return name
}
