package rtype

import (
	"fmt"
	"go/ast"
	"go/token"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unsafe"

	"iyagi/kernel/internal/eval"
)

// reader reads the text of a declaration.
type reader struct {
	*Table
	imports []eval.Import
}

// basic are the types that need no import.
var basic = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](), "error": reflect.TypeFor[error](), "any": reflect.TypeFor[any](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](), "int16": reflect.TypeFor[int16](), "int32": reflect.TypeFor[int32](), "int64": reflect.TypeFor[int64](),
	"uint": reflect.TypeFor[uint](), "uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](), "uint32": reflect.TypeFor[uint32](), "uint64": reflect.TypeFor[uint64](),
	"uintptr": reflect.TypeFor[uintptr](), "byte": reflect.TypeFor[byte](), "rune": reflect.TypeFor[rune](),
	"float32": reflect.TypeFor[float32](), "float64": reflect.TypeFor[float64](), "complex64": reflect.TypeFor[complex64](), "complex128": reflect.TypeFor[complex128](),
}

// library is a type of a package.
func (r reader) library(x *ast.SelectorExpr) reflect.Type {
	pkg, ok := x.X.(*ast.Ident)
	if !ok {
		fail("%T is not a package", x.X)
	}
	path := pkg.Name
	for _, i := range r.imports {
		if i.Name == pkg.Name {
			path = i.Path
		}
	}
	if path == "unsafe" && x.Sel.Name == "Pointer" {
		return reflect.TypeFor[unsafe.Pointer]()
	}
	if r.lookup != nil {
		if found := r.lookup(path, x.Sel.Name); found != nil {
			return found
		}
	}
	fail("package %s has no type %s", path, x.Sel.Name)
	return nil
}

// typ is the type that x says. The types of the session that it mentions have their layout.
func (r reader) typ(x ast.Expr) reflect.Type {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return r.typ(x.X)
	case *ast.Ident:
		// The session's types come first: a cell may declare a type named error, but its
		// lowered name is another.
		if e := r.types[x.Name]; e != nil {
			if e.derived {
				return reader{r.Table, e.imports}.typ(e.expr)
			}
			return typeOf(e.own.h)
		}
		if b := basic[x.Name]; b != nil {
			return b
		}
		fail("type %s is not declared", x.Name)
	case *ast.SelectorExpr:
		return r.library(x)
	case *ast.StarExpr:
		return reflect.PointerTo(r.typ(x.X))
	case *ast.ArrayType:
		if x.Len == nil {
			return reflect.SliceOf(r.typ(x.Elt))
		}
		return reflect.ArrayOf(length(x), r.typ(x.Elt))
	case *ast.MapType:
		return mapOf(r.typ(x.Key), r.typ(x.Value))
	case *ast.ChanType:
		return reflect.ChanOf(direction(x), r.typ(x.Value))
	case *ast.FuncType:
		return r.function(x)
	case *ast.InterfaceType:
		if len(x.Methods.List) == 0 {
			return reflect.TypeFor[any]()
		}
	case *ast.StructType:
		return r.structType(x)
	}
	fail("a type of the form %T needs a declaration of its own", x)
	return nil
}

func mapOf(key, elem reflect.Type) reflect.Type {
	if headerOf(key).Equal == nil {
		fail("%v cannot be the key of a map", key)
	}
	return reflect.MapOf(key, elem)
}

// structType is a struct type that reflect makes, all of whose fields are exported.
func (r reader) structType(x *ast.StructType) reflect.Type {
	var fields []reflect.StructField
	for _, f := range fieldsOf(x) {
		if f.embedded || !f.exported {
			fail("a struct type with the field %s needs a declaration of its own", f.name)
		}
		fields = append(fields, reflect.StructField{Name: f.name, Type: r.typ(f.typ), Tag: reflect.StructTag(f.tag)})
	}
	return reflect.StructOf(fields)
}

// field is a field of a struct as its text says it.
type field struct {
	name     string
	tag      string
	embedded bool
	exported bool
	typ      ast.Expr
}

func fieldsOf(x *ast.StructType) []field {
	var list []field
	for _, f := range x.Fields.List {
		tag := ""
		if f.Tag != nil {
			tag, _ = strconv.Unquote(f.Tag.Value)
		}
		if len(f.Names) == 0 {
			fail("an embedded field without a name of its own")
		}
		for _, n := range f.Names {
			name, embedded := strings.CutPrefix(n.Name, eval.EmbeddedPrefix)
			list = append(list, field{name, tag, embedded, token.IsExported(name), f.Type})
		}
	}
	return list
}

func length(x *ast.ArrayType) int {
	if lit, ok := x.Len.(*ast.BasicLit); ok {
		if n, err := strconv.Atoi(lit.Value); err == nil {
			return n
		}
	}
	fail("the length of an array is %v, not a number", x.Len)
	return 0
}

func direction(x *ast.ChanType) reflect.ChanDir {
	switch x.Dir {
	case ast.SEND:
		return reflect.SendDir
	case ast.RECV:
		return reflect.RecvDir
	}
	return reflect.BothDir
}

func (r reader) function(x *ast.FuncType) reflect.Type {
	in, variadic := r.parameters(x.Params)
	out, _ := r.parameters(x.Results)
	return reflect.FuncOf(in, out, variadic)
}

func (r reader) parameters(l *ast.FieldList) (types []reflect.Type, variadic bool) {
	if l == nil {
		return nil, false
	}
	for _, f := range l.List {
		var p reflect.Type
		if e, ok := f.Type.(*ast.Ellipsis); ok {
			p, variadic = reflect.SliceOf(r.typ(e.Elt)), true
		} else {
			p = r.typ(f.Type)
		}
		for range max(len(f.Names), 1) {
			types = append(types, p)
		}
	}
	return types, variadic
}

