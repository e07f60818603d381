package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type pair struct {
	name string
	n    int
}

type op struct {
	name string
	f    func(a, b int) int
}

func apply[T, U any](list []T, f func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, x := range list {
		out = append(out, f(x))
	}
	return out
}

func filter[T any](list []T, keep func(T) bool) (out []T) {
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return
}

func fold(list []int, start int, f func(a, b int) int) int {
	for _, x := range list {
		start = f(start, x)
	}
	return start
}

func run(ops []op, a, b int) (out []string) {
	for _, o := range ops {
		out = append(out, fmt.Sprint(o.name, "=", o.f(a, b)))
	}
	return
}

func build(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("x")
		b.WriteByte(byte('a' + i))
		b.WriteRune('é')
		fmt.Fprint(&b, i)
	}
	return b.String()
}

func join(n int) (string, int) {
	var b strings.Builder
	var c bytes.Buffer
	for i := range n {
		b.WriteString("x")
		b.WriteByte(byte('a' + i))
		b.WriteRune('é')
		c.WriteString(b.String())
		c.WriteByte('\n')
	}
	return c.String(), b.Len()
}

func each(n int, f func(int) error) error {
	for i := range n {
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}

func nilCall(f func()) {
	for range 2 {
		f()
	}
}

func total(fs ...func() int) (s int) {
	for _, f := range fs {
		s += f() + s
	}
	return
}

var seen int

func touch(f func(int)) int {
	s := 0
	for i := range 3 {
		s += seen
		f(i)
		s += seen
	}
	return s
}

func main() {
	words := []string{"pear", "fig", "apple"}
	fmt.Println(apply(words, func(s string) int { return len(s) }), apply([]int{1, 2}, func(i int) pair { return pair{fmt.Sprint(i), i} }))
	fmt.Println(filter(words, func(s string) bool { return len(s) > 3 }), filter([]pair{{"a", 1}, {"b", 2}}, func(p pair) bool { return p.n > 1 }))
	k := 3
	fmt.Println(fold([]int{1, 2, 3}, 10, func(a, b int) int { k++; return a*b + k }), k)
	fmt.Println(run([]op{{"add", func(a, b int) int { return a + b }}, {"max", func(a, b int) int { return max(a, b) }}}, 3, 4))
	fmt.Println(build(3))
	fmt.Println(join(3))
	fmt.Println(each(5, func(i int) error {
		if i == 3 {
			return errors.New("three")
		}
		return nil
	}), each(2, func(int) error { return nil }))
	func() {
		defer func() { fmt.Println(recover()) }()
		nilCall(nil)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		n := 0
		nilCall(func() {
			n++
			fmt.Println(n)
			if n == 2 {
				panic("two")
			}
		})
	}()
	n := 0
	next := func() int { n++; return n }
	fmt.Println(total(next, next, next), touch(func(i int) { seen += i + 1 }))
	ps := []pair{{"b", 2}, {"a", 3}, {"c", 1}}
	slices.SortFunc(ps, func(a, b pair) int { return a.n - b.n })
	fmt.Println(ps)
	sort.Slice(ps, func(i, j int) bool { return ps[i].name < ps[j].name })
	i, ok := slices.BinarySearchFunc(ps, "b", func(p pair, s string) int { return strings.Compare(p.name, s) })
	fmt.Println(ps, i, ok, slices.IndexFunc(ps, func(p pair) bool { return p.n == 1 }))
}
