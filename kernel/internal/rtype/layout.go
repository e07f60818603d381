package rtype

import (
	"fmt"
	"go/ast"
	"hash/fnv"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"
)

// pkgPath is the package of all types of cells.
const pkgPath = "main"

// block is a type's description with what follows it in memory.
type block struct {
	h      *header
	u      *uncommonType
	params []*header   // of a function
	rooms  [2][]method // for the methods; one of them is in use
	used   int         // which
}

// forms are compiled types of the kinds that have descriptions of their own, and these.
var forms = map[reflect.Kind]struct{ example, description reflect.Type }{
	reflect.Pointer:   {reflect.TypeFor[*int](), reflect.TypeFor[pointerType]()},
	reflect.Slice:     {reflect.TypeFor[[]int](), reflect.TypeFor[sliceType]()},
	reflect.Map:       {reflect.TypeFor[map[int]int](), reflect.TypeFor[mapType]()},
	reflect.Chan:      {reflect.TypeFor[chan int](), reflect.TypeFor[chanType]()},
	reflect.Func:      {reflect.TypeFor[func()](), reflect.TypeFor[funcType]()},
	reflect.Interface: {reflect.TypeFor[any](), reflect.TypeFor[interfaceType]()},
	reflect.Struct:    {reflect.TypeFor[struct{}](), reflect.TypeFor[structType]()},
	reflect.Array:     {reflect.TypeFor[[1]int](), reflect.TypeFor[arrayType]()},
}

// newBlock makes a copy of a compiled type's description that has no name yet, with places for the types of
// params parameters and results and for methods twice.
func newBlock(like reflect.Type, params, methods int) block {
	d := reflect.TypeFor[header]()
	if f, ok := forms[like.Kind()]; ok {
		d = f.description
	}
	s := blockType(d, params, methods)
	v := reflect.New(s)
	p := v.UnsafePointer()
	v.Elem().Field(0).Set(reflect.NewAt(d, unsafe.Pointer(headerOf(like))).Elem())
	b := block{
		h:      (*header)(p),
		u:      (*uncommonType)(unsafe.Add(p, s.Field(1).Offset)),
		params: unsafe.Slice((**header)(unsafe.Add(p, s.Field(2).Offset)), params),
	}
	if methods > 0 {
		m := unsafe.Slice((*method)(unsafe.Add(p, s.Field(3).Offset)), 2*methods)
		b.rooms = [2][]method{m[:methods:methods], m[methods:]}
	}
	b.h.TFlag &= flagsOfLayout
	b.h.PtrToThis = 0
	return b
}

// madeTypes counts types: it makes the hashes of two types of one name differ.
var madeTypes atomic.Uint32

// blockTypes are the types of blocks by what they are made of.
var blockTypes sync.Map

// blockType is the type of the memory of a block.
func blockType(description reflect.Type, params, methods int) reflect.Type {
	type made struct {
		description     reflect.Type
		params, methods int
	}
	key := made{description, params, methods}
	if s, ok := blockTypes.Load(key); ok {
		return s.(reflect.Type)
	}
	s := reflect.StructOf([]reflect.StructField{
		{Name: "D", Type: description},
		{Name: "U", Type: reflect.TypeFor[uncommonType]()},
		{Name: "P", Type: reflect.ArrayOf(params, reflect.TypeFor[*header]())},
		{Name: "M", Type: reflect.ArrayOf(2*methods, reflect.TypeFor[method]())},
	})
	blockTypes.Store(key, s)
	return s
}

// name gives the description what the run-time system calls its type.
func (b *block) name(text string, hash uint32) {
	b.h.Str = nameOffset(text, nameExported)
	b.h.Hash = hash
	b.u.PkgPath = nameOffset(pkgPath, 0)
}

// allocate makes the descriptions of an entry's type and the pointer to it.
func (t *Table) allocate(e *entry) {
	t.underlying(e)
	r := reader{t, e.imports}
	like, params := r.example(e.expr)
	values, all := 0, len(e.decl.Methods)
	for _, m := range e.decl.Methods {
		if !m.Ptr {
			values++
		}
	}
	e.own = newBlock(like, params, room(like, values))
	e.ptr = newBlock(forms[reflect.Pointer].example, 0, room(like, all))
	e.methods = map[string]*bound{}
	e.describe(hash(e.decl.Name), e.decl.Go)
}

