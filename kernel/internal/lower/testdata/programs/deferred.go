package main

import (
	"errors"
	"fmt"

	"runtime"
	"sync"
)

type T struct{ n int }

func (t *T) close()   { fmt.Println("close", t.n) }
func (t T) val(x int) { fmt.Println("val", t.n, x) }
func (t *T) rec()     { fmt.Println("rec", recover()) }

type closer interface{ close() }

func named() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	n = 3
	panic("boom")
}

func funcs() (f func() int, err error) {
	defer func() { err = errors.New("late") }()
	x := 5
	return func() int { x++; return x }, nil
}

var total int

func add() (n int) {
	defer func() {}()
	n = total + 1
	return
}

func partial() (n int) {
	defer func() {}()
	n = 7
	panic("partial")
}

func order() {
	for i := 0; i < 3; i++ {
		defer func() { fmt.Println("lit", i) }()
		defer fmt.Println("call", i)
		t := T{i}
		defer t.close()
		defer t.val(i * 10)
		t.n = 100 + i
	}
}

func chain() {
	defer func() { fmt.Println("outer", recover()) }()
	defer func() { panic("second") }()
	defer fmt.Println("between")
	defer func() { panic("third") }()
	panic("first")
}

func goexit() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer fmt.Println("a")
		defer func() { fmt.Println("recover in goexit", recover()) }()
		defer func() { runtime.Goexit() }()
		runtime.Goexit()
	}()
	wg.Wait()
}

func nested() (s string) {
	defer func() {
		s += fmt.Sprint(" outer:", recover())
	}()
	defer func() {
		func() { s += fmt.Sprint(" inner:", recover()) }()
	}()
	panic(1)
}

func helper() any { return recover() }

func viaHelper() {
	defer func() { fmt.Println("got", recover()) }()
	defer func() { fmt.Println("helper", helper()) }()
	panic("h")
}

func direct() {
	defer (&T{4}).rec()
	panic("direct")
}

func iface() {
	defer func() { fmt.Println(recover()) }()
	var c closer
	defer c.close()
	fmt.Println("not reached")
}

func nilfunc() {
	defer func() { fmt.Println(recover()) }()
	var f func()
	defer f()
	fmt.Println("reached")
}

func inLoop() {
	for i := range 3 {
		func() {
			defer func() {
				if r := recover(); r != nil {
					fmt.Println("loop", i, r)
				}
			}()
			if i%2 == 0 {
				panic(fmt.Sprint("p", i))
			}
		}()
	}
}

func repanic() {
	defer func() { fmt.Println("final", recover()) }()
	defer func() {
		r := recover()
		panic(fmt.Sprint("re-", r))
	}()
	panic("x")
}

func value() int {
	x := 1
	defer func() { x = 10 }()
	return x
}

func variadic(a ...int) { fmt.Println("variadic", a) }

func main() {
	fmt.Println(named())
	f, err := funcs()
	fmt.Println(f(), f(), err)
	total = add()
	total = add()
	fmt.Println(total)
	x := 1
	func() {
		defer func() { recover() }()
		x = partial()
	}()
	fmt.Println(x)
	order()
	chain()
	goexit()
	fmt.Println(nested())
	viaHelper()
	direct()
	iface()
	nilfunc()
	inLoop()
	repanic()
	fmt.Println(value())
	func() {
		defer variadic(1, 2, 3)
		defer variadic([]int{4, 5}...)
		defer variadic()
		m := map[string]int{"a": 1}
		defer delete(m, "a")
		c := make(chan int)
		defer close(c)
		defer copy([]int{1}, []int{2})
		defer print()
		var mu sync.Mutex
		mu.Lock()
		defer mu.Unlock()
		p := &T{9}
		defer p.close()
		p = &T{10}
		g := p.close
		defer g()
		p = nil
		fs := []func(){func() { fmt.Println("f0") }, func() { fmt.Println("f1") }}
		i := 0
		defer fs[i]()
		i = 1
		defer fs[i]()
	}()
	func() {
		defer func(r any) { fmt.Println("arg", r) }(recover())
		defer func(s string) { fmt.Println(s, recover()) }("with arg")
		panic("q")
	}()

	var e error
	func() {
		defer func() { e, _ = recover().(error) }()
		var p *T
		p.n++
	}()
	fmt.Println(e)
	func() {
		defer func() { fmt.Println(recover()) }()
		var m map[string]int
		m["a"] = 1
	}()
}
