package rtype

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// TestContents shows values of session types that are held in interfaces.
func TestContents(t *testing.T) {
	tb := newTable()
	define(t, tb, named("T", "struct{d time.Duration; N int}"), named("Shape", "interface{Area() int}"), named("Sq", "int", "Area", "func() int"),
		named("Box", "struct{In any; Shapes []Shape; own any}"))
	v := reflect.New(tb.Type("T")).Elem()
	v.Field(0).Set(reflect.ValueOf(time.Second))
	x := v.Interface()
	shapes := reflect.MakeSlice(reflect.SliceOf(tb.Type("Shape")), 2, 2)
	shapes.Index(0).Set(reflect.New(tb.Type("Sq")).Elem())
	box := reflect.New(tb.Type("Box")).Elem()
	box.Field(0).Set(v)
	box.Field(1).Set(shapes)
	box.Field(2).Set(v)
	loop := []any{x, nil}
	loop[1] = loop
	want := "{1000000000 0}"
	show := func(x any, want string) {
		t.Helper()
		if got := fmt.Sprint(tb.Shown(x)); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	show(x, want)
	show([]any{x, 1, nil, []any{x}}, "["+want+" 1 <nil> ["+want+"]]")
	show(map[string]any{"a": x, "b": 2}, "map[a:"+want+" b:2]")
	show([2]any{x, "s"}, "["+want+" s]")
	show(struct{ X any }{x}, "{"+want+"}")
	show(shapes.Interface(), "[0 <nil>]")
	show(box.Interface(), "{"+want+" [0 <nil>] "+want+"}")
	show(map[any]any{x: x}, "map["+fmt.Sprint(x)+":"+want+"]")
	tb.Shown(loop)
	// Nothing is copied without need, and nothing of the original changes.
	plain := []any{1, "a", &plainStruct{}}
	if got := tb.Shown(plain).([]any); &got[0] != &plain[0] {
		t.Error("a slice without session types was copied")
	}
	list := []any{x}
	if tb.Shown(list); reflect.TypeOf(list[0]) != tb.Type("T") {
		t.Error("the original has changed")
	}
	p := reflect.New(tb.Type("Box"))
	if shown := tb.Shown(p.Interface()); reflect.ValueOf(shown).Pointer() != p.Pointer() {
		t.Error("what a pointer points to was copied")
	}
	// An encoder notes what a type can do; it sees a new twin afterwards.
	data := map[string]any{"t": x}
	if b, err := json.Marshal(tb.Shown(data)); string(b) != `{"t":{"N":0}}` {
		t.Errorf("%s %v", b, err)
	}
	define(t, tb, named("T", "struct{d time.Duration; N int}", "MarshalText", "func() ([]byte, error)", "*UnmarshalText", "func([]byte) error"))
	bindTo(t, tb, "T", "MarshalText", false, reflect.TypeFor[func() ([]byte, error)](), func(recv reflect.Value, _ []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf([]byte("text")), reflect.Zero(reflect.TypeFor[error]())}
	})
	bindTo(t, tb, "T", "UnmarshalText", true, reflect.TypeFor[func([]byte) error](), func(recv reflect.Value, a []reflect.Value) []reflect.Value {
		recv.Elem().Field(1).SetInt(int64(a[0].Len()))
		return []reflect.Value{reflect.Zero(reflect.TypeFor[error]())}
	})
	if b, err := json.Marshal(tb.Shown(data)); string(b) != `{"t":"text"}` {
		t.Errorf("%s %v", b, err)
	}
	if err := json.Unmarshal([]byte(`"four"`), tb.Shown(v.Addr().Interface())); err != nil || v.Field(1).Int() != 4 {
		t.Errorf("%v %v", v, err)
	}
}

type plainStruct struct{ _ any }

// TestTwins compares the twins of recursive types with the types.
func TestTwins(t *testing.T) {
	tb := newTable()
	define(t, tb, named("Node", "struct{left, Right *Node; kids map[string][]Node; Pair pair; embed__Leaf Leaf}", "String", "func() string", "hidden", "func()"),
		literal("pair", "", "struct{A, B *Node}"), named("Leaf", "struct{v int `json:\"v,omitempty\"`}"), named("Fn", "func(Node) *Node"), named("Ch", "chan Node"))
	r := tb.Type("Node")
	twin := reflect.TypeOf(tb.Shown(reflect.Zero(r).Interface()))
	if twin == r || twin.String() != "main.Node" || twin.Size() != r.Size() || twin.PkgPath() != "main" || twin.NumMethod() != 1 || reflect.PointerTo(twin).String() != "*main.Node" {
		t.Errorf("the twin is %v", twin)
	}
	if twin.Field(0).Type.Elem() != twin || twin.Field(2).Type.Elem().Elem() != twin || twin.Field(3).Type.Field(1).Type.Elem() != twin {
		t.Error("the twin refers to the type")
	}
	for i, want := range []bool{false, true, false, true, true} {
		if f := twin.Field(i); f.IsExported() != want {
			t.Errorf("%s is exported: %t", f.Name, f.IsExported())
		}
	}
	if f := twin.Field(4); !f.Anonymous || string(f.Type.Field(0).Tag) != `json:"v,omitempty"` || f.Type.Field(0).IsExported() {
		t.Errorf("%+v", f)
	}
	for _, n := range []string{"Fn", "Ch", "Leaf"} {
		p := reflect.New(tb.Type(n)).Interface()
		if a, b := reflect.TypeOf(tb.Shown(p)), reflect.TypeOf(tb.Shown([]any{p}).([]any)[0]); a != b || a.String() != "*main."+n {
			t.Errorf("%v, %v", a, b)
		}
	}
	if x := tb.Shown(nil); x != nil {
		t.Error(x)
	}
	if x := reflect.ValueOf(tb.Shown(reflect.MakeSlice(reflect.SliceOf(r), 2, 3).Interface())); x.Type().Elem() != twin || x.Cap() != 3 {
		t.Error(x.Type())
	}
}
