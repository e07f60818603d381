package conformance

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// statement writes one statement, or a few that belong together.
func (g *generator) statement(depth int) {
	forms := []func(*generator, int){
		(*generator).assignStmt, (*generator).assignStmt, (*generator).showStmt, (*generator).showStmt,
		(*generator).ifStmt, (*generator).loopStmt, (*generator).rangeStmt, (*generator).rangeStmt, (*generator).labelStmt,
		(*generator).switchStmt, (*generator).typeSwitchStmt, (*generator).typeSwitchStmt, (*generator).deferStmt, (*generator).deferStmt,
		(*generator).closureStmt, (*generator).closureStmt, (*generator).panicStmt, (*generator).panicStmt, (*generator).sliceStmt,
		(*generator).copyStmt, (*generator).mapStmt, (*generator).methodStmt, (*generator).methodStmt, (*generator).interfaceStmt,
		(*generator).interfaceStmt, (*generator).genericStmt, (*generator).genericStmt, (*generator).goStmt, (*generator).selectStmt,
		(*generator).iteratorStmt, (*generator).constStmt, (*generator).orderStmt, (*generator).localTypeStmt, (*generator).localTypeStmt,
		(*generator).errorStmt, (*generator).formatStmt, (*generator).stringStmt, (*generator).jsonStmt, (*generator).sortStmt, (*generator).pointerStmt,
		(*generator).identityStmt, (*generator).identityStmt, (*generator).resultStmt, (*generator).funcTypeStmt, (*generator).gotoStmt, (*generator).reflectStmt,
		(*generator).convertStmt, (*generator).recursiveStmt, (*generator).libraryStmt, (*generator).swapStmt, (*generator).opAssignStmt,
	}
	form := pick(g, forms...)
	if g.form == "" {
		name := runtime.FuncForPC(reflect.ValueOf(form).Pointer()).Name()
		g.form = strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "Stmt")
	}
	form(g, depth)
}

// block writes statements between braces that the caller writes.
func (g *generator) block(depth int) {
	outer := g.vars
	if depth <= 0 || g.chance(40) {
		g.showStmt(0)
	} else {
		g.statement(depth - 1)
	}
	g.vars = outer
}

func (g *generator) showStmt(int) {
	var list []string
	for range 1 + g.r.IntN(3) {
		list = append(list, g.printableExpr(2))
	}
	g.print(list...)
}

func (g *generator) assignStmt(int) {
	v := g.local(g.anyType())
	g.w("%s = %s", v.name, g.expr(v.t, 3))
	switch v.t.kind {
	case kStruct:
		for _, f := range v.t.fields {
			if g.chance(50) {
				g.w("%s.%s = %s", v.name, f.name, g.expr(f.t, 2))
			}
		}
	case kArray:
		g.w("%s[%d] = %s", v.name, g.r.IntN(v.t.n), g.expr(v.t.elem, 2))
	case kSlice:
		g.w("%s = append(%s, %s, %s)", v.name, v.name, g.expr(v.t.elem, 2), g.expr(v.t.elem, 1))
	case kMap:
		g.w("%s = %s{}", v.name, v.t.name)
		g.w("%s[%s] = %s", v.name, g.key(v.t.key, g.r.IntN(3)), g.expr(v.t.elem, 2))
	}
	g.show(v)
}

func (g *generator) opAssignStmt(int) {
	t := g.typeWhere((*typ).integer)
	v := g.local(t)
	for range 1 + g.r.IntN(4) {
		switch g.r.IntN(4) {
		case 0:
			g.w("%s%s", v.name, pick(g, "++", "--"))
		case 1:
			g.w("%s %s= %d", v.name, pick(g, "<<", ">>"), g.r.IntN(20))
		default:
			g.w("%s %s= %s", v.name, pick(g, "+", "-", "*", "&", "|", "^", "&^"), g.expr(t, 2))
		}
	}
	g.show(v)
	a := g.fresh("a")
	g.w("%s := [3]%s{1, 2, 3}", a, t.name)
	g.w("%s[%s&1] %s= %s", a, g.nonconst(tInt, 1), pick(g, "+", "-", "*", "|"), g.expr(t, 2))
	g.w("fmt.Println(%s)", a)
	m := g.fresh("m")
	g.w("%s := map[string]%s{}", m, t.name)
	g.w("%s[%q] %s= %s", m, pick(g, "x", "y"), pick(g, "+", "-", "|"), g.expr(t, 2))
	g.w("%s[\"x\"]++", m)
	g.w("fmt.Println(%s)", m)
}

