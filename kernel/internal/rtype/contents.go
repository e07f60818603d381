package rtype

import (
	"reflect"
	"slices"
	"unsafe"
)

// holdsInterface tells whether values of a type hold interfaces, other than behind pointers.
func holdsInterface(r reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[r] {
		return false
	}
	seen[r] = true
	switch r.Kind() {
	case reflect.Interface:
		return true
	case reflect.Slice, reflect.Array, reflect.Map:
		return holdsInterface(r.Elem(), seen)
	case reflect.Struct:
		for i := range r.NumField() {
			if f := r.Field(i); f.IsExported() && holdsInterface(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// maxDepth bounds how deep values are looked into: a slice may hold itself.
const maxDepth = 10

// contents looks into values for what their interfaces hold.
type contents struct {
	*Table
	path []unsafe.Pointer // of slices and maps around
}

// shown is v with twins in its interfaces: a copy if there are any.
func (c *contents) shown(v reflect.Value) (out reflect.Value, changed bool) {
	switch v.Kind() {
	case reflect.Interface:
		return c.element(v)
	case reflect.Struct:
		return c.parts(v, v.NumField(), func(v reflect.Value, i int) reflect.Value {
			if !v.Type().Field(i).IsExported() {
				return reflect.Value{}
			}
			return v.Field(i)
		})
	case reflect.Array:
		return c.parts(v, v.Len(), reflect.Value.Index)
	case reflect.Slice, reflect.Map:
		if p := v.UnsafePointer(); v.Len() == 0 || slices.Contains(c.path, p) || len(c.path) == maxDepth {
			return v, false
		} else {
			c.path = append(c.path, p)
			defer func() { c.path = c.path[:len(c.path)-1] }()
		}
		if v.Kind() == reflect.Map {
			return c.mapping(v)
		}
		return c.parts(v, v.Len(), reflect.Value.Index)
	}
	return v, false
}

// element is an interface with the twin of what it holds.
func (c *contents) element(v reflect.Value) (out reflect.Value, changed bool) {
	if v.IsNil() {
		return v, false
	}
	e := v.Elem()
	s := c.see(headerOf(e.Type()))
	if s.holds {
		e, changed = c.shown(e)
	}
	if s.twin == headerOf(e.Type()) && !changed {
		return v, false
	}
	x := e.Interface()
	(*words)(unsafe.Pointer(&x)).typ = s.twin
	out = reflect.ValueOf(x)
	return out, out.Type().Implements(v.Type())
}

// parts looks at the parts of a struct, an array or a slice; an invalid one is left as it is.
func (c *contents) parts(v reflect.Value, n int, part func(reflect.Value, int) reflect.Value) (out reflect.Value, changed bool) {
	for i := range n {
		p := part(v, i)
		if !p.IsValid() || !c.see(headerOf(p.Type())).holds {
			continue
		}
		if x, ok := c.shown(p); ok {
			if !changed {
				out, changed = reflect.New(v.Type()).Elem(), true
				if out.Set(v); v.Kind() == reflect.Slice {
					out.Set(reflect.MakeSlice(v.Type(), n, n))
					reflect.Copy(out, v)
				}
			}
			part(out, i).Set(x)
		}
	}
	if !changed {
		return v, false
	}
	return out, true
}

// mapping looks at the values of a map; its keys keep their types.
func (c *contents) mapping(v reflect.Value) (out reflect.Value, changed bool) {
	if !c.see(headerOf(v.Type().Elem())).holds {
		return v, false
	}
	for it := v.MapRange(); it.Next(); {
		if x, ok := c.shown(it.Value()); ok {
			if !changed {
				out, changed = reflect.MakeMapWithSize(v.Type(), v.Len()), true
				for all := v.MapRange(); all.Next(); {
					out.SetMapIndex(all.Key(), all.Value())
				}
			}
			out.SetMapIndex(it.Key(), x)
		}
	}
	if !changed {
		return v, false
	}
	return out, true
}
