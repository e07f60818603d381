package conformance

import "fmt"

// top adds a top-level declaration. Names in the text are fresh.
func (g *generator) top(name, format string, args ...any) {
	g.p.decls = append(g.p.decls, decl{name: name, text: fmt.Sprintf(format, args...) + "\n"})
}

func (g *generator) genericStmt(int) {
	t := g.typeWhere((*typ).printable)
	u := g.typeWhere((*typ).printable)
	f := g.fresh("G")
	switch g.r.IntN(10) {
	case 0:
		g.top(f, "func %s[T any, U any](xs []T, f func(T) U) []U {\nvar out []U\nfor _, x := range xs { out = append(out, f(x)) }\nreturn out\n}", f)
		g.w("fmt.Println(%s([]%s{%s, %s}, func(x %s) %s { _ = x; return %s }))", f, t.name, g.expr(t, 1), g.expr(t, 1), t.name, u.name, g.expr(u, 1))
		g.w("fmt.Printf(\"%%T\\n\", %s[%s, %s])", f, t.name, u.name)
	case 1:
		o := g.typeWhere(func(t *typ) bool { return t.kind == kInt || t.kind == kFloat })
		g.top(f, "func %s[T ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~float32 | ~float64](xs ...T) (s T) {\nfor i, x := range xs { if i%%2 == 0 { s += x } else { s -= x * T(i) } }\nreturn\n}", f)
		g.w("fmt.Println(%s(%s, %s, %s))\nfmt.Printf(\"%%T\\n\", %s[%s]())", f, g.expr(o, 1), g.expr(o, 1), g.expr(o, 1), f, o.name)
	case 2:
		g.top(f, "type %s[T any] struct { items []T; n int }\nfunc (s *%s[T]) Push(x T) *%s[T] { s.items = append(s.items, x); s.n++; return s }\n"+
			"func (s %s[T]) Len() int { return len(s.items) }\nfunc (s *%s[T]) Pop() (x T, ok bool) {\nif len(s.items) == 0 { return }\nx = s.items[len(s.items)-1]; s.items = s.items[:len(s.items)-1]\nreturn x, true\n}", f, f, f, f, f)
		g.w("s%s := &%s[%s]{}\ns%s.Push(%s).Push(%s)\nfmt.Println(s%s.Len(), s%s.n)\nfmt.Println(s%s.Pop())\nfmt.Println(*s%s)\nfmt.Printf(\"%%T %%+v\\n\", *s%s, *s%s)\n_, _ = s%s.Pop()\nfmt.Println(s%s.Pop())",
			f, f, t.name, f, g.expr(t, 1), g.expr(t, 1), f, f, f, f, f, f, f, f)
	case 3:
		k := g.typeWhere(func(t *typ) bool { return t.ordered() && t.kind != kFloat })
		g.top(f, "type %s[K cmp.Ordered, V any] map[K]V\nfunc (m %s[K, V]) Keys() []K { return slices.Sorted(maps.Keys(m)) }\nfunc (m %s[K, V]) Each(f func(K, V)) { for _, k := range m.Keys() { f(k, m[k]) } }", f, f, f)
		g.w("m%s := %s[%s, %s]{%s: %s, %s: %s}\nfmt.Println(m%s.Keys(), len(m%s))\nm%s.Each(func(k %s, v %s) { fmt.Println(k, v) })\nfmt.Println(m%s)\nfmt.Printf(\"%%T\\n\", m%s)",
			f, f, k.name, t.name, g.key(k, 0), g.expr(t, 1), g.key(k, 1), g.expr(t, 1), f, f, f, k.name, t.name, f, f)
	case 4:
		g.top(f, "type %s[A, B any] struct { First A; Second B }\nfunc Mk%s[A, B any](a A, b B) %s[A, B] { return %s[A, B]{a, b} }\nfunc (p %s[A, B]) Swap() %s[B, A] { return Mk%s(p.Second, p.First) }", f, f, f, f, f, f, f)
		g.w("p%s := %s[%s, %s]{%s, %s}\nfmt.Println(p%s, p%s.Swap())\nfmt.Printf(\"%%T %%+v\\n\", p%s, p%s.Swap())\nvar a%s any = p%s\n_, ok%s := a%s.(%s[%s, %s])\n_, no%s := a%s.(%s[%s, int])\nfmt.Println(ok%s, no%s)",
			f, f, t.name, u.name, g.expr(t, 1), g.expr(u, 1), f, f, f, f, f, f, f, f, f, t.name, u.name, f, f, f, t.name, f, f)
	case 5:
		x, e, ok := g.withMethods("Number")
		if !ok {
			return
		}
		g.top(f, "func %s[T interface{ Number() int }](xs ...T) (n int) {\nfor _, x := range xs { n = n*7 + x.Number() }\nf := func(x T) int { return x.Number() }\nreturn n + f(xs[0])\n}", f)
		g.w("_ = %s{}\nfmt.Println(%s(%s))", "[0]"+x.name, f, e)
	case 6:
		g.top(f, "func %s[T any](x any) string {\nswitch y := x.(type) {\ncase T: return fmt.Sprintf(\"T %%v\", y)\ncase []T: return fmt.Sprintf(\"[]T %%v\", y)\ncase func() T: return \"func\"\n}\nvar z T\nreturn fmt.Sprintf(\"no %%T\", z)\n}", f)
		g.w("fmt.Println(%s[%s](%s), %s[%s]([]%s{%s}), %s[%s](%s))", f, t.name, g.expr(t, 1), f, t.name, t.name, g.expr(t, 1), f, t.name, g.expr(u, 1))
	case 7:
		c := g.typeWhere(func(t *typ) bool { return t.comparable() && t.kind != kPointer && t.printable() })
		g.top(f, "type %s[T comparable] struct { seen map[T]int; order []T }\nfunc New%s[T comparable](xs ...T) *%s[T] { s := &%s[T]{seen: map[T]int{}}; for _, x := range xs { s.Add(x) }; return s }\n"+
			"func (s *%s[T]) Add(x T) { if s.seen[x]++; s.seen[x] == 1 { s.order = append(s.order, x) } }\nfunc (s *%s[T]) All() iter.Seq2[int, T] { return func(yield func(int, T) bool) { for i, x := range s.order { if !yield(i, x) { return } } } }", f, f, f, f, f, f)
		g.w("s%s := New%s(%s, %s, %s)\nfor i, x := range s%s.All() { fmt.Println(i, x, s%s.seen[x]) }", f, f, g.expr(c, 1), g.expr(c, 1), g.expr(c, 1), f, f)
	case 8:
		g.top(f, "type %s[T any] struct { val T; next *%s[T] }\nfunc (n *%s[T]) Append(x T) *%s[T] { if n == nil { return &%s[T]{val: x} }; n.next = n.next.Append(x); return n }\nfunc (n *%s[T]) Len() int { if n == nil { return 0 }; return 1 + n.next.Len() }", f, f, f, f, f, f)
		g.w("var l%s *%s[%s]\nl%s = l%s.Append(%s).Append(%s)\nfmt.Println(l%s.Len(), l%s.val, l%s.next.val, l%s.next.next == nil)", f, f, t.name, f, f, g.expr(t, 1), g.expr(t, 1), f, f, f, f)
	default:
		g.top(f, "func %s[S ~[]E, E any](s S, n int) S { return append(S(nil), s[:min(n, len(s))]...) }\ntype L%s[T any] []T\nfunc (l L%s[T]) Last() (z T) { if len(l) > 0 { return l[len(l)-1] }; return }\ntype Num%s interface{ ~int | ~string }\nfunc Zero%s[T Num%s]() (z T) { return z + z }", f, f, f, f, f, f)
		g.w("x%s := %s(L%s[%s]{%s, %s}, 1)\nfmt.Println(x%s.Last(), len(x%s), Zero%s[int](), Zero%s[string]() == \"\")\nfmt.Printf(\"%%T %%v\\n\", x%s, x%s)", f, f, f, t.name, g.expr(t, 1), g.expr(t, 1), f, f, f, f, f, f)
	}
}

