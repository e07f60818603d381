package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
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
// [ErrorList]. The session stays as it was until the unit is committed.
func (s *Session) Check(cell Cell) (*Unit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := parse(cell, s.base, parser.ParseComments)
	s.base = x.end()
	if len(x.errors) > 0 {
		return nil, finish(cell, x.errors)
	}
	c := s.newChecking(x)
	c.run()
	if err := finish(cell, c.errors); err != nil {
		return nil, err
	}
	return c.unit(), nil
}

// A checking is the work on one cell.
type checking struct {
	*syntax
	session *Session
	pkg     *types.Package
	info    *types.Info
	file    *ast.File // what go/types sees

	imports  map[string]*declaration // that the cell declares or lacks, by name
	declares map[string]bool         // names that the cell declares at package level
	top      map[string]bool         // names that the statements declare at their top level
	promoted map[string]bool         // those of them that are checked at package level
	result   ast.Expr                // the last statement's expression
	holder   *ast.AssignStmt         // stands in for the last statement: _ = result
	errors   []*Error
}

func (s *Session) newChecking(x *syntax) *checking {
	s.emptyScope()
	return &checking{
		syntax:   x,
		session:  s,
		pkg:      s.pkg,
		info:     newInfo(),
		imports:  map[string]*declaration{},
		declares: map[string]bool{},
		top:      map[string]bool{},
		promoted: map[string]bool{},
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
	c.file = &ast.File{
		Name: ast.NewIdent("main"), Package: c.decls.Package,
		FileStart: c.decls.FileStart, FileEnd: c.decls.FileEnd,
	}
	for _, d := range c.decls.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			c.importSpecs(g)
			continue
		}
		c.file.Decls = append(c.file.Decls, d)
		c.declare(d)
	}
	c.topNames()
	c.missingImports()
	c.prefill(c.layout.idents)
	body := c.bodyForChecking()
	c.file.Decls = append(c.file.Decls, body)
	conf := types.Config{
		GoVersion:                GoVersion,
		Importer:                 stdlib.Importer(),
		Sizes:                    sizes,
		DisableUnusedImportCheck: true,
		Error:                    c.report,
	}
	restore := c.shieldTypes()
	defer restore()
	types.NewChecker(&conf, c.fset, c.pkg, c.info).Files([]*ast.File{c.file})
}

// shieldTypes puts the right side of type declarations like "type A B" in
// parentheses while go/types checks: in its search for direct cycles it
// follows bare names of the package's scope and takes each for a type that is
// declared in the files at hand, which a live type is not.
func (c *checking) shieldTypes() (restore func()) {
	var specs []*ast.TypeSpec
	for _, d := range c.file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
			for _, spec := range g.Specs {
				spec := spec.(*ast.TypeSpec)
				if id, ok := spec.Type.(*ast.Ident); ok && !c.declares[id.Name] {
					spec.Type = &ast.ParenExpr{Lparen: id.Pos(), X: id, Rparen: id.End()}
					specs = append(specs, spec)
				}
			}
		}
	}
	return func() {
		for _, spec := range specs {
			spec.Type = spec.Type.(*ast.ParenExpr).X
		}
	}
}

// declare notes the names that d declares at package level.
func (c *checking) declare(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			c.declares[d.Name.Name] = true
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				c.declares[spec.Name.Name] = true
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					c.declares[name.Name] = true
				}
			}
		}
	}
}

// topNames notes the variables of the statements' top level, in order of declaration.
func (c *checking) topNames() {
	for _, stmt := range c.body.Body.List {
		for _, name := range defined(stmt) {
			c.top[name.Name] = true
		}
	}
	delete(c.top, "_")
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

// prefill inserts the live objects of these names into the package's scope.
func (c *checking) prefill(names map[string]bool) {
	scope := c.pkg.Scope()
	for name := range names {
		if c.declares[name] {
			continue
		}
		if d := c.imports[name]; d != nil {
			scope.Insert(d.obj)
			continue
		}
		if d := c.session.live[name]; d != nil {
			scope.Insert(d.obj)
		}
	}
}

// bodyForChecking is the function that holds the statements. A last
// expression, which Go would call unused, becomes an assignment to the blank
// identifier, which also gives an untyped constant its type; and all variables
// of the top level are used.
func (c *checking) bodyForChecking() *ast.FuncDecl {
	list := slices.Clone(c.body.Body.List)
	if n := len(list); n > 0 {
		if last, ok := list[n-1].(*ast.ExprStmt); ok {
			c.result = last.X
			if !isCall(last.X) {
				c.holder = &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: last.Pos(), Name: "_"}},
					TokPos: last.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{last.X}}
				list[n-1] = c.holder
			}
		}
	}
	end := c.body.Body.Rbrace
	for name := range c.top {
		if !c.promoted[name] {
			list = append(list, &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: end, Name: "_"}},
				TokPos: end, Tok: token.ASSIGN, Rhs: []ast.Expr{&ast.Ident{NamePos: end, Name: name}}})
		}
	}
	return &ast.FuncDecl{Name: c.body.Name, Type: c.body.Type,
		Body: &ast.BlockStmt{Lbrace: c.body.Body.Lbrace, List: list, Rbrace: end}}
}

// isCall tells whether go/parser sees a call or a conversion in e.
func isCall(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok
}

// report receives go/types' errors.
func (c *checking) report(err error) {
	e, ok := err.(types.Error)
	if !ok {
		c.errors = append(c.errors, &Error{Msg: err.Error()})
		return
	}
	if strings.HasPrefix(e.Msg, "\t") && len(c.errors) > 0 {
		// "other declaration of x": the second half of the error before.
		last := c.errors[len(c.errors)-1]
		if p := c.fset.Position(e.Pos); p.IsValid() {
			last.Msg += fmt.Sprintf("\n\t%s: %s", p, strings.TrimSpace(e.Msg))
		}
		return
	}
	if c.result != nil && e.Pos == c.result.Pos() && strings.HasSuffix(e.Msg, " is not used") {
		return // a call of a builtin, or a conversion, that ends the cell
	}
	offset, ok := c.offset(e.Pos)
	if !ok {
		return
	}
	c.errors = append(c.errors, &Error{Pos: token.Position{Offset: offset}, Msg: e.Msg, Hint: c.hint(e)})
}
