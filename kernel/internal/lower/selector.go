package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// selection is a resolved x.f in this instance: for a type parameter's method
// the type argument decides what it is.
type selection struct {
	kind types.SelectionKind
	recv types.Type
	obj  types.Object
	path []int // fields on the way, then the field or method
}

func (p *fn) selection(x *ast.SelectorExpr) *selection {
	sel := p.src.info.Selections[x]
	if sel == nil {
		return nil
	}
	s := &selection{sel.Kind(), p.subst(sel.Recv()), sel.Obj(), sel.Index()}
	if o, path, _ := types.LookupFieldOrMethod(s.recv, true, sel.Obj().Pkg(), sel.Obj().Name()); o != nil {
		s.obj, s.path = o, path
	}
	return s
}

func (p *fn) selector(x *ast.SelectorExpr) (string, int) {
	s := p.selection(x)
	if s == nil { // package.Name
		o := p.src.info.Uses[x.Sel]
		if f, ok := o.(*types.Func); ok {
			return p.funcValue(p.funcName(f, p.typeArgs(x.Sel)), f, x.Sel), precPrimary
		}
		return p.objectName(o), precPrimary
	}
	switch s.kind {
	case types.MethodExpr:
		return p.methodExpr(x, s), precPrimary
	case types.MethodVal:
		return p.methodValue(x, s), precPrimary
	}
	if native := p.nativePath(s); native {
		return p.operand(x.X, precPrimary) + "." + x.Sel.Name, precPrimary
	}
	return p.operand(x.X, precPrimary) + p.fields(s.recv, s.path), precPrimary
}

// nativePath tells whether the path starts in a struct of a native package,
// whose embedded fields may be unexported.
func (p *fn) nativePath(s *selection) bool {
	n, ok := deref(s.recv).(*types.Named)
	return ok && n.Obj().Pkg() != nil && !p.u.isSession(n.Obj().Pkg()) && p.u.lib.named(n) == nil
}

// deref follows one pointer.
func deref(t types.Type) types.Type {
	t = types.Unalias(t)
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		return types.Unalias(ptr.Elem())
	}
	return t
}

// fields prints the path through a struct's fields.
func (p *fn) fields(t types.Type, path []int) string {
	var b strings.Builder
	for _, i := range path {
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			fail("field of %v", t)
		}
		f := st.Field(i)
		b.WriteString("." + f.Name())
		t = f.Type()
	}
	return b.String()
}

// receiver is what a method is called on once the path through embedded fields is walked.
type receiver struct {
	text string
	prec int
	typ  types.Type
	path bool // a plain path of names: its address can be taken
}

func (p *fn) receiver(x ast.Expr, s *selection) receiver {
	text, prec := p.print(x)
	if p.isConversion(x) && types.IsInterface(s.recv) { // whose methods the interpreter looks for in what is converted
		t := p.typ(s.recv)
		text, prec = "func(v__ "+t+") "+t+" { return v__ }("+text+")", precPrimary
	}
	r := receiver{text, prec, s.recv, isPath(x)}
	fields := s.path[:len(s.path)-1]
	if len(fields) == 0 || p.nativePath(s) {
		return r
	}
	if prec < precPrimary {
		text = "(" + text + ")"
	}
	r.text, r.prec = text+p.fields(s.recv, fields), precPrimary
	for _, i := range fields {
		if _, ptr := types.Unalias(r.typ).Underlying().(*types.Pointer); ptr {
			r.path = true
		}
		r.typ = types.Unalias(deref(r.typ).Underlying().(*types.Struct).Field(i).Type())
	}
	return r
}

// isConversion tells whether x is T(y).
func (p *fn) isConversion(x ast.Expr) bool {
	c, ok := ast.Unparen(x).(*ast.CallExpr)
	return ok && p.src.info.Types[c.Fun].IsType()
}

// isPath tells whether x is a variable or a field of one.
func isPath(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return isPath(x.X)
	}
	return false
}

func (r receiver) primary() string {
	if r.prec < precPrimary {
		return "(" + r.text + ")"
	}
	return r.text
}

// static returns the named type and the method when a call through s is
// bound to a method that a cell declares.
func (p *fn) static(s *selection, r receiver) (*types.Named, *types.Func) {
	m, ok := s.obj.(*types.Func)
	if !ok || p.u.bodies[m.Origin()] == nil && !p.u.lib.method(m) {
		return nil, nil
	}
	n, ok := deref(r.typ).(*types.Named)
	if !ok || types.IsInterface(n) {
		return nil, nil
	}
	if own := p.u.lib.named(n); own != nil {
		n = own
		m = methodOf(own, m.Name())
	}
	return n, m
}

