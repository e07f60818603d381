package rt

import (
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"reflect"
	"strings"
	"sync"
)

// Typ is a type as the cell declares it. What reflect knows of the interpreter's
// values lacks names, methods and which fields are exported.
type Typ struct {
	Name string // lowered and unique in the session; empty: not a named type of the session
	Go   string // as Go prints it: "main.Celsius"

	spec    string // of the underlying type; parsed when first needed
	once    sync.Once
	shape   *Typ // the underlying type of a named one
	elem    *Typ
	key     *Typ
	fields  []field
	methods map[string]any
}

type field struct {
	name string
	typ  *Typ
}

// Box is a value of a session's named type with its type.
type Box struct {
	T *Typ
	V any
}

// known are the session's named types, and the types that specs describe.
var known = struct {
	sync.RWMutex
	byName map[string]*Typ
	// byReflect finds the type of a value in an interface: of structs that look the same the
	// latest.
	byReflect map[reflect.Type]*Typ
	bySpec    map[string]*Typ
}{byName: map[string]*Typ{}, byReflect: map[reflect.Type]*Typ{}, bySpec: map[string]*Typ{}}

// Type registers a named type of a cell under its lowered name. The spec describes its
// underlying type (see parseSpec), ptr is a nil pointer to it. The methods follow as pairs of a name, with
// a star before those of the pointer, and a function of the receiver that calls it.
func Type(name, goName, spec string, ptr any, methods ...any) bool {
	t := &Typ{Name: name, Go: goName, spec: spec, methods: map[string]any{}}
	for i := 0; i+1 < len(methods); i += 2 {
		if m, ok := methods[i].(string); ok {
			t.methods[m] = methods[i+1]
		}
	}
	known.Lock()
	defer known.Unlock()
	known.byName[name] = t
	if rt := reflect.TypeOf(ptr); rt != nil && rt.Kind() == reflect.Pointer && rt.Elem().Kind() == reflect.Struct {
		known.byReflect[rt.Elem()] = t
	}
	return true
}

// TypeByName returns a registered type, or nil.
func TypeByName(name string) *Typ {
	known.RLock()
	defer known.RUnlock()
	return known.byName[name]
}

// under is the type's shape: itself, or the underlying type of a named one.
func (t *Typ) under() *Typ {
	if t == nil || t.spec == "" {
		return t
	}
	t.once.Do(func() { t.shape = specType(t.spec) })
	return t.shape
}

// specType returns the type that a spec describes.
func specType(spec string) *Typ {
	known.RLock()
	t := known.bySpec[spec]
	known.RUnlock()
	if t != nil {
		return t
	}
	x, err := parser.ParseExpr(spec)
	if err != nil {
		return &Typ{Go: spec}
	}
	t = parseSpec(x)
	known.Lock()
	known.bySpec[spec] = t
	known.Unlock()
	return t
}

// parseSpec reads a type that lower describes: Go's syntax with lowered names for the
// session's types, and _.xHEX for a type that reflect
// describes well enough, with its name in hexadecimal.
func parseSpec(x ast.Expr) *Typ {
	switch x := x.(type) {
	case *ast.Ident:
		if t := TypeByName(x.Name); t != nil {
			return t
		}
		return &Typ{Go: x.Name}
	case *ast.StarExpr:
		e := parseSpec(x.X)
		return &Typ{Go: "*" + e.Go, elem: e}
	case *ast.ArrayType:
		e := parseSpec(x.Elt)
		n := ""
		if lit, ok := x.Len.(*ast.BasicLit); ok {
			n = lit.Value
		}
		return &Typ{Go: "[" + n + "]" + e.Go, elem: e}
	case *ast.MapType:
		k, e := parseSpec(x.Key), parseSpec(x.Value)
		return &Typ{Go: "map[" + k.Go + "]" + e.Go, key: k, elem: e}
	case *ast.StructType:
		return structSpec(x)
	case *ast.SelectorExpr:
		text, _ := hex.DecodeString(strings.TrimPrefix(x.Sel.Name, "x"))
		return &Typ{Go: string(text)}
	}
	return &Typ{Go: fmt.Sprintf("%T", x)}
}

