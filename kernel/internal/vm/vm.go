// Package vm runs functions of plain data: a register machine for those
// functions of cells that package lower can compile, ten to fifty times as fast as
// the interpreter runs them.
//
// A function comes as text ([Code].Encode), which lower puts into the lowered
// unit as the argument of [Define], beside pointers to what the code mentions: types, session
// variables, compiled functions. Functions find each other by their lowered
// names when the first of them is called. [Bind] makes a Go function value of one, for the
// interpreter to call; that costs what any native call costs there, while calls
// between functions of this package take a few nanoseconds.
//
// Values stand in two files of registers, one of 64-bit numbers and one of pointers,
// so that the garbage collector sees every pointer: a string is a pointer and
// a number, a slice a pointer and two numbers, a small struct the registers of its fields. Large
// structs, arrays and variables whose address is taken lie in memory of their
// own Go type, as every value behind a pointer does; so compiled code,
// interpreted code and this package share values.
//
// A function literal is a function whose captured variables lie in memory. A function value is a pointer to a
// closure (closure.go) that is a Go function value like any other: the interpreter and the library call it, through
// a trampoline of its type or as reflect.MakeFunc's, while a call from code knows it and goes straight to its
// instructions. A func() of a cell also tells its identity ([TaskOf]).
//
// An interface is the run time's own two words. A call of its method (iface.go) looks up what the dynamic type's method is
// in [Methods] and remembers it; methods that have no code are called by the word's own table. Failed
// assertions and comparisons panic with the run time's own errors.
//
// The stack of a call from outside belongs to the calling goroutine. Any number
// of goroutines may run the same function. Panics are Go's own run-time errors; before one leaves
// the package, the hook set by [SetPanicking] gets the frames it has passed.
// Loops and calls look at the context of the caller's cell, and end the
// goroutine when it is done.
//
// Code is trusted to hold pointers where it says so, as lower makes it from checked
// types; what is broken in form is refused when it is decoded.
package vm

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"
	"weak"
)

// Func is a function that can run. It does not change once it is linked.
type Func struct {
	code    *Code
	base    unsafe.Pointer // of the instructions
	n, p    int            // registers of each file
	first   int            // register of the first captured variable
	strings []string
	tables  [][]uint16
	types   []*typ
	globals []unsafe.Pointer
	natives []*native
	tabs    []*tab
	sites   []*site
	funcs   []*Func
	linked  atomic.Bool
}

// Lives tells whether the function with a name may still run: it is defined, or a call or a function value holds it.
func Lives(name string) bool {
	registry.Lock()
	defer registry.Unlock()
	return registry.funcs[name] != nil || registry.old[name].Value() != nil
}

// registry holds the functions by lowered name. Functions are defined while units are loaded and linked
// at their first call.
var registry struct {
	sync.Mutex
	funcs map[string]*Func
	old   map[string]weak.Pointer[Func] // that are forgotten
	// awaited are function values that are there before their code.
	awaited map[string][]*closure
}

// Define makes a function of text, which is Code.Encode's. args are pointers: nil ones to types, those of
// variables, and compiled functions. It fails only for broken text, and then Bind's function panics
// with the reason.
func Define(text string, args ...any) bool {
	c, err := decode(text, len(args))
	if err != nil {
		return false
	}
	f := newFunc(c, args)
	if f == nil {
		return false
	}
	registry.Lock()
	defer registry.Unlock()
	if registry.funcs == nil {
		registry.funcs = map[string]*Func{}
	}
	registry.funcs[c.Name] = f
	for _, v := range registry.awaited[c.Name] {
		v.f.Store(f)
	}
	delete(registry.awaited, c.Name)
	return true
}

// await gives a function value its code, now or when it is defined.
func (c *closure) await() {
	registry.Lock()
	defer registry.Unlock()
	if f := registry.funcs[c.name]; f != nil {
		c.f.Store(f)
		return
	}
	if registry.awaited == nil {
		registry.awaited = map[string][]*closure{}
	}
	registry.awaited[c.name] = append(registry.awaited[c.name], c)
}

