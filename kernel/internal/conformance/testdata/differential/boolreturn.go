package main

import "fmt"

type N bool

func f() N { return N(false) }
func g() N { return true }

func main() {
	x := func() N { return N(false) }()
	y := func() N { return false }
	fmt.Println(x, y(), f(), g())
	h := func(b bool) N { return N(b) }
	fmt.Println(h(true))
}
