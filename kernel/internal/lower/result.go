package lower

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// result shows the value of a cell's last expression.
func (p *fn) result(s *ast.ExprStmt) {
	p.mark(s, s)
	t := p.typeOf(s.X)
	tuple, ok := t.(*types.Tuple)
	if !ok {
		p.printf("%s(%s)", p.d.rt("Show"), p.shown(p.as(s.X, t), t))
		return
	}
	names := make([]string, tuple.Len())
	vals := make([]string, tuple.Len())
	for i := range names {
		names[i] = p.scope.fresh("v")
		vals[i] = p.shown(names[i], tuple.At(i).Type())
	}
	p.printf("%s := %s", strings.Join(names, ", "), p.expr(s.X))
	p.printf("%s(%s)", p.d.rt("Show"), strings.Join(vals, ", "))
}

// shown prints a value with its type's name and those of its methods that native code
// calls to display it but cannot see.
func (p *fn) shown(val string, t types.Type) string {
	parts := []string{val, strconv.Quote(types.TypeString(t, packageNames))}
	for _, name := range []string{"String", "Error", "GoString", "MimeBundle", "MIMEBundle"} {
		if m := p.displayMethod(t, name); m != "" {
			parts = append(parts, strconv.Quote(name), m)
		}
	}
	return p.d.rt("Value") + "(" + strings.Join(parts, ", ") + ")"
}

func packageNames(pkg *types.Package) string { return pkg.Name() }

// displayMethod prints a function that calls a method without parameters of a session type's value.
func (p *fn) displayMethod(t types.Type, name string) string {
	n, ok := deref(t).(*types.Named)
	if !ok || types.IsInterface(n) || !p.u.isSession(n.Obj().Pkg()) {
		return ""
	}
	o, path, _ := types.LookupFieldOrMethod(t, false, p.u.pkg, name)
	m, ok := o.(*types.Func)
	if !ok || m.Signature().Params().Len() != 0 || m.Signature().Results().Len() != 1 {
		return ""
	}
	s := &selection{types.MethodVal, t, m, path}
	r := receiver{"v.(" + p.typ(t) + ")", precPrimary, t, false}
	for _, i := range path[:len(path)-1] {
		r.text += p.fields(r.typ, []int{i})
		r.typ = types.Unalias(deref(r.typ).Underlying().(*types.Struct).Field(i).Type())
	}
	return "func(v interface{}) interface{} { return " + p.boundCall(r, s, nil) + " }"
}

var _ ast.Node
