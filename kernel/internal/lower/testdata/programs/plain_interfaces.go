package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"
)

type shape interface {
	area(k int) int
	Name(prefix string, more ...int) string
}

type square struct{ n int }

type strip struct {
	n    int
	name string
	f    float64
}

type wide struct {
	a    [4]int
	name string
}

type number int

type names []string

type lookup map[string]int

type callback func(int) int

type single struct{ p *int }

type array [1]*int

type empty struct{}

func (s *square) area(k int) int                          { s.n++; return s.n * s.n * k }
func (s *square) Name(prefix string, more ...int) string  { return fmt.Sprint(prefix, "square", more) }
func (s strip) area(k int) int                            { s.n++; return s.n * k }
func (s strip) Name(prefix string, more ...int) string    { return fmt.Sprint(prefix, s.name, s.f, more) }
func (w wide) area(k int) int                             { w.a[1]++; return w.a[0] + w.a[1]*k }
func (w wide) Name(prefix string, more ...int) string     { return prefix + w.name + fmt.Sprint(len(more)) }
func (n number) area(k int) int                           { return int(n) * k }
func (n number) Name(prefix string, more ...int) string   { return prefix + fmt.Sprint(int(n), more) }
func (n names) area(k int) int                            { return len(n) * k }
func (n names) Name(prefix string, more ...int) string    { return prefix + strings.Join(n, "+") }
func (l lookup) area(k int) int                           { return l["a"] * k }
func (l lookup) Name(prefix string, more ...int) string   { return prefix + fmt.Sprint(len(l)) }
func (c callback) area(k int) int                         { return c(k) }
func (c callback) Name(prefix string, more ...int) string { return prefix + "callback" }
func (s single) area(k int) int                           { return *s.p * k }
func (s single) Name(prefix string, more ...int) string   { return prefix + "single" }
func (a array) area(k int) int                            { return *a[0] * k }
func (a array) Name(prefix string, more ...int) string    { return prefix + "array" }
func (empty) area(k int) int                              { return k }
func (empty) Name(prefix string, more ...int) string      { return prefix + "empty" }

type outer struct {
	*square
	label string
}

type framed struct{ shape }

func shapes() []shape {
	x := 5
	base := 100
	return []shape{&square{2}, strip{3, "s", 1.5}, &strip{4, "p", 2}, wide{[4]int{1, 2}, "w"}, &wide{[4]int{3, 4}, "pw"}, number(7),
		names{"a", "b"}, lookup{"a": 9}, callback(func(k int) int { base += k; return base }), single{&x}, array{&x}, empty{},
		outer{&square{5}, "o"}, &outer{&square{6}, "po"}, framed{number(8)}}
}

func total(list []shape, rounds int) (n int) {
	for r := range rounds {
		for i, s := range list {
			n += s.area(i + r)
		}
	}
	return
}

func nameAll(list []shape) (out []string) {
	for i, s := range list {
		switch i % 3 {
		case 0:
			out = append(out, s.Name("<"))
		case 1:
			out = append(out, s.Name("-", i, 2*i))
		default:
			out = append(out, s.Name("=", []int{i}...))
		}
	}
	return
}

func kind(x any) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case int, int8:
		return fmt.Sprint("int ", v)
	case string:
		return "string " + v + fmt.Sprint(len(v))
	case []int:
		v = append(v, 1)
		return fmt.Sprint("ints ", v, len(v))
	case *square:
		return fmt.Sprint("square ", v.n)
	case strip:
		v.n = 50
		return fmt.Sprint("strip ", v.n, v.name)
	case wide:
		v.a[0] = 60
		return fmt.Sprint("wide ", v.a)
	case error:
		return "error " + v.Error()
	case fmt.Stringer:
		return "Stringer " + v.String()
	case shape:
		return "shape " + v.Name("")
	case func() int:
		return fmt.Sprint("func ", v())
	case map[string]int:
		return fmt.Sprint("map ", v["a"])
	case [1]*int:
		return fmt.Sprint("array ", *v[0])
	case struct{ p *int }:
		return fmt.Sprint("struct ", *v.p)
	case bool, float64:
		return fmt.Sprintf("%T %v", v, v)
	default:
		return fmt.Sprintf("other %T", v)
	}
}

