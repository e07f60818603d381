package main

import (
	"bufio"
	"bytes"
	"container/heap"
	"container/list"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"sort"
	"strings"
	"text/tabwriter"
	"text/template"
	"time"
)

type IntHeap []int

func (h IntHeap) Len() int           { return len(h) }
func (h IntHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h IntHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *IntHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *IntHeap) Pop() any {
	old := *h
	n := len(old)
	x := old[n-1]
	*h = old[:n-1]
	return x
}

type byAge []Person

func (a byAge) Len() int           { return len(a) }
func (a byAge) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a byAge) Less(i, j int) bool { return a[i].Age < a[j].Age }

type Person struct {
	Name  string         `json:"name"`
	Age   int            `json:"age,omitempty"`
	Tags  []string       `json:"tags"`
	Extra map[string]any `json:"extra,omitempty"`
	Addr  *Address       `json:"addr,omitempty"`
	note  string
}

type Address struct{ City string }

type Animal interface{ Sound() string }
type Dog struct{ name string }
type Cat struct{}

func (d Dog) Sound() string  { return d.name + " woof" }
func (*Cat) Sound() string   { return "meow" }
func (d Dog) String() string { return "Dog(" + d.name + ")" }

type rot13 struct{ r io.Reader }

func (r rot13) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	for i := range p[:n] {
		switch c := p[i]; {
		case c >= 'a' && c <= 'z':
			p[i] = 'a' + (c-'a'+13)%26
		case c >= 'A' && c <= 'Z':
			p[i] = 'A' + (c-'A'+13)%26
		}
	}
	return n, err
}

type upper struct{ w io.Writer }

func (u *upper) Write(p []byte) (int, error) { return u.w.Write(bytes.ToUpper(p)) }

type Weekday int

const (
	Sunday Weekday = iota
	Monday
	_
	Wednesday
)

var names = map[Weekday]string{Sunday: "Sun", Monday: "Mon", Wednesday: "Wed"}

func (d Weekday) String() string { return names[d] }

type Option func(*config)
type config struct {
	port int
	host string
}

func WithPort(p int) Option { return func(c *config) { c.port = p } }
func New(opts ...Option) *config {
	c := &config{80, "localhost"}
	for _, o := range opts {
		o(c)
	}
	return c
}

type Matrix [2][2]float64

