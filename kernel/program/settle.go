package program

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// settle decides what the functions are that a cell made others declare again: another version where they
// mention something that has another name now, another function where their type is
// another one, and otherwise what they were. What is decided for one decides for those that mention it.
func (x *export) settle(k *checked, words map[string]bool) {
	for changed := true; changed; {
		changed = false
		for _, d := range k.unit.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			obj, _ := k.unit.Info.Defs[f.Name].(*types.Func)
			e := x.entities[obj]
			if e == nil || len(e.versions) == 0 {
				continue
			}
			if e.recv == "" && e.obj != obj && !x.sameType(e.typ, obj.Type()) {
				x.part(k, f, obj, e, words)
				changed = true
			} else if last := e.versions[len(e.versions)-1]; last.cell != k && !x.sameMeaning(last, k, f) {
				changed = true
				if e.recv == "" && x.held(e) {
					x.part(k, f, obj, e, words)
					continue
				}
				e.versions = append(e.versions, version{decl: f, cell: k, home: x.homeOf(k, f), obj: obj})
			}
		}
	}
	for _, d := range k.unit.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			x.checkVersions(k, f)
		}
	}
}

// part makes a function of its own of one that was taken for a version of e.
func (x *export) part(k *checked, f *ast.FuncDecl, obj *types.Func, e *entity, words map[string]bool) {
	if n := len(e.versions); e.versions[n-1].cell == k {
		e.versions = e.versions[:n-1]
	}
	x.fresh(obj, obj.Name(), words).versions = []version{{decl: f, cell: k, home: x.homeOf(k, f), obj: obj}}
}

func (x *export) homeOf(k *checked, d ast.Decl) *checked {
	saved := x.unit
	x.unit = k.unit
	defer func() { x.unit = saved }()
	return x.home(d)
}

// checkVersions refuses what no program can do: a method that changes its type.
func (x *export) checkVersions(k *checked, f *ast.FuncDecl) {
	e := x.entities[k.unit.Info.Defs[f.Name]]
	if e == nil || e.recv == "" || len(e.versions) < 2 {
		return
	}
	first, last := e.versions[0], e.versions[len(e.versions)-1]
	if last.cell != k || x.signatureText(first) == x.signatureText(last) {
		return
	}
	x.fail(k, k.unit.Fset.Position(f.Pos()).Line, fmt.Sprintf("method %s.%s is declared again with another type", e.recv, e.method),
		"a type of a program has one method of a name: give the new one another name")
}

// signatureText is the type of a method with its receiver, as its cell spells it.
func (x *export) signatureText(v version) string {
	_, ptr := v.decl.Recv.List[0].Type.(*ast.StarExpr)
	s := fmt.Sprint(ptr)
	for _, list := range []*ast.FieldList{v.decl.Type.Params, v.decl.Type.Results} {
		s += ";"
		if list == nil {
			continue
		}
		for _, f := range list.List {
			for range max(len(f.Names), 1) {
				s += "," + types.ExprString(f.Type)
			}
		}
	}
	return s
}

// sameType tells whether two types are one in the program.
func (x *export) sameType(a, b types.Type) bool { return types.Identical(a, b) }

// sameMeaning tells whether all that a declaration mentions is in the program what it was at its
// latest version.
func (x *export) sameMeaning(last version, k *checked, f *ast.FuncDecl) bool {
	if last.decl != f {
		return false
	}
	same := true
	ast.Inspect(f, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return same
		}
		a, b := last.cell.unit.Info.Uses[id], k.unit.Info.Uses[id]
		if a == b || a == nil || b == nil {
			return same
		}
		if p, ok := a.(*types.PkgName); ok {
			q, ok := b.(*types.PkgName)
			same = same && ok && p.Imported() == q.Imported()
			return same
		}
		if ea, eb := x.entities[a], x.entities[b]; ea != eb {
			same = false
		}
		return same
	})
	return same
}

// kept tells whether something may hold on to a variable, so that another one cannot take its
// place: a function literal, a pointer, or a function that is a value itself or runs in a goroutine.
func (x *export) kept(old *types.Var) bool {
	for _, k := range x.cells {
		if k.unit == nil || k.index >= x.cell.index {
			continue
		}
		s := &keepers{info: k.unit.Info, v: old}
		for _, stmt := range k.unit.Body {
			s.visit(stmt, false)
		}
		for _, i := range k.unit.Init {
			s.visit(i.Rhs, false)
		}
		for _, d := range k.unit.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if s.mentions(f) && x.isValue(k.unit.Info.Defs[f.Name]) {
				return true
			}
			s.visit(f, false)
		}
		if s.found {
			return true
		}
	}
	return false
}

