package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
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
	http.DefaultClient.Timeout = 2 * time.Second
	fmt.Println(http.DefaultClient.Timeout)
}