func (g *generator) goStmt(int) {
	t := g.typeWhere((*typ).printable)
	c := g.fresh("c")
	switch g.r.IntN(6) {
	case 0:
		g.w("%s := make(chan %s)\ngo func() { defer close(%s); for i := range 3 { _ = i; %s <- %s } }()\nfor x := range %s { fmt.Println(x) }", c, t.name, c, c, g.expr(t, 1), c)
	case 1:
		g.w("var wg%s sync.WaitGroup\nvar mu%s sync.Mutex\nn%s := 0\nfor i := range 5 { wg%s.Add(1); go func() { defer wg%s.Done(); mu%s.Lock(); defer mu%s.Unlock(); n%s += i }() }\nwg%s.Wait()\nfmt.Println(n%s)", c, c, c, c, c, c, c, c, c, c)
	case 2:
		g.w("%s := make(chan %s, 3)\n%s <- %s\n%s <- %s\nfmt.Println(len(%s), cap(%s))\nx%s, ok%s := <-%s\nfmt.Println(x%s, ok%s)\nclose(%s)\nfmt.Println(<-%s)\nx%s, ok%s = <-%s\nfmt.Println(x%s, ok%s)", c, t.name, c, g.expr(t, 1), c, g.expr(t, 1), c, c, c, c, c, c, c, c, c, c, c, c, c, c)
	case 3:
		g.w("gen%s := func(n int) <-chan int { c := make(chan int); go func() { for i := 2; i < n; i++ { c <- i }; close(c) }(); return c }\nsq%s := func(in <-chan int) <-chan int { out := make(chan int); go func() { for x := range in { out <- x * x }; close(out) }(); return out }\nsum%s := 0\nfor x := range sq%s(gen%s(8)) { sum%s += x }\nfmt.Println(sum%s)", c, c, c, c, c, c, c)
	case 4:
		g.w("var once%s sync.Once\nvar n%s atomic.Int64\nvar wg%s sync.WaitGroup\nfor range 4 { wg%s.Go(func() { once%s.Do(func() { n%s.Add(100) }); n%s.Add(1) }) }\nwg%s.Wait()\nfmt.Println(n%s.Load())", c, c, c, c, c, c, c, c, c)
	default:
		g.w("%s := make(chan func() %s, 1)\ngo func(x %s) { %s <- func() %s { return x } }(%s)\nfmt.Println((<-%s)())", c, t.name, t.name, c, t.name, g.expr(t, 1), c)
		g.w("r%s := make(chan any)\ngo func() { defer func() { r%s <- recover() }(); var m map[string]int; m[\"a\"]++ }()\nfmt.Println(<-r%s)", c, c, c)
	}
}

func (g *generator) selectStmt(int) {
	c := g.fresh("c")
	t := g.typeWhere((*typ).printable)
	g.w("%s, d%s := make(chan %s, 1), make(chan struct{})", c, c, t.name)
	switch g.r.IntN(4) {
	case 0:
		g.w("for i := 0; i < 3; i++ {\nselect {\ncase x := <-%s:\nfmt.Println(\"got\", x)\ncase %s <- %s:\nfmt.Println(\"sent\")\n}\n}", c, c, g.expr(t, 1))
	case 1:
		g.w("select {\ncase x, ok := <-%s:\nfmt.Println(x, ok)\ndefault:\nfmt.Println(\"default\")\n}\nclose(d%s)\nselect {\ncase <-d%s:\nfmt.Println(\"done\")\ncase x := <-%s:\nfmt.Println(x)\n}", c, c, c, c)
	case 2:
		g.w("var n%s chan int\nclose(%s)\nfor range 2 {\nselect {\ncase <-n%s:\nfmt.Println(\"never\")\ncase n%s <- 1:\nfmt.Println(\"never\")\ncase x, ok := <-%s:\nfmt.Println(x, ok)\n}\n}", c, c, c, c, c)
	default:
		l := g.fresh("L")
		g.w("go func() { %s <- %s; close(d%s) }()\nm%s := map[string]%s{}\n%s:\nfor {\nselect {\ncase m%s[\"k\"] = <-%s:\nbreak %s\n}\n}\n<-d%s\nfmt.Println(m%s)", c, g.expr(t, 1), c, c, t.name, l, c, c, l, c, c)
	}
	g.w("_, _ = %s, d%s", c, c)
}