// describe names the descriptions and ties them together. The offset of the pointer's keeps both alive for good, as must be:
// the type of an interface value is no pointer for the garbage collector.
func (e *entry) describe(hash uint32, text string) {
	e.own.name(text, hash)
	e.ptr.name("*"+text, hash*16777619^'*')
	if e.decl.Named {
		e.own.h.TFlag |= flagNamed
	}
	(*pointerType)(unsafe.Pointer(e.ptr.h)).Elem = e.own.h
	e.own.h.PtrToThis = typeOffset(e.ptr.h)
}

// hash is the hash of a new type.
func hash(name string) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %d", name, madeTypes.Add(1))
	return h.Sum32()
}

// spare is how many methods later cells can give a type at least before it needs other rooms for them.
const spare = 16

func room(like reflect.Type, methods int) int {
	if like.Kind() == reflect.Interface {
		return 0
	}
	return (methods + 2*spare - 1) / spare * spare // few different sizes
}

// example is a compiled type of the kind that x says, for a basic or a library's type that one, and the
// number of its parameters and results.
func (r reader) example(x ast.Expr) (like reflect.Type, params int) {
	kind := reflect.Invalid
	switch x := x.(type) {
	case *ast.ParenExpr:
		return r.example(x.X)
	case *ast.StarExpr:
		kind = reflect.Pointer
	case *ast.ArrayType:
		if kind = reflect.Array; x.Len == nil {
			kind = reflect.Slice
		}
	case *ast.MapType:
		kind = reflect.Map
	case *ast.ChanType:
		kind = reflect.Chan
	case *ast.FuncType:
		kind, params = reflect.Func, x.Params.NumFields()+x.Results.NumFields()
	case *ast.InterfaceType:
		if len(x.Methods.List) > 0 {
			return reflect.TypeFor[error](), 0
		}
		kind = reflect.Interface
	case *ast.StructType:
		kind = reflect.Struct
	default:
		like = r.typ(x)
		if like.Kind() == reflect.Func {
			params = like.NumIn() + like.NumOut()
		}
		return like, params
	}
	return forms[kind].example, params
}

// layout finds the size of an entry's type, for which it needs those of the types that it contains.
func (t *Table) layout(e *entry) {
	if e.state == laidOut {
		return
	}
	if e.state == underWay {
		fail("type %s contains itself", e.decl.Go)
	}
	e.state = underWay
	p := unsafe.Pointer(e.own.h)
	r := reader{t, e.imports}
	switch x := unparen(e.expr).(type) {
	case *ast.StructType:
		r.layoutStruct((*structType)(p), fieldsOf(x), e.decl.Named)
	case *ast.ArrayType:
		if x.Len != nil {
			r.layoutArray((*arrayType)(p), x)
		}
	}
	e.state = laidOut
}

func unparen(x ast.Expr) ast.Expr {
	for {
		p, ok := x.(*ast.ParenExpr)
		if !ok {
			return x
		}
		x = p.X
	}
}

// shape is a description with the layout of the type that x says, of the same kind and as comparable, which
// says nothing of the types behind pointers: these may not have a layout yet.
func (r reader) shape(x ast.Expr) *header {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return r.shape(x.X)
	case *ast.ArrayType:
		if x.Len != nil {
			a := *(*arrayType)(unsafe.Pointer(headerOf(forms[reflect.Array].example)))
			r.layoutArray(&a, x)
			return &a.header
		}
	case *ast.StructType:
		s := *(*structType)(unsafe.Pointer(headerOf(forms[reflect.Struct].example)))
		r.layoutStruct(&s, fieldsOf(x), false)
		return &s.header
	case *ast.Ident:
		if e := r.types[x.Name]; e != nil {
			if e.derived {
				return reader{r.Table, e.imports}.shape(e.expr)
			}
			r.layout(e)
			return e.own.h
		}
	}
	like, _ := r.example(x)
	return headerOf(like)
}

func align(n uintptr, to uint8) uintptr { return (n + uintptr(to) - 1) &^ (uintptr(to) - 1) }

// layoutStruct lays a struct out, with shapes for the types of its fields. Only a named one may have tags of ours.
func (r reader) layoutStruct(s *structType, fields []field, named bool) {
	s.Fields = make([]structField, len(fields))
	s.Size, s.Align = 0, 1
	comparable, regular, last := true, true, false
	for i, f := range fields {
		h := r.shape(f.typ)
		off := align(s.Size, h.Align)
		s.Fields[i] = structField{f.encode(true), h, off}
		regular = regular && off == s.Size && h.TFlag&flagRegularMemory != 0 && f.name != "_"
		comparable = comparable && h.Equal != nil
		s.Size, s.Align = off+h.Size, max(s.Align, h.Align)
		last = h.Size == 0
		if !f.exported {
			s.PkgPath = encodeName(pkgPath, "", 0)
		}
	}
	if last && s.Size > 0 {
		// A pointer to the last field must not point behind the struct.
		s.Size++
		regular = false
	}
	if size := align(s.Size, s.Align); size != s.Size {
		s.Size, regular = size, false
	}
	s.FieldAlign = s.Align
	parts := make([]part, len(fields))
	for i, f := range s.Fields {
		parts[i] = part{f.Typ, f.Offset}
	}
	s.finish(parts, regular)
	if s.Equal = nil; comparable {
		s.Equal = s.equal
	}
}

