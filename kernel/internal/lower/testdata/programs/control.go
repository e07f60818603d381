package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sort"
	"strings"
)

func seq(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func find(n int) (at int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	for i := range seq(10) {
		if i == n {
			return i, nil
		}
		if i == 5 {
			panic("five")
		}
	}
	return -1, nil
}

func named() (n int) { n++; return }

func deferOrder() {
	for i := range 3 {
		defer fmt.Println("defer", i)
	}
	x := 1
	defer func(v int) { fmt.Println("arg", v, "captured", x) }(x)
	x = 2
}

func labels() {
outer:
	for i := 0; i < 3; i++ {
		for j := range seq(3) {
			switch {
			case j == 1:
				continue outer
			case i == 2:
				break outer
			}
			fmt.Println(i, j)
		}
	}
	i := 0
loop:
	if i < 2 {
		i++
		goto loop
	}
	fmt.Println("goto", i)
}

type stack[T any] []T

func (s *stack[T]) push(x T) { *s = append(*s, x) }
func (s *stack[T]) pop() T {
	x := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return x
}

type number interface{ ~int | ~float64 }

func sum[T number](xs ...T) (t T) {
	for _, x := range xs {
		t += x
	}
	return
}

func mapOf[K comparable, V, R any](m map[K]V, f func(K, V) R) []R {
	var out []R
	for k, v := range m {
		out = append(out, f(k, v))
	}
	return out
}

func main() {
	fmt.Println(find(3))
	fmt.Println(find(7))
	for range 2 {
		fmt.Println(named())
	}
	deferOrder()
	labels()
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i *= 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
	for i, r := range "é日\xffb" {
		fmt.Print(i, ":", string(r), " ")
	}
	fmt.Println()
	s := stack[string]{}
	s.push("a")
	s.push("b")
	fmt.Println(s.pop(), len(s), sum(1, 2, 3), sum(1.5, 2))
	xs := []int{3, 1, 2}
	slices.Sort(xs)
	idx, ok := slices.BinarySearch(xs, 2)
	fmt.Println(xs, slices.Max(xs), slices.Contains(xs, 3), idx, ok, min(3, 1, 2), max(2.5, 1))
	keys := slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2}))
	fmt.Println(keys, slices.Collect(seq(4)), slices.Index(keys, "b"))
	people := []struct {
		Name string
		Age  int
	}{{"A", 30}, {"B", 20}}
	slices.SortFunc(people, func(a, b struct {
		Name string
		Age  int
	}) int {
		return a.Age - b.Age
	})
	sort.Slice(people, func(i, j int) bool { return people[i].Name < people[j].Name })
	fmt.Println(people)
	next, stop := iter.Pull(seq(3))
	fmt.Println(next())
	fmt.Println(next())
	stop()
	m := map[string]int{"x": 1}
	clear(m)
	fmt.Println(len(m), len(mapOf(map[int]int{1: 2}, func(k, v int) string { return fmt.Sprint(k, v) })))
	for part := range strings.SplitSeq("a,b,c", ",") {
		fmt.Print(part, ";")
	}
	for line := range strings.Lines("one\ntwo\n") {
		fmt.Printf("%q ", line)
	}
	fmt.Println()
	a, b := 1, 2
	a, b = b, a
	arr := [3]int{1, 2, 3}
	for i, v := range arr {
		arr[2] = 10
		if i == 2 {
			fmt.Println(v, a, b)
		}
	}
	p := new(42)
	fmt.Println(*p)
	const big = 1 << 100
	fmt.Println(big>>98, uint64(1<<63), 'a', "x"+"y", 7/2, -7%3, 1e3, complex(1, -2))
	switch x := any(a).(type) {
	case int, string:
		fmt.Printf("%T %v\n", x, x)
	}
}
