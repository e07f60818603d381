package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

type name string

func (n name) String() string { return "name " + string(n) }

func main() {
	fmt.Println(fmt.Stringer(name("x")).String())
	n, err := io.Reader(strings.NewReader("abc")).Read(make([]byte, 2))
	fmt.Println(n, err)
	fmt.Println(error(errors.New("e")).Error())
	fmt.Println(interface{ Len() int }(strings.NewReader("abcd")).Len())
	f := fmt.Stringer(name("y")).String
	fmt.Println(f())
	defer fmt.Println(io.Writer(new(strings.Builder)).Write([]byte("abc")))
}
