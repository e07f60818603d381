package main

import "fmt"

type N bool

func id(x int) int { return x }

func main() {
	a := 3
	var w N = N(a != 2)
	fmt.Println(w)
	s := []N{N(a < 2), a > 2}
	fmt.Println(s)
	t := struct{ X N }{N(id(a) < 2)}
	fmt.Println(t)
	f := func() N { return N(a < 4) }
	fmt.Println(f())
	var x N
	x = N(a == 3)
	x = a == 3
	x = !x || N(a == 2)
	fmt.Println(x, N(a == 3) && x)
}
