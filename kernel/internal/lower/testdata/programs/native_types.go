package main

import (
	"bytes"
	"container/heap"
	"context"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"text/template"
	"time"
)

type Weekday int

const (
	Mon Weekday = iota
	Tue
)

func (d Weekday) String() string { return [...]string{"Mon", "Tue"}[d] }

type W2 Weekday

type Money struct {
	Amount int64
	Cur    string
}

func (m Money) Format(s fmt.State, verb rune) { fmt.Fprintf(s, "<%c %d %s>", verb, m.Amount, m.Cur) }

type Go struct{ a, B int }

func (Go) GoString() string { return "Go!" }

func printing() {
	fmt.Println(Mon, Tue, W2(1), map[Weekday]int{Mon: 1}, [2]Weekday{0, 1}, struct{ D Weekday }{Tue}, &struct{ d Weekday }{Tue}, []any{Tue, struct{ d Weekday }{Tue}})
	fmt.Printf("%d %v %s %q %x %T %5v|%-5v|\n", Tue, Tue, Tue, Tue, Tue, Tue, Tue, Tue)
	fmt.Printf("%v %s %d %v %+v %T\n", Money{1, "x"}, Money{2, "y"}, []Money{{1, "a"}}, struct{ m Money }{Money{1, "z"}}, map[string]Money{"k": {2, "q"}}, Money{})
	fmt.Printf("%v %+v %#v %#v %#v\n", Go{1, 2}, Go{1, 2}, Go{1, 2}, []Go{{}}, struct{ g Go }{})
	fmt.Printf("%#v %#v %#v %#v\n", Tue, W2(1), map[Weekday]W2{1: 2}, struct {
		A Weekday
		b *W2
	}{})
	var p *Money
	var st fmt.Stringer
	fmt.Printf("%v %+v %T %v %T\n", p, p, p, st, st)
	fmt.Println(fmt.Sprint(time.Second, struct{ d time.Duration }{time.Second}, struct{ D time.Duration }{time.Second}))
	fmt.Printf("%s %v %d\n", Weekday(1), errors.Join(&NotFound{"a"}, &NotFound{"b"}), []W2{1})
}

type NotFound struct{ What string }

func (e *NotFound) Error() string        { return e.What + " not found" }
func (e *NotFound) Is(target error) bool { return target == os.ErrNotExist }

type E1 struct{ error }
type E2 struct{ code int }

func (e E2) Error() string { return fmt.Sprint("E2:", e.code) }
func (e E2) Timeout() bool { return e.code == 4 }

func find(s string) error { return fmt.Errorf("find: %w", &NotFound{s}) }

func mayFail(fail bool) error {
	var e *NotFound
	if fail {
		e = &NotFound{"it"}
	}
	return e // never nil
}

func errs() {
	err := find("x")
	var nf *NotFound
	fmt.Println(err, errors.Is(err, os.ErrNotExist), errors.As(err, &nf), nf.What, errors.Unwrap(err) == error(nf))
	e := fmt.Errorf("ctx: %w", E1{E2{4}})
	var e1 E1
	var e2 E2
	fmt.Println(e, errors.As(e, &e1), errors.As(e1.error, &e2), e2.code, e1)
	fmt.Println(errors.Is(fmt.Errorf("x %w", E2{1}), E2{1}), error(E2{1}) == error(E2{1}), error(E2{1}) == error(&NotFound{}))
	var to interface{ Timeout() bool }
	fmt.Println(errors.As(fmt.Errorf("a %w", E2{4}), &to), to.Timeout(), os.IsTimeout(E2{4}))
	fmt.Println(mayFail(false) == nil, mayFail(true))
}

type ByLen []string

func (b ByLen) Len() int           { return len(b) }
func (b ByLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b ByLen) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

type H []int

