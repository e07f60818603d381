package main

import (
	"fmt"
	"math"
	"runtime"
)

type node struct {
	big  [1000]int
	next *node
	val  int
}

func index(a []int, i int) (s int) {
	for range 1 {
		s = a[i]
	}
	return
}
func index8(a []byte, i uint8) (s int) {
	for range 1 {
		s = int(a[i])
	}
	return
}
func indexU(a []int, i uint64) (s int) {
	for range 1 {
		s = a[i]
	}
	return
}
func indexArray(i int) (s int) {
	var a [4]int
	for range 1 {
		a[i]++
		s = a[i]
	}
	return
}
func indexString(t string, i int) (s int) {
	for range 1 {
		s = int(t[i])
	}
	return
}
func set(a []string, i int) {
	for range 1 {
		a[i] = "x"
	}
}
func slice3(a []int, i, j, k int) (n int) {
	for range 1 {
		n = len(a[i:j:k])
	}
	return
}
func slice2(a []int, i, j int) (n int) {
	for range 1 {
		n = len(a[i:j])
	}
	return
}
func sliceLow(a []int, i int) (n int) {
	for range 1 {
		n = cap(a[i:])
	}
	return
}
func sliceString(a string, i, j int) (n int) {
	for range 1 {
		n = len(a[i:j])
	}
	return
}
func sliceStringLow(a string, i int) (n int) {
	for range 1 {
		n = len(a[i:])
	}
	return
}
func sliceArray(i, j int) (n int) {
	var a [5]int
	for range 1 {
		n = len(a[i:j])
	}
	return
}
func div(a, b int) (s int) {
	for range 1 {
		s = a / b
	}
	return
}
func mod(a, b uint8) (s uint8) {
	for range 1 {
		s = a % b
	}
	return
}
func shift(a, b int) (s int) {
	for range 1 {
		s = a << b
	}
	return
}
func deref(p *int) (s int) {
	for range 1 {
		s = *p
	}
	return
}
func field(n *node) (s int) {
	for range 1 {
		s = n.next.val
	}
	return
}
func setField(n *node) {
	for range 1 {
		n.val = 3
	}
}
func bigField(n *node) (s int) {
	for range 1 {
		s = n.big[999]
	}
	return
}
func copyNode(n *node) (s int) {
	for range 1 {
		m := *n
		s = m.val
	}
	return
}
func nilArray(p *[4]int) (s int) {
	for i := range p {
		s += p[i]
	}
	return
}
func makeLen(n, m int) (s int) {
	for range 1 {
		s = len(make([]int, n, m))
	}
	return
}
func nilMap(m map[string]int) {
	for range 1 {
		m["a"] = 1
	}
}
func raise(v any) {
	for range 1 {
		panic(v)
	}
}
func deep(n int) int {
	if n == 0 {
		var a []int
		return a[n]
	}
	return deep(n-1) + 1
}

func try(name string, f func()) {
	defer func() {
		r := recover()
		_, isRuntime := r.(runtime.Error)
		fmt.Println(name, r, isRuntime)
	}()
	f()
}

func main() {
	a := []int{1, 2, 3}
	try("index", func() { index(a, 3) })
	try("index", func() { index(a, -1) })
	try("index", func() { index(nil, 0) })
	try("index8", func() { index8([]byte("ab"), 200) })
	try("indexU", func() { indexU(a, math.MaxUint64) })
	try("indexArray", func() { indexArray(4) })
	try("indexString", func() { indexString("abc", 7) })
	try("set", func() { set(nil, 2) })
	try("slice3", func() { slice3(a, 0, 1, 9) })
	try("slice3", func() { slice3(a, 0, 3, 2) })
	try("slice3", func() { slice3(a, 2, 1, 3) })
	try("slice2", func() { slice2(a, 2, 1) })
	try("slice2", func() { slice2(a, 2, 10) })
	try("slice2", func() { slice2(a, -1, 2) })
	try("sliceLow", func() { sliceLow(a, 5) })
	try("sliceString", func() { sliceString("abc", 1, 5) })
	try("sliceString", func() { sliceString("abc", 3, 2) })
	try("sliceStringLow", func() { sliceStringLow("abc", 4) })
	try("sliceArray", func() { sliceArray(2, 9) })
	try("sliceArray", func() { sliceArray(4, 3) })
	try("div", func() { div(1, 0) })
	try("mod", func() { mod(1, 0) })
	try("shift", func() { shift(1, -1) })
	try("deref", func() { deref(nil) })
	try("field", func() { field(&node{}) })
	try("setField", func() { setField(nil) })
	try("bigField", func() { bigField(nil) })
	try("copyNode", func() { copyNode(nil) })
	try("nilArray", func() { nilArray(nil) })
	try("makeLen", func() { makeLen(-1, 5) })
	try("makeLen", func() { makeLen(5, 2) })
	try("makeLen", func() { makeLen(math.MaxInt, math.MaxInt) })
	try("nilMap", func() { nilMap(nil) })
	try("raise", func() { raise("text") })
	try("raise", func() { raise(fmt.Errorf("error %d", 1)) })
	try("deep", func() { deep(1000) })
	fmt.Println(deep2(100000))
}

func deep2(n int) int {
	if n == 0 {
		return 0
	}
	var pad [3]int
	pad[n%3] = 1
	return deep2(n-1) + pad[0]
}
