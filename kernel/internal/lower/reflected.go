package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// reflectCall prints a call of a method of reflect.Type or reflect.Value that tells of fields: by rt, which knows
// which of them are exported (see rt/reflect.go).
func (p *fn) reflectCall(o *types.Func, x *ast.CallExpr) (string, bool) {
	sel, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr)
	if !ok || p.src.info.Selections[sel] == nil || p.src.lib != "" {
		return "", false
	}
	recv := types.TypeString(p.typeOf(sel.X), nil)
	switch recv + "." + o.Name() {
	case "reflect.Type.Field", "reflect.Type.FieldByName", "reflect.Type.PkgPath", "reflect.Value.Field", "reflect.Value.FieldByName":
	default:
		return "", false
	}
	args := append([]string{p.expr(sel.X)}, p.args(o.Signature(), x)...)
	return p.d.rt(strings.TrimPrefix(recv, "reflect.")+o.Name()) + "(" + strings.Join(args, ", ") + ")", true
}
