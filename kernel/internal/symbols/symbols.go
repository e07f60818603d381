// Package symbols holds what lowered code may call of compiled Go: the tables
// that the interpreter finds packages in. They are those that yaegi brings
// (Go 1.22), what newer releases of the standard library have added, package rt and the packages
// for cells. It has no behaviour of its own.
package symbols

//go:generate go run ./gen

import (
	"reflect"

	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"
	"github.com/traefik/yaegi/stdlib/syscall"
	"github.com/traefik/yaegi/stdlib/unrestricted"
	"github.com/traefik/yaegi/stdlib/unsafe"

	"iyagi/kernel/internal/rt"
)

// Tables are the packages that lowered code may import.
func Tables() []interp.Exports {
	return []interp.Exports{stdlib.Symbols, syscall.Symbols, unrestricted.Symbols, unsafe.Symbols, added, own}
}

// own are the packages of this module, and what they put in the place of the library's.
var own = interp.Exports{
	"iyagi/kernel/internal/rt/rt": {
		"Assert":           reflect.ValueOf(rt.Assert),
		"MustAssert":       reflect.ValueOf(rt.MustAssert),
		"Cases":            reflect.ValueOf(rt.Cases),
		"TypeCase":         reflect.ValueOf(rt.TypeCase),
		"See":              reflect.ValueOf(rt.See),
		"Bind":             reflect.ValueOf(rt.Bind),
		"Method":           reflect.ValueOf(rt.Method),
		"Shown":            reflect.ValueOf(rt.Shown),
		"ShownAll":         reflect.ValueOf(rt.ShownAll),
		"Add":              reflect.ValueOf(rt.Add),
		"TypeField":        reflect.ValueOf(rt.TypeField),
		"NilReceiver":      reflect.ValueOf(rt.NilReceiver),
		"TypeFieldByName":  reflect.ValueOf(rt.TypeFieldByName),
		"TypePkgPath":      reflect.ValueOf(rt.TypePkgPath),
		"ValueField":       reflect.ValueOf(rt.ValueField),
		"ValueFieldByName": reflect.ValueOf(rt.ValueFieldByName),
		"VisibleFields":    reflect.ValueOf(rt.VisibleFields),
		"BenchmarkRun":     reflect.ValueOf(rt.BenchmarkRun),
		"TestCleanup":      reflect.ValueOf(rt.TestCleanup),
		"TestLog":          reflect.ValueOf(rt.TestLog),
		"TestRun":          reflect.ValueOf(rt.TestRun),
		"Case":             reflect.ValueOf((*rt.Case)(nil)),
		"Clear":            reflect.ValueOf(rt.Clear),
		"Equal":            reflect.ValueOf(rt.Equal),
		"Exit":             reflect.ValueOf(rt.Exit),
		"Fatal":            reflect.ValueOf(rt.Fatal),
		"Fatalf":           reflect.ValueOf(rt.Fatalf),
		"Fatalln":          reflect.ValueOf(rt.Fatalln),
		"Func":             reflect.ValueOf(rt.Func),
		"Go":               reflect.ValueOf(rt.Go),
		"Log":              reflect.ValueOf(rt.Log),
		"LogOutput":        reflect.ValueOf(rt.LogOutput),
		"Caller":           reflect.ValueOf(rt.Caller),
		"Cap":              reflect.ValueOf(rt.Cap),
		"Defer":            reflect.ValueOf(rt.Defer),
		"NewDefers":        reflect.ValueOf(rt.NewDefers),
		"NegativeShift":    reflect.ValueOf(rt.NegativeShift),
		"NilDereference":   reflect.ValueOf(rt.NilDereference),
		"Recover":          reflect.ValueOf(rt.Recover),
		"RecoverOf":        reflect.ValueOf(rt.RecoverOf),
		"RecoverAfter":     reflect.ValueOf(rt.RecoverAfter),
		"RunDeferred":      reflect.ValueOf(rt.RunDeferred),
		"Size":             reflect.ValueOf(rt.Size),
		"Thrown":           reflect.ValueOf(rt.Thrown),
		"At":               reflect.ValueOf(rt.At),
		"PanicRange":       reflect.ValueOf(rt.PanicRange),
		"Print":            reflect.ValueOf(rt.Print),
		"Println":          reflect.ValueOf(rt.Println),
		"Select":           reflect.ValueOf(rt.Select),
		"Show":             reflect.ValueOf(rt.Show),
		"Slice":            reflect.ValueOf(rt.Slice),
		"SliceData":        reflect.ValueOf(rt.SliceData),
		"Sort":             reflect.ValueOf(rt.Sort),
		"Stderr":           reflect.ValueOf(&rt.Stderr).Elem(),
		"Stdin":            reflect.ValueOf(&rt.Stdin).Elem(),
		"Stdout":           reflect.ValueOf(&rt.Stdout).Elem(),
		"String":           reflect.ValueOf(rt.String),
		"StringData":       reflect.ValueOf(rt.StringData),
		"Var":              reflect.ValueOf(rt.Var),
	},
	"flag/flag": rt.Flags(),
	"time/time": {
		"Sleep": reflect.ValueOf(rt.Sleep),
	},
}
