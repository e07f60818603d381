package main

import "fmt"

func pick(n int) string {
	fmt.Print("pick ")
	switch n {
	default:
		return "default"
	case 200, 1:
		return "one"
	case n:
		return "itself"
	}
}

func first(n int) (s string) {
	fmt.Print("first ")
	switch x := n; {
	default:
		s = "default"
	case x > 5:
		s = "big"
	case x > 3, x < 0:
		s = "odd"
	case x > 2:
		s = "small"
	}
	return s
}

func falls(n int) (list []string) {
	fmt.Print("falls ")
	switch {
	default:
		list = append(list, "default")
		fallthrough
	case n > 10:
		list = append(list, "more than 10")
		fallthrough
	case n > 5:
		list = append(list, "more than 5")
	case n > 3:
		list = append(list, "more than 3")
	}
	return list
}

func grid(n int, a any, c chan int) {
	switch n {
	case 1:
	search:
		for i := range 3 {
			for j := range 3 {
				if i*j == 2 {
					fmt.Println("found", i, j)
					break search
				}
				if j > i {
					continue search
				}
				fmt.Println(i, j)
			}
		}
		fallthrough
	case 2:
		i := 0
	again:
		if i++; i < 3 {
			fmt.Println("again", i)
			goto again
		}
		goto end
	end:
		fmt.Println("end", i)
	}
	switch a := a.(type) {
	case int:
	ints:
		for i := range a {
			for range a {
				if i == 1 {
					break ints
				}
				fmt.Println("int", i)
				continue ints
			}
		}
	default:
	out:
		switch {
		case n > 0:
			for {
				break out
			}
		}
		fmt.Println("out", a)
	}
	select {
	case v := <-c:
	received:
		for i := range v {
			for {
				if i > 1 {
					break received
				}
				fmt.Println("received", i)
				continue received
			}
		}
	default:
	none:
		for {
			for {
				break none
			}
		}
		fmt.Println("none")
	}
}

func over(n int) {
	count := func(yield func(int) bool) {
		for i := range 3 {
			if !yield(i) {
				return
			}
		}
	}
	switch n {
	case 1, n:
	loop:
		for i := range 3 {
			for j := range count {
				if j == 2 {
					continue loop
				}
				if i == 2 {
					break loop
				}
				fmt.Println(i, j)
			}
		}
	}
}

func main() {
	for _, n := range []int{1, 2, 200} {
		fmt.Println(pick(n))
	}
	for n := range 8 {
		fmt.Println(first(n-1), falls(n*2))
	}
	c := make(chan int, 1)
	c <- 5
	grid(1, 3, c)
	grid(2, "text", c)
	over(7)
}
