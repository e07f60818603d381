// Package lower turns a type-checked cell into the Go that the interpreter
// runs well: the second half of the language's front end.
//
// Nothing of the cell's text is patched. Every declaration, statement and
// expression is printed afresh from its type, so that the interpreter has
// nothing left to infer: constants are folded, generic functions and types are
// instantiated, paths through embedded fields are spelled out, implicit
// conversions are known, and each construct that the interpreter gets wrong or
// does not know (iterators, per-iteration variables, select, defer, recover)
// is written in terms of those it gets right and of package rt.
//
// A [Lowerer] lives as long as the session and knows every live object by its
// [types.Object]. [Lowerer.Lower] takes a [check.Unit] and gives an
// [eval.Unit]: one declaration for each function, type and variable, each
// with a name that is unique in the session, and an entry function that runs the
// cell's statements. Instances of generic declarations, and the functions
// of the few library packages that are lowered from their source
// (see library.go), are made on demand and shared between cells.
//
// The session's types are described, not declared (typedecl.go): package rtype makes
// them at run time, and lowered code calls them t__.NAME.
//
// The data path is: unit.go walks the unit; instance.go and typedecl.go make declarations;
// types.go, consts.go, expr.go, convert.go, call.go and stmt.go with the files beside them
// print; mark.go carries positions; task.go gives function values their
// identity. The package does not report errors of the cell: what it cannot
// lower is a defect, reported with a position.
//
// Lowered names are the user's name, two underscores and the cell's serial
// number, and for instances and for names that a cell has several times an underscore and a
// number ("Map__3_2"). A method's function is "T__m__Name__3". Whatever else is made
// up has two underscores too, so a user's name (which gets a suffix when it has
// them) never meets one.
package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
)

// A Lowerer lowers the units of one session, in order. It is not safe for
// concurrent use.
type Lowerer struct {
	names  map[types.Object]string // of declared functions, methods, types and session variables
	taken  map[string]int          // base name to the number of names made from it, of the library
	here   map[string]int          // the same of the latest unit
	insts  map[types.Object][]*instance
	bodies map[*types.Func]*body    // declared functions and methods, generic ones included
	local  map[*types.TypeName]*env // copies of types declared in generic functions
	top    map[*types.TypeName]bool // types that cells declare at their top level
	ctx    *types.Context           // makes identical instances the same type
	lib    *library
	named  []namedType       // concrete named types of cells declared so far, instances included
	help   map[string]string // text of a helper's key to its name, see helper
	graph  graph             // of the declarations that are not dead
	entry  string            // of the latest unit
	// meanings tell what is to be forgotten with a name of the graph.
	meanings map[string]meaning

	nextFunc int            // identity of function values, see task.go
	funcIDs  map[string]int // of declared functions
	undo     []func()

	plain   map[string]*plainFunc // functions by lowered name, see plain.go
	emitted map[string]bool       // codes that are declared
	lifted  []liftedLoop          // of the latest units
}

// namedType is a type with its lowered name.
type namedType struct {
	*types.Named
	name string
}

// body is the source of a declared function.
type body struct {
	src  *source
	decl *ast.FuncDecl
	cell int // the serial number of the cell that declares it; 0: a library does
}

// source is what the printers need to know of checked syntax.
type source struct {
	info *types.Info
	fset *token.FileSet
	lib  string // prefix of lowered names; empty: from a cell
}

// New returns the lowerer of a new session.
func New() *Lowerer {
	l := &Lowerer{
		names:  map[types.Object]string{},
		taken:  map[string]int{},
		insts:  map[types.Object][]*instance{},
		bodies: map[*types.Func]*body{},
		local:  map[*types.TypeName]*env{},
		top:    map[*types.TypeName]bool{},
		ctx:    types.NewContext(),
		help:   map[string]string{},

		meanings: map[string]meaning{},
		funcIDs:  map[string]int{},

		plain:   map[string]*plainFunc{},
		emitted: map[string]bool{},
	}
	l.lib, l.graph = newLibrary(l), newGraph(&l.undo)
	return l
}

// A Defect is something in a cell that this package cannot lower although the type checker
// accepts it.
type Defect struct {
	Pos token.Position // in the cell; may be invalid
	Msg string
}

func (d *Defect) Error() string {
	if !d.Pos.IsValid() {
		return d.Msg
	}
	return fmt.Sprintf("%s: %s", d.Pos, d.Msg)
}

// Lower lowers a unit. The error is a [*Defect]; after it the session is as if Lower had not been called.
func (l *Lowerer) Lower(c *check.Unit) (out *eval.Unit, err error) {
	clear(l.undo) // the functions hold what is dropped
	l.undo = l.undo[:0]
	l.here = map[string]int{}
	u := &unit{
		Lowerer: l,
		src:     &source{info: c.Info, fset: c.Fset},
		cell:    c.Cell,
		pkg:     c.Pkg,
		vars:    map[*types.Var]bool{},
	}
	defer func() {
		if r := recover(); r != nil {
			l.Drop()
			out, err = nil, u.defect(r)
		}
	}()
	return u.lower(c), nil
}

// Drop forgets what the latest call of Lower has added: for a unit that the
// evaluator could not load.
func (l *Lowerer) Drop() {
	for i := len(l.undo) - 1; i >= 0; i-- {
		l.undo[i]()
	}
	l.undo = l.undo[:0]
}

// put sets m[k] until Drop.
func put[K comparable, V any](l *Lowerer, m map[K]V, k K, v V) {
	old, had := m[k]
	m[k] = v
	l.undo = append(l.undo, func() {
		if had {
			m[k] = old
		} else {
			delete(m, k)
		}
	})
}

// drop deletes m[k] until Drop.
func drop[K comparable, V any](l *Lowerer, m map[K]V, k K) {
	if old, had := m[k]; had {
		delete(m, k)
		l.undo = append(l.undo, func() { m[k] = old })
	}
}

// defect makes an error of what a printer panicked with.
func (u *unit) defect(r any) *Defect {
	d, ok := r.(*Defect)
	if !ok {
		d = &Defect{Msg: fmt.Sprint(r)}
		if e, ok := r.(error); ok {
			d.Msg = e.Error()
		}
	}
	if !d.Pos.IsValid() && u.at.IsValid() && u.atSrc != nil {
		d.Pos = u.atSrc.fset.Position(u.at)
	}
	return d
}

// fail gives up with a defect at the statement being lowered.
func fail(format string, args ...any) { panic(&Defect{Msg: fmt.Sprintf(format, args...)}) }

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
