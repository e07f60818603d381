package interp

import (
	"fmt"
	"reflect"
	"unsafe"

	"iyagi/kernel/internal/transfer"
)

// yaegi keeps a value in an interface with methods as
//
//	type valueInterface struct { node *node; value reflect.Value }
//
// where node.typ is the type, with its methods. The node of another process
// means nothing here, so such a value travels with its type's name and gets a new node.

// unwrap takes a valueInterface apart.
func unwrap(v reflect.Value) (w transfer.Wrapped, ok bool) {
	node, value := v.FieldByName("node"), v.FieldByName("value")
	if !node.IsValid() || !value.IsValid() || value.Type() != reflect.TypeFor[reflect.Value]() {
		return w, false
	}
	w.Value = reflect.NewAt(value.Type(), unsafe.Pointer(value.UnsafeAddr())).Elem().Interface().(reflect.Value)
	if !w.Value.IsValid() || node.IsNil() {
		return w, w.Value.IsValid()
	}
	typ := node.Elem().FieldByName("typ")
	if typ.IsNil() {
		return w, true
	}
	if w.Type = typ.Elem().FieldByName("name").String(); w.Type != "" {
		return w, true
	}
	if elem := typ.Elem().FieldByName("val"); !elem.IsNil() && w.Value.Kind() == reflect.Pointer {
		w.Type, w.Pointer = elem.Elem().FieldByName("name").String(), true
	}
	return w, true
}

// wrap makes a valueInterface, of type t, with the type that the program declares here.
func (e *engine) wrap(w transfer.Wrapped, t reflect.Type) (v reflect.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a value of type %s cannot be made here: %v", w.Type, r)
		}
	}()
	v = reflect.New(t).Elem()
	access(v.FieldByName("value")).Set(reflect.ValueOf(w.Value))
	if w.Type == "" {
		return v, nil
	}
	scopes := reflect.ValueOf(e.yaegi).Elem().FieldByName("scopes")
	symbols := scopes.MapIndex(reflect.ValueOf("main")).Elem().FieldByName("sym")
	symbol := symbols.MapIndex(reflect.ValueOf(w.Type))
	if !symbol.IsValid() {
		return v, fmt.Errorf("type %s did not come along", w.Type)
	}
	typ := symbol.Elem().FieldByName("typ")
	if w.Pointer {
		// The program's body mentions the pointer type, so that it is there.
		typ = typ.Elem().FieldByName("ptr")
	}
	node := reflect.New(v.FieldByName("node").Type().Elem())
	access(node.Elem().FieldByName("typ")).Set(access(typ))
	access(node.Elem().FieldByName("interp")).Set(reflect.ValueOf(e.yaegi))
	access(v.FieldByName("node")).Set(node)
	return v, nil
}

// access gives a field that its package keeps for itself.
func access(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}
