package check

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// The two halves of a cell are parsed behind these. They end in a newline, so
// that a comment on the cell's first line can be a doc comment; positions are
// set right afterwards.
const (
	declPrefix = "package main\n"
	bodyPrefix = "package main;func _(){\n"
	bodySuffix = "\n}"
)

// atEnd is what the parser found where the text of a cell ends.
const atEnd = "found end of cell"

// A syntax is a parsed cell.
type syntax struct {
	layout *layout
	cell   Cell
	fset   *token.FileSet
	files  [2]*token.File // of the declarations and of the statements
	decls  *ast.File
	stmts  *ast.FuncDecl   // the statements, in a function
	free   [2][]*ast.Ident // what the declarations and the statements leave undeclared
	errors []*Error
	mode   parser.Mode
	// What addCommands starts from: the statements and what they leave undeclared.
	parsed     []ast.Stmt
	parsedFree []*ast.Ident
	whole      bool   // the cell has a clause of package main: it is a program
	library    string // the name of another package that it has a clause of
	alone      bool   // it has declarations alone, and variables among them are declarations
}

// parse parses a cell. It always returns a syntax tree, which holds what could
// be understood when there are errors.
//
// Variables of a cell of declarations alone are declarations, too, and
// initialised in Go's order; in other cells, or if inOrder is set, they are statements.
func parse(cell Cell, base int, mode parser.Mode, inOrder bool) *syntax {
	x := &syntax{layout: split(cell.Source), cell: cell, fset: token.NewFileSet(), mode: mode}
	// Positions of all cells of a session are apart, so that declarations of
	// earlier cells can join this one's file set.
	x.fset.RemoveFile(x.fset.AddFile("", base, 0))
	l := x.layout
	x.errors = append(x.errors, l.errors...)
	declText, bodyText := blanks(cell.Source), blanks(cell.Source)
	x.alone = !inOrder && l.alone()
	for _, c := range l.chunks {
		switch c.kind {
		case command:
			continue
		case packageClause:
			x.packageClause(c)
			continue
		case statement, empty:
			copy(bodyText[c.start:c.end], cell.Source[c.start:c.end])
			continue
		case varDecl:
			if !x.alone {
				copy(bodyText[c.start:c.end], cell.Source[c.start:c.end])
				continue
			}
		}
		copy(declText[c.start:c.end], cell.Source[c.start:c.end])
	}
	x.comments(declText, bodyText)
	x.commandErrors()
	if l.stray >= 0 {
		x.errors = append(x.errors, &Error{Pos: token.Position{Offset: l.stray},
			Msg: "unexpected '" + cell.Source[l.stray:l.stray+1] + "': nothing that it could close is open"})
		return x.empty()
	}
	if l.deep >= 0 {
		x.errors = append(x.errors, &Error{Pos: token.Position{Offset: l.deep}, Msg: "nested too deeply",
			Hint: "take it apart: give parts of it names"})
		return x.empty()
	}
	x.decls = x.half(0, declPrefix, string(declText), "")
	stmts := x.half(1, bodyPrefix, string(bodyText), bodySuffix)
	if len(stmts.Decls) == 1 {
		x.stmts, _ = stmts.Decls[0].(*ast.FuncDecl)
	}
	if x.stmts == nil || x.stmts.Body == nil {
		x.stmts = emptyBody()
	}
	x.parsed, x.parsedFree = x.stmts.Body.List, x.free[1]
	return x
}

func emptyBody() *ast.FuncDecl {
	return &ast.FuncDecl{Name: ast.NewIdent("_"), Type: &ast.FuncType{Params: &ast.FieldList{}}, Body: &ast.BlockStmt{}}
}

// empty makes x a cell without content.
func (x *syntax) empty() *syntax {
	x.decls = &ast.File{Name: ast.NewIdent("main")}
	x.stmts = emptyBody()
	return x
}

