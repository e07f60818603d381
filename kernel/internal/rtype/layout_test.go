package rtype

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"iyagi/kernel/internal/eval"
)

// Types of all kinds as the compiler makes them, and their texts.
type (
	Celsius float64
	Name    string
	Flag    bool
	Big     [3000]*Node
	Bytes   []byte
	Node    struct {
		Key         string
		left, right *Node
		m           map[string]Node
		list        []Node
		f           func(Node, ...*Node) (Node, error)
		c           chan<- Node
		i           any
		e           error
		a           [3]Leaf
	}
	Leaf struct {
		a int8
		b int64
		c int8
		d *Leaf
		s string
	}
	S     []S
	M     map[string]M
	P     *P
	F     func(F, ...F) F
	C     chan C
	R     <-chan []R
	I     interface{ Self() I }
	Un    interface{ hidden(I) bool }
	Even  struct{ next *Odd }
	Odd   struct{ next *Even }
	Empty struct{}
	Tail  struct {
		n int64
		z Empty
	}
	Blank struct {
		_ int32
		A int16
		_ [3]byte
		b uint8
	}
	Padded struct {
		a int32
		b int64
	}
	Dense struct {
		a, b int32
		c    *int
	}
	One    struct{ p *int }
	OneArr [1]One
	OneM   struct{ m map[int]*OneM }
	OneF   struct{ f func() }
	Zero   [0]func()
	None   [0]*Node
	Grid   [2][3]Leaf
	Huge   struct {
		a Big
		s string
		n [40000]Leaf
	}
	HugeArr [5]Huge
	Embed   struct {
		Leaf
		*Node
		fmt.Stringer
		sync.Mutex
		N int `json:"n"`
	}
	Mine      time.Time
	MyReader  io.Reader
	MyCtx     context.Context
	MyHeader  http.Header
	Handler   http.HandlerFunc
	MyRand    struct{ r *rand.Rand }
	Buf       struct{ b bytes.Buffer }
	Raw       unsafe.Pointer
	Keyed     map[Leafless][2]*Keyed
	Leafless  struct{ x, y int }
	BigMap    map[BigKey]BigKey
	BigKey    [40]int
	KeyUpdate map[Floats]struct{}
	Floats    struct {
		f float64
		i any
	}
	Wrap struct {
		in struct {
			X int
			Y *Wrap
		}
		anon struct{ q []Wrap }
	}
	Cx complex64
	G  [4]Celsius
)