func (g *generator) ifStmt(depth int) {
	switch g.r.IntN(3) {
	case 0:
		t := g.typeWhere((*typ).printable)
		x := g.fresh("x")
		g.w("if %s := (%s); (%s) {", x, g.typed(t, 2), g.expr(tBool, 2))
		g.w("_ = %s", x)
		outer := g.vars
		g.vars = append(g.vars, variable{x, t})
		g.block(depth)
		g.w("} else {")
		g.w("fmt.Println(\"else\", %s)", x)
		g.vars = outer
	case 1:
		g.w("if (%s) {", g.expr(tBool, 2))
		g.block(depth)
		g.w("} else if (%s) {", g.expr(tBool, 2))
		g.block(depth)
		g.w("} else {")
		g.block(depth)
	default:
		k := g.typeWhere(func(t *typ) bool { return t.kind == kMap })
		if k.kind != kMap {
			k = &typ{name: "map[string]int", kind: kMap, key: tString, elem: tInt}
		}
		x := g.fresh("x")
		g.w("if %s, ok := (%s)[%s]; !ok {", x, g.expr(k, 2), g.key(k.key, g.r.IntN(2)))
		g.w("fmt.Println(\"none\", ok)")
		g.w("} else { _ = %s", x)
		if k.elem.printable() {
			g.w("fmt.Println(%s)", x)
		}
	}
	g.w("}")
}

func (g *generator) loopStmt(depth int) {
	i := g.fresh("i")
	t := g.typeWhere(func(t *typ) bool { return t.integer() })
	switch g.r.IntN(3) {
	case 0:
		g.w("for %s := %s(0); %s < 3; %s++ {", i, t.name, i, i)
	case 1:
		g.w("for %s := range %s(3) {\n_ = %s", i, t.name, i)
	default:
		g.w("%s := %s(3)", i, t.name)
		g.w("for %s > 0 {\n%s--", i, i)
	}
	outer := g.vars
	g.vars = append(g.vars, variable{i, t})
	if g.chance(30) {
		g.w("if %s == 1 { %s }", i, pick(g, "continue", "break"))
	}
	g.block(depth)
	g.vars = outer
	g.w("}")
}

func (g *generator) rangeStmt(depth int) {
	t := g.typeWhere(func(t *typ) bool { return t.kind == kSlice || t.kind == kArray || t.kind == kString })
	if t.kind < kString || t.kind == kBool {
		t = tString
	}
	x := g.local(t)
	k, e := g.fresh("k"), g.fresh("e")
	elem := t.elem
	if t.kind == kString {
		elem = basics[10] // int32
	}
	over := x.name
	if t.kind == kArray && g.chance(30) {
		over = "&" + over
	}
	outer := g.vars
	switch g.r.IntN(4) {
	case 0:
		g.w("for %s := range %s { fmt.Print(%s, \" \")", k, over, k)
		g.vars = append(g.vars, variable{k, tInt})
	case 1:
		g.w("for _, %s := range %s { _ = %s", e, over, e)
		g.vars = append(g.vars, variable{e, elem})
	default:
		g.w("for %s, %s := range %s { _, _ = %s, %s", k, e, over, k, e)
		g.vars = append(g.vars, variable{k, tInt}, variable{e, elem})
	}
	if t.kind == kArray || t.kind == kSlice {
		if g.chance(50) { // what the loop changes: arrays are copied, slices not
			g.w("if len(%s) > 1 { %s[len(%s)-1] = %s }", x.name, x.name, x.name, g.expr(elem, 1))
		}
		if t.kind == kSlice && g.chance(30) {
			g.w("if len(%s) < 9 { %s = append(%s, %s[0]) }", x.name, x.name, x.name, x.name)
		}
	}
	g.block(depth)
	g.vars = outer
	g.w("}")
	g.show(x)
}

func (g *generator) labelStmt(depth int) {
	l := g.fresh("L")
	i, j := g.fresh("i"), g.fresh("j")
	g.w("%s:\nfor %s := 0; %s < 3; %s++ {", l, i, i, i)
	switch g.r.IntN(4) {
	case 0:
		g.w("for %s := range 3 { if %s == %d { %s %s }\nfmt.Print(%s, %s, \" \") }", j, j, g.r.IntN(3), pick(g, "continue", "break"), l, i, j)
	case 1:
		g.w("switch { case %s == %d: %s %s\ncase %s == 2: break\ndefault: fmt.Print(\"d\", %s) }", i, g.r.IntN(3), pick(g, "continue", "break"), l, i, i)
	case 2:
		g.w("for _, %s := range \"ab\" { switch %s { case 'b': %s %s }\nfmt.Print(%s, %s, \" \") }", j, j, pick(g, "continue", "break"), l, i, j)
	default:
		g.w("for %s := range slices.Values([]int{5, 6, 7}) { if %s == %d { %s %s }\nfmt.Print(%s, %s, \" \") }", j, j, 5+g.r.IntN(3), pick(g, "continue", "break"), l, i, j)
	}
	g.w("fmt.Println(\"end\", %s)", i)
	g.w("}")
}

