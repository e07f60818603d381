package main

import "fmt"

type N int

func (n N) Even() bool { return n%2 == 0 }

type Flag bool

func (f Flag) String() string { return fmt.Sprintf("flag %t", bool(f)) }

type M map[int]int

func yes(...any) bool { return true }

func flag(...any) Flag { return true }

func run(name string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println(name, "panics", v)
		}
	}()
	f()
}

func main() {
	n, no := N(4), false
	run("switch", func() {
		switch {
		case any(n.Even()).(bool), true:
			fmt.Println("even")
		}
	})
	run("flags", func() {
		f := Flag(n == 5)
		switch {
		case !yes((n)), bool(flag((n)) && f), any(f) == any(true):
			fmt.Println("none")
		case bool(f), flag((n)) == Flag(true):
			fmt.Println("flag")
		}
		switch any(n).(N) {
		case (n + 1) * 1, N(any(4).(int)):
			fmt.Println("four")
		}
	})
	run("assertion", func() {
		x := any(n.Even()).(bool) || no
		fmt.Println(x, any(n.Even()).(bool) && no, any(n.Even()).(bool) && !no)
	})
	run("interface", func() {
		if any(n) == any(N(4)) && n.Even() || no {
			fmt.Println("equal")
		}
	})
	run("parentheses", func() {
		fmt.Println(yes((n)) && no, yes(1+(n)) || no, (n)*(n+1) == 20 && n.Even(), ((n) == 4 && (n) < 5) || no)
	})
	run("types", func() {
		fmt.Println(yes((chan int)(nil)) || no, yes((func())(nil)) && no, M{1: 2}[1] == 2 && n == 4, [...]int{5}[0] == 5 || no)
	})
	run("flag", func() {
		var f Flag = flag((n)) && Flag(n == 4)
		fmt.Println(f, flag(any(n)) || f, flag((n+1)*2) && !f)
	})
	run("loop", func() {
		for i := 0; any(i) != any(3) && yes((i)); i++ {
			fmt.Println(i, any(i) == any(1) || any(i).(int) > 1 && yes((i)))
		}
	})
	run("strings", func() {
		s := "(a"
		fmt.Println(s == "(a" && yes(" (", s), s+"{" == "(a{" || no)
	})
}
