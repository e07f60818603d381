package vm

import (
	"reflect"
	"sync/atomic"
	"unsafe"
)

// typ is a type that code mentions.
type typ struct {
	t    reflect.Type
	ptr  unsafe.Pointer // the run time's own
	size uintptr
	// direct tells whether interfaces hold the values themselves.
	direct bool
	make   atomic.Pointer[maker] // of a function type
}

func newType(t reflect.Type) *typ {
	return &typ{t: t, ptr: word(t), size: t.Size(), direct: isDirect(t)}
}

// maker makes function values of the type.
func (t *typ) maker() *maker {
	m := t.make.Load()
	if m == nil {
		m = makerOf(t.t)
		t.make.Store(m)
	}
	return m
}

// makeArray returns room elements, as make does for a slice of that capacity.
func (t *typ) makeArray(length, room int) unsafe.Pointer {
	if length < 0 || length > room || room < 0 || t.size > 0 && uintptr(room) > maxAlloc/t.size {
		makePanic(length, t.size)
	}
	return unsafe_NewArray(t.ptr, room)
}

// maxAlloc is how many bytes Go's heap can hold on 64-bit machines.
const maxAlloc = 1 << 48

// makePanic panics as make does.
func makePanic(length int, size uintptr) {
	bad := -1
	if length < 0 || size > 0 && uintptr(length) > maxAlloc/size {
		sink = make([]byte, bad)
	}
	sink = make([]byte, 0, bad)
}

var sink []byte

func (t *typ) equal(p, q unsafe.Pointer) bool {
	if t.direct {
		return *(*unsafe.Pointer)(p) == *(*unsafe.Pointer)(q)
	}
	return anyOf(t.ptr, p) == anyOf(t.ptr, q)
}

// copy copies elements to n of dst from m of src and returns their number.
func (t *typ) copy(dst unsafe.Pointer, n int, src unsafe.Pointer, m int) int {
	return typedslicecopy(t.ptr, header{dst, n, n}, header{src, m, m})
}

// makeMap makes a map; t is the map's type.
func (t *typ) makeMap(room int) unsafe.Pointer {
	m := reflect.MakeMapWithSize(t.t, max(room, 0))
	return m.UnsafePointer()
}

// iterator goes over a map. key and elem are overwritten by each step.
type iterator struct {
	iter      *reflect.MapIter
	key, elem reflect.Value
	at        [2]unsafe.Pointer
}

func (t *typ) iterate(m unsafe.Pointer) unsafe.Pointer {
	v := reflect.NewAt(t.t, unsafe.Pointer(&m)).Elem()
	it := &iterator{iter: v.MapRange(), key: reflect.New(t.t.Key()), elem: reflect.New(t.t.Elem())}
	it.at = [2]unsafe.Pointer{it.key.UnsafePointer(), it.elem.UnsafePointer()}
	it.key, it.elem = it.key.Elem(), it.elem.Elem()
	return unsafe.Pointer(it)
}

// mapNext gives the addresses of the next key and element, or false at the end.
func mapNext(p unsafe.Pointer, P *ptrs, a uint16) bool {
	it := (*iterator)(p)
	if !it.iter.Next() {
		return false
	}
	it.key.SetIterKey(it.iter)
	it.elem.SetIterValue(it.iter)
	P[a], P[a+1] = it.at[0], it.at[1]
	return true
}

// header is a slice.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

// These are the run time's. Package reflect uses them under these names, which the run time keeps
// open to others.

//go:linkname unsafe_New reflect.unsafe_New
func unsafe_New(t unsafe.Pointer) unsafe.Pointer

//go:linkname unsafe_NewArray reflect.unsafe_NewArray
func unsafe_NewArray(t unsafe.Pointer, n int) unsafe.Pointer

//go:linkname typedmemmove reflect.typedmemmove
//go:noescape
func typedmemmove(t, dst, src unsafe.Pointer)

//go:linkname typedmemclr reflect.typedmemclr
//go:noescape
func typedmemclr(t, p unsafe.Pointer)

//go:linkname typedslicecopy reflect.typedslicecopy
func typedslicecopy(t unsafe.Pointer, dst, src header) int

//go:linkname growslice reflect.growslice
func growslice(t unsafe.Pointer, old header, more int) header

//go:linkname mapaccess reflect.mapaccess
//go:noescape
func mapaccess(t, m, key unsafe.Pointer) unsafe.Pointer

//go:linkname mapassign reflect.mapassign0
//go:noescape
func mapassign(t, m, key, elem unsafe.Pointer)

//go:linkname mapdelete reflect.mapdelete
//go:noescape
func mapdelete(t, m, key unsafe.Pointer)

//go:linkname maplen reflect.maplen
func maplen(m unsafe.Pointer) int

// Supported tells whether this machine is one for which registers are laid out: 64 bits, the low ones first.
var Supported = unsafe.Sizeof(uintptr(0)) == 8 && *(*byte)(unsafe.Pointer(&one)) == 1

var one uint64 = 1
