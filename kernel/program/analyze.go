package program

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/magic"
)

// Facts tell what a cell has to do with the others, by the names of the session: "x" of a variable, function, type, constant or
// import, "T.M" of a method.
type Facts struct {
	Declares []string
	Uses     []string // what it mentions, also through the functions that it calls
	// Changes are variables of earlier cells that it may change, and types to which it gives a method.
	// It errs to the safe side: who passes on a map may change it.
	Changes []string
	// Outside tells that it changes what all later cells see: the working directory, the
	// environment, or that nothing is declared any more.
	Outside bool
	// Err is why it does not compile; nil: it does.
	Err error
}

// Analyze tells the facts of the cells of a notebook, in order.
func Analyze(cells []Cell) []Facts {
	a := &analysis{effects: map[string]*effect{}, same: map[string]string{}, vars: map[types.Object]bool{}}
	var list []Facts
	for _, k := range checkAll(cells) {
		list = append(list, a.cell(k))
	}
	return list
}

// effect is what running a piece of code has to do with the session.
type effect struct {
	uses, changes map[string]bool
}

func newEffect() *effect { return &effect{map[string]bool{}, map[string]bool{}} }

// analysis goes through the cells in order.
type analysis struct {
	effects map[string]*effect    // of the live functions, and of variables that hold literals, by name
	vars    map[types.Object]bool // of the session, so far
	same    map[string]string     // variables that may share memory: a name to another of its group
}

// group is the name that stands for all variables that may share memory with this one.
func (a *analysis) group(name string) string {
	for a.same[name] != "" {
		name = a.same[name]
	}
	return name
}

func (a *analysis) join(v, w string) {
	if v, w = a.group(v), a.group(w); v != w {
		a.same[v] = w
	}
}

func (a *analysis) cell(k *checked) Facts {
	f := Facts{Err: k.err, Outside: k.fresh}
	if k.unit == nil {
		f.Uses = slices.Sorted(maps.Keys(wordsOf(k.Source)))
		return f
	}
	u := k.unit
	declares := a.declares(k)
	all := newEffect()
	for _, d := range u.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok {
			e := newEffect()
			a.walk(u, fd, e)
			key := keyOf(u.Info.Defs[fd.Name])
			a.effects[key] = e
			if slices.Contains(u.Syntax, d) {
				maps.Copy(all.uses, e.uses) // what it changes, it changes when it is called
				if t, _, method := strings.Cut(key, "."); method && !declares[t] {
					all.changes[t] = true
				}
			}
		}
	}
	for _, n := range k.nodes() {
		if _, ok := n.(*ast.FuncDecl); ok {
			continue
		}
		a.walk(u, n, all)
	}
	for _, i := range u.Init {
		a.walk(u, i.Rhs, all)
	}
	a.follow(all)
	for _, s := range u.Body {
		if l, _, ok := k.command(u, s); ok {
			f.Outside = f.Outside || l.Name == "%cd" && l.Args != "" || l.Name == "%env" && strings.ContainsAny(l.Args, "= ")
			if l.Name == magic.Shell {
				all.uses[magic.Shell] = true
			}
		}
	}
	for name := range declares {
		delete(all.uses, name)
		delete(all.changes, name)
	}
	f.Declares = slices.Sorted(maps.Keys(declares))
	f.Uses = slices.Sorted(maps.Keys(all.uses))
	f.Changes = a.changed(all)
	return f
}

func wordsOf(src string) map[string]bool {
	words := map[string]bool{}
	for _, w := range identifier.FindAllString(src, -1) {
		words[w] = true
	}
	return words
}

// changed are the names of what may be changed, with all that may share memory with it.
func (a *analysis) changed(e *effect) []string {
	groups := map[string]bool{}
	for name := range e.changes {
		groups[a.group(name)] = true
	}
	names := maps.Clone(e.changes)
	maps.Copy(names, groups)
	for name := range a.same {
		if groups[a.group(name)] {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// declares are the names that the cell itself declares.
func (a *analysis) declares(k *checked) map[string]bool {
	u := k.unit
	names := map[string]bool{}
	for _, v := range u.Vars {
		names[v.Name()] = true
		a.vars[v] = true
		delete(a.same, v.Name())
	}
	for _, d := range u.Syntax {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if obj := u.Info.Defs[d.Name]; obj != nil && obj.Name() != "init" {
				names[keyOf(obj)] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				for _, name := range specNames(u, s) {
					names[name] = true
				}
			}
		}
	}
	delete(names, "_")
	return names
}

func specNames(u *check.Unit, s ast.Spec) (names []string) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		names = append(names, s.Name.Name)
	case *ast.ValueSpec:
		for _, id := range s.Names {
			names = append(names, id.Name)
		}
	case *ast.ImportSpec:
		if s.Name != nil {
			names = append(names, s.Name.Name)
		} else if obj := u.Info.Implicits[s]; obj != nil {
			names = append(names, obj.Name())
		}
	}
	return names
}

// keyOf is the name of a session's object, with its type's if it is a method.
func keyOf(obj types.Object) string {
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return obj.Name()
	}
	t := f.Signature().Recv().Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name() + "." + f.Name()
	}
	return f.Name()
}

// follow adds what functions do that the code mentions.
func (a *analysis) follow(e *effect) {
	seen := map[string]bool{}
	for queue := slices.Collect(maps.Keys(e.uses)); len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		f := a.effects[name]
		if seen[name] || f == nil {
			continue
		}
		seen[name] = true
		maps.Copy(e.changes, f.changes)
		for use := range f.uses {
			e.uses[use] = true
			queue = append(queue, use)
		}
	}
}

