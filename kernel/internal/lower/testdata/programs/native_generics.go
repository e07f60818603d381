package main

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

type person struct {
	name string
	age  int
}

type order func(a, b person) int

type words []string

type level int

func (l level) String() string { return strings.Repeat("*", int(l)) }

func byAge(a, b person) int { return a.age - b.age }

func (p person) compare(q person) int { return cmp.Compare(p.name, q.name) }

func sorted[E any](list []E, f func(a, b E) int) []E {
	list = slices.Clone(list)
	slices.SortFunc(list, f)
	return list
}

func sorts() {
	people := []person{{"b", 2}, {"a", 2}, {"d", 1}, {"c", 3}}
	fmt.Println(sorted(people, byAge), sorted(people, person.compare))
	var o order = func(a, b person) int { return b.age - a.age }
	slices.SortStableFunc(people, o)
	fmt.Println(people)
	pointers := []*person{{"z", 1}, {"y", 2}}
	slices.SortFunc(pointers, func(a, b *person) int { return strings.Compare(a.name, b.name) })
	fmt.Println(pointers[0].name, pointers[1].name)
	levels := []level{3, 1, 2}
	slices.SortFunc(levels, func(a, b level) int { return cmp.Compare(b, a) })
	fmt.Println(levels, slices.Max(levels))
	var any1 = []any{2, "x", 1.5}
	slices.SortFunc(any1, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	fmt.Println(any1)
	errs := []error{errors.New("b"), errors.New("a")}
	slices.SortFunc(errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	fmt.Println(errs)
	pairs := [][]int{{2, 1}, {1, 2}, {1, 1}}
	slices.SortFunc(pairs, slices.Compare)
	fmt.Println(pairs)
	text := words{"pear", "fig", "apple"}
	slices.SortFunc(text, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	fmt.Println(text, slices.Contains(text, "fig"), slices.Index(text, "apple"))
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		slices.SortFunc(people, func(a, b person) int { panic("cannot compare") })
	}()
}

func sequences() {
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	fmt.Println(slices.Sorted(maps.Keys(m)), slices.Sorted(maps.Values(m)))
	for i, v := range slices.All([]string{"x", "y", "z"}) {
		if i == 2 {
			break
		}
		fmt.Print(i, v, " ")
	}
	for v := range slices.Values([]float64{1.5, 2.5}) {
		fmt.Print(v, " ")
	}
	for i, v := range slices.Backward([]int{1, 2}) {
		fmt.Print(i, v, " ")
	}
	fmt.Println()
	var keys iter.Seq[string] = maps.Keys(m)
	fmt.Println(len(slices.Collect(keys)))
	even := func(yield func(int) bool) {
		for i := 0; i < 10; i += 2 {
			if !yield(i) {
				return
			}
		}
	}
	fmt.Println(slices.Collect(even), slices.AppendSeq([]int{-1}, even))
	for c := range slices.Chunk([]int{1, 2, 3, 4, 5}, 2) {
		fmt.Print(c)
	}
	fmt.Println()
	next, stop := iter.Pull(slices.Values([]int{7, 8}))
	defer stop()
	fmt.Println(next())
	both := maps.Collect(slices.All([]string{"p", "q"}))
	fmt.Println(both, maps.Equal(both, map[int]string{0: "p", 1: "q"}))
	maps.DeleteFunc(both, func(k int, v string) bool { return v == "p" })
	copied := maps.Clone(both)
	copied[5] = "five"
	maps.Copy(both, map[int]string{9: "nine"})
	fmt.Println(both, copied)
	for line := range strings.Lines("one\ntwo\n") {
		fmt.Printf("%q ", line)
	}
	for part := range strings.SplitSeq("a,b,c", ",") {
		if part == "c" {
			break
		}
		fmt.Print(part, " ")
	}
	fmt.Println(slices.Collect(strings.FieldsSeq(" a b ")))
}

func functions() {
	xs := []int{3, 1, 2}
	f := slices.Max[[]int]
	g := slices.Sort[[]int, int]
	g(xs)
	fmt.Println(f(xs), xs, slices.IsSorted(xs))
	table := map[string]func([]int) int{"min": slices.Min[[]int], "max": slices.Max[[]int]}
	fmt.Println(table["min"](xs), table["max"](xs))
	compare := cmp.Compare[string]
	fmt.Println(compare("a", "b"), cmp.Less(1, 2), cmp.Or("", "x", "y"), min(2, 1))
	i, ok := slices.BinarySearch(xs, 2)
	fmt.Println(i, ok)
	i, ok = slices.BinarySearchFunc(xs, 3, func(a, b int) int { return a - b })
	fmt.Println(i, ok)
	xs = slices.Insert(xs, 1, 10, 11)
	xs = slices.Delete(xs, 0, 1)
	xs = slices.Replace(xs, 0, 1, 5, 6)
	xs = slices.Grow(xs, 10)
	fmt.Println(xs, cap(xs) >= 14, slices.Concat(xs, []int{1}, xs[:1]), slices.Repeat([]string{"r"}, 3))
	fmt.Println(slices.IndexFunc(xs, func(x int) bool { return x > 5 }), slices.ContainsFunc(xs, func(x int) bool { return x < 0 }))
	fmt.Println(slices.Compact([]int{1, 1, 2, 2, 1}), slices.Equal(xs, xs), slices.Compare([]string{"a"}, []string{"b"}))
	func() {
		defer func() { fmt.Println(recover()) }()
		slices.Max([]float64{})
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		slices.Insert(xs, 100, 1)
	}()
}

func main() {
	sorts()
	sequences()
	functions()
}
