package transfer

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/big"
	"math/rand"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// roundTrip copies the variables that ptrs point to into new ones.
func roundTrip(t testing.TB, ptrs ...any) []any {
	t.Helper()
	var vars []Variable
	var out []any
	for i, p := range ptrs {
		vars = append(vars, Variable{Name: string(rune('a' + i)), Ptr: p})
		out = append(out, reflect.New(reflect.TypeOf(p).Elem()).Interface())
	}
	data, err := Encode(vars, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Decode(data, out, nil); err != nil {
		t.Fatal(err)
	}
	return out
}

func same[T any](t *testing.T, v T) T {
	t.Helper()
	got := *roundTrip(t, &v)[0].(*T)
	if !reflect.DeepEqual(got, v) {
		t.Errorf("%#v became %#v", v, got)
	}
	return got
}

type node struct {
	value int
	next  *node
	any   any
}

func TestValues(t *testing.T) {
	same(t, 42)
	same(t, "한글")
	same(t, math.Inf(-1))
	same(t, complex(1, -2))
	same(t, [3]bool{true})
	same(t, []string(nil))
	same(t, []string{})
	same(t, []string{"a", ""})
	same(t, []struct{}{{}, {}})
	same(t, map[string][]int{"a": {1}, "b": nil})
	same(t, map[any]any{1: "x", "y": 2.5, [2]int{1, 2}: nil})
	same(t, struct {
		a int8
		b string
		c *int
	}{1, "x", new(int)})
	same(t, any(node{value: 3, next: &node{value: 4}}))
	same(t, []any{1, "a", []byte("b"), map[string]any{"c": errors.New("d")}, struct{ X, y int }{1, 2}, &[]int{1}})
	same(t, error(nil))
	same(t, time.Duration(5))
	same(t, reflect.TypeFor[map[string]node]())
	same(t, chan int(nil))
	same(t, (func())(nil))
	same(t, (*sync.Mutex)(nil))
	same(t, os.Stdout)
}

func TestLibrary(t *testing.T) {
	now := time.Now()
	if got := *roundTrip(t, &now)[0].(*time.Time); !got.Equal(now) || got.Location() != time.Local {
		t.Errorf("%v became %v", now, got)
	}
	seoul := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("KST", 9*3600))
	if got := *roundTrip(t, &seoul)[0].(*time.Time); got.String() != seoul.String() {
		t.Errorf("%v became %v", seoul, got)
	}
	same(t, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	same(t, *big.NewInt(1).Lsh(big.NewInt(1), 200))
	same(t, netip.MustParseAddr("fe80::1%eth0"))
	u, _ := url.Parse("https://a:b@c/d?e")
	same(t, u)
	var b strings.Builder
	b.WriteString("abc")
	c := roundTrip(t, &b)[0].(*strings.Builder)
	c.WriteString("d")
	if c.String() != "abcd" {
		t.Errorf("Builder holds %q", c.String())
	}
	var buf bytes.Buffer
	buf.WriteString("abc")
	if got := roundTrip(t, &buf)[0].(*bytes.Buffer); got.String() != "abc" {
		t.Errorf("Buffer holds %q", got)
	}
	re := regexp.MustCompile(`a+(b)`)
	if got := *roundTrip(t, &re)[0].(**regexp.Regexp); got.ReplaceAllString("xaab", "$1") != "xb" {
		t.Error("regexp")
	}
	var m sync.Map
	m.Store("a", &now)
	if got, _ := roundTrip(t, &m)[0].(*sync.Map).Load("a"); !got.(*time.Time).Equal(now) {
		t.Error("sync.Map")
	}
	var p atomic.Pointer[node]
	p.Store(&node{value: 7})
	if got := roundTrip(t, &p)[0].(*atomic.Pointer[node]); got.Load().value != 7 {
		t.Error("atomic.Pointer")
	}
	var n atomic.Int64
	n.Store(9)
	if got := roundTrip(t, &n)[0].(*atomic.Int64); got.Load() != 9 {
		t.Error("atomic.Int64")
	}
	r := rand.New(rand.NewSource(1))
	r.Int()
	q := *roundTrip(t, &r)[0].(**rand.Rand)
	if a, b := r.Int(), q.Int(); a != b {
		t.Errorf("rand: %d and %d", a, b)
	}
}

func TestSharing(t *testing.T) {
	// A ring, and two variables that share it.
	a := &node{value: 1}
	a.next = &node{value: 2, next: a}
	b := a.next
	out := roundTrip(t, &a, &b)
	a2, b2 := *out[0].(**node), *out[1].(**node)
	if a2.next != b2 || b2.next != a2 || a2 == a || b2.value != 2 {
		t.Error("the ring is broken")
	}
	// A pointer to a variable, and pointers into the middle.
	x := [4]int{1, 2, 3, 4}
	px, p2, s := &x, &x[2], x[1:3]
	out = roundTrip(t, &x, &px, &p2, &s)
	x2 := out[0].(*[4]int)
	if *out[1].(**[4]int) != x2 || *out[2].(**int) != &x2[2] || &(*out[3].(*[]int))[0] != &x2[1] {
		t.Error("pointers into the array are lost")
	}
	// Slices that overlap without one holding the other; the array is nobody's
	// variable.
	all := []string{"a", "b", "c", "d"}
	l, r := all[:3], all[1:]
	out = roundTrip(t, &l, &r)
	l2, r2 := *out[0].(*[]string), *out[1].(*[]string)
	r2[0] = "changed"
	if l2[1] != "changed" || r2[2] != "d" || l2[0] != "a" {
		t.Error("slices of one array became two arrays")
	}
	// A map that holds itself, and is held twice.
	m := map[string]any{}
	m["self"] = m
	m2 := m
	out = roundTrip(t, &m, &m2)
	c1, c2 := *out[0].(*map[string]any), *out[1].(*map[string]any)
	c1["new"] = 1
	if c2["new"] != 1 || c1["self"].(map[string]any)["new"] != 1 {
		t.Error("the map is no longer one")
	}
	// A pointer first seen into the middle of a struct that is seen whole later.
	n := &node{value: 5}
	inner := &n.value
	out = roundTrip(t, &inner, &n)
	if *out[0].(**int) != &(*out[1].(**node)).value {
		t.Error("the field is no longer part of its struct")
	}
}

func TestLongList(t *testing.T) {
	var list *node
	for i := range 200_000 {
		list = &node{value: i, next: list}
	}
	got := *roundTrip(t, &list)[0].(**node)
	n := 0
	for p := got; p != nil; p = p.next {
		n++
	}
	if n != 200_000 {
		t.Errorf("%d nodes", n)
	}
}

func TestRefused(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var mu sync.Mutex
	mu.Lock()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	type server struct {
		name  string
		files []*os.File
	}
	for _, c := range []struct {
		v    any
		want string
	}{
		{make(chan int), "variable v (chan int) cannot be copied to another process: it is a channel"},
		{&server{files: []*os.File{nil, f}}, "variable v.files[1] (*os.File) cannot be copied to another process: it is an open file"},
		{l, "it is an open file or connection"},
		{map[string]any{"a": &mu}, `variable v["a"] (sync.Mutex) cannot be copied to another process: it is a mutex in use`},
		{func() {}, "variable v (func()) cannot be copied"},
		{ctx, "it is a context"},
		{time.NewTimer(time.Hour), "chan"},
		{reflect.ValueOf(1), "reflect.Value"},
	} {
		_, err := Encode([]Variable{{Name: "v", Ptr: &c.v}}, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: %v, want %s", c.v, err, c.want)
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%T: %T is no Error", c.v, err)
		}
	}
}

// grow makes a random graph of values from data.
type grow struct {
	data  []byte
	nodes []*knot
	lists [][]int
	maps  []map[string]*knot
}

type knot struct {
	Name  string
	Links []*knot
	Any   any
	Table map[string]*knot
	Ints  []int
	Inner *string
	Array [2]any
}

func (g *grow) next() int {
	if len(g.data) == 0 {
		return 0
	}
	b := g.data[0]
	g.data = g.data[1:]
	return int(b)
}

func (g *grow) knot(depth int) *knot {
	if n := g.next(); len(g.nodes) > 0 && n%3 == 0 {
		return g.nodes[n%len(g.nodes)]
	}
	if depth == 0 || len(g.data) == 0 {
		return nil
	}
	k := &knot{Name: strings.Repeat("x", g.next()%5)}
	g.nodes = append(g.nodes, k)
	for range g.next() % 3 {
		k.Links = append(k.Links, g.knot(depth-1))
	}
	for i := range k.Array {
		k.Array[i] = g.any(depth - 1)
	}
	k.Any = g.any(depth - 1)
	if n := g.next(); n%2 == 0 {
		k.Ints = make([]int, n%7, 10)
		g.lists = append(g.lists, k.Ints)
	} else if len(g.lists) > 0 {
		l := g.lists[n%len(g.lists)]
		k.Ints = l[n%(len(l)+1):]
	}
	if n := g.next(); n%2 == 0 {
		k.Table = map[string]*knot{"a": g.knot(depth - 1), "b": k}
		g.maps = append(g.maps, k.Table)
	} else if len(g.maps) > 0 {
		k.Table = g.maps[n%len(g.maps)]
	}
	if n := g.next(); len(g.nodes) > 0 && n%2 == 0 {
		k.Inner = &g.nodes[n%len(g.nodes)].Name
	}
	return k
}

func (g *grow) any(depth int) any {
	switch n := g.next(); n % 8 {
	case 0:
		return n
	case 1:
		return g.knot(depth)
	case 2:
		return []any{n, g.knot(depth)}
	case 3:
		return map[int]string{n: "y"}
	case 4:
		if len(g.nodes) > 0 {
			return &g.nodes[n%len(g.nodes)].Name
		}
	case 5:
		return struct{ A, b any }{n, "z"}
	case 6:
		return knot{Name: "by value"}
	}
	return nil
}

func FuzzRoundTrip(f *testing.F) {
	r := rand.New(rand.NewSource(1))
	for range 200 {
		b := make([]byte, r.Intn(300))
		r.Read(b)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &grow{data: data}
		a, b := g.knot(5), g.any(5)
		out := roundTrip(t, &a, &b)
		if !reflect.DeepEqual(a, *out[0].(**knot)) || !reflect.DeepEqual(b, *out[1].(*any)) {
			t.Fatal("the copy differs")
		}
		// The copy shares memory as the original does: names that are one stay one.
		checkSharing(t, a, *out[0].(**knot), map[any]any{}, map[any]any{})
	})
}

