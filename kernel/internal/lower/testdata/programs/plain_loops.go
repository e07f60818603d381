package main

import "fmt"

var total = 3
var list = []int{1, 2, 3}

type counter struct{ n int }

func (c *counter) next() int { c.n++; return c.n }

func bump(n int) int {
	for range 1 {
		total += n
		list[0] += n
	}
	return total
}

func order(n int) (out []string) {
	c := &counter{}
	m := map[string]int{"a": 1}
	for k := range n {
		total += bump(k) + total
		list[0] += bump(1)
		x := total + bump(2)
		y := list[0]*2 - bump(1) + list[0]
		m["a"] += c.next()
		c.n += c.next()
		z := c.n + c.next()*10 + c.next()
		if total > bump(1) {
			x++
		}
		out = append(out, fmt.Sprint(total, x, y, z, m, list[0], bump(1), list[0], total))
	}
	return
}

func main() {
	for _, s := range order(4) {
		fmt.Println(s)
	}
}
