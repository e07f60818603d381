package rt

import (
	"runtime"
	"sync"
	"unsafe"

	"iyagi/kernel/internal/vm"
)

// task is what a func() value of a cell is: its identity and its captured variables.
type task struct {
	f        func()
	id       int
	captured []any // pointers
}

func (t *task) run() { t.f() }

// Func returns a function that runs f and of which [Lookup] tells id and
// captured, pointers to the variables that f captures, wherever the function value is copied to.
//
// The function is the method value t.run: its closure holds the method and t.
// So the identity lives exactly as long as the function, see [Held].
func Func(id int, f func(), captured ...any) func() {
	t := &task{f, id, captured}
	held.add(id, 1)
	runtime.AddCleanup(t, func(id int) { held.add(id, -1) }, id)
	return t.run
}

func init() { vm.SetCounting(held.add) }

// held counts the function values by their identity.
var held = counts{of: map[int]int{}}

type counts struct {
	mu sync.Mutex
	of map[int]int
}

func (c *counts) add(id, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[id] += n; c.of[id] == 0 {
		delete(c.of, id)
	}
}

// Held tells whether there may be a function value with an identity. One that nothing can reach any more counts until the
// garbage collector has found out.
func Held(id int) bool {
	held.mu.Lock()
	defer held.mu.Unlock()
	return held.of[id] > 0
}

// closure is the memory of a method value, as the compiler lays it out.
type closure struct {
	code uintptr
	recv unsafe.Pointer
}

func closureOf(f func()) *closure { return *(**closure)(unsafe.Pointer(&f)) }

// wrapper is the code of t.run method values.
var wrapper = func() uintptr {
	t := &task{id: -1}
	c := closureOf(t.run)
	if c.recv != unsafe.Pointer(t) {
		panic("rt: the compiler lays out method values in another way: tasks cannot be told apart")
	}
	return c.code
}()

// Lookup tells what a function is that [Func] made, or package vm. It fails for any other function.
func Lookup(f func()) (id int, captured []any, ok bool) {
	if f == nil {
		return 0, nil, false
	}
	c := closureOf(f)
	if c.code != wrapper {
		if t, ok := vm.TaskOf(f); ok {
			return t.ID, t.Captured, true
		}
		return 0, nil, false
	}
	t := (*task)(c.recv)
	return t.id, t.captured, true
}
