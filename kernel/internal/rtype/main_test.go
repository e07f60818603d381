package rtype

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/internal/eval"
)

var packages = map[string]reflect.Type{
	"fmt.Stringer":         reflect.TypeFor[fmt.Stringer](),
	"time.Time":            reflect.TypeFor[time.Time](),
	"time.Duration":        reflect.TypeFor[time.Duration](),
	"io.Reader":            reflect.TypeFor[io.Reader](),
	"io.Writer":            reflect.TypeFor[io.Writer](),
	"bytes.Buffer":         reflect.TypeFor[bytes.Buffer](),
	"sync.Mutex":           reflect.TypeFor[sync.Mutex](),
	"math/rand/v2.Rand":    reflect.TypeFor[rand.Rand](),
	"context.Context":      reflect.TypeFor[context.Context](),
	"net/http.Handler":     reflect.TypeFor[http.Handler](),
	"net/http.Header":      reflect.TypeFor[http.Header](),
	"testing.TB":           reflect.TypeFor[testing.TB](),
	"reflect.Type":         reflect.TypeFor[reflect.Type](),
	"net/http.HandlerFunc": reflect.TypeFor[http.HandlerFunc](),
}

var imports = []eval.Import{{Name: "fmt", Path: "fmt"}, {Name: "time", Path: "time"}, {Name: "io", Path: "io"}, {Name: "bytes", Path: "bytes"},
	{Name: "sync", Path: "sync"}, {Name: "rand__", Path: "math/rand/v2"}, {Name: "context", Path: "context"}, {Name: "http", Path: "net/http"},
	{Name: "testing", Path: "testing"}, {Name: "unsafe", Path: "unsafe"}, {Name: "reflect", Path: "reflect"}}

func newTable() *Table {
	tb := NewTable()
	tb.Library(func(path, name string) reflect.Type { return packages[path+"."+name] })
	return tb
}

// named declares a type main.NAME. Methods are pairs of a name, with a star before it when it belongs to the pointer alone,
// and a type.
func named(name, text string, methods ...string) Decl {
	d := Decl{Name: name, Imports: imports, Type: eval.Type{Go: "main." + name, Named: true, Text: text}}
	for i := 0; i < len(methods); i += 2 {
		m := eval.Method{Name: methods[i], Type: methods[i+1]}
		if m.Name[0] == '*' {
			m.Name, m.Ptr = m.Name[1:], true
		}
		d.Methods = append(d.Methods, m)
	}
	return d
}

// literal declares a type literal under a lowered name.
func literal(name, goText, text string) Decl {
	return Decl{Name: name, Imports: imports, Type: eval.Type{Go: goText, Text: text}}
}

func define(t testing.TB, tb *Table, decls ...Decl) {
	t.Helper()
	if err := tb.Define(decls); err != nil {
		t.Fatal(err)
	}
}

// bindTo binds a method to a function that f makes reflect values of; recv is what the function's first parameter is.
func bindTo(t testing.TB, tb *Table, typ, method string, ptr bool, m reflect.Type, f func(recv reflect.Value, args []reflect.Value) []reflect.Value) {
	t.Helper()
	recv := tb.Type(typ)
	if ptr {
		recv = reflect.PointerTo(recv)
	}
	fn := reflect.MakeFunc(withReceiver(recv, m), func(args []reflect.Value) []reflect.Value { return f(args[0], args[1:]) })
	if err := tb.Bind(typ, method, fn); err != nil {
		t.Fatal(err)
	}
}

// text binds a method func() string.
func text(t testing.TB, tb *Table, typ, method string, ptr bool, f func(recv reflect.Value) string) {
	t.Helper()
	bindTo(t, tb, typ, method, ptr, reflect.TypeFor[func() string](), func(recv reflect.Value, _ []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(f(recv))}
	})
}