// Forget drops functions that nothing refers to by name any more. Function values may still hold them.
func Forget(names ...string) {
	registry.Lock()
	defer registry.Unlock()
	if registry.old == nil {
		registry.old = map[string]weak.Pointer[Func]{}
	}
	for n, f := range registry.old {
		if f.Value() == nil {
			delete(registry.old, n)
		}
	}
	for _, n := range names {
		delete(registry.awaited, n)
		if f := registry.funcs[n]; f != nil && f.missing(map[*Func]bool{}) == "" {
			f.linkLocked() // while what it calls has its name
		}
	}
	for _, n := range names {
		if f := registry.funcs[n]; f != nil && len(f.code.Tasks) > 0 {
			registry.old[n] = weak.Make(f)
		}
		delete(registry.funcs, n)
	}
}

// newFunc returns nil when an argument is not what the code takes it for.
func newFunc(c *Code, args []any) *Func {
	// A further instruction: the machine's pointer to the next one must not leave the array.
	ins := append(c.Ins[:len(c.Ins):len(c.Ins)], Ins{})
	c.Ins = ins[:len(c.Ins)]
	f := &Func{code: c, base: unsafe.Pointer(unsafe.SliceData(ins)), n: c.N, p: c.P, strings: c.Strings, tables: c.Tables}
	_, f.first = registers(c.Params)
	for _, ref := range c.Types {
		p := reflect.TypeOf(args[ref.Arg])
		if p == nil || p.Kind() != reflect.Pointer || int(p.Elem().Size()) != ref.Size {
			return nil
		}
		f.types = append(f.types, newType(p.Elem()))
	}
	for _, i := range c.Globals {
		v := reflect.ValueOf(args[i])
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return nil
		}
		f.globals = append(f.globals, v.UnsafePointer())
	}
	for i := range c.Natives {
		x := newNative(&c.Natives[i], args[c.Natives[i].Arg])
		if x == nil {
			return nil
		}
		f.natives = append(f.natives, x)
	}
	for _, ref := range c.Tabs {
		t := &tab{iface: f.types[ref.Iface]}
		if ref.Type >= 0 {
			t.typ = f.types[ref.Type]
		}
		if t.iface.t.Kind() != reflect.Interface {
			return nil
		}
		f.tabs = append(f.tabs, t)
	}
	for i := range c.Methods {
		x := newSite(&c.Methods[i], f.types[c.Methods[i].Iface])
		if x == nil {
			return nil
		}
		f.sites = append(f.sites, x)
	}
	return f
}

// lookup is the function with a name, or nil.
func lookup(name string) *Func {
	registry.Lock()
	defer registry.Unlock()
	return registry.funcs[name]
}

// link finds the functions that f calls, and theirs.
func (f *Func) link() {
	registry.Lock()
	defer registry.Unlock()
	if name := f.missing(map[*Func]bool{}); name != "" {
		panic(fmt.Sprintf("vm: %s needs %s, which is not loaded", f.code.Name, name))
	}
	f.linkLocked()
}

// missing is the name of a function that f leads to and that is not loaded; empty when all are.
func (f *Func) missing(seen map[*Func]bool) string {
	if f.linked.Load() || seen[f] {
		return ""
	}
	seen[f] = true
	for _, name := range f.code.Funcs {
		g := registry.funcs[name]
		if g == nil {
			return name
		}
		if name := g.missing(seen); name != "" {
			return name
		}
	}
	return ""
}

func (f *Func) linkLocked() {
	if f.linked.Load() || len(f.funcs) > 0 {
		return
	}
	for _, name := range f.code.Funcs {
		f.funcs = append(f.funcs, registry.funcs[name])
	}
	for _, i := range f.code.Ins {
		if i.Op == Closure && f.funcs[i.K&0xffff].code.Captured != int(i.C) {
			panic(fmt.Sprintf("vm: %s captures other variables than %s gives", f.code.Funcs[i.K&0xffff], f.code.Name))
		}
	}
	for _, g := range f.funcs {
		g.linkLocked()
	}
	f.linked.Store(true)
}

// A Frame is a call that a panic has passed.
type Frame struct {
	Func         string // lowered name
	Label        string // the cell
	Line, Column int
}

var panicking func(v any, frames []Frame) any

// SetPanicking sets what is told, in the goroutine of the panic, of the calls that a panic with the value v has
// passed before it leaves the package, the innermost first. The panic goes on with the value that it returns. It
// is set once, before any code of a cell.
func SetPanicking(f func(v any, frames []Frame) any) { panicking = f }
