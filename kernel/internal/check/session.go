package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"sync"
)

// A Session is the front end's memory: the declarations that are live. Its
// methods may be called from any goroutine; completion and inspection are
// answered while a cell runs. One mutex guards all of it, because go/types
// fills in types of live declarations lazily even when they are only read.
type Session struct {
	mu   sync.Mutex
	live map[string]*declaration // by name: what a cell can mention
	// methods are those of live types that were declared in cells, by
	// "Type.Method".
	methods map[string]*declaration
	base    int // the next cell's first token.Pos
	// pkg is the package of all cells. go/types compares packages by identity
	// where it decides whether an unexported field may be set in an unkeyed
	// literal, so there is one. Its scope holds, while a cell is checked, the
	// live objects that the cell mentions.
	pkg *types.Package
}

// A declaration is a live object and what is needed to check it again.
type declaration struct {
	obj  types.Object
	key  string          // name, or "Type.Method"
	decl ast.Decl        // of functions, methods and types
	cell Cell            // that holds decl
	file *token.File     // that holds decl
	uses map[string]bool // keys of the session's declarations that decl mentions
	doc  string
}

// NewSession returns a session without declarations.
func NewSession() *Session {
	return &Session{live: map[string]*declaration{}, methods: map[string]*declaration{}, base: 1,
		pkg: types.NewPackage("main", "main")}
}

// Commit makes the unit's declarations live.
func (s *Session) Commit(u *Unit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range u.declared {
		if fn, ok := d.obj.(*types.Func); ok && fn.Signature().Recv() != nil {
			s.methods[d.key] = d
			continue
		}
		s.live[d.key] = d
	}
}

// emptyScope makes the package's scope new. Scopes of earlier cells, to which
// live objects lead, end in it too; a new package for each cell would keep all
// cells' objects alive, each through the scope of the next.
func (s *Session) emptyScope() {
	*s.pkg.Scope() = *types.NewScope(types.Universe, token.NoPos, token.NoPos, "session")
}