// keepers looks for what holds on to a variable.
type keepers struct {
	info  *types.Info
	v     *types.Var
	found bool
}

func (s *keepers) mentions(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && s.info.Uses[id] == s.v {
			found = true
		}
		return !found
	})
	return found
}

func (s *keepers) visit(n ast.Node, _ bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			s.found = s.found || s.mentions(n)
		case *ast.GoStmt:
			s.found = s.found || s.mentions(n)
		case *ast.UnaryExpr:
			s.found = s.found || n.Op == token.AND && s.mentions(n.X)
		case *ast.SliceExpr:
			if _, array := s.info.TypeOf(n.X).Underlying().(*types.Array); array {
				s.found = s.found || s.mentions(n.X)
			}
		case *ast.SelectorExpr:
			if sel := s.info.Selections[n]; sel != nil && sel.Kind() == types.MethodVal && takesAddress(sel) {
				s.found = s.found || s.mentions(n.X)
			}
		}
		return !s.found
	})
}

// takesAddress tells whether a method is called on the address of a variable.
func takesAddress(sel *types.Selection) bool {
	f, ok := sel.Obj().(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return false
	}
	_, ptr := types.Unalias(f.Signature().Recv().Type()).(*types.Pointer)
	_, has := types.Unalias(sel.Recv()).(*types.Pointer)
	return ptr && !has
}

// isValue tells whether a function is used other than by calling it.
func (x *export) isValue(obj types.Object) bool {
	for _, k := range x.cells {
		if k.unit == nil {
			continue
		}
		called := map[*ast.Ident]bool{}
		for _, n := range k.nodes() {
			ast.Inspect(n, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok {
						called[id] = true
					}
				case *ast.GoStmt:
					return false
				}
				return true
			})
		}
		for id, o := range k.unit.Info.Uses {
			if o == obj && !called[id] {
				return true
			}
		}
	}
	return false
}

// held tells whether something that an earlier cell made goes on to mean a function as it is: a variable, a function
// literal or a goroutine. Calls, and tasks of a Run, are over with their cell.
func (x *export) held(e *entity) bool {
	for _, k := range x.cells {
		if k.unit == nil || k.index >= x.cell.index {
			continue
		}
		for _, n := range k.nodes() {
			if x.holds(k, n, e) {
				return true
			}
		}
	}
	return false
}

// holds is held for one node of a cell.
func (x *export) holds(k *checked, root ast.Node, e *entity) bool {
	found := false
	passing := map[ast.Expr]bool{}
	lasting := 0 // function literals and go statements around
	var stack []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			switch stack[len(stack)-1].(type) {
			case *ast.FuncLit, *ast.GoStmt:
				lasting--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt:
			lasting++
		case *ast.CallExpr:
			passing[ast.Unparen(n.Fun)] = true
			if runsAll(k.unit.Info, n) {
				for _, a := range n.Args {
					passing[ast.Unparen(a)] = true
				}
			}
		case *ast.Ident:
			if x.entities[k.unit.Info.Uses[n]] == e && (lasting > 0 || !passing[n]) {
				found = true
			}
		}
		return true
	})
	return found
}

// runsAll tells whether a call runs its arguments and waits for them.
func runsAll(info *types.Info, call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	obj := info.Uses[sel.Sel]
	if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != processPath && obj.Pkg().Path() != threadPath {
		return false
	}
	switch obj.Name() {
	case "Run", "Map", "MapErr", "Goroutines":
		return true
	}
	return false
}

// nodes are all that the cell's unit consists of.
func (k *checked) nodes() []ast.Node {
	var list []ast.Node
	for _, d := range k.unit.Syntax {
		list = append(list, d)
	}
	for _, s := range k.unit.Body {
		list = append(list, s)
	}
	for _, d := range k.unit.Decls {
		list = append(list, d)
	}
	return list
}

// assigned tells whether the cell gives a variable its value by := or an initial value: without one it
// begins anew as zero.
func (x *export) assigned(k *checked, v *types.Var) bool {
	found := false
	for _, s := range k.unit.Stmts {
		if l, ok := s.(*ast.LabeledStmt); ok {
			s = l.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			for _, e := range s.Lhs {
				if id, ok := e.(*ast.Ident); ok && s.Tok == token.DEFINE && id.Name == v.Name() {
					found = true
				}
			}
		case *ast.DeclStmt:
			for _, spec := range s.Decl.(*ast.GenDecl).Specs {
				if vs, ok := spec.(*ast.ValueSpec); ok && len(vs.Values) > 0 {
					for _, id := range vs.Names {
						found = found || id.Name == v.Name()
					}
				}
			}
		}
	}
	for _, i := range k.unit.Init {
		for _, l := range i.Lhs {
			found = found || l == v
		}
	}
	return found
}
