package vm

import (
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Interfaces. A value of an interface type is two pointers: what tells its type, and its data, which is the value
// itself when that is one pointer, and else points to it. What tells the type is the run time's description of it, or,
// when the interface type has methods, a table of them for that type.

// table is how the run time lays out such a table.
type table struct {
	iface unsafe.Pointer
	typ   unsafe.Pointer
	hash  uint32
	code  [1 << 16]uintptr // of the methods, in the order of reflect's list
}

// typeWord is the type of a value by its table, nil for none.
//
//go:nocheckptr
func typeWord(tab unsafe.Pointer) unsafe.Pointer {
	if tab == nil {
		return nil
	}
	return (*table)(tab).typ
}

// typeOf is the type that a word describes.
func typeOf(word unsafe.Pointer) reflect.Type {
	e := [2]unsafe.Pointer{word, nil}
	return reflect.TypeOf(*(*any)(unsafe.Pointer(&e)))
}

func anyOf(word, data unsafe.Pointer) any {
	e := [2]unsafe.Pointer{word, data}
	return *(*any)(unsafe.Pointer(&e))
}

// isDirect tells whether interfaces hold values of a type themselves.
func isDirect(t reflect.Type) bool {
	if t.Size() != unsafe.Sizeof(uintptr(0)) || t.Kind() == reflect.Interface {
		return false
	}
	v := reflect.Zero(t).Interface()
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1] == nil
}

// tab finds the tables of an interface type: that for a type which the code tells, or those for the types that
// come.
type tab struct {
	iface *typ
	typ   *typ // nil: any that comes
	known atomic.Pointer[knownTab]
}

// knownTab is what was found out about the type that came last.
type knownTab struct {
	changes   uint64
	typ, word unsafe.Pointer
	ok        bool
}

// changes counts how often types have got methods.
var changes atomic.Uint64

// find returns the word that tells a type in the interface type; false when the type does not implement it.
func (t *tab) find(word unsafe.Pointer) (unsafe.Pointer, bool) {
	now := changes.Load()
	if k := t.known.Load(); k != nil && k.typ == word && k.changes == now {
		return k.word, k.ok
	}
	k := &knownTab{changes: now, typ: word}
	if r := typeOf(word); r.Implements(t.iface.t) {
		k.word, k.ok = tabWord(t.iface.t, r), true
	}
	t.known.Store(k)
	return k.word, k.ok
}

// tabWord is the word that tells type t in interface type i, which it implements.
func tabWord(i, t reflect.Type) unsafe.Pointer {
	v := reflect.New(i)
	v.Elem().Set(reflect.Zero(t))
	return *(*unsafe.Pointer)(v.UnsafePointer())
}

// MethodRef is a method of an interface type that code calls.
type MethodRef struct {
	Iface           int // which of the code's types
	Name            string
	Params, Results []Layout
}

// site is a place of code that calls a method of an interface.
type site struct {
	ref    *MethodRef
	iface  reflect.Type
	index  int     // of the method
	n, p   int     // registers of the arguments
	native *native // the type of the method's code, which takes the receiver as a pointer
	cache  [3]atomic.Pointer[target]
	next   atomic.Uint32
}

// target is what a site calls for a type.
type target struct {
	changes uint64
	tab     unsafe.Pointer
	f       *Func  // nil: the code of the table
	recv    *typ   // where the receiver comes from memory
	deref   string // the method's name, when a pointer stands for what it points to
	layout  *Layout
	n, p    int    // registers of the receiver
	hidden  string // the name of a method that is not exported: compiled code cannot call it
}

// newSite returns nil when the type has no such method.
func newSite(ref *MethodRef, t *typ) *site {
	s := &site{ref: ref, iface: t.t, index: -1}
	if t.t.Kind() != reflect.Interface {
		return nil
	}
	for i := range t.t.NumMethod() {
		if t.t.Method(i).Name == ref.Name {
			s.index = i
		}
	}
	if s.index < 0 {
		return nil
	}
	s.n, s.p = registers(ref.Params)
	m := t.t.Method(s.index)
	in := []reflect.Type{reflect.TypeFor[unsafe.Pointer]()}
	for p := range m.Type.Ins() {
		in = append(in, p)
	}
	var out []reflect.Type
	for p := range m.Type.Outs() {
		out = append(out, p)
	}
	size := int(unsafe.Sizeof(uintptr(0)))
	full := &NativeRef{Params: append([]Layout{{Size: size, Leaves: []Leaf{{Pointer, 0}}}}, ref.Params...), Results: ref.Results}
	s.native = &native{ref: full, typ: reflect.FuncOf(in, out, m.Type.IsVariadic())}
	if !s.native.fits() {
		return nil
	}
	return s
}

