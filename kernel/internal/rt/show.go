package rt

import (
	"fmt"
	"reflect"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/host"
)

// Shown is a value with its type in the cell's terms, which fmt prints
// as it would print it in a compiled program.
type Shown struct {
	value any
	typ   *Typ // nil: what reflect says
}

// Value makes a Shown. The spec describes the static type (see parseSpec); it is empty
// for an interface, whose value tells.
func Value(value any, spec string) *Shown {
	if spec == "" {
		return &Shown{value: value}
	}
	return &Shown{value, specType(spec)}
}

// reflected is the value without an interface around it, and its type.
func (s *Shown) reflected() (reflect.Value, *Typ) {
	v := reflect.ValueOf(s.value)
	if s.typ == nil || s.typ.opaque() {
		return dynamicValue(v, s.typ)
	}
	return v, s.typ
}

// Format implements fmt.Formatter.
func (s *Shown) Format(st fmt.State, verb rune) {
	v, t := s.reflected()
	if verb == 'T' {
		fmt.Fprint(st, typeText(t, v))
		return
	}
	newFormatter(st, verb).value(v, t, 0, true)
}

// TypeName is what %T prints for a value with a static type.
func TypeName(value any, spec string) string {
	v, t := Value(value, spec).reflected()
	return typeText(t, v)
}

// picture is what display shows for the value; false: there is nothing to show.
func (s *Shown) picture() (any, bool) {
	v, t := s.reflected()
	if !v.IsValid() {
		return nil, false
	}
	if m, recv := t.method("MimeBundle", v); m != nil {
		if call, ok := m.(func(any) any); ok {
			switch b := call(recv.Interface()).(type) {
			case map[string]any:
				return display.Bundle(b), true
			case display.Bundle:
				return b, true
			}
		}
	}
	// A compiled type, or a pointer to one, shows itself as it can.
	if t == nil || t.opaque() || v.Kind() == reflect.Pointer && t.elem != nil && t.elem.opaque() {
		return v.Interface(), true
	}
	for _, name := range []string{"Error", "String"} {
		if m, _ := t.method(name, v); m != nil {
			return fmt.Sprintf("%v", s), true
		}
	}
	return fmt.Sprintf("%+v", s), true
}

// DisplayValue is what package display shows for the value.
func (s *Shown) DisplayValue() any {
	v, _ := s.picture()
	return v
}

// Show shows the values of a cell's last expression. Of several a last nil error
// is left out and the others are shown in one line.
func Show(values ...*Shown) {
	if n := len(values); n > 1 && values[n-1].typ == errorType && values[n-1].value == nil {
		values = values[:n-1]
	}
	if len(values) == 1 {
		showOne(values[0])
		return
	}
	text := ""
	for i, v := range values {
		if i > 0 {
			text += " "
		}
		text += fmt.Sprint(v)
	}
	if b, ok := display.Result(text); ok {
		host.Current().Result(b)
	}
}

// errorType is the type of Value(err, "error").
var errorType = specType("error")

func showOne(s *Shown) {
	v, ok := s.picture()
	if !ok {
		return
	}
	if b, ok := display.Result(v); ok {
		host.Current().Result(b)
	}
}

// Values makes each of args a Shown where fmt would not see what the cell means.
func Values(args []any) []any {
	out := make([]any, len(args))
	for i, x := range args {
		out[i] = x
		if v, t := dynamicValue(reflect.ValueOf(x), nil); t != nil || v.IsValid() && v.Kind() != reflect.ValueOf(x).Kind() {
			out[i] = &Shown{value: x}
		}
	}
	return out
}