func (h H) Len() int           { return len(h) }
func (h H) Less(i, j int) bool { return h[i] < h[j] }
func (h H) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *H) Push(x any)        { *h = append(*h, x.(int)) }
func (h *H) Pop() any {
	o := *h
	n := len(o)
	x := o[n-1]
	*h = o[:n-1]
	return x
}

func orders() {
	l := []string{"ccc", "a", "bb"}
	sort.Sort(ByLen(l))
	fmt.Println(l, sort.IsSorted(ByLen(l)))
	sort.Sort(sort.Reverse(ByLen(l)))
	fmt.Println(l)
	h := &H{5, 2, 8}
	heap.Init(h)
	heap.Push(h, 3)
	for h.Len() > 0 {
		fmt.Print(heap.Pop(h), " ")
	}
	fmt.Println()
}

type upper struct{ r io.Reader }

func (u upper) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	copy(p, bytes.ToUpper(p[:n]))
	return n, err
}

type count struct{ n, lines int }

func (c *count) Write(p []byte) (int, error) {
	c.n += len(p)
	c.lines += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

type key struct{}

func streams() {
	io.Copy(os.Stdout, upper{strings.NewReader("hello reader\n")})
	var w count
	fmt.Fprintf(io.MultiWriter(&w, io.Discard), "%d items\n", 5)
	fmt.Println(w.n, w)
	var v list
	fs := flag.NewFlagSet("x", flag.ContinueOnError)
	fs.Var(&v, "v", "values")
	fs.Parse([]string{"-v", "a", "-v", "b"})
	fmt.Println(v, &v)
	ctx := context.WithValue(context.Background(), key{}, "val")
	fmt.Println(ctx.Value(key{}), ctx)
}

type Temp float64

func (t Temp) MarshalJSON() ([]byte, error) {
	return []byte(fmt.Sprintf("\"%g C\"", float64(t))), nil
}
func (t *Temp) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscanf(string(b), "\"%g C\"", (*float64)(t))
	return err
}

type Level int

func (l Level) MarshalText() ([]byte, error) { return []byte(strings.Repeat("*", int(l))), nil }
func (l *Level) UnmarshalText(b []byte) error {
	if len(b) > 5 {
		return errors.New("too high")
	}
	*l = Level(len(b))
	return nil
}

type City struct {
	XMLName xml.Name `json:"-" xml:"city"`
	Name    string   `json:"name" xml:"name,attr"`
	T       Temp     `json:"t,omitempty" xml:"-"`
	secret  int
	Level   Level
	Tags    []Tag          `xml:"tags>tag"`
	More    map[string]any `xml:"-"`
	Sub     `json:"sub" xml:"sub"`
	*Opt
}

type Tag struct {
	K string `xml:"k,attr"`
	v string
}

type Sub struct{ X, y int }

type Opt struct{ On bool }

type Shape interface{ Area() float64 }
type Sq struct{ S float64 }

func (s Sq) Area() float64 { return s.S * s.S }

type Rc struct{ A, B float64 }

func (r *Rc) Area() float64 { return r.A * r.B }

func encoders() {
	c := City{Name: "Seoul", T: 21.5, secret: 3, Level: 2, Tags: []Tag{{"a", "b"}}, Sub: Sub{1, 2}, Opt: &Opt{true}}
	c.More = map[string]any{"in": Sub{3, 4}, "p": &Tag{"k", "v"}, "list": []any{Level(1), Temp(2)}}
	b, err := json.Marshal(c)
	fmt.Println(string(b), err)
	b, err = json.MarshalIndent([]any{c.Sub, &c.Tags[0], map[Level]Temp{3: 1}}, "", " ")
	fmt.Println(string(b), err)
	var d City
	err = json.Unmarshal([]byte(`{"name":"Busan","t":"3.5 C","Level":"***","secret":9,"sub":{"X":5,"y":6},"Tags":[{"K":"q","v":"w"}],"On":true,"More":{"a":1}}`), &d)
	fmt.Println(d.Name, d.T == 3.5, d.Level, d.secret, d.Sub, d.Tags, d.Opt, d.More, err)
	fmt.Println(json.Unmarshal([]byte(`{"Level":"******"}`), &d), json.Unmarshal([]byte(`{"name":1}`), &d))
	x, err := xml.MarshalIndent(c, "", " ")
	fmt.Println(string(x), err)
	var f City
	err = xml.Unmarshal(x, &f)
	fmt.Println(f.Name, f.Level, f.Tags, f.Sub, err)
	var buf bytes.Buffer
	gob.Register(Sq{})
	gob.Register(&Rc{})
	in := []Shape{Sq{2}, &Rc{A: 1, B: 2}}
	fmt.Println(gob.NewEncoder(&buf).Encode(in))
	var out []Shape
	fmt.Println(gob.NewDecoder(&buf).Decode(&out), len(out), out[0].Area(), out[1].Area(), out[0])
}

