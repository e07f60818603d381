package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// overFunc is the body of a range over a function. It becomes a function
// literal, the argument of the iterator; break, continue and return in it become results:
// the literal sets code and returns false, and what stands after the call looks at code.
type overFunc struct {
	outer   *overFunc
	code    string // variable: 0 the loop ended, -1 return, n the n-th of exits
	done    string // variable: the iterator must not call again
	label   string
	inner   map[string]bool // labels inside the body
	breaks  int             // statements around the current one, inside the body, that break refers to
	loops   int             // and continue
	returns bool
	exits   []exit
}

// exit is a jump to a label outside of the body.
type exit struct {
	tok   token.Token
	label string
}

func (o *overFunc) exit(tok token.Token, label string) int {
	for i, e := range o.exits {
		if e == (exit{tok, label}) {
			return i + 1
		}
	}
	o.exits = append(o.exits, exit{tok, label})
	return len(o.exits)
}

func (p *fn) rangeFunc(s *ast.RangeStmt, sig *types.Signature, label string) {
	yield := sig.Params().At(0).Type().Underlying().(*types.Signature)
	o := &overFunc{outer: p.over, code: p.scope.fresh("code"), done: p.scope.fresh("done"), label: label, inner: map[string]bool{}}
	ast.Inspect(s.Body, func(n ast.Node) bool {
		if l, ok := n.(*ast.LabeledStmt); ok {
			o.inner[labelName(l.Label)] = true
		}
		_, lit := n.(*ast.FuncLit)
		return !lit
	})
	iter := p.callee(s.X)
	p.printf("%s := 0\n%s := false", o.code, o.done)
	var params, pre []string
	p.over = o
	for i := range yield.Params().Len() {
		name := p.scope.fresh("y")
		x := []ast.Expr{s.Key, s.Value}[i]
		if !isBlank(x) {
			if obj := p.defOf(x, s.Tok); obj != nil {
				name = p.scope.declare(obj)
			} else {
				pre = append(pre, p.expr(x)+" = "+name)
			}
		}
		params = append(params, name+" "+p.typ(yield.Params().At(i).Type()))
	}
	body := p.capture(func() { p.block(s.Body.List) })
	p.over = o.outer
	p.printf("%s(func(%s) bool {", iter, strings.Join(params, ", "))
	p.printf("if %s {\n%s()\n}\n%s = true", o.done, p.d.rt("PanicRange"), o.done)
	for _, line := range pre {
		p.printf("%s", line)
	}
	p.out.WriteString(body)
	p.printf("%s = false\nreturn true\n})\n%s = true", o.done, o.done)
	p.afterRange(o)
}

// afterRange does what the body asked for.
func (p *fn) afterRange(o *overFunc) {
	if o.returns {
		p.printf("if %s == -1 {", o.code)
		p.leaveFunc()
		p.printf("}")
	}
	for i, e := range o.exits {
		p.printf("if %s == %d {", o.code, i+1)
		if p.over != nil {
			p.leave(e.tok, e.label)
		} else {
			p.printf("%s %s", e.tok, e.label)
		}
		p.printf("}")
	}
}

// leave prints break or continue inside a body that became a function.
func (p *fn) leave(tok token.Token, label string) {
	o := p.over
	own := label == "" || label == o.label
	switch {
	case tok == token.GOTO && !o.inner[label]:
		p.printf("%s = %d\nreturn false", o.code, o.exit(tok, label))
	case label == "" && tok == token.BREAK && o.breaks > 0, label == "" && tok == token.CONTINUE && o.loops > 0:
		p.printf("%s", tok)
	case label != "" && o.inner[label]:
		p.printf("%s %s", tok, label)
	case own && tok == token.BREAK:
		p.printf("return false")
	case own:
		p.printf("%s = false\nreturn true", o.done)
	default:
		p.printf("%s = %d\nreturn false", o.code, o.exit(tok, label))
	}
}

// overShape tells what a function's own body, literals left out, has of ranges over functions and of deferred calls.
type overShape struct {
	any    bool
	defer_ bool // defers, other than by one simple statement
}

func (p *fn) shape(body ast.Node, ft *ast.FuncType) overShape {
	var s overShape
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.RangeStmt:
			s.any = s.any || isFuncType(p.typeOf(n.X))
		case *ast.DeferStmt:
			s.defer_ = true
		}
		return true
	})
	s.defer_ = s.defer_ && !p.simpleDefer(body, ft)
	return s
}

// simpleDefer tells whether a function has one deferred call, outside of loops, that does not recover and sees no result
// variable: there is no other that has to run should it panic, and the interpreter's defer will do.
func (p *fn) simpleDefer(body ast.Node, ft *ast.FuncType) bool {
	var found *ast.DeferStmt
	simple, n := true, 0
	ast.Inspect(body, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt, *ast.RangeStmt:
			ast.Inspect(x, func(y ast.Node) bool {
				_, d := y.(*ast.DeferStmt)
				simple = simple && !d
				return simple
			})
		case *ast.BranchStmt:
			simple = simple && x.Tok != token.GOTO
		case *ast.DeferStmt:
			found = x
			n++
		}
		return simple
	})
	if !simple || n != 1 || !p.cannotRecover(found.Call) {
		return false
	}
	if ft == nil || ft.Results == nil {
		return true
	}
	for _, field := range ft.Results.List {
		for _, name := range field.Names {
			if o := p.src.info.Defs[name]; o != nil && p.escapes(o, body) {
				return false
			}
		}
	}
	return true
}

// cannotRecover tells whether a deferred call is certain not to call recover.
func (p *fn) cannotRecover(c *ast.CallExpr) bool {
	fun := ast.Unparen(c.Fun)
	if lit, ok := fun.(*ast.FuncLit); ok {
		return len(c.Args) == 0 && !callsRecover(lit.Body)
	}
	if b := p.builtinOf(fun); b != "" {
		return b != "recover"
	}
	f := p.calledObject(fun)
	switch {
	case f == nil:
		return false
	case p.u.bodies[f.Origin()] != nil:
		return !callsRecover(p.u.bodies[f.Origin()].decl.Body)
	case p.u.isSession(f.Pkg()):
		return false
	}
	r := f.Signature().Recv()
	return r == nil || !types.IsInterface(r.Type())
}
