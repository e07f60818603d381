package check

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"iyagi/kernel/internal/magic"
	"iyagi/kernel/internal/stdlib"
)

// Commands, the lines that start with % or !, are statements: each becomes
// a call of a function of package act at its place among the others. %who
// and %test hand over the variables and functions they are about.

// actPath is the package that does what commands ask for, and actName what it is called
// in the statements: no cell spells the name.
const (
	actPath = "iyagi/kernel/internal/act"
	actName = "act" + unlike
)

// commandErrors checks the command lines by themselves.
func (x *syntax) commandErrors() {
	first := true // only commands for a first line so far
	for _, c := range x.layout.chunks {
		if c.kind != command {
			first = false
			continue
		}
		opens := c.command.Name == "%reset" || c.command.Name == "%%time"
		err := c.command.Check()
		if err == nil && opens && !first {
			err = fmt.Errorf("%s is for the first line of a cell", c.command.Name)
		}
		first = first && opens
		if err != nil {
			e := &Error{Pos: token.Position{Offset: c.command.Mark}, Msg: err.Error(), Hint: "%help lists the commands"}
			if _, known := magic.Lookup(c.command.Name); known {
				e.Hint = ""
			} else if near := nearCommand(c.command.Name); near != "" {
				e.Hint = "did you mean " + near
			}
			x.errors = append(x.errors, e)
		}
	}
}

// nearCommand is the command that name may be a slip for, or "". A longer name
// may also be a part of it: of IPython's %timeit, or %environment.
func nearCommand(name string) string {
	var names []string
	word := strings.TrimLeft(name, "%")
	for _, c := range magic.Commands() {
		names = append(names, c.Name)
		if w := strings.TrimLeft(c.Name, "%"); w == word {
			return c.Name
		}
	}
	if near := closest(name, names); near != "" {
		return near
	}
	for _, n := range names {
		if w := strings.TrimLeft(n, "%"); len(w) > 1 && len(word) > 2 && (strings.HasPrefix(word, w) || strings.HasPrefix(w, word)) {
			return n
		}
	}
	return ""
}

// Resets tells whether a cell begins with %reset: it is to be checked by a
// session without declarations.
func Resets(src string) bool {
	if !strings.Contains(src, "%reset") {
		return false
	}
	for _, c := range split(src).chunks {
		if c.kind != command {
			return false
		}
		if c.command.Name == "%reset" {
			return true
		}
	}
	return false
}

// A place is a statement of the cell, or a command, with what precedes it.
type place struct {
	offset  int
	stmts   []ast.Stmt
	command *magic.Line // nil: a statement of the cell
}

// typedArg is a string argument that becomes the type of a variable.
type typedArg struct {
	text *ast.BasicLit
	id   *ast.Ident
}

// addCommands puts the calls for the commands among the statements.
func (c *checking) addCommands() {
	list := c.parsed
	c.stmts.Body.List, c.free[1] = list, c.parsedFree
	var places []*place
	for _, chunk := range c.layout.chunks {
		if chunk.kind == command {
			places = append(places, &place{offset: chunk.start, command: &chunk.command})
		}
	}
	if len(places) == 0 || c.lenient || c.files[1] == nil {
		return
	}
	pkg, err := stdlib.Importer().Import(actPath)
	if err != nil {
		c.errors = append(c.errors, &Error{Msg: "commands are not available: " + err.Error()})
		return
	}
	c.act = types.NewPkgName(token.NoPos, c.pkg, actName, pkg)
	for _, stmt := range list {
		if _, ok := stmt.(*ast.EmptyStmt); !ok {
			offset, _ := c.offset(stmt.Pos())
			places = append(places, &place{offset: offset, stmts: []ast.Stmt{stmt}})
		}
	}
	slices.SortStableFunc(places, func(a, b *place) int { return cmp.Compare(a.offset, b.offset) })
	top := map[string]*ast.Ident{} // variables that the cell has declared before
	for i, p := range places {
		if p.command == nil {
			for _, id := range defined(p.stmts[0]) {
				if id.Name != "_" && top[id.Name] == nil {
					top[id.Name] = id
				}
			}
		} else if p.command.Name != "%time" {
			p.stmts = c.commandStmts(*p.command, top)
		} else if !c.timed(*p.command, places[i+1:]) {
			c.fail(c.pos(p.command.Mark), "%time is for a statement, and this is none", "")
		}
	}
	c.stmts.Body.List = c.arrange(places)
}

