package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// testLogs are the methods of package testing that print with the place of the call.
var testLogs = map[string]bool{"Log": true, "Logf": true, "Error": true, "Errorf": true,
	"Fatal": true, "Fatalf": true, "Skip": true, "Skipf": true}

// testingCall calls rt for methods of *testing.T and its like that must know the cell's lines, and for those that
// take a function, whose panic would end the process.
func (p *fn) testingCall(o *types.Func, x *ast.CallExpr) (string, bool) {
	sel, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr)
	if !ok || p.src.info.Selections[sel] == nil || p.src.lib != "" {
		return "", false
	}
	recv := types.TypeString(p.typeOf(sel.X), nil)
	if len(x.Args) == 0 {
		return "", false
	}
	if recv != "*testing.T" && recv != "*testing.B" && recv != "testing.TB" {
		return "", false
	}
	var call string
	switch name := o.Name(); {
	case testLogs[name] && (!x.Ellipsis.IsValid() || !strings.HasSuffix(name, "f")):
		pos := p.src.fset.Position(x.Pos())
		call = fmt.Sprintf("%s(%s, %s, %q, ", p.d.rt("TestLog"), p.expr(sel.X), strconv.Quote(fmt.Sprintf("%s:%d", pos.Filename, pos.Line)), name)
	case name == "Run" && recv == "*testing.T":
		call = p.d.rt("TestRun") + "(" + p.expr(sel.X) + ", "
	case name == "Run":
		call = p.d.rt("BenchmarkRun") + "(" + p.expr(sel.X) + ", "
	case name == "Cleanup":
		call = p.d.rt("TestCleanup") + "(" + p.expr(sel.X) + ", "
	default:
		return "", false
	}
	return call + strings.Join(p.args(o.Signature(), x), ", ") + ")", true
}