var layouts = []struct {
	text string
	want reflect.Type
}{
	{"float64", reflect.TypeFor[Celsius]()}, {"string", reflect.TypeFor[Name]()}, {"bool", reflect.TypeFor[Flag]()},
	{"[3000]*Node", reflect.TypeFor[Big]()}, {"[]byte", reflect.TypeFor[Bytes]()},
	{"struct{Key string; left, right *Node; m map[string]Node; list []Node; f func(Node, ...*Node) (Node, error); c chan<- Node; i any; e error; a [3]Leaf}", reflect.TypeFor[Node]()},
	{"struct{a int8; b int64; c int8; d *Leaf; s string}", reflect.TypeFor[Leaf]()},
	{"[]S", reflect.TypeFor[S]()}, {"map[string]M", reflect.TypeFor[M]()}, {"*P", reflect.TypeFor[P]()}, {"func(F, ...F) F", reflect.TypeFor[F]()},
	{"chan C", reflect.TypeFor[C]()}, {"<-chan []R", reflect.TypeFor[R]()}, {"interface{Self() I}", reflect.TypeFor[I]()}, {"interface{hidden(I) bool}", reflect.TypeFor[Un]()},
	{"struct{next *Odd}", reflect.TypeFor[Even]()}, {"struct{next *Even}", reflect.TypeFor[Odd]()}, {"struct{}", reflect.TypeFor[Empty]()},
	{"struct{n int64; z Empty}", reflect.TypeFor[Tail]()}, {"struct{_ int32; A int16; _ [3]byte; b uint8}", reflect.TypeFor[Blank]()},
	{"struct{a int32; b int64}", reflect.TypeFor[Padded]()}, {"struct{a, b int32; c *int}", reflect.TypeFor[Dense]()},
	{"struct{p *int}", reflect.TypeFor[One]()}, {"[1]One", reflect.TypeFor[OneArr]()}, {"struct{m map[int]*OneM}", reflect.TypeFor[OneM]()}, {"struct{f func()}", reflect.TypeFor[OneF]()},
	{"[0]func()", reflect.TypeFor[Zero]()}, {"[0]*Node", reflect.TypeFor[None]()}, {"[2][3]Leaf", reflect.TypeFor[Grid]()},
	{"struct{a Big; s string; n [40000]Leaf}", reflect.TypeFor[Huge]()}, {"[5]Huge", reflect.TypeFor[HugeArr]()},
	{"struct{embed__Leaf Leaf; embed__Node *Node; embed__Stringer fmt.Stringer; embed__Mutex sync.Mutex; N int `json:\"n\"`}", reflect.TypeFor[Embed]()},
	{"time.Time", reflect.TypeFor[Mine]()}, {"io.Reader", reflect.TypeFor[MyReader]()}, {"context.Context", reflect.TypeFor[MyCtx]()},
	{"http.Header", reflect.TypeFor[MyHeader]()}, {"http.HandlerFunc", reflect.TypeFor[Handler]()},
	{"struct{r *rand__.Rand}", reflect.TypeFor[MyRand]()}, {"struct{b bytes.Buffer}", reflect.TypeFor[Buf]()}, {"unsafe.Pointer", reflect.TypeFor[Raw]()},
	{"map[Leafless][2]*Keyed", reflect.TypeFor[Keyed]()}, {"struct{x, y int}", reflect.TypeFor[Leafless]()}, {"map[BigKey]BigKey", reflect.TypeFor[BigMap]()}, {"[40]int", reflect.TypeFor[BigKey]()},
	{"map[Floats]struct{}", reflect.TypeFor[KeyUpdate]()}, {"struct{f float64; i any}", reflect.TypeFor[Floats]()},
	{"struct{in in__; anon anon__}", reflect.TypeFor[Wrap]()}, {"complex64", reflect.TypeFor[Cx]()}, {"[4]Celsius", reflect.TypeFor[G]()},
}

// allTypes defines the types of layouts.
func allTypes(t testing.TB) *Table {
	tb := newTable()
	decls := []Decl{literal("in__", "", "struct{X int; Y *Wrap}"), literal("anon__", "struct { q []main.Wrap }", "struct{q []Wrap}")}
	for _, l := range layouts {
		decls = append(decls, named(l.want.Name(), l.text))
	}
	define(t, tb, decls...)
	return tb
}

// TestLayout compares made types with the compiler's.
func TestLayout(t *testing.T) {
	tb := allTypes(t)
	for _, l := range layouts {
		got := tb.Type(l.want.Name())
		t.Run(l.want.Name(), func(t *testing.T) {
			same(t, got, l.want, 0)
			same(t, reflect.PointerTo(got), reflect.PointerTo(l.want), 0)
			same(t, reflect.SliceOf(got), reflect.SliceOf(l.want), 0)
			if got.Comparable() {
				same(t, reflect.MapOf(got, got), reflect.MapOf(l.want, l.want), 0)
			}
			twin := reflect.TypeOf(tb.Shown(reflect.Zero(got).Interface()))
			if got.Kind() != reflect.Interface {
				same(t, twin, l.want, 0)
				if n, m := twin.NumMethod(), 0; n != m {
					t.Errorf("%d methods", n)
				}
				if twin.Kind() == reflect.Struct {
					for i := range twin.NumField() {
						if a, b := twin.Field(i), l.want.Field(i); a.IsExported() != b.IsExported() || a.Tag != b.Tag || a.Anonymous != b.Anonymous {
							t.Errorf("field %+v, not %+v", a, b)
						}
					}
				}
			}
		})
	}
}

