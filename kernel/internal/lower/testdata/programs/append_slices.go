package main

import "fmt"

type elem interface{ Eq(elem) bool }
type Int int

func (i Int) Eq(e elem) bool { return false }

type set []elem

func (s set) Eq(e elem) bool { return false }

func keep() { recover() }

func main() {
	defer keep()
	er := set{Int(1)}
	var u set
	u = append(u, append(er[:len(er):len(er)], Int(2)))
	u = append(u, er)
	var x []any
	var y []any
	y = append(y, 1, 2)
	x = append(x, y)
	x = append(x, append(y, 3))
	x = append(x, []any{1})
	x = append(x, y, y)
	x = append(x, y[:1])
	x = append(x, f())
	fmt.Println(len(u), len(u[0].(set)), len(x), x)
}
func f() []any { defer keep(); return []any{5, 6} }
