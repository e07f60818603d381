package main

import (
	"bytes"
	"fmt"
)

type T struct{ n int }

func (t *T) inc(by int) *T { t.n += by; return t }
func (t *T) Inc(by int) *T { t.n += by; return t }
func (t T) get() int       { return t.n }

type W struct {
	T
	t   T
	p   *T
	arr [3]T
	sl  []T
	in  struct{ t T }
}

type L []T

func (l *L) add(n int) { *l = append(*l, T{n}) }

type G[E any] struct{ xs []E }

func (g *G[E]) push(e E) { g.xs = append(g.xs, e) }

func wp(w *W) *W { return w }
func ws(w *W) []W {
	return []W{*w}
}

// keep makes the function one for the interpreter.
func keep() { recover() }

func run() {
	defer keep()
	v := []T{{1}, {2}}
	v[0].inc(1)
	v[1].Inc(2).inc(3)
	a := [2]T{{5}, {6}}
	a[1].inc(1)
	w := W{sl: v, p: &T{9}}
	w.inc(1)
	w.t.inc(2)
	w.p.inc(3)
	w.arr[2].inc(4)
	w.sl[0].inc(5)
	w.in.t.inc(6)
	(&w).t.inc(7)
	wp(&w).t.inc(8)
	wp(&w).arr[1].inc(9)
	wp(&w).sl[1].inc(10)
	wp(&w).inc(11)
	ws(&w)[0].t.inc(12)
	ws(&w)[0].sl[0].inc(13)
	p := &v[0]
	(*p).inc(14)
	pp := &p
	(*pp).inc(15)
	(**pp).inc(16)
	pa := &a
	pa[0].inc(17)
	paw := &[2]W{}
	paw[1].t.inc(1)
	paw[1].inc(1)
	paw[1].arr[0].inc(2)
	fmt.Println(paw[1].t, paw[1].T, paw[1].arr, pa[0].get())
	(*pa)[0].inc(18)
	m := map[string]*T{"x": {1}}
	m["x"].inc(19)
	ms := map[string][]T{"x": {{1}}}
	ms["x"][0].inc(20)
	var l L
	l.add(1)
	ls := []L{nil, nil}
	ls[1].add(2)
	ls[1][0].inc(21)
	gs := []G[string]{{}, {}}
	gs[1].push("a")
	grid := [][]T{{{1}}, {{2}}}
	grid[1][0].inc(22)
	i := 0
	grid[func() int { i++; return 0 }()][0].inc(23)
	f := v[1].inc
	f(24)
	for i := range v {
		v[i].inc(100)
	}
	x := any(w)
	fmt.Println(v, a, w.T, w.t, *w.p, w.arr, w.in, m["x"].get(), ms, l, ls, gs, grid, i, x.(W).t.get())
	var nilp *W
	defer func() { fmt.Println(recover()) }()
	nilp.t.inc(1)
}

func main() { run(); native() }

type P struct {
	n    *[2]int
	bufs *[2]bytes.Buffer
	list []bytes.Buffer
}

// native is elements behind pointers in fields of a session's type, and methods of native elements.
func native() {
	defer keep()
	s := P{n: new([2]int), bufs: new([2]bytes.Buffer), list: make([]bytes.Buffer, 2)}
	s.n[1]++
	q := &s.n[1]
	*q++
	s.n[0] += 4
	s.n[0], s.n[1] = s.n[1], s.n[0]
	for i := range s.n {
		s.n[i] *= 2
	}
	for i, x := range s.n {
		fmt.Println(i, x, len(s.n), s.n[:1])
	}
	s.bufs[1].WriteString("x")
	s.list[1].WriteString("y")
	f := s.list[1].WriteString
	f("later")
	var b bytes.Buffer
	g := b.WriteString
	g("late")
	fmt.Println(s.bufs[1].String(), s.list[1].String(), b.String(), *s.n)
}
