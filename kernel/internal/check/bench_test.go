package check

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// longSession has n functions, types with methods and variables.
func longSession(b testing.TB, n int) *notebook {
	s := newNotebook(b)
	for i := range n / 4 {
		s.run(fmt.Sprintf(`
type T%[1]d struct{ a, b int }
func (t *T%[1]d) Sum() int { return t.a + t.b }
func f%[1]d(x int) int { t := T%[1]d{x, 1}; return t.Sum() }
v%[1]d := f%[1]d(%[1]d)
`, i))
	}
	return s
}

const twentyLines = `
import "sort"

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
keys := make([]string, 0, len(count))
for k := range count {
	keys = append(keys, k)
}
sort.Strings(keys)
fmt.Println(keys, mean([]float64{1, 2, float64(f7(3) + v9)}))
`

func benchmarkCell(b *testing.B, s *notebook, src string) {
	s.run(src)
	b.ResetTimer()
	b.ReportAllocs()
	for b.Loop() {
		s.n++
		u, err := s.Check(Cell{Serial: s.n, Label: "cell", Source: src})
		if err != nil {
			b.Fatal(err)
		}
		s.Commit(u)
	}
}

func BenchmarkCheck(b *testing.B) {
	b.Run("1+1", func(b *testing.B) { benchmarkCell(b, newNotebook(b), "1+1") })
	b.Run("1+1/200", func(b *testing.B) { benchmarkCell(b, longSession(b, 200), "1+1") })
	b.Run("20lines/200", func(b *testing.B) { benchmarkCell(b, longSession(b, 200), twentyLines) })
	b.Run("redefine/200", func(b *testing.B) {
		s := longSession(b, 200)
		for i := range 20 {
			s.run(fmt.Sprintf("func g%d() int { return f1(%d) + v1 }", i, i))
		}
		benchmarkCell(b, s, "v1 := 2")
	})
	b.Run("method/200", func(b *testing.B) {
		benchmarkCell(b, longSession(b, 200), "func (t *T1) Product() int { return t.a * t.b }")
	})
}

func BenchmarkComplete(b *testing.B) {
	s := longSession(b, 200)
	for name, src := range map[string]string{"member": twentyLines + "\nstrings.", "name": twentyLines + "\nfo"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if len(s.Complete(src, len(src)).Items) == 0 {
					b.Fatal("nothing")
				}
			}
		})
	}
}

func BenchmarkInspect(b *testing.B) {
	s := longSession(b, 200)
	src := twentyLines + "\nstrings.ToUpper"
	for b.Loop() {
		if _, ok := s.Inspect(src, len(src), 0); !ok {
			b.Fatal("nothing")
		}
	}
}

// TestMemory runs many cells: what they leave behind must not grow with them.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("checks 3000 cells")
	}
	s := newNotebook(t)
	s.run("x := 0\nfunc f(n int) int { return n + x }\ntype T struct{ n int }\nfunc (t T) M() int { return f(t.n) }\nt := T{}")
	cell := func(i int) {
		s.run("x := x + 1\nfmt.Println(x)")
		s.run(fmt.Sprintf("func f(n int) int { return n + x + %d }\nf(1)", i))
		s.run("func g[E any](e E) E { f(1); return e }\ng(t.M())")
		s.run("func (t T) M() int { return f(t.n) + g(1) }\nfunc (t *T) Set(n int) { t.n = n }")
		s.run("type U struct{ t T }\nfunc (u U) Get() T { return u.t }\nu := U{t}\nu.Get().M()")
		s.fail("func (t T) Bad() { undefined1() }\nx = undefined2")
		s.Complete("t.M", 3)
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for i := range 50 {
		cell(i)
	}
	before := heap()
	const n = 300
	for i := range n {
		cell(i)
	}
	if grown := int64(heap()) - int64(before); grown > 7*n*100 {
		t.Errorf("%d cells left %d bytes behind", 7*n, grown)
	}
	runtime.KeepAlive(s)
}

// TestConcurrency completes and inspects while cells are checked; it is of use with -race.
func TestConcurrency(t *testing.T) {
	s := longSession(t, 40)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			s.Complete("t := T1{}\nt.", 12)
			s.Inspect("f1(v1)", 1, 0)
			s.IsComplete("for {")
		}
	}()
	for i := range 50 {
		s.run(fmt.Sprintf("v1 := %d\nfunc (t T1) M%d() int { return f1(t.a) }\n%s", i, i%3, strings.Repeat("v1++\n", i%4)))
	}
	<-done
}
