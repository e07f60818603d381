package main

import "fmt"

func main() {
	var x any = 3
	for i := 0; ; {
		i++
		if i > x.(int) {
			break
		}
	}
	for i := 0; i < x.(int); {
		i++
	}
	n := 0
	for i, j := 0, 10; ; {
		i++
		j--
		n++
		if i > j {
			break
		}
	}
	fmt.Println("ok", n)
}
