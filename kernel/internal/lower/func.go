package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// function prints a function declaration. A method's receiver becomes its first parameter.
func (p *fn) function(name string, sig *types.Signature, recv *ast.FieldList, ft *ast.FuncType, body *ast.BlockStmt) string {
	plain := p.monomorphic(sig)
	var params []string
	if recv != nil {
		rt := p.subst(sig.Recv().Type())
		params = append(params, p.paramName(recv.List[0].Names, "r__")+" "+p.typ(rt))
	}
	head, text := p.parts(plain, ft, body, params)
	return "func " + name + head + " " + text
}

// monomorphic is a signature without receiver and type parameters.
func (p *fn) monomorphic(sig *types.Signature) *types.Signature {
	params, results := sig.Params(), sig.Results()
	if len(p.env.args) > 0 {
		params, results = p.u.replaceTuple(params, p.env), p.u.replaceTuple(results, p.env)
	}
	return types.NewSignatureType(nil, nil, nil, params, results, sig.Variadic())
}

func (p *fn) paramName(names []*ast.Ident, blank string) string {
	if len(names) == 0 || names[0].Name == "_" {
		return blank
	}
	return p.scope.declare(p.src.info.Defs[names[0]])
}

// funcLit prints a function literal as it is, without an identity.
func (p *fn) funcLit(x *ast.FuncLit) string {
	outer := *p
	p.loops, p.over, p.defers, p.resVars, p.header, p.entry = 0, nil, "", nil, false, false
	p.unwinds, p.begins, outer.begins = p.begins, "", ""
	head, text := p.parts(p.typeOf(x).(*types.Signature), x.Type, x.Body, nil)
	scope := p.scope
	*p = outer
	p.scope = scope
	return "func" + head + " " + text
}

// parts prints what follows a function's name: signature and body.
func (p *fn) parts(sig *types.Signature, ft *ast.FuncType, body *ast.BlockStmt, params []string) (head, text string) {
	p.sig = sig
	p.deferring = defersIn(body)
	params = append(params, p.paramList(sig, ft)...)
	results, pre := p.resultVars(sig, ft, p.shape(body, ft))
	text = pre + p.capture(func() { p.block(body.List) })
	return "(" + strings.Join(params, ", ") + ")" + results, "{\n" + text + "}"
}

// defersIn tells whether a body has a defer statement of its own.
func defersIn(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		_, lit := n.(*ast.FuncLit)
		_, d := n.(*ast.DeferStmt)
		found = found || d
		return !lit && !found
	})
	return found
}

func (p *fn) paramList(sig *types.Signature, ft *ast.FuncType) []string {
	var list []string
	for _, field := range ft.Params.List {
		names := field.Names
		if len(names) == 0 {
			names = []*ast.Ident{nil}
		}
		for _, n := range names {
			name := fmt.Sprintf("p%d__", len(list))
			if n != nil && n.Name != "_" {
				name = p.scope.declare(p.src.info.Defs[n])
			}
			list = append(list, name+" "+p.param(sig, len(list)))
		}
	}
	return list
}

// resultVars decides how the function returns. The interpreter gives a call's
// result variables the memory of the caller's, with what is in there. So named results are local variables. A function
// that defers copies them when what it deferred has run.
func (p *fn) resultVars(sig *types.Signature, ft *ast.FuncType, s overShape) (list, pre string) {
	names, named := p.resultNames(ft)
	p.resVars, p.naked = nil, false
	if len(names) == 0 {
		return "", p.deferList(s, "")
	}
	p.naked = s.defer_
	if !named && !s.any && !s.defer_ {
		return p.typer.results(sig), ""
	}
	p.resVars = names
	var b, last strings.Builder
	decls := make([]string, len(names))
	for i, n := range names {
		t := p.typ(sig.Results().At(i).Type())
		r := p.scope.fresh("r")
		decls[i] = r + " " + t
		fmt.Fprintf(&b, "var %s %s\n", n, t)
		fmt.Fprintf(&last, "\n%s = %s", r, n)
	}
	pre = b.String() + p.deferList(s, last.String())
	if s.defer_ {
		return " (" + strings.Join(decls, ", ") + ")", pre
	}
	return p.typer.results(sig), pre
}

func (p *fn) resultNames(ft *ast.FuncType) (names []string, named bool) {
	if ft.Results == nil {
		return nil, false
	}
	for _, field := range ft.Results.List {
		if len(field.Names) == 0 {
			names = append(names, p.scope.fresh("res"))
		}
		for _, n := range field.Names {
			named = true
			if n.Name == "_" {
				names = append(names, p.scope.fresh("res"))
			} else {
				names = append(names, p.scope.declare(p.src.info.Defs[n]))
			}
		}
	}
	return names, named
}

// deferList declares the list of calls that the function defers and has it run at the end, then what stands in last.
func (p *fn) deferList(s overShape, last string) string {
	if !s.defer_ {
		return ""
	}
	p.defers = p.scope.fresh("defers")
	return fmt.Sprintf("%s := %s()\ndefer func() {\n%s(%s, recover())%s\n}()\n", p.defers, p.d.rt("NewDefers"), p.d.rt("RunDeferred"), p.defers, last)
}
