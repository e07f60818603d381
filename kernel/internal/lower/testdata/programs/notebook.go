package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Typical notebook code
type Account struct {
	Owner   string
	Balance float64
	history []Tx
}
type Tx struct {
	Kind string
	Amt  float64
	At   time.Duration
}

var ErrFunds = errors.New("insufficient funds")

type LimitError struct {
	Limit, Got float64
}

func (e LimitError) Error() string { return fmt.Sprintf("limit %.0f exceeded: %.0f", e.Limit, e.Got) }

func (a *Account) Withdraw(x float64) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("withdraw %v: %w", x, err)
		}
	}()
	switch {
	case x > 1000:
		return LimitError{1000, x}
	case x > a.Balance:
		return ErrFunds
	}
	a.Balance -= x
	a.history = append(a.history, Tx{"w", x, time.Second})
	return nil
}

type State int

const (
	Idle State = iota
	Running
	Done
)

func (s State) String() string { return []string{"Idle", "Running", "Done"}[s] }

type Node struct {
	Val         int
	Left, Right *Node
}

func (n *Node) Insert(v int) *Node {
	if n == nil {
		return &Node{Val: v}
	}
	switch {
	case v < n.Val:
		n.Left = n.Left.Insert(v)
	case v > n.Val:
		n.Right = n.Right.Insert(v)
	}
	return n
}
func (n *Node) Walk(f func(int)) {
	if n != nil {
		n.Left.Walk(f)
		f(n.Val)
		n.Right.Walk(f)
	}
}

type Set[T comparable] map[T]struct{}

func (s Set[T]) Add(v T)      { s[v] = struct{}{} }
func (s Set[T]) Has(v T) bool { _, ok := s[v]; return ok }
func Map[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}
func Filter[T any](xs []T, f func(T) bool) (out []T) {
	for _, x := range xs {
		if f(x) {
			out = append(out, x)
		}
	}
	return
}
func Reduce[T, A any](xs []T, a A, f func(A, T) A) A {
	for _, x := range xs {
		a = f(a, x)
	}
	return a
}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p Pair[K, V]) String() string { return fmt.Sprintf("%v=>%v", p.Key, p.Val) }

type Visitor interface{ Visit(n *Node) Visitor }
type depth int

func (d depth) Visit(n *Node) Visitor { return d + 1 }

type Logger interface{ Log(string) }
type Service struct {
	Logger
	name string
	mu   sync.RWMutex
}
type memLog struct{ lines []string }

func (m *memLog) Log(s string) { m.lines = append(m.lines, s) }

type event struct {
	name string
	fn   func(args ...any) (any, error)
}

func divide(a, b int) (res int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("caught: %v", r)
		}
	}()
	return a / b, nil
}

func fibGen() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}

func main() {
	a := &Account{Owner: "kim", Balance: 100}
	err := a.Withdraw(500)
	fmt.Println(err, errors.Is(err, ErrFunds))
	err = a.Withdraw(5000)
	var le LimitError
	fmt.Println(err, errors.As(err, &le), le.Got)
	fmt.Println(a.Withdraw(30), a.Balance, a.history)
	fmt.Printf("%+v\n", *a)
	var st State = Running
	fmt.Printf("%v %d %s %+v\n", st, st, st, struct {
		S State
		M map[State]int
	}{Done, map[State]int{Idle: 1}})
	var root *Node
	for _, v := range []int{5, 2, 8, 1} {
		root = root.Insert(v)
	}
	var vals []int
	root.Walk(func(v int) { vals = append(vals, v) })
	fmt.Println(vals, root.Left.Val)
	s := Set[string]{}
	s.Add("x")
	fmt.Println(s.Has("x"), s.Has("y"), len(s), s)
	fmt.Println(Map(vals, func(i int) string { return strings.Repeat("*", i) }), Filter(vals, func(i int) bool { return i%2 == 1 }), Reduce(vals, "", func(a string, i int) string { return a + fmt.Sprint(i) }))
	p := Pair[string, int]{"a", 1}
	fmt.Println(p, []Pair[string, int]{p}, &p)
	fmt.Printf("%T %v\n", p, p)
	var v Visitor = depth(1)
	v = v.Visit(root).Visit(root)
	fmt.Println(v, v.(depth) == 3)
	m := &memLog{}
	svc := Service{Logger: m, name: "svc"}
	svc.Log("one")
	svc.mu.RLock()
	svc.mu.RUnlock()
	var lg Logger = &svc
	lg.Log("two")
	fmt.Println(m.lines, svc.name)
	evs := []event{{"sum", func(args ...any) (any, error) {
		t := 0
		for _, x := range args {
			n, ok := x.(int)
			if !ok {
				return nil, fmt.Errorf("bad %T", x)
			}
			t += n
		}
		return t, nil
	}}}
	for _, e := range evs {
		fmt.Println(e.fn(1, 2, 3))
		fmt.Println(e.fn(1, "x"))
	}
	fmt.Println(divide(6, 3))
	fmt.Println(divide(1, 0))
	g := fibGen()
	for range 10 {
		fmt.Print(g(), " ")
	}
	fmt.Println()
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() { mu.Lock(); ready = true; cond.Broadcast(); mu.Unlock() }()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
	tick := time.NewTicker(2 * time.Millisecond)
	n := 0
	timeout := time.After(10 * time.Second)
loop:
	for {
		select {
		case <-tick.C:
			n++
			if n == 3 {
				break loop
			}
		case <-timeout:
			break loop
		}
	}
	tick.Stop()
	fmt.Println("ticks", n)
	sem := make(chan struct{}, 2)
	var wg sync.WaitGroup
	res := make([]int, 5)
	for i := range res {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sem <- struct{}{}
			defer func() { <-sem }()
			res[i] = i * i
		}()
	}
	wg.Wait()
	fmt.Println(res)
	x := []int{1, 2, 3, 4, 5}
	y := x[1:3:4]
	y = append(y, 99)
	z := append([]int(nil), x...)
	copy(z[1:], []int{7, 7})
	fmt.Println(x, y, len(y), cap(y), z)
	mm := map[[2]int]string{{1, 2}: "a"}
	fmt.Println(mm[[2]int{1, 2}])
	if v, ok := mm[[2]int{0, 0}]; !ok {
		fmt.Printf("%q missing\n", v)
	}
	bs := []byte("héllo")
	rs := []rune("héllo")
	fmt.Println(len(bs), len(rs), string(rs[1]), bs[1], strings.ToUpper(string(bs)))
	fmt.Printf("%08.3f|%+d|%x|%X|%o|%b|%e|%g|%t|%c|%U|%p\n", 3.14159, 5, 255, 255, 8, 5, 12345.678, 1e21, true, 'é', 'é', nil)
	fmt.Printf("%*d|%-*d|%v\n", 5, 42, 5, 42, [3]bool{true})
	var iface interface{} = 3.5
	switch t := iface.(type) {
	case int, int64:
		fmt.Println("int", t)
	case float64:
		fmt.Println("float", t*2)
	}
	func() {
		defer fmt.Println("deferred 1")
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("recovered:", r)
			}
		}()
		var arr [3]int
		idx := 5
		fmt.Println(idx, arr[0], 10/(idx-5))
	}()
	type local struct{ A, B int }
	ls := map[string]local{"k": {1, 2}}
	l := ls["k"]
	l.A = 10
	ls["k"] = l
	fmt.Println(ls, os.Getenv("NOPE") == "")
}
