package main

import (
	"fmt"
	"reflect"
	"time"
)

type In struct {
	A int
	b string `json:"bb"`
}

type P struct {
	Name string `json:"name" db:"n"`
	age  int
	In
	d time.Duration
	*Q
	_ int
}

type Q struct {
	z int
	Z int
}

func (P) Hello(s string) string { return "hello " + s }
func (P) hidden()               {}
func (*P) Grow()                {}

type Shape interface {
	Area() float64
	name() string
}

type List[T any] struct{ items []T }

func (l *List[T]) Add(v T) { l.items = append(l.items, v) }

type plain struct{ x int }

func try(f func()) {
	defer func() { fmt.Println(recover()) }()
	f()
}

func fields(x any) {
	t, v := reflect.TypeOf(x), reflect.ValueOf(x)
	fmt.Println(t, t.Name(), t.PkgPath(), t.Kind(), t.Size(), t.NumField(), t.Comparable())
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag, f.Tag.Get("json"), f.PkgPath, f.IsExported(), f.Anonymous, f.Offset, f.Index, v.Field(i).CanInterface(), v.Field(i).CanSet(), v.Field(i).Kind())
	}
}

func main() {
	p := P{"x", 3, In{1, "b"}, time.Second, &Q{5, 6}, 0}
	fields(p)
	fields(*p.Q)
	fields(plain{1})
	fields(List[In]{})
	fields(struct {
		A int
		b plain
	}{})
	t, v := reflect.TypeOf(p), reflect.ValueOf(p)
	for _, f := range reflect.VisibleFields(t) {
		fmt.Print(f.Name, f.Index, f.IsExported(), " ")
	}
	f, ok := t.FieldByName("b")
	fmt.Println(f.Name, f.PkgPath, f.Tag, ok, f.Index)
	e := reflect.ValueOf(&p).Elem()
	e.Field(0).SetString("set")
	e.FieldByName("A").SetInt(9)
	e.FieldByName("Z").SetInt(7)
	fmt.Println(p.Name, p.A, p.Z, e.FieldByName("age").Int(), e.FieldByName("age").CanSet(), e.Field(3), e.FieldByName("z").Int(), e.FieldByName("none").IsValid())
	fmt.Println(e.Field(2).Field(1).String(), e.Field(2).Interface().(In).A, e.Field(4).Elem().Field(0).CanSet())
	try(func() { v.Field(1).Interface() })
	try(func() { e.FieldByName("age").SetInt(4) })
	try(func() { v.Field(0).SetString("") })
	try(func() { v.Field(99) })

	pt := reflect.TypeOf(&p)
	for _, t := range []reflect.Type{t, pt, reflect.TypeOf(&List[string]{}), reflect.TypeOf((*Shape)(nil)).Elem()} {
		for i := 0; i < t.NumMethod(); i++ {
			m := t.Method(i)
			fmt.Println(t, i, m.Name, m.Type, m.IsExported(), m.Index)
		}
	}
	fmt.Println(v.MethodByName("Hello").Call([]reflect.Value{reflect.ValueOf("you")})[0], t.Method(0).Func.Call([]reflect.Value{v, reflect.ValueOf("me")})[0])
	fmt.Println(v.MethodByName("hidden").IsValid(), v.NumMethod(), reflect.ValueOf(&p).NumMethod())
	m, ok := pt.MethodByName("Grow")
	fmt.Println(m.Name, ok, m.Type)

	l := reflect.New(reflect.TypeOf(List[string]{}))
	l.MethodByName("Add").Call([]reflect.Value{reflect.ValueOf("item")})
	fmt.Println(l.Interface().(*List[string]).items, l.Type(), l.Elem().Type().Name())
	fmt.Println(reflect.TypeOf(plain{}) == reflect.TypeOf(plain{2}), reflect.DeepEqual(p, p), reflect.DeepEqual(plain{1}, plain{2}), reflect.Zero(reflect.TypeOf(plain{})).Interface() == plain{})
	mk := reflect.MakeMap(reflect.MapOf(reflect.TypeOf(plain{}), reflect.TypeOf(p)))
	mk.SetMapIndex(reflect.ValueOf(plain{4}), v)
	fmt.Println(mk.Type(), mk.Len(), mk.Interface().(map[plain]P)[plain{4}].Name)
	s := reflect.Append(reflect.MakeSlice(reflect.TypeOf([]plain{}), 0, 1), reflect.ValueOf(plain{8}))
	fmt.Println(s.Type(), s, s.Interface().([]plain)[0].x)
	fn := reflect.MakeFunc(reflect.TypeOf(func(plain) plain { return plain{} }), func(a []reflect.Value) []reflect.Value { return a })
	fmt.Println(fn.Interface().(func(plain) plain)(plain{3}), fn.Type())
	fmt.Println(reflect.TypeOf((*Shape)(nil)).Elem().Kind(), reflect.TypeOf(&p).Implements(reflect.TypeOf((*fmt.Stringer)(nil)).Elem()))
}
