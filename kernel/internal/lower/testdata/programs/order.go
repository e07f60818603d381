package main

import (
	"fmt"
	"unsafe"
)

func try(name string, f func()) {
	defer func() { fmt.Println(name, recover()) }()
	f()
}

type list []list

type inner struct{ n int }

type outer struct {
	*inner
	next *outer
	val  struct{ y int }
}

func (o outer) get() int { return o.val.y }

type getter interface{ get() int }

func count(args ...any) int { return len(args) }

func lists(args ...list) int { return len(args) }

func nilArray() *[4]int { return nil }

func bits[T any]() (n int64) {
	defer func() {
		if recover() != nil {
			n = -1
		}
	}()
	return int64(8 / unsafe.Sizeof(*new(T)))
}

func keys[T, U ~int]() int { return len(map[any]int{int(0): 1, T(0): 2, U(0): 3}) }

// The operands of an assignment are evaluated first, and what is assigned before one fails stays.
func assignments() {
	m := map[int]int{}
	var p *int
	try("map, pointer", func() { m[2], *p = 42, 2 })
	fmt.Println(m)
	try("map gets nothing", func() { m[3] = *p })
	fmt.Println(m)
	o := &outer{inner: &inner{}}
	old := o
	o, o.val.y = &outer{}, 4
	fmt.Println(old.val.y, o.val.y)
	one, two := []int{1}, []int{2}
	x := one
	x[0] += func() int { x = two; return 10 }()
	fmt.Println(one, two)
	y := map[string]int{}
	index := func(s string) string { fmt.Print("index "); return s }
	y[index("a")] += func() int { fmt.Print("value "); return 3 }()
	fmt.Println(y)
	i, a := 1, []int{10, 20}
	for i, a[i] = range []int{99} {
	}
	fmt.Println(i, a)
	s := make([]byte, 5, 6)
	copy(s, "12346")
	s = append(s[:len(s)-1], '5', s[len(s)-1])
	fmt.Println(string(s))
	var l list
	l = append(l, l)
	fmt.Println(len(l), l[0] == nil)
}

// What is evaluated for nothing panics all the same.
func evaluated() {
	var p *int
	var ptrs [2]*int
	var o *outer
	m := map[any]int{}
	try("*p", func() { _ = *p })
	try("*ptrs[1]", func() { _ = *ptrs[1] })
	try("o.val", func() { _ = o.val })
	try("o.inner.n", func() { _ = (&outer{}).n })
	try("len", func() { fmt.Println(len(nilArray())) })
	try("len of the array", func() { _ = len(*nilArray()) })
	try("range", func() {
		for i := range nilArray() {
			fmt.Print(i, " ")
		}
	})
	try("&", func() { _ = &nilArray()[1] })
	m[1] = 2
	try("key", func() { _, _ = m[[]int{}] })
	try("delete", func() { delete(m, []int{}) })
	try("method value", func() { _ = o.get })
	try("interface", func() { var g getter; _ = g.get })
	try("nil", func() { panic(nil) })
	try("shift", func() { n := -1; fmt.Println(1 << n) })
	try("cap", func() { n := -1; _ = make([]int, 0, n) })
	try("unsafe", func() { n := -1; _ = unsafe.Slice(&ptrs[0], n) })
}

func results() (ok bool, n int) {
	defer func() { recover() }()
	var p *int
	return true, *p
}

func main() {
	assignments()
	evaluated()
	fmt.Println(results())
	fmt.Println(bits[struct{}](), bits[int32](), keys[int, int]())
	fmt.Println(count([]any{1, 2}), count([]any{1, 2}...), count(nil, nil), lists(nil, list{}), lists(list{nil, nil}))
	ch := make(chan int)
	var recv <-chan int = ch
	switch ch {
	case recv:
		fmt.Println("same channel")
	}
	sent, got := make(chan int, 1), make(chan int, 1)
	got <- 5
	clear := func() int { got = nil; return 1 }
	full := make(chan int)
	select { // the channels of all cases are evaluated first
	case v := <-got:
		fmt.Println("received", v)
	case full <- clear():
	}
	_ = sent
	n := 0
	switch {
	default:
		n++
		fallthrough
	case false:
		n += 10
	}
	fmt.Println(n)
	var e any = struct{}{}
	if v, ok := e.(struct{}); ok {
		fmt.Println(v)
	}
	for _, v := range []any{1, "a", 2.5, nil} {
		switch v {
		case 2, "a", nil:
			fmt.Print(v, " ")
		}
	}
	fmt.Println(lists(nil...), func(xs ...any) bool { return xs == nil }())
	c := complex(6, 4)
	c /= 2
	fmt.Println(c, c/2i)
	type named *[4]int
	sl := []int{1, 2, 3, 4}
	fmt.Println(&named(sl)[1] == &sl[1], &(*[4]int)(sl)[2] == &sl[2])
}
