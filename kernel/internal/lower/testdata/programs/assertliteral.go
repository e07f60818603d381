package main

import "fmt"

type (
	List []uint8
	Dict map[string]int
	Pair [2]int
	Pipe chan int
)

func try(name string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println(name, v)
		}
	}()
	f()
}

func main() {
	defer try("end", func() {})
	for _, x := range []any{List{1}, []uint8{2}, Dict{"a": 1}, map[string]int{"b": 2}, Pair{1, 2}, [2]int{3, 4}, make(Pipe), make(chan int), nil} {
		_, list := x.(List)
		l, bytes := x.([]uint8)
		_, dict := x.(Dict)
		d, plain := x.(map[string]int)
		_, pair := x.(Pair)
		a, array := x.([2]int)
		_, pipe := x.(Pipe)
		_, channel := x.(chan int)
		fmt.Printf("%T %v %v %v %v %v %v %v %v %v %v %v\n", x, list, bytes, dict, plain, pair, array, pipe, channel, l, d, a)
	}
	var x any = List{1}
	try("slice", func() { fmt.Println(len(x.([]uint8))) })
	try("map", func() { fmt.Println(len(x.(map[string]int))) })
	x = []uint8{5, 6}
	try("bytes", func() { fmt.Println(x.([]uint8)[1]) })
	type Local []uint8
	x = Local{7}
	if v, ok := x.([]uint8); ok {
		fmt.Println("taken for", v)
	} else if v, ok := x.(Local); ok {
		fmt.Println(v)
	}
	type point struct{ X, Y int }
	x = point{1, 2}
	_, named := x.(point)
	_, literal := x.(struct{ X, Y int })
	fmt.Println(named, literal)
	x = struct{ X, Y int }{3, 4}
	p, literal := x.(struct{ X, Y int })
	fmt.Println(p, literal)
	x = List{1}
	var v []uint8
	var ok bool
	v, ok = x.([]uint8)
	fmt.Println(v == nil, ok)
}
