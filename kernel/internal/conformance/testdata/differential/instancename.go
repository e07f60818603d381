package main

import "fmt"

type L[T any] []T
type P[A, B any] struct {
	X A
	Y B
}
type I[T any] interface{ M() T }

func main() {
	fmt.Printf("%T %T %T %T\n", L[any]{}, P[error, L[any]]{}, L[func(int) any]{}, P[struct{ A any }, map[string]any]{})
	fmt.Printf("%T %T %T %T\n", L[[]byte]{}, P[rune, *int]{}, L[chan<- int]{}, L[[3]int]{})
}
