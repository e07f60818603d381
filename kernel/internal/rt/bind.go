package rt

import (
	"reflect"

	"iyagi/kernel/internal/rtype"
	"iyagi/kernel/internal/vm"
)

func init() { vm.SetHidden(Method) }

// Types are the session's types in this process.
var Types = rtype.NewTable()

// Bind gives methods of a type their functions: methods are pairs of a name and a function whose first parameter is
// the receiver. It returns a value so that a declaration of a variable can call it. An error is a defect of lowering.
func Bind(typ string, methods ...any) bool {
	for i := 0; i+1 < len(methods); i += 2 {
		name, _ := methods[i].(string)
		if err := Types.Bind(typ, name, reflect.ValueOf(methods[i+1])); err != nil {
			panic(err)
		}
	}
	return true
}

// Shown is x as what prints should see it: the same memory, with a type that tells which fields
// are exported.
func Shown(x any) any { return Types.Shown(x) }

// Method returns a method of x, also one that is not exported, as a function without receiver; nil when x has no such
// method.
func Method(x any, name string) any {
	if x == nil {
		panic(nilDereference)
	}
	if f := Types.Method(x, name); f.IsValid() {
		return f.Interface()
	}
	return nil
}

// NilReceiver panics as a call of a value's method on a nil pointer does.
func NilReceiver(typ, method string) { panic(rtype.NilReceiver(typ, method)) }
