package rt

import (
	"reflect"
	"runtime"
	"testing"
)

// TestFunc holds that the identity of a function survives copying, and that other functions have none.
func TestFunc(t *testing.T) {
	n := 0
	f := Func(7, func() { n++ }, &n)
	for _, g := range []func(){f, []func(){f}[0], func(h func()) func() { return h }(f)} {
		id, captured, ok := Lookup(g)
		if !ok || id != 7 || len(captured) != 1 || captured[0] != any(&n) {
			t.Errorf("Lookup gave %d, %v, %t", id, captured, ok)
		}
		g()
	}
	if n != 3 {
		t.Errorf("ran %d times", n)
	}
	for _, g := range []func(){nil, func() {}, func() { n++ }, f2, (&counter{}).inc} {
		if _, _, ok := Lookup(g); ok {
			t.Error("found an identity that nobody gave")
		}
	}
}

func f2() {}

type counter struct{ n int }

func (c *counter) inc() { c.n++ }

// TestFuncReleased holds that nothing keeps a function whose values are gone.
func TestFuncReleased(t *testing.T) {
	freed := make(chan bool)
	func() {
		big := new([1 << 16]byte)
		f := Func(1, func() { big[0]++ }, &big)
		f()
		runtime.AddCleanup(big, func(c chan bool) { close(c) }, freed)
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-freed:
			return
		default:
			runtime.Gosched()
		}
	}
	t.Error("the captured value was not freed")
}

// TestFix holds that the panics of reflection read as Go's own.
func TestFix(t *testing.T) {
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() { reflect.ValueOf([]int{1}).Index(5) }, "runtime error: index out of range"},
		{func() { reflect.ValueOf([1]int{1}).Index(5) }, "runtime error: index out of range"},
		{func() { reflect.ValueOf("x").Index(5) }, "runtime error: index out of range"},
		{func() { reflect.ValueOf([]int{1}).Slice(2, 9) }, "runtime error: slice bounds out of range"},
		{func() { reflect.Value{}.Field(0) }, "runtime error: invalid memory address or nil pointer dereference"},
		{func() { reflect.ValueOf((func())(nil)).Call(nil) }, "runtime error: invalid memory address or nil pointer dereference"},
		{func() { reflect.MakeSlice(reflect.TypeFor[[]int](), -1, 2) }, "runtime error: makeslice: len out of range"},
		{func() { var m map[string]int; reflect.ValueOf(m).SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf(1)) }, "assignment to entry in nil map"},
		{func() { panic(reflect.ValueOf("text")) }, "text"},
		{func() { reflect.ValueOf(1).Len() }, "reflect: call of reflect.Value.Len on int Value"},
	} {
		func() {
			defer func() {
				if got := Text(recover()); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}()
			c.do()
		}()
	}
	if _, ok := Fix("reflect: slice index out of range").(runtime.Error); !ok {
		t.Error("not a runtime.Error")
	}
}

// TestSelect covers what reflect.Select refuses by itself.
func TestSelect(t *testing.T) {
	var none chan int
	if i := Select(true, Case{Chan: none}, Case{Chan: none, Value: new(int), Send: true}); i != -1 {
		t.Errorf("nil channels: case %d", i)
	}
	c := make(chan int, 1)
	v, got, ok := 5, 0, false
	if i := Select(false, Case{Chan: none}, Case{Chan: (chan<- int)(c), Value: &v, Send: true}); i != 1 {
		t.Errorf("send: case %d", i)
	}
	if i := Select(true, Case{Chan: (<-chan int)(c), Value: &got, Ok: &ok}); i != 0 || got != 5 || !ok {
		t.Errorf("receive: case %d, %d, %t", i, got, ok)
	}
	close(c)
	if i := Select(false, Case{Chan: c, Value: &got, Ok: &ok}); i != 0 || got != 0 || ok {
		t.Errorf("closed: case %d, %d, %t", i, got, ok)
	}
}
