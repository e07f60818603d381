package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// Descriptions of types at run time.
//
// Native code sees a value of a session type as what it is made of: no name, no methods, fields
// with changed names. So each session type registers itself with package rt beside its declaration, and
// values that are only to be printed go to fmt inside of an rt.Value with
// a description of their static type.

// described tells whether native code sees less of a value of type t than it should.
func (u *unit) described(t types.Type) bool { return u.describedIn(t, map[types.Type]bool{}) }

func (u *unit) describedIn(t types.Type, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		if t.Obj().Pkg() == nil {
			return types.IsInterface(t)
		}
		return u.isSession(t.Obj().Pkg()) || types.IsInterface(t)
	case *types.Interface:
		return true
	case *types.Pointer:
		return u.describedIn(t.Elem(), seen)
	case *types.Slice:
		return u.describedIn(t.Elem(), seen)
	case *types.Array:
		return u.describedIn(t.Elem(), seen)
	case *types.Map:
		return u.describedIn(t.Key(), seen) || u.describedIn(t.Elem(), seen)
	case *types.Chan:
		return u.describedIn(t.Elem(), seen)
	case *types.Signature:
		for v := range t.Params().Variables() {
			if u.describedIn(v.Type(), seen) {
				return true
			}
		}
		for v := range t.Results().Variables() {
			if u.describedIn(v.Type(), seen) {
				return true
			}
		}
		return false
	case *types.Struct:
		for i := range t.NumFields() {
			f := t.Field(i)
			if !f.Exported() || f.Embedded() || u.describedIn(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}

// spec describes a type for rt.Value and rt.Type: Go's syntax with lowered names, and _.xHEX for what reflect knows.
func (p *typer) spec(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return types.Default(t).String()
	case *types.Named:
		if o := t.Obj(); o.Pkg() != nil && p.u.isSession(o.Pkg()) && !types.IsInterface(t) {
			if name := p.typ(t); !strings.HasPrefix(name, "func") {
				return name
			}
		}
	case *types.Pointer:
		return "*" + p.spec(t.Elem())
	case *types.Slice:
		return "[]" + p.spec(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), p.spec(t.Elem()))
	case *types.Map:
		return "map[" + p.spec(t.Key()) + "]" + p.spec(t.Elem())
	case *types.Struct:
		fields := make([]string, t.NumFields())
		for i := range fields {
			fields[i] = t.Field(i).Name() + " " + p.spec(t.Field(i).Type())
		}
		return "struct{" + strings.Join(fields, "; ") + "}"
	}
	return fmt.Sprintf("_.x%x", goName(t))
}

// goName is a type as %T prints it.
func goName(t types.Type) string {
	s := types.TypeString(t, (*types.Package).Name)
	if strings.Contains(s, "[") && !strings.Contains(s, "func(") {
		s = strings.ReplaceAll(s, ", ", ",")
	}
	return s
}

// staticSpec is the spec for a value of static type t; empty for interfaces, whose value tells.
func (p *typer) staticSpec(t types.Type) string {
	if types.IsInterface(t) {
		if types.Identical(t, types.Universe.Lookup("error").Type()) {
			return "error"
		}
		return ""
	}
	return p.spec(t)
}

// describe declares the registration of a named type. It stands after all types and functions: a
// value of the type made earlier would fix what reflect knows of it before a type that it
// mentions is complete.
func (u *unit) describe(t *types.Named, name string, of *decl) {
	if types.IsInterface(t) {
		return
	}
	d := newDecl(name + "__t")
	d.text = (&typer{u, d}).registration(t, name)
	of.use(d.name)
	u.descriptions = append(u.descriptions, d)
}

// registration prints a named type's description with the methods that native code calls to print or show it.
func (p *typer) registration(t *types.Named, name string) string {
	ptr := "nil"
	if _, ok := t.Underlying().(*types.Struct); ok {
		ptr = "(*" + name + ")(nil)"
	}
	args := []string{
		strconv.Quote(name),
		strconv.Quote(goName(t)),
		strconv.Quote(p.spec(t.Underlying())),
		ptr,
	}
	seen := map[string]bool{}
	for _, recv := range []types.Type{t, types.NewPointer(t)} {
		star := ""
		if recv != types.Type(t) {
			star = "*"
		}
		for _, m := range []string{"Error", "String", "GoString", "Format", "MimeBundle", "Unwrap", "Is", "MarshalJSON", "MarshalText"} {
			if f := p.methodHook(recv, m); f != "" && !seen[m] {
				seen[m] = true
				args = append(args, strconv.Quote(star+m), f)
			}
		}
	}
	p.d.use(name)
	return fmt.Sprintf("var %s__t = %s(%s)", name, p.d.rt("Type"), strings.Join(args, ", "))
}

