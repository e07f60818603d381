package rt

import (
	"cmp"
	"fmt"
	"go/token"
	"io"
	"reflect"
	"slices"
	"strings"
)

// formatter prints a value as fmt does, with what the session's types know: their
// names, their methods, also on elements and fields, and which fields are exported.
type formatter struct {
	w     fmt.State
	verb  rune
	plus  bool   // %+v
	sharp bool   // %#v
	leaf  string // format of values without parts
}

func newFormatter(st fmt.State, verb rune) *formatter {
	f := &formatter{w: st, verb: verb, leaf: fmt.FormatString(st, verb)}
	if verb == 'v' {
		f.plus, f.sharp = st.Flag('+'), st.Flag('#')
		f.leaf = strings.Replace(f.leaf, "+", "", 1)
	}
	return f
}

func (f *formatter) text(s string) { io.WriteString(f.w, s) }

// plain prints a value that has no parts of session types.
func (f *formatter) plain(v reflect.Value, t *Typ) {
	if v.CanInterface() {
		fmt.Fprintf(f.w, f.leaf, v.Interface())
		return
	}
	fmt.Fprintf(f.w, f.leaf, v)
}

// value prints v, whose type is t (nil: what reflect says). Fields that are not exported are printed without
// their methods, as fmt has no access to them.
func (f *formatter) value(v reflect.Value, t *Typ, depth int, exported bool) {
	if v.IsValid() && v.Kind() == reflect.Interface || t == nil || t.opaque() {
		v, t = dynamicValue(v, t)
	}
	if !v.IsValid() {
		f.text("<nil>")
		return
	}
	if exported && f.callMethod(v, t) {
		return
	}
	if !exported {
		v = hidden(v)
	}
	u := t.under()
	switch v.Kind() {
	case reflect.Struct:
		if v.NumField() == 1 && v.Type().Field(0).Name == "Xf__" { // a function type that mentions itself, see package lower
			f.plain(v.Field(0), t)
			return
		}
		if u == nil || len(u.fields) != v.NumField() {
			f.plain(v, t)
			return
		}
		f.structure(v, t, u, depth, exported)
	case reflect.Map:
		f.mapping(v, t, u, depth, exported)
	case reflect.Slice, reflect.Array:
		f.list(v, t, u, depth, exported)
	case reflect.Pointer:
		if t == nil && (depth == 0 || exported && v.Type().NumMethod() > 0) {
			f.plain(v, t)
			return
		}
		f.pointer(v, t, u, depth, exported)
	default:
		f.plain(v, t)
	}
}

// opaque tells whether nothing is known of the type but its name.
func (t *Typ) opaque() bool {
	return t.Name == "" && t.elem == nil && t.fields == nil && t.spec == ""
}

// dynamicValue looks into an interface.
func dynamicValue(v reflect.Value, t *Typ) (reflect.Value, *Typ) {
	w, found := inner(v)
	if found != nil {
		return w, found
	}
	if !w.IsValid() {
		return w, nil
	}
	if d := dynamic(w.Type()); d != nil {
		return w, d
	}
	if v.IsValid() && v.Kind() == reflect.Interface || t == errorType {
		return w, nil
	}
	return w, t
}

func elemOf(u *Typ) *Typ {
	if u == nil {
		return nil
	}
	return u.elem
}

func typeText(t *Typ, v reflect.Value) string {
	if t != nil {
		return t.Go
	}
	if v.IsValid() {
		return v.Type().String()
	}
	return "<nil>"
}

func (f *formatter) structure(v reflect.Value, t, u *Typ, depth int, exported bool) {
	if f.sharp {
		f.text(t.Go)
	}
	f.text("{")
	for i, fd := range u.fields {
		if i > 0 {
			f.text(map[bool]string{true: ", ", false: " "}[f.sharp])
		}
		if f.plus || f.sharp {
			f.text(fd.name + ":")
		}
		f.value(v.Field(i), fd.typ, depth+1, exported && token.IsExported(fd.name))
	}
	f.text("}")
}