// same compares two descriptions; of the types that they refer to the names.
func same(t *testing.T, got, want reflect.Type, depth int) {
	t.Helper()
	g, w := headerOf(got), headerOf(want)
	flags := uint8(flagsOfLayout | flagNamed)
	if want.Kind() == reflect.Struct && want.Name() == "" {
		flags &^= flagRegularMemory // reflect.StructOf finds it only for few
	}
	if a, b := strings.ReplaceAll(want.String(), "rtype.", "main."), got.String(); a != b {
		t.Errorf("%v: called %v", a, b)
	}
	if got.Name() != want.Name() && !strings.Contains(want.String(), "[") {
		t.Errorf("%v: name %q", want, got.Name())
	}
	if g.Size != w.Size || g.Align != w.Align || g.FieldAlign != w.FieldAlign || g.Kind != w.Kind || (g.Equal == nil) != (w.Equal == nil) {
		t.Errorf("%v: %+v\nnot %+v", want, g, w)
	}
	if g.PtrBytes != w.PtrBytes || g.TFlag&flags != w.TFlag&flags {
		t.Errorf("%v: %d bytes with pointers, flags %b, not %d, %b", want, g.PtrBytes, g.TFlag&flags, w.PtrBytes, w.TFlag&flags)
	}
	if g.PtrBytes > 0 && g.TFlag&flagMaskOnDemand == 0 {
		n := (g.PtrBytes/8 + 7) / 8
		if a, b := unsafe.Slice(g.GCData, n), unsafe.Slice(w.GCData, n); !bytes.Equal(a, b) {
			t.Errorf("%v: mask %b, not %b", want, a, b)
		}
	}
	if depth > 3 {
		return
	}
	switch want.Kind() {
	case reflect.Struct:
		for i := range want.NumField() {
			a, b := got.Field(i), want.Field(i)
			if a.Name != b.Name || a.Offset != b.Offset || a.Anonymous != b.Anonymous {
				t.Errorf("%v: field %+v, not %+v", want, a, b)
			}
			same(t, a.Type, b.Type, depth+1)
		}
	case reflect.Array, reflect.Slice, reflect.Pointer:
		same(t, got.Elem(), want.Elem(), depth+1)
	case reflect.Chan:
		if got.ChanDir() != want.ChanDir() {
			t.Errorf("%v: direction %v", want, got.ChanDir())
		}
		same(t, got.Elem(), want.Elem(), depth+1)
	case reflect.Map:
		same(t, got.Key(), want.Key(), depth+1)
		same(t, got.Elem(), want.Elem(), depth+1)
		a, b := (*mapType)(unsafe.Pointer(g)), (*mapType)(unsafe.Pointer(w))
		if a.GroupSize != b.GroupSize || a.SlotSize != b.SlotSize || a.ElemOffset != b.ElemOffset || a.Flags != b.Flags {
			t.Errorf("%v: map %+v, not %+v", want, a, b)
		}
	case reflect.Func:
		if got.NumIn() != want.NumIn() || got.NumOut() != want.NumOut() || got.IsVariadic() != want.IsVariadic() {
			t.Errorf("%v: %v", want, got)
		}
		for i := range want.NumIn() {
			same(t, got.In(i), want.In(i), depth+1)
		}
		for i := range want.NumOut() {
			same(t, got.Out(i), want.Out(i), depth+1)
		}
	case reflect.Interface:
		for i := range want.NumMethod() {
			a, b := got.Method(i), want.Method(i)
			if a.Name != b.Name || strings.ReplaceAll(b.PkgPath, "iyagi/kernel/internal/rtype", "main") != a.PkgPath {
				t.Errorf("%v: method %+v, not %+v", want, a, b)
			}
			same(t, a.Type, b.Type, depth+1)
		}
	}
}

