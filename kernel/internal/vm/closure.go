package vm

import (
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// closure is what a function value of code points to. Its first two words make it one that anything may call: the
// code forward, which goes on to the function value real. A call from code sees forward and takes the rest.
type closure struct {
	code uintptr
	real unsafe.Pointer
	f    atomic.Pointer[Func]
	name string           // of a function that has not been found yet
	vars []unsafe.Pointer // the captured variables
	few  [3]unsafe.Pointer
	typ  *maker
	task *Task // of a literal of type func()
}

// A Task tells which function literal of type func() a function value comes from.
type Task struct {
	ID       int
	Captured []any // pointers to variables
}

// literal is how Go lays out the closure of a function literal that captures a pointer.
type literal struct {
	code uintptr
	c    *closure
}

// typed is a function value whose type is common: what calls it runs a function literal of that type.
type typed struct {
	closure
	own literal
}

// made is a function value of any type, as reflect.MakeFunc would make it.
type made struct {
	closure
	impl impl
	own  literal
}

// impl is what reflect.MakeFunc makes.
type impl struct {
	code   uintptr
	stack  unsafe.Pointer
	length uintptr
	regs   uintptr
	typ    unsafe.Pointer
	f      unsafe.Pointer
}

// maker makes function values of one type.
type maker struct {
	t     reflect.Type
	code  uintptr // of typed values
	proto impl    // of made ones
}

var forwarding = forwardCode()

// Closures tells whether code may have function values on this machine.
var Closures bool

func init() {
	c := &closure{}
	f := callMade(c)
	reflected = codeOf(unsafe.Pointer(&f), c)
	Closures = Supported && forwarding != 0 && reflected != 0 && asReflectMakes()
	addCommon()
}

var makers sync.Map // reflect.Type to *maker

func makerOf(t reflect.Type) *maker {
	if m, ok := makers.Load(t); ok {
		return m.(*maker)
	}
	m := &maker{t: t, code: trampoline(t)}
	if m.code == 0 {
		m.proto = *madeBy(reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value { return nil }))
	}
	actual, _ := makers.LoadOrStore(t, m)
	return actual.(*maker)
}

// make makes a function value that captures vars.
func (m *maker) make(f *Func, vars []unsafe.Pointer) *closure {
	var c *closure
	if m.code != 0 {
		v := &typed{}
		c = &v.closure
		v.own = literal{m.code, c}
		c.real = unsafe.Pointer(&v.own)
	} else {
		v := &made{impl: m.proto}
		c = &v.closure
		v.own = literal{reflected, c}
		v.impl.f = unsafe.Pointer(&v.own)
		c.real = unsafe.Pointer(&v.impl)
	}
	c.code, c.typ = forwarding, m
	c.f.Store(f)
	if len(vars) <= len(c.few) {
		c.vars = c.few[:copy(c.few[:], vars)]
	} else {
		c.vars = append([]unsafe.Pointer(nil), vars...)
	}
	return c
}

// closure makes a function value of one of f's functions.
func (f *Func) closure(i *Ins, vars []unsafe.Pointer) *closure {
	c := f.types[i.K>>16&0xffff].maker().make(f.funcs[i.K&0xffff], vars)
	if n := i.K >> 32; n > 0 {
		ref := &f.code.Tasks[n-1]
		c.task = &Task{ID: ref.ID}
		if counting != nil {
			counting(ref.ID, 1)
			runtime.AddCleanup(c.task, func(id int) { counting(id, -1) }, ref.ID)
		}
		for j, v := range ref.Vars {
			c.task.Captured = append(c.task.Captured, reflect.NewAt(f.types[ref.Type[j]].t, vars[v]).Interface())
		}
	}
	return c
}

// closureAt is the closure that p, a function value, points to, when it is one of code.
func closureAt(p unsafe.Pointer) *closure {
	if p == nil || *(*uintptr)(p) != forwarding || forwarding == 0 {
		return nil
	}
	return (*closure)(p)
}

// target is the function, which can run.
func (c *closure) target() *Func {
	f := c.f.Load()
	if f == nil {
		if f = lookup(c.name); f == nil {
			panic("vm: the code of " + c.name + " is not loaded")
		}
		c.f.Store(f)
	}
	if !f.linked.Load() {
		f.link()
	}
	return f
}

var counting func(id, change int)

// SetCounting sets what counts the function values with an identity, as they are made and go. It is set once.
func SetCounting(f func(id, change int)) { counting = f }

// TaskOf tells which function literal f comes from.
func TaskOf(f func()) (*Task, bool) {
	c := closureAt(*(*unsafe.Pointer)(unsafe.Pointer(&f)))
	if c == nil || c.task == nil {
		return nil, false
	}
	return c.task, true
}

// codeOf is the code of a function literal made for c, 0 when Go does not lay it out as literal does.
func codeOf(f unsafe.Pointer, c *closure) uintptr {
	l := *(**literal)(f)
	if l.c != c {
		return 0
	}
	return l.code
}

// reflected is the code of the function that values which reflect makes call.
var reflected uintptr

//go:noinline
func callMade(c *closure) func([]reflect.Value) []reflect.Value {
	return func(args []reflect.Value) []reflect.Value { return callReflect(c, args) }
}

// asReflectMakes tells whether reflect.MakeFunc makes what impl says.
func asReflectMakes() bool {
	inner := func([]reflect.Value) []reflect.Value { return nil }
	t := reflect.TypeFor[func(int, string) []string]()
	x, y := madeBy(reflect.MakeFunc(t, inner)), madeBy(reflect.MakeFunc(reflect.TypeFor[func()](), inner))
	return x.code == y.code && x.typ == word(t) && x.f == *(*unsafe.Pointer)(unsafe.Pointer(&inner))
}

func madeBy(f reflect.Value) *impl { return (*impl)(valueOf(f)) }

// valueOf is the pointer that a function value consists of.
func valueOf(f reflect.Value) unsafe.Pointer {
	i := f.Interface()
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&i))[1]
}

// word is the run time's own description of t.
func word(t reflect.Type) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1] }
