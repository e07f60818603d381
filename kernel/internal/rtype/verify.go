package rtype

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"unsafe"
)

// sample is a type whose description verify compares with what reflect says of it.
type sample struct {
	A int8
	b [3]*sample
	C map[string]sampler `key:"value"`
	_ chan<- func(int, ...string) (bool, error)
	sampled
}

type sampled struct{ s []float32 }

type sampler interface {
	M() int
	m()
}

// M, N and o make a list of methods; reflect must not find o.
func (sample) M() int { return 0 }
func (sample) N(float64) {
}
func (*sample) o() {}

// verified tells whether this package knows the descriptions of types of the Go that built the program. It looks
// once.
var verified = sync.OnceValue(func() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
		if err != nil {
			err = fmt.Errorf("this program was built with %s, whose descriptions of types differ from those it knows: %w", runtime.Version(), err)
		}
	}()
	(*sample).o(nil)
	return errors.Join(
		verifyType(reflect.TypeFor[sample](), 4), verifyType(reflect.TypeFor[*sample](), 4), verifyType(reflect.TypeFor[sampler](), 4))
})

func verifyType(r reflect.Type, depth int) error { return verify(headerOf(r), r, depth) }

// verify compares the description of a type, and to some depth those of the types that it refers to, with
// what reflect says of them.
func verify(h *header, r reflect.Type, depth int) error {
	p := unsafe.Pointer(h)
	wrong := func(what string, got, want any) error {
		if got == want {
			return nil
		}
		return fmt.Errorf("%s of %v is %v, not %v", what, r, got, want)
	}
	list := []error{
		wrong("size", h.Size, r.Size()), wrong("kind", reflect.Kind(h.Kind), r.Kind()), wrong("alignment", int(h.Align), r.Align()),
		wrong("field alignment", int(h.FieldAlign), r.FieldAlign()), wrong("comparability", h.Equal != nil, r.Comparable()),
		wrong("name", h.TFlag&flagNamed != 0, r.Name() != ""), wrong("identity", typeOf(h), r),
	}
	if err := errors.Join(list...); err != nil || depth == 0 {
		return err
	}
	var next []*header
	switch r.Kind() {
	case reflect.Array:
		a := (*arrayType)(p)
		list, next = append(list, wrong("length", int(a.Len), r.Len())), append(next, a.Elem, a.Slice)
	case reflect.Chan:
		c := (*chanType)(p)
		list, next = append(list, wrong("direction", reflect.ChanDir(c.Dir), r.ChanDir())), append(next, c.Elem)
	case reflect.Map:
		m := (*mapType)(p)
		list, next = append(list, wrong("key", typeOf(m.Key), r.Key())), append(next, m.Key, m.Elem)
	case reflect.Pointer:
		next = append(next, (*pointerType)(p).Elem)
	case reflect.Slice:
		next = append(next, (*sliceType)(p).Elem)
	case reflect.Struct:
		s := (*structType)(p)
		list = append(list, wrong("number of fields", len(s.Fields), r.NumField()))
		for i := range min(len(s.Fields), r.NumField()) {
			f := s.Fields[i]
			list = append(list, wrong("field", typeOf(f.Typ), r.Field(i).Type), wrong("offset", f.Offset, r.Field(i).Offset),
				wrong("blank", blank(f.Name), r.Field(i).Name == "_"), verifyName(f.Name, r.Field(i).Name))
			next = append(next, f.Typ)
		}
	case reflect.Interface:
		list = append(list, wrong("number of methods", len((*interfaceType)(p).Methods), r.NumMethod()))
	case reflect.Func:
		f := (*funcType)(p)
		list = append(list, wrong("parameters", int(f.InCount), r.NumIn()), wrong("results", int(f.OutCount&^(1<<15)), r.NumOut()),
			wrong("variadic", f.OutCount&(1<<15) != 0, r.IsVariadic()))
	}
	list = append(list, verifyMethods(h, r))
	for _, n := range next {
		list = append(list, verifyType(typeOf(n), depth-1))
	}
	return errors.Join(list...)
}

// verifyName compares an encoded name.
func verifyName(name *byte, want string) error {
	b := encodeName(want, "", *name&(nameExported|nameEmbedded))
	n := 2 + len(want)
	got := append([]byte(nil), unsafe.Slice(name, n)...)
	got[0] &^= nameTag
	if string(got) != string(unsafe.Slice(b, n)) {
		return fmt.Errorf("the name %s is written otherwise", want)
	}
	return nil
}

// verifyMethods compares how many methods a struct or a pointer has.
func verifyMethods(h *header, r reflect.Type) error {
	if h.TFlag&flagUncommon == 0 {
		return nil
	}
	var u *uncommonType
	switch r.Kind() {
	case reflect.Struct:
		u = (*uncommonType)(unsafe.Add(unsafe.Pointer(h), unsafe.Sizeof(structType{})))
	case reflect.Pointer:
		u = (*uncommonType)(unsafe.Add(unsafe.Pointer(h), unsafe.Sizeof(pointerType{})))
	default:
		return nil
	}
	if int(u.Count[1]) != r.NumMethod() || u.Count[0] < u.Count[1] || u.Count[0] > 0 && u.Moff < uint32(unsafe.Sizeof(*u)) {
		return fmt.Errorf("%v has %d methods, not %d", r, u.Count[1], r.NumMethod())
	}
	return nil
}