func TestVerify(t *testing.T) {
	if err := verified(); err != nil {
		t.Fatal(err)
	}
	// What would be found if the fields of a description had other places.
	type other struct {
		sample
		n int
	}
	for _, h := range []*header{headerOf(reflect.TypeFor[other]()), headerOf(reflect.TypeFor[[2]sample]()), headerOf(reflect.TypeFor[*sample]()),
		headerOf(reflect.TypeFor[struct{ sample }]())} {
		if err := verify(h, reflect.TypeFor[sample](), 4); err == nil {
			t.Errorf("the description of %v passes for another", typeOf(h))
		}
	}
}

func TestErrors(t *testing.T) {
	tb := newTable()
	for _, c := range []struct {
		want  string
		decls []Decl
	}{
		{"contains itself", []Decl{named("A", "struct{b B}"), named("B", "[2]A")}},
		{"type X is not declared", []Decl{named("A", "struct{b *X}")}},
		{"package fmt has no type Nothing", []Decl{named("A", "fmt.Nothing")}},
		{"cannot be the key of a map", []Decl{named("A", "map[B]int"), named("B", "[]int")}},
		{"expected", []Decl{named("A", "struct{")}},
		{"needs a declaration of its own", []Decl{named("A", "[]struct{x int}")}},
		{"method M of main.A has the type", []Decl{named("A", "int", "M", "int")}},
	} {
		err := tb.Define(c.decls)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.decls, err)
		}
		if tb.Type("A") != nil || tb.Type("B") != nil {
			t.Errorf("%v: a type was left", c.decls)
		}
	}
	define(t, tb, named("A", "int"))
	a := tb.Type("A")
	if err := tb.Define([]Decl{named("A", "string"), named("B", "X")}); err == nil || tb.Type("A") != a {
		t.Errorf("%v: type %v", err, tb.Type("A"))
	}
	if err := tb.Bind("A", "M", reflect.ValueOf(func() {})); err == nil {
		t.Error("a method that is not there was bound")
	}
}

func TestIdentity(t *testing.T) {
	tb := newTable()
	define(t, tb,
		literal("point1", "", "struct{X, Y int}"), literal("point2", "", "struct{X int; Y int}"),
		literal("hid1", "struct { x int; y *main.T }", "struct{x int; y *T}"), literal("hid2", "struct { x int; y *main.T }", "struct{x int; y *T}"),
		literal("tag", "struct { x int \"k\"; y *main.T }", "struct{x int `k`; y *T}"),
		literal("in1", "interface { M(main.T); N() }", "interface{N(); M(T)}"), literal("in2", "interface { M(main.T); N() }", "interface{M(x T); N()}"),
		literal("deep1", "struct { h struct { x int; y *main.T } }", "struct{h hid1}"), literal("deep2", "struct { h struct { x int; y *main.T } }", "struct{h hid2}"),
		named("T", "struct{X, Y int}"))
	if got, want := tb.Type("point1"), reflect.TypeFor[struct{ X, Y int }](); got != want || tb.Type("point2") != want {
		t.Errorf("%v is not the compiled %v", got, want)
	}
	for _, p := range [][2]string{{"hid1", "hid2"}, {"in1", "in2"}, {"deep1", "deep2"}} {
		if tb.Type(p[0]) != tb.Type(p[1]) {
			t.Errorf("%s and %s differ", p[0], p[1])
		}
	}
	if tb.Type("hid1") == tb.Type("tag") {
		t.Error("types with other tags are identical")
	}
	define(t, tb, literal("hid3", "struct { x int; y *main.T }", "struct{x int; y *T}"))
	if tb.Type("hid3") != tb.Type("hid1") {
		t.Error("a literal of a later cell is another type")
	}
	old := tb.Type("T")
	define(t, tb, named("T", "struct{X, Y int}"))
	if tb.Type("T") != old {
		t.Error("the same declaration made another type")
	}
	define(t, tb, Decl{Name: "T2", Type: eval.Type{Go: "main.T", Named: true, Text: "struct{X, Y int}"}})
	if a, b := tb.Type("T2"), tb.Type("T"); a == b || a.String() != b.String() || reflect.Zero(a).Interface() == reflect.Zero(b).Interface() {
		t.Error("a declaration of the same name in a later cell is the same type")
	}
	if !tb.Type("T").ConvertibleTo(tb.Type("T2")) || !reflect.TypeFor[struct{ X, Y int }]().AssignableTo(tb.Type("T")) {
		t.Error("types with the same underlying type cannot be converted")
	}
	if tb.Name(tb.Type("T")) != "T" || tb.Name(reflect.PointerTo(tb.Type("T"))) != "" || tb.Name(reflect.TypeFor[int]()) != "" {
		t.Error("Name is wrong")
	}
	generic := Decl{Name: "L__1", Type: eval.Type{Go: "main.List[main.Pair[int,string]]", Named: true, Text: "[]T"}}
	define(t, tb, generic)
	if r := tb.Type("L__1"); r.Name() != "List[main.Pair[int,string]]" || fmt.Sprintf("%T", reflect.New(r).Interface()) != "*main.List[main.Pair[int,string]]" {
		t.Errorf("a generic type is called %s", r.Name())
	}
}

