package rtype

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"iyagi/kernel/internal/eval"
)

// set sets the variable behind a made value by name.
func set(v reflect.Value, field string, x any) reflect.Value {
	v.FieldByName(field).Set(reflect.ValueOf(x).Convert(v.FieldByName(field).Type()))
	return v
}

// TestReceivers calls a method of value receivers of every shape, and of pointers, in every way there is.
func TestReceivers(t *testing.T) {
	tb := newTable()
	one := 7
	for _, c := range []struct {
		name, text string
		value      any // converted to the type
		want       string
	}{
		{"Int", "int", 42, "42"}, {"Str", "string", "text", "text"}, {"Float", "float64", 1.5, "1.5"}, {"Cplx", "complex128", 1i, "(0+1i)"},
		{"Fn", "func() int", func() int { return 3 }, ""}, {"Map", "map[string]int", map[string]int{"a": 1}, "map[a:1]"},
		{"Ch", "chan int", make(chan int), ""}, {"Sl", "[]int", []int{1, 2}, "[1 2]"}, {"Arr", "[3]string", [3]string{"a", "b", "c"}, "[a b c]"},
		{"St", "struct{A int; B string; C float64; D *int; E [2]int8}", struct {
			A int
			B string
			C float64
			D *int
			E [2]int8
		}{1, "b", 2.5, nil, [2]int8{1, 2}}, "{1 b 2.5 <nil> [1 2]}"},
		{"Big", "[100]int", [100]int{1}, ""}, {"Empty", "struct{}", struct{}{}, "{}"}, {"Ptr", "struct{P *int}", struct{ P *int }{&one}, ""},
		{"PtrArr", "[1]*int", [1]*int{&one}, ""}, {"Any", "struct{X any}", struct{ X any }{1}, "{1}"}, {"Bool", "bool", true, "true"}, {"I8", "int8", int8(-3), "-3"},
		{"F32", "float32", float32(2), "2"}, {"MapS", "struct{M map[int]int}", struct{ M map[int]int }{map[int]int{1: 2}}, "{map[1:2]}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			define(t, tb, named(c.name, c.text, "String", "func() string", "*Set", "func(int) int"))
			typ := tb.Type(c.name)
			v := reflect.New(typ)
			v.Elem().Set(reflect.ValueOf(c.value).Convert(typ))
			under := reflect.TypeOf(c.value)
			text(t, tb, c.name, "String", false, func(recv reflect.Value) string {
				if recv.Type() != typ {
					t.Errorf("the receiver is a %v", recv.Type())
				}
				return fmt.Sprint(recv.Convert(under).Interface())
			})
			var last unsafe.Pointer
			bindTo(t, tb, c.name, "Set", true, reflect.TypeFor[func(int) int](), func(recv reflect.Value, args []reflect.Value) []reflect.Value {
				last = recv.UnsafePointer()
				return []reflect.Value{reflect.ValueOf(int(args[0].Int()) + 1)}
			})
			want := c.want
			if want == "" {
				want = fmt.Sprint(c.value)
			}
			byValue, byPointer := v.Elem().Interface(), v.Interface()
			results := map[string]string{
				"Stringer of T":  byValue.(fmt.Stringer).String(),
				"Stringer of *T": byPointer.(fmt.Stringer).String(),
				"Sprint":         fmt.Sprint(byValue),
				"Sprint of *T":   fmt.Sprint(byPointer),
				"Method":         reflect.ValueOf(byValue).Method(0).Call(nil)[0].String(),
				"MethodByName":   v.MethodByName("String").Call(nil)[0].String(),
				"Func of T":      typ.Method(0).Func.Call([]reflect.Value{v.Elem()})[0].String(),
				"Func of *T":     v.Type().Method(1).Func.Call([]reflect.Value{v})[0].String(),
				"method value":   reflect.ValueOf(byValue).Method(0).Interface().(func() string)(),
				"Table.Method":   tb.Method(byValue, "String").Interface().(func() string)(),
				"of a pointer":   tb.Method(byPointer, "String").Interface().(func() string)(),
				"Shown":          fmt.Sprint(tb.Shown(byValue)),
				"Shown pointer":  tb.Shown(byPointer).(fmt.Stringer).String(),
				"in a slice":     strings.Trim(fmt.Sprint(reflect.Append(reflect.MakeSlice(reflect.SliceOf(typ), 0, 1), v.Elem()).Interface()), "[]"),
			}
			for how, got := range results {
				if how == "in a slice" {
					want := strings.Trim(want, "[]")
					if got != want {
						t.Errorf("%s: %q, not %q", how, got, want)
					}
				} else if got != want {
					t.Errorf("%s: %q, not %q", how, got, want)
				}
			}
			if n := byPointer.(interface{ Set(int) int }).Set(5); n != 6 || last != v.UnsafePointer() {
				t.Errorf("the method of the pointer got %p and gave %d", last, n)
			}
			if _, ok := byValue.(interface{ Set(int) int }); ok || typ.NumMethod() != 1 || v.Type().NumMethod() != 2 {
				t.Error("the value has the pointer's methods")
			}
			defer func() {
				want := "value method main." + c.name + ".String called using nil *" + c.name + " pointer"
				if e, ok := recover().(runtime.Error); !ok || e.Error() != want {
					t.Errorf("a call through a nil pointer: %v", e)
				}
			}()
			_ = reflect.Zero(reflect.PointerTo(typ)).Interface().(fmt.Stringer).String()
		})
	}
}