func (g *generator) iteratorStmt(int) {
	f := g.fresh("it")
	t := g.typeWhere((*typ).printable)
	n := 1 + g.r.IntN(4)
	g.w("%s := func(yield func(int, %s) bool) {\ndefer fmt.Println(\"cleanup\")\nfor i := range %d { if !yield(i, %s) { fmt.Println(\"stopped\"); return } }\n}", f, t.name, n, g.expr(t, 1))
	switch g.r.IntN(6) {
	case 0:
		g.w("for i, x := range %s { if i == 2 { continue }; fmt.Println(i, x); if i == 1 { break } }", f)
	case 1:
		g.w("fmt.Println(func() (r int) { defer func() { r *= 2 }(); for i := range %s { if i == %d { return i + 10 } }; return -1 }())", f, g.r.IntN(4))
	case 2:
		g.w("next%s, stop%s := iter.Pull2(iter.Seq2[int, %s](%s))\nfmt.Println(next%s())\nfmt.Println(next%s())\nstop%s()\nfmt.Println(next%s())", f, f, t.name, f, f, f, f, f)
	case 3:
		g.w("fs%s := []func() int{}\nfor i := range %s { fs%s = append(fs%s, func() int { i++; return i }) }\nfor _, f := range fs%s { fmt.Print(f(), f(), \" \") }\nfmt.Println()", f, f, f, f, f)
	case 4:
		g.w("func() {\ndefer func() { fmt.Println(\"recovered\", recover()) }()\nfor i := range %s { defer fmt.Println(\"deferred in loop\", i); if i == 1 { panic(\"in loop\") } }\n}()", f)
	default:
		g.w("L%s:\nfor i := range 3 { for j := range %s { if j == 1 { continue L%s }; if i == 2 { break L%s }; fmt.Println(i, j) } }", f, f, f, f)
		g.w("fmt.Println(slices.Collect(maps.Values(map[int]int{1: 2})), slices.Sorted(maps.Keys(maps.Collect(%s))))", f)
	}
}

func (g *generator) localTypeStmt(int) {
	n := g.fresh("Loc")
	t, u := g.typeWhere((*typ).printable), g.typeWhere((*typ).printable)
	switch g.r.IntN(6) {
	case 0:
		g.w("type %s struct { A %s; B []%s }\nx%s := %s{%s, nil}\nx%s.B = append(x%s.B, %s)\nfmt.Printf(\"%%T %%+v\\n\", x%s, x%s)", n, t.name, u.name, n, n, g.expr(t, 1), n, n, g.expr(u, 1), n, n)
	case 1:
		g.w("type %s %s\nx%s := %s(%s)\nvar a%s any = x%s\n_, ok%s := a%s.(%s)\n_, was%s := a%s.(%s)\nfmt.Println(ok%s, was%s, x%s)\nfmt.Printf(\"%%T\\n\", a%s)", n, t.name, n, n, g.expr(t, 1), n, n, n, n, n, n, n, t.name, n, n, n, n)
	case 2:
		g.w("type %s = []%s\nvar x%s %s = []%s{%s}\nfmt.Printf(\"%%T %%v\\n\", x%s, x%s)", n, t.name, n, n, t.name, g.expr(t, 1), n, n)
	case 3:
		g.w("type %s struct { *%s; N int }\nx%s := %s{new(%s), 2}\n*x%s.%s = %s\nfmt.Println(*x%s.%s, x%s.N)", n, tInt.name, n, n, tInt.name, n, tInt.name, g.expr(tInt, 1), n, tInt.name, n)
	case 4:
		st := g.typeWhere(func(t *typ) bool { return t.named && t.kind == kStruct && len(t.methods) > 0 })
		if st.kind != kStruct || len(st.methods) == 0 {
			return
		}
		_, call := methodResult(pick(g, st.methods...))
		ptr := pick(g, "", "*")
		value := g.expr(st, 1)
		if ptr == "*" {
			g.w("in%s := %s", n, value)
			value = "&in" + n
		}
		g.w("type %s struct { %s%s; Extra %s }\nx%s := %s{%s, %s}\nfmt.Println(x%s.%s, x%s.Extra)", n, ptr, st.name, t.name, n, n, value, g.expr(t, 1), n, call, n)
		g.w("var i%s any = &x%s\nif y, ok := i%s.(interface{ Number() int }); ok { fmt.Println(\"promoted\", y.Number()) }\n_, s%s := i%s.(fmt.Stringer)\nfmt.Println(s%s)", n, n, n, n, n, n)
		if ptr == "" && st.printable() {
			g.print("x" + n)
		}
	default:
		g.w("x%s := struct { A, B %s; C struct { D %s } }{A: %s}\nx%s.C.D = %s\ny%s := x%s\ny%s.A = %s", n, t.name, u.name, g.expr(t, 1), n, g.expr(u, 1), n, n, n, g.expr(t, 1))
		g.print("x"+n, "y"+n)
		g.w("s%s := []struct { K string; V %s }{{\"a\", %s}, {K: \"b\"}}\nfor _, e := range s%s { fmt.Println(e.K, e.V) }\np%s := []*struct{ Q %s }{{%s}}\nfmt.Println(*p%s[0])", n, t.name, g.expr(t, 1), n, n, u.name, g.expr(u, 1), n)
	}
}

