package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

type Point struct{ X, Y int }

type Body struct {
	Name       string
	Pos, Speed [3]float64
	Mass       float64
	Next       *Body
}

type Grid [4][4]int

func (p Point) Add(q Point) Point { return Point{p.X + q.X, p.Y + q.Y} }
func (p *Point) Scale(k int)      { p.X *= k; p.Y *= k }
func (b *Body) Push(f [3]float64) {
	for i := range f {
		b.Speed[i] += f[i] / b.Mass
	}
}
func (b *Body) Len() (n int) {
	for x := b; x != nil; x = x.Next {
		n++
	}
	return
}

func wrap() []string {
	var out []string
	var i8 int8 = 120
	var u8 uint8 = 250
	var i16 int16 = 32760
	var u16 uint16 = 65530
	var i32 int32 = math.MaxInt32 - 3
	var u32 uint32 = math.MaxUint32 - 3
	var i64 int64 = math.MaxInt64 - 3
	var u64 uint64 = math.MaxUint64 - 3
	for k := 0; k < 12; k++ {
		i8 += 3
		u8 += 3
		i16 *= 3
		u16 *= 3
		i32 += int32(k) * 7
		u32 -= uint32(k) << 29
		i64++
		u64 += uint64(k)
		out = append(out, fmt.Sprint(i8, u8, i16, u16, i32, u32, i64, u64, -i8, ^u8, i8/3, i8%3, u8>>1, i16>>2, u32<<3, i32<<k, u64>>uint(k), i64&0xff, i64|1, u16^0x5555, u16&^3))
	}
	for _, s := range []int{0, 1, 7, 8, 31, 32, 63, 64, 65} {
		out = append(out, fmt.Sprint(i8<<s, u8<<s, i32<<s, i64<<s, i64>>s, -i64>>s, u64>>s, int8(-128)>>s, i8<<uint8(s)))
	}
	x, y := int64(math.MinInt64), int64(-1)
	out = append(out, fmt.Sprint(x/y, x%y, int8(-128)/int8(y), x/7, x%7, x/-7, -7/2, -7%2))
	return out
}

func floats(n int) (s []string) {
	a, b := 1.5, float32(0.1)
	for i := range n {
		a = a*1.25 - float64(i)/3
		b += float32(i) * b
		s = append(s, fmt.Sprint(a, b, a > float64(b), a == a, -a, math.Sqrt(math.Abs(a)), math.Floor(a), int(a), int8(i)*3, uint8(math.Abs(a)), float32(a), float64(b)))
	}
	nan := math.NaN()
	for range 1 {
		s = append(s, fmt.Sprint(nan < 1, nan > 1, nan == nan, nan != nan, !(nan < 1), math.Inf(1) > 1, math.Pow(2, 10), math.MaxInt64, uint64(math.MaxUint64)))
	}
	if nan < 1 || nan >= 1 || nan == nan {
		s = append(s, "bad")
	}
	if !(nan < 1) && !(nan >= 1) && nan != nan {
		s = append(s, "good")
	}
	return
}

func text(s string) (out []string) {
	for i, r := range s {
		out = append(out, strconv.Itoa(i)+":"+string(r)+"="+strconv.Itoa(int(r)))
	}
	for i := 0; i < len(s); i++ {
		if s[i] > 'z' || s[i] == 'a' {
			out = append(out, fmt.Sprint(s[i], s[:i], s[i:], s[i:i+1]))
		}
	}
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	rs := []rune(s)
	for i := range rs {
		rs[i]++
	}
	out = append(out, string(b), string(rs), s+"!"+s+"?", fmt.Sprint(s < "b", s == "aé日", s != "x", s >= "a", len(s), len(rs)))
	var sb []string
	for k := 0; k < 3; k++ {
		s += "-" + strconv.Itoa(k)
		sb = append(sb, strings.ToUpper(s), strings.Repeat("ab", k))
	}
	out = append(out, strings.Join(sb, ","), strings.Replace(s, "-", "+", 2))
	return
}

func slices2() (out []string) {
	show := []int{}
	for i := range 20 {
		show = append(show, i*i)
	}
	a := show[3:10]
	b := a[2:4:5]
	b = append(b, -1)
	b = append(b, -2, -3)
	c := make([]int, 5, 9)
	n := copy(c, a)
	m := copy(c[1:], c)
	out = append(out, fmt.Sprint(show, a, b, c, n, m, len(a), cap(a), len(b), cap(b) >= 5))
	var grid [][]string
	for y := range 3 {
		var row []string
		for x := range 4 {
			row = append(row, fmt.Sprint(x*y))
		}
		grid = append(grid, row)
	}
	grid[1][2] += "!"
	out = append(out, fmt.Sprint(grid), fmt.Sprint(append([]byte("ab"), "cd"...), append([]int(nil), show[:3]...)))
	ps := []Point{{1, 2}, {X: 3}, {Y: 4}}
	for i := range ps {
		ps[i].X += i
		ps[i] = ps[i].Add(Point{1, 1})
	}
	for _, p := range ps {
		p.X = 100
		out = append(out, fmt.Sprint(p.X, p.Y))
	}
	out = append(out, fmt.Sprint(ps[0].X, ps[1].Y, ps[2] == Point{3, 5}))
	f := []float32{1: 2.5, 3.5}
	bs := []bool{true, 3: true}
	i8s := []int8{-1, 2}
	for i := range f {
		f[i] *= 1.1
	}
	for i := range bs {
		bs[i] = !bs[i]
	}
	for i := range i8s {
		i8s[i] -= 100
		i8s = append(i8s, i8s[i])
	}
	out = append(out, fmt.Sprint(f, bs, i8s, f[0] == 0, i8s[0] < i8s[1]))
	var nils []int
	for range 1 {
		out = append(out, fmt.Sprint(nils == nil, len(nils), a != nil))
	}
	clear := show[:0]
	for _, x := range show {
		if x%2 == 0 {
			clear = append(clear, x)
		}
	}
	out = append(out, fmt.Sprint(clear, show))
	return
}