func (f *formatter) list(v reflect.Value, t, u *Typ, depth int, exported bool) {
	if v.Type().Elem().Kind() == reflect.Uint8 && (f.verb == 's' || f.verb == 'q' || f.verb == 'x' || f.verb == 'X') {
		f.plain(v, t)
		return
	}
	if f.sharp {
		f.text(typeText(t, v))
		if v.Kind() == reflect.Slice && v.IsNil() {
			f.text("(nil)")
			return
		}
	}
	open, sep, end := "[", " ", "]"
	if f.sharp {
		open, sep, end = "{", ", ", "}"
	}
	f.text(open)
	for i := range v.Len() {
		if i > 0 {
			f.text(sep)
		}
		f.value(v.Index(i), elemOf(u), depth+1, exported)
	}
	f.text(end)
}

func (f *formatter) mapping(v reflect.Value, t, u *Typ, depth int, exported bool) {
	open, sep, end := "map[", " ", "]"
	if f.sharp {
		f.text(typeText(t, v))
		if v.IsNil() {
			f.text("(nil)")
			return
		}
		open, sep, end = "{", ", ", "}"
	}
	f.text(open)
	var key *Typ
	if u != nil {
		key = u.key
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, compareKeys)
	for i, k := range keys {
		if i > 0 {
			f.text(sep)
		}
		f.value(k, key, depth+1, exported)
		f.text(":")
		f.value(v.MapIndex(k), elemOf(u), depth+1, exported)
	}
	f.text(end)
}

// compareKeys orders map keys as fmt does, for the kinds of key that are common.
func compareKeys(a, b reflect.Value) int {
	if a.Kind() == reflect.Interface {
		a, b = a.Elem(), b.Elem()
	}
	if a.Kind() != b.Kind() {
		return cmp.Compare(a.Kind(), b.Kind())
	}
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	switch a.Kind() {
	case reflect.String:
		return cmp.Compare(a.String(), b.String())
	case reflect.Bool:
		return cmp.Compare(fmt.Sprint(a.Bool()), fmt.Sprint(b.Bool()))
	case reflect.Struct:
		for i := range a.NumField() {
			if c := compareKeys(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
	case reflect.Array:
		for i := range a.Len() {
			if c := compareKeys(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
		}
	}
	return 0
}

func (f *formatter) pointer(v reflect.Value, t, u *Typ, depth int, exported bool) {
	if depth == 0 && !v.IsNil() && f.verb != 'p' {
		switch v.Elem().Kind() {
		case reflect.Array, reflect.Slice, reflect.Struct, reflect.Map:
			f.text("&")
			f.value(v.Elem(), elemOf(u), depth+1, exported)
			return
		}
	}
	switch {
	case f.sharp && v.IsNil():
		f.text("(" + typeText(t, v) + ")(nil)")
	case f.sharp:
		fmt.Fprintf(f.w, "(%s)(%#x)", typeText(t, v), v.Pointer())
	case f.verb == 'v' && v.IsNil():
		f.text("<nil>")
	case f.verb == 'v':
		fmt.Fprintf(f.w, "%#x", v.Pointer())
	default:
		fmt.Fprintf(f.w, f.leaf, v.UnsafePointer())
	}
}

// callMethod prints by the method that fmt would use, if the type has one.
func (f *formatter) callMethod(v reflect.Value, t *Typ) bool {
	if m, recv := t.method("Format", v); m != nil {
		if call, ok := m.(func(any, fmt.State, rune)); ok {
			defer f.caught("Format", v)
			call(recv.Interface(), f.w, f.verb)
			return true
		}
	}
	if f.sharp {
		return f.textMethod("GoString", "%s", v, t)
	}
	switch f.verb {
	case 'v', 's', 'x', 'X', 'q':
		return f.textMethod("Error", f.leaf, v, t) || f.textMethod("String", f.leaf, v, t)
	}
	return false
}

func (f *formatter) textMethod(name, format string, v reflect.Value, t *Typ) bool {
	m, recv := t.method(name, v)
	call, ok := m.(func(any) any)
	if !ok || !recv.CanInterface() {
		return false
	}
	defer f.caught(name, v)
	fmt.Fprintf(f.w, format, call(recv.Interface()))
	return true
}

// caught prints a panic of a method as fmt does.
func (f *formatter) caught(method string, v reflect.Value) {
	p := recover()
	if p == nil {
		return
	}
	if v.Kind() == reflect.Pointer && v.IsNil() {
		f.text("<nil>")
		return
	}
	fmt.Fprintf(f.w, "%%!%c(PANIC=%s method: %s)", f.verb, method, Text(p))
}