func (g *generator) errorStmt(int) {
	e := g.fresh("Err")
	t := g.typeWhere((*typ).printable)
	ptr := pick(g, "", "*")
	amp := ""
	if ptr != "" {
		amp = "&"
	}
	g.top(e, "type %s struct { Op string; Val %s; Inner error }\nfunc (e %s%s) Error() string { return e.Op + \": \" + fmt.Sprint(e.Val) }\nfunc (e %s%s) Unwrap() error { return e.Inner }\nvar Base%s = errors.New(\"base\")", e, t.name, ptr, e, ptr, e, e)
	g.w("var e%s error = fmt.Errorf(\"wrap: %%w\", %s%s{\"op\", %s, Base%s})", e, amp, e, g.expr(t, 1), e)
	g.w("var t%s %s%s\nfmt.Println(e%s, errors.As(e%s, &t%s), errors.Is(e%s, Base%s), errors.Is(e%s, io.EOF))\nfmt.Println(t%s.Op, t%s.Val)", e, ptr, e, e, e, e, e, e, e, e, e)
	switch g.r.IntN(4) {
	case 0:
		g.w("f%s := func() error { var p *%s; _ = p; return nil }\nfmt.Println(f%s() == nil)", e, e, e)
		if ptr != "" {
			g.w("h%s := func() error { var p *%s; return p }\nfmt.Println(h%s() == nil)", e, e, e)
		}
	case 1:
		g.w("j%s := errors.Join(e%s, nil, io.EOF)\nfmt.Println(errors.Is(j%s, io.EOF), errors.Is(j%s, Base%s), len(j%s.Error()) > 3)", e, e, e, e, e, e)
	case 2:
		g.w("switch x := errors.Unwrap(e%s).(type) {\ncase %s%s:\nfmt.Println(\"mine\", x.Val)\ncase nil:\nfmt.Println(\"nil\")\ndefault:\nfmt.Printf(\"%%T\\n\", x)\n}", e, ptr, e)
	default:
		g.w("func() {\ndefer func() {\nif x, ok := recover().(error); ok { fmt.Println(\"error\", x, errors.Is(x, Base%s)) }\n}()\npanic(e%s)\n}()", e, e)
		g.w("if x, ok := errors.AsType[%s%s](e%s); ok { fmt.Println(x.Op) }", ptr, e, e)
	}
}

func (g *generator) formatStmt(int) {
	for range 1 + g.r.IntN(3) {
		t := g.typeWhere((*typ).printable)
		e := g.expr(t, 2)
		verbs := []string{"%v", "%+v", "%#v", "%T", "%s", "%d", "%q", "%x", "%8v", "%-8v|", "%08v"}
		switch {
		case t.integer():
			verbs = append(verbs, "%b", "%o", "%X", "%c", "%+d", "%#x", "%6d", "%-6d|", "%06d", "%U")
		case t.kind == kFloat:
			verbs = append(verbs, "%e", "%.2f", "%g", "%8.3f", "%+.1f", "%G")
		case t.kind == kString:
			verbs = append(verbs, "%.2s", "%10s", "%-10s|", "%X", "% x", "%+q")
		case t.kind == kBool:
			verbs = append(verbs, "%t", "%6t")
		}
		v := pick(g, verbs...)
		g.w("fmt.Printf(%q, %s)", v+"\n", e)
		switch g.r.IntN(4) {
		case 0:
			g.w("fmt.Printf(%q, []%s{%s})", v+"\n", t.name, e)
		case 1:
			g.w("fmt.Printf(%q, map[string]%s{\"k\": %s})", v+"\n", t.name, e)
		case 2:
			g.w("fmt.Printf(%q, struct{ A %s; b any }{%s, %s})", v+"\n", t.name, e, e)
		default:
			if t.kind == kStruct || t.kind == kSlice || t.kind == kMap {
				p := g.fresh("p")
				g.w("%s := %s\nfmt.Printf(%q, &%s)", p, g.typed(t, 1), v+"\n", p)
			}
		}
	}
}

func (g *generator) stringStmt(int) {
	s := g.fresh("s")
	g.w("%s := %s", s, g.typed(tString, 2))
	switch g.r.IntN(6) {
	case 0:
		g.w("for i, r := range %s { fmt.Printf(\"%%d:%%c:%%x \", i, r, r) }\nfmt.Println(len(%s), utf8.RuneCountInString(%s), utf8.ValidString(%s))", s, s, s, s)
	case 1:
		g.w("b%s := []byte(%s)\nb%s = append(b%s, %s...)\nif len(b%s) > 0 { b%s[0] = 'Z' }\nfmt.Println(%s, string(b%s), len(b%s))", s, s, s, s, s, s, s, s, s, s)
	case 2:
		g.w("r%s := []rune(%s)\nslices.Reverse(r%s)\nfmt.Println(string(r%s), len(r%s))\nfmt.Printf(\"%%q\\n\", string(r%s))", s, s, s, s, s, s)
	case 3:
		g.w("var b%s strings.Builder\nfor i := 3; i > 0; i-- { fmt.Fprintf(&b%s, \"%%d-%%s\", i, %s); b%s.WriteByte(','); b%s.WriteRune('é') }\nfmt.Println(b%s.String(), b%s.Len())", s, s, s, s, s, s, s)
	case 4:
		g.w("fmt.Println(strings.Map(func(r rune) rune { if r == 'a' { return -1 }; return r + 1 }, %s), strings.Fields(%s+\" x y\"), strings.Split(%s, \"\"), strings.Contains(%s, \"a\"))", s, s, s, s)
		g.w("n%s, err%s := strconv.Atoi(%s)\nfmt.Println(n%s, err%s)", s, s, s, s, s)
	default:
		g.w("for i := range len(%s) { fmt.Print(%s[i], \" \") }\nfmt.Println(%s[:len(%s)/2] + \"|\" + %s[len(%s)/2:], %s < \"b\", %s == %s+\"\")", s, s, s, s, s, s, s, s, s)
		g.w("switch %s { case \"a\", \"go\": fmt.Println(\"short\")\ncase \"日本\": fmt.Println(\"ja\")\ndefault: fmt.Println(\"other\") }", s)
	}
}