func kinds() (out []string) {
	x := 3
	w := wide{[4]int{1}, "w"}
	for _, v := range []any{nil, 1, int8(2), int16(3), "abc", []int{4}, &square{5}, strip{6, "n", 7}, w, errors.New("bad"), time.Second, number(8),
		func() int { return 9 }, map[string]int{"a": 10}, [1]*int{&x}, struct{ p *int }{&x}, true, 1.5, empty{}, 'r', complex(1, 2)} {
		out = append(out, kind(v))
	}
	return append(out, fmt.Sprint(w.a))
}

func asserted(x any) (out []string) {
	for range 1 {
		n, ok := x.(int)
		out = append(out, fmt.Sprint(n, ok))
		s, ok := x.(strip)
		out = append(out, fmt.Sprint(s, ok))
		w, ok := x.(wide)
		out = append(out, fmt.Sprint(w.name, ok))
		sh, ok := x.(shape)
		out = append(out, fmt.Sprint(sh == nil, ok))
		p, ok := x.(*square)
		out = append(out, fmt.Sprint(p != nil, ok))
		a, ok := x.(any)
		out = append(out, fmt.Sprint(a == x, ok))
		if e, ok := x.(interface{ area(int) int }); ok {
			out = append(out, fmt.Sprint(e.area(2)))
		}
	}
	return
}

func equal(list []any) (out string) {
	for _, a := range list {
		for _, b := range list {
			switch {
			case a == b && a != nil:
				out += "="
			case a == b:
				out += "0"
			default:
				out += "."
			}
		}
		if a == 1 || "x" == a {
			out += "!"
		}
		switch a {
		case nil:
			out += "n"
		case 1, 2:
			out += "d"
		case number(1):
			out += "N"
		case "x":
			out += "s"
		}
		out += " "
	}
	return
}

type point struct {
	x any
	y error
}

func points(list []point) (out string) {
	for i := range list {
		for j := range list {
			if list[i] == list[j] {
				out += fmt.Sprint(i, j, " ")
			}
		}
	}
	return
}

func try(f func()) (s string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
			s = "none"
		case error:
			_, fault := r.(interface{ RuntimeError() })
			s = fmt.Sprint(r, " ", fault)
		default:
			s = fmt.Sprint(r)
		}
	}()
	f()
	return
}

func mustInt(x any) (n int) {
	for range 1 {
		n += x.(int)
	}
	return
}

func mustShape(x any) (n int) {
	for range 1 {
		n += x.(shape).area(1)
	}
	return
}

func mustStrip(x shape) (n int) {
	for range 1 {
		n += x.(strip).n
	}
	return
}

func mustStringer(x shape) (s string) {
	for range 1 {
		s += x.(fmt.Stringer).String()
	}
	return
}

func callShape(s shape) (n int) {
	for range 1 {
		n = s.area(1)
	}
	return
}

//go:noinline
func shapeOf(x any) shape { return x.(shape) }

func panics() (out []string) {
	var none shape
	var nilStrip *strip
	var nilSquare *square
	return []string{
		try(func() { mustInt("a") }), try(func() { mustInt(nil) }), try(func() { mustInt(number(1)) }),
		try(func() { mustShape(1) }), try(func() { mustShape(nil) }), try(func() { mustShape(nilSquare) }),
		try(func() { mustStrip(nil) }), try(func() { mustStrip(&square{}) }), try(func() { mustStrip(nilStrip) }),
		try(func() { mustStringer(number(1)) }), try(func() { callShape(none) }), try(func() { callShape(shapeOf(nilStrip)) }), try(func() { callShape(nilSquare) }),
		try(func() { equal([]any{[]int{}}) }), try(func() { equal([]any{[]int{}, 1}) }), try(func() { points([]point{{x: []int{}}}) }),
		try(func() { points([]point{{x: 1}, {x: []int{}}}) }),
	}
}

func write(w io.Writer, list []string) (n int, err error) {
	for _, s := range list {
		k, e := io.WriteString(w, s)
		if n += k; e != nil {
			return n, e
		}
		k, e = w.Write([]byte{'.'})
		n += k
		if e != nil {
			return n, e
		}
	}
	return
}