func (g *generator) switchStmt(depth int) {
	t := g.typeWhere(func(t *typ) bool { return t.comparable() && t.kind <= kString })
	switch g.r.IntN(3) {
	case 0:
		g.w("switch {")
		for range 1 + g.r.IntN(3) {
			g.w("case %s, %s:", g.expr(tBool, 2), g.expr(tBool, 1))
			g.block(depth)
			if g.chance(20) {
				g.w("fallthrough")
			}
		}
		g.w("default:")
		g.block(depth)
	default:
		x := g.fresh("x")
		g.w("switch %s := (%s); %s {", x, g.nonconst(t, 2), x)
		for i := range 1 + g.r.IntN(3) {
			if i == 0 && g.chance(30) {
				g.w("default:\nfmt.Println(\"default\", %s)", x)
				if g.chance(40) {
					g.w("fallthrough")
				}
			}
			g.w("case %s, %s:", g.nonconst(t, 1), g.nonconst(t, 1))
			g.block(depth)
			if g.chance(25) {
				g.w("fallthrough")
			}
		}
		g.w("case %s:\nfmt.Println(\"last\")", x)
	}
	g.w("}")
}

// value is an expression of type any and the type that it holds.
func (g *generator) value() (string, *typ) {
	t := g.typeWhere(func(t *typ) bool { return t.kind != kInterface })
	return g.expr(t, 2), t
}

func (g *generator) typeSwitchStmt(depth int) {
	list := g.fresh("l")
	var parts []string
	seen := map[string]bool{}
	var types []*typ
	for range 2 + g.r.IntN(3) {
		e, t := g.value()
		parts = append(parts, e)
		if !seen[t.name] {
			seen[t.name] = true
			types = append(types, t)
		}
	}
	parts = append(parts, "nil")
	g.w("%s := []any{%s}", list, strings.Join(parts, ", "))
	x, y := g.fresh("x"), g.fresh("y")
	g.w("for _, %s := range %s {", x, list)
	g.w("switch %s := %s.(type) {", y, x)
	if g.chance(50) {
		g.w("case interface{ Number() int }:\nfmt.Println(\"Number\", %s.Number())", y)
	}
	if g.chance(30) {
		g.w("case fmt.Stringer:\nfmt.Println(\"Stringer\", %s.String())", y)
	}
	if g.chance(30) {
		g.w("case error:\nfmt.Println(\"error\", %s.Error())", y)
	}
	types = append(types[:len(types):len(types)], &typ{name: "int", kind: kInt}, &typ{name: "string", kind: kString})
	done := map[string]bool{}
	for _, t := range types {
		if t = pick(g, types...); done[t.name] {
			continue
		}
		done[t.name] = true
		if t.printable() {
			g.w("case %s:\nfmt.Printf(%q, %s)", t.name, t.name+" %T %v\n", y+", "+y)
		} else {
			g.w("case %s:\n_ = %s\nfmt.Println(%q)", t.name, y, t.name)
		}
	}
	g.w("case nil:\nfmt.Println(\"nil\", %s == nil)", y)
	g.w("default:\nfmt.Printf(\"other %%T\\n\", %s)\n}\n}", y)
}