func (g *generator) jsonStmt(int) {
	t := g.typeWhere(func(t *typ) bool { return t.printable() && t.kind != kComplex && t.jsonable() })
	if !t.jsonable() {
		return
	}
	b := g.fresh("b")
	g.w("%s, e%s := json.Marshal(map[string]any{\"x\": %s, \"y\": []%s{%s}})\nfmt.Println(string(%s), e%s)", b, b, g.expr(t, 2), t.name, g.expr(t, 1), b, b)
	g.w("var o%s struct{ X any; Y []%s }\n_ = json.Unmarshal(%s, &o%s)\nfmt.Println(len(o%s.Y))", b, t.name, b, b, b)
}

func (t *typ) jsonable() bool {
	switch t.kind {
	case kComplex, kInterface:
		return false
	case kStruct:
		for _, f := range t.fields {
			if !f.t.jsonable() {
				return false
			}
		}
	case kArray, kSlice:
		return t.elem.jsonable()
	case kMap:
		return t.elem.jsonable() && (t.key.integer() || t.key.kind == kString)
	}
	return true
}

func (g *generator) sortStmt(int) {
	s := g.fresh("s")
	t := g.typeWhere(func(t *typ) bool { return t.ordered() })
	g.w("%s := []%s{%s, %s, %s, %s}", s, t.name, g.expr(t, 2), g.expr(t, 1), g.expr(t, 1), g.expr(t, 2))
	switch g.r.IntN(5) {
	case 0:
		g.w("slices.Sort(%s)\ni%s, ok%s := slices.BinarySearch(%s, %s[0])\nfmt.Println(%s, i%s, ok%s, slices.Max(%s), slices.Min(%s))", s, s, s, s, s, s, s, s, s, s)
	case 1:
		g.w("slices.SortFunc(%s, func(a, b %s) int { return cmp.Compare(b, a) })\nfmt.Println(%s)", s, t.name, s)
	case 2:
		g.w("sort.Slice(%s, func(i, j int) bool { return %s[i] < %s[j] })\nfmt.Println(%s)", s, s, s, s)
	case 3:
		n := g.fresh("By")
		g.top(n, "type %s []%s\nfunc (b %s) Len() int { return len(b) }\nfunc (b %s) Less(i, j int) bool { return b[j] < b[i] }\nfunc (b %s) Swap(i, j int) { b[i], b[j] = b[j], b[i] }", n, t.name, n, n, n)
		g.w("sort.Sort(%s(%s))\nfmt.Println(%s)\nsort.Stable(sort.Reverse(%s(%s)))\nfmt.Println(%s, sort.IsSorted(%s(%s)))", n, s, s, n, s, s, n, s)
	default:
		g.w("type p%s struct { K %s; I int }\nvar ps%s []p%s\nfor i, k := range %s { ps%s = append(ps%s, p%s{k, i}) }\nslices.SortStableFunc(ps%s, func(a, b p%s) int { return cmp.Or(cmp.Compare(a.K, b.K), b.I-a.I) })\nfmt.Println(ps%s)\ng%s := map[%s][]int{}\nfor _, p := range ps%s { g%s[p.K] = append(g%s[p.K], p.I) }\nfmt.Println(len(g%s))", s, t.name, s, s, s, s, s, s, s, s, s, s, t.name, s, s, s, s)
	}
}

func (g *generator) pointerStmt(int) {
	t := g.typeWhere((*typ).printable)
	p := g.fresh("p")
	x := g.local(t)
	g.w("%s := &%s\nq%s := &%s\n*%s = %s\nfmt.Println(%s, **q%s, %s == *q%s, %s == &%s)", p, x.name, p, p, p, g.expr(t, 2), x.name, p, p, p, p, x.name)
	switch g.r.IntN(5) {
	case 0:
		g.w("f%s := func(x *%s, y %s) { *x = y }\nf%s(%s, %s)\nfmt.Println(%s)", p, t.name, t.name, p, p, g.expr(t, 1), x.name)
	case 1:
		g.w("a%s := [2]%s{}\nr%s := &a%s[1]\n*r%s = %s\nfmt.Println(a%s, len(&a%s))\nfor i := range &a%s { fmt.Print(i) }\nfmt.Println()", p, t.name, p, p, p, g.expr(t, 1), p, p, p)
		_ = x
	case 2:
		g.w("s%s := []%s{%s}\nr%s := &s%s[0]\ns%s = append(s%s, %s)\n*r%s = %s\nfmt.Println(s%s, *r%s)", p, t.name, x.name, p, p, p, p, g.expr(t, 1), p, g.expr(t, 1), p, p)
	case 3:
		st := g.typeWhere(func(t *typ) bool { return t.kind == kStruct && t.printable() && len(t.fields) > 0 })
		if st.kind != kStruct || len(st.fields) == 0 {
			return
		}
		f := pick(g, st.fields...)
		g.w("st%s := &%s{}\nr%s := &st%s.%s\n*r%s = %s\nst%s.%s = %s\nfmt.Println(*st%s, *r%s)", p, st.name, p, p, f.name, p, g.expr(f.t, 1), p, f.name, g.expr(f.t, 1), p, p)
		g.w("m%s := map[string]*%s{\"a\": st%s}\nm%s[\"a\"].%s = %s\nfmt.Println(*st%s)", p, st.name, p, p, f.name, g.expr(f.t, 1), p)
	default:
		g.w("n%s := new(%s)\n*n%s, *%s = *%s, *n%s\nfmt.Println(*n%s, %s)\nvar nil%s *%s\nfmt.Println(nil%s == nil, n%s != nil)", p, t.name, p, p, p, p, p, x.name, p, t.name, p, p)
		g.w("e%s := new(%s)\nfmt.Println(*e%s)", p, g.expr(tInt, 1), p)
	}
}

