package vm

import (
	"reflect"
	"runtime"
	"unsafe"
)

// assertion is how the run time lays out a *runtime.TypeAssertionError.
type assertion struct {
	static, concrete, asserted unsafe.Pointer
	missing                    string
}

// assertionKnown tells whether it does.
var assertionKnown = func() (ok bool) {
	if unsafe.Sizeof(assertion{}) != unsafe.Sizeof(runtime.TypeAssertionError{}) {
		return false
	}
	defer func() {
		e, _ := recover().(*runtime.TypeAssertionError)
		a := (*assertion)(unsafe.Pointer(e))
		ok = e != nil && *a == assertion{word(reflect.TypeFor[any]()), word(reflect.TypeFor[string]()), word(reflect.TypeFor[int]()), ""}
	}()
	var x any = "a"
	return x.(int) == 0
}()

// assertFail panics as the assertion of a value with a type to another one does; static is the type of the interface.
func assertFail(static, want *typ, word unsafe.Pointer) {
	e := &runtime.TypeAssertionError{}
	if !assertionKnown {
		panic(e)
	}
	a := (*assertion)(unsafe.Pointer(e))
	*a = assertion{static: static.ptr, concrete: word, asserted: want.ptr}
	if want.t.Kind() == reflect.Interface {
		a.static = nil
		if word != nil {
			a.missing = missing(typeOf(word), want.t)
		}
	}
	panic(e)
}

// missing is the first method of an interface that t does not have.
func missing(t, iface reflect.Type) string {
	for i := range iface.NumMethod() {
		want := iface.Method(i)
		m, ok := t.MethodByName(want.Name)
		if !ok || m.Type.NumIn() != want.Type.NumIn()+1 || m.Type.NumOut() != want.Type.NumOut() {
			return want.Name
		}
	}
	return iface.Method(0).Name
}
