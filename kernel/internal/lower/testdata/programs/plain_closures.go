package main

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
)

func counter() (func(int) int, func() int) {
	n := 0
	return func(k int) int { n += k; return n }, func() int { return n }
}

func accumulate(times int) int {
	n := 0
	add := func(k int) int { n += k; return n }
	for i := 0; i < times; i++ {
		add(i)
	}
	return n
}

// Each iteration has its own variable.
func iterations() (out []int) {
	var fs []func(int) int
	for i := 0; i < 4; i++ {
		fs = append(fs, func(k int) int { i += k; return i })
		i += 0
	}
	for i, v := range []int{10, 20, 30} {
		fs = append(fs, func(k int) int { v += i * k; return v })
	}
	for i := range 3 {
		fs = append(fs, func(k int) int { return i * k })
	}
	for _, f := range fs {
		out = append(out, f(1), f(1))
	}
	return
}

// The body changes the variable that the next iteration begins with.
func skips() (out []int) {
	var fs []func() int
	for i := 0; i < 10; i++ {
		inc := func(k int) { i += k }
		fs = append(fs, func() int { return i })
		inc(2)
	}
	for _, f := range fs {
		out = append(out, f())
	}
	return
}

type node struct {
	left, right *node
	v           int
}

func (t *node) walk(f func(int) bool) bool {
	return t == nil || t.left.walk(f) && f(t.v) && t.right.walk(f)
}

func (t *node) insert(v int) *node {
	if t == nil {
		return &node{v: v}
	}
	if v < t.v {
		t.left = t.left.insert(v)
	} else {
		t.right = t.right.insert(v)
	}
	return t
}

func tree() (out []int) {
	var t *node
	for _, v := range []int{5, 2, 8, 1, 9, 3} {
		t = t.insert(v)
	}
	t.walk(func(v int) bool { out = append(out, v); return v < 8 })
	return
}

type handler struct {
	name string
	call func(string, ...int) string
}

func handlers() (out []string) {
	prefix := ">"
	list := []handler{
		{"join", func(s string, list ...int) string { return prefix + s + fmt.Sprint(list) }},
		{"count", func(s string, list ...int) string { return fmt.Sprint(s, len(list)) }},
	}
	table := map[string]func(string, ...int) string{}
	for _, h := range list {
		table[h.name] = h.call
	}
	prefix = "#"
	for _, h := range list {
		out = append(out, h.call("a"), h.call("b", 1, 2), table[h.name]("c", []int{3}...))
	}
	return
}

func compose[A, B, C any](f func(A) B, g func(B) C) func(A) C {
	return func(a A) C { return g(f(a)) }
}

func double(n int) int { return 2 * n }

func mapped[T, U any](list []T, f func(T) U) (out []U) {
	for _, x := range list {
		out = append(out, f(x))
	}
	return
}

type big struct {
	a [10]int
	s string
}

// Values in memory of their own are captured as variables, too.
func bigs() (b big, get func() big, set func(int, int)) {
	b.s = "b"
	get = func() big { return b }
	set = func(i, x int) { b.a[i] = x }
	set(0, 1)
	return
}

func bigArgument(b big, i int) func(int) (int, string) {
	return func(k int) (int, string) { b.a[i] += k; return b.a[i], b.s }
}

func recursive(n int) int {
	var fib func(int) int
	fib = func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}
	return fib(n)
}

func nested(n int) []int {
	total := 0
	outer := func(k int) func(int) int {
		total += k
		return func(m int) int {
			inner := func() int { total += m; k++; return total*100 + k }
			return inner() + n
		}
	}
	a, b := outer(1), outer(2)
	return []int{a(1), b(1), a(2), b(2), total}
}

type compare func(a, b string) int

func (c compare) reverse() compare { return func(a, b string) int { return c(b, a) } }

func native() []string {
	words := strings.Fields("the quick brown fox jumps over a lazy dog")
	sort.Slice(words, func(i, j int) bool { return words[i] < words[j] })
	out := []string{strings.Join(words, " ")}
	slices.SortFunc(words, func(a, b string) int { return len(a) - len(b) })
	out = append(out, strings.Join(words, " "))
	slices.SortFunc(words, compare(strings.Compare).reverse())
	out = append(out, strings.Join(words, " "))
	shift := rune(1)
	out = append(out, strings.Map(func(r rune) rune { shift++; return r + shift%2 }, "abcdef"))
	out = append(out, fmt.Sprint(strings.FieldsFunc("a1b2c", func(r rune) bool { return r < 'a' })))
	n := sort.Search(100, func(i int) bool { return i*i >= 50 })
	return append(out, fmt.Sprint(n), fmt.Sprint(mapped(words, strings.ToUpper)))
}

func parallel() int {
	var all sync.WaitGroup
	results := make([]int, 8)
	step := func(i int) int {
		n := 0
		add := func(k int) { n += k }
		for k := range 1000 {
			add(k * i)
		}
		return n
	}
	for i := range results {
		all.Add(1)
		go func() {
			defer all.Done()
			results[i] = step(i)
		}()
	}
	all.Wait()
	total := 0
	for _, r := range results {
		total += r
	}
	return total
}

func callNil(f func(int) int) (err error) {
	defer func() { err, _ = recover().(error) }()
	apply := func(f func(int) int) int { return f(1) }
	apply(f)
	return
}

func failing(list []int) func(int) int {
	return func(i int) int { return list[i] }
}

func caught(f func(int) int, i int) (err error) {
	defer func() { err, _ = recover().(error) }()
	f(i)
	return nil
}

var global = 1

var adders = []func(int) int{func(k int) int { global += k; return global }, double}

func swap(a, b func(int) int) (func(int) int, func(int) int) { return b, a }

func immediately(n int) int {
	x := func(a, b int) int { return a*10 + b }(n, n+1)
	func() { x++ }()
	return x
}

func errorsOf(n int) func() (int, error) {
	return func() (int, error) {
		if n--; n < 0 {
			return n, errors.New("no more")
		}
		return n, nil
	}
}

func main() {
	add, get := counter()
	add(1)
	add(2)
	fmt.Println(get(), add(3), accumulate(1000))
	fmt.Println(iterations(), skips(), tree())
	fmt.Println(handlers())
	f := compose(double, func(n int) string { return fmt.Sprint("<", n, ">") })
	fmt.Println(f(4), compose(f, strings.ToUpper)(5), mapped([]int{1, 2}, f))
	b, getBig, set := bigs()
	set(1, 7)
	fmt.Println(b, getBig(), getBig().a[1])
	g := bigArgument(b, 2)
	g(5)
	fmt.Println(g(6))
	fmt.Println(b.a[2], recursive(20), nested(1000))
	for _, s := range native() {
		fmt.Println(s)
	}
	fmt.Println(parallel())
	fmt.Println(callNil(nil), callNil(double), caught(failing([]int{1}), 3), caught(failing(nil), 0))
	for _, a := range adders {
		fmt.Println(a(20), global)
	}
	x, y := swap(adders[0], adders[1])
	fmt.Println(x(1), y(1), immediately(3))
	next := errorsOf(1)
	fmt.Println(next())
	fmt.Println(next())
	fmt.Printf("%T %T\n", next, add)
}
