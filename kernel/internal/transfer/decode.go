package transfer

import (
	"fmt"
	"reflect"
	"unsafe"
)

// decoder reads what encoder wrote. It panics with decodeFault.
type decoder struct {
	in      []byte
	program Program
	types   []reflect.Type
	regions []span
	maps    []reflect.Value
}

func (d *decoder) decode(ptrs []any) {
	d.readTypes(ptrs)
	d.regions = make([]span, d.uint())
	for i := range d.regions {
		d.regions[i].typ = d.types[d.uint()]
		d.regions[i].count = d.int()
	}
	mapLen := make([]int, d.uint())
	for i := range mapLen {
		t := d.types[d.uint()]
		mapLen[i] = d.int()
		d.maps = append(d.maps, reflect.MakeMapWithSize(t, mapLen[i]))
	}
	late := d.place(ptrs)
	for _, r := range d.regions {
		d.content(r)
	}
	for i, m := range d.maps {
		key, elem := m.Type().Key(), m.Type().Elem()
		for range mapLen[i] {
			k, v := reflect.New(key).Elem(), reflect.New(elem).Elem()
			d.value(k)
			d.value(v)
			m.SetMapIndex(k, v)
		}
	}
	for _, f := range late {
		f()
	}
	if len(d.in) > 0 {
		panic(decodeFault{errFormat})
	}
}

// place gives each region its memory: that of the variable where it is one.
// A variable that is only part of a region is set by a function that place returns.
func (d *decoder) place(ptrs []any) (late []func()) {
	for _, p := range ptrs {
		region, offset := &d.regions[d.uint()], uintptr(d.uint())
		v := reflect.ValueOf(p)
		if offset == 0 && region.count == single && region.addr == nil && region.typ == v.Type().Elem() {
			region.addr = v.UnsafePointer()
			continue
		}
		late = append(late, func() {
			v.Elem().Set(reflect.NewAt(v.Type().Elem(), unsafe.Add(region.addr, offset)).Elem())
		})
	}
	for i := range d.regions {
		r := &d.regions[i]
		switch {
		case r.addr != nil:
		case r.count == single:
			r.addr = reflect.New(r.typ).UnsafePointer()
		default:
			r.addr = reflect.MakeSlice(reflect.SliceOf(r.typ), r.count, r.count).UnsafePointer()
		}
	}
	return late
}

func (d *decoder) content(r span) {
	if pointerFree(r.typ) {
		d.memory(r.addr, r.size())
		return
	}
	r.elements(func(_ int, v reflect.Value) error {
		d.value(v)
		return nil
	})
}

func (d *decoder) memory(p unsafe.Pointer, size uintptr) {
	if size > uintptr(len(d.in)) {
		panic(decodeFault{errFormat})
	}
	copy(unsafe.Slice((*byte)(p), size), d.in)
	d.in = d.in[size:]
}

// value reads one value into v, which is addressable.
func (d *decoder) value(v reflect.Value) {
	t := v.Type()
	if s := specialOf(t); s != nil {
		s.decode(d, v)
		return
	}
	switch t.Kind() {
	case reflect.String:
		v.SetString(string(d.bytes()))
	case reflect.Pointer:
		if p := d.reference(); p != nil {
			v.Set(reflect.NewAt(t.Elem(), p).Convert(t))
		}
	case reflect.Slice:
		if p := d.reference(); p != nil {
			n := int(d.uint())
			*(*[]byte)(v.Addr().UnsafePointer()) = unsafe.Slice((*byte)(p), n)
		}
	case reflect.Map:
		if n := d.uint(); n > 0 {
			v.Set(d.maps[n-1])
		}
	case reflect.Interface:
		if n := d.uint(); n > 0 {
			x := reflect.New(d.types[n-1]).Elem()
			d.value(x)
			v.Set(x)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			d.value(open(v.Field(i)))
		}
	case reflect.Array:
		for i := range t.Len() {
			d.value(v.Index(i))
		}
	case reflect.Func:
		if n := d.uint(); n > 0 {
			d.function(v, int(n-1))
		}
	case reflect.Chan, reflect.UnsafePointer:
	default:
		d.memory(v.Addr().UnsafePointer(), t.Size())
	}
}

func (d *decoder) reference() unsafe.Pointer {
	n := d.uint()
	if n == 0 {
		return nil
	}
	return unsafe.Add(d.regions[n-1].addr, d.uint())
}

func (d *decoder) function(v reflect.Value, n int) {
	if d.program == nil {
		panic(decodeFault{errFormat})
	}
	f, err := d.program.Value(n, v.Type())
	if err != nil {
		panic(decodeFault{fmt.Errorf("copy a function: %w", err)})
	}
	v.Set(f)
}
