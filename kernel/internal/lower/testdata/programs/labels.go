package main

import "fmt"

func find(grid [][]any, x any) (i, j int) {
	p := "found"
p:
	for i = range grid {
		for j = range grid[i] {
			switch {
			case grid[i][j] == x:
				fmt.Println(p, i, j)
				break p
			case grid[i][j] == nil:
				continue p
			}
		}
	}
	return
}

func main() {
	fmt.Println(find([][]any{{1, nil, 2}, {"x", 2}}, 2))
	n := 0
	main := any(3)
n:
	n++
	if n < main.(int) {
		goto n
	}
	seq := func(yield func(int) bool) {
		for i := range 10 {
			if !yield(i) {
				return
			}
		}
	}
	seq2 := 0
seq2:
	for i := range seq {
		for j := range seq {
			if j == 2 {
				continue seq2
			}
			if i == 3 {
				break seq2
			}
			seq2 += j
		}
	}
	fmt.Println(n, seq2)
}
