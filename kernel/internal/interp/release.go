package interp

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
	"weak"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/vm"
)

// memory gives back what yaegi keeps of code that nothing can reach any more: it
// expects a program that ends, not a session of thousands of cells. The goroutine that
// compiles uses it.
//
// yaegi keeps the syntax tree of each file and the scope of each block for its
// debugger; every name of the package, with its code; and a slot of the package's frame
// for every variable, which it copies to a new frame for each file.
type memory struct {
	roots    reflect.Value // interp.Interpreter.roots: the trees of all files
	children reflect.Value // of the scope of package main
	names    reflect.Value // of the scope of package main: map[string]*symbol
	types    reflect.Value // of all slots of the package's frame
	slots    *[]reflect.Value
	guard    *sync.RWMutex // of slots
	index    uintptr       // in a symbol: of its slot
	fields   *layout       // of nodes
	// declares are the names that a lowered declaration brings, by its own name.
	declares map[string][]string
	// kept are names that a function or a literal mentions: one that is held as
	// a value may use them although no declaration does.
	kept  map[string]bool
	last  *interp.Program // the file before
	dying []string        // declarations that nothing reaches once it has run
	from  int             // the first of its slots
	fresh []string        // the names that it declares
	// files are those whose imports were compiled since the last call of release.
	files map[[2]string]string // file and path of the import to its name
}

func newMemory(y *interp.Interpreter, l *layout) (m *memory, err error) {
	defer func() {
		if v := recover(); v != nil { // of reflect, for a field that is not there or is something else
			err = fmt.Errorf("start the interpreter: this version of yaegi keeps its names elsewhere: %v", v)
		}
	}()
	// open makes a field accessible that is not exported.
	open := func(v reflect.Value, name string) reflect.Value {
		f := v.Elem().FieldByName(name)
		return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
	}
	v := reflect.ValueOf(y)
	scope := open(v, "scopes").MapIndex(reflect.ValueOf("main"))
	frame := open(v, "frame")
	m = &memory{
		fields: l,
		roots:  open(v, "roots"), children: open(scope, "child"), names: open(scope, "sym"), types: open(open(v, "universe"), "types"),
		declares: map[string][]string{}, kept: map[string]bool{}, files: map[[2]string]string{},
	}
	m.slots = open(frame, "data").Addr().Interface().(*[]reflect.Value)
	m.guard = open(frame, "mutex").Addr().Interface().(*sync.RWMutex)
	index, ok := m.names.Type().Elem().Elem().FieldByName("index")
	if !ok || index.Type.Kind() != reflect.Int || m.types.Type() != reflect.TypeFor[[]reflect.Type]() {
		return nil, fmt.Errorf("start the interpreter: this version of yaegi has other symbols")
	}
	m.index = index.Offset
	return m, nil
}

// add notes what a file declares. ends are where its declarations end in the text, which begins at base.
func (m *memory) add(p *interp.Program, s *source, f *ast.File, ends []int, base int) {
	m.last = p
	m.watch(s.makers)
	i := 0
	note := func(n ast.Node, name string) {
		m.fresh = append(m.fresh, name)
		for i < len(ends) && int(n.Pos())-base >= ends[i] {
			i++
		}
		if i < len(ends) {
			d := s.decls[i].Name
			m.declares[d] = append(m.declares[d], name)
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				note(d, d.Name.Name)
			}
			m.keep(d, d.Name.Name+"()" != s.entry)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					for _, name := range v.Names {
						note(d, name.Name)
					}
				}
			}
			m.keep(d, false)
		}
	}
}

// code is a function that is compiled.
type code struct {
	name string
	node atomic.Pointer[weak.Pointer[byte]] // yaegi's; nil before it is compiled, or when it is none of yaegi's
	vm   bool                               // it is a function of package vm
}

// lives tells whether the function may still run, or a literal in it: yaegi's closures
// keep the nodes that they are made from, and these the ones around them.
func (c *code) lives() bool {
	if c.vm {
		return vm.Lives(c.name)
	}
	w := c.node.Load()
	return w == nil || w.Value() != nil
}

// watch finds the functions of the latest file whose life is of interest.
func (m *memory) watch(list []*code) {
	root := *(*node)(unsafe.Add(unsafe.Pointer(m.last), m.fields.root))
	if len(list) == 0 || root == nil {
		return
	}
	byName := map[string]*weak.Pointer[byte]{}
	for _, n := range m.fields.children(root) {
		if c := m.fields.children(n); m.fields.is(n, funcDecl) && len(c) > 1 {
			w := weak.Make((*byte)(n))
			byName[m.fields.ident(c[1])] = &w
		}
	}
	for _, c := range list {
		if w := byName[c.name]; w != nil {
			c.node.Store(w)
		} else {
			c.node.Store(new(weak.Pointer[byte]))
		}
	}
}

