package rt

import (
	"errors"
	"reflect"
)

// sessionError is an error of a session type that native code got without the
// interpreter's wrapper.
type sessionError struct {
	v reflect.Value
	t *Typ
}

func (e *sessionError) Error() string {
	m, recv := e.t.method("Error", e.v)
	if call, ok := m.(func(any) any); ok {
		s, _ := call(recv.Interface()).(string)
		return s
	}
	return ""
}

// asError makes an error of what a method of a session type returned.
func asError(x any) error {
	v, t := dynamicValue(reflect.ValueOf(x), nil)
	if !v.IsValid() {
		return nil
	}
	if m, _ := t.method("Error", v); m != nil {
		return &sessionError{v, t}
	}
	if err, ok := x.(error); ok {
		return err
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

// Unwraps returns the errors that err wraps.
func Unwraps(err error) []error {
	one, many := unwrap(err)
	if one != nil {
		return []error{one}
	}
	return many
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

func same(v reflect.Value, t *Typ, w reflect.Value, u *Typ) bool {
	if !v.IsValid() || !w.IsValid() || v.Type() != w.Type() || !v.Comparable() || !w.Comparable() {
		return false
	}
	if t != nil && u != nil && t.Name != u.Name {
		return false
	}
	return v.Equal(w)
}
