package transfer

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// single is the count of a region that is the target of a pointer; others
// are arrays below slices.
const single = -1

// span is a piece of memory as one pointer or slice sees it.
type span struct {
	addr  unsafe.Pointer
	typ   reflect.Type // of one element
	count int          // of elements, or single
}

func (s span) size() uintptr {
	if s.count == single {
		return s.typ.Size()
	}
	return s.typ.Size() * uintptr(s.count)
}

func (s span) end() uintptr { return uintptr(s.addr) + s.size() }

// elements calls f with each value in the memory.
func (s span) elements(f func(i int, v reflect.Value) error) error {
	if s.count == single {
		return f(single, reflect.NewAt(s.typ, s.addr).Elem())
	}
	for i := range s.count {
		p := unsafe.Add(s.addr, uintptr(i)*s.typ.Size())
		if err := f(i, reflect.NewAt(s.typ, p).Elem()); err != nil {
			return err
		}
	}
	return nil
}

// path is the way to a value, for errors: a chain from the variable down.
type path struct {
	root *Variable
	up   *path
	step string // ".field", "[3]", or "" for a pointer's target
}

func (p path) field(name string) path { return path{p.root, &p, "." + name} }
func (p path) index(i int) path {
	if i == single {
		return p
	}
	return path{p.root, &p, "[" + strconv.Itoa(i) + "]"}
}
func (p path) key(k reflect.Value) path {
	s := fmt.Sprint(k)
	if k.Kind() == reflect.String {
		s = strconv.Quote(k.String())
	}
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return path{p.root, &p, "[" + s + "]"}
}

func (p path) String() string {
	var steps []string
	for q := &p; q != nil; q = q.up {
		steps = append(steps, q.step)
	}
	slices.Reverse(steps)
	const most = 8
	if len(steps) > most {
		steps = append(steps[:most/2:most/2], append([]string{"…"}, steps[len(steps)-most/2:]...)...)
	}
	return p.root.Name + strings.Join(steps, "")
}

func (p path) fail(t reflect.Type, why string) error {
	name := t.String()
	if p.up == nil && p.root.Type != "" {
		name = p.root.Type
	}
	return &Error{Path: p.String(), Type: name, Why: why}
}

// encoder first scans all that the variables reach, which finds the regions
// and what cannot be sent, then writes it.
type encoder struct {
	program Program
	types   map[reflect.Type]int
	ops     []typeOp
	plain   []reflect.Type // by number

	found   []foundSpan
	index   map[span]int // in found; then, for those that are not part of another, in regions
	regions []span       // merged, by address; those of no size at the end
	sized   int          // number of regions that have a size

	maps     map[unsafe.Pointer]int
	mapList  []foundMap
	out      buffer
	scanning bool
}

type foundSpan struct {
	span
	path path
}

type foundMap struct {
	v    reflect.Value
	path path
}

// reach notes a piece of memory to be scanned.
func (e *encoder) reach(p unsafe.Pointer, t reflect.Type, count int, at path) {
	s := span{p, t, count}
	if _, ok := e.index[s]; ok {
		return
	}
	e.index[s] = len(e.found)
	e.found = append(e.found, foundSpan{s, at})
}

func (e *encoder) reachMap(v reflect.Value, at path) {
	p := v.UnsafePointer()
	if _, ok := e.maps[p]; ok {
		return
	}
	e.maps[p] = len(e.mapList)
	e.mapList = append(e.mapList, foundMap{v, at})
}

// scan visits regions and maps until no new one turns up. Pointers are
// noted, not followed, so a list of a million nodes does not nest a million calls.
func (e *encoder) scan() error {
	e.scanning = true
	defer func() { e.scanning = false }()
	for r, m := 0, 0; r < len(e.found) || m < len(e.mapList); {
		if r < len(e.found) {
			f := e.found[r]
			r++
			if pointerFree(f.typ) {
				continue
			}
			err := f.elements(func(i int, v reflect.Value) error { return e.value(v, f.path.index(i)) })
			if err != nil {
				return err
			}
			continue
		}
		f := e.mapList[m]
		m++
		if err := e.entries(f.v, f.path); err != nil {
			return err
		}
	}
	return nil
}

// entries visits the keys and values of a map.
func (e *encoder) entries(v reflect.Value, at path) error {
	key, elem := e.key(v.Type()), e.elem(v.Type())
	for it := v.MapRange(); it.Next(); {
		k, x := reflect.New(key).Elem(), reflect.New(elem).Elem()
		k.Set(it.Key())
		x.Set(it.Value())
		if err := e.value(k, at); err != nil {
			return err
		}
		if err := e.value(x, at.key(k)); err != nil {
			return err
		}
	}
	return nil
}

// merge makes regions of the spans: one that lies within another is part of
// it, and two arrays of the same elements that overlap become one.
func (e *encoder) merge() {
	var spans, empty []span
	for _, f := range e.found {
		if f.size() == 0 {
			empty = append(empty, f.span)
		} else {
			spans = append(spans, f.span)
		}
	}
	slices.SortFunc(spans, func(a, b span) int {
		if c := cmp.Compare(uintptr(a.addr), uintptr(b.addr)); c != 0 {
			return c
		}
		return cmp.Compare(b.size(), a.size())
	})
	e.index = map[span]int{}
	for _, s := range spans {
		if n := len(e.regions); n > 0 {
			last := &e.regions[n-1]
			if s.end() <= last.end() {
				continue
			}
			offset := uintptr(s.addr) - uintptr(last.addr)
			if uintptr(s.addr) < last.end() && s.typ == last.typ && offset%s.typ.Size() == 0 {
				last.count = int(offset/s.typ.Size()) + max(s.count, 1)
				continue
			}
		}
		e.regions = append(e.regions, s)
	}
	e.sized = len(e.regions)
	for _, s := range empty {
		e.index[s] = len(e.regions)
		e.regions = append(e.regions, s)
	}
}

// locate finds the region that a span is part of.
func (e *encoder) locate(s span) (region int, offset uintptr) {
	if s.size() == 0 {
		return e.index[s], 0
	}
	i, _ := slices.BinarySearchFunc(e.regions[:e.sized], uintptr(s.addr)+1, func(r span, a uintptr) int {
		return cmp.Compare(uintptr(r.addr), a)
	})
	return i - 1, uintptr(s.addr) - uintptr(e.regions[i-1].addr)
}