// methodHook prints a function that calls a method of a receiver that native code hands over.
func (p *typer) methodHook(recv types.Type, name string) string {
	o, path, _ := types.LookupFieldOrMethod(recv, false, p.u.pkg, name)
	m, ok := o.(*types.Func)
	if !ok {
		return ""
	}
	sig := m.Signature()
	format := name == "Format"
	switch {
	case format && types.TypeString(types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), false), nil) == "func(s fmt.State, verb rune)",
		format && sig.Params().Len() == 2 && sig.Results().Len() == 0 && sig.Params().At(0).Type().String() == "fmt.State":
	case strings.HasPrefix(name, "Marshal") && sig.Params().Len() == 0 && types.TypeString(sig.Results(), nil) == "([]byte, error)":
	case name == "Is" && sig.Params().Len() == 1 && sig.Results().Len() == 1 && types.Identical(sig.Params().At(0).Type(), types.Universe.Lookup("error").Type()):
	case !format && name != "Is" && sig.Params().Len() == 0 && sig.Results().Len() == 1:
	default:
		return ""
	}
	f := p.u.newFn(p.d, p.u.src, newEnv())
	s := &selection{types.MethodVal, recv, m, path}
	r := receiver{"v__.(" + p.typ(recv) + ")", precPrimary, recv, false}
	for _, i := range path[:len(path)-1] {
		r.text += f.fields(r.typ, []int{i})
		r.typ = types.Unalias(deref(r.typ).Underlying().(*types.Struct).Field(i).Type())
	}
	if format {
		return fmt.Sprintf("func(v__ interface{}, s__ %s.State, c__ rune) { %s }", p.d.pkg("fmt"), f.boundCall(r, s, []string{"s__", "c__"}))
	}
	if strings.HasPrefix(name, "Marshal") {
		return "func(v__ interface{}) ([]byte, error) { b__, e__ := " + f.boundCall(r, s, nil) + "; return b__, e__ }"
	}
	if name == "Is" {
		return "func(v__ interface{}, e__ error) bool { return " + f.boundCall(r, s, []string{"e__"}) + " }"
	}
	return "func(v__ interface{}) interface{} { r__ := " + f.boundCall(r, s, nil) + "; return r__ }"
}

// prints tells whether a library function does nothing with its last, variadic
// parameter but format it.
func prints(f *types.Func) bool {
	if f == nil || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "fmt":
		for _, p := range []string{"Print", "Sprint", "Fprint", "Append", "Errorf"} {
			if strings.HasPrefix(f.Name(), p) {
				return true
			}
		}
	case "iyagi/kernel/display":
		return f.Name() == "Display"
	case "iyagi/kernel/internal/act":
		return f.Name() == "Var"
	case "testing":
		return testLogs[f.Name()]
	case "log":
		for _, p := range []string{"Print", "Panic", "Fatal"} {
			if strings.HasPrefix(f.Name(), p) {
				return true
			}
		}
	}
	return false
}

// printed wraps an argument that is only formatted.
func (p *fn) printed(f *types.Func, x ast.Expr, val string, spread bool) string {
	t := p.typeOf(x)
	switch {
	case spread:
		return p.d.rt("Values") + "(" + val + ")"
	case p.isNil(x), !p.u.described(t):
		return val
	case f.Name() == "Errorf" && p.isSessionError(t):
		return p.boxed("Err", val, t) // perhaps for %w
	case f.Name() == "Errorf" && types.Implements(t, errorInterface):
		return val // perhaps for %w
	}
	return fmt.Sprintf("%s(%s, %s)", p.d.rt("Value"), val, strconv.Quote(p.staticSpec(t)))
}

var errorInterface = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)
