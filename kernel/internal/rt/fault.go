package rt

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

// Fault is a run-time error of interpreted code, in Go's own words.
type Fault struct{ text string }

func (f Fault) Error() string { return f.text }

// RuntimeError makes a Fault a runtime.Error.
func (Fault) RuntimeError() {}

var _ runtime.Error = Fault{}

func runtimeFault(text string) Fault { return Fault{"runtime error: " + text} }

// sameName finds a failed assertion to a type of the same name.
var sameName = regexp.MustCompile(`^interface conversion: .* is (.+), not (.+)$`)

// conversion finds Go's text of a failed type assertion behind the
// interpreter's position.
var conversion = regexp.MustCompile(`(?s)^(?:[^\n]*?\d+:\d+: )?(interface conversion: .*)$`)

// At returns i, an index into something of length n, or panics as Go does.
func At(i, n int) int {
	switch {
	case i < 0:
		panic(runtimeFault(fmt.Sprintf("index out of range [%d]", i)))
	case i >= n:
		panic(runtimeFault(fmt.Sprintf("index out of range [%d] with length %d", i, n)))
	}
	return i
}

// IndexFault is Go's error for an index that is not below a length.
func IndexFault(i reflect.Value, length int) runtime.Error {
	s := make([]struct{}, length) // takes no memory
	return caught(func() {
		if i.CanInt() {
			_ = s[i.Int()]
		} else {
			_ = s[i.Uint()]
		}
	})
}

// caught is the error that f panics with.
func caught(f func()) (err runtime.Error) {
	defer func() { err, _ = recover().(runtime.Error) }()
	f()
	return nil
}

// SliceFault is Go's error for the bounds of x[low:high:max], those that are not
// written being invalid. It looks at them in the order of the compiled code.
func SliceFault(x, low, high, max reflect.Value) runtime.Error {
	limit, what := x.Len(), "length"
	if x.Kind() == reflect.Slice {
		limit, what = x.Cap(), "capacity"
	}
	var text string
	full := max.IsValid()
	switch colon := map[bool]string{true: ":"}[full]; {
	case full && negative(max):
		text = fmt.Sprintf("[::%v]", max)
	case full && above(max, reflect.ValueOf(limit)):
		text = fmt.Sprintf("[::%v] with %s %v", max, what, limit)
	case full && above(high, max):
		text = fmt.Sprintf("[:%v:%v]", high, max)
	case high.IsValid() && negative(high):
		text = fmt.Sprintf("[:%v%s]", high, colon)
	case high.IsValid() && above(high, reflect.ValueOf(limit)):
		text = fmt.Sprintf("[:%v] with %s %v", high, what, limit)
	case negative(low):
		text = fmt.Sprintf("[%v:%s]", low, colon)
	default:
		if !high.IsValid() {
			high = reflect.ValueOf(x.Len())
		}
		text = fmt.Sprintf("[%v:%v%s]", low, high, colon)
	}
	return runtimeFault("slice bounds out of range " + text)
}

func negative(i reflect.Value) bool { return i.CanInt() && i.Int() < 0 }

// above compares integers that are not both negative.
func above(a, b reflect.Value) bool {
	if negative(a) || negative(b) {
		return negative(b) && !negative(a)
	}
	unsigned := func(v reflect.Value) uint64 {
		if v.CanInt() {
			return uint64(v.Int())
		}
		return v.Uint()
	}
	return unsigned(a) > unsigned(b)
}

// Reworded is Fix for a panic that goes on: a value that has Go's words already stays the same.
func Reworded(v any) any {
	if _, ok := v.(reflect.Value); ok {
		return v
	}
	return Fix(v)
}

// Thrown is what a panic with an interface's value panics with.
func Thrown(v any) any {
	if v == nil {
		return new(runtime.PanicNilError)
	}
	return v
}

// NegativeShift panics as a shift by a negative count does.
func NegativeShift() { panic(runtimeFault("negative shift amount")) }

// NilDereference panics as the use of a nil pointer does.
func NilDereference() { panic(nilDereference) }

