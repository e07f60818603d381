package vm

import (
	"reflect"
	"sync"
	"unsafe"
)

// Bind sets the function variable that ptr points to to the function that Define made under the name. The
// function is looked up at its first call.
func Bind(name string, ptr any) bool {
	find := sync.OnceValue(func() *Func {
		registry.Lock()
		defer registry.Unlock()
		f := registry.funcs[name]
		if f == nil {
			panic("vm: the code of " + name + " is not loaded")
		}
		return f
	})
	if !bindFast(find, ptr) {
		v := reflect.ValueOf(ptr).Elem()
		v.Set(reflect.MakeFunc(v.Type(), func(args []reflect.Value) []reflect.Value { return callReflect(find(), v.Type(), args) }))
	}
	return true
}

// window returns the registers of the outermost call.
func (t *thread) window() (*nums, *ptrs) {
	return (*nums)(unsafe.Pointer(unsafe.SliceData(t.n))), (*ptrs)(unsafe.Pointer(unsafe.SliceData(t.p)))
}

//go:nocheckptr
func callReflect(f *Func, sig reflect.Type, args []reflect.Value) []reflect.Value {
	t := enter(f)
	N, P := t.window()
	var n, p uint16
	for i, a := range args {
		v := reflect.New(sig.In(i))
		v.Elem().Set(a)
		n, p = load(&f.code.Params[i], v.UnsafePointer(), N, P, n, p)
	}
	t.run(f)
	N, P = t.window()
	n, p = 0, 0
	out := make([]reflect.Value, sig.NumOut())
	for i := range out {
		v := reflect.New(sig.Out(i))
		n, p = store(&f.code.Results[i], sig.Out(i), v.UnsafePointer(), N, P, n, p)
		out[i] = v.Elem()
	}
	t.leave()
	return out
}

// bindFast makes functions of common signatures without reflection.
//
//go:nocheckptr
func bindFast(find func() *Func, ptr any) bool {
	switch ptr := ptr.(type) {
	case *func():
		*ptr = func() { f := find(); t := enter(f); t.run(f); t.leave() }
	case *func(int):
		*ptr = func(a int) { numbers(find(), uint64(a), 0) }
	case *func() int:
		*ptr = func() int { return int(numbers(find(), 0, 0)) }
	case *func(int) int:
		*ptr = func(a int) int { return int(numbers(find(), uint64(a), 0)) }
	case *func(int, int) int:
		*ptr = func(a, b int) int { return int(numbers(find(), uint64(a), uint64(b))) }
	case *func(int) bool:
		*ptr = func(a int) bool { return numbers(find(), uint64(a), 0) != 0 }
	case *func(int, int) bool:
		*ptr = func(a, b int) bool { return numbers(find(), uint64(a), uint64(b)) != 0 }
	case *func([]int):
		*ptr = func(a []int) { sequence(find(), unsafe.Pointer(unsafe.SliceData(a)), len(a), cap(a)) }
	case *func([]int) int:
		*ptr = func(a []int) int {
			return int(sequence(find(), unsafe.Pointer(unsafe.SliceData(a)), len(a), cap(a)))
		}
	case *func(string) int:
		*ptr = func(s string) int { return int(sequence(find(), unsafe.Pointer(unsafe.StringData(s)), len(s), 0)) }
	case *func(string) bool:
		*ptr = func(s string) bool {
			return sequence(find(), unsafe.Pointer(unsafe.StringData(s)), len(s), 0) != 0
		}
	default:
		return false
	}
	return true
}

// numbers calls a function of up to two numbers.
//
//go:nocheckptr
func numbers(f *Func, a, b uint64) uint64 {
	t := enter(f)
	N, _ := t.window()
	N[0], N[1] = a, b
	t.run(f)
	N, _ = t.window()
	x := N[0]
	t.leave()
	return x
}

// sequence calls a function of one slice or string.
//
//go:nocheckptr
func sequence(f *Func, data unsafe.Pointer, length, room int) uint64 {
	t := enter(f)
	N, P := t.window()
	P[0], N[0], N[1] = data, uint64(length), uint64(room)
	t.run(f)
	N, _ = t.window()
	x := N[0]
	t.leave()
	return x
}
