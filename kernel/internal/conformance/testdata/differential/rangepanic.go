package main

import "fmt"

func main() {
	f := func(yield func(int) bool) {
		defer fmt.Println("cleanup")
		for i := range 3 {
			if !yield(i) {
				fmt.Println("stopped")
				return
			}
		}
	}
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		for i := range f {
			defer fmt.Println("deferred in loop", i)
			if i == 1 {
				panic("in loop")
			}
		}
	}()
	func() {
		defer func() { defer func() { fmt.Println("inner", recover()) }(); fmt.Println("mid"); panic("second") }()
		defer func() { fmt.Println("first", recover()) }()
		panic("x")
	}()
	func() {
		defer func() { fmt.Println("outer", recover()) }()
		defer func() { panic(0) }()
		panic([]int{1})
	}()
}