func methodOf(n *types.Named, name string) *types.Func {
	for i := range n.Origin().NumMethods() {
		if m := n.Origin().Method(i); m.Name() == name {
			return m
		}
	}
	fail("no method %s of %v", name, n)
	return nil
}

// adjusted prints the receiver as the method's function wants it.
func (p *fn) adjusted(r receiver, m *types.Func) string {
	_, wantPtr := types.Unalias(m.Origin().Type().(*types.Signature).Recv().Type()).(*types.Pointer)
	_, havePtr := types.Unalias(r.typ).Underlying().(*types.Pointer)
	switch {
	case wantPtr && !havePtr:
		return "&" + r.primary()
	case !wantPtr && havePtr:
		return "*" + r.primary()
	}
	return r.text
}

// methodExpr is T.m as a function whose first parameter is the receiver.
func (p *fn) methodExpr(x *ast.SelectorExpr, s *selection) string {
	sig := p.typeOf(x).(*types.Signature)
	f := p.forward(sig, 0)
	recv := receiver{f.args[0], precPrimary, s.recv, true}
	if fields := s.path[:len(s.path)-1]; len(fields) > 0 && !p.nativePath(s) {
		recv.text += p.fields(s.recv, fields)
		for _, i := range fields {
			recv.typ = types.Unalias(deref(recv.typ).Underlying().(*types.Struct).Field(i).Type())
		}
	}
	return f.literal(p.boundCall(recv, s, f.args[1:]))
}

// boundCall calls a method on a receiver with printed arguments.
func (p *fn) boundCall(r receiver, s *selection, args []string) string {
	if n, m := p.static(s, r); m != nil {
		name := p.u.methodFunc(n, m)
		p.d.use(name)
		return name + "(" + strings.Join(append([]string{p.adjusted(r, m)}, args...), ", ") + ")"
	}
	if m, ok := s.obj.(*types.Func); ok && types.IsInterface(r.typ) && p.u.isSession(m.Pkg()) {
		return p.dispatcher(r.typ, m) + "(" + strings.Join(append([]string{r.text}, args...), ", ") + ")"
	}
	recv := r.primary()
	if _, ptr := types.Unalias(r.typ).Underlying().(*types.Pointer); !ptr && !r.path && !types.IsInterface(r.typ) && pointerMethod(s.obj) {
		recv = "(&" + recv + ")" // the interpreter finds it for variables and their fields only
	}
	return recv + "." + s.obj.Name() + "(" + strings.Join(args, ", ") + ")"
}

// methodValue binds the receiver now, as Go does.
func (p *fn) methodValue(x *ast.SelectorExpr, s *selection) string {
	recv := p.receiver(x.X, s)
	bound := recv.typ
	text := recv.text
	if n, m := p.static(s, recv); m != nil {
		text = p.adjusted(recv, m)
		bound = types.Type(n)
		if strings.HasPrefix(text, "&") {
			bound = types.NewPointer(n)
		} else if !strings.HasPrefix(text, "*") {
			bound = recv.typ
		}
	}
	if _, ptr := types.Unalias(bound).Underlying().(*types.Pointer); !ptr && !types.IsInterface(bound) && pointerMethod(s.obj) {
		text, bound = "&"+recv.primary(), types.NewPointer(bound)
	}
	sig := p.typeOf(x).(*types.Signature)
	f := p.forward(sig, 0)
	body := p.boundCall(receiver{"r__", precPrimary, bound, true}, s, f.args)
	lit := f.literal(body)
	if isTask(sig) {
		lit = p.taskMethod(lit, bound, s, x)
	}
	check := ""
	if types.IsInterface(bound) {
		check = "if r__ == nil { " + p.d.rt("NilDereference") + "() }; "
	}
	return fmt.Sprintf("func(r__ %s) func%s { %sreturn %s }(%s)", p.typ(bound), p.signature(sig), check, lit, text)
}

// forwarder is a function literal that hands its parameters on.
type forwarder struct {
	params []string // with types
	args   []string // as arguments of the inner call
	ret    string
	res    string
}

// forward makes the parameters of sig from the skip-th on.
func (p *fn) forward(sig *types.Signature, skip int) *forwarder {
	f := &forwarder{res: p.results(sig)}
	if sig.Results().Len() > 0 {
		f.ret = "return "
	}
	for i := skip; i < sig.Params().Len(); i++ {
		name := fmt.Sprintf("a%d__", i)
		f.params = append(f.params, name+" "+p.param(sig, i))
		if sig.Variadic() && i == sig.Params().Len()-1 {
			name += "..."
		}
		f.args = append(f.args, name)
	}
	return f
}

func (f *forwarder) literal(call string) string {
	return "func(" + strings.Join(f.params, ", ") + ")" + f.res + " { " + f.ret + call + " }"
}