// Fix turns what package reflect and the interpreter panic with into the
// run-time error that Go would panic with; everything else it returns as it is.
func Fix(v any) any {
	// The interpreter panics with the reflect.Value of the operand.
	if r, ok := v.(reflect.Value); ok {
		if r.IsValid() && !r.CanInterface() {
			return nil
		}
		if !r.IsValid() || r.Interface() == nil {
			return new(runtime.PanicNilError)
		}
		v = r.Interface()
	}
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		if f, ok := reflectFault(x); ok {
			return f
		}
	case *reflect.ValueError:
		if x.Kind == reflect.Invalid { // others are the interpreter's mistakes and must not look like the cell's
			return nilDereference
		}
	case runtime.Error:
		if t, ok := strings.CutPrefix(strings.TrimPrefix(x.Error(), "runtime error: "), "hash of unhashable type: "); ok {
			return runtimeFault("hash of unhashable type " + t)
		}
		if strings.Contains(x.Error(), "allocation size out of range") { // reflect.MakeSlice's
			return runtimeFault("makeslice: len out of range")
		}
		return x
	case error:
		// The Error method of the cell's own errors is not called for this.
		if t := reflect.TypeOf(x); strings.HasPrefix(t.String(), "*interp.") || strings.HasPrefix(t.String(), "interp.") {
			if m := conversion.FindStringSubmatch(x.Error()); m != nil {
				if t := sameName.FindStringSubmatch(m[1]); t != nil && t[1] == t[2] {
					m[1] += " (types from different scopes)"
				}
				return Fault{m[1]}
			}
			var re runtime.Error
			if errors.As(x, &re) {
				return re
			}
		}
	}
	return v
}

// nilDereference is the run time's own error.
var nilDereference = caught(func() {
	var p *struct{ n int }
	p.n++
})

// reflectFault knows the texts that package reflect panics with.
func reflectFault(s string) (runtime.Error, bool) {
	switch {
	case strings.HasPrefix(s, "reflect: slice index out of range"),
		strings.HasPrefix(s, "reflect: array index out of range"),
		strings.HasPrefix(s, "reflect: string index out of range"):
		return runtimeFault("index out of range"), true
	case strings.HasPrefix(s, "reflect.Value.Slice: "), strings.HasPrefix(s, "reflect.Value.Slice3: "):
		return runtimeFault("slice bounds out of range"), true
	case s == "reflect.MakeSlice: negative len", s == "reflect.MakeSlice: len out of range":
		return runtimeFault("makeslice: len out of range"), true
	case s == "reflect.MakeSlice: negative cap", s == "reflect.MakeSlice: len > cap":
		return runtimeFault("makeslice: cap out of range"), true
	case s == "reflect.MakeChan: negative buffer size":
		return Fault{"makechan: size out of range"}, true
	case strings.HasPrefix(s, "reflect: cannot convert slice with length "):
		var n, want int
		fmt.Sscanf(strings.Replace(s, "pointer to ", "", 1), "reflect: cannot convert slice with length %d to array with length %d", &n, &want)
		return runtimeFault(fmt.Sprintf("cannot convert slice with length %d to array or pointer to array with length %d", n, want)), true
	case s == "reflect.Append: slice overflow", s == "reflect.Value.Grow: slice overflow":
		return runtimeFault("growslice: len out of range"), true
	case s == "reflect: Call using zero Value argument", s == "reflect.Value.Call: call of nil function", s == "reflect: Method on nil interface value", strings.HasPrefix(s, "reflect: indirection through nil pointer"),
		strings.HasPrefix(s, "reflect: call of") && strings.HasSuffix(s, "on zero Value"):
		return nilDereference, true
	}
	return nil, false
}

// Text is a recovered value as Go prints it after "panic: ", but for values that Go
// prints the address of: they are shown.
func Text(v any) (text string) {
	v = Fix(v)
	defer func() {
		if recover() != nil { // its Error or String method fails
			text = fmt.Sprintf("(%T)", v)
		}
		text = strings.ReplaceAll(text, "\n", "\n\t")
	}()
	switch x := v.(type) {
	case error:
		return x.Error()
	case fmt.Stringer:
		return x.String()
	case string:
		return x
	case nil:
		return "nil"
	}
	t := reflect.TypeOf(v)
	switch k := t.Kind(); {
	case k == reflect.String:
		return fmt.Sprintf("%v(%q)", t, v)
	case k > reflect.Complex128:
		return fmt.Sprintf("(%v) %v", t, v)
	case strings.Contains(t.String(), "."): // the name of a type of a package
		return fmt.Sprintf("%v(%v)", t, v)
	}
	return fmt.Sprint(v)
}

// Go starts a goroutine of a cell. A panic in it is reported and ends it
// alone.
func Go(f func()) {
	go func() {
		defer func() {
			if v := recover(); v != nil {
				Panicked(v)
			}
		}()
		f()
	}()
}

// Panicked reports a panic that ended a goroutine of a cell.
func Panicked(v any) {
	if hooks.Panicked == nil {
		panic(v)
	}
	hooks.Panicked(v)
}

// PanicRange panics as Go does when an iterator calls the body of a loop that has ended.
func PanicRange() {
	panic(runtimeFault("range function continued iteration after function for loop body returned false"))
}