// packageClause accepts the clause of a file that is pasted into a cell. A package main is a program, whose
// main is called; what another one declares becomes the session's.
func (x *syntax) packageClause(c chunk) {
	for _, lex := range x.layout.lexemes {
		if lex.offset > c.start && lex.offset < c.end && lex.tok == token.IDENT {
			if x.whole = lex.lit == "main"; !x.whole {
				x.library = lex.lit
			}
			return
		}
	}
	x.errors = append(x.errors, &Error{Pos: token.Position{Offset: c.start},
		Msg: "a package clause without a name", Hint: "remove it: a cell needs none"})
}

// blanks is src with every byte but the newlines replaced.
func blanks(src string) []byte {
	b := make([]byte, len(src))
	for i := range b {
		if b[i] = ' '; src[i] == '\n' {
			b[i] = '\n'
		}
	}
	return b
}

// comments copies the comments between the chunks to both halves, so that
// declarations have their doc, and takes the force of those that would move positions.
func (x *syntax) comments(halves ...[]byte) {
	for _, c := range x.layout.comments {
		text := x.cell.Source[c.offset:c.end]
		for _, half := range halves {
			if strings.TrimSpace(string(half[c.offset:c.end])) == "" {
				copy(half[c.offset:c.end], text)
			}
			if strings.HasPrefix(text, "//line ") || strings.HasPrefix(text, "/*line ") {
				half[c.offset+2] = ' '
			}
		}
		if rest, ok := strings.CutPrefix(text, "//go:embed"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			x.errors = append(x.errors, &Error{Pos: token.Position{Offset: c.offset},
				Msg:  "//go:embed works when a program is compiled, and a cell is not",
				Hint: "read the file with os.ReadFile"})
		}
	}
}

// half parses one half of the cell.
func (x *syntax) half(n int, prefix, text, suffix string) *ast.File {
	f, err := parser.ParseFile(x.fset, x.cell.Label, prefix+text+suffix, x.mode)
	if f == nil || !f.Package.IsValid() {
		f = &ast.File{Name: ast.NewIdent("main")}
	} else {
		x.files[n] = x.fset.File(f.Package)
		x.free[n] = f.Unresolved
		if len(text) > 0 {
			x.files[n].AddLineColumnInfo(len(prefix), x.cell.Label, 1, 1)
		}
	}
	var list scanner.ErrorList
	if errors.As(err, &list) {
		for _, e := range list {
			if e.Msg == "imports must appear before other declarations" {
				continue // not in a cell
			}
			offset := max(e.Pos.Offset-len(prefix), 0)
			msg := e.Msg
			if last := x.layout.last.end; offset > last {
				offset = last
				msg = strings.Replace(msg, "found '}'", atEnd, 1)
				msg = strings.Replace(msg, "found 'EOF'", atEnd, 1)
			}
			if found, ok := strings.CutPrefix(msg, "expected ';', found "); ok && !strings.Contains(msg, atEnd) {
				msg = "unexpected " + found + " at end of statement" // the compiler's words
			}
			x.errors = append(x.errors, &Error{Pos: token.Position{Offset: min(offset, len(text))}, Msg: msg})
		}
	}
	return f
}

// syntaxErrors are the errors of the parser with hints, without those that
// only follow from others: that the cell ends too early.
func (x *syntax) syntaxErrors() []*Error {
	var errs []*Error
	for _, e := range x.errors {
		if len(x.errors) > 1 && strings.Contains(e.Msg, atEnd) && slices.ContainsFunc(x.errors, func(other *Error) bool {
			return !strings.Contains(other.Msg, atEnd)
		}) {
			continue
		}
		if e.Hint == "" {
			e.Hint = x.syntaxHint(e)
		}
		errs = append(errs, e)
	}
	return errs
}

// offset is the place of pos in the cell's text; ok is false when pos belongs to another cell.
func (x *syntax) offset(pos token.Pos) (offset int, ok bool) {
	for n, prefix := range [2]string{declPrefix, bodyPrefix} {
		f := x.files[n]
		if f != nil && f.Base() <= int(pos) && int(pos) <= f.Base()+f.Size() {
			return min(max(f.Offset(pos)-len(prefix), 0), len(x.cell.Source)), true
		}
	}
	return 0, false
}

// end is the first position value that the cell does not use.
func (x *syntax) end() int { return x.fset.Base() }