type manyResults interface {
	Many(a int8, b string, c [3]int, d float32, e struct {
		X, Y float64
		S    string
	}, f any, g ...error) (string, [5]int, float64, error, complex128)
}

// TestSignatures calls methods whose parameters and results go in registers, on the stack and both.
func TestSignatures(t *testing.T) {
	tb := newTable()
	define(t, tb, named("T", "struct{n int; s string}",
		"Many", "func(int8, string, [3]int, float32, struct{X, Y float64; S string}, any, ...error) (string, [5]int, float64, error, complex128)",
		"*Add", "func(T, ...T) T"))
	m := reflect.TypeFor[manyResults]().Method(0).Type
	bindTo(t, tb, "T", "Many", false, m, func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		s := fmt.Sprint(recv.Field(0), recv.Field(1))
		for _, x := range a {
			s += fmt.Sprint(" ", x)
		}
		return []reflect.Value{reflect.ValueOf(s), reflect.ValueOf([5]int{1, 2, 3, 4, 5}), reflect.ValueOf(2.5), a[6].Index(1), reflect.ValueOf(1i)}
	})
	v := reflect.New(tb.Type("T"))
	set(set(v.Elem(), "n", 3), "s", "recv")
	for _, x := range []any{v.Interface(), v.Elem().Interface(), tb.Shown(v.Interface())} {
		s, a, f, err, c := x.(manyResults).Many(-1, "b", [3]int{1, 2, 3}, 0.5, struct {
			X, Y float64
			S    string
		}{1, 2, "z"}, "any", errors.New("e1"), errors.New("e2"))
		if s != "3 recv -1 b [1 2 3] 0.5 {1 2 z} any [e1 e2]" || a != [5]int{1, 2, 3, 4, 5} || f != 2.5 || err.Error() != "e2" || c != 1i {
			t.Error(s, a, f, err, c)
		}
	}
	add := reflect.PointerTo(tb.Type("T")).Method(0)
	bindTo(t, tb, "T", "Add", true, tb.types["T"].methods["Add"].typ, func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		n := recv.Elem().Field(0).Int() + a[0].Field(0).Int()
		for i := range a[1].Len() {
			n += a[1].Index(i).Field(0).Int()
		}
		r := reflect.New(tb.Type("T")).Elem()
		return []reflect.Value{set(r, "n", n)}
	})
	if got := v.MethodByName("Add").Call([]reflect.Value{v.Elem(), v.Elem(), v.Elem()})[0].Field(0).Int(); got != 12 {
		t.Errorf("Add is %d", got)
	}
	if add.Name != "Add" || !add.Type.IsVariadic() {
		t.Errorf("%+v", add)
	}
}

