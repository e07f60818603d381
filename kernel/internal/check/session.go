package check

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"sync"
)

// pkgPath is the path, and the name, of the package of all cells.
const pkgPath = "main"

// A Session is the front end's memory: the declarations that are live. Its
// methods may be called from any goroutine; completion and inspection are
// answered while a cell runs. One mutex guards all of it, because a check
// fills the one package's scope, and it takes a few milliseconds at most.
type Session struct {
	mu   sync.Mutex
	live map[string]*declaration // by name: what a cell can mention
	// methods are those that cells declare for the live types, by "Type.Method".
	methods map[string]*declaration
	count   int // of the declarations so far
	base    int // the next cell's first token.Pos
	// pkg is the package of all cells. go/types compares packages by identity
	// where it decides whether an unexported field may be set in an unkeyed
	// literal, so there is one. Its scope holds, while a cell is checked, the
	// live objects that the cell mentions.
	pkg *types.Package
	// undo takes back what the last check changed in live types; its unit
	// is not committed yet.
	undo []func()
	// moved: the working directory of the cells is not this process's any more.
	moved bool
}

// A declaration is a live object and what is needed to check it again.
type declaration struct {
	obj    types.Object
	key    string                  // name, or "Type.Method"
	number int                     // counts the session's declarations: their order
	decl   ast.Decl                // of functions, methods and types; nil for others
	cell   Cell                    // that holds decl
	file   *token.File             // that holds decl
	uses   map[string]bool         // keys of the session's declarations that decl mentions; ".M" for a call of M through an interface
	text   string                  // of a type: the tokens of its declaration
	refs   map[string]types.Object // of a type: what the names in it mean
	auto   bool                    // an import that no cell has asked for
	again  int                     // serial number of the latest cell that declared a type as it was
}

// home is the serial number of the cell whose methods of a type are the type's own: they come and go with it.
func (d *declaration) home() int { return max(d.cell.Serial, d.again) }

// receiver is the type's name in the key of a method, or "".
func (d *declaration) receiver() string {
	name, _, ok := strings.Cut(d.key, ".")
	if !ok {
		return ""
	}
	return name
}

// NewSession returns a session without declarations.
func NewSession() *Session {
	return &Session{
		live:    map[string]*declaration{},
		methods: map[string]*declaration{},
		base:    1,
		pkg:     types.NewPackage(pkgPath, pkgPath),
	}
}

// Commit makes the unit's declarations live. The unit is the one that Check returned last.
func (s *Session) Commit(u *Unit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undo = nil
	s.moved = s.moved || u.moves
	for _, name := range u.same {
		s.live[name].again = u.Cell.Serial
	}
	for _, d := range u.declared {
		if old, ok := s.live[d.key].typeName(); ok && old != d.obj {
			// The methods of a type go with it; those that its successor takes over are in u.
			for key := range s.methods {
				if strings.HasPrefix(key, d.key+".") {
					delete(s.methods, key)
				}
			}
		}
	}
	for _, d := range u.declared {
		s.count++
		d.number = s.count
		if d.receiver() != "" {
			s.methods[d.key] = d
		} else {
			s.live[d.key] = d
		}
	}
}

// Name describes a live declaration.
type Name struct {
	Name  string
	Kind  string // "var", "func", "type", "const" or "import"
	Type  string // as Go spells it; the path of an import
	Label string // of the cell that declares it
}

// Names lists the live declarations in the order in which they became so.
func (s *Session) Names() []Name {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.inOrder()
	names := make([]Name, 0, len(list))
	for _, d := range list {
		n := Name{Name: d.key, Label: d.cell.Label, Type: types.TypeString(d.obj.Type(), qualifier(s.pkg))}
		switch obj := d.obj.(type) {
		case *types.Var:
			n.Kind = "var"
		case *types.Func:
			n.Kind = "func"
		case *types.TypeName:
			n.Kind = "type"
			n.Type = types.TypeString(obj.Type().Underlying(), qualifier(s.pkg))
		case *types.Const:
			n.Kind = "const"
		case *types.PkgName:
			n.Kind = "import"
			n.Type = obj.Imported().Path()
		}
		names = append(names, n)
	}
	return names
}

// inOrder are the live declarations in the order in which they became so.
func (s *Session) inOrder() []*declaration {
	return slices.SortedFunc(maps.Values(s.live), func(a, b *declaration) int { return cmp.Compare(a.number, b.number) })
}

// typeName is the object of a live type.
func (d *declaration) typeName() (*types.TypeName, bool) {
	if d == nil {
		return nil, false
	}
	t, ok := d.obj.(*types.TypeName)
	return t, ok
}

// rollback takes back what an uncommitted check changed in live types.
func (s *Session) rollback() {
	for i := len(s.undo) - 1; i >= 0; i-- {
		s.undo[i]()
	}
	s.undo = nil
}

// emptyScope makes the package's scope new. Scopes of earlier cells, to which
// live objects lead, end in it too; a new package for each cell would keep all
// cells' objects alive, each through the scope of the next.
func (s *Session) emptyScope() {
	*s.pkg.Scope() = *types.NewScope(types.Universe, token.NoPos, token.NoPos, "session")
}
