// Package rtype makes the types that cells declare: real types of the
// run-time system with names and methods, made while the program runs.
//
// Package reflect makes unnamed types only. Here the descriptions that the compiler would have
// written are built in memory (abi.go says what they look like), so that compiled code, reflect
// and the interpreter see a session's types as they see the library's: interfaces hold
// typed values, fmt and the encoders find names and methods, and identity, equality,
// assertions and map keys are the run-time system's own.
//
// A [Table] holds the types of a session. [Table.Define] takes a batch of declarations
// that may refer to each other, in four steps: read (syntax.go), lay out (layout.go), refer
// to other types (fill.go), add the methods (methods.go). The code of a method is a stub
// (stub.go, code_*.s) that jumps to a function which [Table.Bind] gives later, most often one of the
// interpreter's.
//
// Since the interpreter sets fields through reflect, all fields of these types are
// exported for reflect; [Table.Shown] sees a value as a type that says the truth, for what prints and encodes.
//
// Types get methods in place when later cells declare them. What the run-time system and library code have
// found out about a type before, they do not ask again; so
//   - a type, or a pointer to it, without methods is described as one that cannot have any, about which nothing is
//     noted: its first methods count everywhere at once, except, after a thousand times, at a place of compiled code that
//     has asked so often;
//   - what prints and encodes sees twins, which are made anew.
//
// What remains: if compiled code itself has asked whether a type with methods implements an interface (errors.Is: has it a
// method Is?), and it did not, a later method of the type does not change that answer.
//
// The package knows neither the interpreter nor the cell language. Nothing that it makes is ever
// freed: a type takes 3 to 4 KB, an exported method one or two of the 131072 stubs. What it relies on is checked at the start of
// a process, see verify.go: with another Go than the one it was written for, Define fails.
package rtype

import (
	"fmt"
	"go/ast"
	"go/parser"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"iyagi/kernel/internal/eval"
)

// A Decl declares a type. Imports are the packages that its text mentions.
type Decl struct {
	Name    string // lowered, unique in the session
	Imports []eval.Import
	eval.Type
}

// A Table holds a session's types. Its methods may be called by many goroutines.
type Table struct {
	mu       sync.RWMutex
	lookup   func(path, name string) reflect.Type
	types    map[string]*entry       // by lowered name
	literals map[string]*entry       // unnamed types by their canonical text
	made     map[reflect.Type]*entry // by the type, and by the pointer to it
	twins    twins
	changes  atomic.Uint64 // see Changes
}

// Changes counts how often types have got methods: what was found out about methods holds while it stays.
func (t *Table) Changes() uint64 { return t.changes.Load() }

// entry is a type of the table.
type entry struct {
	decl    Decl
	expr    ast.Expr // of the underlying type
	imports []eval.Import
	derived bool // reflect makes the type when it is asked for
	state   state
	own     block // the type; unless derived
	ptr     block // the pointer to it
	methods map[string]*bound
}

type state int

const (
	begun state = iota
	underWay
	laidOut
)

// NewTable returns a table without types.
func NewTable() *Table {
	return &Table{
		types:    map[string]*entry{},
		literals: map[string]*entry{},
		made:     map[reflect.Type]*entry{},
	}
}

// Library sets how the library's types are found, by the import path and the name.
func (t *Table) Library(lookup func(path, name string) reflect.Type) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lookup = lookup
}

// Type returns the type with a lowered name, or nil.
func (t *Table) Type(name string) reflect.Type {
	t.mu.RLock()
	e := t.types[name]
	t.mu.RUnlock()
	if e == nil {
		return nil
	}
	if e.derived {
		t.mu.Lock()
		defer t.mu.Unlock()
		r, _ := t.derived(e)
		return r
	}
	return typeOf(e.own.h)
}

// Name returns the lowered name of a type of the table; empty for all others,
// pointers to the table's types among them.
func (t *Table) Name(r reflect.Type) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if e := t.made[r]; e != nil && r == typeOf(e.own.h) {
		return e.decl.Name
	}
	return ""
}

// failure is how the steps of Define report an error.
type failure struct{ err error }

func fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// rescue makes a failure the error.
func rescue(err *error) {
	if r := recover(); r != nil {
		f, ok := r.(failure)
		if !ok {
			panic(r)
		}
		*err = f.err
	}
}

// derived is the type of an entry that reflect makes.
func (t *Table) derived(e *entry) (r reflect.Type, err error) {
	defer rescue(&err)
	return reader{t, e.imports}.typ(e.expr), nil
}

// Define makes types that may refer to each other and to earlier ones. A name that is
// known with the same text keeps its type, which gets the methods that are new or different. After an
// error no name is known that was not before.
func (t *Table) Define(decls []Decl) (err error) {
	if err := verified(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before := map[string]*entry{}
	var literals []string
	defer func() {
		if err != nil {
			for name, e := range before {
				if e == nil {
					delete(t.types, name)
				} else {
					t.types[name] = e
				}
			}
			for _, key := range literals {
				delete(t.literals, key)
			}
		}
	}()
	defer rescue(&err)
	var fresh, again []*entry
	for _, d := range decls {
		old := t.types[d.Name]
		if old != nil && old.decl.Text == d.Text && old.decl.Go == d.Go {
			again = append(again, &entry{decl: d})
			continue
		}
		before[d.Name] = old
		e := &entry{decl: d, imports: d.Imports}
		if e.expr, err = parser.ParseExpr(d.Text); err != nil {
			fail("type %s: %w", d.Name, err)
		}
		t.types[d.Name] = e
		fresh = append(fresh, e)
	}
	for i := 0; i < len(fresh); i++ {
		if e := fresh[i]; !e.decl.Named {
			key := t.key(e)
			if first := t.literals[key]; first != nil {
				t.types[e.decl.Name] = first
				again = append(again, e)
				fresh = slices.Delete(fresh, i, i+1)
				i--
				continue
			}
			t.literals[key] = e
			literals = append(literals, key)
			e.derived = t.plain(e)
		}
	}
	t.make(fresh)
	for _, e := range again {
		t.update(t.types[e.decl.Name], e.decl)
	}
	return nil
}

// make makes the types of new entries.
func (t *Table) make(list []*entry) {
	for _, e := range list {
		if !e.derived {
			t.allocate(e)
		}
	}
	for _, e := range list {
		if !e.derived {
			t.layout(e)
		}
	}
	for _, e := range list {
		if !e.derived {
			t.fill(e)
		}
	}
	for _, e := range list {
		if e.derived {
			reader{t, e.imports}.typ(e.expr)
			continue
		}
		t.addMethods(e)
	}
	for _, e := range list {
		if !e.derived {
			t.made[typeOf(e.own.h)] = e
			t.made[typeOf(e.ptr.h)] = e
		}
	}
}
