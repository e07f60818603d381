package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"iyagi/kernel/internal/eval"
)

const processPath = "iyagi/kernel/process"

// processCall prints calls of generic functions of package process that hand a function
// to other processes.
//
// A function value has no identity there, so the call makes a task of it: a declared function that takes
// an input, behind it the variables that the expression captures, and calls what
// the expression says. Its twin in lib passes the task on.
func (p *fn) processCall(o *types.Func, x *ast.CallExpr) (string, bool) {
	name := o.Name()
	if name != "Map" && name != "MapErr" || len(x.Args) < 2 || p.src.lib != "" {
		return "", false
	}
	args := p.typeArgs(calledIdent(x.Fun))
	f, _ := p.u.lib.load(processPath).pkg.Scope().Lookup("mapTask").(*types.Func)
	sig := p.typeOf(x.Fun).Underlying().(*types.Signature)
	out := []string{p.as(x.Args[0], sig.Params().At(0).Type()), p.mapTask(x.Args[1], args[0], args[1], name == "MapErr")}
	opts := sig.Params().At(2).Type()
	if x.Ellipsis.IsValid() {
		out = append(out, p.as(x.Args[2], opts))
	} else {
		var list []string
		for _, a := range x.Args[2:] {
			list = append(list, p.as(a, variadicElem(opts)))
		}
		out = append(out, p.typ(opts)+"{"+strings.Join(list, ", ")+"}")
	}
	return p.funcName(f, args) + "(" + strings.Join(out, ", ") + ")", true
}

// mapTask prints the task of a function that takes an input and returns a result, and perhaps an error.
func (p *fn) mapTask(x ast.Expr, input, result types.Type, fails bool) string {
	x = ast.Unparen(x)
	vars := p.captured(x)
	f := eval.Func{ID: p.u.newFuncID(), Name: types.ExprString(x), Line: p.line(x), Decl: p.u.unique("func", p.u.suffix(p.src))}
	if _, ok := x.(*ast.FuncLit); ok {
		f.Name = fmt.Sprintf("%s, line %d", p.src.fset.Position(x.Pos()).Filename, f.Line)
	}
	in, out := p.u.capturedType(input), p.u.capturedType(result)
	f.Input, f.Result = &in, &out
	args := []string{fmt.Sprint(f.ID), "func() {}"}
	for _, v := range vars {
		args = append(args, "&"+p.objectName(v))
		f.Captured = append(f.Captured, p.u.capturedVar(v, p.subst(v.Type())))
	}
	p.addTask(f)
	d := newDecl(f.Decl)
	p.u.funcs = append(p.u.funcs, d)
	u, src, e := p.u, p.src, p.env
	u.queue = append(u.queue, func() {
		q := u.newFn(d, src, e)
		params := []string{"input__ " + q.typ(input)}
		for _, v := range vars {
			params = append(params, q.scope.declare(v)+" "+q.typ(q.subst(v.Type())))
		}
		body := "return " + q.callOf(x, "input__")
		if fails {
			body = fmt.Sprintf("result__, err__ := %s\n%s.Check__(err__)\nreturn result__", q.callOf(x, "input__"), d.pkg(processPath))
		}
		d.text = fmt.Sprintf("func %s(%s) %s {\n%s\n}", f.Decl, strings.Join(params, ", "), q.typ(result), body)
	})
	return p.d.rt("Func") + "(" + strings.Join(args, ", ") + ")"
}

// callOf prints a call of what x says.
func (p *fn) callOf(x ast.Expr, arg string) string {
	if sel, ok := x.(*ast.SelectorExpr); ok {
		if s := p.selection(sel); s != nil && s.kind == types.MethodVal {
			if _, ok := s.obj.(*types.Func); ok {
				return p.boundCall(p.methodReceiver(sel, s), s, []string{arg})
			}
		}
	}
	return p.callee(x) + "(" + arg + ")"
}