func (g *generator) deferStmt(depth int) {
	switch g.r.IntN(6) {
	case 0:
		g.w("for i := 0; i < 3; i++ { defer fmt.Println(\"deferred\", i, %s) }", g.printableExpr(1))
	case 1:
		v := g.local(g.typeWhere((*typ).printable))
		g.w("defer fmt.Println(\"d1\", %s)\ndefer func() { fmt.Println(\"d2\", %s) }()", v.name, v.name)
		g.w("%s = %s", v.name, g.expr(v.t, 2))
	case 2:
		t := g.typeWhere((*typ).printable)
		f := g.fresh("f")
		g.w("%s := func() (r %s, err error) {\ndefer func() {\nif v := recover(); v != nil { err = fmt.Errorf(\"got %%v\", v); r = %s }\n}()", f, t.name, g.expr(t, 1))
		g.block(depth)
		g.w("if (%s) { panic(%s) }\nreturn %s, nil\n}", g.expr(tBool, 2), g.printableExpr(1), g.expr(t, 2))
		g.w("fmt.Println(%s())", f)
	case 3:
		g.w("func() {\ndefer func() { fmt.Println(\"outer\", recover()) }()\ndefer func() { panic(%s) }()\npanic(%s)\n}()", g.printableExpr(1), g.printableExpr(1))
	case 4:
		g.w("func() {\ndefer func() { defer func() { fmt.Println(\"inner\", recover()) }(); fmt.Println(\"mid\"); panic(\"second\") }()\ndefer func() { fmt.Println(\"first\", recover()) }()\npanic(%s)\n}()", g.printableExpr(1))
	default:
		t := g.typeWhere(func(t *typ) bool { return t.named && len(t.methods) > 0 })
		if !t.named {
			return
		}
		v := g.local(t)
		_, call := methodResult(pick(g, t.methods...))
		g.w("defer %s.%s", v.name, call)
		g.w("func() { defer func() { fmt.Println(\"x\", %s.%s) }()\n%s = %s }()", v.name, call, v.name, g.expr(t, 2))
	}
}

func (g *generator) closureStmt(depth int) {
	fs := g.fresh("fs")
	t := g.typeWhere((*typ).printable)
	switch g.r.IntN(5) {
	case 0:
		g.w("var %s []func() int\nfor i := 0; i < 3; i++ { %s = append(%s, func() int { i += 10; return i }) }\nfor _, f := range %s { fmt.Print(f(), f(), \" \") }\nfmt.Println()", fs, fs, fs, fs)
	case 1:
		g.w("var %s []func() %s\nfor _, e := range []%s{%s, %s} { %s = append(%s, func() %s { return e }) }\nfor _, f := range %s { fmt.Println(f()) }", fs, t.name, t.name, g.expr(t, 1), g.expr(t, 1), fs, fs, t.name, fs)
	case 2:
		v := g.local(t)
		g.w("%s := func(x %s) %s { old := %s; %s = x; return old }", fs, t.name, t.name, v.name, v.name)
		g.w("fmt.Println(%s(%s), %s(%s))", fs, g.expr(t, 1), fs, g.expr(t, 1))
		g.show(v)
	case 3:
		g.w("%s := func() func() int { n := %s; return func() int { n++; return n } }", fs, g.expr(tInt, 1))
		g.w("a%s, b%s := %s(), %s()", fs, fs, fs, fs)
		g.w("fmt.Println(a%s(), a%s(), b%s())", fs, fs, fs)
	default:
		g.w("var %s func(n int, acc %s) %s", fs, t.name, t.name)
		g.w("%s = func(n int, acc %s) %s { if n <= 0 { return acc }\nreturn %s(n-1, %s) }", fs, t.name, t.name, fs, g.expr(t, 1))
		g.w("fmt.Println(%s(3, %s))", fs, g.expr(t, 1))
	}
}

// panicStmt is something that panics, or nearly does.
func (g *generator) panicStmt(int) {
	g.w("func() {\ndefer func() {\nv := recover()\n_, re := v.(runtime.Error)\nfmt.Println(\"recovered:\", v, re)\n}()")
	v := g.local(g.typeWhere((*typ).printable))
	i := fmt.Sprint(g.r.IntN(6) - 1)
	g.w("n := %s\n_ = n", i)
	s := g.typeWhere((*typ).printable)
	switch g.r.IntN(16) {
	case 0:
		g.w("x := []%s{%s}\nfmt.Println(x[n])", s.name, g.expr(s, 1))
	case 1:
		g.w("x := [3]%s{}\nfmt.Println(x[n])\nx[n] = %s", s.name, g.expr(s, 1))
	case 2:
		g.w("x := %s\nfmt.Println(x[n])", g.expr(tString, 1))
	case 3:
		g.w("x := []%s{%s, %s}\nfmt.Println(len(x[%s]))", s.name, g.expr(s, 1), g.expr(s, 1), pick(g, "n:", ":n", "1:n", "n:1", "n:2:2", ":n:n", "0:1:n"))
	case 4:
		g.w("fmt.Println(%s / (n - n))", g.nonconst(tInt, 1))
	case 5:
		g.w("var m map[string]%s\nfmt.Println(m[\"a\"], len(m))\nm[\"a\"] = %s", s.name, g.expr(s, 1))
	case 6:
		g.w("var p *%s\nfmt.Println(p == nil)\n*p = %s", s.name, g.expr(s, 1))
	case 7:
		st := g.typeWhere(func(t *typ) bool { return t.kind == kStruct && len(t.fields) > 0 })
		if st.kind == kStruct {
			g.w("var p *%s\n_ = p.%s\nfmt.Println(\"not here\")", st.name, st.fields[0].name)
		}
	case 8:
		e, _ := g.value()
		g.w("var x any = %s\nfmt.Println(x.(%s))", e, s.name)
	case 9:
		e, _ := g.value()
		g.w("var x any = %s\n_ = x.(interface{ Missing() })", e)
	case 10:
		g.w("c := make(chan int)\nclose(c)\nx, ok := <-c\nfmt.Println(x, ok)\n%s", pick(g, "close(c)", "c <- 1"))
	case 11:
		g.w("x := make([]%s, n)\nfmt.Println(len(x))", s.name)
	case 12:
		g.w("x := []int{1, 2}\nfmt.Println([%d]int(x))", 1+g.r.IntN(4))
	case 13:
		g.w("m := map[any]int{}\nm[1] = 2\nm[%s] = 3\nfmt.Println(len(m))", pick(g, "[]int{1}", "\"k\"", "func() {}", "[1]any{map[int]int{}}"))
	case 14:
		g.w("var a, b any = %s, %s\nfmt.Println(a == b)", g.expr(g.anyType(), 1), pick(g, "[]int(nil)", "map[string]int{}", g.expr(g.anyType(), 1)))
	default:
		g.w("panic(%s)", pick(g, v.name, "fmt.Errorf(\"e %d\", n)", "nil", "fmt.Sprint(n)"))
	}
	g.w("}()")
	g.vars = g.vars[:len(g.vars)-1]
}

