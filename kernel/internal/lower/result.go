package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// result shows the value of a cell's last expression.
func (p *fn) result(s *ast.ExprStmt) {
	p.mark(s)
	t := p.typeOf(s.X)
	tuple, ok := t.(*types.Tuple)
	if !ok {
		val := p.as(s.X, t)
		if p.isConst(s.X) {
			val = p.expr(s.X) // a bare literal would lose the type: display.HTML("…"), 1500 * time.Millisecond
		}
		p.printf("%s(%s)", p.d.rt("Show"), p.asFunc(val, t, emptyInterface))
		return
	}
	names := make([]string, tuple.Len())
	vals := make([]string, tuple.Len())
	for i := range names {
		names[i] = p.scope.fresh("v")
		vals[i] = p.asFunc(names[i], tuple.At(i).Type(), emptyInterface)
	}
	p.printf("%s := %s", strings.Join(names, ", "), p.expr(s.X))
	p.printf("%s(%s)", p.d.rt("Show"), strings.Join(vals, ", "))
}