// TestRandomLayout compares structs of random fields with those that reflect makes.
func TestRandomLayout(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	tb := newTable()
	basics := []string{"int8", "int16", "int32", "int64", "uint8", "float32", "float64", "complex64", "complex128", "string", "bool", "any", "error", "uintptr",
		"*int", "[]int", "map[string]int", "chan int", "func(int)", "struct{}", "unsafe.Pointer", "time.Time", "sync.Mutex"}
	var text func(depth int) string
	text = func(depth int) string {
		switch k := rnd.IntN(10); {
		case depth > 0 && k == 0:
			return fmt.Sprintf("[%d]%s", []int{0, 1, 2, 3, 17, 1000}[rnd.IntN(6)], text(depth-1))
		case depth > 0 && k < 3:
			s := "struct{"
			for i := range rnd.IntN(5) {
				s += fmt.Sprintf("F%d %s; ", i, text(depth-1))
			}
			return s + "}"
		}
		return basics[rnd.IntN(len(basics))]
	}
	for i := range 500 {
		fields := ""
		for j := range rnd.IntN(6) {
			fields += fmt.Sprintf("F%d %s; ", j, text(3))
		}
		lit, own := fmt.Sprint("L", i), fmt.Sprint("T", i)
		define(t, tb, literal(lit, "", "struct{"+fields+"}"), named(own, "struct{"+fields+"}"))
		g, w := headerOf(tb.Type(own)), headerOf(tb.Type(lit))
		const flags = flagsOfLayout &^ flagRegularMemory // which reflect does not find for all
		if g.Size != w.Size || g.PtrBytes != w.PtrBytes || g.Align != w.Align || (g.Equal == nil) != (w.Equal == nil) || g.TFlag&flags != w.TFlag&flags ||
			w.TFlag&^g.TFlag&flagRegularMemory != 0 {
			t.Errorf("struct{%s}: %+v, not %+v", fields, g, w)
		}
		if g.PtrBytes > 0 && g.TFlag&flagMaskOnDemand == 0 {
			bit := func(h *header, i uintptr) bool {
				return i < h.PtrBytes/8 && unsafe.Slice(h.GCData, i/8+1)[i/8]>>(i%8)&1 != 0
			}
			for k := range g.PtrBytes / 8 {
				// Package reflect marks the type of an interface as a pointer, the compiler does not.
				if bit(g, k) != bit(w, k) && !(bit(w, k) && bit(g, k+1)) {
					t.Errorf("struct{%s}: word %d is a pointer: %t", fields, k, bit(g, k))
					break
				}
			}
		}
		for j := range tb.Type(own).NumField() {
			if a, b := tb.Type(own).Field(j), tb.Type(lit).Field(j); a.Offset != b.Offset || a.Type != b.Type {
				t.Errorf("struct{%s}: field %+v, not %+v", fields, a, b)
			}
		}
		if runtimeValue := reflect.New(tb.Type(own)); i%10 == 0 {
			runtime.GC()
			runtime.KeepAlive(runtimeValue)
		}
	}
}
