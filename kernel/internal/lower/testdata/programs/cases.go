package main

import (
	"fmt"
	"unsafe"
)

type I interface{ foo() int }

type J interface {
	I
	bar()
}

type myint int

func (x myint) foo() int { return int(x) }

type point struct{ x int }

func (p point) foo() int { return p.x }
func (p point) bar()     {}

func name[T I](i I) string {
	switch x := i.(type) {
	case T:
		return fmt.Sprint("T ", x.foo())
	case point:
		return fmt.Sprint("point ", x.foo())
	default:
		return fmt.Sprint("other ", x.foo())
	}
}

func kind[T any](i any) string {
	switch i.(type) {
	case T:
		return "T"
	case int:
		return "int"
	}
	return "other"
}

func three(yield func(int) bool) {
	for i := range 3 {
		if !yield(i) {
			return
		}
	}
}

func order() (n int) {
	defer fmt.Println("first")
	for i := range three {
		defer func() { n += i; fmt.Println("in", i) }()
	}
	defer func() { n += 100 }()
	defer fmt.Println("last")
	return 5
}

type pair[T any] struct {
	a byte
	b T
}

func class(c byte) string {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		return "letter"
	case '0' <= c && c <= '9' || c == '_', c == '$':
		return "digit"
	}
	return "other"
}

// lengths ranges over arrays that are not there: only their lengths are needed.
func lengths(p *[3]int) (n int) {
	for i := range p {
		n += i
	}
	for i := range *p {
		n += i
	}
	for range p {
		n++
	}
	return n
}

func main() {
	fmt.Println(class('a'), class('Z'), class('5'), class('_'), class('$'), class('!'))
	fmt.Println(lengths(nil))
	fmt.Println(name[I](myint(1)), name[myint](myint(2)), name[myint](point{3}), name[J](point{4}))
	fmt.Println(kind[any](nil), kind[any](1), kind[string]("s"), kind[string](1), kind[error](2))
	fmt.Println(order())
	var p pair[int64]
	var q pair[int16]
	fmt.Println(unsafe.Offsetof(p.b), unsafe.Offsetof(q.b))
}
