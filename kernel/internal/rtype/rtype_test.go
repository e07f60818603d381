package rtype

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"testing"

	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"

	"iyagi/kernel/internal/eval"
)

func TestYaegi(t *testing.T) {
	i := interp.New(interp.Options{})
	i.Use(stdlib.Symbols)
	tb := NewTable()
	tb.Library(func(pkg, n string) reflect.Type {
		for path, m := range stdlib.Symbols {
			if path == pkg+"/"+pkg {
				return m[n].Type().Elem()
			}
		}
		return nil
	})
	err := tb.Define([]Decl{
		{Name: "T", Type: eval.Type{Go: "main.T", Named: true, Text: "struct{X int; y string; next *T; m map[string]T}", Methods: []eval.Method{{Name: "String", Type: "func() string"}, {Name: "Set", Ptr: true, Type: "func(int)"}}}},
		{Name: "A", Type: eval.Type{Go: "main.A", Named: true, Text: "int", Methods: []eval.Method{{Name: "String", Type: "func() string"}}}},
		{Name: "B", Type: eval.Type{Go: "main.B", Named: true, Text: "int"}},
		{Name: "E", Type: eval.Type{Go: "main.E", Named: true, Text: "struct{code int}", Methods: []eval.Method{{Name: "Error", Ptr: true, Type: "func() string"}}}},
		{Name: "S", Type: eval.Type{Go: "main.S", Named: true, Text: "[]S"}},
		{Name: "M", Type: eval.Type{Go: "main.M", Named: true, Text: "map[string]M"}},
		{Name: "state", Type: eval.Type{Go: "main.state", Named: true, Text: "func(*lexer) state"}},
		{Name: "lexer", Type: eval.Type{Go: "main.lexer", Named: true, Text: "struct{st state; n int}"}},
		{Name: "Shape", Type: eval.Type{Go: "main.Shape", Named: true, Text: "interface{Area() float64; Name() string}"}},
		{Name: "Sq", Type: eval.Type{Go: "main.Sq", Named: true, Text: "struct{S float64}", Methods: []eval.Method{{Name: "Area", Type: "func() float64"}, {Name: "Name", Type: "func() string"}}}},
		{Name: "Ci", Type: eval.Type{Go: "main.Ci", Named: true, Text: "struct{R float64}", Methods: []eval.Method{{Name: "Area", Ptr: true, Type: "func() float64"}, {Name: "Name", Ptr: true, Type: "func() string"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sym := map[string]reflect.Value{}
	for n := range tb.types {
		sym[n] = reflect.Zero(reflect.PointerTo(tb.Type(n)))
	}
	sym["Bind"] = reflect.ValueOf(func(typ, m string, f any) {
		if err := tb.Bind(typ, m, reflect.ValueOf(f)); err != nil {
			t.Error(err)
		}
	})
	i.Use(interp.Exports{"s/s": sym})
	n := 0
	run := func(src string) {
		t.Helper()
		if src[:4] != "func" && src[:6] != "import" {
			n++
			src = fmt.Sprintf("func run%d() {\n%s\n}\nvar _ = func() bool { run%d(); return true }()", n, src, n)
		}
		if _, err := i.Eval(src); err != nil {
			t.Errorf("%v\n%s", err, src)
		}
	}
	run(`import ("s"; "fmt"; "encoding/json"; "errors"; "sort"; "time")`)
	run(`func T__String(t s.T) string { return "T:" + t.y }
func T__Set(t *s.T, x int) { t.X = x; t.y = "set" }
func A__String(a s.A) string { return fmt.Sprint("A", int(a)) }
func E__Error(e *s.E) string { return fmt.Sprint("code ", e.code) }
func Sq__Area(q s.Sq) float64 { return q.S*q.S }
func Sq__Name(q s.Sq) string { return "sq" }
func Ci__Area(q *s.Ci) float64 { return q.R*3 }
func Ci__Name(q *s.Ci) string { return "ci" }
var b = func() bool { s.Bind("T", "String", T__String); s.Bind("T","Set", T__Set); s.Bind("A","String", A__String); s.Bind("E","Error",E__Error);
s.Bind("Sq","Area", Sq__Area); s.Bind("Sq","Name", Sq__Name); s.Bind("Ci","Area", Ci__Area); s.Bind("Ci","Name", Ci__Name); return true }()
`)
	runtime.GC()
	run(`t := s.T{X: 3, y: "yy"}; t.X += 2; t.next = &s.T{X: 9}; t.m = map[string]s.T{"a": t}; fmt.Println(t, &t, []s.T{t}, map[string]s.T{"k": t}); T__Set(&t, 5); fmt.Println(t.X, t.y, t.next.X, t.m["a"].X)`)
	run(`fmt.Printf("%T %T %v %v %+v\n", s.A(1), s.B(1), s.A(1), s.B(2), struct{Z s.A}{s.A(3)})`)
	run(`m := map[interface{}]int{}; m[s.A(1)] = 1; m[s.B(1)] = 2; m[1] = 3; fmt.Println(len(m), interface{}(s.A(1)) == interface{}(s.B(1)))`)
	run(`var x interface{} = s.A(1); _, ok1 := x.(s.B); _, ok2 := x.(int); v3, ok3 := x.(s.A); fmt.Println(ok1, ok2, v3, ok3)
	switch v := x.(type) { case int: fmt.Println("int"); case s.B: fmt.Println("B"); case s.A: fmt.Println("A", v+1) }`)
	run(`fail := func() error { return &s.E{code: 5} }; err := fail(); fmt.Println(err); var e *s.E; fmt.Println(errors.As(fmt.Errorf("w %w", err), &e), e.code)`)
	run(`ss := s.S{s.S{}, s.S{}}; fmt.Println(len(ss), ss)
mm := s.M{"a": s.M{}}; mm["b"] = nil; fmt.Println(mm)`)
	run(`var st1 s.state; st1 = func(l *s.lexer) s.state { l.n++; var none s.state; if l.n > 3 { return none }; return st1 }
runl := func() int { l := &s.lexer{}; l.st = st1; for l.st != nil { l.st = l.st(l) }; return l.n }
fmt.Println(runl())`)
	run(`total := func(l []s.Shape) float64 { r := 0.0; for _, x := range l { switch v := x.(type) { case s.Sq: r += Sq__Area(v); case *s.Ci: r += Ci__Area(v) } }; return r }
l := []s.Shape{s.Sq{2}, &s.Ci{3}}; l[0] = s.Sq{S: 5}; fmt.Println(total(l), l[0].Name(), l[1].Area())`)
	run(`t := s.T{}; bs, err2 := json.Marshal(map[string]interface{}{"a": t, "b": s.Sq{3}}); fmt.Println(string(bs), err2)`)
	run(`var nilE *s.E; var er error = nilE; fmt.Println(er == nil)`)
	run(`as := []s.A{3,1,2}; sort.Slice(as, func(i, j int) bool { return as[i] < as[j] }); fmt.Println(as)`)
	run(`func bench(n int) int { p := &s.T{}; for i := 0; i < n; i++ { p.X += i }; return p.X }
func bench2(n int) float64 { var sh s.Shape = s.Sq{2}; r := 0.0; for i := 0; i < n; i++ { r += area(sh) }; return r }
func area(x s.Shape) float64 { switch v := x.(type) { case s.Sq: return Sq__Area(v); case *s.Ci: return Ci__Area(v) }; return 0 }
func bench3(n int) float64 { var sh s.Shape = s.Sq{2}; r := 0.0; for i := 0; i < n; i++ { r += sh.Area() }; return r }
func bench4(n int) float64 { var sh s.Shape = &s.Ci{2}; r := 0.0; for i := 0; i < n; i++ { r += area2(sh) }; return r }
func area2(x s.Shape) float64 { if v, ok := x.(s.Sq); ok { return Sq__Area(v) }; if v, ok := x.(*s.Ci); ok { return Ci__Area(v) }; return 0 }
type PT struct { X int; y string }
func bench5(n int) int { p := &PT{}; for i := 0; i < n; i++ { p.X += i }; return p.X }
type PS interface { Area() float64; Name() string }
type PSq struct { S float64 }
func (q PSq) Area() float64 { return q.S*q.S }
func (q PSq) Name() string { return "" }
func bench6(n int) float64 { var sh PS = PSq{2}; r := 0.0; for i := 0; i < n; i++ { r += sh.Area() }; return r }
func bench7(n int) float64 { sh := s.Sq{2}; r := 0.0; for i := 0; i < n; i++ { r += Sq__Area(sh) }; return r }
func bench8(n int) float64 { sh := PSq{2}; r := 0.0; for i := 0; i < n; i++ { r += sh.Area() }; return r }
`)
	run(`t0 := time.Now(); bench(100000); fmt.Println("native field", time.Since(t0)/100000)
t0 = time.Now(); bench5(100000); fmt.Println("yaegi field", time.Since(t0)/100000)
t0 = time.Now(); bench2(100000); fmt.Println("type switch dispatch", time.Since(t0)/100000)
t0 = time.Now(); bench4(100000); fmt.Println("assert dispatch 2nd", time.Since(t0)/100000)
t0 = time.Now(); bench3(100000); fmt.Println("native iface call", time.Since(t0)/100000)
t0 = time.Now(); bench6(100000); fmt.Println("yaegi iface call", time.Since(t0)/100000)
t0 = time.Now(); bench7(100000); fmt.Println("static call", time.Since(t0)/100000)
t0 = time.Now(); bench8(100000); fmt.Println("yaegi method call", time.Since(t0)/100000)
`)
	fmt.Println(reflect.TypeOf(errors.New), json.Valid(nil), tb.Type("T").Method(0).Name, tb.Type("T"), tb.Type("T").PkgPath(), tb.Type("T").Name())
}
