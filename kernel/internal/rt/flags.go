package rt

import (
	"flag"
	"reflect"
)

// Flags are the functions of package flag that define flags of the command line. The
// library's panic when a flag is defined twice, which a cell does each time it
// runs again: these take the flag of before out first.
func Flags() map[string]reflect.Value {
	return map[string]reflect.Value{
		"Bool":        define(flag.Bool),
		"BoolFunc":    reflect.ValueOf(func(name, usage string, fn func(string) error) { undefine(name); flag.BoolFunc(name, usage, fn) }),
		"BoolVar":     defineVar(flag.BoolVar),
		"Duration":    define(flag.Duration),
		"DurationVar": defineVar(flag.DurationVar),
		"Float64":     define(flag.Float64),
		"Float64Var":  defineVar(flag.Float64Var),
		"Func":        reflect.ValueOf(func(name, usage string, fn func(string) error) { undefine(name); flag.Func(name, usage, fn) }),
		"Int":         define(flag.Int),
		"Int64":       define(flag.Int64),
		"Int64Var":    defineVar(flag.Int64Var),
		"IntVar":      defineVar(flag.IntVar),
		"String":      define(flag.String),
		"StringVar":   defineVar(flag.StringVar),
		"TextVar":     defineVar(flag.TextVar),
		"Uint":        define(flag.Uint),
		"Uint64":      define(flag.Uint64),
		"Uint64Var":   defineVar(flag.Uint64Var),
		"UintVar":     defineVar(flag.UintVar),
		"Var":         reflect.ValueOf(func(v flag.Value, name, usage string) { undefine(name); flag.Var(v, name, usage) }),
	}
}

func define[V, P any](f func(string, V, string) P) reflect.Value {
	return reflect.ValueOf(func(name string, value V, usage string) P {
		undefine(name)
		return f(name, value, usage)
	})
}

func defineVar[P, V any](f func(P, string, V, string)) reflect.Value {
	return reflect.ValueOf(func(p P, name string, value V, usage string) {
		undefine(name)
		f(p, name, value, usage)
	})
}

// undefine takes a flag out of flag.CommandLine.
func undefine(name string) {
	old := flag.CommandLine
	if old.Lookup(name) == nil {
		return
	}
	fresh := flag.NewFlagSet(old.Name(), old.ErrorHandling())
	fresh.SetOutput(old.Output())
	fresh.Usage = old.Usage
	old.VisitAll(func(f *flag.Flag) {
		if f.Name != name {
			fresh.Var(f.Value, f.Name, f.Usage)
			fresh.Lookup(f.Name).DefValue = f.DefValue
		}
	})
	flag.CommandLine = fresh
}
