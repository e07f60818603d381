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

// overShape tells what a function's own body, literals left out, has of ranges over functions.
type overShape struct {
	any    bool
	defers bool // a defer inside one
	defer_ bool // a defer anywhere
}

func (p *fn) shape(body ast.Node) overShape {
	var s overShape
	inside := 0
	var walk func(n ast.Node) bool
	walk = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.RangeStmt:
			if isFuncType(p.typeOf(n.X)) {
				s.any = true
				inside++
				ast.Inspect(n.Body, walk)
				inside--
				return false
			}
		case *ast.DeferStmt:
			s.defer_ = true
			s.defers = s.defers || inside > 0
		}
		return true
	}
	ast.Inspect(body, walk)
	return s
}
