package program

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"iyagi/kernel/internal/magic"
)

// statements adds the edits that make of a cell's statements those of main: variables of the session are
// assigned, not declared, commands are calls, and the last value is printed.
func (x *export) statements(ed *edits, k *checked) {
	for _, s := range k.unit.Stmts {
		x.statement(ed, k, s)
	}
	x.result(ed, k)
	x.commands(ed, k)
}

func (x *export) statement(ed *edits, k *checked, s ast.Stmt) {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		x.statement(ed, k, s.Stmt)
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			if at, ok := k.offset(k.unit, s.TokPos); ok {
				ed.add(at, at+len(":="), "=")
			}
		}
	case *ast.DeclStmt:
		g, ok := s.Decl.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			return
		}
		var lines []string
		for _, spec := range g.Specs {
			if v := spec.(*ast.ValueSpec); len(v.Values) > 0 {
				lines = append(lines, x.valueText(ed, k, v))
			}
		}
		start, _ := k.offset(k.unit, s.Pos())
		end, _ := k.offset(k.unit, s.End())
		ed.add(start, end, strings.Join(lines, "\n"))
	}
}

// valueText is the assignment that a var declaration becomes.
func (x *export) valueText(ed *edits, k *checked, v *ast.ValueSpec) string {
	var names []string
	for _, id := range v.Names {
		start, _ := k.offset(k.unit, id.Pos())
		names = append(names, ed.text(start, start+len(id.Name)))
	}
	start, _ := k.offset(k.unit, v.Values[0].Pos())
	end, _ := k.offset(k.unit, v.Values[len(v.Values)-1].End())
	return strings.Join(names, ", ") + " = " + ed.text(start, end)
}

// result prints the value of the last expression, or drops it where a semicolon hides it.
func (x *export) result(ed *edits, k *checked) {
	n := len(k.unit.Stmts)
	if n == 0 {
		return
	}
	last, ok := k.unit.Stmts[n-1].(*ast.ExprStmt)
	if !ok {
		return
	}
	start, _ := k.offset(k.unit, last.X.Pos())
	end, _ := k.offset(k.unit, last.X.End())
	if k.unit.Result == nil {
		if a, ok := k.unit.Body[len(k.unit.Body)-1].(*ast.AssignStmt); ok && len(a.Lhs) == 1 && a.TokPos == a.Lhs[0].Pos() {
			ed.add(start, start, "_ = ")
		}
		return
	}
	if c, ok := ast.Unparen(last.X).(*ast.CallExpr); ok && runsAll(k.unit.Info, c) && !x.plural(k.unit.Info.TypeOf(c)) {
		return // its card is printed already
	}
	call := x.helper
	if x.plain(k.unit.Info.TypeOf(k.unit.Result)) {
		call = func(string) string { x.used["fmt"] = true; return x.imports["fmt"] + ".Println" }
	}
	ed.add(start, start, call("Show")+"(")
	ed.add(end, end, ")")
}

// plural tells whether a call has a value that Run has not shown.
func (x *export) plural(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return true
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	return !ok || n.Obj().Name() != "Group"
}

// plain tells whether the kernel shows a value as fmt.Println prints it.
func (x *export) plain(t types.Type) bool {
	if _, ok := t.(*types.Tuple); ok || t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Kind() == types.UnsafePointer || b.Info()&types.IsUntyped != 0 && b.Kind() == types.UntypedNil {
		return false
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil && strings.HasPrefix(n.Obj().Pkg().Path(), "iyagi/") {
		return false // display.HTML
	}
	obj, _, _ := types.LookupFieldOrMethod(t, false, nil, "MimeBundle")
	return obj == nil
}

// commands makes calls of the lines that begin with % and !.
func (x *export) commands(ed *edits, k *checked) {
	for i, s := range k.unit.Body {
		l, name, ok := k.command(k.unit, s)
		if !ok || name == "End" {
			continue
		}
		text := x.commandText(k, l)
		if name == "Begin" && l.Name == "%time" {
			text += "\n"
			x.endOfTimed(ed, k, i)
		}
		ed.add(l.Start, l.End, text)
	}
}

// endOfTimed ends the measurement of a %time behind the statement it is about.
func (x *export) endOfTimed(ed *edits, k *checked, i int) {
	for _, s := range k.unit.Body[i+1:] {
		if _, _, command := k.command(k.unit, s); command {
			continue
		}
		for _, own := range k.unit.Stmts { // the text of the statement, which the checked one may not cover
			if own.Pos() == s.Pos() || own.Pos() <= s.Pos() && s.Pos() < own.End() {
				end, _ := k.offset(k.unit, own.End())
				ed.add(end, end, "\n"+x.helper("EndTime")+"()")
				return
			}
		}
	}
}

func (x *export) commandText(k *checked, l magic.Line) string {
	args := strconv.Quote(l.Args)
	switch l.Name {
	case magic.Shell:
		return x.helper("Shell") + "(" + strconv.Quote(strings.ReplaceAll(l.Args, "\\\n", " ")) + ")"
	case "%env":
		return x.helper("Env") + "(" + args + ")"
	case "%cd":
		return x.helper("Cd") + "(" + args + ")"
	case "%time":
		return x.helper("BeginTime") + "() // %time"
	case "%%time":
		return x.helper("BeginTime") + "() // %%time\ndefer " + x.helper("EndTime") + "()"
	}
	x.notes = append(x.notes, fmt.Sprintf("%s of code cell %d is for a session and is a comment in the program", l.Name, k.index+1))
	return "// " + l.Name + " " + l.Args
}

// scoped tells whether statements must stand in a function of their own: what is
// deferred is done when the cell ends, return ends the cell, and a label is the cell's own.
func scoped(stmts []ast.Stmt) bool {
	found := false
	for _, s := range stmts {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.DeferStmt, *ast.ReturnStmt, *ast.LabeledStmt:
				found = true
			}
			return !found
		})
	}
	return found
}

