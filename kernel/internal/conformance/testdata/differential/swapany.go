package main

import "fmt"

func main() {
	a, b := any(any(int32(-1))), any(any(struct{ A int }{1}))
	a, b = b, a
	fmt.Println(a, b)
	s := []any{a, b, any(uint8(0))}
	s[0], s[1], s[2] = s[2], s[0], s[1]
	fmt.Println(s)
	a, c := b, s[1]
	fmt.Println(a, c)
	d, e := s[0], a
	e, f := d, e
	fmt.Println(d, e, f)
	var err error
	x, err := 1, fmt.Errorf("e")
	y, err := x, error(nil)
	fmt.Println(x, y, err)
}