func (g *generator) sliceStmt(int) {
	t := g.typeWhere((*typ).printable)
	a, b := g.fresh("a"), g.fresh("b")
	g.w("%s := make([]%s, 2, %d)", a, t.name, 2+g.r.IntN(4))
	g.w("%s := %s[%s]", b, a, pick(g, ":1", "1:", ":", "0:1:1", "1:2:2"))
	g.w("%s = append(%s, %s)", b, b, g.expr(t, 2))
	g.w("%s[0] = %s", a, g.expr(t, 2))
	g.w("fmt.Println(len(%s), cap(%s) >= len(%s), %s, %s)", a, b, b, a, b)
	g.w("fmt.Println(copy(%s[1:], %s), %s)", a, a, a)
	switch g.r.IntN(5) {
	case 0:
		g.w("%s = slices.Insert(%s, 1, %s)\nfmt.Println(%s)", a, a, g.expr(t, 1), a)
	case 1:
		g.w("slices.Reverse(%s)\nfmt.Println(%s, slices.Repeat(%s, 2))", a, a, b)
	case 2:
		g.w("clear(%s)\nfmt.Println(%s, %s)", a, a, b)
	case 3:
		g.w("%s = append(%s[:1], %s[1:]...)\nfmt.Println(%s)", a, a, b, a)
	case 4:
		if t.comparable() {
			g.w("fmt.Println(slices.Contains(%s, %s), slices.Index(%s, %s), slices.Equal(%s, %s), slices.Compact(%s))", a, g.expr(t, 1), a, g.expr(t, 1), a, b, a)
		}
	}
}

// copyStmt: assignments copy structs and arrays.
func (g *generator) copyStmt(int) {
	t := g.typeWhere(func(t *typ) bool { return (t.kind == kStruct || t.kind == kArray) && t.printable() })
	x, y, p := g.fresh("x"), g.fresh("y"), g.fresh("p")
	g.w("%s := %s\n%s := %s\n%s := &%s", x, g.expr(t, 2), y, x, p, x)
	g.vars = append(g.vars, variable{x, t}, variable{y, t})
	switch t.kind {
	case kStruct:
		if len(t.fields) > 0 {
			f := pick(g, t.fields...)
			g.w("%s.%s = %s", x, f.name, g.expr(f.t, 2))
			g.w("%s.%s = %s", p, f.name, g.expr(f.t, 2))
		}
	case kArray:
		g.w("%s[0] = %s", x, g.expr(t.elem, 2))
	}
	g.w("*%s, %s = %s, %s", p, y, y, x)
	g.print(x, y, "*"+p)
	s := g.fresh("s")
	g.w("%s := []%s{%s, %s}\nfor i, e := range %s { %s[i], %s[0] = %s, e; _ = e }", s, t.name, x, y, s, s, s, x)
	g.print(s)
	m := g.fresh("m")
	g.w("%s := map[string]%s{\"a\": %s}\n%s = %s\n%s[\"b\"] = %s", m, t.name, x, x, g.expr(t, 1), m, x)
	g.print(m)
	var i = g.fresh("i")
	g.w("var %s any = %s\n%s = %s\n_ = %s", i, x, x, y, i)
	g.print(i, x)
	if t.comparable() {
		g.w("fmt.Println(%s == %s, %s == any(%s), %s == *%s)", x, y, i, x, x, p)
	}
}