func structSpec(x *ast.StructType) *Typ {
	t := &Typ{}
	var parts []string
	for _, f := range x.Fields.List {
		ft := parseSpec(f.Type)
		for _, n := range f.Names {
			t.fields = append(t.fields, field{n.Name, ft})
			parts = append(parts, n.Name+" "+ft.Go)
		}
	}
	t.Go = "struct { " + strings.Join(parts, "; ") + " }"
	if len(parts) == 0 {
		t.Go = "struct {}"
	}
	return t
}

// dynamic finds the type of a value by what reflect knows of it.
func dynamic(rt reflect.Type) *Typ {
	if rt == nil {
		return nil
	}
	known.RLock()
	t := known.byReflect[rt]
	known.RUnlock()
	if t == nil && rt.Name() == "" {
		switch rt.Kind() {
		case reflect.Pointer:
			if e := dynamic(rt.Elem()); e != nil {
				return &Typ{Go: "*" + e.Go, elem: e}
			}
		case reflect.Slice:
			if e := dynamic(rt.Elem()); e != nil {
				return &Typ{Go: "[]" + e.Go, elem: e}
			}
		case reflect.Map:
			if e := dynamic(rt.Elem()); e != nil {
				return &Typ{Go: "map[" + rt.Key().String() + "]" + e.Go, elem: e}
			}
		}
	}
	return t
}

// method finds a method of a value of type t. For a pointer the methods of what it
// points to count too; recv is then what the method wants.
func (t *Typ) method(name string, v reflect.Value) (f any, recv reflect.Value) {
	if t == nil {
		return nil, v
	}
	if f := t.methods[name]; f != nil {
		return f, v
	}
	if t.Name == "" && t.elem != nil && v.Kind() == reflect.Pointer {
		if f := t.elem.methods["*"+name]; f != nil {
			return f, v
		}
		if f := t.elem.methods[name]; f != nil && !v.IsNil() {
			return f, v.Elem()
		}
	}
	return nil, v
}

// inner is what the interpreter wraps to make it implement an interface, with the name of its
// type when it keeps one.
func inner(v reflect.Value) (reflect.Value, *Typ) {
	var t *Typ
	for v.IsValid() {
		if v.Kind() == reflect.Interface {
			v = v.Elem()
			continue
		}
		if v.Kind() != reflect.Struct {
			break
		}
		rt := v.Type()
		if v.CanInterface() {
			switch x := v.Interface().(type) {
			case Error:
				return reflect.ValueOf(x.v), x.t
			case Stringer:
				return reflect.ValueOf(x.v), x.t
			}
		}
		if rt.NumField() == 2 && rt.String() == "interp.valueInterface" {
			t = nodeType(v.Field(0))
			w, ok := exposed(v.Field(1)).(reflect.Value)
			if !ok {
				break
			}
			v = w
			continue
		}
		if rt.NumField() > 0 && rt.Field(0).Name == "IValue" && strings.Contains(rt.PkgPath(), "yaegi/") || rt.NumField() > 0 && rt.Field(0).Name == "IValue" && strings.HasPrefix(rt.Name(), "_") {
			v = v.Field(0)
			continue
		}
		break
	}
	return v, t
}

// nodeType reads the name of the type that the interpreter notes beside a value in an interface.
func nodeType(node reflect.Value) *Typ {
	if node.Kind() != reflect.Pointer || node.IsNil() {
		return nil
	}
	typ := node.Elem().FieldByName("typ")
	if !typ.IsValid() || typ.Kind() != reflect.Pointer || typ.IsNil() {
		return nil
	}
	name := typ.Elem().FieldByName("name")
	if !name.IsValid() || name.Kind() != reflect.String {
		return nil
	}
	return TypeByName(name.String())
}

// exposed reads an unexported field.
func exposed(v reflect.Value) any {
	if v.CanInterface() {
		return v.Interface()
	}
	if v.Type() != reflect.TypeFor[reflect.Value]() {
		return nil
	}
	p := reflect.New(v.Type()).Elem()
	copyValue(p, v)
	return p.Interface()
}
