package program

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// tasks are the functions that a program runs in child processes. A child is the program once more: it finds the
// function by its place in a list, and gets copies of the variables that the function uses.
type tasks struct {
	named []*entity // declared functions that are values
	lines []string  // of the list: function literals and method values
	done  map[ast.Expr]bool
}

// findTasks finds whether the program starts processes or threads, and the declared functions that may run there.
func (x *export) findTasks() {
	process := false
	for _, k := range x.cells {
		if k.unit == nil {
			continue
		}
		for _, obj := range k.unit.Info.Uses {
			if obj.Pkg() != nil {
				process = process || obj.Pkg().Path() == processPath
				x.marks = x.marks || obj.Pkg().Path() == processPath || obj.Pkg().Path() == threadPath
			}
		}
	}
	if !process {
		return
	}
	x.tasks = &tasks{done: map[ast.Expr]bool{}}
	for _, e := range x.order {
		f, ok := e.obj.(*types.Func)
		if !ok || f.Signature().TypeParams().Len() > 0 || f.Signature().RecvTypeParams().Len() > 0 {
			continue
		}
		if len(e.versions) > 1 || e.recv == "" && x.isValue2(e) {
			x.tasks.named = append(x.tasks.named, e)
		}
	}
}

// isValue2 is isValue for any declaration of the entity.
func (x *export) isValue2(e *entity) bool {
	for obj, other := range x.entities {
		if other == e && x.isValue(obj) {
			return true
		}
	}
	return false
}

// wrapTasks adds the edits that let package cells know the function literals and method values of a node that may
// become tasks, inner ones first.
func (x *export) wrapTasks(ed *edits, k *checked, root ast.Node) {
	w := &wrapper{x: x, ed: ed, home: k, info: x.unit.Info}
	w.walk(root, nil)
}

type wrapper struct {
	x       *export
	ed      *edits
	home    *checked
	info    *types.Info
	generic bool
}

// walk visits a node with those around it, the innermost last.
func (w *wrapper) walk(root ast.Node, _ []ast.Node) {
	var stack []ast.Node
	if f, ok := root.(*ast.FuncDecl); ok {
		if obj, _ := w.info.Defs[f.Name].(*types.Func); obj != nil {
			w.generic = obj.Signature().TypeParams().Len()+obj.Signature().RecvTypeParams().Len() > 0
		}
	}
	ast.Inspect(root, func(n ast.Node) bool {
		if n != nil {
			stack = append(stack, n)
			return true
		}
		last := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if e, ok := last.(ast.Expr); ok && !w.x.tasks.done[e] && w.candidate(e) && w.reaches(e, stack) {
			w.x.tasks.done[e] = true
			w.wrap(e)
		}
		return true
	})
}

// candidate tells what needs an identity: a literal or a method value. A declared function has one.
func (w *wrapper) candidate(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncLit:
		return true
	case *ast.SelectorExpr:
		if sel := w.info.Selections[e]; sel != nil {
			return sel.Kind() == types.MethodVal
		}
		_, library := w.info.Uses[e.Sel].(*types.Func) // strconv.Atoi
		return library
	}
	return false
}

// reaches tells whether a function value can come to package process: it is a func(), or what Map calls. What is called, or
// given to another package, does not.
func (w *wrapper) reaches(e ast.Expr, around []ast.Node) bool {
	sig, ok := types.Unalias(w.info.TypeOf(e)).(*types.Signature)
	if !ok {
		return false
	}
	task := sig.Params().Len() == 0 && sig.Results().Len() == 0
	for i := len(around) - 1; i >= 0; i-- {
		switch p := around[i].(type) {
		case *ast.ParenExpr:
			continue
		case *ast.CallExpr:
			if p.Fun == e || ast.Unparen(p.Fun) == e {
				return false
			}
			pkg, name := w.callee(p)
			if pkg == processPath && (name == "Map" || name == "MapErr") && len(p.Args) > 1 && ast.Unparen(p.Args[1]) == ast.Unparen(e) {
				return true
			}
			return task && (pkg == "" || pkg == "main" || pkg == processPath)
		}
		break
	}
	return task
}

// callee is the package and name of what is called, as far as that is known.
func (w *wrapper) callee(c *ast.CallExpr) (pkg, name string) {
	var id *ast.Ident
	fun := ast.Unparen(c.Fun)
	if i, ok := fun.(*ast.IndexExpr); ok {
		fun = i.X
	}
	switch f := fun.(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	}
	if id == nil {
		return "", ""
	}
	obj := w.info.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		return "", "" // append keeps what it is given
	}
	return obj.Pkg().Path(), obj.Name()
}

