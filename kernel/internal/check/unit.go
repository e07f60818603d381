// Package check is the first half of the language's front end: it turns the
// text of a cell into a typed unit, and answers what an editor asks about it.
//
// A [Session] holds the declarations that are live. [Session.Check] parses a
// cell, which may mix imports, declarations and statements, type-checks it
// with go/types against the live declarations, and returns a [Unit] or an
// [ErrorList] with positions in the cell. [Session.Commit] makes a unit's
// declarations live. Completion and inspection read the same state.
package check

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Unit is a checked cell.
type Unit struct {
	Cell Cell
	Fset *token.FileSet // positions are adjusted to the cell: file "cell 3", its own lines and columns
	Pkg  *types.Package // path "main"; all units of a session share it, and its scope is the checker's own
	Info *types.Info
	// Decls are the functions, methods and types that the unit declares, in source
	// order: those of the cell, then earlier functions that were checked again
	// because something they use was declared anew.
	Decls []ast.Decl
	// Body are the cell's statements in order. A var declaration at the top
	// level is a statement (*ast.DeclStmt) at its place, except in a cell
	// that has declarations alone, whose variables Init orders as Go does.
	Body []ast.Stmt
	// Init are the initialisations of a cell of declarations alone.
	Init []*types.Initializer
	// Vars are the session variables that the cell declares: the variables of
	// its top level. They are of package level for lower, whatever scope
	// go/types found them in; later units refer to the same objects.
	Vars []*types.Var
	// Result is the last statement's expression when its value is to be
	// shown; it is still the last statement of Body.
	Result ast.Expr
	// Replaced are live objects that the unit's declarations replace.
	Replaced []types.Object
	// Notes are sentences for the reader: what still uses an old declaration.
	Notes []string

	declared []*declaration // becomes live by Session.Commit
}

// Cell is the text of a cell and its place in the session.
type Cell struct {
	Serial int    // unique in the session, from 1
	Label  string // what positions call it: "cell 3"
	Source string
}
