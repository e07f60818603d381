package rt

import (
	"fmt"
	"math/bits"
	"os"
	"reflect"
	"slices"
	"strconv"
	"unsafe"
)

// Clear is the built-in function clear of a map or slice.
func Clear(x any) {
	if v := reflect.ValueOf(x); v.IsValid() && !(v.Kind() == reflect.Map && v.IsNil()) {
		v.Clear()
	}
}

// Print is the built-in function print: to standard error, in the run time's own formats.
func Print(args ...any) {
	var text []byte
	for _, x := range args {
		text = append(text, printed(x)...)
	}
	write("stderr", os.Stderr, text)
}

// Println is the built-in function println.
func Println(args ...any) {
	var line []byte
	for i, x := range args {
		if i > 0 {
			line = append(line, ' ')
		}
		line = append(line, printed(x)...)
	}
	write("stderr", os.Stderr, append(line, '\n'))
}

// printed formats one operand of print.
func printed(x any) string {
	v := reflect.ValueOf(x)
	switch v.Kind() {
	case reflect.Invalid:
		return "(0x0,0x0)"
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return printedFloat(v.Float(), v.Type().Bits())
	case reflect.Complex64, reflect.Complex128:
		return printedComplex(v.Complex(), v.Type().Bits()/2)
	case reflect.String:
		return v.String()
	case reflect.Slice:
		return fmt.Sprintf("[%d/%d]%#x", v.Len(), v.Cap(), v.Pointer())
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return fmt.Sprintf("%#x", v.Pointer())
	}
	return fmt.Sprint(x)
}

// printedFloat is the run time's format: the shortest that reads back.
func printedFloat(f float64, bits int) string {
	return strconv.FormatFloat(f, 'g', -1, bits)
}

// printedComplex has a sign before the imaginary part.
func printedComplex(c complex128, bits int) string {
	im := printedFloat(imag(c), bits)
	if im[0] != '-' && im[0] != '+' {
		im = "+" + im
	}
	return "(" + printedFloat(real(c), bits) + im + "i)"
}

// Sort is slices.Sort. A named type of a cell is its underlying type natively, so the cases are complete.
func Sort(x any) {
	switch s := x.(type) {
	case []int:
		slices.Sort(s)
	case []string:
		slices.Sort(s)
	case []float64:
		slices.Sort(s)
	case []byte:
		slices.Sort(s)
	case []rune:
		slices.Sort(s)
	case []int64:
		slices.Sort(s)
	case []uint64:
		slices.Sort(s)
	case []float32:
		slices.Sort(s)
	case []int8:
		slices.Sort(s)
	case []int16:
		slices.Sort(s)
	case []uint:
		slices.Sort(s)
	case []uint16:
		slices.Sort(s)
	case []uint32:
		slices.Sort(s)
	case []uintptr:
		slices.Sort(s)
	default:
		sortNamed(reflect.ValueOf(x))
	}
}

// sortNamed sorts a slice whose type or element type is a native named one, by seeing it as its underlying type.
func sortNamed(v reflect.Value) {
	if v.Len() < 2 {
		return
	}
	p, n := v.UnsafePointer(), v.Len()
	switch v.Type().Elem().Kind() {
	case reflect.Int:
		slices.Sort(unsafe.Slice((*int)(p), n))
	case reflect.Int8:
		slices.Sort(unsafe.Slice((*int8)(p), n))
	case reflect.Int16:
		slices.Sort(unsafe.Slice((*int16)(p), n))
	case reflect.Int32:
		slices.Sort(unsafe.Slice((*int32)(p), n))
	case reflect.Int64:
		slices.Sort(unsafe.Slice((*int64)(p), n))
	case reflect.Uint:
		slices.Sort(unsafe.Slice((*uint)(p), n))
	case reflect.Uint8:
		slices.Sort(unsafe.Slice((*uint8)(p), n))
	case reflect.Uint16:
		slices.Sort(unsafe.Slice((*uint16)(p), n))
	case reflect.Uint32:
		slices.Sort(unsafe.Slice((*uint32)(p), n))
	case reflect.Uint64:
		slices.Sort(unsafe.Slice((*uint64)(p), n))
	case reflect.Uintptr:
		slices.Sort(unsafe.Slice((*uintptr)(p), n))
	case reflect.Float32:
		slices.Sort(unsafe.Slice((*float32)(p), n))
	case reflect.Float64:
		slices.Sort(unsafe.Slice((*float64)(p), n))
	case reflect.String:
		slices.Sort(unsafe.Slice((*string)(p), n))
	}
}

// StringData is unsafe.StringData.
func StringData(s string) *byte { return unsafe.StringData(s) }

// String is unsafe.String.
func String(p *byte, n int) string { return unsafe.String(p, n) }

// Add is unsafe.Add.
func Add(p unsafe.Pointer, n int) unsafe.Pointer { return unsafe.Add(p, n) }

// Slice is unsafe.Slice of a pointer of any type; the result is the slice.
func Slice(ptr any, n int) any {
	v := reflect.ValueOf(ptr)
	elem := v.Type().Elem()
	s := reflect.New(reflect.SliceOf(elem))
	if v.IsNil() {
		if n != 0 {
			panic(runtimeFault("unsafe.Slice: ptr is nil and len is not zero"))
		}
		return s.Elem().Interface()
	}
	hi, size := bits.Mul64(uint64(elem.Size()), uint64(n))
	if n < 0 || hi != 0 || size > uint64(-v.Pointer()) {
		panic(runtimeFault("unsafe.Slice: len out of range"))
	}
	*(*[]struct{})(s.UnsafePointer()) = unsafe.Slice((*struct{})(v.UnsafePointer()), n)
	return s.Elem().Interface()
}

// Size returns its argument; to the interpreter it is no constant.
func Size(n uintptr) uintptr { return n }

// Cap returns n, the capacity of a slice to be made with elements of a size, or panics as Go does.
func Cap(n int, size uintptr) int {
	if hi, mem := bits.Mul64(uint64(size), uint64(n)); n < 0 || hi != 0 || mem > maxAlloc {
		panic(runtimeFault("makeslice: cap out of range"))
	}
	return n
}

// maxAlloc is the run time's limit of an allocation in bytes on 64-bit systems.
const maxAlloc = 1 << 48

// SliceData is unsafe.SliceData of a slice of any type; the result is the pointer.
func SliceData(s any) any {
	v := reflect.ValueOf(s)
	return reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Interface()
}

// See is x seen as the type that ptr points to, which is laid out as x's own.
func See(x, ptr any) any {
	v := reflect.ValueOf(x)
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return reflect.NewAt(reflect.TypeOf(ptr).Elem(), p.UnsafePointer()).Elem().Interface()
}
