package main

import (
	"errors"
	"fmt"
	"strings"
)

type T struct{ a int }

func (t T) String() string            { return fmt.Sprint("T", t.a) }
func (t *T) m(a int, s string) string { return fmt.Sprint(t.a, a, s) }

type E struct{}

func (*E) Error() string  { return "E!" }
func g() (T, int)         { return T{1}, 2 }
func h() (int, string)    { return 3, "x" }
func ge() (int, *E)       { return 1, &E{} }
func f(a any, b any)      { fmt.Println(a, b) }
func fe(a int, err error) { var e *E; fmt.Println(a, err, errors.As(err, &e)) }
func v(xs ...any)         { fmt.Println(len(xs), xs) }
func main() {
	fmt.Println(g())
	f(g())
	f(h())
	fe(ge())
	v(g())
	v(h())
	t := &T{5}
	fmt.Println(t.m(h()))
	x := t.m
	fmt.Println(x(h()))
	fmt.Printf(func() (string, T) { return "%v\n", T{7} }())
	fmt.Println(strings.Cut("a=b", "="))
	w := func(xs ...any) int { return len(xs) }
	fmt.Println(w(g()), w(h()))
	fmt.Println(strings.Repeat(func() (string, int) { return "ab", 2 }()))
}