// encode is the name of the field. See the package comment for why each is exported. Encoders that
// are given the value itself, not what Shown returns, leave a field out that says so.
func (f *field) encode(exported bool) *byte {
	tag, flags := f.tag, byte(0)
	if exported {
		flags = nameExported
		if !f.exported && !f.embedded && tag == "" {
			tag = hiddenTag
		}
	}
	if f.embedded {
		flags |= nameEmbedded
	}
	return encodeName(f.name, tag, flags)
}

// hiddenTag is the tag of fields that only the interpreter should see as exported.
const hiddenTag = `json:"-" xml:"-" yaml:"-" toml:"-"`

// layoutArray lays an array out, with a shape for its elements.
func (r reader) layoutArray(a *arrayType, x *ast.ArrayType) {
	h, n := r.shape(x.Elt), length(x)
	if h.Size > 0 && uintptr(n) > ^uintptr(0)/2/h.Size {
		fail("an array of %d elements of %d bytes is too large", n, h.Size)
	}
	a.Elem, a.Len = h, uintptr(n)
	a.Size, a.Align, a.FieldAlign = h.Size*a.Len, h.Align, h.FieldAlign
	var parts []part
	switch {
	case h.PtrBytes == 0:
	case h.TFlag&flagMaskOnDemand != 0 || h.Size*(a.Len-min(1, a.Len))+h.PtrBytes > maxMask:
		// The mask is made when it is needed; the last element tells how far it goes.
		if n > 0 {
			parts = []part{{h, h.Size * (a.Len - 1)}}
		}
	default:
		for i := range a.Len {
			parts = append(parts, part{h, i * h.Size})
		}
	}
	a.finish(parts, h.TFlag&flagRegularMemory != 0 || n == 0 && h.Equal != nil)
	if a.Equal = nil; h.Equal != nil {
		a.Equal = a.equal
	}
}

// part is a type within another.
type part struct {
	h      *header
	offset uintptr
}

// finish sets what follows from the size and the parts: where the pointers are and the flags.
func (h *header) finish(parts []part, regular bool) {
	h.TFlag &^= flagsOfLayout
	if regular {
		h.TFlag |= flagRegularMemory
	}
	h.PtrBytes, h.GCData = 0, nil
	onDemand := false
	for _, p := range parts {
		if p.h.PtrBytes > 0 {
			h.PtrBytes = p.offset + p.h.PtrBytes
			onDemand = onDemand || p.h.TFlag&flagMaskOnDemand != 0
		}
	}
	const word = unsafe.Sizeof(uintptr(0))
	switch {
	case h.PtrBytes == 0:
	case onDemand || h.PtrBytes > maxMask:
		h.TFlag |= flagMaskOnDemand
		h.GCData = (*byte)(unsafe.Pointer(new(uintptr)))
	default:
		// A multiple of a word, which the collector reads at once.
		mask := make([]byte, align((h.PtrBytes/word+7)/8, uint8(word)))
		for _, p := range parts {
			at := p.offset / word
			for i := range p.h.PtrBytes / word {
				if *(*byte)(unsafe.Add(unsafe.Pointer(p.h.GCData), i/8))>>(i%8)&1 != 0 {
					mask[(at+i)/8] |= 1 << ((at + i) % 8)
				}
			}
		}
		h.GCData = unsafe.SliceData(mask)
	}
	if h.Size == word && h.PtrBytes == word {
		h.TFlag |= flagDirect
	}
}

// equal is == of two structs. Blank fields do not count.
func (s *structType) equal(p, q unsafe.Pointer) bool {
	for i := range s.Fields {
		f := &s.Fields[i]
		if !blank(f.Name) && !f.Typ.Equal(unsafe.Add(p, f.Offset), unsafe.Add(q, f.Offset)) {
			return false
		}
	}
	return true
}

// equal is == of two arrays.
func (a *arrayType) equal(p, q unsafe.Pointer) bool {
	for i := range a.Len {
		if off := i * a.Elem.Size; !a.Elem.Equal(unsafe.Add(p, off), unsafe.Add(q, off)) {
			return false
		}
	}
	return true
}
