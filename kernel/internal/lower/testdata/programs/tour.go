package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

type HandlerFunc func(string) string

func (f HandlerFunc) Handle(s string) string { return f(s) }

type Handler interface{ Handle(string) string }

type Middleware func(Handler) Handler

func logging(tag string) Middleware {
	return func(h Handler) Handler {
		return HandlerFunc(func(s string) string { return tag + "(" + h.Handle(s) + ")" })
	}
}

type Base struct{ id int }

func (b *Base) ID() int     { return b.id }
func (b Base) Kind() string { return "base" }
func (b Base) Full() string { return b.Kind() + strconv.Itoa(b.id) }

type Mid struct {
	*Base
	label string
}

func (m Mid) Kind() string { return "mid" }

type Top struct {
	Mid
	extra map[string][]int
}

type ReadWriter interface {
	Reader
	Writer
}
type Reader interface{ Read() string }
type Writer interface{ Write(string) }
type mem struct{ data []string }

func (m *mem) Read() string {
	if len(m.data) == 0 {
		return ""
	}
	s := m.data[0]
	m.data = m.data[1:]
	return s
}
func (m *mem) Write(s string) { m.data = append(m.data, s) }

type Number interface {
	~int | ~int32 | ~int64 | ~float64
}

func SumMap[K comparable, V Number](m map[K]V) V {
	var s V
	for _, v := range m {
		s += v
	}
	return s
}

type Stack[T any] struct {
	mu    sync.Mutex
	items []T
}

func (s *Stack[T]) Push(v T) { s.mu.Lock(); defer s.mu.Unlock(); s.items = append(s.items, v) }
func (s *Stack[T]) Pop() (v T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.items) == 0 {
		return v, false
	}
	v = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return v, true
}

type LinkedList[T any] struct {
	head *node[T]
	size int
}
type node[T any] struct {
	val  T
	next *node[T]
}

func (l *LinkedList[T]) Add(v T) *LinkedList[T] {
	l.head = &node[T]{v, l.head}
	l.size++
	return l
}
func (l *LinkedList[T]) Each(yield func(int, T) bool) {
	i := 0
	for n := l.head; n != nil; n = n.next {
		if !yield(i, n.val) {
			return
		}
		i++
	}
}

type Cache[K comparable, V any] struct {
	data map[K]V
	load func(K) (V, error)
}

func NewCache[K comparable, V any](load func(K) (V, error)) *Cache[K, V] {
	return &Cache[K, V]{data: make(map[K]V), load: load}
}
func (c *Cache[K, V]) Get(k K) (V, error) {
	if v, ok := c.data[k]; ok {
		return v, nil
	}
	v, err := c.load(k)
	if err == nil {
		c.data[k] = v
	}
	return v, err
}

type Level uint8

const (
	Low Level = iota + 1
	Mid2
	High
	KB = 1 << (10 * (iota + 1))
)

func (l Level) MarshalText() ([]byte, error) { return []byte(fmt.Sprintf("L%d", l)), nil }

type Celsius float64
type Fahrenheit float64

func CToF(c Celsius) Fahrenheit { return Fahrenheit(c*9/5 + 32) }

type Vec struct{ X, Y float64 }

func (v Vec) Add(o Vec) Vec         { return Vec{v.X + o.X, v.Y + o.Y} }
func (v *Vec) Scale(f float64) *Vec { v.X *= f; v.Y *= f; return v }
func apply(v Vec, fs ...func(Vec) Vec) Vec {
	for _, f := range fs {
		v = f(v)
	}
	return v
}

type ctxKey struct{}

func multi() (int, string, error) { return 1, "two", nil }

func collatz(n int) (steps int) {
	for ; n != 1; steps++ {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
	}
	return
}

func perms(xs []int) [][]int {
	if len(xs) <= 1 {
		return [][]int{append([]int{}, xs...)}
	}
	var out [][]int
	for i := range xs {
		rest := append(append([]int{}, xs[:i]...), xs[i+1:]...)
		for _, p := range perms(rest) {
			out = append(out, append([]int{xs[i]}, p...))
		}
	}
	return out
}

