package main

import (
	"fmt"
	"strings"
)

type grid [2][2]bool

// Values of an array behind a pointer of a named type.
func (g *grid) String() string {
	var sb strings.Builder
	for _, row := range g {
		for _, c := range row {
			sb.WriteByte(".#"[map[bool]int{true: 1}[c]])
		}
		sb.WriteByte('|')
	}
	return sb.String()
}

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// A jump out of the body of a range over a function, and one inside it.
func jump(n int) string {
	for i := range count(5) {
		tries := 0
	again:
		if tries++; tries < 3 {
			goto again
		}
		if i == n {
			goto found
		}
	}
	return "none"
found:
	return "found"
}

func main() {
	fmt.Println(&grid{{true}, {false, true}})
	fmt.Println(jump(3), jump(7))
	var p struct{ x, y int }
	m := map[string]int{}
	for p.x = range count(2) {
	}
	for _, m["v"] = range []int{4, 5} {
	}
	fmt.Println(p, m)
	for p.x, p.y = range [...]int{7, 8} {
	}
	x, i := []rune{'a', 'b'}, 1
	for i, x[i] = range "c" {
	}
	fmt.Println(p, i, string(x))
}
