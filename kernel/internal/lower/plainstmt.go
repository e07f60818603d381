package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// function compiles a declared function. A method's receiver is its first parameter.
func (c *plainCompiler) function(sig *types.Signature, recv *ast.FieldList, ft *ast.FuncType, body *ast.BlockStmt) {
	c.sigRes = sig.Results()
	c.pos(body.Pos())
	if c.src.lib == "" {
		c.code.Label = c.src.fset.Position(body.Pos()).Filename
	}
	c.findInMem(body)
	c.params(sig, recv, ft)
	c.namedResults(ft)
	c.stmts(body.List)
	c.pos(body.Rbrace)
	c.ret(nil)
	if len(c.code.Ins) == 0 || !ends(c.code.Ins[len(c.code.Ins)-1].Op) {
		c.emit(vm.Return, 0, 0, 0, 0)
	}
	c.resolve()
	// The results are in the first registers, which the function may not use otherwise.
	n, p := 0, 0
	for _, l := range c.code.Results {
		ln, lp := l.Registers()
		n, p = n+ln, p+lp
	}
	c.code.N, c.code.P = max(c.code.N, n), max(c.code.P, p)
}

func ends(op vm.Op) bool { return op == vm.Return || op == vm.Jump || op == vm.Panic }

// params gives the parameters their registers, in order, and those in memory a copy there.
func (c *plainCompiler) params(sig *types.Signature, recv *ast.FieldList, ft *ast.FuncType) {
	var names []*ast.Ident
	for _, list := range []*ast.FieldList{recv, ft.Params} {
		if list == nil {
			continue
		}
		for _, f := range list.List {
			if len(f.Names) == 0 {
				names = append(names, nil)
			}
			names = append(names, f.Names...)
		}
	}
	vals := make([]val, sig.Params().Len())
	for i := range vals {
		vals[i] = c.take(sig.Params().At(i).Type())
		c.code.Params = append(c.code.Params, vals[i].lay.Layout)
	}
	c.takeCaptured()
	for i := range sig.Results().Len() {
		c.code.Results = append(c.code.Results, c.layout(sig.Results().At(i).Type()).Layout)
	}
	for i, v := range vals {
		if names[i] == nil || names[i].Name == "_" {
			continue
		}
		o := c.src.info.Defs[names[i]].(*types.Var)
		switch {
		case v.lay.Boxed: // the caller made the copy
			c.typeRef(v.t)
			c.vars[o] = &place{val: v, boxed: true}
		case c.inMem[o]:
			pl := c.declare(o)
			c.setNew(pl, v, c.n, c.p)
		default:
			c.vars[o] = &place{val: v}
		}
	}
}

func (c *plainCompiler) namedResults(ft *ast.FuncType) {
	if ft.Results == nil || len(ft.Results.List[0].Names) == 0 {
		return
	}
	i := 0
	for _, f := range ft.Results.List {
		for _, n := range f.Names {
			o, _ := c.src.info.Defs[n].(*types.Var)
			if o == nil {
				o = types.NewVar(token.NoPos, nil, "_", c.sigRes.At(i).Type())
			}
			pl := c.declare(o)
			pl.shared = c.inMem[o]
			c.clear(pl)
			c.results = append(c.results, pl)
			i++
		}
	}
}

