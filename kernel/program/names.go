package program

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"strconv"

	"iyagi/kernel/internal/check"
)

// A session may declare a name again, and what the cells before it declared goes on to live. In
// a program each thing has a name of its own, or one thing stands for several declarations where no
// one can tell: a variable of the same type that nothing has kept, and a function of the same
// signature, which becomes a variable that the cell sets.

// entity is one thing of package level in the program.
type entity struct {
	name     string
	versions []version      // of a function or method: what it means, from which cell on
	typ      types.Type     // of a variable, or a function's signature
	recv     string         // of a method: the name of its type in the program
	method   string         // and its own
	ptr      bool           // the receiver is a pointer
	obj      types.Object   // the first declaration
	use      map[string]int // of a variable: see uses.go
}

// version is one declaration of a function.
type version struct {
	decl *ast.FuncDecl
	cell *checked // whose unit declares it
	home *checked // whose text it is in
	name string   // of its function; the entity's own if there is one version
	obj  types.Object
}

// export is a program in the making.
type export struct {
	cells    []*checked
	entities map[types.Object]*entity
	order    []*entity       // in order of declaration
	taken    map[string]bool // names that are given, or that some cell spells
	imports  map[string]string
	used     map[string]bool // paths of imports that the program's text mentions
	blank    map[string]bool // paths that are imported for what they do
	errors   []*Error
	notes    []string

	live map[string]types.Object // by name or Type.Method, at the cell that is looked at

	decls   []string    // the text of declarations, in order
	vars    []string    // of the session's variables
	body    []string    // of main
	tasks   *tasks      // nil: the program starts no processes
	helpers bool        // it calls package cells
	marks   bool        // it says which cell runs, for the cards of tasks
	cell    *checked    // that is being printed
	unit    *check.Unit // its unit
}

func (x *export) fail(k *checked, line int, msg, hint string) {
	x.errors = append(x.errors, &Error{Cell: k.index, Line: line, Msg: msg, Hint: hint})
}

var identifier = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// reserve takes the names that must mean what they mean: predeclared ones, those of
// imported packages, main and init, and those that the program itself adds.
func (x *export) reserve() {
	for _, name := range types.Universe.Names() {
		x.taken[name] = true
	}
	for _, name := range []string{"main", "init", "_"} {
		x.taken[name] = true
	}
	names := map[string]string{} // of imports, to their paths
	add := func(p, name string) {
		if _, known := x.imports[p]; known {
			return
		}
		for n := 2; names[name] != "" || types.Universe.Lookup(name) != nil; n++ {
			name = name + strconv.Itoa(n)
		}
		x.imports[p], names[name] = name, p
		x.taken[name] = true
	}
	for _, p := range []string{"fmt", cellsPath} {
		add(p, path.Base(p))
	}
	for _, k := range x.cells {
		if k.unit == nil {
			continue
		}
		for _, obj := range k.unit.Info.Uses {
			if p, ok := obj.(*types.PkgName); ok && p.Imported().Path() != actPath {
				add(p.Imported().Path(), p.Imported().Name())
			} else if obj.Pkg() != nil && obj.Pkg() != k.unit.Pkg && obj.Parent() == obj.Pkg().Scope() {
				add(obj.Pkg().Path(), obj.Pkg().Name())
			}
		}
	}
}

const (
	cellsPath   = "iyagi/kernel/program/cells"
	actPath     = "iyagi/kernel/internal/act"
	processPath = "iyagi/kernel/process"
	threadPath  = "iyagi/kernel/thread"
	displayPath = "iyagi/kernel/display"
)

// spelled are the words of all cells: a new name must not be one of them, for a local variable
// could hide it.
func (x *export) spelled() map[string]bool {
	words := map[string]bool{}
	for _, k := range x.cells {
		for _, w := range identifier.FindAllString(k.Source, -1) {
			words[w] = true
		}
	}
	return words
}

// declareAll gives each thing that a cell declares its entity.
func (x *export) declareAll() {
	words := x.spelled()
	for _, k := range x.cells {
		if k.fresh {
			x.live = map[string]types.Object{}
		}
		if k.unit == nil {
			continue
		}
		x.cell, x.unit = k, k.unit
		x.declareCell(k, words)
	}
}

// fresh makes an entity under a name of its own.
func (x *export) fresh(obj types.Object, want string, words map[string]bool) *entity {
	name := want
	if x.taken[want] {
		for n := 2; x.taken[name] || words[name]; n++ {
			name = want + strconv.Itoa(n)
		}
	}
	x.taken[name] = true
	e := &entity{name: name, typ: obj.Type(), obj: obj}
	x.entities[obj] = e
	x.order = append(x.order, e)
	return e
}

