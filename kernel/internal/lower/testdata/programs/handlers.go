// Function literals that native code keeps see the variables of their iteration.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
)

func main() {
	mux := http.NewServeMux()
	for i, name := range []string{"one", "two"} {
		local := strings.ToUpper(name)
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, i, name, local)
		})
	}
	for n := range 2 {
		mux.Handle(fmt.Sprint("/n", n), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, n) }))
	}
	for k := 0; k < 2; k++ {
		mux.HandleFunc(fmt.Sprint("/k", k), func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, k) })
	}
	for _, path := range []string{"/one", "/two", "/n0", "/n1", "/k0", "/k1"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(path, w.Body)
	}
	for _, sign := range []int{1, -1} {
		list := []int{2, 3, 1}
		slices.SortFunc(list, func(a, b int) int { return sign * (a - b) })
		fmt.Println(list, strings.Map(func(r rune) rune { return r + rune(sign) }, "bcd"))
	}
}
