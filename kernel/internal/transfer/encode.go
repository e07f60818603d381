package transfer

import (
	"reflect"
	"unsafe"
)

// encode writes types, the shape of all regions and maps, where the variables
// are, and then the contents.
func (e *encoder) encode(vars []Variable) ([]byte, error) {
	// The contents name types that the scan has not met only in interfaces, all
	// of which it has met: so types are complete here.
	e.writeTypes(&e.out)
	e.out.uint(uint64(len(e.regions)))
	for _, r := range e.regions {
		e.out.uint(uint64(e.types[r.typ]))
		e.out.int(r.count)
	}
	e.out.uint(uint64(len(e.mapList)))
	for _, m := range e.mapList {
		e.out.uint(uint64(e.types[m.v.Type()]))
		e.out.int(m.v.Len())
	}
	for _, v := range vars {
		ptr := reflect.ValueOf(v.Ptr)
		region, offset := e.locate(span{ptr.UnsafePointer(), ptr.Type().Elem(), single})
		e.out.uint(uint64(region))
		e.out.uint(uint64(offset))
	}
	for _, r := range e.regions {
		if err := e.content(r); err != nil {
			return nil, err
		}
	}
	for _, m := range e.mapList {
		if err := e.entries(m.v, path{root: &vars[0]}); err != nil {
			return nil, err
		}
	}
	return e.out.b, nil
}

func (e *encoder) content(r span) error {
	if pointerFree(r.typ) {
		e.out.b = append(e.out.b, unsafe.Slice((*byte)(r.addr), r.size())...)
		return nil
	}
	root := &Variable{}
	return r.elements(func(_ int, v reflect.Value) error { return e.value(v, path{root: root}) })
}

// value scans or writes one value, which is addressable. Both passes are this one
// function, so that they cannot differ.
func (e *encoder) value(v reflect.Value, at path) error {
	t := v.Type()
	if s := specialOf(t); s != nil {
		return s.encode(e, v, at)
	}
	switch t.Kind() {
	case reflect.String:
		if !e.scanning {
			s := v.String()
			e.out.uint(uint64(len(s)))
			e.out.b = append(e.out.b, s...)
		}
	case reflect.Pointer:
		e.elem(t)
		if v.IsNil() {
			e.nothing()
			return nil
		}
		e.reference(span{v.UnsafePointer(), t.Elem(), single}, at)
	case reflect.Slice:
		e.elem(t)
		if v.IsNil() {
			e.nothing()
			return nil
		}
		e.reference(span{v.UnsafePointer(), t.Elem(), v.Len()}, at)
		if !e.scanning {
			e.out.uint(uint64(v.Len()))
		}
	case reflect.Map:
		e.key(t)
		e.elem(t)
		switch {
		case v.IsNil():
			e.nothing()
		case e.scanning:
			e.reachMap(v, at)
		default:
			e.out.uint(uint64(e.maps[v.UnsafePointer()]) + 1)
		}
	case reflect.Interface:
		return e.boxed(v, at)
	case reflect.Struct:
		return e.fields(v, at)
	case reflect.Array:
		e.elem(t)
		for i := range t.Len() {
			if err := e.value(v.Index(i), at.index(i)); err != nil {
				return err
			}
		}
	case reflect.Func:
		return e.function(v, at)
	case reflect.Chan:
		if !v.IsNil() {
			return at.fail(t, isChannel)
		}
	case reflect.UnsafePointer:
		if !v.IsNil() {
			return at.fail(t, isUnsafe)
		}
	default:
		if !e.scanning {
			e.out.b = append(e.out.b, unsafe.Slice((*byte)(v.Addr().UnsafePointer()), t.Size())...)
		}
	}
	return nil
}

// nothing writes a nil.
func (e *encoder) nothing() {
	if !e.scanning {
		e.out.uint(0)
	}
}

// reference notes or writes a pointer to s.
func (e *encoder) reference(s span, at path) {
	if e.scanning {
		e.reach(s.addr, s.typ, s.count, at)
		return
	}
	region, offset := e.locate(s)
	e.out.uint(uint64(region) + 1)
	e.out.uint(uint64(offset))
}

func (e *encoder) fields(v reflect.Value, at path) error {
	t := v.Type()
	for i := range t.NumField() {
		e.field(t, i)
		if err := e.value(open(v.Field(i)), at.field(t.Field(i).Name)); err != nil {
			return err
		}
	}
	return nil
}

// open gives access to a field that its package keeps for itself.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// boxed handles the value in an interface.
func (e *encoder) boxed(v reflect.Value, at path) error {
	if v.IsNil() {
		e.nothing()
		return nil
	}
	in := v.Elem()
	if why := refused(in); why != "" {
		return at.fail(in.Type(), why)
	}
	n, err := e.dynamic(in.Type(), nil)
	if err != nil {
		return at.fail(in.Type(), err.Error())
	}
	if !e.scanning {
		e.out.uint(uint64(n) + 1)
	}
	x := reflect.New(in.Type()).Elem()
	x.Set(in)
	return e.value(x, at)
}

func (e *encoder) function(v reflect.Value, at path) error {
	if v.IsNil() {
		e.nothing()
		return nil
	}
	why := isFunction
	if e.program != nil {
		n, reason, ok := e.program.Number(v)
		if ok {
			if !e.scanning {
				e.out.uint(uint64(n) + 1)
			}
			return nil
		}
		if reason != "" {
			why = reason
		}
	}
	return at.fail(v.Type(), why)
}