func arrays() (out []string) {
	var a [5]int
	for i := range a {
		a[i] = i * i
	}
	b := a
	b[2] = 99
	p := &a
	p[1] = 7
	s := a[1:4]
	s[0]++
	out = append(out, fmt.Sprint(a, b, a == b, *p == a, len(a), s))
	var g Grid
	for y := range g {
		for x := range g[y] {
			g[y][x] = y*10 + x
		}
	}
	row := g[2]
	row[0] = -1
	h := g
	h[3][3]++
	for i, r := range g {
		r[0] = 5
		out = append(out, fmt.Sprint(i, r))
	}
	for i, r := range &g {
		g[3][0] = 77
		out = append(out, fmt.Sprint(i, r[0]))
	}
	out = append(out, fmt.Sprint(g, row, h == g, g[1] == [4]int{10, 11, 12, 13}))
	t := [3]string{"a", "b"}
	u := [...]Point{5: {1, 2}, {3, 4}}
	for i := range t {
		t[i] += "x"
	}
	a, b = b, a
	out = append(out, fmt.Sprint(t, len(u), u[6].Y, a, b))
	x := [2]uint8{250, 251}
	for i := range x {
		x[i] += 10
	}
	idx := uint8(1)
	out = append(out, fmt.Sprint(x[idx], x))
	return
}

func structs() (out []string) {
	p := Point{1, 2}
	q := p
	q.X = 9
	r := &q
	r.Y = 8
	r.Scale(3)
	p.Scale(2)
	p, q = q, p
	out = append(out, fmt.Sprint(p.X, p.Y, q.X, q.Y, *r == q, p != q))
	list := (*Body)(nil)
	for i := range 4 {
		b := Body{Name: fmt.Sprint("b", i), Mass: float64(i + 1), Next: list}
		b.Push([3]float64{1, 2, 3})
		list = &b
	}
	for b := list; b != nil; b = b.Next {
		out = append(out, fmt.Sprint(b.Name, b.Speed, b.Mass, b.Next == nil))
	}
	c := *list
	c.Speed[0] = 42
	out = append(out, fmt.Sprint(c.Speed, list.Speed, list.Len(), c.Len()))
	bodies := make([]Body, 3)
	for i := range bodies {
		bodies[i].Mass = 2
		bodies[i].Push([3]float64{float64(i)})
		bodies[i].Pos[i] = 1
	}
	d := bodies[1]
	bodies[1].Mass = 3
	out = append(out, fmt.Sprint(d.Mass, bodies[1].Mass, bodies[2].Speed, bodies[2].Pos))
	ptrs := []*Point{{1, 2}, {3, 4}}
	for _, x := range ptrs {
		x.Scale(10)
		*x = x.Add(*x)
	}
	out = append(out, fmt.Sprint(ptrs[0].X, *ptrs[1] == Point{60, 80}))
	anon := struct {
		a, b string
		n    int8
	}{"x", "y", 3}
	for range 2 {
		anon.a += anon.b
		anon.n *= 7
	}
	out = append(out, anon.a, fmt.Sprint(anon.n))
	n := 5
	np := &n
	for range 3 {
		*np += n
	}
	out = append(out, fmt.Sprint(n, *np))
	return
}

func maps() (out []string) {
	m := map[string]int{"a": 1, "b": 2}
	for _, w := range strings.Fields("the cat the dog the end a") {
		m[w]++
		m[w] *= 2
	}
	v, ok := m["the"]
	w, no := m["zz"]
	delete(m, "a")
	out = append(out, fmt.Sprint(m, v, ok, w, no, len(m)))
	pts := map[Point][]int{}
	for i := range 9 {
		k := Point{i % 3, i % 2}
		pts[k] = append(pts[k], i)
	}
	sum := 0
	for k, l := range pts {
		for _, x := range l {
			sum += x*k.X + k.Y
		}
	}
	out = append(out, fmt.Sprint(sum, len(pts), pts[Point{1, 1}]))
	arr := map[[2]int]Body{}
	for i := range 3 {
		arr[[2]int{i, i}] = Body{Mass: float64(i)}
	}
	x := arr[[2]int{2, 2}]
	y := arr[[2]int{2, 1}]
	out = append(out, fmt.Sprint(x.Mass, y.Mass, len(arr)))
	cnt := 0
	for range m {
		cnt++
	}
	for k := range m {
		delete(m, k)
	}
	var nm map[string]int
	out = append(out, fmt.Sprint(cnt, len(m), nm["q"], nm == nil, len(nm)))
	return
}