func (g *generator) resultStmt(int) {
	f := g.fresh("f")
	t, u := g.typeWhere((*typ).printable), g.typeWhere((*typ).printable)
	switch g.r.IntN(4) {
	case 0:
		g.w("%s := func() (a %s, b %s) { a = %s; defer func() { b = %s }(); return a, %s }\nx%s, y%s := %s()\nfmt.Println(x%s, y%s)\nfmt.Println(%s())", f, t.name, u.name, g.expr(t, 1), g.expr(u, 1), g.expr(u, 1), f, f, f, f, f, f)
	case 1:
		g.top(f, "func %s(n int, rest ...%s) (int, []%s) { return n + len(rest), rest }", f, t.name, t.name)
		g.w("fmt.Println(%s(1))\nfmt.Println(%s(1, %s, %s))\nfmt.Println(%s(2, []%s{%s}...))", f, f, g.expr(t, 1), g.expr(t, 1), f, t.name, g.expr(t, 1))
		g.w("_, z%s := %s(3)\nfmt.Println(z%s == nil)", f, f, f)
	case 2:
		g.top(f, "func %s(a %s) (%s, error) { if fmt.Sprint(a) == \"\" { return a, errors.New(\"empty\") }; return a, nil }\nfunc use%s(a %s, err error) string { return fmt.Sprint(a, err) }", f, t.name, t.name, f, t.name)
		g.w("fmt.Println(use%s(%s(%s)))\nif x, err := %s(%s); err == nil { fmt.Println(x) }", f, f, g.expr(t, 1), f, g.expr(t, 1))
	default:
		g.w("var %s func(args ...any) int = func(args ...any) int { for _, a := range args { fmt.Printf(\"%%T \", a) }; return len(args) }\nfmt.Println(%s(), %s(nil), %s(%s, %s), %s([]any{1, \"a\"}...))", f, f, f, f, g.expr(t, 1), g.expr(u, 1), f)
	}
}

func (g *generator) funcTypeStmt(int) {
	n := g.fresh("Fn")
	t := g.typeWhere((*typ).printable)
	switch g.r.IntN(5) {
	case 0:
		g.top(n, "type %s func(%s) %s\nfunc (f %s) Twice(x %s) %s { return f(f(x)) }\nfunc (f %s) Then(h %s) %s { return func(x %s) %s { return h(f(x)) } }", n, t.name, t.name, n, t.name, t.name, n, n, n, t.name, t.name)
		g.w("f%s := %s(func(x %s) %s { _ = x; return %s })\nfmt.Println(f%s.Twice(%s), f%s.Then(f%s)(%s))\nfmt.Printf(\"%%T\\n\", f%s)", n, n, t.name, t.name, g.expr(t, 1), n, g.expr(t, 1), n, n, g.expr(t, 1), n)
	case 1:
		g.top(n, "type %s func(*M%s) %s\ntype M%s struct { pos int; out []string }\nfunc start%s(m *M%s) %s { m.out = append(m.out, \"start\"); return mid%s }\nfunc mid%s(m *M%s) %s { m.pos++; m.out = append(m.out, \"mid\"); if m.pos < 3 { return mid%s }; return nil }\nfunc run%s() []string { m := &M%s{}; for f := %s(start%s); f != nil; { f = f(m) }; return m.out }", n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n)
		g.w("fmt.Println(run%s())", n)
	case 2:
		g.w("m%s := map[string]func(int, int) int{\"add\": func(a, b int) int { return a + b }, \"mul\": func(a, b int) int { return a * b }}\nfor _, k := range slices.Sorted(maps.Keys(m%s)) { fmt.Println(k, m%s[k](%s, 3)) }\nfmt.Println(m%s[\"none\"] == nil)", n, n, n, g.expr(tInt, 1), n)
	case 3:
		g.top(n, "type %s func(string) string\nfunc (f %s) String() string { return f(\"str\") }\ntype H%s interface { Do(string) string }\nfunc (f %s) Do(s string) string { return f(s) + \"!\" }", n, n, n, n)
		g.w("var h%s H%s = %s(strings.ToUpper)\nfmt.Println(h%s.Do(\"abc\"), h%s)\nvar s%s fmt.Stringer = %s(func(s string) string { return s + s })\nfmt.Println(s%s.String())", n, n, n, n, n, n, n, n)
	default:
		g.w("add%s := func(a int) func(int) func() int { return func(b int) func() int { return func() int { a += b; return a } } }\nc%s := add%s(1)(2)\nfmt.Println(c%s(), c%s())\nvar fib%s func(int) int\nfib%s = func(n int) int { if n < 2 { return n }; return fib%s(n-1) + fib%s(n-2) }\nfmt.Println(fib%s(10))", n, n, n, n, n, n, n, n, n, n)
	}
}

func (g *generator) reflectStmt(int) {
	t := g.typeWhere((*typ).printable)
	v := g.fresh("rv")
	g.w("%s := reflect.ValueOf(%s)\nfmt.Println(%s.Kind(), %s.Type().String(), %s.Type().Name())", v, g.expr(t, 2), v, v, v)
	switch {
	case t.kind == kStruct:
		g.w("for i := range %s.NumField() { f := %s.Type().Field(i); fmt.Println(f.Name, f.Type, f.Tag, f.Anonymous, f.IsExported()) }", v, v)
		fallthrough
	default:
		g.w("fmt.Println(%s.Type().NumMethod(), reflect.PointerTo(%s.Type()).NumMethod(), %s.Type().Comparable(), %s.Type().PkgPath())", v, v, v, v)
		g.w("for i := range %s.Type().NumMethod() { m := %s.Type().Method(i); fmt.Println(m.Name, m.Type) }", v, v)
		g.w("fmt.Println(reflect.DeepEqual(%s, %s), reflect.TypeFor[%s]())", g.expr(t, 1), g.expr(t, 1), t.name)
		g.w("if m := %s.MethodByName(\"Number\"); m.IsValid() { fmt.Println(m.Call(nil)[0].Int()) }", v)
	}
}