func (g *generator) mapStmt(int) {
	k := g.typeWhere(func(t *typ) bool { return t.comparable() && t.printable() })
	e := g.typeWhere((*typ).printable)
	m := g.fresh("m")
	g.w("%s := map[%s]%s{}", m, k.name, e.name)
	for range 1 + g.r.IntN(3) {
		g.w("%s[%s] = %s", m, g.expr(k, 2), g.expr(e, 2))
	}
	switch g.r.IntN(4) {
	case 0:
		g.w("delete(%s, %s)", m, g.expr(k, 1))
	case 1:
		g.w("for k := range %s { delete(%s, k) }", m, m)
	case 2:
		g.w("v, ok := %s[%s]\nfmt.Println(v, ok)", m, g.expr(k, 1))
	}
	if k.ordered() && k.kind != kFloat {
		g.w("fmt.Println(%s)\nfor _, k := range slices.Sorted(maps.Keys(%s)) { fmt.Println(k, %s[k]) }", m, m, m)
	}
	g.w("fmt.Println(len(%s))", m)
	a := g.fresh("m")
	g.w("%s := map[any]int{}", a)
	for range 3 {
		x := g.typeWhere(func(t *typ) bool { return t.comparable() && t.kind != kPointer })
		g.w("%s[%s]++", a, g.expr(x, 1))
	}
	g.w("fmt.Println(len(%s), %s[1], %s[\"a\"])", a, a, a)
}

func (g *generator) methodStmt(int) {
	t := g.typeWhere(func(t *typ) bool { return t.named && len(t.methods) > 0 })
	if len(t.methods) == 0 {
		return
	}
	v := g.local(t)
	m := pick(g, t.methods...)
	_, call := methodResult(m)
	arg := strings.TrimSuffix(call[strings.Index(call, "(")+1:], ")")
	f := g.fresh("f")
	g.w("%s := %s.%s\n%s = %s\nfmt.Println(%s(%s), %s.%s(%s))", f, v.name, m, v.name, g.expr(t, 2), f, arg, v.name, m, arg)
	if t.pointer {
		g.w("fmt.Println((*%s).%s(&%s%s))", t.name, m, v.name, comma(arg))
		g.w("p%s := &%s\nfmt.Println(p%s.%s)", f, v.name, f, call)
	} else {
		g.w("fmt.Println(%s.%s(%s%s), (*%s).%s(&%s%s))", t.name, m, v.name, comma(arg), t.name, m, v.name, comma(arg))
		g.w("fmt.Println((%s).%s)", g.expr(t, 1), call)
		g.w("m%s := map[string]%s{\"a\": %s}\nfmt.Println(m%s[\"a\"].%s)", f, t.name, v.name, f, call)
	}
	g.w("s%s := []%s{%s}\nfmt.Println(s%s[0].%s)", f, t.name, v.name, f, call)
}

func comma(arg string) string {
	if arg == "" {
		return ""
	}
	return ", " + arg
}

// withMethods is a type, as it satisfies interfaces, and an expression of it.
func (g *generator) withMethods(method string) (t *typ, e string, ok bool) {
	for range 60 {
		t := g.anyType()
		for _, m := range t.methods {
			if m != method || !t.named {
				continue
			}
			if !t.pointer && g.chance(70) {
				return t, g.expr(t, 2), true
			}
			p := g.fresh("p")
			g.w("%s := %s", p, g.typed(t, 2))
			return t, "&" + p, true
		}
	}
	return nil, "", false
}

