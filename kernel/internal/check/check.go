package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"runtime"
	"slices"
	"strings"

	"iyagi/kernel/internal/stdlib"
)

// GoVersion is the version of the language that cells are written in.
const GoVersion = "go1.26"

// sizes are those of the gc compiler, which built this program.
var sizes = types.SizesFor("gc", runtime.GOARCH)

// Check type-checks a cell against the live declarations. The error is an
// [ErrorList]. What the cell changes in live types, such as a method that it
// adds, is taken back by the next Check unless the unit is committed before it.
//
// It takes 30 µs for "1+1", 0.25 ms for 20 lines in a session of 200
// declarations, and 0.3 ms for a variable that 20 functions mention (BenchmarkCheck);
// the first mention of a package costs its import on top.
func (s *Session) Check(cell Cell) (*Unit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rollback()
	x := parse(cell, s.base, parser.ParseComments, false)
	s.base = x.end()
	if len(x.errors) > 0 {
		return nil, finish(cell, x.syntaxErrors())
	}
	if x.alone && s.needsOrder(x) {
		x = parse(cell, s.base, parser.ParseComments, true)
		s.base = x.end()
	}
	c := s.check(x)
	if err := finish(cell, c.errors); err != nil {
		s.rollback()
		return nil, err
	}
	return c.unit(), nil
}

// check runs go/types over the cell and the earlier functions that it
// affects, again without those that no longer compile.
func (s *Session) check(x *syntax) *checking {
	kept := map[string]*Error{}
	for {
		s.emptyScope()
		c := s.newChecking(x, s.pkg, kept)
		c.run()
		c.addHints()
		if len(c.broken) == 0 || len(c.errors) > 0 {
			return c
		}
		for key, e := range c.broken {
			if kept[key] != nil || c.pulled[key] {
				// It cannot be left out: the cell itself needs it.
				c.errors = append(c.errors, &Error{Msg: fmt.Sprintf("%s does not compile any more: %s: %s", key, e.Pos, e.Msg)})
				return c
			}
		}
		maps.Copy(kept, c.broken)
		s.rollback()
	}
}

// A checking is the work on one cell.
type checking struct {
	*syntax
	session *Session
	pkg     *types.Package
	info    *types.Info
	file    *ast.File // what go/types sees
	lenient bool      // for completion: live types are not touched, errors do not matter

	imports  map[string]*declaration // that the cell declares or lacks, by name
	absent   map[string]bool         // names of packages that cannot be imported
	declares map[string]bool         // names that the cell declares at package level
	methods  map[string]bool         // "Type.Method" that it declares
	same     map[string]bool         // live types that it declares as they are
	top      map[string]*ast.Ident   // variables of the statements' top level
	promoted map[string]bool         // those of them that are checked at package level
	pulled   map[string]bool         // live generic types that get another method

	act       *types.PkgName // that commands call; nil: there are none
	typed     []typedArg     // arguments of commands that are types
	mentioned []string       // live names that commands mention
	moves     bool           // a command changes the working directory

	again    []*declaration    // live declarations that are checked again
	onlyVars map[string]bool   // those of them that depend on nothing new but variables of the statements
	kept     map[string]*Error // live declarations that no longer compile, and why
	broken   map[string]*Error // those of them that this run has found
	grafts   []*graft          // methods of live types
	hook     ast.Node          // go/types' error here says that signatures are known
	marker   ast.Expr          // the initial value that makes it
	old      []renamed         // identifiers that mean what the cell replaces

	body    []ast.Stmt // the statements, as Unit.Body
	result  ast.Expr   // the last statement's expression
	silent  bool       // a semicolon at the end hides its value
	errors  []*Error
	restore []func() // undoes changes of the syntax tree that only go/types should see
}

// newChecking prepares the work on a cell. The session's mutex is held.
func (s *Session) newChecking(x *syntax, pkg *types.Package, kept map[string]*Error) *checking {
	return &checking{
		syntax:   x,
		session:  s,
		pkg:      pkg,
		kept:     kept,
		info:     newInfo(),
		imports:  map[string]*declaration{},
		absent:   map[string]bool{},
		declares: map[string]bool{},
		methods:  map[string]bool{},
		pulled:   map[string]bool{},
		top:      map[string]*ast.Ident{},
		promoted: map[string]bool{},
		broken:   map[string]*Error{},
		onlyVars: map[string]bool{},
	}
}

func newInfo() *types.Info {
	return &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
}

// run prepares the cell for go/types and lets it check.
func (c *checking) run() {
	types, rest := c.readDecls()
	c.addCommands()
	c.topNames()
	c.chooseAgain()
	for _, d := range c.again {
		if fd, ok := d.decl.(*ast.FuncDecl); !ok {
			types = append(types, d.decl)
		} else if fd.Recv == nil || c.declares[d.receiver()] {
			rest = append(rest, fd)
		} else {
			c.addGraft(fd, d)
		}
	}
	vars := c.promote()
	c.missingImports()
	c.renameOld()
	c.prefill()
	c.file = &ast.File{Name: ast.NewIdent("main"), Package: c.decls.Package,
		FileStart: c.decls.FileStart, FileEnd: c.decls.FileEnd}
	// Signatures of methods of live types come before all that may call them.
	c.file.Decls = slices.Concat(types, c.graftDecls(), vars, rest, []ast.Decl{c.wrapper()})
	c.typeCheck()
}

