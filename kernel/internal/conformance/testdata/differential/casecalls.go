package main

import "fmt"

func main() {
	tr := func(s string, x int) int { fmt.Print(s, " "); return x }
	switch tr("t", 2) {
	case tr("1", 1), tr("2", 2):
		fmt.Println("two")
	case tr("3", 3):
		fmt.Println("three")
	}
	switch x := tr("t", 5); x {
	case tr("1", 1), tr("2", 2), 5:
		fmt.Println("five")
	default:
		fmt.Println("none")
	}
}