// underlying follows names of the session to the text of a type.
func (t *Table) underlying(e *entry) {
	for range len(t.types) {
		id, ok := e.expr.(*ast.Ident)
		if !ok || t.types[id.Name] == nil {
			return
		}
		other := t.types[id.Name]
		e.expr, e.imports = other.expr, other.imports
	}
}

// plain tells whether reflect makes a type literal itself. Then it is the one that compiled code has for
// the same literal, if it has one.
func (t *Table) plain(e *entry) bool {
	switch x := e.expr.(type) {
	case *ast.InterfaceType:
		return len(x.Methods.List) == 0
	case *ast.StructType:
		for _, f := range fieldsOf(x) {
			if f.embedded || !f.exported {
				return false
			}
		}
		return len(e.decl.Methods) == 0
	}
	return true
}

// key is a text that two type literals have in common when they are identical.
func (t *Table) key(e *entry) string {
	var b strings.Builder
	reader{t, e.imports}.writeKey(&b, e.expr)
	return b.String()
}

func (r reader) writeKey(b *strings.Builder, x ast.Expr) {
	switch x := x.(type) {
	case *ast.ParenExpr:
		r.writeKey(b, x.X)
	case *ast.Ident:
		if e := r.types[x.Name]; e == nil {
			fmt.Fprintf(b, "%v", r.typ(x))
		} else if e.decl.Named {
			fmt.Fprintf(b, "%p", e)
		} else {
			reader{r.Table, e.imports}.writeKey(b, e.expr)
		}
	case *ast.SelectorExpr:
		fmt.Fprintf(b, "%p", headerOf(r.library(x)))
	case *ast.StarExpr:
		b.WriteByte('*')
		r.writeKey(b, x.X)
	case *ast.ArrayType:
		b.WriteByte('[')
		if x.Len != nil {
			fmt.Fprint(b, length(x))
		}
		b.WriteByte(']')
		r.writeKey(b, x.Elt)
	case *ast.MapType:
		b.WriteString("map[")
		r.writeKey(b, x.Key)
		b.WriteByte(']')
		r.writeKey(b, x.Value)
	case *ast.ChanType:
		fmt.Fprintf(b, "chan%d(", x.Dir)
		r.writeKey(b, x.Value)
		b.WriteByte(')')
	case *ast.Ellipsis:
		b.WriteString("...")
		r.writeKey(b, x.Elt)
	case *ast.FuncType:
		r.writeKeys(b, x.Params)
		r.writeKeys(b, x.Results)
	case *ast.StructType:
		b.WriteString("struct{")
		for _, f := range fieldsOf(x) {
			fmt.Fprintf(b, "%s %t %q ", f.name, f.embedded, f.tag)
			r.writeKey(b, f.typ)
			b.WriteByte(';')
		}
		b.WriteByte('}')
	case *ast.InterfaceType:
		r.writeMethods(b, x)
	default:
		fail("%T is not a type", x)
	}
}

func (r reader) writeMethods(b *strings.Builder, x *ast.InterfaceType) {
	b.WriteString("interface {")
	for _, m := range r.interfaceMethods(x) {
		b.WriteString(m.name)
		if m.known != nil {
			fmt.Fprintf(b, "%p", headerOf(m.known))
		} else {
			m.r.writeKey(b, m.typ)
		}
		b.WriteByte(';')
	}
	b.WriteByte('}')
}

func (r reader) writeKeys(b *strings.Builder, l *ast.FieldList) {
	b.WriteByte('(')
	if l != nil {
		for _, f := range l.List {
			for range max(len(f.Names), 1) {
				r.writeKey(b, f.Type)
				b.WriteByte(',')
			}
		}
	}
	b.WriteByte(')')
}

// wanted is a method of an interface. Its type is a text, or known when the library declares it.
type wanted struct {
	name  string
	r     reader
	typ   ast.Expr
	known reflect.Type
	pkg   string // of a method that is not exported and the library's
}

// interfaceMethods are all methods of an interface in the run-time system's order.
func (r reader) interfaceMethods(x *ast.InterfaceType) []wanted {
	seen := map[string]bool{}
	var list []wanted
	add := func(w wanted) {
		if !seen[w.name] {
			seen[w.name] = true
			list = append(list, w)
		}
	}
	r.eachMethod(x, add)
	sort.Slice(list, func(i, j int) bool { return before(list[i].name, list[j].name) })
	return list
}

func (r reader) eachMethod(x ast.Expr, add func(wanted)) {
	switch x := x.(type) {
	case *ast.ParenExpr:
		r.eachMethod(x.X, add)
	case *ast.InterfaceType:
		for _, f := range x.Methods.List {
			if len(f.Names) == 0 {
				r.eachMethod(f.Type, add)
			}
			for _, n := range f.Names {
				add(wanted{name: n.Name, r: r, typ: f.Type})
			}
		}
	case *ast.Ident:
		if e := r.types[x.Name]; e != nil {
			reader{r.Table, e.imports}.eachMethod(e.expr, add)
			return
		}
		libraryMethods(r.typ(x), add)
	default:
		libraryMethods(r.typ(x), add)
	}
}

func libraryMethods(i reflect.Type, add func(wanted)) {
	if i.Kind() != reflect.Interface {
		fail("%v is not an interface", i)
	}
	for m := range i.NumMethod() {
		m := i.Method(m)
		add(wanted{name: m.Name, known: m.Type, pkg: m.PkgPath})
	}
}

// before is the order of methods in the run-time system: the exported first.
func before(a, b string) bool {
	if ea, eb := token.IsExported(a), token.IsExported(b); ea != eb {
		return ea
	}
	return a < b
}