// ret returns the values of some expressions, or of the named results.
func (c *plainCompiler) ret(list []ast.Expr) {
	defer c.emit(vm.Return, 0, 0, 0, 0)
	count := c.sigRes.Len()
	if count == 0 {
		return
	}
	var vals []val
	n, p := c.n, c.p
	switch {
	case len(list) == 0:
		for _, r := range c.results {
			v := r.val
			if r.boxed {
				v = c.load(address{r.p, 0}, r.t)
				v.own = !r.shared
			}
			vals = append(vals, v)
		}
		if len(vals) == 0 {
			return // the end of a function that does not come here
		}
	case len(list) == 1 && count > 1:
		vals = c.tuple(list[0])
		for i, v := range vals {
			vals[i] = c.coerce(v, c.sigRes.At(i).Type())
		}
	default:
		for i, x := range list {
			v := c.owned(c.as(x, c.sigRes.At(i).Type()))
			if count > 1 && (v.lay.n > 0 && v.n < n || v.lay.p > 0 && v.p < p) {
				w := c.take(v.t)
				c.move(w, v, c.n, c.p)
				v = w
			}
			vals = append(vals, v)
		}
	}
	rn, rp := 0, 0
	for _, v := range vals {
		dst := val{t: v.t, lay: v.lay, n: rn, p: rp}
		if rn+v.lay.n > n && rn != v.n || rp+v.lay.p > p && rp != v.p { // more results than registers so far
			c.shiftUp(vals)
		}
		rn, rp = rn+v.lay.n, rp+v.lay.p
		_ = dst
	}
	rn, rp = 0, 0
	for _, v := range vals {
		if v.lay.Boxed {
			v = c.owned(v)
		}
		tn, tp := n, p
		if count > 1 {
			tn, tp = 1<<30, 1<<30
		}
		c.move(val{t: v.t, lay: v.lay, n: rn, p: rp}, v, tn, tp)
		rn, rp = rn+v.lay.n, rp+v.lay.p
	}
	c.n, c.p = n, p
}

// shiftUp moves values above all registers that results go to.
func (c *plainCompiler) shiftUp(vals []val) {
	n, p := 0, 0
	for _, v := range vals {
		n, p = n+v.lay.n, p+v.lay.p
	}
	c.reserve(max(0, n-c.n), max(0, p-c.p))
	for i, v := range vals {
		w := c.take(v.t)
		c.move(w, v, 1<<30, 1<<30)
		w.own = v.own
		w.off = v.off
		vals[i] = w
	}
}

func (c *plainCompiler) stmts(list []ast.Stmt) {
	for _, s := range list {
		c.stmt(s)
	}
}

// block compiles statements whose variables end with them.
func (c *plainCompiler) block(list []ast.Stmt) { c.scoped(func() { c.stmts(list) }) }

func (c *plainCompiler) stmt(s ast.Stmt) {
	c.pos(s.Pos())
	label := c.nextLb
	c.nextLb = ""
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.BlockStmt:
		c.block(s.List)
	case *ast.ExprStmt:
		c.scoped(func() { c.exprStmt(s.X) })
	case *ast.AssignStmt:
		c.assignStmt(s)
	case *ast.IncDecStmt:
		op := token.ADD
		if s.Tok == token.DEC {
			op = token.SUB
		}
		c.scoped(func() { c.step(s.X, op) })
	case *ast.DeclStmt:
		c.declStmt(s)
	case *ast.IfStmt:
		c.scoped(func() { c.ifStmt(s) })
	case *ast.ForStmt:
		c.loops = true
		c.scoped(func() { c.forStmt(s, label) })
	case *ast.RangeStmt:
		c.loops = true
		c.scoped(func() { c.rangeStmt(s, label) })
	case *ast.SwitchStmt:
		c.scoped(func() { c.switchStmt(s, label) })
	case *ast.TypeSwitchStmt:
		c.scoped(func() { c.typeSwitch(s, label) })
	case *ast.ReturnStmt:
		c.scoped(func() { c.ret(s.Results) })
	case *ast.BranchStmt:
		c.branch(s)
	case *ast.LabeledStmt:
		c.labeled(s)
	default:
		c.giveUp("%T", s)
	}
}

func (c *plainCompiler) exprStmt(x ast.Expr) {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		c.giveUp("statement")
	}
	if b := c.builtinOf(call.Fun); b != "" {
		c.builtinCall(b, call)
		return
	}
	c.callAll(call)
}

// step is x++ and x--.
func (c *plainCompiler) step(x ast.Expr, op token.Token) {
	l := c.lvalue(x)
	n, p := c.n, c.p
	v := c.read(l)
	dst := c.take(l.t)
	switch {
	case isInteger(l.t):
		k := int64(1)
		if op == token.SUB {
			k = -1
		}
		c.emit(vm.AddI, dst.n, v.n, 0, k)
		c.extend(dst)
	case isFloat(l.t):
		one := c.num()
		c.emit(vm.Const, one, 0, 0, 0x3ff0000000000000)
		c.emit(floatOps[op], dst.n, v.n, one, 0)
		if dst.lay.Leaves[0].Kind == vm.Float32 {
			c.emit(vm.Round32, dst.n, dst.n, 0, 0)
		}
	default:
		c.giveUp("++")
	}
	c.assign(l, dst, n, p)
}

