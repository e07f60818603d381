package rtype

import (
	"go/ast"
	"go/token"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"
)

// twins are the types as which [Table.Shown] sees values, by the values' types. A session type's twin has its name, layout and
// methods, and its fields are exported only when Go says so.
//
// Twins have a second use. The run-time system and encoders note for good which methods a type has. Of values
// that are printed and encoded they see twins alone; these are forgotten when a type gets methods, and the next are new types.
type twins struct {
	known atomic.Pointer[sync.Map] // *header to seen
}

// seen is what is known of a type: its twin, which is the type itself when no twin is needed, and
// whether its values hold interfaces, whose contents are to be looked at each time.
type seen struct {
	twin  *header
	holds bool
}

// forget makes all twins anew when they are needed.
func (t *twins) forget() { t.known.Store(nil) }

// Shown is the value in x as what prints and encodes should see it: in the same memory, with a twin as its type. It is
// x itself when its type contains none of the table. Structs, arrays, slices and maps that hold values of
// session types in interfaces are copied, without what is behind pointers.
func (t *Table) Shown(x any) any {
	w := (*words)(unsafe.Pointer(&x))
	if w.typ == nil {
		return x
	}
	s := t.see(w.typ)
	if s.holds {
		if v, changed := (&contents{t, nil}).shown(reflect.ValueOf(x)); changed {
			x = v.Interface()
		}
	}
	w.typ = s.twin
	return x
}

// Twin is the type as which Shown shows values of type r.
func (t *Table) Twin(r reflect.Type) reflect.Type { return typeOf(t.see(headerOf(r)).twin) }

// see finds or makes the twin of a type.
func (t *Table) see(h *header) seen {
	known := t.twins.known.Load()
	if known != nil {
		if s, ok := known.Load(h); ok {
			return s.(seen)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if known = t.twins.known.Load(); known == nil {
		known = new(sync.Map)
	}
	m := &mirror{t, known, map[reflect.Type]*block{}, map[reflect.Type]bool{}}
	s := seen{headerOf(m.twin(typeOf(h))), holdsInterface(typeOf(h), map[reflect.Type]bool{})}
	known.Store(h, s)
	t.twins.known.Store(known)
	return s
}

// mirror makes twins that refer to each other.
type mirror struct {
	*Table
	known *sync.Map               // of twins
	fresh map[reflect.Type]*block // by the session's type, made now
	plain map[reflect.Type]bool   // types that contain no session type
}

// holds tells whether a type contains one of the session that has a twin.
func (m *mirror) holds(r reflect.Type) bool {
	if e := m.made[r]; e != nil && r.Kind() != reflect.Interface {
		return true
	}
	if r.PkgPath() != "" || m.made[r] != nil {
		return false // the library knows no session type
	}
	if m.plain[r] {
		return false
	}
	found := false
	switch r.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		found = m.holds(r.Elem())
	case reflect.Map:
		found = m.holds(r.Key()) || m.holds(r.Elem())
	case reflect.Struct:
		for i := range r.NumField() {
			found = found || m.holds(r.Field(i).Type)
		}
	}
	if !found {
		m.plain[r] = true
	}
	return found
}

// twin is the twin of r, or r itself.
func (m *mirror) twin(r reflect.Type) reflect.Type {
	if !m.holds(r) {
		return r
	}
	if e := m.made[r]; e != nil {
		t := m.entry(e)
		if r != typeOf(e.own.h) {
			return reflect.PointerTo(t)
		}
		return t
	}
	switch r.Kind() {
	case reflect.Pointer:
		return reflect.PointerTo(m.twin(r.Elem()))
	case reflect.Slice:
		return reflect.SliceOf(m.twin(r.Elem()))
	case reflect.Array:
		return reflect.ArrayOf(r.Len(), m.twin(r.Elem()))
	case reflect.Map:
		return reflect.MapOf(m.twin(r.Key()), m.twin(r.Elem()))
	case reflect.Struct: // made by reflect, so all fields are exported
		fields := make([]reflect.StructField, r.NumField())
		for i := range fields {
			fields[i] = r.Field(i)
			fields[i].Type = m.twin(fields[i].Type)
		}
		return reflect.StructOf(fields)
	}
	return r
}

// entry is the twin of a type of the table.
func (m *mirror) entry(e *entry) reflect.Type {
	r := typeOf(e.own.h)
	if twin, ok := m.known.Load(e.own.h); ok {
		return typeOf(twin.(seen).twin)
	}
	if b := m.fresh[r]; b != nil {
		return typeOf(b.h)
	}
	params := len(e.own.params)
	twin := &entry{decl: e.decl, own: newBlock(r, params, len(e.own.rooms[0])), ptr: newBlock(typeOf(e.ptr.h), 0, len(e.ptr.rooms[0]))}
	copy(twin.own.params, e.own.params)
	twin.describe(hash(e.decl.Name), e.decl.Go)
	m.fresh[r] = &twin.own
	twin.own.copyMethods(&e.own)
	twin.ptr.copyMethods(&e.ptr)
	twin.own.h.TFlag |= flagUncommon
	twin.ptr.h.TFlag |= flagUncommon
	m.refer(twin.own.h, e, r)
	m.known.Store(e.own.h, seen{twin.own.h, holdsInterface(r, map[reflect.Type]bool{})})
	return typeOf(twin.own.h)
}

// refer makes a twin refer to twins.
func (m *mirror) refer(h *header, e *entry, r reflect.Type) {
	p := unsafe.Pointer(h)
	switch r.Kind() {
	case reflect.Struct:
		s := (*structType)(p)
		list := append([]structField(nil), s.Fields...)
		s.Fields = list
		var declared []field
		if x, ok := unparen(e.expr).(*ast.StructType); ok { // else it is a copy of one of the library
			declared = fieldsOf(x)
		}
		for i := range list {
			list[i].Typ = headerOf(m.twin(typeOf(list[i].Typ)))
			if i < len(declared) {
				list[i].Name = declared[i].encode(token.IsExported(declared[i].name))
			}
		}
	case reflect.Array:
		a := (*arrayType)(p)
		elem := m.twin(r.Elem())
		a.Elem, a.Slice = headerOf(elem), headerOf(reflect.SliceOf(elem))
	case reflect.Slice:
		(*sliceType)(p).Elem = headerOf(m.twin(r.Elem()))
	case reflect.Pointer:
		(*pointerType)(p).Elem = headerOf(m.twin(r.Elem()))
	case reflect.Map:
		own := *h
		*(*mapType)(p) = *(*mapType)(unsafe.Pointer(headerOf(reflect.MapOf(m.twin(r.Key()), m.twin(r.Elem())))))
		h.TFlag, h.Hash, h.Str, h.PtrToThis = own.TFlag, own.Hash, own.Str, own.PtrToThis
	}
}

// copyMethods gives a twin the methods of a type: the same code, since it is called with the same memory.
func (b *block) copyMethods(from *block) {
	b.publish(from.rooms[from.used][:from.u.Count[0]], int(from.u.Count[1]))
}