// target finds what to call for a table.
func (s *site) target(word unsafe.Pointer) *target {
	now := changes.Load()
	for i := range s.cache {
		if t := s.cache[i].Load(); t != nil && t.tab == word && t.changes == now {
			return t
		}
	}
	t := &target{changes: now, tab: word}
	s.find(t, typeOf(typeWord(word)))
	s.cache[s.next.Add(1)%uint32(len(s.cache))].Store(t)
	return t
}

func (s *site) find(t *target, dynamic reflect.Type) {
	if m := s.iface.Method(s.index); m.PkgPath != "" {
		t.hidden = m.Name
	}
	own, pointer := dynamic, false
	m, ok := methodOf(dynamic, s.ref.Name)
	if !ok && dynamic.Kind() == reflect.Pointer && dynamic.Name() == "" {
		own, pointer = dynamic.Elem(), true
		m, ok = methodOf(own, s.ref.Name)
	}
	if !ok || m.code == "" || m.pointer && !pointer {
		return
	}
	f := lookup(m.code)
	if f == nil || len(f.code.Params) != len(s.ref.Params)+1 {
		return
	}
	layout := &f.code.Params[0]
	switch {
	case m.pointer: // the data is the pointer
	case pointer:
		t.recv, t.deref = newType(own), s.ref.Name
	case isDirect(own):
		if layout.Boxed {
			return
		}
	default:
		t.recv = newType(own)
	}
	if t.recv != nil {
		t.layout = layout
		t.n, t.p = layout.Registers()
	}
	if !f.linked.Load() {
		f.link()
	}
	t.f = f
}

// receive puts the receiver into the first registers of a call whose arguments stand behind one pointer.
//
//go:nocheckptr
func (t *target) receive(s *site, data unsafe.Pointer, N *nums, P *ptrs) {
	if t.recv == nil {
		P[0] = data
		return
	}
	if data == nil && t.deref != "" {
		panic(nilReceiver{t.recv.t.String(), t.recv.t.Name(), t.deref})
	}
	for j := s.n - 1; j >= 0 && t.n > 0; j-- {
		N[uint16(t.n+j)] = N[uint16(j)]
	}
	switch {
	case t.p == 0:
		for j := range s.p {
			P[uint16(j)] = P[uint16(j+1)]
		}
	case t.p > 1:
		for j := s.p - 1; j >= 0; j-- {
			P[uint16(t.p+j)] = P[uint16(j+1)]
		}
	}
	if t.layout.Boxed {
		own := unsafe_New(t.recv.ptr)
		typedmemmove(t.recv.ptr, own, data)
		data = own
	}
	load(t.layout, data, N, P, 0, 0)
}

// call calls the code of the table, or a method that is not exported.
//
//go:nocheckptr
func (s *site) call(t *target, data unsafe.Pointer, N *nums, P *ptrs, n, p uint16) {
	if t.hidden == "" {
		P[p] = data
		s.native.invoke(unsafe.Pointer(&(*table)(t.tab).code[s.index]), N, P, n, p)
		return
	}
	f := hidden(anyOf((*table)(t.tab).typ, data), t.hidden)
	m := &native{ref: &NativeRef{Params: s.ref.Params, Results: s.ref.Results}, typ: reflect.TypeOf(f)}
	if s.p > 0 {
		copy(P[p:int(p)+s.p], P[p+1:int(p)+1+s.p])
	}
	m.run(f, N, P, n, p)
}

var hidden func(x any, name string) any

// SetHidden sets what finds a method that is not exported, as a function without receiver. It is set once.
func SetHidden(f func(x any, name string) any) { hidden = f }

// nilReceiver is the panic of Go when a method of T is called on a nil *T.
type nilReceiver struct{ typ, name, method string }

func (e nilReceiver) Error() string {
	return "value method " + e.typ + "." + e.method + " called using nil *" + e.name + " pointer"
}

// RuntimeError marks the error as one of the run-time system's.
func (nilReceiver) RuntimeError() {}

// method is a method of a type that Methods has told.
type method struct {
	code    string // its name; empty: the interpreter's
	pointer bool   // the receiver is a pointer
}

var methods sync.Map // reflect.Type to map[string]method

func methodOf(t reflect.Type, name string) (method, bool) {
	list, ok := methods.Load(t)
	if !ok {
		return method{}, false
	}
	m, ok := list.(map[string]method)[name]
	return m, ok
}

// Methods tells which code the methods of a type are; ptr points to the type. They are triples of the method's name, the
// name of its code, which is empty when it has none, and "*" when the receiver is a pointer.
func Methods(ptr any, triples ...string) bool {
	t := reflect.TypeOf(ptr).Elem()
	list := map[string]method{}
	if old, ok := methods.Load(t); ok {
		for name, m := range old.(map[string]method) {
			list[name] = m
		}
	}
	for i := 0; i+2 < len(triples); i += 3 {
		list[triples[i]] = method{triples[i+1], triples[i+2] == "*"}
	}
	methods.Store(t, list)
	changes.Add(1)
	return true
}
