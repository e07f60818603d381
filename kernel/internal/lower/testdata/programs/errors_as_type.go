package main

import (
	"errors"
	"fmt"
)

type missing struct{ name string }

func (m missing) Error() string { return m.name + " is missing" }

type odd struct{}

func (odd) Error() string { return "odd" }

func (odd) As(target any) bool {
	if m, ok := target.(*missing); ok {
		*m = missing{"made by As"}
		return true
	}
	return false
}

func asTypes() {
	err := fmt.Errorf("wrapped: %w", missing{"file"})
	if m, ok := errors.AsType[missing](err); ok {
		fmt.Println(m.name, m)
	}
	m, ok := errors.AsType[missing](errors.Join(errors.New("x"), fmt.Errorf("y: %w", err)))
	fmt.Println(m, ok)
	m, ok = errors.AsType[missing](fmt.Errorf("%w", odd{}))
	fmt.Println(m, ok)
	_, ok = errors.AsType[*missing](err)
	fmt.Println(ok)
	_, ok = errors.AsType[missing](nil)
	fmt.Println(ok)
}

func main() { asTypes() }