// TestInterfaces has types in the interfaces of a session and of the library.
func TestInterfaces(t *testing.T) {
	tb := newTable()
	define(t, tb,
		named("Shape", "interface{Area() float64; Name() string}"), named("Hidden", "interface{area() float64}"),
		named("Embedding", "interface{Shape; fmt.Stringer}"),
		named("Sq", "struct{s float64}", "Area", "func() float64", "Name", "func() string", "area", "func() float64"),
		named("Ci", "struct{r float64}", "*Area", "func() float64", "*Name", "func() string", "Ärger", "func()", "ärger", "func()"),
		named("TB", "struct{embed__TB testing.TB}"),
	)
	sq, ci := tb.Type("Sq"), tb.Type("Ci")
	for _, c := range []struct {
		typ   reflect.Type
		iface string
		want  bool
	}{
		{sq, "Shape", true}, {sq, "Hidden", true}, {reflect.PointerTo(sq), "Shape", true}, {reflect.PointerTo(sq), "Hidden", true},
		{ci, "Shape", false}, {reflect.PointerTo(ci), "Shape", true}, {reflect.PointerTo(ci), "Hidden", false}, {sq, "Embedding", false},
		{tb.Type("Embedding"), "Shape", true}, {tb.Type("Shape"), "Embedding", false},
	} {
		i := tb.Type(c.iface)
		if got := c.typ.Implements(i); got != c.want {
			t.Errorf("%v implements %s: %t", c.typ, c.iface, got)
		}
		if c.typ.Kind() == reflect.Interface || !c.want {
			continue
		}
		v := reflect.New(i).Elem()
		v.Set(reflect.New(c.typ).Elem())
		if v.Elem().Type() != c.typ {
			t.Errorf("%s holds a %v", c.iface, v.Elem().Type())
		}
	}
	bindTo(t, tb, "Sq", "Area", false, reflect.TypeFor[func() float64](), func(recv reflect.Value, _ []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(recv.Field(0).Float() * 2)}
	})
	bindTo(t, tb, "Sq", "area", false, reflect.TypeFor[func() float64](), func(recv reflect.Value, _ []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(recv.Field(0).Float() * 3)}
	})
	shape := reflect.New(tb.Type("Shape")).Elem()
	shape.Set(set(reflect.New(sq).Elem(), "s", 4.0))
	if got := shape.Method(0).Call(nil)[0].Float(); got != 8 {
		t.Errorf("Area through the interface is %v", got)
	}
	if got := tb.Method(shape.Interface(), "area").Call(nil)[0].Float(); got != 12 {
		t.Errorf("area is %v", got)
	}
	if m := tb.Method(shape.Interface(), "nothing"); m.IsValid() {
		t.Error("a method that is not there was found")
	}
	if m := tb.Method(time.Second, "String"); m.Interface().(func() string)() != "1s" {
		t.Error("a method of the library's type was not found")
	}
	define(t, tb, named("Deep", "struct{embed__TB *TB}"), named("Outer", "struct{embed__Deep Deep}"))
	for _, n := range []string{"TB", "Deep", "Outer"} {
		// All methods but those of the interface that lower would declare.
		if m, want := tb.types[n].methods["private"], "testing"; m == nil || m.pkg != want {
			t.Errorf("%s has no method private of the library", n)
		}
	}
	names := func(r reflect.Type) (s string) {
		for i := range r.NumMethod() {
			s += r.Method(i).Name + " "
		}
		return s
	}
	if got := names(reflect.PointerTo(ci)); got != "Area Name Ärger " {
		t.Errorf("methods %s", got)
	}
}

