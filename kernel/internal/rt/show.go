package rt

import (
	"fmt"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/host"
)

// Shown is a value of a last expression with what native code cannot find out
// about it: the name of its type and the methods of a type that a cell declares.
type Shown struct {
	value   any
	typ     string
	methods map[string]func(any) any
}

// Value makes a Shown. The methods follow as pairs of a name and a function that calls it: String,
// Error, GoString, MimeBundle.
func Value(value any, typ string, methods ...any) *Shown {
	s := &Shown{value: value, typ: typ}
	for i := 0; i+1 < len(methods); i += 2 {
		name, _ := methods[i].(string)
		f, _ := methods[i+1].(func(any) any)
		if f == nil {
			continue
		}
		if s.methods == nil {
			s.methods = map[string]func(any) any{}
		}
		s.methods[name] = f
	}
	return s
}

// Format prints the value as fmt does with the methods that the type has.
func (s *Shown) Format(st fmt.State, verb rune) {
	switch {
	case verb == 'T':
		fmt.Fprint(st, s.typ)
	case verb == 'v' && st.Flag('#') && s.methods["GoString"] != nil:
		fmt.Fprint(st, s.methods["GoString"](s.value))
	case s.methods["Error"] != nil:
		fmt.Fprintf(st, fmt.FormatString(st, verb), s.methods["Error"](s.value))
	case s.methods["String"] != nil:
		fmt.Fprintf(st, fmt.FormatString(st, verb), s.methods["String"](s.value))
	default:
		fmt.Fprintf(st, fmt.FormatString(st, verb), s.value)
	}
}

// bundle is the value's picture; false: there is nothing to show.
func (s *Shown) bundle() (any, bool) {
	if f := s.methods["MimeBundle"]; f != nil {
		switch m := f(s.value).(type) {
		case map[string]any:
			return display.Bundle(m), true
		case display.Bundle:
			return m, true
		}
	}
	if s.methods["Error"] != nil || s.methods["String"] != nil {
		return s, true
	}
	return s.value, s.value != nil
}

// Show shows the values of a cell's last expression. Of several, a last nil error is
// left out, and the others are shown in one line unless one of them is a picture.
func Show(values ...*Shown) {
	if n := len(values); n > 1 && values[n-1].typ == "error" && values[n-1].value == nil {
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

func showOne(s *Shown) {
	v, ok := s.bundle()
	if !ok {
		return
	}
	if b, ok := display.Result(v); ok {
		host.Current().Result(b)
	}
}