// readDecls takes note of the cell's declarations and returns those that are
// for go/types.
func (c *checking) readDecls() (types, rest []ast.Decl) {
	for _, d := range c.decls.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			c.importSpecs(g)
		}
	}
	c.same = c.sameTypes()
	for _, d := range c.decls.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if c.funcDecl(d) {
				rest = append(rest, d)
			}
		case *ast.GenDecl:
			d = c.withoutSame(d)
			addNames(c.declares, d)
			if d.Tok == token.VAR {
				rest = append(rest, d)
			} else if d.Tok != token.IMPORT {
				types = append(types, d)
			}
		}
	}
	return types, rest
}

// typeCheck is the call of go/types.
func (c *checking) typeCheck() {
	conf := types.Config{
		GoVersion:                GoVersion,
		Importer:                 stdlib.Importer(),
		Sizes:                    sizes,
		DisableUnusedImportCheck: true,
		Error:                    c.report,
	}
	c.shieldTypes()
	defer func() {
		if p := recover(); p != nil {
			c.errors = append(c.errors, &Error{
				Msg:  fmt.Sprintf("defect of the kernel's type checker: %v", p),
				Hint: "please report it with this cell"})
		}
		for _, f := range slices.Backward(c.restore) {
			f()
		}
	}()
	types.NewChecker(&conf, c.fset, c.pkg, c.info).Files([]*ast.File{c.file})
}

// shieldTypes puts the right side of type declarations like "type A B" in
// parentheses while go/types checks: in its search for direct cycles it
// follows bare names of the package's scope and takes each for a type that is
// declared in the files at hand, which a live type is not.
func (c *checking) shieldTypes() {
	for _, d := range c.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, spec := range g.Specs {
			spec := spec.(*ast.TypeSpec)
			if id, ok := spec.Type.(*ast.Ident); ok && !c.declares[id.Name] {
				spec.Type = &ast.ParenExpr{Lparen: id.Pos(), X: id, Rparen: id.End()}
				c.restore = append(c.restore, func() { spec.Type = id })
			}
		}
	}
}

// funcDecl notes a function or method of the cell. It returns false when the
// declaration is not for go/types as it stands.
func (c *checking) funcDecl(d *ast.FuncDecl) bool {
	if d.Body == nil {
		hint := ""
		if rest := c.cell.Source[c.endOf(d):]; strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n;"), "{") {
			hint = "the opening brace stands at the end of this line"
		}
		c.fail(d.Name.Pos(), "missing function body", hint)
	}
	if d.Recv == nil {
		if d.Name.Name != "init" { // which nothing can refer to
			c.declares[d.Name.Name] = true
		}
		return true
	}
	return c.methodDecl(d)
}

// endOf is where a node of the cell ends in its text.
func (c *checking) endOf(n ast.Node) int {
	end, _ := c.offset(n.End())
	return end
}

// addNames adds the names that d declares.
func addNames(names map[string]bool, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			names[spec.Name.Name] = true
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				names[name.Name] = true
			}
		}
	}
	delete(names, "_")
}

// topNames notes the variables of the statements' top level.
func (c *checking) topNames() {
	for _, stmt := range c.stmts.Body.List {
		for _, name := range defined(stmt) {
			if name.Name == "_" || c.top[name.Name] != nil {
				continue
			}
			c.top[name.Name] = name
			if c.declares[name.Name] {
				c.fail(name.Pos(), name.Name+" redeclared in this cell", "a declaration of this name stands in the same cell")
			}
		}
	}
}

// defined are the identifiers on the left of a statement's := or after its var.
func defined(stmt ast.Stmt) []*ast.Ident {
	var names []*ast.Ident
	switch stmt := stmt.(type) {
	case *ast.LabeledStmt:
		return defined(stmt.Stmt)
	case *ast.AssignStmt:
		if stmt.Tok != token.DEFINE {
			break
		}
		for _, e := range stmt.Lhs {
			if name, ok := e.(*ast.Ident); ok {
				names = append(names, name)
			}
		}
	case *ast.DeclStmt:
		if g, ok := stmt.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				names = append(names, spec.(*ast.ValueSpec).Names...)
			}
		}
	}
	return names
}

// prefill inserts the live objects that the cell mentions into the package's
// scope: those of any identifier in its text, which may be too many but is
// quickly known, and those that the declarations checked again use.
func (c *checking) prefill() {
	for name := range c.layout.idents {
		c.insert(name)
	}
	for _, name := range c.mentioned {
		c.insert(name)
	}
	for _, d := range c.again {
		for key := range d.uses {
			c.insert(key)
		}
	}
	if c.act != nil {
		c.pkg.Scope().Insert(c.act)
	}
}

