package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
	"unicode"
)

func args() []string { return []string{"f"} }

func pair() ([]string, error) { return []string{"pair"}, io.EOF }

var none error

func main() {
	os.Args = []string{"a", "b"}
	fmt.Println(os.Args)
	os.Args = append(os.Args, "c")
	fmt.Println(os.Args)
	os.Args = args()
	fmt.Println(os.Args)
	os.Args, none = pair()
	fmt.Println(os.Args, none)
	os.Args, none = []string{"prog", "-n", "7", "rest"}, nil
	fmt.Println(os.Args, none)
	os.Args[0] = "first"
	p := &os.Args
	*p = (*p)[:1]
	fmt.Println(os.Args)
	http.DefaultClient = &http.Client{Timeout: time.Second}
	fmt.Println(http.DefaultClient.Timeout)
	fmt.Println(unicode.In('a', unicode.GraphicRanges...), unicode.In('\n', unicode.GraphicRanges...))
	fmt.Println(append([]string(nil), os.Args...))
	http.DefaultClient.Timeout = 2 * time.Second
	fmt.Println(http.DefaultClient.Timeout)
}
