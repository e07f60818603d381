package main

import "fmt"

type (
	Names map[int8]string
	Row   []int
	Rows  []Row
	Grid  [2][3]int
)

var names = Names{1: "abc"}

func main() {
	defer fmt.Print()
	fmt.Println([]string{names[1][1:], (names[1])[:1]}, map[string]string{names[1][2:]: names[1][:2]})
	rows, grid := Rows{{1, 2, 3}}, Grid{{4, 5, 6}}
	list := []Row{rows[0][1:], rows[0][:1:1]}
	fmt.Println(list, cap(list[1]))
	part := [][]int{grid[0][1:], grid[1][:]}
	part[0][0] = 7
	fmt.Println(part, grid)
	fmt.Printf("%T %T\n", rows[0][1:], grid[0][1:])
	rows[0] = append(rows[0][:1], rows[0][2:]...)
	copy(grid[1][:], rows[0])
	fmt.Println(rows, grid)
}
