package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"
)

// logging are the functions of package log, and the methods of its loggers, that write.
var logging = map[string]bool{"Print": true, "Printf": true, "Println": true, "Panic": true, "Panicf": true, "Panicln": true,
	"Fatal": true, "Fatalf": true, "Fatalln": true, "Output": true}

// logCall calls rt for what writes to a logger: the flags Lshortfile and Llongfile ask for the place of the call, where the
// library would find the interpreter's, and Fatal must not end the process.
func (p *fn) logCall(o *types.Func, x *ast.CallExpr) (string, bool) {
	if !logging[o.Name()] || p.src.lib != "" {
		return "", false
	}
	logger := "nil"
	if o.Signature().Recv() != nil {
		sel, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr)
		if !ok {
			return "", false
		}
		s := p.selection(sel)
		if s == nil || s.kind != types.MethodVal {
			return "", false
		}
		r := p.receiver(sel.X, s)
		logger = r.text
		switch types.TypeString(r.typ, nil) {
		case "*log.Logger":
		case "log.Logger":
			if !r.path {
				return "", false
			}
			logger = "&" + r.primary()
		default: // it is embedded in a native struct
			return "", false
		}
	}
	args := p.args(o.Signature(), x)
	if len(x.Args) == 1 && len(args) == 1 {
		if t, ok := p.typeOf(x.Args[0]).(*types.Tuple); ok && t.Len() > 1 {
			return "", false // log.Println(f()) with several results
		}
	}
	pos := p.src.fset.Position(x.Pos())
	where := strconv.Quote(fmt.Sprintf("%s:%d", pos.Filename, pos.Line))
	if o.Name() == "Output" {
		return fmt.Sprintf("%s(%s, %s, %s)", p.d.rt("LogOutput"), logger, where, strings.Join(args, ", ")), true
	}
	all := append([]string{logger, where, strconv.Quote(o.Name())}, args...)
	return p.d.rt("Log") + "(" + strings.Join(all, ", ") + ")", true
}

// callerCall prints a call of runtime.Caller, which would find the interpreter's frames: for the caller itself the place in the
// cell, for those further out nothing.
func (p *fn) callerCall(o *types.Func, x *ast.CallExpr) (string, bool) {
	if p.src.lib != "" || len(x.Args) != 1 {
		return "", false
	}
	pos := p.src.fset.Position(x.Pos())
	if v := p.src.info.Types[x.Args[0]].Value; v == nil || constant.Sign(v) != 0 {
		pos.Filename = ""
	}
	return fmt.Sprintf("%s(%q, %d, %s)", p.d.rt("Caller"), pos.Filename, pos.Line, strings.Join(p.args(o.Signature(), x), ", ")), true
}
