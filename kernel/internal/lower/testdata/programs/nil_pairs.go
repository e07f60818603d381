package main

import "fmt"

type T struct{ next *T }

func pairs(e any) {
	defer func() { recover() }()
	var a, b []int
	a, b = append(a, 1), append(b, 2)
	fmt.Println(a, b)
	a, b = nil, nil
	fmt.Println(a == nil, len(b))
	a = append(a, 3)
	a, b = b, nil
	fmt.Println(a == nil, b == nil)
	p, q := &T{}, &T{}
	p, q = nil, p
	fmt.Println(p == nil, q == nil)
	var f, g func()
	f, g = func() {}, nil
	fmt.Println(f == nil, g == nil)
	var m map[string]int
	var c chan int
	m, c = map[string]int{}, nil
	m, c = nil, make(chan int)
	m, c, e = nil, nil, nil
	fmt.Println(m == nil, c == nil, e == nil)
	var err error
	_, err = nil2()
	m, err = nil, nil
	fmt.Println(err)
}

func nil2() (map[string]int, error) { return nil, nil }

var x, y []string

func main() {
	pairs(1)
	x, y = []string{"a"}, nil
	x, y = nil, x
	fmt.Println(x, y)
}