// keep notes the names that function literals below n mention, or all of them.
func (m *memory) keep(n ast.Node, all bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if !all {
				m.keep(n.Body, true)
				return false
			}
		case *ast.Ident:
			if all {
				m.kept[n.Name] = true
			}
		}
		return true
	})
}

// imported notes an import that is needed for the file at hand alone.
func (m *memory) imported(file, path, name string) {
	if file != fileName {
		m.files[[2]string{file, path}] = name
	}
}

// release drops what is left of the file before and the declarations that it left
// dead, and tells which imports have to be made again. Those that are dead with the
// file to come may still be used by it: x := x + 1.
func (m *memory) release(dead []string, forget func(key [2]string)) {
	m.roots.SetZero()
	m.children.SetZero()
	m.detach()
	for key, name := range m.files {
		m.drop(filepath.Join(name, key[0]))
		forget(key)
	}
	clear(m.files)
	for _, d := range m.dying {
		for _, name := range m.declares[d] {
			m.free(name)
			m.drop(name)
		}
		delete(m.declares, d)
	}
	m.dying = dead
}

// detach parts the functions of the file before from each other, so that one that
// lives does not keep the others, and frees the slots of what its variables were computed from.
func (m *memory) detach() {
	if m.last == nil {
		return
	}
	if root := *(*node)(unsafe.Add(unsafe.Pointer(m.last), m.fields.root)); root != nil {
		l := m.fields
		for _, c := range l.children(root) {
			m.cut(c)
			switch parts := l.children(c); {
			case l.is(c, varDecl), l.is(c, funcDecl) && len(parts) > 1 && strings.HasSuffix(l.ident(parts[1]), eval.OnceSuffix):
				m.dissolve(c)
			case l.is(c, funcDecl) && len(parts) == 4:
				// The trees of receiver and signature were for the compiler; the types know what is in them.
				*(*[]node)(unsafe.Add(parts[0], l.node.child)) = nil
				*(*[]node)(unsafe.Add(parts[2], l.node.child)) = nil
			}
		}
		m.cut(root)
		*(*[]node)(unsafe.Add(root, m.fields.node.child)) = nil
	}
	m.last = nil
	named := map[int]bool{}
	for _, name := range m.fresh {
		if i := m.slot(name); i >= 0 {
			named[i] = true
		}
	}
	m.fresh = nil
	m.guard.Lock()
	defer m.guard.Unlock()
	for i := m.from; i < len(*m.slots); i++ {
		if s := (*m.slots)[i]; !named[i] && s.IsValid() {
			(*m.slots)[i] = reflect.New(s.Type()).Elem()
		}
	}
	m.from = len(*m.slots)
}

// cut parts a declaration from the file and the other declarations: yaegi chains the functions of a file as if one
// ran after the other.
func (m *memory) cut(n node) {
	*(*node)(unsafe.Add(n, m.fields.node.anc)) = nil
	m.unchain(n)
}

func (m *memory) unchain(n node) {
	*(*node)(unsafe.Add(n, m.fields.node.tnext)) = nil
	*(*node)(unsafe.Add(n, m.fields.node.fnext)) = nil
}

// dissolve parts all nodes of a declaration that has been executed, down to the literals in it. A function that was
// passed from there to native code keeps the node of the argument. The ancestors stay: yaegi asks a type for those of
// its node.
func (m *memory) dissolve(n node) {
	for _, c := range m.fields.children(n) {
		m.unchain(c)
		if !m.fields.is(c, funcLit) {
			m.dissolve(c)
		}
	}
	*(*[]node)(unsafe.Add(n, m.fields.node.child)) = nil
}

// slot is that of a variable; -1 if name is none.
func (m *memory) slot(name string) int {
	s := m.names.MapIndex(reflect.ValueOf(name))
	if !s.IsValid() || s.IsNil() {
		return -1
	}
	return *(*int)(unsafe.Add(s.UnsafePointer(), m.index))
}

func (m *memory) drop(name string) { m.names.SetMapIndex(reflect.ValueOf(name), reflect.Value{}) }

// free gives a variable's slot the zero value, unless a function may use it.
func (m *memory) free(name string) {
	kept := m.kept[name]
	delete(m.kept, name)
	i := m.slot(name)
	if kept || i < 0 {
		return
	}
	m.guard.Lock()
	defer m.guard.Unlock()
	if i < len(*m.slots) && (*m.slots)[i].IsValid() {
		(*m.slots)[i] = reflect.New((*m.slots)[i].Type()).Elem()
	}
}

// grow makes room in the package's frame for what has been compiled. yaegi would make a
// frame of just the size, and copy all of it, for each file.
func (m *memory) grow() {
	types := *(*[]reflect.Type)(m.types.Addr().UnsafePointer())
	m.guard.Lock()
	defer m.guard.Unlock()
	for _, t := range types[min(len(*m.slots), len(types)):] {
		*m.slots = append(*m.slots, reflect.New(t).Elem())
	}
}
