package conformance

import (
	"fmt"
	"strings"
)

// literal is a constant or a composite literal of the type, with its type.
func (g *generator) literal(t *typ, depth int) string {
	switch t.kind {
	case kInt:
		max := int64(1)<<(t.bits-1) - 1
		list := []int64{0, 1, 2, 3, 5, 7, 100, -1, -7, max, -max - 1}
		return fmt.Sprintf("%s(%d)", t.name, pick(g, list...))
	case kUint:
		max := uint64(1)<<(t.bits-1)*2 - 1
		return fmt.Sprintf("%s(%d)", t.name, pick(g, 0, 1, 2, 3, 9, 65, 200, max))
	case kFloat:
		return fmt.Sprintf("%s(%s)", t.name, pick(g, "0", "0.5", "-1.25", "3", "1e6", "2.75"))
	case kComplex:
		return fmt.Sprintf("%s(%s)", t.name, pick(g, "1", "2i", "1.5-2i"))
	case kString:
		return fmt.Sprintf("%s(%s)", t.name, pick(g, `""`, `"a"`, `"go"`, `"héé"`, `"日本"`, `"x\xffy"`, "`raw`", `"\t\"q\""`))
	case kBool:
		return fmt.Sprintf("%s(%s)", t.name, pick(g, "true", "false"))
	case kPointer:
		if g.chance(15) {
			return "(" + t.name + ")(nil)"
		}
		return fmt.Sprintf("new(%s)", t.elem.name)
	case kInterface:
		return fmt.Sprintf("any(%s)", g.expr(g.typeWhere(func(t *typ) bool { return t.printable() && t.kind != kInterface }), depth-1))
	case kStruct:
		var parts []string
		for _, f := range t.fields {
			if g.chance(80) {
				parts = append(parts, f.name+": "+g.expr(f.t, depth-1))
			}
		}
		return fmt.Sprintf("%s{%s}", t.name, strings.Join(parts, ", "))
	case kArray:
		var parts []string
		for i := range t.n {
			if g.chance(20) {
				parts = append(parts, fmt.Sprintf("%d: %s", i, g.expr(t.elem, depth-1)))
				break
			}
			parts = append(parts, g.expr(t.elem, depth-1))
		}
		return fmt.Sprintf("%s{%s}", t.name, strings.Join(parts, ", "))
	case kSlice:
		if g.chance(10) {
			return t.name + "(nil)"
		}
		var parts []string
		for range g.r.IntN(4) {
			parts = append(parts, g.expr(t.elem, depth-1))
		}
		return fmt.Sprintf("%s{%s}", t.name, strings.Join(parts, ", "))
	case kMap:
		// Keys are constants and differ, since equal ones are refused.
		var parts []string
		for i := range g.r.IntN(3) {
			parts = append(parts, g.key(t.key, i)+": "+g.expr(t.elem, depth-1))
		}
		return fmt.Sprintf("%s{%s}", t.name, strings.Join(parts, ", "))
	}
	panic("no literal of " + t.name)
}

// key is the i-th of several different constants.
func (g *generator) key(t *typ, i int) string {
	if t.kind == kString {
		return fmt.Sprintf("%s(%q)", t.name, string(rune('a'+i)))
	}
	return fmt.Sprintf("%s(%d)", t.name, i)
}

// typed is an expression from which := takes the type t.
func (g *generator) typed(t *typ, depth int) string {
	if t.kind == kInterface {
		return fmt.Sprintf("any(%s)", g.expr(t, depth))
	}
	return g.expr(t, depth)
}

