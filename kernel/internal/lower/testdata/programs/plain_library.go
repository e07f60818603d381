package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

type person struct {
	Name string `json:"name"`
	Age  int
	tags []string
}

func (p person) String() string { return p.Name + "!" }

func two() (int, string)          { return 1, "a" }
func join(n int, s string) string { return fmt.Sprint(n, s) }
func joinAny(a, b any) string     { return fmt.Sprint(a, b) }
func generic[T any](x T) T        { return x }
func apply(f func(int) int) (n int) {
	for i := range 3 {
		n += f(i)
	}
	return
}

var people = []person{{"a", 3, nil}, {"b", 1, nil}, {"c", 2, nil}}

var byAge = func(i, j int) bool { return people[i].Age < people[j].Age }

func lib() (out []string) {
	for range 2 {
		b, err := json.Marshal(people[0])
		out = append(out, string(b), fmt.Sprint(err))
		var p person
		err = json.Unmarshal([]byte(`{"name":"z","Age":5}`), &p)
		out = append(out, fmt.Sprintf("%v %+v %v", p, p, err))
		sort.Slice(people, func(i, j int) bool { return people[i].Name > people[j].Name })
		r := strings.NewReader("hello")
		buf := make([]byte, 3)
		n, err := io.ReadFull(r, buf)
		out = append(out, fmt.Sprint(n, err, string(buf)))
		_, err = io.ReadFull(r, buf)
		out = append(out, fmt.Sprint(err, err == io.ErrUnexpectedEOF, errors.Is(err, io.EOF)))
		var mu sync.Mutex
		mu.Lock()
		mu.Unlock()
		d := 1500 * time.Millisecond
		out = append(out, d.String(), fmt.Sprint(d.Seconds(), time.Unix(0, 0).UTC().Year()))
		out = append(out, join(two()), joinAny(two()), fmt.Sprint(apply(generic[int])))
		list := []any{1, people[0], "x"}
		out = append(out, fmt.Sprint(list...), fmt.Sprintln(list...))
		var sb strings.Builder
		fmt.Fprintf(&sb, "%d-%v", 5, people[1])
		out = append(out, sb.String())
		_, err = os.Open("/nonexistent")
		var pe *os.PathError
		out = append(out, fmt.Sprint(errors.As(err, &pe), pe.Op, err))
		w := io.Writer(&sb)
		fmt.Fprint(w, "more")
		out = append(out, sb.String())
		n = 0
		k, e := fmt.Sscan("7 8", &n, new(int))
		out = append(out, fmt.Sprint(n, k, e))
	}
	return
}

func main() {
	defer fmt.Println("end")
	for _, s := range lib() {
		fmt.Println(s)
	}
	sort.Slice(people, byAge)
	fmt.Println(people)
	sort.Slice(people, func(i, j int) bool { return people[i].Name > people[j].Name })
	fmt.Println(people)
	f := func(n int) int { return n * len(people) }
	fmt.Println(apply(f), apply(func(n int) int { return n + 1 }))
}
