package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// as prints x where Go converts it implicitly to a type: every assignment,
// argument, result, element and comparison comes through here.
func (p *fn) as(x ast.Expr, to types.Type) string {
	tv := p.src.info.Types[x]
	switch {
	case tv.Value != nil:
		return p.convertInterface(p.constant(tv.Value, tv.Type, to != nil && !types.IsInterface(to)), x, to)
	case tv.IsNil():
		return p.zero(to)
	}
	s := p.expr(x)
	if p.isNamedBool(to) && p.isOperation(x) {
		return p.namedBool(to) + "(bool(" + s + "))"
	}
	f := p.asFunc(s, p.typeOf(x), to)
	if lit, ok := ast.Unparen(x).(*ast.FuncLit); ok && f != s {
		f = p.asFunc(p.ownFrame(lit, s, p.typeOf(lit)), p.typeOf(x), to)
	}
	return p.convertInterface(f, x, to)
}

// listed prints an element of a slice or an array literal, for which the interpreter would not find the type of the address
// of an indexed value.
func (p *fn) listed(x ast.Expr, to types.Type) string {
	s := p.as(x, to)
	if u, ok := ast.Unparen(x).(*ast.UnaryExpr); ok && u.Op == token.AND && strings.Contains(s, "[") {
		if _, lit := ast.Unparen(u.X).(*ast.CompositeLit); !lit {
			return "func() " + p.typ(to) + " { return " + s + " }()"
		}
	}
	return s
}

// zero prints nil as a value of a type: for a type of compiled code the interpreter does not find one by itself.
func (p *typer) zero(to types.Type) string {
	if to == nil || isError(to) {
		return "nil"
	}
	if s := p.typ(to); strings.Contains(s, ".") && !strings.ContainsAny(s[:1], "*[(") && !strings.HasPrefix(s, "map[") && !strings.HasPrefix(s, "func") && !strings.HasPrefix(s, "chan") {
		return s + "(nil)"
	}
	return "nil"
}

// unnamed prints x, a channel or what a loop ranges over, as its type is declared: the interpreter knows no
// elements of compiled code's types, which fields have, too.
func (p *fn) unnamed(x ast.Expr, prec int) string {
	t := p.typeOf(x)
	_, named := t.(*types.Named)
	_, variable := ast.Unparen(x).(*ast.Ident)
	if ptr, ok := t.(*types.Pointer); ok && (!variable || !types.Identical(ptr.Elem(), ptr.Elem().Underlying())) { // to an array
		return "(*" + p.typ(ptr.Elem().Underlying()) + ")(" + p.expr(x) + ")"
	}
	_, ch := t.Underlying().(*types.Chan)
	if p.isConst(x) || !named && (!ch || variable) {
		return p.operand(x, prec)
	}
	return "(" + p.typ(t.Underlying()) + ")(" + p.expr(x) + ")"
}

// convertInterface is where a value becomes an interface.
func (p *fn) convertInterface(s string, x ast.Expr, to types.Type) string {
	if to == nil || !types.IsInterface(to) {
		return s
	}
	if p.isOperation(x) {
		// the interpreter would work in the interface's memory
		t := p.typeOf(x)
		if b, ok := t.(*types.Basic); ok {
			t = types.Default(b)
		}
		return p.conv(t) + "(" + s + ")"
	}
	if lit, ok := ast.Unparen(x).(*ast.CompositeLit); ok && !strings.HasPrefix(s, "(") {
		if _, ok := p.typeOf(lit).Underlying().(*types.Struct); ok {
			// the interpreter would give a variable of the interface's type the memory of the literal
			return "(" + s + ")"
		}
	}
	return p.standardFile(s, x)
}

// namedBool is the name of a function that converts: for the interpreter a comparison is a bool, whatever it is converted to.
func (p *fn) namedBool(t types.Type) string {
	return p.helper("bool", t, func(d *typer, name string) string {
		return "func " + name + "(b bool) " + d.typ(t) + " {\nreturn " + d.typ(t) + "(b)\n}"
	})
}

func (p *fn) isNamedBool(t types.Type) bool {
	if t == nil || t == types.Typ[types.UntypedBool] || t == types.Typ[types.Bool] {
		return false
	}
	return isBool(t)
}

// isOperation tells whether x is an operator with its operands.
func (p *fn) isOperation(x ast.Expr) bool {
	if p.isConst(x) {
		return false
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.BinaryExpr:
		return true
	case *ast.UnaryExpr:
		return x.Op != token.AND && x.Op != token.ARROW
	}
	return false
}

// asFunc makes a function of another function type of it: the interpreter has its own form of functions, and
// those of named types and in interfaces are compiled code's.
func (p *fn) asFunc(s string, from, to types.Type) string {
	if to == nil || !isFuncType(from) {
		return s
	}
	have := p.typ(from)
	if types.IsInterface(to) {
		if strings.HasPrefix(have, "func") {
			return p.nativeFunc(from.Underlying()) + "(" + s + ")"
		}
		return s
	}
	switch want := p.typ(to); {
	case want == have:
	case strings.HasPrefix(want, "func"):
		return "(" + want + ")(" + s + ")"
	default:
		return want + "(" + s + ")"
	}
	return s
}

// nativeFunc is the name of a function type literal as a type of compiled code.
func (p *typer) nativeFunc(t types.Type) string {
	return p.literal("func", func(q *typer, t types.Type) string { return q.typ(t) }, t)
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}