// expr is an expression of the type t, or one that can be assigned to it.
func (g *generator) expr(t *typ, depth int) string {
	if v, ok := g.leaf(t); ok && (depth <= 0 || g.chance(40)) {
		return v
	}
	if depth <= 0 {
		if depth < -2 { // large types
			return g.zero(t)
		}
		return g.literal(t, depth)
	}
	switch g.r.IntN(9) {
	case 0:
		if f, ok := g.call(t, depth); ok {
			return f
		}
	case 1:
		if g.chance(20) {
			return fmt.Sprintf("func() %s { return %s }()", t.name, g.expr(t, depth-1))
		}
		return fmt.Sprintf("id[%s](%s)", t.name, g.expr(t, depth-1))
	case 2:
		if t.kind != kInterface {
			return fmt.Sprintf("any(%s).(%s)", g.expr(t, depth-1), t.name)
		}
	case 3:
		return fmt.Sprintf("[]%s{%s, %s}[%d]", t.name, g.expr(t, depth-1), g.expr(t, depth-1), g.r.IntN(2))
	case 4:
		if t.comparable() {
			return fmt.Sprintf("map[%s]%s{%s: %s}[%s]", tString.name, t.name, `"k"`, g.expr(t, depth-1), pick(g, `"k"`, `"k"`, `"none"`))
		}
	case 5:
		return fmt.Sprintf("struct{ F %s; G int }{%s, 1}.F", t.name, g.expr(t, depth-1))
	}
	return g.operation(t, depth)
}

// zero is the zero value of a type.
func (g *generator) zero(t *typ) string { return "*new(" + t.name + ")" }

// operation is an expression that is typical of the type.
func (g *generator) operation(t *typ, depth int) string {
	switch t.kind {
	case kInt, kUint:
		return g.arithmetic(t, depth)
	case kFloat, kComplex:
		if t.kind == kFloat && g.chance(30) {
			return fmt.Sprintf("%s(%s)", t.name, g.nonconst(g.typeWhere(func(u *typ) bool { return u.integer() }), depth-1))
		}
		return fmt.Sprintf("(%s %s %s)", g.nonconst(t, depth-1), pick(g, "+", "-", "*"), g.expr(t, depth-1))
	case kString:
		return g.text(t, depth)
	case kBool:
		return g.condition(t, depth)
	}
	return g.literal(t, depth)
}

// nonconst is an expression that is no constant, so that the compiler does
// not refuse an overflow.
func (g *generator) nonconst(t *typ, depth int) string {
	if v, ok := g.leaf(t); ok && g.chance(70) {
		return v
	}
	switch {
	case depth > 0 && t.integer() && g.chance(50):
		return g.arithmetic(t, depth)
	case g.chance(50):
		return fmt.Sprintf("[]%s{%s}[0]", t.name, g.literal(t, depth))
	}
	if g.chance(90) {
		return fmt.Sprintf("id[%s](%s)", t.name, g.literal(t, depth))
	}
	return fmt.Sprintf("func(x %s) %s { return x }(%s)", t.name, t.name, g.literal(t, depth))
}

func (g *generator) arithmetic(t *typ, depth int) string {
	x := g.nonconst(t, depth-1)
	switch g.r.IntN(12) {
	case 0:
		return fmt.Sprintf("(%s %s %s(%d))", x, pick(g, "/", "%"), t.name, 1+g.r.IntN(9))
	case 1:
		return fmt.Sprintf("(%s %s %s)", x, pick(g, "/", "%"), g.nonconst(t, depth-1)) // may panic
	case 2:
		return fmt.Sprintf("(%s %s %d)", x, pick(g, "<<", ">>"), g.r.IntN(70))
	case 3:
		return fmt.Sprintf("(%s %s (%s & 63))", x, pick(g, "<<", ">>"), g.nonconst(pick(g, tByte, basics[12]), depth-1))
	case 4:
		return pick(g, "-", "^", "+") + "(" + x + ")"
	case 5:
		return fmt.Sprintf("%s(%s)", t.name, g.nonconst(g.typeWhere(func(u *typ) bool { return u.integer() }), depth-1))
	case 6:
		v := g.expr(g.typeWhere(func(u *typ) bool { return u.kind == kSlice || u.kind == kMap || u.kind == kString }), depth-1)
		return fmt.Sprintf("%s(len(%s)+%s)", t.name, v, g.nonconst(tInt, 0))
	case 7:
		return fmt.Sprintf("%s(%s, %s)", pick(g, "min", "max"), x, g.expr(t, depth-1))
	default:
		return fmt.Sprintf("(%s %s %s)", x, pick(g, "+", "-", "*", "&", "|", "^", "&^"), g.expr(t, depth-1))
	}
}

