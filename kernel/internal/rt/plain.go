package rt

import "reflect"

// Plain returns x with the interpreter's form of interface values taken out of
// maps, slices and pointers that are reached through interfaces: a copy where there was
// any, x itself otherwise. Encoders and templates see what a compiled program's would.
func Plain(x any) any {
	v, changed := plain(reflect.ValueOf(x), 0)
	if !changed || !v.IsValid() || !v.CanInterface() {
		return x
	}
	return v.Interface()
}

// maxPlain bounds the depth: data that contains itself.
const maxPlain = 32

func plain(v reflect.Value, depth int) (reflect.Value, bool) {
	if !v.IsValid() || depth > maxPlain {
		return v, false
	}
	w, _ := inner(v)
	changed := w.IsValid() && (v.Kind() != reflect.Interface && w.Type() != v.Type() || v.Kind() == reflect.Interface && v.Elem().IsValid() && w.Type() != v.Elem().Type())
	if !w.IsValid() {
		return v, false
	}
	switch w.Kind() {
	case reflect.Map:
		if w.IsNil() || !holds(w.Type().Elem(), 0) {
			return w, changed
		}
		return plainMap(w, depth, changed)
	case reflect.Slice:
		if w.IsNil() || !holds(w.Type().Elem(), 0) {
			return w, changed
		}
		return plainSlice(w, depth, changed)
	}
	return w, changed
}

// holds tells whether values of type t may hold interfaces that plain reaches.
func holds(t reflect.Type, depth int) bool {
	if depth > 4 {
		return false
	}
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Struct:
		return t.String() == "interp.valueInterface"
	case reflect.Map, reflect.Slice:
		return holds(t.Elem(), depth+1)
	}
	return false
}

func plainMap(v reflect.Value, depth int, changed bool) (reflect.Value, bool) {
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	if v.Type().Elem().Kind() == reflect.Struct {
		out = reflect.MakeMapWithSize(reflect.MapOf(v.Type().Key(), reflect.TypeFor[any]()), v.Len())
		changed = true
	}
	for iter := v.MapRange(); iter.Next(); {
		e, c := plain(iter.Value(), depth+1)
		changed = changed || c
		if !e.IsValid() {
			e = reflect.Zero(out.Type().Elem())
		}
		out.SetMapIndex(iter.Key(), e)
	}
	if !changed {
		return v, false
	}
	return out, true
}

func plainSlice(v reflect.Value, depth int, changed bool) (reflect.Value, bool) {
	t := v.Type()
	if t.Elem().Kind() == reflect.Struct {
		t, changed = reflect.TypeFor[[]any](), true
	}
	out := reflect.MakeSlice(t, v.Len(), v.Len())
	for i := range v.Len() {
		e, c := plain(v.Index(i), depth+1)
		changed = changed || c
		if e.IsValid() {
			out.Index(i).Set(e)
		}
	}
	if !changed {
		return v, false
	}
	return out, true
}
