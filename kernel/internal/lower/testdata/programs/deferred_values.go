package main

import "fmt"

func a() {
	f := func(n int) { fmt.Println("f", n) }
	defer func() { fmt.Println(recover()) }()
	defer f(3)
	panic("x")
}

func b() {
	f := func(n int) int { fmt.Println("f", n, recover()); return 1 }
	defer f(4)
	panic("y")
}

type T struct{ n int }

func (t *T) Close() error { fmt.Println("close", t.n, recover()); return nil }

func c() {
	t := &T{5}
	defer t.Close()
	panic("z")
}

func d() (err error) {
	cleanup := func(s string) (string, error) { fmt.Println(s); return s, nil }
	defer cleanup("bye")
	for i := range 2 {
		defer cleanup(fmt.Sprint("loop", i))
	}
	return nil
}

func main() { a(); b(); c(); d() }
