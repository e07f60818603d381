package lower

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"

	"iyagi/kernel/internal/eval"
)

// decl is a declaration being printed and what it refers to.
type decl struct {
	name    string
	text    string
	uses    map[string]bool
	imports map[string]bool // paths
	marks   []int           // of its functions, see mark.go
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
	text := d.text + d.markers()
	out := eval.Decl{Name: d.name, Source: text, Uses: sortedKeys(d.uses)}
	for _, path := range sortedKeys(d.imports) {
		out.Imports = append(out.Imports, eval.Import{Name: packageName(path), Path: path})
	}
	return out
}

// typer prints types inside one declaration.
type typer struct {
	u *unit
	d *decl
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

func (p *typer) structType(t *types.Struct) string {
	if t.NumFields() == 0 {
		return "struct{}"
	}
	var b strings.Builder
	b.WriteString("struct {\n")
	for i := range t.NumFields() {
		f := t.Field(i)
		if !f.Embedded() || f.Name() == "_" {
			b.WriteString(p.fieldName(f, i) + " ")
		}
		b.WriteString(p.typ(f.Type()))
		tag := t.Tag(i)
		if tag == "" && !f.Exported() && !f.Embedded() {
			tag = hiddenTag
		}
		if tag != "" {
			b.WriteString(" " + strconv.Quote(tag))
		}
		b.WriteString("\n")
	}
	b.WriteString("}")
	return b.String()
}

// hiddenTag keeps encoders from a field that is not exported: the interpreter makes
// every field exported.
const hiddenTag = `json:"-" xml:"-" yaml:"-" toml:"-"`

// fieldName is the lowered name of a struct's i-th field. An embedded field is
// called as its type, whose name differs; the interpreter refuses a second
// blank field.
func (p *typer) fieldName(f *types.Var, i int) string {
	if f.Name() == "_" {
		return fmt.Sprintf("blank__%d", i)
	}
	if !f.Embedded() {
		return f.Name()
	}
	t := types.Unalias(f.Type())
	if ptr, ok := t.(*types.Pointer); ok {
		t = types.Unalias(ptr.Elem())
	}
	s := p.typ(t)
	return s[strings.LastIndexByte(s, '.')+1:]
}

// interfaceType flattens embedded interfaces: the interpreter loses methods of nested ones.
func (p *typer) interfaceType(t *types.Interface) string {
	if t.NumMethods() == 0 {
		return "interface{}"
	}
	var b strings.Builder
	b.WriteString("interface {\n")
	for i := range t.NumMethods() {
		m := t.Method(i)
		b.WriteString(m.Name() + p.signature(m.Type().(*types.Signature)) + "\n")
	}
	b.WriteString("}")
	return b.String()
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
		if _, isFunc := t.Underlying().(*types.Signature); isFunc && t.Origin().NumMethods() == 0 {
			return p.typ(t.Underlying()) // iter.Seq and its like are their function types
		}
	}
	if !p.u.isSession(o.Pkg()) {
		if own := p.u.lib.named(t); own != nil {
			name := p.u.typeName(own)
			p.d.use(name)
			return name
		}
		return p.d.pkg(o.Pkg().Path()) + "." + o.Name()
	}
	name := p.u.typeName(t)
	p.d.use(name)
	return name
}