func (g *generator) interfaceStmt(depth int) {
	m := pick(g, methodTable...)
	i := g.fresh("I")
	g.w("type %s interface { %s }", i, m.signature)
	var parts []string
	var types []*typ
	for range 3 {
		if t, e, ok := g.withMethods(m.name); ok {
			parts = append(parts, e)
			types = append(types, t)
		}
	}
	if len(parts) == 0 {
		g.w("var x%s %s\nfmt.Println(x%s == nil)", i, i, i)
		return
	}
	l := g.fresh("l")
	g.w("%s := []%s{%s}", l, i, strings.Join(parts, ", "))
	g.w("for i, x := range %s {\nfmt.Printf(\"%%d %%T %%v\\n\", i, x, x.%s)", l, m.call)
	t := types[0]
	if t.pointer {
		g.w("if y, ok := x.(*%s); ok { fmt.Println(\"is\", y.%s, y != nil) }", t.name, m.call)
	} else {
		g.w("if y, ok := x.(%s); ok { fmt.Println(\"is\", y.%s) }", t.name, m.call)
		if t.printable() {
			g.w("if y, ok := any(x).(%s); ok { fmt.Println(y) }", t.name)
		}
	}
	g.w("_, ok := x.(fmt.Stringer)\n_, ok2 := x.(interface { Even() bool; Number() int })\n_, ok3 := any(x).(error)\nfmt.Println(ok, ok2, ok3)")
	g.w("}")
	g.w("f%s := %s[0].%s\nfmt.Printf(\"%%T\\n\", f%s)", l, l, m.name, l)
	g.w("var n%s %s\nfmt.Println(n%s == nil, %s[0] == nil, any(n%s) == nil)", l, i, l, l, l)
	if t.pointer {
		g.w("var z%s *%s\nn%s = z%s\nfmt.Println(n%s == nil, n%s != nil, z%s == nil)", l, t.name, l, l, l, l, l)
	} else {
		g.w("n%s = %s[0]\nn%s, %s[0] = %s[0], n%s\nfmt.Println(n%s.%s)", l, l, l, l, l, l, l, m.call)
	}
	if g.chance(50) {
		g.w("type E%s struct { %s; Z int }\ne%s := E%s{%s[0], 1}\nfmt.Println(e%s.%s)\nvar j%s %s = e%s\nfmt.Println(j%s.%s)", i, i, i, i, l, i, m.call, i, i, i, i, m.call)
	}
	if g.chance(40) && t.comparable() && !t.pointer {
		g.w("fmt.Println(%s[0] == %s[0], %s[0] == n%s)", l, l, l, l)
	}
}

func (g *generator) identityStmt(int) {
	t := g.typeWhere(func(t *typ) bool { return t.kind != kInterface && t.comparable() && t.kind != kPointer })
	u := g.typeWhere(func(u *typ) bool { return u.kind == t.kind && u.comparable() && u.bits == t.bits })
	a, b := g.fresh("a"), g.fresh("b")
	g.w("var %s, %s any = %s, %s", a, b, g.expr(t, 1), g.expr(u, 1))
	g.w("_, ok%s := %s.(%s)\n_, no%s := %s.(%s)\nfmt.Println(%s == %s, ok%s, no%s)", a, a, t.name, b, a, u.name, a, b, a, b)
	g.w("fmt.Printf(\"%%T %%T %%v\\n\", %s, %s, reflect.TypeOf(%s) == reflect.TypeOf(%s))", a, b, a, b)
	g.w("m%s := map[any]string{%s: \"a\"}\nm%s[%s] += \"b\"\nfmt.Println(len(m%s), m%s[%s])", a, a, a, b, a, a, a)
	g.w("switch %s.(type) { case %s: fmt.Println(1)\ndefault: fmt.Println(0) }", b, t.name)
	g.w("switch %s { case %s: fmt.Println(\"same\")\ncase %s: fmt.Println(\"b\") }", a, b, a)
	g.w("s%s := [2]any{%s, %s}\nfmt.Println(s%s == [2]any{%s, %s}, s%s[0] == s%s[1])", a, a, b, a, a, b, a, a)
}

func (g *generator) constStmt(int) {
	p := g.fresh("K")
	t := g.typeWhere(func(t *typ) bool { return t.kind == kInt && t.bits >= 32 })
	switch g.r.IntN(7) {
	case 6: // initialised in the order of dependency
		g.top(p, "var %sa, %sd = %sb+1, %sm[\"k\"]\nvar %sb = %sf()\nfunc %sf() int { return %sc * 2 }\nvar %sc = len(%sm) + %d\nvar %sm = map[string]int{\"k\": 4}", p, p, p, p, p, p, p, p, p, p, g.r.IntN(5), p)
		g.w("fmt.Println(%sa, %sb, %sc, %sd)", p, p, p, p)
	case 0:
		g.w("const (\n%sa %s = iota*%d + 1\n%sb\n_\n%sc\n%sd = \"s\"\n%se = iota << 2\n)\nfmt.Println(%sa, %sb, %sc, %sd, %se)", p, t.name, 1+g.r.IntN(5), p, p, p, p, p, p, p, p, p)
	case 1:
		g.w("const %s = 1 << %d\nfmt.Println(%s>>%d, float64(%s), %s/3.0 > 1)", p, 65+g.r.IntN(60), p, 60+g.r.IntN(4), p, p)
	case 2:
		g.w("const %s = %d / 3.0\nvar x%s float32 = %s\nfmt.Println(x%s, %s, int(%s*3))", p, 1+g.r.IntN(50), p, p, p, p, p)
	case 3:
		g.w("const %s = 'a' + %d\nfmt.Println(%s, string(rune(%s)))\nfmt.Printf(\"%%T %%c\\n\", %s, %s)\nvar b%s byte = %s\nfmt.Println(b%s)", p, g.r.IntN(20), p, p, p, p, p, p, p)
	case 4:
		g.w("const %s = len(%q) + len([%d]int{})\nvar a%s [%s]%s\nfmt.Println(len(a%s), %s)", p, "héé", 1+g.r.IntN(4), p, p, g.typeWhere((*typ).printable).name, p, p)
	default:
		g.w("const %s = 2i * (1 + 3i)\nfmt.Println(%s, real(%s), imag(%s)/2)\nfmt.Println(math.MaxInt64, uint64(math.MaxUint64), math.Pi)", p, p, p, p)
	}
}