func (m Matrix) Mul(n Matrix) (r Matrix) {
	for i := range 2 {
		for j := range 2 {
			for k := range 2 {
				r[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return
}

type handler struct{ hits int }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.hits++
	fmt.Fprintf(w, "hello %s %d", r.URL.Path, h.hits)
}

func main() {
	h := &IntHeap{5, 2, 8}
	heap.Init(h)
	heap.Push(h, 3)
	for h.Len() > 0 {
		fmt.Print(heap.Pop(h), " ")
	}
	fmt.Println()

	people := []Person{{Name: "A", Age: 30}, {Name: "B", Age: 20, Tags: []string{"x"}}}
	sort.Sort(byAge(people))
	data, err := json.Marshal(people)
	fmt.Println(string(data), err)
	var back []Person
	err = json.Unmarshal([]byte(`[{"name":"C","age":1,"extra":{"k":[1,"z"]},"addr":{"City":"Seoul"}}]`), &back)
	fmt.Println(back[0].Name, back[0].Extra["k"], back[0].Addr.City, err)
	var generic map[string]any
	json.Unmarshal([]byte(`{"a":1.5,"b":[true,null]}`), &generic)
	for _, k := range []string{"a", "b"} {
		switch v := generic[k].(type) {
		case float64:
			fmt.Println("float", v)
		case []any:
			fmt.Println("list", len(v), v)
		}
	}

	for _, a := range []Animal{Dog{"Rex"}, &Cat{}} {
		fmt.Println(a.Sound())
		if s, ok := a.(fmt.Stringer); ok {
			fmt.Println("stringer", s.String())
		}
		switch v := a.(type) {
		case Dog:
			fmt.Println("dog", v.name)
		case *Cat:
			fmt.Println("cat")
		}
	}
	var any1 any = Dog{"Max"}
	if s, ok := any1.(fmt.Stringer); ok {
		fmt.Println("any stringer", s)
	}
	if a, ok := any1.(Animal); ok {
		fmt.Println("any animal", a.Sound())
	}

	io.Copy(os.Stdout, rot13{strings.NewReader("Uryyb\n")})
	fmt.Fprintf(&upper{os.Stdout}, "shout %d\n", 1)
	sc := bufio.NewScanner(strings.NewReader("one two\nthree"))
	sc.Split(bufio.ScanWords)
	for sc.Scan() {
		fmt.Print(sc.Text(), "|")
	}
	fmt.Println()
	w := bufio.NewWriter(os.Stdout)
	fmt.Fprintln(w, "buffered")
	w.Flush()

	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 1, ' ', 0)
	fmt.Fprintf(tw, "a\tb\n%d\t%v\n", 1, Monday)
	tw.Flush()
	t := template.Must(template.New("t").Parse("{{range .}}{{.Name}}={{.Age}} {{end}}\n"))
	if err := t.Execute(os.Stdout, people); err != nil {
		fmt.Println(err)
	}
	fmt.Println(Monday, Wednesday, []Weekday{Sunday}, New(WithPort(8080)).port)
	m := Matrix{{1, 1}, {1, 0}}
	fmt.Println(m.Mul(m), m.Mul(m) == Matrix{{2, 1}, {1, 1}})

	srv := httptest.NewServer(&handler{})
	resp, err := http.Get(srv.URL + "/x")
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Println(string(body), resp.StatusCode)
	srv.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hi/{name}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hi ", r.PathValue("name")) })
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", "/hi/bob", nil))
	fmt.Println(rec.Body.String())

	l := list.New()
	l.PushBack(1)
	l.PushFront("zero")
	for e := l.Front(); e != nil; e = e.Next() {
		fmt.Print(e.Value, " ")
	}
	fmt.Println()
	re := regexp.MustCompile(`(\w+)@(\w+)`)
	fmt.Println(re.FindStringSubmatch("me@home"), re.ReplaceAllStringFunc("a@b", strings.ToUpper))
	d := 90 * time.Minute
	fmt.Println(d, time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC).Format(time.RFC3339), math.MaxInt64, math.Pi)
	fmt.Println(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC).AddDate(1, 0, 0).Weekday())
	counts := map[rune]int{}
	for _, r := range "hello" {
		counts[r]++
	}
	keys := make([]rune, 0)
	for k := range counts {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	fmt.Println(string(keys), counts['l'])
	grid := [3][3]rune{}
	for i := range grid {
		for j := range grid[i] {
			grid[i][j] = '.'
		}
	}
	grid[1][1] = 'X'
	for _, row := range grid {
		fmt.Println(string(row[:]))
	}
	groups := map[string][]int{}
	groups["a"] = append(groups["a"], 1, 2)
	groups["b"] = append(groups["b"], 3)
	fmt.Println(groups, len(groups["zz"]))
	ops := map[string]func(float64, float64) float64{"+": func(a, b float64) float64 { return a + b }, "pow": math.Pow}
	fmt.Println(ops["+"](1, 2), ops["pow"](2, 10))
	nested := map[string]map[string]int{"x": {"y": 1}}
	nested["x"]["z"]++
	fmt.Println(nested)
	type pair struct {
		k string
		v int
	}
	pairs := []pair{{"b", 2}, {"a", 2}, {"c", 1}}
	sort.SliceStable(pairs, func(i, j int) bool { return pairs[i].v > pairs[j].v })
	fmt.Println(pairs)
	ptrs := []*pair{{"p", 1}}
	ptrs[0].v++
	fmt.Println(*ptrs[0], len(os.Args) > 0)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", " ")
	enc.Encode(map[string]any{"d": Monday, "p": people[0]})
	fmt.Print(buf.String())
}

type Stamp struct{ sec int }

func (s Stamp) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint("t", s.sec)) }

type Doc struct {
	At    Stamp            `json:"at"`
	List  []Stamp          `json:"list"`
	Days  map[string]Stamp `json:"days"`
	Other int              `json:"other,omitempty"`
	Ptr   *Stamp           `json:"ptr"`
	Null  *Stamp           `json:"null"`
}

func init() {
	b, err := json.Marshal(Doc{Stamp{1}, []Stamp{{2}}, map[string]Stamp{"a": {3}}, 0, &Stamp{4}, nil})
	fmt.Println(string(b), err)
	b, err = json.Marshal(&Stamp{5})
	fmt.Println(string(b), err)
}