// TestLibrary gives types with methods to the library.
func TestLibrary(t *testing.T) {
	tb := newTable()
	define(t, tb,
		named("Err", "struct{code int}", "*Error", "func() string", "*Is", "func(error) bool", "*Unwrap", "func() error"),
		named("Level", "int", "MarshalText", "func() ([]byte, error)", "*UnmarshalText", "func([]byte) error"),
		named("Doc", "struct{Level Level; Name string; inner Level; Next *Doc}"),
		named("ByLen", "[]string", "Len", "func() int", "Less", "func(int, int) bool", "Swap", "func(int, int)"),
		named("Src", "struct{left int}", "*Read", "func([]byte) (int, error)"))
	text(t, tb, "Err", "Error", true, func(recv reflect.Value) string { return fmt.Sprint("code ", recv.Elem().Field(0)) })
	bindTo(t, tb, "Err", "Is", true, reflect.TypeFor[func(error) bool](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(a[0].Interface() == io.EOF)}
	})
	bindTo(t, tb, "Err", "Unwrap", true, reflect.TypeFor[func() error](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.Zero(reflect.TypeFor[error]())}
	})
	e := set(reflect.New(tb.Type("Err")).Elem(), "code", 5).Addr()
	err := fmt.Errorf("wrapped: %w", e.Interface().(error))
	target := reflect.New(e.Type())
	if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrNoProgress) || !errors.As(err, target.Interface()) || target.Elem().Interface() != e.Interface() || err.Error() != "wrapped: code 5" {
		t.Errorf("errors: %v", err)
	}
	bindTo(t, tb, "Level", "MarshalText", false, reflect.TypeFor[func() ([]byte, error)](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf([]byte(strings.Repeat("*", int(recv.Int())))), reflect.Zero(reflect.TypeFor[error]())}
	})
	bindTo(t, tb, "Level", "UnmarshalText", true, reflect.TypeFor[func([]byte) error](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		recv.Elem().SetInt(int64(a[0].Len()))
		return []reflect.Value{reflect.Zero(reflect.TypeFor[error]())}
	})
	doc := reflect.New(tb.Type("Doc"))
	if err := json.Unmarshal([]byte(`{"Level":"***","Name":"n","inner":"*","Next":{"Level":"**"}}`), doc.Interface()); err != nil {
		t.Fatal(err)
	}
	for _, x := range []any{doc.Interface(), tb.Shown(doc.Interface()), tb.Shown(doc.Elem().Interface())} {
		if b, err := json.Marshal(x); err != nil || string(b) != `{"Level":"***","Name":"n","Next":{"Level":"**","Name":"","Next":null}}` {
			t.Errorf("%s %v", b, err)
		}
	}
	if got := fmt.Sprintf("%+v", tb.Shown(doc.Elem().Interface())); !strings.HasPrefix(got, "{Level:3 Name:n inner:0 Next:0x") {
		t.Error(got)
	}
	list := []string{"ccc", "a", "bb"}
	sorted := reflect.ValueOf(list).Convert(tb.Type("ByLen")).Interface().(sort.Interface)
	bindTo(t, tb, "ByLen", "Len", false, reflect.TypeFor[func() int](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(recv.Len())}
	})
	bindTo(t, tb, "ByLen", "Less", false, reflect.TypeFor[func(int, int) bool](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(recv.Index(int(a[0].Int())).Len() < recv.Index(int(a[1].Int())).Len())}
	})
	bindTo(t, tb, "ByLen", "Swap", false, reflect.TypeFor[func(int, int)](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		reflect.Swapper(recv.Interface())(int(a[0].Int()), int(a[1].Int()))
		return nil
	})
	if sort.Sort(sorted); fmt.Sprint(list) != "[a bb ccc]" {
		t.Error(list)
	}
	bindTo(t, tb, "Src", "Read", true, reflect.TypeFor[func([]byte) (int, error)](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		left := recv.Elem().Field(0)
		n := min(int(left.Int()), a[0].Len())
		for i := range n {
			a[0].Index(i).SetUint('x')
		}
		left.SetInt(left.Int() - int64(n))
		err := reflect.Zero(reflect.TypeFor[error]())
		if n == 0 {
			err = reflect.ValueOf(&io.EOF).Elem()
		}
		return []reflect.Value{reflect.ValueOf(n), err}
	})
	src := set(reflect.New(tb.Type("Src")).Elem(), "left", 5000).Addr().Interface().(io.Reader)
	if b, err := io.ReadAll(src); len(b) != 5000 || err != nil {
		t.Errorf("read %d bytes, %v", len(b), err)
	}
}