func (g *generator) convertStmt(int) {
	a := g.typeWhere(func(t *typ) bool { return t.integer() || t.kind == kFloat })
	b := g.typeWhere(func(t *typ) bool { return t.integer() })
	c := g.fresh("c")
	if a.kind == kFloat {
		g.w("%s := %s", c, g.literal(a, 0))
		g.w("fmt.Println(%s(int64(%s)), int(%s*2), float32(%s), complex(%s, 1))", b.name, c, c, c, "float64("+c+")")
		return
	}
	g.w("%s := %s\nfmt.Println(%s(%s), %s(%s)+1, %s(%s)<<3, float64(%s), -%s, ^%s)", c, g.nonconst(a, 2), b.name, c, b.name, c, b.name, c, c, c, c)
	st := g.typeWhere(func(t *typ) bool { return t.kind == kStruct && t.named && t.printable() })
	if st.kind == kStruct {
		g.w("type conv%s %s\nx%s := conv%s(%s)\ny%s := %s(x%s)\nfmt.Printf(\"%%T %%T %%v\\n\", x%s, y%s, y%s)", c, st.name, c, c, g.expr(st, 1), c, st.name, c, c, c, c)
	}
	sl := g.typeWhere(func(t *typ) bool { return t.kind == kSlice && t.named && t.printable() })
	if sl.kind == kSlice {
		g.w("s%s := []%s(%s)\nt%s := %s(s%s)\nfmt.Printf(\"%%T %%T %%v\\n\", s%s, t%s, t%s)", c, sl.elem.name, g.expr(sl, 1), c, sl.name, c, c, c, c)
	}
}

func (g *generator) recursiveStmt(int) {
	n := g.fresh("Rec")
	t := g.typeWhere((*typ).printable)
	switch g.r.IntN(6) {
	case 0:
		g.top(n, "type %s struct { Val int; L, R *%s }\nfunc (t *%s) Insert(v int) *%s { if t == nil { return &%s{Val: v} }; if v < t.Val { t.L = t.L.Insert(v) } else { t.R = t.R.Insert(v) }; return t }\nfunc (t *%s) Walk(f func(int)) { if t != nil { t.L.Walk(f); f(t.Val); t.R.Walk(f) } }", n, n, n, n, n, n)
		g.w("var t%s *%s\nfor _, v := range []int{5, 2, 8, 1} { t%s = t%s.Insert(v) }\nt%s.Walk(func(v int) { fmt.Print(v, \" \") })\nfmt.Println(t%s.L.Val)", n, n, n, n, n, n)
	case 1:
		g.top(n, "type %s []%s\nfunc (s %s) Depth() int { d := 0; for _, x := range s { d = max(d, x.Depth()) }; return d + 1 }", n, n, n)
		g.w("x%s := %s{%s{}, %s{%s{}}}\nfmt.Println(x%s, len(x%s), x%s.Depth())", n, n, n, n, n, n, n, n)
	case 2:
		g.top(n, "type %s map[string]%s", n, n)
		g.w("x%s := %s{\"a\": {\"b\": nil}, \"c\": {}}\nfmt.Println(x%s, len(x%s[\"a\"]), x%s[\"a\"][\"b\"] == nil)", n, n, n, n, n)
	case 3:
		g.top(n, "type %s interface { Eval() int; Kids() []%s }\ntype Num%s int\nfunc (n Num%s) Eval() int { return int(n) }\nfunc (n Num%s) Kids() []%s { return nil }\ntype Add%s struct { A, B %s }\nfunc (a Add%s) Eval() int { return a.A.Eval() + a.B.Eval() }\nfunc (a *Add%s) Note() string { return \"note\" }\nfunc (a Add%s) Kids() []%s { return []%s{a.A, a.B} }", n, n, n, n, n, n, n, n, n, n, n, n, n)
		g.w("var e%s %s = Add%s{Num%s(%d), Add%s{Num%s(2), Num%s(3)}}\nfmt.Println(e%s.Eval(), len(e%s.Kids()), e%s)\nfmt.Printf(\"%%T %%v\\n\", e%s.Kids()[0], e%s == e%s)\nswitch x := e%s.(type) { case Num%s: fmt.Println(\"num\")\ncase Add%s: fmt.Println(\"add\", x.A) }", n, n, n, n, g.r.IntN(50), n, n, n, n, n, n, n, n, n, n, n, n)
	case 4:
		g.top(n, "type %s struct { Name string; Next *Other%s; Vals []%s }\ntype Other%s struct { Back *%s; M map[string]*%s; V %s }", n, n, t.name, n, n, n, t.name)
		g.w("a%s := &%s{Name: \"a\", Vals: []%s{%s}}\na%s.Next = &Other%s{Back: a%s, M: map[string]*%s{\"self\": a%s}, V: %s}\nfmt.Println(a%s.Next.Back.Name, a%s.Next.M[\"self\"] == a%s, a%s.Next.V, a%s.Next.Back.Vals)", n, n, t.name, g.expr(t, 1), n, n, n, n, n, g.expr(t, 1), n, n, n, n, n)
	default:
		g.top(n, "func even%s(n int) bool { if n == 0 { return true }; return odd%s(n - 1) }\nfunc odd%s(n int) bool { return n != 0 && even%s(n-1) }\nfunc %s(n int) int { if n <= 1 { return 1 }; return n * %s(n-1) }\nfunc ack%s(m, n int) int { switch { case m == 0: return n + 1\ncase n == 0: return ack%s(m-1, 1) }; return ack%s(m-1, ack%s(m, n-1)) }", n, n, n, n, n, n, n, n, n, n)
		g.w("fmt.Println(%s(15), even%s(10), odd%s(7), ack%s(2, 3))", n, n, n, n)
	}
}

