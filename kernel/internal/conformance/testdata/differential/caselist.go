package main

import "fmt"

type N int

func tr(s string, x int) int { fmt.Print(s, " "); return x }
func trn(s string, x N) N    { fmt.Print(s, " "); return x }
func b(s string, x bool) bool {
	fmt.Print(s, " ")
	return x
}

func main() {
	switch tr("t", 2) {
	case tr("1", 1), tr("2", 2), tr("3", 3):
		fmt.Println("two")
	}
	switch trn("t", 3) {
	case trn("1", 1), trn("2", 2):
		fmt.Println("two")
	case trn("3", 3):
		fmt.Println("three")
	}
	switch {
	case b("1", false), b("2", true):
		fmt.Println("two")
	case b("3", true):
		fmt.Println("three")
	}
	x := 4
	switch x {
	case x + 1, x:
		fmt.Println("x")
	}
	switch y := any(x); y {
	case "a", 4, N(4):
		fmt.Println("y")
	}
	a := []int{1, 2}
	switch 2 {
	case a[0], a[1]:
		fmt.Println("a1")
	}
}
