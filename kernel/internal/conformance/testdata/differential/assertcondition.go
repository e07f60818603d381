package main

import "fmt"

type T struct{ b bool }

func (t T) Even() bool { return t.b }

func main() {
	g := T{}
	if any(g.Even()).(bool) {
		fmt.Println("yes")
	} else {
		fmt.Println("no")
	}
	if x := []int{1}; any(g.Even()).(bool) {
		fmt.Println("yes", x)
	} else {
		fmt.Println("no", x)
	}
	var a any = false
	if a.(bool) {
		fmt.Println("yes")
	}
	for a.(bool) {
		fmt.Println("loop")
		break
	}
	if !a.(bool) && !any(g.b).(bool) {
		fmt.Println("ok")
	}
	switch {
	case a.(bool):
		fmt.Println("yes")
	case any(true).(bool):
		fmt.Println("true")
	}
	m := map[string]any{"k": false}
	if m["k"].(bool) || m["k"].(bool) {
		fmt.Println("yes")
	}
}
