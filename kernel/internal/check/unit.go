// Package check is the first half of the language's front end: it turns the
// text of a cell into a typed unit, and answers what an editor asks about it.
//
// A [Session] holds the declarations that are live. [Session.Check] parses a
// cell, which may mix imports, declarations and statements, type-checks it
// with go/types against the live declarations, and returns a [Unit] or an
// [ErrorList] with positions in the cell. [Session.Commit] makes a unit's
// declarations live. [Session.Complete], [Session.Inspect] and
// [Session.IsComplete] read the same state and change nothing.
//
// The way of a cell:
//
//   - split finds the top-level chunks by their first tokens (split.go);
//   - parse parses declarations and statements as two texts of the cell's
//     length, each with the other's bytes blank, so that positions are the
//     cell's (parse.go);
//   - commands, the lines that start with % or !, become calls of package act (commands.go);
//   - imports become live names like others, and missing ones are added (imports.go);
//   - types that the cell declares just as they are live stay what they are (same.go);
//   - live functions and methods that mention what the cell declares anew are
//     taken up, to be checked again with it (again.go);
//   - variables of statements that declarations mention are declared at package
//     level (promote.go);
//   - methods of live types are checked as functions and then added to the type (graft.go);
//   - go/types checks declarations and a function that holds the statements as
//     one file, in a package whose scope already has the live objects (check.go);
//   - errors get hints (hint.go), or the unit is put together (result.go).
//
// Objects of live declarations are the same in all units: go/types takes
// objects that have a type as they are.
//
// The package runs nothing and knows no module beyond package stdlib's.
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
	// Syntax are the cell's own declarations as they were parsed: imports and constants, too, the types that
	// stay what they are, and the variables of a cell of declarations alone.
	Syntax []ast.Decl
	// Stmts are the cell's own statements as they were parsed, without commands.
	Stmts []ast.Stmt
	// Body are the cell's statements in order. A var declaration at the top
	// level is a statement (*ast.DeclStmt) at its place, except in a cell
	// that has declarations alone, whose variables Init orders as Go does.
	// The declaration of a variable that functions of the unit mention has become an
	// assignment. In a whole program Body calls main.
	Body []ast.Stmt
	// Init are the initialisations of a cell of declarations alone. They come
	// first, then the functions among Decls that are called init, then Body.
	Init []*types.Initializer
	// Vars are the session variables that the cell declares: the variables of
	// its top level. They are of package level for lower, whatever scope
	// go/types found them in; later units refer to the same objects. An
	// identifier of Body may mean a live variable that one of Vars replaces.
	Vars []*types.Var
	// Result is the last statement's expression when its value is to be
	// shown; it is still the last statement of Body.
	Result ast.Expr
	// Replaced are live objects that the unit's declarations replace. A method
	// that is declared again for a live type keeps its object and is not
	// among them.
	Replaced []types.Object
	// Notes are sentences for the reader: what still uses an old declaration.
	Notes []string

	declared []*declaration // becomes live by Session.Commit
	same     []string       // live types that the cell declares as they are
	moves    bool           // a command changes the working directory
}

// Cell is the text of a cell and its place in the session.
type Cell struct {
	Serial int    // unique in the session, from 1
	Label  string // what positions call it: "cell 3"
	Source string
}
