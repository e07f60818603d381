package rt

import (
	"errors"
	"fmt"
	"reflect"
)

// Error is a value of a session type in an error: the interpreter's own wrapper
// loses which value it was. Two are equal when type and value are.
type Error struct {
	t *Typ
	v any
}

// Err makes an error of a value whose static type spec describes.
func Err(v any, spec string) error { return Error{specType(spec), v} }

// Error calls the cell's method.
func (e Error) Error() string {
	if call, recv := e.method("Error"); call != nil {
		s, _ := call(recv).(string)
		return s
	}
	return fmt.Sprint(e.v)
}

// Unwrap calls the cell's method, if there is one.
func (e Error) Unwrap() error {
	if call, recv := e.method("Unwrap"); call != nil {
		return asError(call(recv))
	}
	return nil
}

// Is calls the cell's method, if there is one.
func (e Error) Is(target error) bool {
	m, recv := e.t.method("Is", reflect.ValueOf(e.v))
	call, ok := m.(func(any, error) bool)
	return ok && call(recv.Interface(), target)
}

// Format implements fmt.Formatter: also the verbs that show what the value is made of.
func (e Error) Format(st fmt.State, verb rune) {
	newFormatter(st, verb).value(reflect.ValueOf(e.v), e.t, 0, true)
}

// AsError is the type assertion x.(error).
func AsError(x any) (error, bool) {
	err := asError(x)
	return err, err != nil
}

// MustError is x.(error) without ok.
func MustError(x any) error {
	err := asError(x)
	if err == nil {
		v, t := dynamicValue(reflect.ValueOf(x), nil)
		if !v.IsValid() {
			panic(Fault{"interface conversion: interface is nil, not error"})
		}
		panic(Fault{"interface conversion: " + typeText(t, v) + " is not error: missing method Error"})
	}
	return err
}

// Stringer is a value of a session type in a fmt.Stringer.
type Stringer struct {
	t *Typ
	v any
}

// Str makes a Stringer of a value whose static type spec describes.
func Str(v any, spec string) fmt.Stringer { return Stringer{specType(spec), v} }

// String calls the cell's method.
func (s Stringer) String() string {
	m, recv := s.t.method("String", reflect.ValueOf(s.v))
	if call, ok := m.(func(any) any); ok {
		text, _ := call(recv.Interface()).(string)
		return text
	}
	return fmt.Sprint(s.v)
}

// Format implements fmt.Formatter.
func (s Stringer) Format(st fmt.State, verb rune) {
	newFormatter(st, verb).value(reflect.ValueOf(s.v), s.t, 0, true)
}

func (e Error) method(name string) (func(any) any, any) {
	m, recv := e.t.method(name, reflect.ValueOf(e.v))
	call, _ := m.(func(any) any)
	if call == nil {
		return nil, nil
	}
	return call, recv.Interface()
}

// Holds tells whether an interface holds a value of the session type that spec describes and whose
// zero pointer is ptr.
func Holds(x any, spec string, ptr any) bool {
	if e, ok := x.(Error); ok {
		return e.t == specType(spec)
	}
	v, t := inner(reflect.ValueOf(x))
	if t != nil && t != specType(spec) {
		return false
	}
	return v.IsValid() && v.Type() == reflect.TypeOf(ptr).Elem()
}

// asError makes an error of what a method of a session type returned.
func asError(x any) error {
	v, t := dynamicValue(reflect.ValueOf(x), nil)
	if !v.IsValid() {
		return nil
	}
	if err, ok := x.(error); ok {
		return err
	}
	if m, _ := t.method("Error", v); m != nil {
		return Error{t, v.Interface()}
	}
	err, _ := v.Interface().(error)
	return err
}

// Unwrap is errors.Unwrap, which does not see the methods of session types.
func Unwrap(err error) error {
	next, _ := unwrap(err)
	return next
}

// unwrap returns what err wraps: one error, or several.
func unwrap(err error) (one error, many []error) {
	v, t := dynamicValue(reflect.ValueOf(err), nil)
	if m, recv := t.method("Unwrap", v); m != nil {
		if call, ok := m.(func(any) any); ok {
			switch x := call(recv.Interface()).(type) {
			case []error:
				return nil, x
			default:
				return asError(x), nil
			}
		}
	}
	if x, ok := err.(interface{ Unwrap() []error }); ok {
		return nil, x.Unwrap()
	}
	return errors.Unwrap(err), nil
}

// Chain returns err and all errors that it wraps, in the order in which errors.As looks at them.
func Chain(err error) []error {
	var list []error
	for err != nil {
		list = append(list, err)
		one, many := unwrap(err)
		for _, e := range many {
			list = append(list, Chain(e)...)
		}
		err = one
	}
	return list
}

// Is is errors.Is, with session types told apart and their methods used.
func Is(err, target error) bool {
	if err == nil || target == nil {
		return err == target
	}
	want, wantType := dynamicValue(reflect.ValueOf(target), nil)
	return is(err, target, want, wantType)
}

func is(err, target error, want reflect.Value, wantType *Typ) bool {
	for err != nil {
		v, t := dynamicValue(reflect.ValueOf(err), nil)
		if same(v, t, want, wantType) {
			return true
		}
		if m, recv := t.method("Is", v); m != nil {
			if call, ok := m.(func(any, error) bool); ok && call(recv.Interface(), target) {
				return true
			}
		} else if x, ok := err.(interface{ Is(error) bool }); ok && x.Is(target) {
			return true
		}
		one, many := unwrap(err)
		for _, e := range many {
			if e != nil && is(e, target, want, wantType) {
				return true
			}
		}
		err = one
	}
	return false
}

// Equal compares two interfaces of which one may hold an error or a Stringer of a session type.
func Equal(x, y any) bool {
	v, t := dynamicValue(reflect.ValueOf(x), nil)
	w, u := dynamicValue(reflect.ValueOf(y), nil)
	if !v.IsValid() || !w.IsValid() {
		return v.IsValid() == w.IsValid()
	}
	if v.Type() == w.Type() && !v.Comparable() {
		panic(runtimeFault("comparing uncomparable type " + typeText(t, v)))
	}
	return same(v, t, w, u)
}

func same(v reflect.Value, t *Typ, w reflect.Value, u *Typ) bool {
	if !v.IsValid() || !w.IsValid() || v.Type() != w.Type() || !v.Comparable() || !w.Comparable() {
		return false
	}
	if t != nil && u != nil && t.Name != u.Name {
		return false
	}
	return v.Equal(w)
}
