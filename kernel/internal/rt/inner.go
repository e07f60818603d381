package rt

import (
	"reflect"
	"unsafe"
)

// flagRO are the bits of a reflect.Value that say that it came from an unexported field.
var flagRO = func() uintptr {
	var s struct{ a, B int }
	v := reflect.ValueOf(s)
	return flagOf(v.Field(0)) &^ flagOf(v.Field(1))
}()

func flagOf(v reflect.Value) uintptr {
	return *(*uintptr)(unsafe.Add(unsafe.Pointer(&v), 2*unsafe.Sizeof(uintptr(0))))
}

// copyValue sets dst to what an unexported field holds.
func copyValue(dst, src reflect.Value) {
	*(*uintptr)(unsafe.Add(unsafe.Pointer(&src), 2*unsafe.Sizeof(uintptr(0)))) &^= flagRO
	dst.Set(src)
}

// hidden is v as if it came from an unexported field: fmt does not call its methods.
func hidden(v reflect.Value) reflect.Value {
	*(*uintptr)(unsafe.Add(unsafe.Pointer(&v), 2*unsafe.Sizeof(uintptr(0)))) |= flagRO & (1 << 5)
	return v
}

// Inner is the value that a library's interface holds, without what the interpreter wraps a value
// of a session type in to hand it to the library. Type assertions of lowered code look at it.
func Inner(x any) any {
	v, _ := inner(reflect.ValueOf(x))
	if !v.IsValid() || !v.CanInterface() {
		return x
	}
	return v.Interface()
}