type limited struct {
	b    bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errShort
	}
	return l.b.Write(p)
}

var errShort error = &short{"too short"}

type short struct{ text string }

func (s *short) Error() string        { return s.text }
func (s *short) Is(target error) bool { return target == io.ErrShortWrite }
func (s *short) Unwrap() error        { return io.EOF }

func chain(err error) (out []string) {
	for err != nil {
		out = append(out, err.Error())
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return
}

type stack[T any] interface {
	push(T)
	pop() (T, bool)
}

type list[T any] struct{ items []T }

func (l *list[T]) push(x T) { l.items = append(l.items, x) }
func (l *list[T]) pop() (x T, ok bool) {
	if n := len(l.items); n > 0 {
		x, l.items = l.items[n-1], l.items[:n-1]
		return x, true
	}
	return
}

func drain[T any](s stack[T], in []T) (out []T) {
	for _, x := range in {
		s.push(x)
	}
	for {
		x, ok := s.pop()
		if !ok {
			return
		}
		out = append(out, x)
	}
}

type expr interface {
	eval(env map[string]float64) float64
}
type lit float64
type variable string
type binary struct {
	op   byte
	l, r expr
}

func (l lit) eval(map[string]float64) float64          { return float64(l) }
func (v variable) eval(env map[string]float64) float64 { return env[string(v)] }
func (b binary) eval(env map[string]float64) float64 {
	x, y := b.l.eval(env), b.r.eval(env)
	switch b.op {
	case '+':
		return x + y
	case '*':
		return x * y
	}
	panic("operator " + string(b.op))
}

type byArea []shape

func (b byArea) Len() int           { return len(b) }
func (b byArea) Less(i, j int) bool { return b[i].area(1) < b[j].area(1) }
func (b byArea) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func pick(n int) (s shape, err error) {
	for range 1 {
		if n < 0 {
			return nil, fmt.Errorf("no shape %d", n)
		}
		s = number(n)
	}
	return
}

func two() (int, *short) { return 1, nil }

func implicit() (out []string) {
	var a, b any
	var e error
	for range 1 {
		a, e = two()
		b = e
		out = append(out, fmt.Sprint(a, e == nil, b == nil))
		x, err := pick(3)
		var y, _ any = pick(4)
		out = append(out, fmt.Sprint(x, err, y))
		_, err = pick(-1)
		b = err
		out = append(out, fmt.Sprint(b))
	}
	return
}

func main() {
	all := shapes()
	fmt.Println(total(all, 3))
	fmt.Println(nameAll(all))
	for _, k := range kinds() {
		fmt.Println(k)
	}
	for _, x := range []any{nil, 1, strip{1, "s", 2}, wide{name: "w"}, &square{2}, number(4)} {
		fmt.Println(asserted(x))
	}
	x := 1
	fmt.Println(equal([]any{nil, 1, 1.0, number(1), "x", &x, &x, empty{}, strip{1, "a", 2}, strip{1, "a", 2}, error(nil), errShort, [1]int{2}, [1]int{2}}))
	fmt.Println(points([]point{{1, nil}, {1.0, nil}, {1, nil}, {nil, errShort}, {"a", io.EOF}, {nil, errShort}}))
	for _, p := range panics() {
		fmt.Println(p)
	}
	l := &limited{left: 10}
	fmt.Println(write(l, []string{"ab", "cde", "fgh"}))
	fmt.Println(l.b.String(), chain(fmt.Errorf("wrapped: %w", errShort)), errors.Is(errShort, io.ErrShortWrite), errors.Is(errShort, io.EOF))
	fmt.Println(drain[int](&list[int]{}, []int{1, 2, 3}), drain[string](&list[string]{}, []string{"a", "b"}))
	e := binary{'+', lit(1), binary{'*', variable("x"), lit(3)}}
	fmt.Println(e.eval(map[string]float64{"x": 4}), try(func() { binary{'?', lit(1), lit(2)}.eval(nil) }))
	sorted := byArea{number(5), number(3), strip{3, "", 0}, empty{}}
	sort.Sort(sorted)
	fmt.Println(sorted)
	fmt.Println(implicit())
}