// orderStmt: calls are made from left to right.
func (g *generator) orderStmt(int) {
	n := g.fresh("tr")
	g.w("%s := func(s string, x int) int { fmt.Print(s, \" \"); return x }\n_ = %s", n, n)
	switch g.r.IntN(8) {
	case 0:
		g.w("fmt.Println(%s(\"a\", 1) + %s(\"b\", 2) * %s(\"c\", 3))", n, n, n)
	case 1:
		g.w("m%s := map[int]int{%s(\"k\", 1): %s(\"v\", 2), %s(\"l\", 3): %s(\"w\", 4)}\nfmt.Println(len(m%s))", n, n, n, n, n, n)
	case 2:
		g.w("a%s := []int{0, 0, 0}\na%s[%s(\"i\", 1)], a%s[%s(\"j\", 2)] = %s(\"x\", 5), %s(\"y\", 6)\nfmt.Println(a%s)", n, n, n, n, n, n, n, n)
	case 3:
		g.w("fmt.Println(%s(\"a\", 0) == 1 && %s(\"b\", 1) == 1, %s(\"c\", 1) == 1 || %s(\"d\", 1) == 1)", n, n, n, n)
	case 4:
		g.w("func(a, b int) { fmt.Println(a, b) }(%s(\"p\", 1), %s(\"q\", 2))\ndefer func(a, b int) { fmt.Println(\"late\", a, b) }(%s(\"r\", 1), %s(\"s\", 2))", n, n, n, n)
	case 5:
		g.w("switch %s(\"t\", 2) { case %s(\"1\", 1), %s(\"2\", 2): fmt.Println(\"two\")\ncase %s(\"3\", 3): fmt.Println(\"three\") }", n, n, n, n)
	case 6:
		g.w("type P%s struct { A, B int }\nfmt.Println(P%s{B: %s(\"b\", 1), A: %s(\"a\", 2)}, []int{%s(\"x\", 1), %s(\"y\", 2)})", n, n, n, n, n, n)
	default:
		g.w("i%s, a%s := 0, []int{7, 8, 9}\ni%s, a%s[i%s] = 1, 5\nfmt.Println(i%s, a%s)\ni%s, a%s[i%s] = 2, i%s\nfmt.Println(i%s, a%s)", n, n, n, n, n, n, n, n, n, n, n, n, n)
	}
}

func (g *generator) swapStmt(int) {
	t := g.typeWhere((*typ).printable)
	a, b, s := g.fresh("a"), g.fresh("b"), g.fresh("s")
	g.w("%s, %s := %s, %s", a, b, g.typed(t, 2), g.typed(t, 2))
	g.w("%s, %s = %s, %s\nfmt.Println(%s, %s)", a, b, b, a, a, b)
	g.w("%s := []%s{%s, %s, %s}\n%s[0], %s[1], %s[2] = %s[2], %s[0], %s[1]\nfmt.Println(%s)", s, t.name, a, b, g.expr(t, 1), s, s, s, s, s, s, s)
	g.w("%s, c%s := %s, %s[1]\nfmt.Println(%s, c%s)", a, a, b, s, a, a)
}

func (g *generator) gotoStmt(int) {
	l, i := g.fresh("L"), g.fresh("i")
	g.w("{\n%s := 0\n%s:\nif %s < 3 {\nfmt.Print(%s, \" \")\n%s++\ngoto %s\n}\nfmt.Println(\"done\", %s)\n}", i, l, i, i, i, l, i)
}