// wrap declares what makes the function from copies of what it captures, and puts a call around it that tells
// which one it is.
func (w *wrapper) wrap(e ast.Expr) {
	x := w.x
	start, ok := w.home.offset(x.unit, e.Pos())
	end, ok2 := w.home.offset(x.unit, e.End())
	if !ok || !ok2 {
		return
	}
	line := w.home.line(start)
	if w.generic {
		x.fail(w.home, line, "a task within a generic function cannot be exported", "start it in a function without type parameters")
		return
	}
	vars, local := w.captured(e)
	if local != "" {
		x.fail(w.home, line, fmt.Sprintf("the task uses %s, which is declared within a function", local), "declare it at the top level of a cell")
		return
	}
	name := fmt.Sprintf("cell%dLine%d", w.home.index+1, line)
	for base, letter := name, 'b'; x.taken[name]; letter++ {
		name = base + string(letter)
	}
	x.taken[name] = true
	title := fmt.Sprintf("cell %d, line %d", w.home.index+1, line)
	if _, ok := e.(*ast.SelectorExpr); ok {
		title = types.ExprString(e)
	}
	text := w.ed.text(start, end)
	using := x.uses(w.info, e)
	if _, literal := e.(*ast.FuncLit); literal && len(vars) == 0 {
		x.decls = append(x.decls, fmt.Sprintf("// %s is the task of %s.\nfunc %s%s", name, title, name, strings.TrimPrefix(text, "func")))
		w.ed.add(start, end, name)
		x.tasks.lines = append(x.tasks.lines, x.line("Task", title, name, using))
		return
	}
	var params, refs []string
	for _, v := range vars {
		t, ok := x.typeText(v.Type())
		if !ok {
			x.fail(w.home, line, fmt.Sprintf("the task uses %s, whose type is declared within a function", v.Name()), "declare the type at the top level of a cell")
			return
		}
		params = append(params, v.Name()+" "+t)
		refs = append(refs, ", &"+v.Name())
	}
	typ, _ := x.typeText(w.info.TypeOf(e))
	x.decls = append(x.decls, fmt.Sprintf("// %s makes the task of %s for another process, which has copies of what it captures.\nfunc %s(%s) %s {\nreturn %s\n}",
		name, title, name, strings.Join(params, ", "), typ, text))
	w.ed.add(start, start, x.helper("Func")+"("+name+", ")
	w.ed.add(end, end, strings.Join(refs, "")+")")
	x.tasks.lines = append(x.tasks.lines, x.line("Maker", title, name, using))
}

// captured are the variables of a function around it that an expression uses, and a constant or type
// of one, if it uses such.
func (w *wrapper) captured(e ast.Expr) (vars []*types.Var, local string) {
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := w.info.Uses[id]
		if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != "main" || w.x.entities[obj] != nil || e.Pos() <= obj.Pos() && obj.Pos() < e.End() {
			return true
		}
		switch o := obj.(type) {
		case *types.Var:
			if !o.IsField() && !slices.Contains(vars, o) {
				vars = append(vars, o)
			}
		case *types.Const, *types.TypeName:
			local = obj.Name()
		}
		return true
	})
	return vars, local
}

// line is a line of the list of tasks.
func (x *export) line(kind, title, name string, using []*entity) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.%s(%q, %s", x.imports[cellsPath], kind, title, name)
	for _, v := range using {
		fmt.Fprintf(&b, ", %s.Var(%q, &%s)", x.imports[cellsPath], v.obj.Name(), v.name)
	}
	b.WriteString(")")
	return b.String()
}

// uses are the variables that a node uses, also through what it calls, in order of declaration.
func (x *export) uses(info *types.Info, n ast.Node) []*entity {
	found := map[*entity]bool{}
	var visit func(info *types.Info, n ast.Node)
	follow := func(e *entity) {
		if found[e] {
			return
		}
		found[e] = true
		for _, v := range e.versions {
			visit(v.cell.unit.Info, v.decl)
		}
	}
	visit = func(info *types.Info, n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			obj := info.Uses[id]
			if f, ok := obj.(*types.Func); ok {
				obj = f.Origin()
			}
			e := x.entities[obj]
			if e == nil {
				return true
			}
			follow(e)
			if _, ok := obj.(*types.TypeName); ok { // its methods may be called through an interface
				for _, m := range x.order {
					if m.recv == e.name {
						follow(m)
					}
				}
			}
			return true
		})
	}
	visit(info, n)
	var list []*entity
	for _, e := range x.order {
		_, isVar := e.obj.(*types.Var)
		if found[e] && (isVar || len(e.versions) > 1) {
			list = append(list, e)
		}
	}
	return list
}

// tasksFile is the text of tasks.go: the list of all functions that may run in a child process.
func (x *export) tasksFile() ([]byte, error) {
	lines := []string{}
	for _, e := range x.tasks.named {
		for _, v := range e.versions {
			name, title := v.name, v.obj.Name()
			if e.recv != "" {
				name, title = e.recv+"."+v.name, e.recv+"."+e.method
				if e.ptr {
					name = "(*" + e.recv + ")." + v.name
				}
			}
			lines = append(lines, x.line("Task", title, name, x.uses(v.cell.unit.Info, v.decl)))
		}
	}
	lines = append(lines, x.tasks.lines...)
	text := fmt.Sprintf(`package main

import %s %q

// The functions that child processes may run. A child gets copies of the variables.
func init() {
	%s
}
`, x.imports[cellsPath], cellsPath, strings.Join(lines, "\n"))
	return formatted("tasks.go", strings.Replace(text, "import cells ", "import ", 1))
}
