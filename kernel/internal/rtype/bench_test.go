package rtype

import (
	"fmt"
	"reflect"
	"runtime"
	"testing"
)

// BenchmarkDefine makes a struct type with four fields and five methods. It also tells the memory that a type keeps.
func BenchmarkDefine(b *testing.B) {
	tb := newTable()
	first := stubs.taken
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for b.Loop() {
		n++
		if n%1000 == 0 {
			stubs.taken = first // nothing calls them
		}
		define(b, tb, named(fmt.Sprint("T", n), "struct{a int; b string; c *T0; d map[string][]int}", "A", "func()", "B", "func() string", "*C", "func(int) error", "*D", "func()", "e", "func()"), named("T0", "int"))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "kept-B/type")
}

// BenchmarkCall calls methods through an interface. The functions are compiled; one of the interpreter takes a microsecond more.
func BenchmarkCall(b *testing.B) {
	tb := newTable()
	define(b, tb, named("T", "struct{a, b int}", "String", "func() string", "*Len", "func() int"))
	text(b, tb, "T", "String", false, func(reflect.Value) string { return "" })
	bindTo(b, tb, "T", "Len", true, reflect.TypeFor[func() int](), func(reflect.Value, []reflect.Value) []reflect.Value { return []reflect.Value{reflect.ValueOf(0)} })
	v := reflect.New(tb.Type("T"))
	b.Run("value", func(b *testing.B) {
		s := v.Elem().Interface().(fmt.Stringer)
		for b.Loop() {
			_ = s.String()
		}
	})
	b.Run("pointer", func(b *testing.B) {
		s := v.Interface().(interface{ Len() int })
		for b.Loop() {
			_ = s.Len()
		}
	})
}

// BenchmarkShown looks at a value that is about to be printed.
func BenchmarkShown(b *testing.B) {
	tb := newTable()
	define(b, tb, named("T", "struct{a, b int}"))
	x := reflect.Zero(tb.Type("T")).Interface()
	b.Run("session", func(b *testing.B) {
		for b.Loop() {
			tb.Shown(x)
		}
	})
	b.Run("library", func(b *testing.B) {
		for b.Loop() {
			tb.Shown("text")
		}
	})
}
