package main

import (
	"fmt"
	"sort"
)

func add(a, b int) int { return a + b }
func sub(a, b int) int { return a - b }

type F func(int, int) int

func (f F) Do() int { return f(7, 3) }

type S struct{ f func(int, int) int }

func ret1() func(int, int) int          { return add }
func ret2() (func(int, int) int, error) { return add, nil }
func ret3() (f func(int, int) int)      { f = sub; return }
func ret4() F                           { return add }
func ret5() any                         { return add }
func ret6() (a, b, c func(int, int) int) {
	return add, sub, add
}
func ret7() func(int, int) int { f := add; return f }
func ret8() func(int, int) int { f, g := add, sub; f, g = g, f; return f }
func ret9() func(int, int) int { var f = add; g := f; return g }
func ret10() func(int, int) int {
	m := map[string]func(int, int) int{"a": add, "b": sub}
	return m["b"]
}
func ret11() func(int, int) int { s := S{add}; s.f = sub; return s.f }
func ret12() func(int, int) int { s := []func(int, int) int{add}; s[0] = sub; return s[0] }
func ret13() func(int, int) int {
	c := make(chan func(int, int) int, 1)
	c <- sub
	return <-c
}
func ret14() func(int, int) int  { return func() func(int, int) int { return sub }() }
func ret15() *func(int, int) int { f := add; p := &f; *p = sub; return p }
func ret16() func(int, int) int {
	if f := add; f != nil {
		return f
	}
	return nil
}
func id[T any](x T) T             { return x }
func gen[T any](a, b T) T         { return b }
func ret17() func(int, int) int   { return gen[int] }
func ret18() func(int, int) int   { return id(add) }
func ret19() []func(int, int) int { return append([]func(int, int) int(nil), add, sub) }
func ret20() (r []func(int, int) int) {
	for _, f := range []func(int, int) int{add, sub} {
		g := f
		r = append(r, g)
	}
	return
}
func less(a, b string) int         { return len(a) - len(b) }
func ret21() func(F, int) int      { return func(f F, x int) int { return f(x, 1) } }
func (s S) m(a, b int) int         { return s.f(a, b) * 2 }
func ret22() func(int, int) int    { s := S{add}; return s.m }
func ret23() func(S, int, int) int { return S.m }
func ret24() func(int, int) int {
	switch f := any(add).(type) {
	case func(int, int) int:
		return f
	}
	return nil
}

var table = map[string]func(int, int) int{"+": add, "-": sub}
var single = add
var F2 F = sub

func loop(n int) int {
	f := add
	if n%2 == 0 {
		f = sub
	}
	t := 0
	for i := range n {
		t = f(t, i)
	}
	return t
}

func apply(f func(int, int) int, a, b int) int { return f(a, b) }
func applyAll(a, b int, fs ...func(int, int) int) (r []int) {
	for _, f := range fs {
		r = append(r, f(a, b))
	}
	return
}

func main() {
	fmt.Println(ret1()(5, 3))
	f, _ := ret2()
	fmt.Println(f(5, 3))
	fmt.Println(ret3()(5, 3), ret4()(5, 3), ret4().Do(), ret5().(func(int, int) int)(5, 3))
	a, b, c := ret6()
	fmt.Println(a(5, 3), b(5, 3), c(5, 3))
	fmt.Println(ret7()(5, 3), ret8()(5, 3), ret9()(5, 3), ret10()(5, 3), ret11()(5, 3), ret12()(5, 3), ret13()(5, 3), ret14()(5, 3), (*ret15())(5, 3), ret16()(5, 3))
	fmt.Println(ret17()(5, 3), ret18()(5, 3), ret19()[1](5, 3), ret20()[0](5, 3), ret21()(add, 3), ret22()(5, 3), ret23()(S{sub}, 5, 3), ret24()(5, 3))
	fmt.Println(table["+"](5, 3), single(5, 3), F2(5, 3), F2.Do(), loop(5), loop(6))
	fmt.Println(apply(add, 5, 3), applyAll(5, 3, add, sub, F(add)))
	w := []string{"ccc", "a", "bb"}
	sort.Slice(w, func(i, j int) bool { return less(w[i], w[j]) < 0 })
	fmt.Println(w)
	g := F(add)
	g = sub
	fmt.Println(g.Do())
	x := struct {
		name string
		f    func(int, int) int
	}{"x", add}
	fmt.Println(x.f(5, 3))
	arr := [2]F{add, sub}
	fmt.Println(arr[1].Do())
	defer func() { fmt.Println(recover()) }()
	var n func(int, int) int
	n = func(a, b int) int { return a }
	n = add
	go add(1, 2)
	defer sub(1, 2)
	h := n
	n = nil
	fmt.Println(h(5, 3), n == nil)
	n(1, 2)
}
