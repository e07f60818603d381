package main

import "fmt"

func guard(name string) func() {
	return func() {
		if r := recover(); r != nil {
			fmt.Println(name, r)
		}
	}
}

type S struct{}

func (S) rec()       { fmt.Println("S", recover()) }
func a()             { defer guard("a")(); panic(1) }
func b()             { defer guard("b")(); defer guard("b0")(); panic(2) }
func c()             { defer S{}.rec(); panic(3) }
func e() (err error) { defer wrap(&err)(); panic("x") }
func wrap(p *error) func() {
	return func() {
		if r := recover(); r != nil {
			*p = fmt.Errorf("w %v", r)
		}
	}
}
func main() { a(); b(); c(); fmt.Println(e()) }
