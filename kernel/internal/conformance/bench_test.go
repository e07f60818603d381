package conformance

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	yaegi "github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/lower"
)

// speed are programs whose function run is timed.
var speed = []struct {
	name   string
	ops    int // how many of the named operations a run does, if they are to be told
	src    string
	modern bool // plain yaegi refuses it
}{
	{name: "fib30", src: `
func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func run() { fib(30) }
`},
	{name: "call", ops: 100_000, src: `
var total int

func add(a, b int) int { return a + b }

func run() {
	for i := 0; i < 100000; i++ {
		total = add(total, i)
	}
}
`},
	{name: "method", ops: 100_000, src: `
type counter struct{ n int }

func (c *counter) add(k int) { c.n += k }

func run() {
	c := &counter{}
	for i := 0; i < 100000; i++ {
		c.add(i)
	}
}
`},
	{name: "closure", ops: 100_000, src: `
func run() {
	n := 0
	add := func(k int) int { n += k; return n }
	for i := 0; i < 100000; i++ {
		add(i)
	}
}
`},
	{name: "interface", ops: 100_000, src: `
type shape interface{ area(k int) int }
type square struct{ n int }
type strip struct{ n int }

func (s *square) area(k int) int { return s.n * s.n * k }
func (s strip) area(k int) int   { return s.n * k }

func run() {
	shapes := []shape{&square{2}, strip{3}}
	n := 0
	for i := 0; i < 100000; i++ {
		n += shapes[i&1].area(i)
	}
}
`},
	{name: "typeswitch", ops: 100_000, src: `
func size(x interface{}) int {
	switch x := x.(type) {
	case int:
		return x
	case string:
		return len(x)
	case error:
		return 1
	}
	return 0
}

func run() {
	list := []interface{}{1, "two", 3.0}
	n := 0
	for i := 0; i < 100000; i++ {
		n += size(list[i%3])
	}
}
`},
	{name: "less", ops: 10_000, src: `
import "sort"

func run() {
	xs := make([]int, 10000)
	for i := range xs {
		xs[i] = i * 7919 % 10007
	}
	sort.Slice(xs, func(i, j int) bool { return xs[i] < xs[j] })
}
`},
	{name: "loop", ops: 1_000_000, src: `
func run() {
	a := make([]int, 1000)
	for j := 0; j < 1000; j++ {
		for i := 0; i < len(a); i++ {
			a[i] += i
		}
	}
}
`},
	{name: "map", ops: 100_000, src: `
func run() {
	m := map[int]int{}
	for i := 0; i < 100000; i++ {
		m[i%1000] += i
	}
}
`},
	{name: "field", ops: 100_000, src: `
type point struct{ x, y float64 }

func run() {
	ps := make([]point, 100)
	for j := 0; j < 1000; j++ {
		for i := range ps {
			p := &ps[i]
			p.x, p.y = p.y+1, p.x
		}
	}
}
`},
	{name: "sort20000", modern: true, src: `
import "slices"

func run() {
	xs := make([]int, 20000)
	seed := uint32(1)
	for i := range xs {
		seed = seed*1664525 + 1013904223
		xs[i] = int(seed >> 8)
	}
	slices.Sort(xs)
}
`},
	{name: "fill20000", modern: true, src: `
func run() {
	xs := make([]int, 20000)
	seed := uint32(1)
	for i := range xs {
		seed = seed*1664525 + 1013904223
		xs[i] = int(seed >> 8)
	}
}
`},
	{name: "generic", ops: 100_000, modern: true, src: `
type number interface{ ~int | ~float64 }

func larger[T number](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func run() {
	n := 0
	for i := range 100000 {
		n = larger(n, i)
	}
}
`},
}