func (c *plainCompiler) declStmt(s *ast.DeclStmt) {
	g := s.Decl.(*ast.GenDecl)
	if g.Tok != token.VAR {
		return
	}
	for _, spec := range g.Specs {
		vs := spec.(*ast.ValueSpec)
		if len(vs.Values) != 0 && len(vs.Values) != len(vs.Names) {
			c.declTuple(vs)
			continue
		}
		for i, name := range vs.Names {
			v, _ := c.src.info.Defs[name].(*types.Var)
			if v == nil || name.Name == "_" {
				if len(vs.Values) > 0 {
					c.scoped(func() { c.discard(vs, i) })
				}
				continue
			}
			pl := c.declare(v)
			if len(vs.Values) == 0 {
				c.clear(pl)
				continue
			}
			delete(c.vars, v)
			c.scoped(func() {
				n, p := c.n, c.p
				c.setNew(pl, c.as(vs.Values[i], pl.t), n, p)
			})
			c.vars[v] = pl
		}
	}
}

// discard evaluates the value of a variable without a name.
func (c *plainCompiler) discard(vs *ast.ValueSpec, i int) {
	t := c.typeOf(vs.Values[i])
	if vs.Type != nil {
		t = c.typeOf(vs.Type)
	}
	c.as(vs.Values[i], types.Default(t))
}

// declTuple is var x, y = f().
func (c *plainCompiler) declTuple(vs *ast.ValueSpec) {
	places := make([]*place, len(vs.Names))
	for i, name := range vs.Names {
		if v, ok := c.src.info.Defs[name].(*types.Var); ok && name.Name != "_" {
			places[i] = c.declare(v)
		}
	}
	c.scoped(func() {
		for i, v := range c.tuple(vs.Values[0]) {
			if places[i] != nil {
				c.setNew(places[i], c.coerce(v, places[i].t), 1<<30, 1<<30)
			}
		}
	})
}

func (c *plainCompiler) ifStmt(s *ast.IfStmt) {
	if s.Init != nil {
		c.stmt(s.Init)
		c.pos(s.Pos())
	}
	no, done := c.label(), c.label()
	c.cond(s.Cond, no, false)
	c.block(s.Body.List)
	if s.Else == nil {
		c.bind(no)
		return
	}
	if last := len(c.code.Ins) - 1; last < c.fixed || !ends(c.code.Ins[last].Op) {
		c.jump(vm.Jump, 0, 0, 0, done)
	}
	c.bind(no)
	c.stmt(s.Else)
	c.bind(done)
}

func (c *plainCompiler) labeled(s *ast.LabeledStmt) {
	if l, ok := c.src.info.Defs[s.Label].(*types.Label); ok {
		c.bind(c.gotoLabel(l))
	}
	c.nextLb = s.Label.Name
	switch s.Stmt.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
	default: // break out of a labelled block
		done := c.label()
		c.jumps = append(c.jumps, &jumpScope{s.Label.Name, done, -1, -1})
		c.nextLb = ""
		c.stmt(s.Stmt)
		c.jumps = c.jumps[:len(c.jumps)-1]
		c.bind(done)
		return
	}
	c.stmt(s.Stmt)
}

func (c *plainCompiler) gotoLabel(l *types.Label) int {
	n, ok := c.gotos[l]
	if !ok {
		n = c.label()
		c.gotos[l] = n
	}
	return n
}

func (c *plainCompiler) branch(s *ast.BranchStmt) {
	if s.Tok == token.GOTO {
		c.loops = true
		c.jump(vm.Jump, 0, 0, 0, c.gotoLabel(c.src.info.Uses[s.Label].(*types.Label)))
		return
	}
	for i := len(c.jumps) - 1; i >= 0; i-- {
		j := c.jumps[i]
		target := j.brk
		switch s.Tok {
		case token.CONTINUE:
			target = j.cont
		case token.FALLTHROUGH:
			target = j.falls
		}
		if target < 0 || s.Label != nil && s.Label.Name != j.label || s.Label == nil && s.Tok == token.BREAK && j.cont < 0 && j.falls == -1 {
			continue
		}
		c.jump(vm.Jump, 0, 0, 0, target)
		return
	}
	c.giveUp("branch")
}
