package main

import (
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"iter"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unique"
	"weak"
)

type celsius float64

type point struct{ X, Y int }

type count int8

func weakly() {
	p := &point{1, 2}
	w, v := weak.Make(p), weak.Make(p)
	fmt.Println(w == v, w.Value() == p, *w.Value())
	var none weak.Pointer[point]
	fmt.Println(none.Value() == nil, none == weak.Make[point](nil), w == none)
	runtime.KeepAlive(p)
	w = lost()
	runtime.GC()
	fmt.Println(w.Value() == nil)
	c := runtime.AddCleanup(p, func(s string) { fmt.Println(s) }, "cleaned")
	c.Stop()
	defer func() { fmt.Println(recover()) }()
	runtime.AddCleanup(p, func(*point) {}, p)
}

func lost() weak.Pointer[point] { return weak.Make(&point{3, 4}) }

func canonical() {
	a, b, c := unique.Make("a"), unique.Make("a"), unique.Make("c")
	fmt.Println(a == b, a == c, a.Value(), c.Value())
	p, q := unique.Make(point{1, 2}), unique.Make(point{1, 2})
	fmt.Println(p == q, p == unique.Make(point{2, 1}), p.Value())
	m := map[unique.Handle[celsius]]int{unique.Make(celsius(1)): 1}
	m[unique.Make(celsius(1))]++
	m[unique.Make(celsius(2))]++
	fmt.Println(len(m), m[unique.Make(celsius(1))])
}

func hashes() {
	seed := maphash.MakeSeed()
	fmt.Println(maphash.Comparable(seed, point{1, 2}) == maphash.Comparable(seed, point{1, 2}), maphash.Comparable(seed, 1) == maphash.Comparable(seed, 2))
	var g, h maphash.Hash
	g.SetSeed(seed)
	h.SetSeed(seed)
	maphash.WriteComparable(&g, "x")
	maphash.WriteComparable(&h, "x")
	fmt.Println(g.Sum64() == h.Sum64())
	key, err := hkdf.Key(sha256.New, []byte("secret"), []byte("salt"), "info", 8)
	fmt.Printf("%x %v\n", key, err)
	pass, err := pbkdf2.Key(func() hash.Hash { return sha256.New() }, "word", []byte("salt"), 3, 8)
	fmt.Printf("%x %v\n", pass, err)
}

func columns() {
	var n sql.Null[int]
	fmt.Println(n.Scan("12"), n.V, n.Valid)
	v, err := n.Value()
	fmt.Printf("%v %T %v\n", v, v, err)
	fmt.Println(n.Scan(nil), n)
	var c sql.Null[celsius]
	fmt.Println(c.Scan(1.5), c.V)
	var s sql.Null[string]
	fmt.Println(s.Scan([]byte("bytes")), s.V)
	fmt.Println(n.Scan("x") != nil)
}

func reflected() {
	fmt.Println(reflect.TypeFor[int](), reflect.TypeFor[error](), reflect.TypeFor[map[string]time.Time]())
	i, ok := reflect.TypeAssert[int](reflect.ValueOf(7))
	fmt.Println(i, ok)
	s, ok := reflect.TypeAssert[string](reflect.ValueOf(7))
	fmt.Printf("%q %t\n", s, ok)
	e, ok := reflect.TypeAssert[error](reflect.ValueOf(errors.New("e")))
	fmt.Println(e, ok)
	for i := range reflect.ValueOf(3).Seq() {
		fmt.Print(i, " ")
	}
	for i, v := range reflect.ValueOf([]string{"x", "y"}).Seq2() {
		fmt.Print(i, v, " ")
	}
	fmt.Println()
}

func once() {
	calls := 0
	f := sync.OnceValue(func() int { calls++; return calls })
	g := sync.OnceValues(func() (string, error) { calls++; return "g", nil })
	h := sync.OnceFunc(func() { calls++ })
	f()
	g()
	h()
	h()
	s, err := g()
	fmt.Println(f(), s, err, calls)
	bad := sync.OnceValue(func() int { calls++; panic("bad") })
	for range 2 {
		func() {
			defer func() { fmt.Println(recover(), calls) }()
			bad()
		}()
	}
	var p atomic.Pointer[point]
	fmt.Println(p.Load() == nil)
	old := &point{1, 1}
	p.Store(old)
	fmt.Println(p.CompareAndSwap(nil, old), p.CompareAndSwap(old, &point{2, 2}), *p.Load(), p.Swap(old).X, p.Load() == old)
}

func random() {
	for range 100 {
		if n := rand.N(count(10)); n < 0 || n >= 10 {
			fmt.Println("out of range", n)
		}
		if d := rand.N(time.Second); d < 0 || d >= time.Second {
			fmt.Println("out of range", d)
		}
	}
	func() {
		defer func() { fmt.Println(recover()) }()
		rand.N(0)
	}()
}

func pulled() {
	next, stop := iter.Pull(slices.Values([]int{1, 2, 3}))
	fmt.Println(next())
	fmt.Println(next())
	stop()
	fmt.Println(next())
	next2, stop2 := iter.Pull2(maps.All(map[string]int{"a": 1}))
	fmt.Println(next2())
	fmt.Println(next2())
	stop2()
	next, stop = iter.Pull(func(yield func(int) bool) {
		yield(1)
		panic("in the sequence")
	})
	next()
	func() {
		defer func() { fmt.Println(recover()) }()
		next()
	}()
	fmt.Println(next())
	stop()
	cleaned := false
	next, stop = iter.Pull(func(yield func(int) bool) {
		defer func() { cleaned = true }()
		for i := 0; yield(i); i++ {
		}
	})
	next()
	stop()
	stop()
	fmt.Println(cleaned)
}

func main() {
	weakly()
	canonical()
	hashes()
	columns()
	reflected()
	once()
	random()
	pulled()
}