func (g *generator) libraryStmt(int) {
	x := g.fresh("x")
	t := g.typeWhere((*typ).printable)
	switch g.r.IntN(9) {
	case 0:
		g.w("t%s := template.Must(template.New(\"t\").Parse(\"{{range $i, $e := .}}{{$i}}={{$e}};{{end}}\\n\"))\nfmt.Println(t%s.Execute(os.Stdout, []%s{%s, %s}))", x, x, t.name, g.expr(t, 1), g.expr(t, 1))
	case 1:
		st, e, ok := g.withMethods("Label")
		if !ok {
			return
		}
		g.w("_ = [0]%s{}\nfmt.Println(template.Must(template.New(\"t\").Parse(\"{{.Label `q`}}\\n\")).Execute(os.Stdout, %s))", st.name, e)
	case 2:
		g.top(x, "type %s []int\nfunc (h %s) Len() int { return len(h) }\nfunc (h %s) Less(i, j int) bool { return h[i] < h[j] }\nfunc (h %s) Swap(i, j int) { h[i], h[j] = h[j], h[i] }\nfunc (h *%s) Push(x any) { *h = append(*h, x.(int)) }\nfunc (h *%s) Pop() any { o := *h; n := len(o); x := o[n-1]; *h = o[:n-1]; return x }", x, x, x, x, x, x)
		g.w("h%s := &%s{5, 2, 8}\nheap.Init(h%s)\nheap.Push(h%s, %d)\nfor h%s.Len() > 0 { fmt.Print(heap.Pop(h%s), \" \") }\nfmt.Println()", x, x, x, x, g.r.IntN(9), x, x)
	case 3:
		g.top(x, "type %s struct { src io.Reader; n int }\nfunc (r *%s) Read(p []byte) (int, error) { n, err := r.src.Read(p); r.n += n; for i := range p[:n] { if p[i] >= 'a' && p[i] <= 'z' { p[i] -= 32 } }; return n, err }\ntype W%s struct { lines []string }\nfunc (w *W%s) Write(p []byte) (int, error) { w.lines = append(w.lines, string(p)); return len(p), nil }", x, x, x, x)
		g.w("r%s := &%s{src: strings.NewReader(%s + \"abc\\ndef\")}\nsc%s := bufio.NewScanner(r%s)\nfor sc%s.Scan() { fmt.Printf(\"%%q\\n\", sc%s.Text()) }\nw%s := &W%s{}\nfmt.Fprintf(w%s, \"%%d-%%v\", 1, %s)\nio.WriteString(io.MultiWriter(w%s, w%s), \"z\")\nfmt.Printf(\"%%d %%q\\n\", r%s.n, w%s.lines)", x, x, g.expr(tString, 1), x, x, x, x, x, x, x, g.expr(t, 1), x, x, x, x)
	case 4:
		g.w("ctx%s, cancel%s := context.WithCancelCause(context.WithValue(context.Background(), \"k\", %s))\nfmt.Println(ctx%s.Value(\"k\"), ctx%s.Err())\ncancel%s(io.EOF)\n<-ctx%s.Done()\nfmt.Println(ctx%s.Err(), context.Cause(ctx%s) == io.EOF)", x, x, g.expr(t, 1), x, x, x, x, x, x)
	case 5:
		g.w("l%s := list.New()\nl%s.PushBack(%s)\nl%s.PushFront(%s)\nfor e := l%s.Front(); e != nil; e = e.Next() { fmt.Printf(\"%%T %%v\\n\", e.Value, e.Value) }", x, x, g.expr(t, 1), x, g.printableExpr(1), x)
	case 6:
		g.w("var sm%s sync.Map\nsm%s.Store(\"a\", %s)\nv%s, ok%s := sm%s.Load(\"a\")\nfmt.Println(v%s, ok%s)\n_, same%s := v%s.(%s)\nfmt.Println(same%s)\nvar av%s atomic.Value\nav%s.Store(%s)\nfmt.Printf(\"%%T\\n\", av%s.Load())\nvar ap%s atomic.Pointer[%s]\nfmt.Println(ap%s.Load() == nil)", x, x, g.expr(t, 1), x, x, x, x, x, x, x, t.name, x, x, x, g.expr(g.typeWhere(func(t *typ) bool { return t.printable() && t.kind != kInterface }), 1), x, x, t.name, x)
	case 7:
		g.w("p%s := sync.Pool{New: func() any { return %s }}\nfmt.Println(p%s.Get())\nov%s := sync.OnceValue(func() %s { fmt.Println(\"once\"); return %s })\nov%s()\nfmt.Println(ov%s())", x, g.expr(t, 1), x, x, t.name, g.expr(t, 1), x, x)
	default:
		g.w("ch%s := slices.Collect(slices.Chunk([]%s{%s, %s, %s}, 2))\nfmt.Println(ch%s, len(ch%s))\nix%s := slices.IndexFunc(ch%s[0], func(e %s) bool { return fmt.Sprint(e) != \"\" })\nfmt.Println(ix%s)\nm%s := map[string]%s{\"a\": %s}\nn%s := maps.Clone(m%s)\nn%s[\"b\"] = %s\nfmt.Println(len(m%s), len(n%s), slices.Sorted(maps.Keys(n%s)))", x, t.name, g.expr(t, 1), g.expr(t, 1), g.expr(t, 1), x, x, x, x, t.name, x, x, t.name, g.expr(t, 1), x, x, x, g.expr(t, 1), x, x, x)
	}
}
