package lower

import (
	"go/ast"
	"go/types"
)

// Function types that mention themselves: type stateFn func(*lexer) stateFn.
//
// The interpreter cannot make such a type, nor one that a struct among its own
// parameters holds in a slice or map, but it can when a struct stands
// between. So these types are structs of one field, which is
// taken out where a value is called, compared with nil or becomes another function type.
//
// Not sure even so: a struct that is a parameter of such a function and has a field of its type, when that is
// also the last result. The interpreter goes through the types in the order of a map and in one of eight runs
// recurses without end.

const selfField = "f__"

// isSelfFunc tells whether t is such a type.
func (u *unit) isSelfFunc(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || !u.isSession(n.Obj().Pkg()) {
		return false
	}
	sig, ok := n.Underlying().(*types.Signature)
	return ok && reaches(sig, n, false, map[types.Type]bool{})
}

// reaches tells whether t mentions n other than as the very type of a field.
func reaches(t types.Type, n *types.Named, field bool, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if types.Identical(t, n) {
		return !field
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		return t.Obj().Pkg() != nil && t.Obj().Pkg() == n.Obj().Pkg() && !types.IsInterface(t) && reaches(t.Underlying(), n, field, seen)
	case *types.Pointer:
		return reaches(t.Elem(), n, false, seen)
	case *types.Slice:
		return reaches(t.Elem(), n, false, seen)
	case *types.Array:
		return reaches(t.Elem(), n, false, seen)
	case *types.Chan:
		return reaches(t.Elem(), n, false, seen)
	case *types.Map:
		return reaches(t.Key(), n, false, seen) || reaches(t.Elem(), n, false, seen)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if reaches(v.Type(), n, false, seen) {
					return true
				}
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if reaches(f.Type(), n, true, seen) {
				return true
			}
		}
	}
	return false
}

// mentionsItself tells whether a function type has itself as a parameter or result.
func mentionsItself(n *types.Named) bool {
	sig := n.Underlying().(*types.Signature)
	for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range tuple.Variables() {
			if types.Identical(v.Type(), n) {
				return true
			}
		}
	}
	return false
}

// underlying prints what a type is declared as.
func (p *typer) underlying(t *types.Named) string {
	if p.u.isSelfFunc(t) {
		return "struct {\n" + selfField + " " + p.typ(t.Underlying()) + "\n}"
	}
	return p.typ(t.Underlying())
}

// asFunc converts a printed value between a function type that is a struct and others.
func (p *fn) asFunc(s string, x ast.Expr, to types.Type) string {
	if to == nil || types.IsInterface(to) || !isFuncType(to) {
		return s
	}
	to = types.Unalias(to)
	into := p.u.isSelfFunc(to)
	if p.isNil(x) {
		if !into {
			return s
		}
		return p.selfFunc(to.(*types.Named)) + "(nil)"
	}
	from := p.typeOf(x)
	if types.Identical(from, to) {
		return s
	}
	if p.u.isSelfFunc(from) {
		s = "(" + s + ")." + selfField
	}
	if into {
		s = p.selfFunc(to.(*types.Named)) + "(" + s + ")"
	}
	return s
}

// selfFunc is the name of the function that makes a value of such a type: the interpreter would put a literal into
// a variable that a closure in it does not see.
func (p *fn) selfFunc(t *types.Named) string {
	return p.helper("func", t, func(d *typer, name string) string {
		ts := d.typ(t)
		return "func " + name + "(f " + d.typ(t.Underlying()) + ") " + ts + " { return " + ts + "{" + selfField + ": f} }"
	})
}

// bare prints a function value as the function it is.
func (p *fn) bare(s string, x ast.Expr) string {
	if tv := p.src.info.Types[x]; tv.IsValue() && p.u.isSelfFunc(p.typeOf(x)) {
		return s + "." + selfField
	}
	return s
}
