package program

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"iyagi/kernel/internal/check"
)

// emitCell adds a cell's declarations and statements to the program.
func (x *export) emitCell(k *checked) {
	if k.unit == nil {
		x.emitBroken(k)
		return
	}
	x.cell, x.unit = k, k.unit
	ed := newEdits(k.Source)
	var nodes []ast.Node
	for _, d := range k.unit.Syntax {
		nodes = append(nodes, d)
	}
	for _, s := range k.unit.Stmts {
		nodes = append(nodes, s)
	}
	for _, s := range k.unit.Body {
		nodes = append(nodes, s)
	}
	x.edit(ed, k, nodes...)
	pieces := x.cut(ed, k)
	before := x.settings(k)
	for _, i := range k.unit.Init {
		before = append(before, x.initText(ed, k, i))
	}
	before = append(before, x.inits(k)...)
	x.statements(ed, k)
	main := x.mainText(ed, k, pieces)
	decls := make([]string, 0, len(pieces))
	for _, p := range pieces {
		if p.keep {
			decls = append(decls, ed.text(p.start, p.end))
		}
	}
	prose := comments(k.Prose)
	if len(k.unit.Body) == 0 && len(before) == 0 {
		if s := strings.TrimSpace(main); s != "" {
			decls = append([]string{s}, decls...)
		}
		if prose != "" {
			decls = append([]string{prose}, decls...)
		}
		main = ""
	} else {
		x.body = append(x.body, x.mainPart(k, prose, before, main))
	}
	x.decls = append(x.decls, decls...)
	x.emitAgain(k)
}

// mainPart is the part of main that is the cell's.
func (x *export) mainPart(k *checked, prose string, before []string, main string) string {
	text := strings.Join(append(before, strings.Trim(main, "\n")), "\n")
	if k.MayFail {
		text = x.helper("MayFail") + "(func() {\n" + text + "\n})"
	} else if scoped(k.unit.Stmts) {
		text = "func() {\n" + text + "\n}()"
	}
	if x.marks {
		text = fmt.Sprintf("%s(%d)\n%s", x.helper("Begin"), k.index+1, text)
	}
	if prose != "" {
		text = prose + "\n\n" + text
	}
	return text
}

// emitBroken keeps a cell that does not compile as a comment, if that is what it is there to show.
func (x *export) emitBroken(k *checked) {
	if !k.MayFail {
		line, msg := 0, k.err.Error()
		if list, ok := k.err.(check.ErrorList); ok && len(list) > 0 {
			line, msg = list[0].Pos.Line, list[0].Msg
		}
		x.fail(k, line, msg, "a cell that is to show an error of the compiler has the tag raises-exception")
		return
	}
	text := "This does not compile: " + k.err.Error() + "\n\n" + k.Source
	x.body = append(x.body, comments(append(slices.Clone(k.Prose), text)))
}

// piece is a part of a cell's text that is no statement.
type piece struct {
	start, end int
	keep       bool // it is a declaration of the program
}

var packageClause = regexp.MustCompile(`(?m)^[ \t]*package[ \t]+main\b;?`)

// cut finds the parts of the cell that are declarations.
func (x *export) cut(ed *edits, k *checked) []piece {
	var list []piece
	if at := packageClause.FindStringIndex(k.Source); at != nil {
		list = append(list, piece{at[0], at[1], false})
	}
	for _, d := range k.unit.Syntax {
		start, ok := k.offset(k.unit, d.Pos())
		end, ok2 := k.offset(k.unit, d.End())
		if !ok || !ok2 {
			continue
		}
		keep := true
		var doc *ast.CommentGroup
		switch d := d.(type) {
		case *ast.FuncDecl:
			doc = d.Doc
			x.nameFunc(ed, k, d)
		case *ast.GenDecl:
			doc = d.Doc
			keep = d.Tok == token.TYPE && x.newTypes(k, d) || d.Tok == token.CONST && x.newConsts(k, d)
			if d.Tok == token.IMPORT {
				x.blankImports(d)
			}
		}
		if at, ok := docStart(k, doc); ok {
			start = at
		}
		list = append(list, piece{start, restOfLine(k.Source, end), keep})
	}
	slices.SortFunc(list, func(a, b piece) int { return a.start - b.start })
	return list
}

func docStart(k *checked, doc *ast.CommentGroup) (int, bool) {
	if doc == nil {
		return 0, false
	}
	return k.offset(k.unit, doc.Pos())
}

// restOfLine takes along a semicolon and a comment behind a declaration.
func restOfLine(src string, end int) int {
	for end < len(src) && strings.ContainsRune(" \t;", rune(src[end])) {
		end++
	}
	if strings.HasPrefix(src[end:], "//") {
		if n := strings.IndexByte(src[end:], '\n'); n >= 0 {
			return end + n
		}
		return len(src)
	}
	return end
}

func (x *export) blankImports(d *ast.GenDecl) {
	for _, s := range d.Specs {
		if s := s.(*ast.ImportSpec); s.Name != nil && s.Name.Name == "_" {
			x.blank[strings.Trim(s.Path.Value, "\"`")] = true
		}
	}
}

// newTypes tells whether a declaration holds a type that the program has not got yet: one that
// is declared as it was stays what it is.
func (x *export) newTypes(k *checked, d *ast.GenDecl) bool {
	for _, s := range d.Specs {
		obj := k.unit.Info.Defs[s.(*ast.TypeSpec).Name]
		if e := x.entities[obj]; e != nil && e.obj == obj {
			return true
		}
	}
	return false
}

