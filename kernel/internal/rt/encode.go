package rt

import (
	"encoding/json"
	"reflect"
)

// encoded is a value that a method of a session type encodes. Encoders see it as a marshaler.
type encoded struct {
	json func() ([]byte, error)
	text func() ([]byte, error)
}

func (e encoded) MarshalJSON() ([]byte, error) {
	if e.json != nil {
		return e.json()
	}
	text, err := e.text()
	if err != nil {
		return nil, err
	}
	return json.Marshal(string(text))
}

func (e encoded) MarshalText() ([]byte, error) {
	if e.text != nil {
		return e.text()
	}
	return e.json()
}

// Encode returns x, of the static type that spec describes, as an encoder of the library should see
// it: values of session types with MarshalJSON or MarshalText as marshalers wherever they stand in slices, maps,
// pointers and fields, and everything else as Plain has it.
func Encode(x any, spec string) any {
	v := reflect.ValueOf(Plain(x))
	if spec == "" || !v.IsValid() {
		return Plain(x)
	}
	out, changed := encode(v, specType(spec), 0)
	if !changed {
		return Plain(x)
	}
	return out.Interface()
}

func encode(v reflect.Value, t *Typ, depth int) (reflect.Value, bool) {
	if t == nil || !v.IsValid() || depth > maxPlain || v.Kind() == reflect.Interface {
		return v, false
	}
	if e, ok := marshaler(v, t); ok {
		return reflect.ValueOf(e), true
	}
	u := t.under()
	switch {
	case v.Kind() == reflect.Struct && len(u.fields) == v.NumField():
		return encodeStruct(v, u, depth)
	case (v.Kind() == reflect.Slice && !v.IsNil() || v.Kind() == reflect.Array) && u.elem != nil:
		list := make([]any, v.Len())
		any := false
		for i := range list {
			e, c := encode(v.Index(i), u.elem, depth+1)
			list[i], any = e.Interface(), any || c
		}
		if any {
			return reflect.ValueOf(list), true
		}
	case v.Kind() == reflect.Map && u.elem != nil && v.Type().Key().Kind() == reflect.String:
		m := map[string]any{}
		any := false
		for iter := v.MapRange(); iter.Next(); {
			e, c := encode(iter.Value(), u.elem, depth+1)
			m[iter.Key().String()], any = e.Interface(), any || c
		}
		if any {
			return reflect.ValueOf(m), true
		}
	case v.Kind() == reflect.Pointer && !v.IsNil() && u.elem != nil:
		return encode(v.Elem(), u.elem, depth+1)
	}
	return v, false
}

func marshaler(v reflect.Value, t *Typ) (encoded, bool) {
	var e encoded
	for name, f := range map[string]*func() ([]byte, error){"MarshalJSON": &e.json, "MarshalText": &e.text} {
		m, recv := t.method(name, v)
		if m == nil && v.CanAddr() { // encoders call pointer methods of what they can take the address of
			m, recv = (&Typ{elem: t}).method(name, v.Addr())
		}
		if call, ok := m.(func(any) ([]byte, error)); ok {
			*f = func() ([]byte, error) { return call(recv.Interface()) }
		}
	}
	return e, e.json != nil || e.text != nil
}

// encodeStruct makes a struct in which the fields that need it hold marshalers.
func encodeStruct(v reflect.Value, u *Typ, depth int) (reflect.Value, bool) {
	fields := make([]reflect.StructField, v.NumField())
	vals := make([]reflect.Value, len(fields))
	any := false
	for i := range fields {
		f := v.Type().Field(i)
		fields[i] = reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag}
		vals[i] = v.Field(i)
		if f.Anonymous {
			fields[i].Anonymous = f.Type.Kind() == reflect.Struct && f.Type.NumMethod() == 0
		}
		if f.Tag.Get("json") == "-" {
			continue
		}
		if e, c := encode(vals[i], u.fields[i].typ, depth+1); c {
			any = true
			fields[i].Type, vals[i] = reflect.TypeFor[interface{}](), e
			fields[i].Anonymous = false
		}
	}
	if !any {
		return v, false
	}
	out := reflect.New(reflect.StructOf(fields)).Elem()
	for i, x := range vals {
		out.Field(i).Set(x)
	}
	return out, true
}
