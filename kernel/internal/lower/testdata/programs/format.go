package main

import (
	"fmt"
	"strings"
)

type Temp float64

func (t Temp) String() string { return fmt.Sprintf("%.1f°", float64(t)) }

type Point struct{ X, Y int }

func (p Point) String() string { return fmt.Sprintf("(%d,%d)", p.X, p.Y) }

type P struct {
	x    int
	Name string
	T    Temp
	next *P
}

type Base struct{ ID int }

type D struct {
	Base
	Tags []string
	m    map[string]Point
}

type List[T any] struct{ items []T }

func (l *List[T]) Add(x T) { l.items = append(l.items, x) }

func (l *List[T]) String() string { return fmt.Sprint(len(l.items), " items") }

type Color int

const (
	Red Color = iota
	Green
)

func (c Color) String() string { return [...]string{"red", "green"}[c] }

func main() {
	fmt.Println(Temp(3), []Temp{1, 2}, map[string]Temp{"a": 3}, [1]Point{{1, 2}})
	fmt.Printf("%v %+v %T\n", P{1, "n", 2, nil}, P{1, "n", 2, nil}, P{})
	fmt.Printf("%#v\n", P{1, "n", 2, nil})
	fmt.Printf("%+v\n", D{Base{1}, []string{"x"}, map[string]Point{"k": {1, 2}}})
	fmt.Printf("%T %T %T %T\n", Temp(1), []Temp{}, map[Color]*P{}, &D{})
	l := &List[int]{}
	l.Add(4)
	fmt.Println(l)
	fmt.Printf("%T %v\n", l, *l)
	fmt.Printf("%d %s %v %q %x\n", Green, Green, Green, Green, Green)
	fmt.Printf("%6.2f|%-8s|%08b|%+d\n", 3.14159, "ab", 5, 3)
	fmt.Printf("%8v|%-8v|%s\n", Red, Green, []Color{Red, Green})
	fmt.Println(struct{ a, B int }{1, 2}, &struct{ c string }{"x"})
	var any1 any = Point{3, 4}
	var s fmt.Stringer = Point{5, 6}
	fmt.Println(any1, s, []any{Point{1, 1}, nil, "x"})
	var b strings.Builder
	fmt.Fprintf(&b, "%v-%v", Point{1, 2}, Temp(0))
	fmt.Println(b.String(), fmt.Sprint("a", 1, 2, "b"))
	type k struct{ a, b int }
	fmt.Println(map[k]string{{2, 1}: "y", {1, 2}: "x"})
	var np *Point
	var ns fmt.Stringer
	fmt.Println(np == nil, ns)
}