func (x *export) newConsts(k *checked, d *ast.GenDecl) bool {
	for _, s := range d.Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			if e := x.entities[k.unit.Info.Defs[id]]; e != nil && e.obj == k.unit.Info.Defs[id] {
				return true
			}
		}
	}
	return false
}

// mainText is what of the cell stands in main: all but its declarations.
func (x *export) mainText(ed *edits, k *checked, pieces []piece) string {
	var b strings.Builder
	at := 0
	for _, p := range pieces {
		if p.start > at {
			b.WriteString(ed.text(at, p.start))
		}
		at = max(at, p.end)
	}
	b.WriteString(ed.text(at, len(k.Source)))
	if last := len(k.unit.Body) - 1; last >= 0 {
		if e, ok := k.unit.Body[last].(*ast.ExprStmt); ok && !e.Pos().IsValid() {
			for _, v := range x.entities { // the call of main that package check adds
				if v.obj.Name() == "main" && v.recv == "" && len(v.versions) > 0 && v.versions[len(v.versions)-1].cell == k {
					b.WriteString("\n" + v.name + "()")
				}
			}
		}
	}
	return b.String()
}

// initText is the initialisation of a variable of a cell of declarations alone.
func (x *export) initText(ed *edits, k *checked, i *types.Initializer) string {
	var names []string
	for _, v := range i.Lhs {
		if e := x.entities[v]; e != nil {
			names = append(names, e.name)
		} else {
			names = append(names, "_")
		}
	}
	start, _ := k.offset(k.unit, i.Rhs.Pos())
	end, _ := k.offset(k.unit, i.Rhs.End())
	return strings.Join(names, ", ") + " = " + ed.text(start, end)
}

// inits are the calls of the cell's init functions.
func (x *export) inits(k *checked) (calls []string) {
	for _, d := range k.unit.Syntax {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			if e := x.entities[k.unit.Info.Defs[f.Name]]; e != nil {
				calls = append(calls, e.name+"()")
			}
		}
	}
	return calls
}

// edit adds the edits for names and tasks in nodes of the current unit, whose text is in k.
func (x *export) edit(ed *edits, k *checked, nodes ...ast.Node) {
	for _, n := range nodes {
		x.rename(ed, k, x.unit, n)
	}
	if x.tasks == nil {
		return
	}
	for _, n := range nodes {
		x.wrapTasks(ed, k, n)
	}
}

// rename adds the edits that give names in a node their place in the program.
func (x *export) rename(ed *edits, k *checked, u *check.Unit, n ast.Node) {
	qualified := map[*ast.Ident]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				if _, pkg := u.Info.Uses[id].(*types.PkgName); pkg {
					qualified[n.Sel] = true
				}
			}
		case *ast.ImportSpec:
			return false
		case *ast.Ident:
			if name := x.nameIn(u, n, qualified[n]); name != n.Name {
				if at, ok := k.offset(u, n.Pos()); ok && strings.HasPrefix(k.Source[at:], n.Name) {
					ed.add(at, at+len(n.Name), name)
				}
			}
		}
		return true
	})
}

// nameIn is how the program spells an identifier.
func (x *export) nameIn(u *check.Unit, id *ast.Ident, qualified bool) string {
	obj := u.Info.Uses[id]
	if obj == nil {
		obj = u.Info.Defs[id]
	}
	if obj == nil {
		return id.Name
	}
	if e := x.entities[obj]; e != nil && e.recv == "" {
		return e.name
	}
	switch o := obj.(type) {
	case *types.PkgName:
		return x.importName(o.Imported())
	case *types.Var:
		if o.IsField() && o.Embedded() {
			return x.embedded(o)
		}
		if o = o.Origin(); x.entities[o] != nil {
			return x.entities[o].name
		}
	case *types.Func:
		if e := x.entities[o.Origin()]; e != nil && e.recv == "" {
			return e.name
		}
	}
	if !qualified && obj.Pkg() != nil && obj.Pkg() != u.Pkg && obj.Parent() == obj.Pkg().Scope() {
		return x.importName(obj.Pkg()) + "." + obj.Name() // of import . "fmt"
	}
	return id.Name
}

// embedded is the name of an embedded field, which is that of its type.
func (x *export) embedded(f *types.Var) string {
	t := f.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	var obj types.Object
	switch t := t.(type) {
	case *types.Named:
		obj = t.Origin().Obj()
	case *types.Alias:
		obj = t.Obj()
	}
	if e := x.entities[obj]; e != nil {
		return e.name
	}
	return f.Name()
}

// importName is the name of a package in the program, which now needs it.
func (x *export) importName(p *types.Package) string {
	if p.Path() == actPath {
		return "act"
	}
	x.used[p.Path()] = true
	return x.imports[p.Path()]
}

// helper is a function of package cells.
func (x *export) helper(name string) string {
	x.helpers = true
	x.used[cellsPath] = true
	return x.imports[cellsPath] + "." + name
}

// comments makes a comment of each text.
func comments(texts []string) string {
	var b strings.Builder
	for _, t := range texts {
		t = strings.TrimSpace(t)
		if t == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("//\n")
		}
		for line := range strings.Lines(t + "\n") {
			b.WriteString(strings.TrimRight("// "+strings.TrimRight(line, "\r\n"), " ") + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
