package rtype

import (
	"fmt"
	"reflect"
	"unsafe"
)

// nilReceiver is the panic of Go when a method of T is called on a nil *T.
type nilReceiver struct{ typ, method string }

func (e nilReceiver) Error() string {
	return fmt.Sprintf("value method %s.%s called using nil *%s pointer", e.typ, e.method, e.typ[len(pkgPath)+1:])
}

// RuntimeError marks the error as one of the run-time system's.
func (nilReceiver) RuntimeError() {}

// NilReceiver is Go's panic when method of typ, which wants a value, is called on a nil pointer. The type is spelled as
// in eval.Type.Go.
func NilReceiver(typ, method string) error { return nilReceiver{typ, method} }

// Bind gives a method its function, whose first parameter is the receiver. It may be called again
// with another function.
func (t *Table) Bind(typ, name string, f reflect.Value) error {
	t.mu.RLock()
	e := t.types[typ]
	var m *bound
	if e != nil {
		m = e.methods[name]
	}
	t.mu.RUnlock()
	switch {
	case e == nil:
		return fmt.Errorf("bind method %s: type %s is not declared", name, typ)
	case !methodsSupported:
		return nil
	case m == nil:
		return fmt.Errorf("bind method %s: type %s has no such method", name, typ)
	case f.Kind() != reflect.Func || f.IsNil():
		return fmt.Errorf("bind method %s of %s: no function", name, typ)
	}
	recv := typeOf(e.own.h)
	if m.Ptr {
		recv = typeOf(e.ptr.h)
	}
	if want := withReceiver(recv, m.typ); f.Type() != want {
		return fmt.Errorf("bind method %s of %s: the function is a %v, not a %v", name, typ, f.Type(), want)
	}
	m.set(f)
	return nil
}

// withReceiver is a method's type with the receiver as its first parameter.
func withReceiver(recv, f reflect.Type) reflect.Type {
	in := []reflect.Type{recv}
	for i := range f.NumIn() {
		in = append(in, f.In(i))
	}
	var out []reflect.Type
	for i := range f.NumOut() {
		out = append(out, f.Out(i))
	}
	return reflect.FuncOf(in, out, f.IsVariadic())
}

// set makes f the method's function. A function that wants the receiver as a stub has it is called by the stub
// itself; one that wants a value where the stub has a pointer is called by a function in between.
func (m *bound) set(f reflect.Value) {
	first := m.function.Swap(&f) == nil
	m.direct.Store(madeFrom(f))
	if m.pointer == unreachable {
		return
	}
	code := functionOf(f.Interface())
	if m.Ptr {
		setStub(m.pointer, code)
		return
	}
	setStub(m.value, code)
	if first {
		setStub(m.pointer, functionOf(m.byPointer().Interface()))
	}
}

// byPointer is a function that calls the method of what its first parameter points to.
func (m *bound) byPointer() reflect.Value {
	typ := typeOf(m.owner.own.h)
	variadic := m.typ.IsVariadic()
	return reflect.MakeFunc(withReceiver(reflect.TypeFor[unsafe.Pointer](), m.typ), func(args []reflect.Value) []reflect.Value {
		p := args[0].UnsafePointer()
		if p == nil {
			panic(nilReceiver{m.owner.decl.Go, m.Name})
		}
		recv := reflect.New(typ).Elem()
		recv.Set(reflect.NewAt(typ, p).Elem())
		args[0] = recv
		if f := m.direct.Load(); f != nil {
			return (*f)(args)
		}
		return m.call(variadic, args)
	})
}

// madeFunc is where package reflect keeps the function of a value that reflect.MakeFunc has made: the code of all such
// values, and the place of the function in words. A zero code tells that this Go keeps it elsewhere.
var madeFunc = func() (m struct {
	code  uintptr
	place uintptr
}) {
	inner := func([]reflect.Value) []reflect.Value { return nil }
	impl := functionOf(reflect.MakeFunc(reflect.TypeFor[func()](), inner).Interface())
	for i := range uintptr(6) {
		if *(*unsafe.Pointer)(unsafe.Add(impl, i*unsafe.Sizeof(i))) == functionOf(inner) {
			m.code, m.place = *(*uintptr)(impl), i*unsafe.Sizeof(i)
			break
		}
	}
	return m
}()

// madeFrom is the function from which reflect.MakeFunc has made f; nil when it has not. The interpreter's
// functions are such, and to call what they are made from takes half the time.
func madeFrom(f reflect.Value) *func([]reflect.Value) []reflect.Value {
	p := functionOf(f.Interface())
	if madeFunc.code == 0 || *(*uintptr)(p) != madeFunc.code {
		return nil
	}
	return (*func([]reflect.Value) []reflect.Value)(unsafe.Add(p, madeFunc.place))
}

// call calls the function. The last argument of a variadic one is a slice.
func (m *bound) call(variadic bool, args []reflect.Value) []reflect.Value {
	f := m.function.Load()
	if f == nil {
		panic("method " + m.owner.decl.Go + "." + m.Name + " is called before its declaration is loaded")
	}
	if variadic {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

// Method returns a method of x as a function without receiver, also one that is not exported; the
// zero Value when x has no such method.
func (t *Table) Method(x any, name string) reflect.Value {
	v := reflect.ValueOf(x)
	if !v.IsValid() {
		return reflect.Value{}
	}
	t.mu.RLock()
	e := t.made[v.Type()]
	var m *bound
	if e != nil {
		m = e.methods[name]
	}
	t.mu.RUnlock()
	pointer := e != nil && v.Type() == typeOf(e.ptr.h)
	if m == nil || m.Ptr && !pointer {
		return v.MethodByName(name)
	}
	if pointer && !m.Ptr {
		if v.IsNil() {
			panic(nilReceiver{e.decl.Go, name})
		}
		v = reflect.ValueOf(v.Elem().Interface())
	}
	variadic := m.typ.IsVariadic()
	return reflect.MakeFunc(m.typ, func(args []reflect.Value) []reflect.Value {
		return m.call(variadic, append([]reflect.Value{v}, args...))
	})
}
