package main

import "fmt"

type st func(int) st
type w struct {
	s st
	l []st
	n int
}

func a(i int) st { return nil }
func main() {
	var x st
	fmt.Println(x == nil, x)
	fmt.Printf("%T %v\n", x, x)
	fmt.Printf("%T\n", w{})
	v := w{n: 1}
	fmt.Printf("%v %+v\n", v, v)
	m := map[string]st{"a": a}
	switch f, ok := m["b"]; {
	case ok:
		f(1)
	case f == nil:
		fmt.Println("nil")
	}
	fs := []st{a, nil, func(i int) st { return a }}
	for _, f := range fs {
		if f != nil {
			fmt.Println(f(1) == nil)
		}
	}
	ch := make(chan st, 1)
	ch <- a
	fmt.Println((<-ch)(2) == nil)
	go func(f st) { f(1) }(a)
	go fs[0](1)
	fn := func() (st, error) { return a, nil }
	if f, err := fn(); err == nil {
		f(1)
	}
	g, _ := fn()
	g, x = nil, g
	fmt.Println(g == nil, x == nil)
	func(fs ...st) { fmt.Println(len(fs)) }(a, nil, x)
	var e any = x
	switch y := e.(type) {
	case st:
		fmt.Println("st", y == nil)
	}
	z := st(a)
	z = st(nil)
	fmt.Println(z == nil)
	p := &v
	p.s = a
	fmt.Println(p.s(1) == nil, (*p).s != nil)
}