// TestPanics lets panics and Goexit go through the code of a method, and calls it from deep within many goroutines.
func TestPanics(t *testing.T) {
	tb := newTable()
	define(t, tb, named("T", "struct{n int; s string}", "String", "func() string", "*Write", "func([]byte) (int, error)", "*Late", "func()"))
	mode := "panic"
	text(t, tb, "T", "String", false, func(recv reflect.Value) string {
		if mode == "exit" {
			runtime.Goexit()
		}
		panic(mode)
	})
	v := reflect.New(tb.Type("T"))
	func() {
		defer func() {
			if r := recover(); r != "panic" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = v.Interface().(fmt.Stringer).String()
	}()
	mode = "exit"
	done := make(chan bool)
	go func() {
		defer close(done)
		_ = v.Elem().Interface().(fmt.Stringer).String()
		t.Error("Goexit came back")
	}()
	<-done
	func() {
		defer func() {
			if r := recover(); r != "method main.T.Late is called before its declaration is loaded" {
				t.Errorf("recovered %v", r)
			}
		}()
		v.Interface().(interface{ Late() }).Late()
	}()
	bindTo(t, tb, "T", "Write", true, reflect.TypeFor[func([]byte) (int, error)](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(deep(int(a[0].Len()), recv.UnsafePointer())), reflect.Zero(reflect.TypeFor[error]())}
	})
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			w := reflect.New(tb.Type("T")).Interface().(io.Writer)
			for range 20 {
				if n, err := w.Write(make([]byte, i*10)); n != i*10 || err != nil {
					t.Error(n, err)
				}
			}
		})
	}
	all.Wait()
}

// deep recurses with large frames, so that the stack grows and moves, and collects garbage at the bottom.
func deep(n int, p unsafe.Pointer) int {
	var frame [512]byte
	if n == 0 {
		runtime.GC()
		return int(frame[3])
	}
	frame[n%512] = 1
	return deep(n-1, p) + int(frame[n%512])
}

// TestLater adds methods to types that are in use.
func TestLater(t *testing.T) {
	tb := newTable()
	define(t, tb, named("T", "struct{n int}"), named("U", "struct{t T; p *T}", "Area", "func() float64"))
	v := reflect.New(tb.Type("T"))
	u := reflect.New(tb.Type("U"))
	x, y := v.Elem().Interface(), u.Elem().Interface()
	for range 100 {
		if _, ok := x.(fmt.Stringer); ok {
			t.Fatal("T has a method")
		}
	}
	if got := fmt.Sprint(tb.Shown(x), tb.Shown(y), tb.Shown([]any{1})); got != "{0} {{0} <nil>} [1]" {
		t.Error(got)
	}
	define(t, tb, named("T", "struct{n int}", "String", "func() string"), named("U", "struct{t T; p *T}", "String", "func() string"))
	text(t, tb, "T", "String", false, func(reflect.Value) string { return "t" })
	text(t, tb, "U", "String", false, func(reflect.Value) string { return "u" })
	if got := fmt.Sprint(tb.Shown(x), tb.Shown(y), " ", tb.Shown(v.Interface())); got != "t u t" {
		t.Error(got)
	}
	if _, ok := x.(interface {
		String() string
		comparable()
	}); ok {
		t.Error("T has methods that it has not")
	}
	if x.(fmt.Stringer).String() != "t" || v.Type().NumMethod() != 1 || u.Type().NumMethod() != 2 {
		t.Error("the method is not there")
	}
	// Another body, another signature, the pointer's.
	text(t, tb, "T", "String", false, func(reflect.Value) string { return "t2" })
	if x.(fmt.Stringer).String() != "t2" {
		t.Error("the old body runs")
	}
	old := x.(fmt.Stringer)
	define(t, tb, named("T", "struct{n int}", "String", "func(int) string"))
	bindTo(t, tb, "T", "String", false, reflect.TypeFor[func(int) string](), func(_ reflect.Value, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(fmt.Sprint("int ", a[0]))}
	})
	if got := reflect.ValueOf(x).MethodByName("String").Call([]reflect.Value{reflect.ValueOf(4)})[0].String(); got != "int 4" {
		t.Error(got)
	}
	if old.String() != "t2" {
		t.Error("an interface of before calls another method")
	}
	var d Decl
	for i := range 10 * spare {
		d = named("T", "struct{n int}", fmt.Sprintf("M%d", i), "func() string")
		if err := tb.Define([]Decl{d}); err != nil {
			t.Fatalf("after %d methods: %v", i, err)
		}
		if n := reflect.TypeOf(x).NumMethod(); n != i+2 {
			t.Fatalf("%d methods after %d", n, i+2)
		}
		text(t, tb, "T", d.Methods[0].Name, false, func(reflect.Value) string { return d.Methods[0].Name })
		if got := reflect.ValueOf(x).MethodByName(d.Methods[0].Name).Call(nil)[0].String(); got != d.Methods[0].Name {
			t.Error(got)
		}
	}
}