// walk adds what a node mentions and may change.
func (a *analysis) walk(u *check.Unit, root ast.Node, e *effect) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			a.mention(u, u.Info.Uses[n], e)
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				a.change(u, l, e)
				r := n.Rhs[0]
				if len(n.Rhs) == len(n.Lhs) {
					r = n.Rhs[i]
				}
				a.assign(u, l, r, e)
			}
		case *ast.ValueSpec:
			for _, l := range n.Names {
				for _, r := range n.Values {
					a.assign(u, l, r, e)
				}
			}
		case *ast.IncDecStmt:
			a.change(u, n.X, e)
		case *ast.SendStmt:
			a.change(u, n.Chan, e)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				a.change(u, n.Key, e)
				a.change(u, n.Value, e)
			}
			if t := u.Info.TypeOf(n.X); t != nil {
				if _, ok := t.Underlying().(*types.Chan); ok {
					a.change(u, n.X, e)
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND || n.Op == token.ARROW {
				a.change(u, n.X, e)
			}
		case *ast.CallExpr:
			a.call(u, n, e)
		}
		return true
	})
}

// mention notes a name of the session.
func (a *analysis) mention(u *check.Unit, obj types.Object, e *effect) {
	if obj == nil || obj.Pkg() == nil {
		return
	}
	switch o := obj.(type) {
	case *types.PkgName:
		e.uses[o.Name()] = true
		return
	case *types.Var:
		if !a.vars[o] {
			return
		}
		for _, t := range typesOf(o.Type(), u.Pkg) {
			e.uses[t] = true
		}
	case *types.Func:
		if o.Signature().Recv() != nil && o.Pkg() == u.Pkg {
			e.uses[keyOf(o)] = true
			return
		}
	}
	if a.vars[obj] || obj.Parent() == u.Pkg.Scope() {
		e.uses[obj.Name()] = true
	}
}

// typesOf are the session's types that a type mentions at its surface.
func typesOf(t types.Type, pkg *types.Package) (names []string) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if t.Obj().Pkg() == pkg {
			names = append(names, t.Obj().Name())
		}
	case *types.Pointer:
		names = typesOf(t.Elem(), pkg)
	case *types.Slice:
		names = typesOf(t.Elem(), pkg)
	case *types.Array:
		names = typesOf(t.Elem(), pkg)
	case *types.Map:
		names = append(typesOf(t.Key(), pkg), typesOf(t.Elem(), pkg)...)
	}
	return names
}

// root is the variable of the session that an expression is a part of, or nil.
func (a *analysis) root(u *check.Unit, x ast.Expr) *types.Var {
	for {
		switch e := x.(type) {
		case *ast.ParenExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.SliceExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		case *ast.SelectorExpr:
			x = e.X
		case *ast.UnaryExpr:
			x = e.X
		case *ast.Ident:
			v, _ := u.Info.Uses[e].(*types.Var)
			if v == nil {
				v, _ = u.Info.Defs[e].(*types.Var)
			}
			if !a.vars[v] {
				return nil
			}
			return v
		default:
			return nil
		}
	}
}

func (a *analysis) change(u *check.Unit, x ast.Expr, e *effect) {
	if x == nil {
		return
	}
	if v := a.root(u, x); v != nil {
		e.changes[v.Name()] = true
	}
}

// assign notes that a variable may now share memory with what its value mentions, and what a function literal does that it
// holds.
func (a *analysis) assign(u *check.Unit, l, r ast.Expr, e *effect) {
	v := a.root(u, l)
	if v == nil {
		return
	}
	f := newEffect()
	ast.Inspect(r, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			a.walk(u, n.Body, f)
			return false
		case *ast.Ident:
			w, _ := u.Info.Uses[n].(*types.Var)
			if w != nil && a.vars[w] && w != v && shares(v.Type(), 0) {
				a.join(v.Name(), w.Name())
			}
		}
		return true
	})
	if len(f.uses)+len(f.changes) > 0 {
		a.effects[v.Name()] = f
	}
}

// shares tells whether two values of a type can share memory.
func shares(t types.Type, depth int) bool {
	switch t := t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return true
	case *types.Array:
		return shares(t.Elem(), depth+1)
	case *types.Struct:
		for f := range t.Fields() {
			if depth > 3 || shares(f.Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

// call notes what a call may change: what it is given that can share memory, and the receiver of a method that
// can change it. Functions that only read are known: those of fmt, and len and its like.
func (a *analysis) call(u *check.Unit, c *ast.CallExpr, e *effect) {
	fun := ast.Unparen(c.Fun)
	if tv := u.Info.Types[fun]; tv.IsType() {
		return
	}
	if id, ok := fun.(*ast.Ident); ok {
		if b, ok := u.Info.Uses[id].(*types.Builtin); ok {
			switch b.Name() {
			case "delete", "clear", "copy", "close":
				a.change(u, c.Args[0], e)
			}
			return
		}
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if s := u.Info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			if takesAddress(s) || shares(s.Recv(), 0) {
				a.change(u, sel.X, e)
			}
		}
		if obj := u.Info.Uses[sel.Sel]; obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "fmt" && !strings.Contains(obj.Name(), "can") {
			return
		}
	}
	for _, arg := range c.Args {
		if t := u.Info.TypeOf(arg); t != nil && shares(t, 0) {
			a.change(u, arg, e)
		}
	}
}