func parse(s string) (sum int, err error) {
	for _, f := range strings.Fields(s) {
		n, err := strconv.Atoi(f)
		if err != nil {
			return sum, err
		}
		if n < 0 {
			return 0, errors.New("negative: " + f)
		}
		if n > 99 {
			return 0, fmt.Errorf("too large: %d of %q", n, s)
		}
		sum += n
	}
	return
}

func divmod(a, b int) (q, r int) {
	for a >= b {
		a -= b
		q++
	}
	return q, a
}

func swap3(a, b, c string, n int) (string, string, string) {
	for range n {
		a, b, c = b, c, a
	}
	return c, a, b
}

func control() (out []string) {
outer:
	for i := 0; ; i++ {
		switch {
		case i == 2:
			continue outer
		case i > 6:
			break outer
		case i%2 == 0:
			fallthrough
		case i == 5:
			out = append(out, "f"+strconv.Itoa(i))
		default:
			for j := range 10 {
				if j == i {
					continue outer
				}
				if j > 3 {
					break
				}
				if i+j == 100 {
					break outer
				}
			}
			out = append(out, "d"+strconv.Itoa(i))
		}
	}
	n := 0
again:
	n++
	if n < 5 {
		goto again
	}
	for n := range uint8(3) {
		out = append(out, fmt.Sprint(n))
	}
	switch s := strings.Repeat("x", n); s {
	case "xx", "xxxxx":
		out = append(out, "five")
	case "y":
		out = append(out, "y")
	}
	switch x := float64(n) / 2; x {
	case 2.5:
		out = append(out, "2.5")
	default:
		out = append(out, "?")
	}
	var k int
	for k = 0; k < 10; k++ {
		if k == 7 {
			break
		}
	}
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		out = append(out, fmt.Sprint(i, j))
	}
	b := k == 7 && n == 5 || n > 100
	c := !b || (k < n) != (n < k)
	for b && c {
		c = false
	}
	out = append(out, fmt.Sprint(k, n, b, c, min(k, n, 3), max(k, n)))
	return
}

func sum[T int | float64 | string](list []T) (s T) {
	for _, x := range list {
		s += x
	}
	return
}

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(x T) { s.items = append(s.items, x) }
func (s *Stack[T]) Pop() (x T, ok bool) {
	if len(s.items) == 0 {
		return x, false
	}
	x = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return x, true
}

func stacks() (out []string) {
	var s Stack[Point]
	var t Stack[string]
	for i := range 4 {
		s.Push(Point{i, -i})
		t.Push(fmt.Sprint(i))
	}
	for {
		p, ok := s.Pop()
		if !ok {
			break
		}
		q, _ := t.Pop()
		out = append(out, fmt.Sprint(p.X, q))
	}
	return
}

var total int
var names = []string{"x"}
var origin = Point{1, 1}

func globals() int {
	for i := range 5 {
		total += i
		names = append(names, fmt.Sprint(i))
		origin.X += i
		origin = origin.Add(Point{0, 1})
	}
	p := &total
	for range 2 {
		*p *= 2
	}
	return len(names)
}

func variadic(sep string, xs ...int) string {
	s := ""
	for i, x := range xs {
		if i > 0 {
			s += sep
		}
		s += strconv.Itoa(x)
	}
	return s
}

func calls() (out []string) {
	for i := range 3 {
		out = append(out, variadic(",", 1, 2, i), variadic(";"), variadic("+", []int{4, 5}...))
	}
	q, r := divmod(17, 5)
	a, b, c := swap3("1", "2", "3", 4)
	return append(out, fmt.Sprint(q, r, a+b+c))
}

func ackermann(m, n int) int {
	if m == 0 {
		return n + 1
	}
	if n == 0 {
		return ackermann(m-1, 1)
	}
	return ackermann(m-1, ackermann(m, n-1))
}

func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}
func odd(n int) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}

func main() {
	for _, l := range [][]string{wrap(), floats(6), text("aé日\xffb"), text(""), slices2(), arrays(), structs(), maps(), control(), stacks(), calls()} {
		fmt.Println(strings.Join(l, "\n"))
	}
	fmt.Println(parse("1 2 3"))
	fmt.Println(parse("1 x"))
	fmt.Println(parse("-1"))
	fmt.Println(parse("100 1"))
	fmt.Println(sum([]int{1, 2, 3}), sum([]float64{1.5, 2}), sum([]string{"a", "b"}), globals(), total, names, origin)
	fmt.Println(ackermann(2, 3), even(1001), odd(7))
}
