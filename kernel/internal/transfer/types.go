package transfer

import (
	"fmt"
	"reflect"
	"unsafe"

	"iyagi/kernel/internal/rt"
)

// typeOp says how to get a type.
type typeOp struct {
	code   int
	a, b   int         // numbers of other types, of a field, a length
	fields []fieldType // opStruct
	name   string      // opNamed
}

type fieldType struct {
	name, pkg, tag string
	embedded       bool
	typ            int
}

const (
	opRoot    = iota // of variable a
	opElem           // element of type a
	opKey            // key of type a
	opField          // field b of type a
	opStatic         // at distance a from anchor in the binary
	opPointer        // to a
	opSlice          // of a
	opArray          // of b times a
	opMap            // from a to b
	opStruct
	opNamed // by the program
)

// anchor is the type whose place in the binary others are told from.
var anchor = reflect.TypeFor[Error]()

func address(t reflect.Type) uintptr {
	return (*[2]uintptr)(unsafe.Pointer(&t))[1]
}

// static is the type at a distance from the anchor.
func static(distance int) reflect.Type {
	t := anchor
	(*[2]uintptr)(unsafe.Pointer(&t))[1] = uintptr(int(address(anchor)) + distance)
	return t
}

func (e *encoder) addType(t reflect.Type, op typeOp) int {
	if n, ok := e.types[t]; ok {
		return n
	}
	n := len(e.ops)
	e.types[t] = n
	e.ops = append(e.ops, op)
	e.plain = append(e.plain, t)
	return n
}

// elem, key and field name a type by the way from one that has a name.
func (e *encoder) elem(t reflect.Type) reflect.Type {
	if _, ok := e.types[t.Elem()]; !ok {
		e.addType(t.Elem(), typeOp{code: opElem, a: e.types[t]})
	}
	return t.Elem()
}

func (e *encoder) key(t reflect.Type) reflect.Type {
	if _, ok := e.types[t.Key()]; !ok {
		e.addType(t.Key(), typeOp{code: opKey, a: e.types[t]})
	}
	return t.Key()
}

func (e *encoder) field(t reflect.Type, i int) reflect.Type {
	f := t.Field(i).Type
	if _, ok := e.types[f]; !ok {
		e.addType(f, typeOp{code: opField, a: e.types[t], b: i})
	}
	return f
}

// dynamic names a type that was found in an interface.
func (e *encoder) dynamic(t reflect.Type, within map[reflect.Type]bool) (int, error) {
	if n, ok := e.types[t]; ok {
		return n, nil
	}
	if name := rt.Types.Name(t); name != "" {
		if e.program != nil {
			e.program.Uses(name)
		}
		return e.addType(t, typeOp{code: opNamed, name: name}), nil
	}
	// Other named types, and interfaces with methods, are the compiler's, so they
	// are part of the binary.
	if t.Kind() == reflect.Interface && t.NumMethod() == 0 && t.Name() == "" {
		t = reflect.TypeFor[any]()
	}
	if t.Name() != "" || t.Kind() == reflect.Interface {
		return e.addType(t, typeOp{code: opStatic, a: int(address(t)) - int(address(anchor))}), nil
	}
	if within[t] {
		return 0, fmt.Errorf("its type refers to itself without a name")
	}
	if within == nil {
		within = map[reflect.Type]bool{}
	}
	within[t] = true
	defer delete(within, t)
	op, err := e.parts(t, within)
	if err != nil {
		return 0, err
	}
	return e.addType(t, op), nil
}

// parts says how a type without a name is made of others.
func (e *encoder) parts(t reflect.Type, within map[reflect.Type]bool) (op typeOp, err error) {
	switch t.Kind() {
	case reflect.Pointer:
		op.code = opPointer
		op.a, err = e.dynamic(t.Elem(), within)
	case reflect.Slice:
		op.code = opSlice
		op.a, err = e.dynamic(t.Elem(), within)
	case reflect.Array:
		op.code, op.b = opArray, t.Len()
		op.a, err = e.dynamic(t.Elem(), within)
	case reflect.Map:
		op.code = opMap
		if op.a, err = e.dynamic(t.Key(), within); err == nil {
			op.b, err = e.dynamic(t.Elem(), within)
		}
	case reflect.Struct:
		op.code = opStruct
		for i := range t.NumField() {
			f := t.Field(i)
			var n int
			if n, err = e.dynamic(f.Type, within); err != nil {
				break
			}
			op.fields = append(op.fields, fieldType{f.Name, f.PkgPath, string(f.Tag), f.Anonymous, n})
		}
	default:
		err = fmt.Errorf("its type %s has no name in the other process", t)
	}
	return op, err
}

func (e *encoder) writeTypes(b *buffer) {
	b.uint(uint64(len(e.ops)))
	for i, op := range e.ops {
		b.int(op.code)
		b.int(op.a)
		b.int(op.b)
		if op.code == opStruct {
			b.int(len(op.fields))
			for _, f := range op.fields {
				b.bytes([]byte(f.name))
				b.bytes([]byte(f.pkg))
				b.bytes([]byte(f.tag))
				b.int(f.typ)
				if f.embedded {
					b.int(1)
				} else {
					b.int(0)
				}
			}
		}
		if op.code == opNamed {
			b.bytes([]byte(op.name))
		}
		b.uint(uint64(e.plain[i].Kind()))
		b.uint(uint64(e.plain[i].Size()))
	}
}

func (d *decoder) readTypes(ptrs []any) {
	n := d.uint()
	for range n {
		code, a, b := d.int(), d.int(), d.int()
		var t reflect.Type
		switch code {
		case opRoot:
			t = reflect.TypeOf(ptrs[a]).Elem()
		case opElem:
			t = d.types[a].Elem()
		case opKey:
			t = d.types[a].Key()
		case opField:
			t = d.types[a].Field(b).Type
		case opStatic:
			t = static(a)
		case opPointer:
			t = reflect.PointerTo(d.types[a])
		case opSlice:
			t = reflect.SliceOf(d.types[a])
		case opArray:
			t = reflect.ArrayOf(b, d.types[a])
		case opMap:
			t = reflect.MapOf(d.types[a], d.types[b])
		case opStruct:
			t = d.structType()
		case opNamed:
			t = d.namedType()
		default:
			panic(decodeFault{errFormat})
		}
		kind, size := reflect.Kind(d.uint()), uintptr(d.uint())
		if t.Kind() != kind || t.Size() != size {
			panic(decodeFault{fmt.Errorf("%w: type %s is another there", errFormat, t)})
		}
		d.types = append(d.types, t)
	}
}

func (d *decoder) namedType() reflect.Type {
	name := string(d.bytes())
	t := rt.Types.Type(name)
	if t == nil {
		panic(decodeFault{fmt.Errorf("type %s did not come along", name)})
	}
	return t
}

func (d *decoder) structType() reflect.Type {
	fields := make([]reflect.StructField, d.int())
	for i := range fields {
		f := &fields[i]
		f.Name, f.PkgPath, f.Tag = string(d.bytes()), string(d.bytes()), reflect.StructTag(d.bytes())
		f.Type = d.types[d.int()]
		f.Anonymous = d.int() == 1
	}
	return reflect.StructOf(fields)
}

// pointerFree tells whether values of the type are their memory and no more.
func pointerFree(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	case reflect.Array:
		return t.Len() == 0 || pointerFree(t.Elem())
	case reflect.Struct:
		if specialOf(t) != nil {
			return false
		}
		for i := range t.NumField() {
			if !pointerFree(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return false
}
