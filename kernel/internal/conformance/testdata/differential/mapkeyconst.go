package main

import "fmt"

type N complex128
type C map[int64]N
type M map[int8]string

var g = C{int64(0): N(1.5)}

func main() {
	fmt.Println(g[0], g[int64(0)]+g[int64(0)])
	x := struct{ A N }{A: g[int64(0)] + g[int64(0)]}
	fmt.Println(x)
	y := struct{ A N }{A: g[0]}
	fmt.Println(y)
	y.A = g[int64(0)]
	fmt.Println(y)
	m := M{3: "a"}
	z := struct{ S string }{m[3]}
	fmt.Println(z, m[3]+m[3])
	s := []string{m[3], m[4]}
	fmt.Println(s)
	p := map[float32]int{1.5: 2}
	q := []int{p[1.5]}
	q[0] = p[1.5]
	fmt.Println(q, p[1.5]+1)
	w := m[3]
	w = m[4]
	fmt.Println(w, len(m[3]))
}