func (g *generator) text(t *typ, depth int) string {
	s := g.nonconst(t, depth-1)
	switch g.r.IntN(8) {
	case 0:
		return fmt.Sprintf("%s(fmt.Sprint(%s))", t.name, g.printableExpr(depth-1))
	case 1:
		return fmt.Sprintf("%s(strings.ToUpper(string(%s)))", t.name, s)
	case 2:
		return fmt.Sprintf("%s([]byte(%s))", t.name, s)
	case 3:
		return fmt.Sprintf("%s([]rune(%s))", t.name, s)
	case 4:
		return fmt.Sprintf("%s[min(1, len(%s)):]", s, s)
	case 5:
		return fmt.Sprintf("%s(rune(%s))", t.name, g.nonconst(tByte, depth-1))
	default:
		return fmt.Sprintf("(%s + %s)", s, g.expr(t, depth-1))
	}
}

func (g *generator) condition(t *typ, depth int) string {
	u := g.anyType()
	switch {
	case u.ordered() && g.chance(60):
		return fmt.Sprintf("%s(%s %s %s)", t.name, g.nonconst(u, depth-1), pick(g, "<", "<=", ">", ">="), g.expr(u, depth-1))
	case u.comparable() && u.kind != kPointer:
		return fmt.Sprintf("%s((%s) %s (%s))", t.name, g.expr(u, depth-1), pick(g, "==", "!="), g.expr(u, depth-1))
	case g.chance(50):
		return fmt.Sprintf("!%s", g.nonconst(t, depth-1))
	default:
		return fmt.Sprintf("(%s %s %s)", g.nonconst(t, depth-1), pick(g, "&&", "||"), g.expr(t, depth-1))
	}
}

func (g *generator) printableExpr(depth int) string {
	return g.expr(g.typeWhere((*typ).printable), depth)
}

// leaf is a variable of the type, or a part of one.
func (g *generator) leaf(t *typ) (string, bool) {
	var found []string
	for _, v := range g.vars {
		if v.t == t || v.t.name == t.name {
			found = append(found, v.name)
		}
		switch v.t.kind {
		case kStruct:
			for _, f := range v.t.fields {
				if f.t == t {
					found = append(found, v.name+"."+f.name)
				}
				if f.t.kind == kStruct && f.name == f.t.name { // promoted
					for _, p := range f.t.fields {
						if p.t == t && !v.t.has(p.name) {
							found = append(found, v.name+"."+p.name)
						}
					}
				}
			}
		case kArray:
			if v.t.elem == t {
				found = append(found, fmt.Sprintf("%s[%d]", v.name, g.r.IntN(v.t.n)))
			}
		case kMap:
			if v.t.elem == t {
				found = append(found, fmt.Sprintf("%s[%s]", v.name, g.key(v.t.key, 0)))
			}
		case kSlice:
			if v.t.elem == t && g.chance(20) { // may panic
				found = append(found, fmt.Sprintf("%s[%d]", v.name, g.r.IntN(3)))
			}
		}
		for _, m := range v.t.methods {
			if r, call := methodResult(m); r == t && v.t.named {
				found = append(found, v.name+"."+call)
			}
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return pick(g, found...), true
}

func (t *typ) has(name string) bool {
	for _, f := range t.fields {
		if f.name == name {
			return true
		}
	}
	return false
}

func (g *generator) call(t *typ, depth int) (string, bool) {
	var fitting []function
	for _, f := range g.funcs {
		if f.result == t {
			fitting = append(fitting, f)
		}
	}
	if len(fitting) == 0 {
		return "", false
	}
	f := pick(g, fitting...)
	var args []string
	for _, p := range f.params {
		args = append(args, g.expr(p, depth-1))
	}
	return fmt.Sprintf("%s(%s)", f.name, strings.Join(args, ", ")), true
}
