package main

import "fmt"

func main() {
	var a uint64 = ([]uint64{uint64(18446744073709551615)}[0] >> ((3 * []uint{uint(9)}[0]) & 63))
	fmt.Println(a)
	b := []uint64{7}[0] >> (uint(len("a")) & 63)
	fmt.Println(b)
}
