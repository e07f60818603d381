package lower

import (
	"go/constant"
	"go/types"
	"math"
	"strconv"
	"strings"
)

// constant prints a folded constant of type t. Where the context gives the
// literal its type (typed) the bare literal is enough, and faster: the
// interpreter executes conversions of literals.
func (p *fn) constant(v constant.Value, t types.Type, typed bool) string {
	t = p.subst(t)
	if types.IsInterface(t) {
		t = types.Default(constantType(v))
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		fail("constant of type %v", t)
	}
	lit := literal(v, b)
	if p.isNamedBool(t) { // the interpreter drops the conversion
		return p.namedBool(t) + "(" + lit + ")"
	}
	if typed && bare(b) {
		return lit
	}
	if _, named := types.Unalias(t).(*types.Named); !named {
		switch b.Kind() {
		case types.Int, types.UntypedInt, types.String, types.UntypedString, types.Bool, types.UntypedBool,
			types.UntypedFloat, types.Float64, types.Complex128, types.UntypedComplex:
			return lit
		case types.UntypedRune:
			return "rune(" + lit + ")"
		}
	}
	return p.typ(t) + "(" + lit + ")"
}

// bare tells whether the interpreter converts a literal to b by itself wherever Go does.
func bare(b *types.Basic) bool {
	switch b.Kind() {
	case types.Uint64, types.Uintptr, types.Uint, types.Complex64, types.UnsafePointer:
		return false
	}
	return true
}

// constantType is the type of an untyped constant by its kind.
func constantType(v constant.Value) types.Type {
	switch v.Kind() {
	case constant.Bool:
		return types.Typ[types.UntypedBool]
	case constant.String:
		return types.Typ[types.UntypedString]
	case constant.Int:
		return types.Typ[types.UntypedInt]
	case constant.Float:
		return types.Typ[types.UntypedFloat]
	}
	return types.Typ[types.UntypedComplex]
}

// literal prints v as a literal of kind b. Negative numbers are in parentheses.
func literal(v constant.Value, b *types.Basic) string {
	info := b.Info()
	switch {
	case info&types.IsBoolean != 0:
		return strconv.FormatBool(constant.BoolVal(v))
	case info&types.IsString != 0:
		return strconv.Quote(constant.StringVal(v))
	case info&types.IsInteger != 0 || b.Kind() == types.UnsafePointer:
		return negative(constant.ToInt(v).ExactString())
	case info&types.IsFloat != 0:
		return negative(floatLiteral(v, b.Kind() == types.Float32))
	case info&types.IsComplex != 0:
		v = constant.ToComplex(v)
		small := b.Kind() == types.Complex64
		return "complex(" + floatLiteral(constant.Real(v), small) + ", " + floatLiteral(constant.Imag(v), small) + ")"
	}
	fail("constant of type %v", b)
	return ""
}

func negative(s string) string {
	if strings.HasPrefix(s, "-") {
		return "(" + s + ")"
	}
	return s
}

func floatLiteral(v constant.Value, small bool) string {
	f, _ := constant.Float64Val(constant.ToFloat(v))
	bits := 64
	if small {
		f32, _ := constant.Float32Val(constant.ToFloat(v))
		f, bits = float64(f32), 32
	}
	if math.IsInf(f, 0) {
		return constant.ToFloat(v).ExactString()
	}
	s := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}