func main() {
	var h Handler = HandlerFunc(strings.ToUpper)
	for _, m := range []Middleware{logging("a"), logging("b")} {
		h = m(h)
	}
	fmt.Println(h.Handle("x"))

	t := Top{Mid{&Base{7}, "lbl"}, map[string][]int{"k": {1}}}
	t.id = 8
	t.extra["k"] = append(t.extra["k"], 2)
	fmt.Println(t.ID(), t.Kind(), t.Full(), t.Base.Kind(), t.label, t.extra)

	var rw ReadWriter = &mem{}
	rw.Write("one")
	rw.Write("two")
	var r Reader = rw
	fmt.Println(r.Read(), rw.Read(), rw.Read() == "")
	if w, ok := r.(Writer); ok {
		w.Write("three")
		fmt.Println(r.Read())
	}

	fmt.Println(SumMap(map[string]int{"a": 1, "b": 2}), SumMap(map[int]float64{1: 1.5, 2: 2.5}))
	st := &Stack[Vec]{}
	st.Push(Vec{1, 2})
	v, ok := st.Pop()
	_, ok2 := st.Pop()
	fmt.Println(v, ok, ok2)
	l := (&LinkedList[string]{}).Add("a").Add("b").Add("c")
	for i, s := range l.Each {
		if i == 2 {
			break
		}
		fmt.Print(i, s, " ")
	}
	fmt.Println(l.size)
	c := NewCache(func(k string) (int, error) { return strconv.Atoi(k) })
	fmt.Println(c.Get("42"))
	_, err := c.Get("x")
	fmt.Println(err)

	fmt.Println(Low, High, KB, CToF(100), Celsius(-40) == Celsius(CToF(-40)))
	b, _ := json.Marshal(Low)
	fmt.Println(string(b))
	u := Vec{1, 1}
	u.Scale(2).Scale(3)
	fmt.Println(u, apply(u, u.Add, func(v Vec) Vec { return *v.Scale(0.5) }), u)
	n, s, e := multi()
	fmt.Println(n, s, e)
	fmt.Println(collatz(27), perms([]int{1, 2, 3}))

	switch x := 2; x {
	case 2:
		fmt.Print("two ")
		fallthrough
	case 3:
		fmt.Print("three ")
	default:
		fmt.Print("never")
	}
	fmt.Println()
	a := [3]int{1, 2, 3}
	bb := a
	bb[0] = 9
	pa := &a
	pa[1] = 8
	for i := range pa {
		pa[i]++
	}
	fmt.Println(a, bb, a == [3]int{2, 9, 4}, len(pa))
	mat := make([][]float64, 2)
	for i := range mat {
		mat[i] = make([]float64, 3)
		for j := range mat[i] {
			mat[i][j] = float64(i*3+j) / 2
		}
	}
	fmt.Println(mat)
	anon := []struct {
		in   string
		want int
	}{{"a", 1}, {in: "b"}}
	for _, tc := range anon {
		fmt.Print(tc.in, tc.want, ";")
	}
	fmt.Println()
	var x uint8 = 250
	x += 10
	var y int8 = 127
	y++
	fmt.Println(x, y, ^0, 7&^5, 1<<3|1, -7/2, -7%2, bits.OnesCount(255), 0x1p-2, 1_000)
	ctx := context.WithValue(context.Background(), ctxKey{}, "val")
	fmt.Println(ctx.Value(ctxKey{}), ctx.Value("none"))
	var sm sync.Map
	sm.Store("k", 1)
	if v, ok := sm.Load("k"); ok {
		fmt.Println(v.(int) + 1)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	fmt.Println(rng.IntN(100), rng.IntN(100))
	f := new(big.Int)
	f.MulRange(1, 25)
	fmt.Println(f, new(big.Int).Exp(big.NewInt(2), big.NewInt(100), nil))
	sum := sha256.Sum256([]byte("hi"))
	fmt.Println(hex.EncodeToString(sum[:4]), base64.StdEncoding.EncodeToString([]byte("hello")), binary.BigEndian.Uint16([]byte{1, 2}))
	cr := csv.NewReader(strings.NewReader("a,b\n1,\"x,y\"\n"))
	rows, _ := cr.ReadAll()
	fmt.Println(rows, len(rows[1]))
	dir, _ := os.MkdirTemp("", "tour")
	defer os.RemoveAll(dir)
	p := filepath.Join(dir, "f.txt")
	os.WriteFile(p, []byte("line1\nline2\n"), 0o644)
	data, err := os.ReadFile(p)
	fmt.Println(strings.Count(string(data), "\n"), err, filepath.Base(p))
	words := strings.FieldsFunc("Go is fun, is it?", func(r rune) bool { return !unicode.IsLetter(r) })
	freq := map[string]int{}
	for _, w := range words {
		freq[strings.ToLower(w)]++
	}
	type kv struct {
		k string
		v int
	}
	var kvs []kv
	for k, v := range freq {
		kvs = append(kvs, kv{k, v})
	}
	slices.SortFunc(kvs, func(a, b kv) int {
		return cmp.Or(-cmp.Compare(a.v, b.v), strings.Compare(a.k, b.k))
	})
	fmt.Println(kvs)
	lg := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(g []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	lg.Info("hello", "n", 1, "s", "x y")
	start := time.Now()
	time.Sleep(2 * time.Millisecond)
	fmt.Println(time.Since(start) > time.Millisecond, time.Duration(1500)*time.Millisecond)
	primes := func(n int) (out []int) {
		sieve := make([]bool, n+1)
		for i := 2; i <= n; i++ {
			if sieve[i] {
				continue
			}
			out = append(out, i)
			for j := i * i; j <= n; j += i {
				sieve[j] = true
			}
		}
		return
	}
	fmt.Println(primes(30))
	gen := func(n int) <-chan int {
		ch := make(chan int)
		go func() {
			defer close(ch)
			for i := range n {
				ch <- i
			}
		}()
		return ch
	}
	sq := func(in <-chan int) <-chan int {
		out := make(chan int)
		go func() {
			for v := range in {
				out <- v * v
			}
			close(out)
		}()
		return out
	}
	total := 0
	for v := range sq(sq(gen(5))) {
		total += v
	}
	fmt.Println(total)
	var mu sync.Mutex
	var wg sync.WaitGroup
	order := map[int]bool{}
	for i := range 10 {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			mu.Lock()
			order[id] = true
			mu.Unlock()
		}(i)
	}
	wg.Wait()
	fmt.Println(len(order))
	type Tree struct {
		L, R *Tree
		V    int
	}
	var ins func(t *Tree, v int) *Tree
	ins = func(t *Tree, v int) *Tree {
		if t == nil {
			return &Tree{V: v}
		}
		if v < t.V {
			t.L = ins(t.L, v)
		} else {
			t.R = ins(t.R, v)
		}
		return t
	}
	var root *Tree
	for _, v := range []int{3, 1, 2} {
		root = ins(root, v)
	}
	fmt.Println(root.V, root.L.V, root.L.R.V, root.R == nil)
	idx := slices.IndexFunc(kvs, func(x kv) bool { return x.k == "fun" })
	mx := slices.MaxFunc(kvs, func(a, b kv) int { return cmp.Compare(a.v, b.v) })
	fmt.Println(idx >= 0, mx, slices.Equal([]int{1}, []int{1}), slices.Compact([]int{1, 1, 2}), slices.Insert([]int{1, 4}, 1, 2, 3), slices.Repeat([]int{1}, 3))
	for i, ch := range slices.Collect(slices.Chunk([]int{1, 2, 3, 4, 5}, 2)) {
		fmt.Print(i, ch)
	}
	fmt.Println()
	var nilmap map[string]int
	fmt.Println(nilmap["x"], len(nilmap), nilmap == nil)
	func() {
		defer func() {
			r := recover()
			fmt.Printf("%T %v\n", r, r)
		}()
		var h Handler
		h.Handle("x")
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		var i any = "str"
		_ = i.(int)
	}()
}
