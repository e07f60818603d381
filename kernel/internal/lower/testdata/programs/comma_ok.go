package main

import "fmt"

type S struct{ a int }

func main() {
	for _, v := range []any{1, "s", nil, 2.0} {
		n, _ := v.(int)
		m, ok := v.(int)
		fmt.Println(n, m, ok)
	}
	for _, v := range []any{S{1}, "s", nil, 2.0} {
		n, _ := v.(S)
		m, ok := v.(S)
		fmt.Println(n, m, ok)
	}
	for _, v := range []any{&S{1}, "s", nil, 2.0} {
		n, _ := v.(*S)
		m, ok := v.(*S)
		fmt.Println(n != nil, m != nil, ok)
	}
	for _, v := range []any{fmt.Errorf("x"), "s", nil, 2.0} {
		n, _ := v.(error)
		m, ok := v.(error)
		fmt.Println(n != nil, m != nil, ok)
	}
	var x int = 5
	x, _ = any("s").(int)
	fmt.Println(x)
	m := map[string]int{"a": 1}
	for _, k := range []string{"a", "b"} {
		v, _ := m[k]
		w, ok := m[k]
		fmt.Println(v, w, ok)
	}
	c := make(chan int, 1)
	c <- 1
	close(c)
	for range 2 {
		v, _ := <-c
		fmt.Println(v)
	}
}

type named bool

func init() {
	var n named
	var i int
	m := map[string]int{"a": 1}
	i, n = m["a"]
	fmt.Println(i, n)
	i, n = m["b"]
	fmt.Println(i, n)
	c := make(chan int, 1)
	c <- 1
	_, _ = <-c
	_, _ = m["a"]
	_, _ = any(1).(int)
	i, first := m["a"]
	fmt.Println(i, first)
	i, second := m["b"]
	fmt.Println(i, second)
	x, second := any("x").(int)
	fmt.Println(x, second)
	var a [2]int
	var e error
	for _, k := range []string{"a", "b"} {
		if v, ok := m[k]; ok {
			fmt.Println("has", v)
		} else {
			fmt.Println("has not", v, ok)
		}
		switch v, _ := m[k]; v {
		case 0:
			fmt.Println("zero")
		}
		a[0], _ = m[k]
		_, i := m[k]
		fmt.Println(a, i)
		p, _ := map[string]*int{"a": &a[1]}[k]
		fmt.Println(p != nil)
		e, _ = any(fmt.Errorf("e")).(error)
		e, _ = any(1).(error)
		fmt.Println(e)
		f, ok := map[string]func(){"a": func() {}}[k]
		fmt.Println(f != nil, ok)
	}
}