func (c *checking) insert(name string) {
	if c.declares[name] {
		return
	}
	if d := c.imports[name]; d != nil {
		c.pkg.Scope().Insert(d.obj)
	} else if d := c.session.live[name]; d != nil {
		obj := d.obj
		if p, ok := obj.(*types.PkgName); ok && p.Pkg() != c.pkg {
			obj = types.NewPkgName(p.Pos(), c.pkg, name, p.Imported())
		}
		c.pkg.Scope().Insert(obj)
	}
}

// wrapper is the function that holds the statements for go/types. A last
// expression, which Go would call unused, becomes an assignment to the blank
// identifier, which also gives an untyped constant its type; and all variables
// of the top level are used.
func (c *checking) wrapper() *ast.FuncDecl {
	end := c.stmts.Body.Rbrace
	c.lastExpr()
	c.callMain()
	list := slices.Clone(c.body)
	if n := len(list); n > 0 && c.result != nil && !isCall(c.result) {
		list[n-1] = assign(c.result.Pos(), &ast.Ident{NamePos: c.result.Pos(), Name: "_"}, c.result)
	}
	for name := range c.top {
		if !c.promoted[name] {
			list = append(list, assign(end, &ast.Ident{NamePos: end, Name: "_"}, &ast.Ident{NamePos: end, Name: name}))
		}
	}
	return &ast.FuncDecl{Name: c.stmts.Name, Type: c.stmts.Type,
		Body: &ast.BlockStmt{Lbrace: c.stmts.Body.Lbrace, List: list, Rbrace: end}}
}

// callMain puts a call of main after the statements, of which there are none,
// of a whole program. The cell's init functions are called by lower.
func (c *checking) callMain() {
	if !c.whole || len(c.parsed) > 0 {
		return
	}
	for _, d := range c.decls.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv == nil && fd.Name.Name == "main" &&
			fd.Type.TypeParams == nil && fd.Type.Params.NumFields() == 0 && fd.Type.Results.NumFields() == 0 {
			c.body = append(c.body, call(fd.Name.Name))
		}
	}
}

// lastExpr notes the expression that ends the statements.
func (c *checking) lastExpr() {
	if n := len(c.stmts.Body.List); n > 0 {
		if last, ok := c.stmts.Body.List[n-1].(*ast.ExprStmt); ok {
			c.result = last.X
			c.silent = c.layout.last.tok == token.SEMICOLON
		}
	}
}

// call is a call that nobody wrote: it has no position.
func call(name string) ast.Stmt {
	return &ast.ExprStmt{X: &ast.CallExpr{Fun: &ast.Ident{Name: name}}}
}

func assign(pos token.Pos, lhs, rhs ast.Expr) *ast.AssignStmt {
	return &ast.AssignStmt{Lhs: []ast.Expr{lhs}, TokPos: pos, Tok: token.ASSIGN, Rhs: []ast.Expr{rhs}}
}

// isCall tells whether go/parser sees a call or a conversion in e.
func isCall(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok
}

// report receives go/types' errors while it checks.
func (c *checking) report(err error) {
	e, ok := err.(types.Error)
	if !ok {
		c.errors = append(c.errors, &Error{Msg: err.Error()})
		return
	}
	switch {
	case c.hook != nil && e.Pos == c.hook.Pos():
		c.hook = nil
		c.graftMethods()
		return
	case strings.HasPrefix(e.Msg, "\t"):
		c.continueError(e)
		return
	case c.result != nil && e.Pos == c.result.Pos() && strings.HasSuffix(e.Msg, " is not used"):
		return // a call of a builtin, or a conversion, that ends the cell
	case c.absent[strings.TrimPrefix(e.Msg, "undefined: ")]:
		return // the import that fails is the error
	case !c.alone && strings.HasPrefix(e.Msg, "initialization cycle"):
		return // promoted variables have their values from assignments, in the order of the text
	}
	if c.result != nil && e.Pos == c.result.Pos() {
		e.Msg = strings.Replace(e.Msg, " in assignment to _ identifier", "", 1) // which wrapper made
	}
	for _, r := range c.old {
		e.Msg = strings.ReplaceAll(e.Msg, r.id.Name, r.name)
	}
	offset, ok := c.offset(e.Pos)
	if ok {
		c.errors = append(c.errors, &Error{Pos: token.Position{Offset: offset}, Msg: e.Msg})
		return
	}
	for _, d := range c.again {
		if d.decl.Pos() <= e.Pos && e.Pos <= d.decl.End() {
			if c.broken[d.key] == nil {
				c.broken[d.key] = &Error{Pos: c.fset.Position(e.Pos), Msg: e.Msg}
			}
			return
		}
	}
	c.errors = append(c.errors, &Error{Msg: e.Msg})
}

// continueError adds to the last error what go/types says about another
// place: "other declaration of x".
func (c *checking) continueError(e types.Error) {
	if len(c.errors) == 0 {
		return
	}
	if p := c.fset.Position(e.Pos); p.IsValid() {
		last := c.errors[len(c.errors)-1]
		last.Msg += fmt.Sprintf("\n\t%s: %s", p, strings.TrimSpace(e.Msg))
	}
}