// settings are the assignments by which a cell changes what functions mean.
func (x *export) settings(k *checked) (lines []string) {
	for _, e := range x.order {
		for i, v := range e.versions {
			if v.cell == k && i > 0 {
				lines = append(lines, x.setting(e, i))
			}
		}
	}
	return lines
}

func (x *export) setting(e *entity, i int) string {
	switch {
	case e.recv == "":
		return e.name + " = " + e.versions[i].name
	case e.ptr:
		return fmt.Sprintf("%s = (*%s).%s", e.name, e.recv, e.versions[i].name)
	}
	return fmt.Sprintf("%s = %s.%s", e.name, e.recv, e.versions[i].name)
}

// nameVersions gives the versions of functions that have several their names.
func (x *export) nameVersions() {
	words := x.spelled()
	for _, e := range x.order {
		if len(e.versions) < 2 {
			for i := range e.versions {
				e.versions[i].name = e.name
			}
			continue
		}
		base := e.name
		for i := range e.versions {
			name := base + strconv.Itoa(i+1)
			for x.taken[name] || words[name] {
				name += "_"
			}
			x.taken[name] = true
			e.versions[i].name = name
		}
		if e.recv != "" { // the variable that tells which one the method is
			name := strings.ToLower(e.recv[:1]) + e.recv[1:] + e.method
			for x.taken[name] || words[name] {
				name += "_"
			}
			x.taken[name] = true
			e.name = name
		}
	}
}

// nameFunc gives a declaration the name of its version.
func (x *export) nameFunc(ed *edits, k *checked, d *ast.FuncDecl) {
	e := x.entities[x.unit.Info.Defs[d.Name]]
	if e == nil {
		return
	}
	for _, v := range e.versions {
		if v.decl == d && v.cell == x.cell {
			at, _ := k.offset(x.unit, d.Name.Pos())
			ed.remove(at, at+len(d.Name.Name))
			if v.name != d.Name.Name {
				ed.add(at, at+len(d.Name.Name), v.name)
			}
		}
	}
}

// emitAgain adds the functions of other cells that this one changes.
func (x *export) emitAgain(k *checked) {
	for _, d := range k.unit.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || slices.Contains(k.unit.Syntax, d) {
			continue
		}
		e := x.entities[k.unit.Info.Defs[f.Name]]
		if e == nil || !slices.ContainsFunc(e.versions, func(v version) bool { return v.decl == f && v.cell == k }) {
			continue
		}
		home := x.homeOf(k, f)
		ed := newEdits(home.Source)
		x.edit(ed, home, f)
		x.nameFunc(ed, home, f)
		start, _ := home.offset(k.unit, f.Pos())
		end, _ := home.offset(k.unit, f.End())
		x.decls = append(x.decls, fmt.Sprintf("// %s as of code cell %d.\n%s", e.versions[len(e.versions)-1].name, k.index+1, ed.text(start, end)))
	}
	for _, d := range k.unit.Decls { // a generic type that gets another method
		g, ok := d.(*ast.GenDecl)
		if !ok || slices.Contains(k.unit.Syntax, d) || g.Tok != token.TYPE || !x.newTypes(k, g) || x.ownType(k, g) {
			continue
		}
		home := x.homeOf(k, g)
		ed := newEdits(home.Source)
		x.edit(ed, home, g)
		start, _ := home.offset(k.unit, g.Specs[0].Pos())
		end, _ := home.offset(k.unit, g.Specs[0].End())
		x.decls = append(x.decls, "type "+ed.text(start, end))
	}
}

// ownType tells whether a type declaration is part of one of the cell's own.
func (x *export) ownType(k *checked, g *ast.GenDecl) bool {
	for _, d := range k.unit.Syntax {
		if own, ok := d.(*ast.GenDecl); ok && own.Pos() == g.Pos() {
			return true
		}
	}
	return false
}
