package vm

import (
	"reflect"
	"strings"
	"unsafe"
)

// native is a compiled function that code calls, or the type of function values that it calls.
type native struct {
	ref *NativeRef
	typ reflect.Type
	fn  any
}

// newNative returns nil when the argument is not what ref takes it for.
func newNative(ref *NativeRef, arg any) *native {
	x := &native{ref: ref, typ: reflect.TypeOf(arg), fn: arg}
	switch {
	case x.typ == nil:
		return nil
	case ref.Value:
		if x.typ.Kind() != reflect.Pointer {
			return nil
		}
		x.typ = x.typ.Elem()
	case ref.Method != "":
		m, ok := x.typ.MethodByName(ref.Method)
		if !ok {
			return nil
		}
		x.fn, x.typ = m.Func.Interface(), m.Type
	}
	if !x.fits() {
		return nil
	}
	return x
}

// fits tells whether the function has the parameters and results that the code says.
func (x *native) fits() bool {
	t := x.typ
	if t.Kind() != reflect.Func || t.NumIn() != len(x.ref.Params) || t.NumOut() != len(x.ref.Results) {
		return false
	}
	for i, l := range x.ref.Params {
		if int(t.In(i).Size()) != l.Size {
			return false
		}
	}
	for i, l := range x.ref.Results {
		if int(t.Out(i).Size()) != l.Size {
			return false
		}
	}
	return true
}

// invoke calls the function value f.
func (x *native) invoke(f unsafe.Pointer, N *nums, P *ptrs, n, p uint16) {
	if f == nil {
		var p *int
		*p = 0
	}
	// An interface of a function type holds the function's pointer.
	e := [2]unsafe.Pointer{(*[2]unsafe.Pointer)(unsafe.Pointer(&x.typ))[1], f}
	x.run(*(*any)(unsafe.Pointer(&e)), N, P, n, p)
}

func (x *native) call(N *nums, P *ptrs, n, p uint16) { x.run(x.fn, N, P, n, p) }

// run calls fn on the arguments in the registers from n and p and leaves the results there.
func (x *native) run(fn any, N *nums, P *ptrs, n, p uint16) {
	if callFast(fn, N, P, n, p) {
		return
	}
	t, f := x.typ, reflect.ValueOf(fn)
	args := make([]reflect.Value, len(x.ref.Params))
	an, ap := n, p
	for i := range args {
		v := reflect.New(t.In(i))
		an, ap = store(&x.ref.Params[i], t.In(i), v.UnsafePointer(), N, P, an, ap)
		args[i] = v.Elem()
	}
	var out []reflect.Value
	if t.IsVariadic() {
		out = f.CallSlice(args)
	} else {
		out = f.Call(args)
	}
	for i, v := range out {
		c := reflect.New(t.Out(i))
		c.Elem().Set(v)
		n, p = load(&x.ref.Results[i], c.UnsafePointer(), N, P, n, p)
	}
}

// load puts the value at from into registers and returns the ones that follow. What is boxed is not copied.
//
//go:nocheckptr
func load(l *Layout, from unsafe.Pointer, N *nums, P *ptrs, n, p uint16) (uint16, uint16) {
	if l.Boxed {
		P[p] = from
		return n, p + 1
	}
	for _, leaf := range l.Leaves {
		at := unsafe.Add(from, leaf.Offset)
		switch leaf.Kind {
		case Pointer:
			P[p] = *(*unsafe.Pointer)(at)
			p++
			continue
		case Int8:
			N[n] = uint64(*(*int8)(at))
		case Uint8:
			N[n] = uint64(*(*uint8)(at))
		case Int16:
			N[n] = uint64(*(*int16)(at))
		case Uint16:
			N[n] = uint64(*(*uint16)(at))
		case Int32:
			N[n] = uint64(*(*int32)(at))
		case Uint32:
			N[n] = uint64(*(*uint32)(at))
		case Float32:
			setFloat(N, n, float64(*(*float32)(at)))
		default:
			N[n] = *(*uint64)(at)
		}
		n++
	}
	return n, p
}

