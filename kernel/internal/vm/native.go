package vm

import (
	"reflect"
	"unsafe"
)

// native is a compiled function that code calls.
type native struct {
	ref      *NativeRef
	fn       reflect.Value
	variadic bool
	fast     func(N *nums, P *ptrs, n, p uint16) // for common signatures; nil: by reflection
}

func newNative(ref *NativeRef, f any) *native {
	v := reflect.ValueOf(f)
	x := &native{ref: ref, fn: v, fast: fastNative(f)}
	if v.Kind() == reflect.Func {
		x.variadic = v.Type().IsVariadic()
	}
	return x
}

// call runs the function on the arguments in the registers from n and p and leaves the results there.
func (x *native) call(N *nums, P *ptrs, n, p uint16) {
	if x.fast != nil {
		x.fast(N, P, n, p)
		return
	}
	t := x.fn.Type()
	args := make([]reflect.Value, len(x.ref.Params))
	an, ap := n, p
	for i := range args {
		v := reflect.New(t.In(i))
		an, ap = store(&x.ref.Params[i], t.In(i), v.UnsafePointer(), N, P, an, ap)
		args[i] = v.Elem()
	}
	var out []reflect.Value
	if x.variadic {
		out = x.fn.CallSlice(args)
	} else {
		out = x.fn.Call(args)
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

// fastNative calls functions of common signatures without reflection.
func fastNative(f any) func(N *nums, P *ptrs, n, p uint16) {
	switch f := f.(type) {
	case func(any) any:
		return func(N *nums, P *ptrs, n, p uint16) {
			*(*any)(unsafe.Pointer(&P[p])) = f(*(*any)(unsafe.Pointer(&P[p])))
		}
	case func(...any) (int, error): // fmt.Println
		return func(N *nums, P *ptrs, n, p uint16) {
			written, err := f(unsafe.Slice((*any)(P[p]), int(N[n]))...)
			N[n], *(*error)(unsafe.Pointer(&P[p])) = uint64(written), err
		}
	case func(...any) string: // fmt.Sprint
		return func(N *nums, P *ptrs, n, p uint16) {
			setString(N, P, p, n, f(unsafe.Slice((*any)(P[p]), int(N[n]))...))
		}
	case func(string, ...any) string: // fmt.Sprintf
		return func(N *nums, P *ptrs, n, p uint16) {
			setString(N, P, p, n, f(str(P[p], N[n]), unsafe.Slice((*any)(P[p+1]), int(N[n+1]))...))
		}
	case func(float64) float64:
		return func(N *nums, P *ptrs, n, p uint16) { setFloat(N, n, f(float(N, n))) }
	case func(float64, float64) float64:
		return func(N *nums, P *ptrs, n, p uint16) { setFloat(N, n, f(float(N, n), float(N, n+1))) }
	case func(int) int:
		return func(N *nums, P *ptrs, n, p uint16) { N[n] = uint64(f(int(N[n]))) }
	case func() int:
		return func(N *nums, P *ptrs, n, p uint16) { N[n] = uint64(f()) }
	case func() float64:
		return func(N *nums, P *ptrs, n, p uint16) { setFloat(N, n, f()) }
	case func(string) string:
		return func(N *nums, P *ptrs, n, p uint16) { setString(N, P, p, n, f(str(P[p], N[n]))) }
	case func(int) string:
		return func(N *nums, P *ptrs, n, p uint16) { setString(N, P, p, n, f(int(N[n]))) }
	case func(rune) bool:
		return func(N *nums, P *ptrs, n, p uint16) { N[n] = truth(f(rune(N[n]))) }
	case func(string, string) bool:
		return func(N *nums, P *ptrs, n, p uint16) { N[n] = truth(f(str(P[p], N[n]), str(P[p+1], N[n+1]))) }
	case func(string, string) int:
		return func(N *nums, P *ptrs, n, p uint16) { N[n] = uint64(f(str(P[p], N[n]), str(P[p+1], N[n+1]))) }
	case func(string, int) string:
		return func(N *nums, P *ptrs, n, p uint16) { setString(N, P, p, n, f(str(P[p], N[n]), int(N[n+1]))) }
	}
	return nil
}