// declareCell goes through what one cell declares: types first, for signatures mention them, then
// constants and variables, then functions and methods.
func (x *export) declareCell(k *checked, words map[string]bool) {
	u := k.unit
	for _, d := range u.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			for _, s := range g.Specs {
				if obj := u.Info.Defs[s.(*ast.TypeSpec).Name]; obj != nil && x.entities[obj] == nil && obj.Name() != "_" {
					x.fresh(obj, obj.Name(), words)
					x.live[obj.Name()] = obj
				}
			}
		}
	}
	for _, d := range u.Syntax {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
			x.declareConsts(g, words)
		}
	}
	for _, v := range u.Vars {
		x.declareVar(k, v, words)
	}
	for _, d := range u.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			x.declareFunc(k, f, words)
		}
	}
	x.settle(k, words)
}

// declareConsts gives the constants of a declaration their names. Those that are declared again as they are
// stay the same.
func (x *export) declareConsts(g *ast.GenDecl, words map[string]bool) {
	for _, s := range g.Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			c, ok := x.unit.Info.Defs[id].(*types.Const)
			if !ok || c.Name() == "_" {
				continue
			}
			old, _ := x.live[c.Name()].(*types.Const)
			if old != nil && types.Identical(old.Type(), c.Type()) && constant.Compare(old.Val(), token.EQL, c.Val()) {
				x.entities[c] = x.entities[old]
			} else {
				x.fresh(c, c.Name(), words)
			}
			x.live[c.Name()] = c
		}
	}
}

// declareVar gives a variable of the session its name: that of the one it replaces, if it
// can take its place.
func (x *export) declareVar(k *checked, v *types.Var, words map[string]bool) {
	old, _ := x.live[v.Name()].(*types.Var)
	if old != nil && x.entities[old] != nil && types.Identical(old.Type(), v.Type()) && x.assigned(k, v) && !x.kept(old) {
		x.entities[v] = x.entities[old]
	} else {
		x.fresh(v, v.Name(), words)
	}
	x.live[v.Name()] = v
}

// declareFunc takes a function or method for what it is: a new one, another version of one, or one that
// is only checked again.
func (x *export) declareFunc(k *checked, d *ast.FuncDecl, words map[string]bool) {
	obj, ok := k.unit.Info.Defs[d.Name].(*types.Func)
	if !ok || obj.Name() == "_" {
		return
	}
	key := obj.Name()
	recv := obj.Signature().Recv()
	if recv == nil && key == "init" {
		x.fresh(obj, "init", words).versions = []version{{decl: d, cell: k, home: k, obj: obj}}
		return
	}
	v := version{decl: d, cell: k, home: x.home(d), obj: obj}
	if recv != nil {
		x.declareMethod(v, recv)
		return
	}
	old, _ := x.live[key].(*types.Func)
	x.live[key] = obj
	var e *entity
	if old != nil {
		e = x.entities[old]
	}
	switch {
	case e == nil || !sameDecl(e, d) && (obj.Signature().TypeParams().Len() > 0 || x.held(e)):
		x.fresh(obj, key, words).versions = []version{v}
	default:
		x.entities[obj] = e // settle finds out whether it is
		if !sameDecl(e, d) {
			e.versions = append(e.versions, v)
		}
	}
}

// sameDecl tells whether the newest version of e is this declaration.
func sameDecl(e *entity, d *ast.FuncDecl) bool {
	return len(e.versions) > 0 && e.versions[len(e.versions)-1].decl == d
}

// printing are methods by which values are printed that nobody calls by name.
var printing = map[string]bool{"String": true, "Error": true, "Format": true, "GoString": true, "MarshalJSON": true, "MarshalText": true, "MimeBundle": true}

func (x *export) declareMethod(v version, recv *types.Var) {
	t := recv.Type()
	p, ptr := types.Unalias(t).(*types.Pointer)
	if ptr {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return
	}
	base := x.entities[named.Origin().Obj()]
	if base == nil {
		return
	}
	if e := x.entities[v.obj]; e != nil {
		if !sameDecl(e, v.decl) {
			e.versions = append(e.versions, v)
		}
		return
	}
	if k, _ := x.where(base.obj); k.index < v.cell.index && printing[v.obj.Name()] {
		x.notes = append(x.notes, fmt.Sprintf("code cell %d gives %s the method %s: in the program the type has it from the beginning, so what earlier cells print of it may differ",
			v.cell.index+1, base.name, v.obj.Name()))
	}
	e := &entity{name: v.obj.Name(), typ: v.obj.Type(), obj: v.obj, recv: base.name, method: v.obj.Name(), ptr: ptr, versions: []version{v}}
	x.entities[v.obj] = e
	x.order = append(x.order, e)
}

// home is the cell that holds the text of a declaration.
func (x *export) home(d ast.Decl) *checked {
	name, _, _ := place(x.unit, d.Pos())
	for _, k := range x.cells {
		if label(k.index) == name {
			return k
		}
	}
	return x.cell
}
