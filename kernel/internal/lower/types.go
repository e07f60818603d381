package lower

import (
	"fmt"
	"go/types"
	"strings"

	"iyagi/kernel/internal/eval"
)

// decl is a declaration being printed and what it refers to.
type decl struct {
	name    string
	text    string
	typ     *eval.Type // of a type; text is empty then
	uses    map[string]bool
	imports map[string]bool // paths
}

func newDecl(name string) *decl {
	return &decl{name: name, uses: map[string]bool{}, imports: map[string]bool{}}
}

func (d *decl) use(name string) {
	if name != d.name {
		d.uses[name] = true
	}
}

// pkg notes that the declaration refers to a package and returns its name.
func (d *decl) pkg(path string) string {
	d.imports[path] = true
	return packageName(path)
}

func (d *decl) rt(name string) string { return d.pkg(rtPath) + "." + name }

func (d *decl) done() eval.Decl {
	out := eval.Decl{Name: d.name, Type: d.typ, Uses: sortedKeys(d.uses)}
	if d.typ == nil {
		out.Source = d.text
	}
	for _, path := range sortedKeys(d.imports) {
		out.Imports = append(out.Imports, eval.Import{Name: packageName(path), Path: path})
	}
	return out
}

// typer prints types inside one declaration.
type typer struct {
	u *unit
	d *decl
	// bare says that the text is not for the interpreter but describes a type: those of the session stand there by
	// their names alone.
	bare bool
}

// typ prints a type that has no type parameters left.
func (p *typer) typ(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return p.d.pkg("unsafe") + ".Pointer"
		}
		if t.Info()&types.IsUntyped != 0 {
			return types.Default(t).String()
		}
		return t.Name()
	case *types.Named:
		return p.named(t)
	case *types.Pointer:
		return "*" + p.typ(t.Elem())
	case *types.Slice:
		return "[]" + p.typ(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), p.typ(t.Elem()))
	case *types.Map:
		return "map[" + p.typ(t.Key()) + "]" + p.typ(t.Elem())
	case *types.Chan:
		return p.chanType(t)
	case *types.Signature:
		return "func" + p.signature(t)
	case *types.Struct:
		return p.structType(t)
	case *types.Interface:
		return p.interfaceType(t)
	case *types.TypeParam:
		fail("type parameter %v outside of an instance", t)
	}
	fail("no lowered form of type %v", t)
	return ""
}

func (p *typer) chanType(t *types.Chan) string {
	elem := p.typ(t.Elem())
	switch t.Dir() {
	case types.SendOnly:
		return "chan<- " + elem
	case types.RecvOnly:
		return "<-chan " + elem
	}
	if c, ok := types.Unalias(t.Elem()).(*types.Chan); ok && c.Dir() == types.RecvOnly {
		elem = "(" + elem + ")"
	}
	return "chan " + elem
}

// structType names a struct literal: the session's types are made by package rtype, and the interpreter
// knows them by name.
func (p *typer) structType(t *types.Struct) string {
	if t.NumFields() == 0 {
		return "struct{}"
	}
	return p.literal("struct", p.u.structText, t)
}

// interfaceType names an interface literal.
func (p *typer) interfaceType(t *types.Interface) string {
	if t.NumMethods() == 0 {
		return "interface{}"
	}
	return p.literal("interface", p.u.interfaceText, t)
}

// signature prints parameter and result types without names.
func (p *typer) signature(s *types.Signature) string {
	params := make([]string, s.Params().Len())
	for i := range params {
		params[i] = p.param(s, i)
	}
	return "(" + strings.Join(params, ", ") + ")" + p.results(s)
}

// param prints the type of the i-th parameter, "..." included.
func (p *typer) param(s *types.Signature, i int) string {
	t := s.Params().At(i).Type()
	if !s.Variadic() || i != s.Params().Len()-1 {
		return p.typ(t)
	}
	return "..." + p.typ(variadicElem(t))
}

// variadicElem is the element of a variadic parameter; append([]byte, string...) has a string there.
func variadicElem(t types.Type) types.Type {
	if s, ok := t.Underlying().(*types.Slice); ok {
		return s.Elem()
	}
	return types.Typ[types.Byte]
}

// results prints the result list with a leading space; empty for none.
func (p *typer) results(s *types.Signature) string {
	switch n := s.Results().Len(); n {
	case 0:
		return ""
	case 1:
		return " " + p.typ(s.Results().At(0).Type())
	default:
		list := make([]string, n)
		for i := range list {
			list[i] = p.typ(s.Results().At(i).Type())
		}
		return " (" + strings.Join(list, ", ") + ")"
	}
}

// conv prints t where a conversion's type or a composite's operator may follow.
func (p *typer) conv(t types.Type) string {
	s := p.typ(t)
	switch types.Unalias(t).(type) {
	case *types.Pointer, *types.Chan, *types.Signature, *types.Interface:
		return "(" + s + ")"
	}
	return s
}

// named prints a named type, declaring it first when it is the session's.
func (p *typer) named(t *types.Named) string {
	o := t.Obj()
	if o.Pkg() == nil {
		if o.Name() == "comparable" {
			return "interface{}"
		}
		return o.Name()
	}
	if t.TypeArgs().Len() > 0 {
		if _, isFunc := t.Underlying().(*types.Signature); isFunc && t.Origin().NumMethods() == 0 && !p.u.isCell(o.Pkg()) {
			return p.typ(t.Underlying()) // iter.Seq and its like are their function types
		}
	}
	if !p.u.isSession(o.Pkg()) {
		if own := p.u.lib.named(t); own != nil {
			return p.session(p.u.typeName(own))
		}
		return p.d.pkg(o.Pkg().Path()) + "." + o.Name()
	}
	return p.session(p.u.typeName(t))
}

// session prints the name of a type that package rtype makes.
func (p *typer) session(name string) string {
	p.d.use(name)
	if p.bare {
		return name
	}
	return p.d.pkg(eval.TypesPath) + "." + name
}