// TestReaders reads a type's methods while it gets more.
func TestReaders(t *testing.T) {
	if raceDetector {
		t.Skip("reflect reads while a type gets methods, see block.publish")
	}
	tb := newTable()
	define(t, tb, named("T", "int", "A", "func() string", "B", "func() string"))
	typ := reflect.PointerTo(tb.Type("T"))
	stop := make(chan bool)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for i := range typ.NumMethod() {
					if m := typ.Method(i); m.Name == "" || m.Type.NumIn() != 1 {
						t.Error(m)
						return
					}
				}
				if _, ok := typ.MethodByName("B"); !ok {
					t.Error("B is gone")
					return
				}
				tb.Shown(reflect.Zero(tb.Type("T")).Interface())
			}
		})
	}
	for i := range 6 * spare {
		define(t, tb, named("T", "int", fmt.Sprintf("C%d", i), "func() string"))
		time.Sleep(time.Millisecond)
	}
	close(stop)
	all.Wait()
}

// TestStubsRunOut declares more methods than there is code for.
func TestStubsRunOut(t *testing.T) {
	defer func(n int) { limitStubs = n }(limitStubs)
	stubs.Lock()
	limitStubs = stubs.taken + 3
	stubs.Unlock()
	tb := newTable()
	define(t, tb, named("A", "int", "X", "func()", "hidden", "func()"))
	err := tb.Define([]Decl{named("B", "int", "X", "func()", "Y", "func()")})
	if err == nil || !strings.Contains(err.Error(), "restart the kernel") || tb.Type("B") != nil {
		t.Error(err)
	}
}

// TestFakeTB embeds an interface of the library with a method that is not exported.
func TestFakeTB(t *testing.T) {
	tb := newTable()
	tbType := reflect.TypeFor[testing.TB]()
	d := named("Fake", "struct{embed__TB testing.TB; log string}")
	for i := range tbType.NumMethod() {
		if m := tbType.Method(i); m.IsExported() {
			typ := strings.ReplaceAll(m.Type.String(), "interface {}", "any")
			d.Methods = append(d.Methods, eval.Method{Name: m.Name, Type: typ})
		}
	}
	d.Imports = append(d.Imports, eval.Import{Name: "context", Path: "context"})
	define(t, tb, d)
	v := reflect.New(tb.Type("Fake"))
	called := false
	bindTo(t, tb, "Fake", "Helper", false, reflect.TypeFor[func()](), func(reflect.Value, []reflect.Value) []reflect.Value { called = true; return nil })
	fake, ok := v.Interface().(testing.TB)
	if !ok {
		t.Fatal("a struct that embeds testing.TB is none")
	}
	if fake.Helper(); !called {
		t.Error("Helper was not called")
	}
}

// TestStubCode calls the code of stubs all over the table.
func TestStubCode(t *testing.T) {
	for _, n := range []int{maxStubs - 1, maxStubs - 2, maxStubs / 2, 20000, 12289} {
		f := func(a, b int) int { return a*b + n }
		old := table[n]
		setStub(n, functionOf(f))
		code := codeOf(n)
		p := &code
		if got := (*(*func(a, b int) int)(unsafe.Pointer(&p)))(3, 5); got != 15+n {
			t.Errorf("stub %d gives %d", n, got)
		}
		setStub(n, old)
	}
}