// timed tells whether the first place is what the %time before it is about.
func (c *checking) timed(l magic.Line, next []*place) bool {
	return len(next) > 0 && !strings.Contains(c.cell.Source[l.End:next[0].offset], "\n")
}

// arrange is the list of statements with measurements of time around those that
// a %time precedes.
func (c *checking) arrange(places []*place) []ast.Stmt {
	var out []ast.Stmt
	begun := []token.Pos{}
	for i, p := range places {
		if p.command != nil && p.command.Name == "%time" {
			begun = append(begun, c.pos(p.command.Mark))
			continue
		}
		for _, at := range begun {
			out = append(out, c.actCall(at, "Begin"))
		}
		if _, value := p.stmts[0].(*ast.ExprStmt); value && i == len(places)-1 && p.command == nil {
			// The value of the last expression is shown by what comes last.
			for _, at := range begun {
				out = append(out, c.deferred(at))
			}
			begun = nil
		}
		out = append(out, p.stmts...)
		for _, at := range begun {
			out = append(out, c.actCall(at, "End"))
		}
		begun = nil
	}
	return out
}

// pos is the position of a place of the text, as if a statement stood there.
func (x *syntax) pos(offset int) token.Pos {
	return x.files[1].Pos(min(len(bodyPrefix)+offset, x.files[1].Size()))
}

// commandStmts are the statements for a command.
func (c *checking) commandStmts(l magic.Line, top map[string]*ast.Ident) []ast.Stmt {
	at := c.pos(l.Mark)
	switch l.Name {
	case magic.Shell:
		return []ast.Stmt{c.actCall(at, "Shell", text(at, l.Args))}
	case "%help":
		return []ast.Stmt{c.actCall(at, "Help")}
	case "%reset":
		return []ast.Stmt{c.actCall(at, "Reset")}
	case "%%time":
		return []ast.Stmt{c.actCall(at, "Begin"), c.deferred(at)}
	case "%env":
		return []ast.Stmt{c.actCall(at, "Env", text(at, l.Args))}
	case "%cd":
		c.moves = c.moves || l.Args != ""
		return []ast.Stmt{c.actCall(at, "Cd", text(at, l.Args))}
	case "%who":
		return []ast.Stmt{c.actCall(at, "Who", c.variables(at, top)...)}
	case "%test":
		cases := c.cases(at)
		if len(cases) == 0 {
			c.fail(at, "there are no tests", "declare func TestName(t *testing.T)")
		}
		return []ast.Stmt{c.actCall(at, "Test", append([]ast.Expr{text(at, l.Args)}, cases...)...)}
	}
	c.fail(at, l.Name+" is not implemented", "this is a defect of Iyagi") // the table has more than this switch
	return []ast.Stmt{&ast.EmptyStmt{Semicolon: at}}
}

// variables are the arguments of act.Who: a row for each variable.
func (c *checking) variables(at token.Pos, top map[string]*ast.Ident) []ast.Expr {
	var rows []ast.Expr
	add := func(name, label string, id *ast.Ident) {
		typ := text(at, "") // known once go/types is done
		c.typed = append(c.typed, typedArg{typ, id})
		rows = append(rows, c.actCall(at, "Var", text(at, name), typ, text(at, label), id).X)
	}
	for _, d := range c.session.inOrder() {
		if _, ok := d.obj.(*types.Var); ok && top[d.key] == nil && !c.declares[d.key] {
			add(d.key, d.cell.Label, c.liveIdent(at, d.key))
		}
	}
	for _, id := range slices.SortedFunc(maps.Values(top), func(a, b *ast.Ident) int { return cmp.Compare(a.Pos(), b.Pos()) }) {
		// As go/parser would have resolved it.
		add(id.Name, c.cell.Label, &ast.Ident{NamePos: at, Name: id.Name, Obj: id.Obj})
	}
	return rows
}