// store is the reverse of load; to is memory of type t.
//
//go:nocheckptr
func store(l *Layout, t reflect.Type, to unsafe.Pointer, N *nums, P *ptrs, n, p uint16) (uint16, uint16) {
	if l.Boxed {
		typedmemmove((*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1], to, P[p])
		return n, p + 1
	}
	for _, leaf := range l.Leaves {
		at := unsafe.Add(to, leaf.Offset)
		switch leaf.Kind {
		case Pointer:
			*(*unsafe.Pointer)(at) = P[p]
			p++
			continue
		case Int8, Uint8:
			*(*uint8)(at) = uint8(N[n])
		case Int16, Uint16:
			*(*uint16)(at) = uint16(N[n])
		case Int32, Uint32:
			*(*uint32)(at) = uint32(N[n])
		case Float32:
			*(*float32)(at) = float32(float(N, n))
		default:
			*(*uint64)(at) = N[n]
		}
		n++
	}
	return n, p
}

// callFast calls a function of a common signature without reflection.
//
//go:nocheckptr
func callFast(f any, N *nums, P *ptrs, n, p uint16) bool {
	switch f := f.(type) {
	case func():
		f()
	case func(any) any:
		*(*any)(unsafe.Pointer(&P[p])) = f(*(*any)(unsafe.Pointer(&P[p])))
	case func(...any) (int, error): // fmt.Println
		written, err := f(unsafe.Slice((*any)(P[p]), int(N[n]))...)
		N[n], *(*error)(unsafe.Pointer(&P[p])) = uint64(written), err
	case func(...any) string: // fmt.Sprint
		setString(N, P, p, n, f(unsafe.Slice((*any)(P[p]), int(N[n]))...))
	case func(string, ...any) string: // fmt.Sprintf
		setString(N, P, p, n, f(str(P[p], N[n]), unsafe.Slice((*any)(P[p+1]), int(N[n+1]))...))
	case func(float64) float64:
		setFloat(N, n, f(float(N, n)))
	case func(float64, float64) float64:
		setFloat(N, n, f(float(N, n), float(N, n+1)))
	case func(int) int:
		N[n] = uint64(f(int(N[n])))
	case func(int) bool:
		N[n] = truth(f(int(N[n])))
	case func(int, int) bool:
		N[n] = truth(f(int(N[n]), int(N[n+1])))
	case func(int, int) int:
		N[n] = uint64(f(int(N[n]), int(N[n+1])))
	case func() int:
		N[n] = uint64(f())
	case func() float64:
		setFloat(N, n, f())
	case func(string) string:
		setString(N, P, p, n, f(str(P[p], N[n])))
	case func(int) string:
		setString(N, P, p, n, f(int(N[n])))
	case func(rune) bool:
		N[n] = truth(f(rune(N[n])))
	case func(string) bool:
		N[n] = truth(f(str(P[p], N[n])))
	case func(string, string) bool:
		N[n] = truth(f(str(P[p], N[n]), str(P[p+1], N[n+1])))
	case func(string, string) int:
		N[n] = uint64(f(str(P[p], N[n]), str(P[p+1], N[n+1])))
	case func(string, int) string:
		setString(N, P, p, n, f(str(P[p], N[n]), int(N[n+1])))
	default:
		return callFastMethod(f, N, P, n, p)
	}
	return true
}

// callFastMethod is callFast for methods, those of interfaces included.
//
//go:nocheckptr
func callFastMethod(f any, N *nums, P *ptrs, n, p uint16) bool {
	switch f := f.(type) {
	case func(*strings.Builder, string) (int, error):
		written, err := f((*strings.Builder)(P[p]), str(P[p+1], N[n]))
		N[n], *(*error)(unsafe.Pointer(&P[p])) = uint64(written), err
	case func(*strings.Builder, byte) error:
		*(*error)(unsafe.Pointer(&P[p])) = f((*strings.Builder)(P[p]), byte(N[n]))
	case func(*strings.Builder, rune) (int, error):
		written, err := f((*strings.Builder)(P[p]), rune(N[n]))
		N[n], *(*error)(unsafe.Pointer(&P[p])) = uint64(written), err
	case func(*strings.Builder) string:
		setString(N, P, p, n, f((*strings.Builder)(P[p])))
	case func(*strings.Builder) int:
		N[n] = uint64(f((*strings.Builder)(P[p])))
	case func(unsafe.Pointer) string:
		setString(N, P, p, n, f(P[p]))
	case func(unsafe.Pointer) int:
		N[n] = uint64(f(P[p]))
	case func(unsafe.Pointer, int) int:
		N[n] = uint64(f(P[p], int(N[n])))
	case func(unsafe.Pointer) bool:
		N[n] = truth(f(P[p]))
	case func(unsafe.Pointer) float64:
		setFloat(N, n, f(P[p]))
	case func(unsafe.Pointer):
		f(P[p])
	default:
		return false
	}
	return true
}
