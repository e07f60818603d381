package rt

import (
	"reflect"
	"slices"
)

// What a cell's code asks package reflect about the session's types. All their fields are exported for
// reflect, for the interpreter's sake (see package rtype): these tell the truth.

// TypeField is t.Field(i).
func TypeField(t reflect.Type, i int) reflect.StructField { return declared(t, t.Field(i)) }

// TypeFieldByName is t.FieldByName(name).
func TypeFieldByName(t reflect.Type, name string) (reflect.StructField, bool) {
	f, ok := t.FieldByName(name)
	if ok {
		f = declared(t, f)
	}
	return f, ok
}

// VisibleFields is reflect.VisibleFields(t).
func VisibleFields(t reflect.Type) []reflect.StructField {
	list := reflect.VisibleFields(t)
	for i, f := range list {
		list[i] = declared(t, f)
	}
	return list
}

// declared is a field of t, which may be promoted, as the cell declares it.
func declared(t reflect.Type, f reflect.StructField) reflect.StructField {
	if truth := Types.Twin(t); truth != t {
		typ, index := f.Type, f.Index
		f = truth.FieldByIndex(index)
		f.Type, f.Index = typ, index
	}
	return f
}

// TypePkgPath is t.PkgPath().
func TypePkgPath(t reflect.Type) string { return Types.Twin(t).PkgPath() }

// ValueField is v.Field(i).
func ValueField(v reflect.Value, i int) reflect.Value {
	if v.Kind() != reflect.Struct || uint(i) >= uint(v.NumField()) {
		return v.Field(i) // panics
	}
	return valueField(v, []int{i})
}

// ValueFieldByName is v.FieldByName(name).
func ValueFieldByName(v reflect.Value, name string) reflect.Value {
	if f, ok := v.Type().FieldByName(name); ok {
		return valueField(v, f.Index)
	}
	return reflect.Value{}
}

// valueField gives a field that is not exported as reflect would: it cannot be set and not be taken out.
func valueField(v reflect.Value, index []int) reflect.Value {
	truth := v.Type()
	if v.Kind() == reflect.Struct {
		truth = Types.Twin(truth)
	}
	if truth == v.Type() || !hidden(truth, index) {
		return v.FieldByIndex(index)
	}
	if v.CanAddr() {
		return reflect.NewAt(truth, v.Addr().UnsafePointer()).Elem().FieldByIndex(index)
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return reflect.ValueOf(reflect.NewAt(truth, p.UnsafePointer()).Elem().Interface()).FieldByIndex(index)
}

// hidden tells whether a field, or one on the way to it, is not exported.
func hidden(t reflect.Type, index []int) bool {
	for n := range slices.Values(index) {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		f := t.Field(n)
		if !f.IsExported() {
			return true
		}
		t = f.Type
	}
	return false
}