// BenchmarkRun times programs in an evaluator process (engine=iyagi) and in plain
// yaegi (engine=yaegi), one after the other so that both see the same machine.
// Sorting is what sort20000 takes more than fill20000. Compare with
//
//	go test ./kernel/internal/conformance -run '^$' -bench Run -count 5 | benchstat -col /engine -
func BenchmarkRun(b *testing.B) {
	for _, s := range speed {
		perOp := func(b *testing.B) {
			if s.ops > 0 {
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(s.ops), "ns/step")
			}
		}
		b.Run("program="+s.name+"/engine=iyagi", func(b *testing.B) {
			n := openNotebook(b)
			n.run(b, s.src)
			u := n.prepare(b, fmt.Sprintf("for range %d { run() }", b.N))
			b.ResetTimer()
			n.evaluate(b, u)
			b.StopTimer()
			perOp(b)
		})
		if s.modern {
			continue
		}
		b.Run("program="+s.name+"/engine=yaegi", func(b *testing.B) {
			y := yaegi.New(yaegi.Options{Stdout: io.Discard})
			if err := y.Use(stdlib.Symbols); err != nil {
				b.Fatal(err)
			}
			if _, err := y.Eval("package main\n" + s.src); err != nil {
				b.Fatal(err)
			}
			loop := fmt.Sprintf("func repeat() { for i := 0; i < %d; i++ { run() } }", b.N)
			if _, err := y.Eval(loop); err != nil {
				b.Fatal(err)
			}
			v, err := y.Eval("repeat")
			if err != nil {
				b.Fatal(err)
			}
			repeat := v.Interface().(func())
			b.ResetTimer()
			repeat()
			b.StopTimer()
			perOp(b)
		})
	}
}

// cellOf20 is a cell of 20 lines as people write them.
const cellOf20 = `import "sort"

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

words := strings.Fields("the quick brown fox jumps over the lazy dog")
count := map[string]int{}
for _, w := range words {
	count[w]++
}
keys := slices.Collect(maps.Keys(count))
sort.Strings(keys)
for i, k := range keys {
	fmt.Println(i, k, count[k], mean([]float64{1, 2, float64(f7(3) + v9)}))
}
`

// BenchmarkCell is what the kernel does with a cell before the evaluator gets it, in a
// session of 200 declarations: step=check, step=lower, or both.
func BenchmarkCell(b *testing.B) {
	for _, step := range []string{"check", "lower", "both"} {
		b.Run("declarations=200/lines=20/step="+step, func(b *testing.B) {
			n := &notebook{check: check.NewSession(), lower: lower.New()}
			for i := range 50 {
				n.prepare(b, fmt.Sprintf("type T%[1]d struct{ a, b int }\nfunc (t *T%[1]d) Sum() int { return t.a + t.b }\n"+
					"func f%[1]d(x int) int { t := T%[1]d{x, 1}; return t.Sum() }\nv%[1]d := f%[1]d(%[1]d)", i))
			}
			n.prepare(b, cellOf20)
			b.ReportAllocs()
			for b.Loop() {
				if step == "lower" {
					b.StopTimer()
				}
				u := n.checked(b, cellOf20)
				switch step {
				case "check":
					b.StopTimer()
				case "lower":
					b.StartTimer()
				}
				if _, err := n.lower.Lower(u); err != nil {
					b.Fatal(err)
				}
				n.check.Commit(u)
				if step == "check" {
					b.StartTimer()
				}
			}
		})
	}
}

// notebook is a session without a kernel process: what a kernel does with
// cells, in this process, and an evaluator.
type notebook struct {
	check     *check.Session
	lower     *lower.Lowerer
	evaluator *eval.Client
	serial    int
}

func openNotebook(t testing.TB) *notebook {
	c, err := eval.Start(context.Background(), eval.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return &notebook{check: check.NewSession(), lower: lower.New(), evaluator: c}
}

// checked is a cell, checked.
func (n *notebook) checked(t testing.TB, src string) *check.Unit {
	t.Helper()
	n.serial++
	u, err := n.check.Check(check.Cell{Serial: n.serial, Label: fmt.Sprintf("cell %d", n.serial), Source: strings.TrimSpace(src)})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// prepare checks and lowers a cell and makes its declarations live.
func (n *notebook) prepare(t testing.TB, src string) *eval.Unit {
	t.Helper()
	u := n.checked(t, src)
	lowered, err := n.lower.Lower(u)
	if err != nil {
		t.Fatal(err)
	}
	n.check.Commit(u)
	return lowered
}

// evaluate runs a unit.
func (n *notebook) evaluate(t testing.TB, u *eval.Unit) {
	t.Helper()
	if d := n.evaluator.Run(context.Background(), eval.Run{ID: u.Cell, Unit: *u}, nil); d.Error != nil {
		t.Fatalf("%s: %s", d.Error.Name, d.Error.Value)
	}
}

func (n *notebook) run(t testing.TB, src string) {
	t.Helper()
	n.evaluate(t, n.prepare(t, src))
}