// cases are the arguments of act.Test: tests and benchmarks, live and the cell's.
func (c *checking) cases(at token.Pos) []ast.Expr {
	var list []ast.Expr
	add := func(param string, id *ast.Ident) {
		if isTest(id.Name, param) {
			list = append(list, c.actCall(at, strings.TrimPrefix(param, "*testing."), text(at, id.Name), id).X)
		}
	}
	for _, d := range c.session.inOrder() {
		if !c.declares[d.key] && isTestObject(d.obj) {
			add(testParam(d.obj), c.liveIdent(at, d.key))
		}
	}
	for _, d := range c.decls.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Recv == nil && f.Type.Params.NumFields() == 1 && f.Type.Results.NumFields() == 0 && f.Type.TypeParams.NumFields() == 0 {
			add(types.ExprString(f.Type.Params.List[0].Type), &ast.Ident{NamePos: at, Name: f.Name.Name})
		}
	}
	return list
}

// isTest tells whether go test takes a function of this name, with a parameter of this
// type, for a test or a benchmark.
func isTest(name, param string) bool {
	rest, ok := "", false
	switch param {
	case "*testing.T":
		rest, ok = strings.CutPrefix(name, "Test")
	case "*testing.B":
		rest, ok = strings.CutPrefix(name, "Benchmark")
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(r))
}

// isTestObject is isTest for what is declared.
func isTestObject(obj types.Object) bool { return isTest(obj.Name(), testParam(obj)) }

// testParam is the type of the only parameter of a function without results, or "".
func testParam(obj types.Object) string {
	f, ok := obj.(*types.Func)
	if !ok {
		return ""
	}
	sig := f.Signature()
	if sig.Params().Len() != 1 || sig.Results().Len() != 0 || sig.TypeParams().Len() != 0 {
		return ""
	}
	return types.TypeString(sig.Params().At(0).Type(), nil)
}

// liveIdent is an identifier that means the live declaration of that name, as
// of before the cell.
func (c *checking) liveIdent(at token.Pos, name string) *ast.Ident {
	id := &ast.Ident{NamePos: at, Name: name}
	c.free[1] = append(slices.Clip(c.free[1]), id)
	c.mentioned = append(c.mentioned, name)
	return id
}

// actCall is a call of a function of package act.
func (c *checking) actCall(at token.Pos, name string, args ...ast.Expr) *ast.ExprStmt {
	pkg := &ast.Ident{NamePos: at, Name: actName}
	c.restore = append(c.restore, func() { pkg.Name = "act" })
	return &ast.ExprStmt{X: &ast.CallExpr{
		Fun:    &ast.SelectorExpr{X: pkg, Sel: &ast.Ident{NamePos: at, Name: name}},
		Lparen: at, Args: args, Rparen: at,
	}}
}

// deferred ends a measurement of time when the cell ends.
func (c *checking) deferred(at token.Pos) ast.Stmt {
	return &ast.DeferStmt{Defer: at, Call: c.actCall(at, "End").X.(*ast.CallExpr)}
}

func text(at token.Pos, s string) *ast.BasicLit {
	return &ast.BasicLit{ValuePos: at, Kind: token.STRING, Value: strconv.Quote(s)}
}

// typeArgs gives the arguments that are types their text.
func (c *checking) typeArgs() {
	for _, a := range c.typed {
		obj := c.info.Uses[a.id]
		if obj == nil {
			continue
		}
		s := types.TypeString(obj.Type(), qualifier(c.pkg))
		a.text.Value = strconv.Quote(s)
		tv := c.info.Types[a.text]
		tv.Value = constant.MakeString(s)
		c.info.Types[a.text] = tv
	}
}

// commandNotes are sentences about lines that may be meant as Go: "!ok".
func (c *checking) commandNotes() []string {
	var notes []string
	for _, chunk := range c.layout.chunks {
		name := chunk.command.Args
		if chunk.kind != command || chunk.command.Name != magic.Shell || name == "" || identEnd(name, 0) != len(name) {
			continue
		}
		var obj types.Object
		if id := c.top[name]; id != nil {
			obj = c.info.Defs[id]
		} else if d := c.session.live[name]; d != nil {
			obj = d.obj
		}
		if v, ok := obj.(*types.Var); ok && types.Identical(v.Type().Underlying(), types.Typ[types.Bool]) {
			notes = append(notes, fmt.Sprintf("!%s is a command for the shell; to show the value of the variable, write (!%s)", name, name))
		}
	}
	return notes
}
