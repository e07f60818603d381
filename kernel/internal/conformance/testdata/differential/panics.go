package main

import "fmt"

func try(name string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println(name, "panic", v)
		}
	}()
	f()
}

func main() {
	a := []int{1, 2}
	n := 5
	try("conv", func() { fmt.Println([3]int(a)) })
	try("assert", func() { var x any = uint64(3); _ = x.(interface{ Missing() }) })
	try("assert2", func() { var x any = uint64(3); fmt.Println(x.(string)) })
	try("assert3", func() { var x any; fmt.Println(x.(string)) })
	try("index", func() { fmt.Println(a[n]) })
	try("index2", func() { x := [3]int{}; fmt.Println(x[n]) })
	try("index3", func() { x := "abc"; fmt.Println(x[n]) })
	try("index4", func() { a[n] = 2 })
	try("index5", func() { m := map[string][]int{"a": {1}}; m["a"][n]++ })
	try("index6", func() { fmt.Println(len(a), a[n-6]) })
	try("slice1", func() { fmt.Println(a[n:]) })
	try("slice2", func() { fmt.Println(a[:n]) })
	try("slice3", func() { fmt.Println(a[n-3 : n-4 : n]) })
	try("slice4", func() { x := "abc"; fmt.Println(x[n:]) })
	try("slice5", func() { fmt.Println(a[n-4 : n-5]) })
	try("slice6", func() { x := [3]int{}; fmt.Println(x[1:n]) })
	try("mapkey", func() { m := map[any]int{}; m[[]int{1}] = 2 })
	try("mapkey2", func() { m := map[any]int{}; m[func() {}] = 2 })
	try("mapkey3", func() { m := map[any]int{}; m[[1]any{map[int]int{}}] = 2 })
	try("nilmap", func() { var m map[string]int; m["a"] = 1 })
	try("cmp", func() { var a, b any = []int{1}, []int{1}; fmt.Println(a == b) })
	try("make", func() { fmt.Println(len(make([]int, n-6))) })
	try("nilfunc", func() { var f func(); f() })
	try("nilptr", func() { var p *struct{ A int }; fmt.Println(p.A) })
	try("nilptr2", func() { var p *int; *p = 1 })
	try("nilif", func() { var s fmt.Stringer; s.String() })
	try("nilpanic", func() { panic(nil) })
	try("chan", func() { c := make(chan int); close(c); close(c) })
	try("chan2", func() { c := make(chan int); close(c); c <- 1 })
	try("chan3", func() { var c chan int; close(c) })
	try("div", func() { fmt.Println(n / (n - 5)) })
	try("shift", func() { fmt.Println(1 << (n - 6)) })
	try("neg cap", func() { fmt.Println(make([]int, 1, n-5)) })
	try("arrptr", func() { var p *[3]int; fmt.Println(len(p)); fmt.Println(p[1]) })
	try("rangenil", func() {
		var p *[3]int
		for i := range p {
			fmt.Print(i)
		}
		for _, x := range p {
			fmt.Print(x)
		}
	})
	try("err", func() { panic(fmt.Errorf("e")) })
}