type Page struct {
	Title string
	Items []Item
}
type Item struct {
	Name string
	N    int
}

func (i Item) Double() int               { return i.N * 2 }
func (p *Page) Greet(who string) string  { return "hi " + who + " from " + p.Title }
func (i Item) Less(o Item) (bool, error) { return i.N < o.N, nil }

func templates() {
	t := template.Must(template.New("t").Parse("{{.Greet \"you\"}}: {{range .Items}}{{.Name}}={{.Double}} {{end}}{{(index .Items 0).Less (index .Items 1)}}\n"))
	fmt.Println(t.Execute(os.Stdout, &Page{"page", []Item{{"a", 1}, {"b", 2}}}))
}

type fakeConn struct{ bytes.Buffer }

func (fakeConn) Close() error { return io.ErrClosedPipe }

type Un struct{ f []int }
type K struct {
	s string
	_ int
	a [2]string
	i any
}

func keys() {
	m := map[any]int{Mon: 1, W2(0): 2, 0: 3, K{"a", 1, [2]string{"x"}, Tue}: 4, key{}: 5, "s": 6, Temp(0): 7}
	fmt.Println(len(m), m[Mon], m[W2(0)], m[0], m[K{"a", 2, [2]string{"x"}, Tue}], m[key{}], m[Temp(0)])
	for _, f := range []func(){
		func() { m[Un{}] = 1 }, func() { fmt.Println(any(Un{}) == any(Un{})) }, func() { m[[]Un{}] = 1 }, func() { _ = any(Mon).(W2) },
		func() { _ = any(Mon).(error) }, func() { _ = any(Sq{}).(interface{ None() }) },
		func() { var s Shape; s.Area() }, func() { l := []Shape{(*Sq)(nil)}; l[0].Area() },
	} {
		func() {
			defer func() { fmt.Println(recover()) }()
			f()
		}()
	}
	var rwc io.ReadWriteCloser = &fakeConn{}
	fmt.Fprint(rwc, "text")
	b, _ := io.ReadAll(rwc)
	fmt.Println(string(b), rwc.Close())
}

type held struct{ a int }

// variables have interface variables that begin with a literal.
func variables() {
	var x any = held{1}
	y := any(held{2})
	var a, b any = held{3}, struct{ n int }{4}
	var s fmt.Stringer = struct{ fmt.Stringer }{Tue}
	fmt.Println(x, y, a, b, s)
	x, y, a, b, s = 5, "text", held{6}, nil, Mon
	fmt.Println(x, y, a, b, s)
	{
		x = struct{ C int }{7}
	}
	l := []any{held{8}, struct{}{}}
	l[0], l[1] = 9, held{10}
	m := map[string]any{"k": held{11}}
	m["k"] = true
	f := func() any { return held{12} }
	c := make(chan any, 2)
	c <- held{13}
	c <- 14
	fmt.Println(x, l, m, f(), <-c, <-c)
}

func main() {
	variables()
	printing()
	errs()
	orders()
	streams()
	encoders()
	templates()
	keys()
}
