package vm

import (
	"reflect"
	"runtime"
	"testing"
	"unsafe"
)

var word64 = []Layout{{Size: 8, Leaves: []Leaf{{Word64, 0}}}}

// adderCode makes a function value that adds to a variable of its own and returns it.
func adderCode(name string, task bool) []*Code {
	outer := &Code{Name: name, N: 1, P: 2, Results: []Layout{{Size: 8, Leaves: []Leaf{{Pointer, 0}}}},
		Ins: []Ins{{Op: New, A: 0, K: 0}, {Op: Closure, A: 1, B: 0, C: 1, K: 1 << 16}, {Op: MoveP, A: 0, B: 1}, {Op: Return}},
		Pos: make([]uint32, 4), Types: []TypeRef{{0, 8}, {1, 8}}, Funcs: []string{name + "__l1"}}
	if task {
		outer.Ins[1].K |= 1 << 32
		outer.Tasks = []TaskRef{{ID: 7, Vars: []int{0}, Type: []int{0}}}
	}
	literal := &Code{Name: name + "__l1", N: 2, P: 1, Params: word64, Results: word64, Captured: 1,
		Ins: []Ins{{Op: Load64, A: 1, B: 0}, {Op: Add, A: 0, B: 0, C: 1}, {Op: Store64, A: 0, B: 0}, {Op: Return}}, Pos: make([]uint32, 4)}
	return []*Code{outer, literal}
}

// TestFunctionValues calls function values of a common type and of another one, from Go and through reflection, while
// the garbage collector works.
func TestFunctionValues(t *testing.T) {
	if !Closures {
		t.Skip("code has no function values on this machine")
	}
	var common func() func(int) int
	var other func() func(int64) int64
	for _, c := range adderCode("common__1", false) {
		if !Define(c.Encode(), (*int)(nil), (*func(int) int)(nil)) {
			t.Fatal("not defined")
		}
	}
	for _, c := range adderCode("other__1", false) {
		Define(c.Encode(), (*int64)(nil), (*func(int64) int64)(nil))
	}
	Bind("common__1", &common)
	Bind("other__1", &other)
	for range 100 {
		f, g := common(), other()
		runtime.GC()
		f(1)
		if x := f(2); x != 3 {
			t.Error(x)
		}
		g(1)
		if x := reflect.ValueOf(g).Call([]reflect.Value{reflect.ValueOf(int64(4))})[0].Int(); x != 5 {
			t.Error(x)
		}
		if closureAt(*(*unsafe.Pointer)(unsafe.Pointer(&f))) == nil || closureAt(*(*unsafe.Pointer)(unsafe.Pointer(&g))) == nil {
			t.Error("code does not know its own function values")
		}
	}
	native := func(int) int { return 0 }
	if closureAt(*(*unsafe.Pointer)(unsafe.Pointer(&native))) != nil || closureAt(nil) != nil {
		t.Error("a compiled function is taken for one of code")
	}
}

// TestForget keeps what a function value needs when the names go, and counts those with an identity.
func TestForget(t *testing.T) {
	if !Closures {
		t.Skip("code has no function values on this machine")
	}
	var makes func() func(int) int
	if !Bind("late__1", &makes) {
		t.Fatal("not bound")
	}
	for _, c := range adderCode("late__1", true) {
		Define(c.Encode(), (*int)(nil), (*func(int) int)(nil))
	}
	Forget("late__1", "late__1__l1")
	if !Lives("late__1") {
		t.Error("the function does not live although a function value holds it")
	}
	f := makes()
	task := closureAt(*(*unsafe.Pointer)(unsafe.Pointer(&f))).task
	if x := f(4); x != 4 || task == nil || task.ID != 7 || *task.Captured[0].(*int) != 4 {
		t.Error(x, task)
	}
	runtime.KeepAlive(makes)
}

// BenchmarkFunctionValue calls a function value of code from Go.
func BenchmarkFunctionValue(b *testing.B) {
	for _, c := range adderCode("common__2", false) {
		Define(c.Encode(), (*int)(nil), (*func(int) int)(nil))
	}
	var makes func() func(int) int
	Bind("common__2", &makes)
	f := makes()
	for b.Loop() {
		f(1)
	}
}

// TestAssertionError is built as the run time lays it out.
func TestAssertionError(t *testing.T) {
	defer func() {
		e, ok := recover().(runtime.Error)
		if want := "interface conversion: int is not error: missing method Error"; !ok || e.Error() != want {
			t.Errorf("%v, want %s", e, want)
		}
	}()
	assertFail(newType(reflect.TypeFor[any]()), newType(reflect.TypeFor[error]()), word(reflect.TypeFor[int]()))
}
