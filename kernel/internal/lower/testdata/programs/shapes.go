package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

type Shape interface {
	Area() float64
	Perimeter() float64
}
type Rect struct{ W, H float64 }
type Circle struct{ R float64 }

func (r Rect) Area() float64        { return r.W * r.H }
func (r Rect) Perimeter() float64   { return 2 * (r.W + r.H) }
func (c Circle) Area() float64      { return 3 * c.R * c.R }
func (c Circle) Perimeter() float64 { return 6 * c.R }
func (c Circle) String() string     { return fmt.Sprintf("Circle(%g)", c.R) }

type byArea []Shape

func (a byArea) Len() int           { return len(a) }
func (a byArea) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a byArea) Less(i, j int) bool { return a[i].Area() < a[j].Area() }

type Grid [][]rune

func (g Grid) String() string {
	var sb strings.Builder
	for _, row := range g {
		sb.WriteString(string(row))
		sb.WriteByte('\n')
	}
	return sb.String()
}

type Op func(a, b int) (int, error)

type Calculator struct {
	ops   map[string]Op
	stack []int
}

func (c *Calculator) Eval(expr string) (result int, err error) {
	for _, tok := range strings.Fields(expr) {
		if op, ok := c.ops[tok]; ok {
			n := len(c.stack)
			if n < 2 {
				return 0, fmt.Errorf("stack underflow at %q", tok)
			}
			a, b := c.stack[n-2], c.stack[n-1]
			c.stack = c.stack[:n-2]
			r, err := op(a, b)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", tok, err)
			}
			c.stack = append(c.stack, r)
			continue
		}
		var n int
		if _, err = fmt.Sscanf(tok, "%d", &n); err != nil {
			return
		}
		c.stack = append(c.stack, n)
	}
	return c.stack[0], nil
}

type Queue[T any] struct{ ch chan T }

func NewQueue[T any](n int) *Queue[T] { return &Queue[T]{make(chan T, n)} }
func (q *Queue[T]) TryPut(v T) bool {
	select {
	case q.ch <- v:
		return true
	default:
		return false
	}
}
func (q *Queue[T]) Get() (v T, ok bool) {
	select {
	case v, ok = <-q.ch:
		return
	default:
		return
	}
}

type Ordered interface{ ~int | ~string | ~float64 }

func MaxOf[T Ordered](first T, rest ...T) T {
	m := first
	for _, v := range rest {
		if v > m {
			m = v
		}
	}
	return m
}

func GroupBy[T any, K comparable](xs []T, key func(T) K) map[K][]T {
	out := map[K][]T{}
	for _, x := range xs {
		k := key(x)
		out[k] = append(out[k], x)
	}
	return out
}

var registry = map[string]func() Shape{
	"rect":   func() Shape { return Rect{1, 2} },
	"circle": func() Shape { return &Circle{1} },
}

var (
	total = compute()
	base  = 10
)

func compute() int { return base * 2 }

func init() { registry["sq"] = func() Shape { return Rect{2, 2} } }

func main() {
	shapes := []Shape{Rect{3, 4}, Circle{1}, &Circle{2}}
	sort.Sort(byArea(shapes))
	for i, s := range shapes {
		switch v := s.(type) {
		case Rect:
			fmt.Println(i, "rect", v.W, v)
		case Circle:
			fmt.Println(i, "circle", v.R, v)
		case *Circle:
			fmt.Println(i, "ptr", v.R, v, *v)
		}
		if st, ok := s.(fmt.Stringer); ok {
			fmt.Println(st.String())
		}
	}
	fmt.Println(shapes[0] == Shape(Circle{1}), shapes[0] != nil)
	fmt.Printf("%v %+v %T\n", shapes[1], shapes[1], shapes[1])
	g := Grid{[]rune("ab"), []rune("cd")}
	g[0][1] = '#'
	fmt.Print(g)
	c := &Calculator{ops: map[string]Op{
		"+": func(a, b int) (int, error) { return a + b, nil },
		"/": func(a, b int) (int, error) {
			if b == 0 {
				return 0, fmt.Errorf("division by zero")
			}
			return a / b, nil
		},
	}}
	fmt.Println(c.Eval("1 2 +"))
	c.stack = nil
	fmt.Println(c.Eval("1 0 /"))
	c.stack = nil
	_, err := c.Eval("+")
	fmt.Println(err)
	q := NewQueue[string](1)
	fmt.Println(q.TryPut("a"), q.TryPut("b"))
	v, ok := q.Get()
	fmt.Printf("%q %v\n", v, ok)
	v, ok = q.Get()
	fmt.Printf("%q %v\n", v, ok)
	fmt.Println(MaxOf(3, 9, 2), MaxOf("b", "a"), MaxOf(1.5))
	groups := GroupBy([]string{"apple", "avocado", "bean"}, func(s string) byte { return s[0] })
	fmt.Println(groups['a'], len(groups))
	names := make([]string, 0)
	for k := range registry {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Print(n, "=", registry[n]().Area(), " ")
	}
	fmt.Println(total)
	x := 10
	ptr := &x
	pp := &ptr
	**pp = 20
	fmt.Println(x, *ptr == **pp)
	s1 := []int{1, 2, 3}
	s2 := s1[:2]
	s2 = append(s2, 99)
	fmt.Println(s1, s2, s1[len(s1)-1])
	func(xs ...int) { xs[0] = 100 }(s1...)
	fmt.Println(s1)
	m := map[string]*Rect{"a": {1, 2}}
	m["a"].W = 5
	delete(m, "zz")
	fmt.Println(*m["a"], len(m))
	type point struct{ x, y int }
	seen := map[point]bool{}
	dirs := [...]point{{0, 1}, {1, 0}}
	p := point{}
	for _, d := range dirs {
		p.x += d.x
		p.y += d.y
		seen[p] = true
	}
	fmt.Println(seen[point{1, 1}], len(seen), p)
	var iface interface{}
	fmt.Println(iface == nil, iface)
	iface = (*Rect)(nil)
	fmt.Println(iface == nil)
	b := []byte("abc")
	for i := range b {
		b[i] -= 32
	}
	fmt.Println(string(b), b)
	str := "héllo, 世界"
	for i, r := range str {
		if r > 127 {
			fmt.Print(i, ":", string(r), " ")
		}
	}
	fmt.Println(len(str), []rune(str)[7], str[1:3])
	fmt.Fprintln(os.Stdout, strings.Repeat("=", 10))
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("main recovered:", r)
		}
	}()
	var sh Shape
	_ = sh.Area()
}
