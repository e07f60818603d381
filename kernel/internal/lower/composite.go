package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// Composite literals.

func (p *fn) composite(x *ast.CompositeLit) string {
	t := p.typeOf(x)
	prefix := ""
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		prefix, t = "&", types.Unalias(ptr.Elem())
	}
	elems := make([]string, len(x.Elts))
	for i, el := range x.Elts {
		elems[i] = p.element(el, i, t.Underlying())
	}
	elems = slices.DeleteFunc(elems, func(s string) bool { return s == "" })
	if dup := p.duplicates(x, t); dup != "" {
		return dup
	}
	s := prefix + p.typ(t) + "{" + strings.Join(elems, ", ") + "}"
	if p.header {
		return "(" + s + ")"
	}
	return s
}

// duplicates prints a map's composite literal that has a key twice, which only one with keys that depend on type parameters
// can; the interpreter refuses it. Otherwise it returns nothing.
func (p *fn) duplicates(x *ast.CompositeLit, t types.Type) string {
	m, ok := t.Underlying().(*types.Map)
	if !ok || len(p.env.args) == 0 {
		return ""
	}
	seen, twice := map[string]bool{}, false
	var set strings.Builder
	for _, el := range x.Elts {
		kv := el.(*ast.KeyValueExpr)
		k := p.key(kv.Key, m)
		twice = twice || seen[k]
		seen[k] = true
		fmt.Fprintf(&set, "m__[%s] = %s; ", k, p.as(kv.Value, m.Elem()))
	}
	if !twice {
		return ""
	}
	return fmt.Sprintf("func() %s { m__ := make(%[1]s); %sreturn m__ }()", p.typ(t), set.String())
}

// element prints one element of a composite literal; fields always with their names.
func (p *fn) element(el ast.Expr, i int, t types.Type) string {
	kv, keyed := el.(*ast.KeyValueExpr)
	val := el
	if keyed {
		val = kv.Value
	}
	switch t := t.(type) {
	case *types.Struct:
		if keyed {
			i = fieldIndex(t, kv.Key.(*ast.Ident).Name)
		}
		f := t.Field(i)
		if f.Name() == "_" {
			return ""
		}
		return f.Name() + ": " + p.as(val, f.Type())
	case *types.Map:
		return p.key(kv.Key, t) + ": " + p.as(val, t.Elem())
	case *types.Slice:
		return p.arrayKey(kv) + p.listed(val, t.Elem())
	case *types.Array:
		return p.arrayKey(kv) + p.listed(val, t.Elem())
	}
	fail("composite literal of type %v", t)
	return ""
}

func (p *fn) arrayKey(kv *ast.KeyValueExpr) string {
	if kv == nil {
		return ""
	}
	return p.src.info.Types[kv.Key].Value.ExactString() + ": "
}

func fieldIndex(t *types.Struct, name string) int {
	for i := range t.NumFields() {
		if t.Field(i).Name() == name {
			return i
		}
	}
	fail("no field %s", name)
	return 0
}
