package rtype

import (
	"reflect"
	"sync"
	"unsafe"
)

// The run-time system's descriptions of types, as package internal/abi of Go 1.26 declares them.
// See [verify] for what tells that another Go has changed them.

type header struct {
	Size       uintptr
	PtrBytes   uintptr // the part of Size that may hold pointers
	Hash       uint32
	TFlag      uint8
	Align      uint8
	FieldAlign uint8
	Kind       uint8
	Equal      func(p, q unsafe.Pointer) bool // nil: not comparable
	GCData     *byte                          // a bit for each word of PtrBytes; with flagMaskOnDemand a slot for its address
	Str        int32                          // offsets, see addReflectOff
	PtrToThis  int32
}

const (
	flagUncommon      = 1 << 0
	flagExtraStar     = 1 << 1
	flagNamed         = 1 << 2
	flagRegularMemory = 1 << 3 // equal when the bytes are
	flagMaskOnDemand  = 1 << 4
	flagDirect        = 1 << 5 // an interface holds the value itself, which is one pointer

	flagsOfLayout = flagRegularMemory | flagMaskOnDemand | flagDirect
)

// maxMask is the largest PtrBytes that has its mask from the beginning.
const maxMask = 2048 * 8 * unsafe.Sizeof(uintptr(0))

type arrayType struct {
	header
	Elem  *header
	Slice *header
	Len   uintptr
}

type chanType struct {
	header
	Elem *header
	Dir  int
}

// funcType is followed by its uncommonType, if it has one, and the types of parameters and results.
type funcType struct {
	header
	InCount  uint16
	OutCount uint16 // the highest bit: variadic
}

type interfaceType struct {
	header
	PkgPath *byte
	Methods []imethod // in the order of before
}

type imethod struct {
	Name int32
	Typ  int32
}

type mapType struct {
	header
	Key        *header
	Elem       *header
	Group      *header
	Hasher     func(p unsafe.Pointer, seed uintptr) uintptr
	GroupSize  uintptr
	SlotSize   uintptr
	ElemOffset uintptr
	Flags      uint32
}

type pointerType struct {
	header
	Elem *header
}

type sliceType struct {
	header
	Elem *header
}

type structType struct {
	header
	PkgPath *byte // set when a field is not exported
	Fields  []structField
}

type structField struct {
	Name   *byte
	Typ    *header
	Offset uintptr
}

// uncommonType follows the description of a type that is named or has methods.
type uncommonType struct {
	PkgPath int32
	Count   [2]uint16 // of all methods, of the exported ones
	Moff    uint32    // from here to the methods
	_       uint32
}

type method struct {
	Name int32
	Typ  int32 // without receiver
	Ifn  int32 // code that takes the word of an interface as its receiver
	Tfn  int32 // code that takes the receiver itself
}

// addReflectOff enters a pointer into the run-time system's table of what
// types that were made at run time refer to, and returns the offset that stands for it. The
// table keeps the pointer alive. Package runtime leaves the name open to packages that make types.
//
//go:linkname addReflectOff reflect.addReflectOff
//go:noescape
func addReflectOff(ptr unsafe.Pointer) int32

// words are what an interface value without methods consists of.
type words struct {
	typ  *header
	data unsafe.Pointer
}

// headerOf is the description behind t.
func headerOf(t reflect.Type) *header {
	return (*header)((*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1])
}

// typeOf is the type that h describes.
func typeOf(h *header) reflect.Type {
	return reflect.TypeOf(*(*any)(unsafe.Pointer(&words{h, nil})))
}

// direct tells whether interfaces hold values of the type themselves.
func (h *header) direct() bool { return h.TFlag&flagDirect != 0 }

const (
	nameExported = 1 << 0
	nameTag      = 1 << 1
	namePkgPath  = 1 << 2
	nameEmbedded = 1 << 3
)

// encodeName makes a name as the run-time system has it: a byte of flags, the length
// and the text, and the same for a tag.
func encodeName(text, tag string, flags byte) *byte {
	if tag != "" {
		flags |= nameTag
	}
	b := appendText([]byte{flags}, text)
	if tag != "" {
		b = appendText(b, tag)
	}
	return unsafe.SliceData(b)
}

func appendText(b []byte, s string) []byte {
	n := len(s)
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(append(b, byte(n)), s...)
}

// blank tells whether a name is _.
func blank(name *byte) bool {
	b := unsafe.Slice(name, 2)
	return b[1] == 1 && *(*byte)(unsafe.Add(unsafe.Pointer(name), 2)) == '_'
}

// nameOffsets are the offsets of names by what is encoded: the same few methods are declared again and again.
var nameOffsets sync.Map

func nameOffset(text string, flags byte) int32 {
	type encoded struct {
		text  string
		flags byte
	}
	key := encoded{text, flags}
	if off, ok := nameOffsets.Load(key); ok {
		return off.(int32)
	}
	off := addReflectOff(unsafe.Pointer(encodeName(text, "", flags)))
	nameOffsets.Store(key, off)
	return off
}

func typeOffset(t *header) int32 { return addReflectOff(unsafe.Pointer(t)) }
