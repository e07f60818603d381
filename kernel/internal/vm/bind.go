package vm

import (
	"math"
	"reflect"
	"unsafe"
)

// Bind sets the function variable that ptr points to to the function that Define made under the name. The
// function is looked up at its first call, unless it is there already.
func Bind(name string, ptr any) bool {
	v := reflect.ValueOf(ptr).Elem()
	if !Closures {
		c := &closure{name: name, typ: &maker{t: v.Type()}}
		v.Set(reflect.MakeFunc(v.Type(), callMade(c)))
		return true
	}
	c := makerOf(v.Type()).make(nil, nil)
	c.name = name
	c.await()
	*(*unsafe.Pointer)(v.Addr().UnsafePointer()) = unsafe.Pointer(c)
	return true
}

// window returns the registers of the outermost call.
func (t *thread) window() (*nums, *ptrs) {
	return (*nums)(unsafe.Pointer(unsafe.SliceData(t.n))), (*ptrs)(unsafe.Pointer(unsafe.SliceData(t.p)))
}

// enter returns a stack with room for the function, its captured variables in their place.
//
//go:nocheckptr
func (c *closure) enter() (*thread, *Func) {
	f := c.target()
	t := enter(f)
	if len(c.vars) > 0 {
		copy(t.p[f.first:], c.vars)
	}
	return t, f
}

//go:nocheckptr
func callReflect(c *closure, args []reflect.Value) []reflect.Value {
	t, f := c.enter()
	N, P := t.window()
	sig := c.typ.t
	var n, p uint16
	for i, a := range args {
		v := reflect.New(sig.In(i))
		if !sig.IsVariadic() || i < len(args)-1 || a.Cap() > 0 { // reflect.Call makes an empty slice where Go has nil
			v.Elem().Set(a)
		}
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

// trampolines are the code of functions of common types, which call code without reflection.
var trampolines = map[reflect.Type]uintptr{}

func trampoline(t reflect.Type) uintptr { return trampolines[t] }

// common adds a type of functions.
func common[F any](literal func(*closure) F) {
	c := &closure{}
	f := literal(c)
	trampolines[reflect.TypeFor[F]()] = codeOf(unsafe.Pointer(&f), c)
}

func addCommon() {
	common(func(c *closure) func() {
		return func() { t, f := c.enter(); t.run(f); t.leave() }
	})
	common(func(c *closure) func(int) {
		return func(a int) { numbers(c, uint64(a), 0) }
	})
	common(func(c *closure) func() int {
		return func() int { return int(numbers(c, 0, 0)) }
	})
	common(func(c *closure) func() bool {
		return func() bool { return numbers(c, 0, 0) != 0 }
	})
	common(func(c *closure) func(int) int {
		return func(a int) int { return int(numbers(c, uint64(a), 0)) }
	})
	common(func(c *closure) func(int, int) int {
		return func(a, b int) int { return int(numbers(c, uint64(a), uint64(b))) }
	})
	common(func(c *closure) func(int) bool {
		return func(a int) bool { return numbers(c, uint64(a), 0) != 0 }
	})
	common(func(c *closure) func(rune) bool {
		return func(a rune) bool { return numbers(c, uint64(a), 0) != 0 }
	})
	common(func(c *closure) func(rune) rune {
		return func(a rune) rune { return rune(numbers(c, uint64(a), 0)) }
	})
	common(func(c *closure) func(int, int) bool {
		return func(a, b int) bool { return numbers(c, uint64(a), uint64(b)) != 0 }
	})
	common(func(c *closure) func(float64) float64 {
		return func(a float64) float64 { return math.Float64frombits(numbers(c, math.Float64bits(a), 0)) }
	})
	common(func(c *closure) func(float64, float64) float64 {
		return func(a, b float64) float64 {
			return math.Float64frombits(numbers(c, math.Float64bits(a), math.Float64bits(b)))
		}
	})
	common(func(c *closure) func(float64, float64) bool {
		return func(a, b float64) bool { return numbers(c, math.Float64bits(a), math.Float64bits(b)) != 0 }
	})
	common(func(c *closure) func(float64, float64) int {
		return func(a, b float64) int { return int(numbers(c, math.Float64bits(a), math.Float64bits(b))) }
	})
	addCommonSequences()
}

func addCommonSequences() {
	common(func(c *closure) func([]int) {
		return func(a []int) { sequence(c, unsafe.Pointer(unsafe.SliceData(a)), len(a), cap(a)) }
	})
	common(func(c *closure) func([]int) int {
		return func(a []int) int {
			return int(sequence(c, unsafe.Pointer(unsafe.SliceData(a)), len(a), cap(a)))
		}
	})
	common(func(c *closure) func(string) int {
		return func(s string) int { return int(sequence(c, unsafe.Pointer(unsafe.StringData(s)), len(s), 0)) }
	})
	common(func(c *closure) func(string) bool {
		return func(s string) bool { return sequence(c, unsafe.Pointer(unsafe.StringData(s)), len(s), 0) != 0 }
	})
	common(func(c *closure) func(string) string {
		return func(s string) string { return text(c, s) }
	})
	common(func(c *closure) func() string {
		return func() string { return text(c, "") }
	})
	common(func(c *closure) func(string, string) int {
		return func(a, b string) int { return int(texts(c, a, b)) }
	})
	common(func(c *closure) func(string, string) bool {
		return func(a, b string) bool { return texts(c, a, b) != 0 }
	})
}

// numbers calls a function of up to two numbers.
//
//go:nocheckptr
func numbers(c *closure, a, b uint64) uint64 {
	t, f := c.enter()
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
func sequence(c *closure, data unsafe.Pointer, length, room int) uint64 {
	t, f := c.enter()
	N, P := t.window()
	P[0], N[0], N[1] = data, uint64(length), uint64(room)
	t.run(f)
	N, _ = t.window()
	x := N[0]
	t.leave()
	return x
}

// text calls a function of at most a string that returns one.
//
//go:nocheckptr
func text(c *closure, s string) string {
	t, f := c.enter()
	N, P := t.window()
	if len(f.code.Params) > 0 {
		setString(N, P, 0, 0, s)
	}
	t.run(f)
	N, P = t.window()
	s = str(P[0], N[0])
	t.leave()
	return s
}

// texts calls a function of two strings that returns a number.
//
//go:nocheckptr
func texts(c *closure, a, b string) uint64 {
	t, f := c.enter()
	N, P := t.window()
	setString(N, P, 0, 0, a)
	setString(N, P, 1, 1, b)
	t.run(f)
	N, _ = t.window()
	x := N[0]
	t.leave()
	return x
}