// checkSharing walks both graphs side by side: pointers are equal in one just
// when they are in the other.
func checkSharing(t *testing.T, a, b *knot, there, back map[any]any) {
	pair := func(x, y any) (seen bool) {
		p, ok1 := there[x]
		q, ok2 := back[y]
		if ok1 != ok2 || ok1 && (p != y || q != x) {
			t.Fatal("the copy shares memory in another way")
		}
		there[x], back[y] = y, x
		return ok1
	}
	if a == nil || b == nil || pair(a, b) {
		return
	}
	if a.Inner != nil {
		pair(a.Inner, b.Inner)
	}
	pair(&a.Name, &b.Name)
	for i := range a.Links {
		checkSharing(t, a.Links[i], b.Links[i], there, back)
	}
	for k := range a.Table {
		checkSharing(t, a.Table[k], b.Table[k], there, back)
	}
	for i := range a.Ints {
		pair(&a.Ints[i], &b.Ints[i])
	}
}

func BenchmarkInts(b *testing.B) {
	v := make([]int, 1_000_000)
	b.SetBytes(8_000_000)
	for b.Loop() {
		roundTrip(b, &v)
	}
}

func BenchmarkList(b *testing.B) {
	var list *node
	for i := range 10_000 {
		list = &node{value: i, next: list}
	}
	for b.Loop() {
		roundTrip(b, &list)
	}
}
