package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// logical prints an && or ||. The interpreter makes the first node that the left operand evaluates a branch when that node does
// nothing, as it must for a variable; but the first node of f((x)) is the parenthesis and of interface{}(x) the type, whose
// values are no bools. Before such an operand stands a true, which is a node to branch on.
func (p *fn) logical(x *ast.BinaryExpr) (string, int) {
	prec := x.Op.Precedence()
	left := p.beside(x.X, x.Y, prec)
	if mayStartIdle(left) {
		yes := "true"
		if t := p.typeOf(x.X); !types.Identical(types.Default(t), types.Typ[types.Bool]) {
			yes = p.conv(t) + "(true)"
		}
		left = yes + " && (" + left + ")"
	}
	return left + " " + x.Op.String() + " " + p.beside(x.Y, x.X, prec+1), prec
}

// mayStartIdle tells whether the first node that an expression evaluates may be a parenthesis or a type: whether it has a parenthesis
// that is not the one of a call, or a brace.
func mayStartIdle(s string) bool {
	if strings.HasPrefix(s, "true && (") {
		return false
	}
	for i := range len(s) {
		if s[i] == '{' || s[i] == '(' && (i == 0 || !isCalled(s[i-1])) {
			return true
		}
	}
	return false
}

// isCalled tells whether a parenthesis behind byte c is one of a call or a conversion.
func isCalled(c byte) bool {
	return c == '_' || c == ')' || c == ']' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
