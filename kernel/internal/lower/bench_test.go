package lower_test

import (
	"fmt"
	"io"
	"testing"

	yaegi "github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/lower"
)

// BenchmarkLower is the cost of lowering a checked cell in a session.
func BenchmarkLower(b *testing.B) {
	for _, c := range []struct{ name, src string }{
		{"expression", "1+1"},
		{"function", "func f(xs []int) (n int) {\n\tfor i, x := range xs {\n\t\tif x > i { n += x }\n\t}\n\treturn\n}"},
		{"type", "type P struct{ X, Y int }\nfunc (p P) Add(q P) P { return P{p.X + q.X, p.Y + q.Y} }\nfmt.Println(P{1, 2}.Add(P{3, 4}))"},
	} {
		b.Run(c.name, func(b *testing.B) {
			session, l := check.NewSession(), lower.New()
			serial := 0
			for b.Loop() {
				b.StopTimer()
				serial++
				u, err := session.Check(check.Cell{Serial: serial, Label: fmt.Sprintf("cell %d", serial), Source: c.src})
				if err != nil {
					b.Fatal(err)
				}
				session.Commit(u)
				b.StartTimer()
				if _, err := l.Lower(u); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// speed are programs whose function run is timed, lowered and as yaegi runs them by itself.
var speed = []struct{ name, src string }{
	{"fib", "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}\n\nfunc run() { fib(20) }"},
	{"method", "type T struct{ n int }\n\nfunc (t *T) inc(k int) { t.n += k }\n\nfunc run() {\n\tt := &T{}\n\tfor i := 0; i < 10000; i++ {\n\t\tt.inc(i)\n\t}\n}"},
	{"interface", "type S interface{ area(k int) int }\n\ntype T struct{ n int }\n\nfunc (t *T) area(k int) int { return t.n + k }\n\nfunc run() {\n\tvar s S = &T{1}\n\tfor i := 0; i < 10000; i++ {\n\t\ts.area(i)\n\t}\n}"},
	{"closure", "func run() {\n\tn := 0\n\tf := func(k int) int { n += k; return n }\n\tfor i := 0; i < 10000; i++ {\n\t\tf(i)\n\t}\n}"},
	{"index", "func run() {\n\ta := make([]int, 1000)\n\tfor j := 0; j < 10; j++ {\n\t\tfor i := 0; i < len(a); i++ {\n\t\t\ta[i] += i\n\t\t}\n\t}\n}"},
}

func BenchmarkRun(b *testing.B) {
	for _, s := range speed {
		b.Run(s.name+"/lowered", func(b *testing.B) {
			x := newBench(b)
			if out := x.run(s.src); out != "" {
				b.Fatal(out)
			}
			v, err := x.yaegi.Eval("run__1")
			if err != nil {
				b.Fatal(err)
			}
			f := v.Interface().(func())
			for b.Loop() {
				f()
			}
		})
		b.Run(s.name+"/yaegi", func(b *testing.B) {
			y := yaegi.New(yaegi.Options{Stdout: io.Discard})
			if err := y.Use(stdlib.Symbols); err != nil {
				b.Fatal(err)
			}
			if _, err := y.Eval("package main\n" + s.src); err != nil {
				b.Fatal(err)
			}
			v, err := y.Eval("run")
			if err != nil {
				b.Fatal(err)
			}
			f := v.Interface().(func())
			for b.Loop() {
				f()
			}
		})
	}
}
