package rtype

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"runtime"
	"sort"
	"sync/atomic"
	"unsafe"

	"iyagi/kernel/internal/eval"
)

// bound is a method of a type with the function that it calls.
type bound struct {
	eval.Method
	owner *entry
	typ   reflect.Type // without receiver
	pkg   string       // of a method that is not exported, when it is another than main
	// The stubs of an exported method: value takes the receiver as it is, pointer a pointer to it. A method
	// of the pointer alone has only the latter. Nothing compiled can call a method that is not exported.
	value, pointer int
	function       atomic.Pointer[reflect.Value] // its first parameter is the receiver
	direct         atomic.Pointer[func([]reflect.Value) []reflect.Value]
}

const noStub = -1

// addMethods gives a new type the methods of its declaration.
func (t *Table) addMethods(e *entry) {
	if !methodsSupported || e.own.h.Kind == uint8(reflect.Interface) {
		return
	}
	t.bind(e, e.decl)
	t.promoteHidden(e)
	e.publish()
}

// promoteHidden gives a struct the methods of embedded interfaces of the library that are not exported and so stand in no declaration.
// Nothing can call them on it, but with them it implements an interface that has them, such as testing.TB.
func (t *Table) promoteHidden(e *entry) {
	x, ok := unparen(e.expr).(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range fieldsOf(x) {
		if !f.embedded {
			continue
		}
		r := reader{t, e.imports}.typ(f.typ)
		add := func(name, pkg string, typ reflect.Type) {
			if pkg != "" && pkg != pkgPath && e.methods[name] == nil {
				e.methods[name] = &bound{Method: eval.Method{Name: name}, owner: e, typ: typ, pkg: pkg, value: unreachable, pointer: unreachable}
			}
		}
		if r.Kind() == reflect.Interface {
			libraryMethods(r, func(w wanted) { add(w.name, w.pkg, w.known) })
		}
		if r.Kind() == reflect.Pointer {
			r = r.Elem()
		}
		if inner := t.entryOf(r); inner != nil {
			for _, m := range inner.methods {
				add(m.Name, m.pkg, m.typ)
			}
		}
	}
}

// entryOf finds the entry of a type, also of one that is being made.
func (t *Table) entryOf(r reflect.Type) *entry {
	for _, e := range t.types {
		if !e.derived && e.own.h == headerOf(r) {
			return e
		}
	}
	return nil
}

// update gives a type that exists the methods of a later declaration.
func (t *Table) update(e *entry, d Decl) {
	if len(d.Methods) == 0 || !methodsSupported {
		return
	}
	if e.derived {
		fail("type %s has got methods: declare it again", d.Go)
	}
	if t.bind(e, d) {
		e.publish()
		t.twins.forget()
		t.changes.Add(1)
	}
}

// bind makes the methods that the type lacks or has with another signature.
func (t *Table) bind(e *entry, d Decl) (changed bool) {
	r := reader{t, d.Imports}
	type change struct {
		name string
		m    *bound
	}
	var list []change
	for _, m := range d.Methods {
		if old := e.methods[m.Name]; old != nil && old.Ptr == m.Ptr && old.Type == m.Type {
			continue
		}
		x, err := parser.ParseExpr(m.Type)
		if err != nil {
			fail("method %s of %s: %w", m.Name, d.Go, err)
		}
		f, ok := x.(*ast.FuncType)
		if !ok {
			fail("method %s of %s has the type %s", m.Name, d.Go, m.Type)
		}
		b := &bound{Method: m, owner: e, typ: r.function(f), value: noStub, pointer: noStub}
		b.takeStubs()
		list = append(list, change{m.Name, b})
	}
	for _, c := range list {
		e.methods[c.name] = c.m
	}
	return len(list) > 0
}

// unreachable is the stub of all methods that only interpreted code can call.
var unreachable = func() int {
	n, err := newStub(functionOf(func() { panic("a method that is not exported was called by compiled code") }))
	if err != nil {
		panic(err)
	}
	return n
}()

// takeStubs gives a method its code, which panics until its function is known.
func (b *bound) takeStubs() {
	b.value, b.pointer = unreachable, unreachable
	if !token.IsExported(b.Name) {
		return
	}
	name := b.owner.decl.Go + "." + b.Name
	early := functionOf(func() { panic("method " + name + " is called before its declaration is loaded") })
	var err error
	if b.pointer, err = newStub(early); err != nil {
		fail("method %s: %w", name, err)
	}
	if !b.Ptr {
		if b.value, err = newStub(early); err != nil {
			fail("method %s: %w", name, err)
		}
	}
}

// publish writes the methods where the run-time system finds them.
func (e *entry) publish() {
	list := make([]*bound, 0, len(e.methods))
	for _, m := range e.methods {
		list = append(list, m)
	}
	sort.Slice(list, func(i, j int) bool { return before(list[i].Name, list[j].Name) })
	direct := e.own.h.direct()
	var own, ptr []method
	exported := [2]int{}
	for _, m := range list {
		d := method{Name: methodName(m.Name, m.pkg), Typ: typeOffset(headerOf(m.typ))}
		d.Ifn = addReflectOff(codeOf(m.pointer))
		d.Tfn = d.Ifn
		ptr = append(ptr, d)
		if !m.Ptr {
			d.Tfn = addReflectOff(codeOf(m.value))
			if direct {
				d.Ifn = d.Tfn
			}
			own = append(own, d)
		}
		if token.IsExported(m.Name) {
			exported[1]++
			if !m.Ptr {
				exported[0]++
			}
		}
	}
	e.own.publish(own, exported[0])
	e.ptr.publish(ptr, exported[1])
}

// publish gives a type a new list of methods while others may read the one that it has. A reader may see the old
// count with the new list, and misses some; or the new count with the old list, behind which there are as many
// methods again: copies of its last one, or those of the list before.
//
// A type without methods does not get flagUncommon before it has one, and so tells reflect no package: for
// such a type the run-time system does not note which interfaces it does not implement, and
// methods that a later cell declares count everywhere at once.
func (b *block) publish(methods []method, exported int) {
	if len(methods) == 0 {
		return
	}
	for len(methods) > len(b.rooms[0]) {
		b.enlarge()
	}
	b.put(methods, exported)
}

// enlarge gives the block rooms of twice the size, with the list that it has.
func (b *block) enlarge() {
	list, exported := b.rooms[b.used][:b.u.Count[0]], int(b.u.Count[1])
	if b.used == 1 && len(list) > 0 {
		b.put(list, exported) // behind the first room is the second
	}
	size := max(2*len(b.rooms[0]), spare)
	both := above(unsafe.Pointer(b.u), 2*size)
	b.rooms, b.used = [2][]method{both[:size:size], both[size:]}, 1
	if len(list) > 0 {
		b.put(list, exported)
		for i := range b.rooms[1] {
			b.rooms[1][i] = list[len(list)-1]
		}
	}
}

// above makes a list of methods that a type's description at u can refer to: the offset is 32 bits without a sign. New
// memory is mostly above old memory, and large pieces of it nearly always.
func above(u unsafe.Pointer, n int) []method {
	var below [][]method // kept so that the next piece is another one
	for size := n; size <= 1<<22; size *= 4 {
		list := make([]method, size)
		if off := uintptr(unsafe.Pointer(unsafe.SliceData(list))) - uintptr(u); off < 1<<32 {
			return list[:n]
		}
		below = append(below, list)
	}
	runtime.KeepAlive(below)
	fail("there is no place for so many methods: declare the type again")
	return nil
}

// put writes a list into the room that is not in use, and takes that into use.
func (b *block) put(methods []method, exported int) {
	next := 1 - b.used
	room := b.rooms[next]
	n := copy(room, methods)
	for i := n; i < len(room); i++ {
		room[i] = room[n-1]
	}
	b.used = next
	off := uint32(uintptr(unsafe.Pointer(unsafe.SliceData(room))) - uintptr(unsafe.Pointer(b.u)))
	atomic.StoreUint32(&b.u.Moff, off)
	counts := [2]uint16{uint16(n), uint16(exported)}
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&b.u.Count)), *(*uint32)(unsafe.Pointer(&counts)))
	b.h.TFlag |= flagUncommon
}
