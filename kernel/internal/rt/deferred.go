package rt

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Defers are the deferred calls of one call of a function, in the order of the defer statements.
type Defers struct {
	list []deferred
	now  *unwinding // while they run
	slow bool       // one of them may call Recover
}

// deferred is a function and how many calls of the interpreter lead to the one that a cell deferred; 0: it is a literal,
// whose recover is RecoverOf.
type deferred struct {
	f     func()
	depth int
}

// NewDefers begins a list.
func NewDefers() *Defers { return new(Defers) }

// Defer adds a call.
func Defer(d *Defers, depth int, f func()) {
	d.list = append(d.list, deferred{f, depth})
	d.slow = d.slow || depth > 0
}

// unwinding is a call of RunDeferred: the end of a function.
type unwinding struct {
	v         any // the panic
	panicking bool
	depth     int // of the deferred call that runs
	slow      bool
	listed    bool
}

// ends are the unwindings of the goroutines that panic or run deferred functions of a panic, innermost last.
var ends struct {
	n  atomic.Int64 // how many goroutines
	mu sync.Mutex
	of map[string][]*unwinding
}

// RunDeferred runs a function's deferred calls, the last one first, each whatever the others do. v is the panic that ends
// the function, nil if none does; one that nothing recovers goes on.
func RunDeferred(d *Defers, v any) {
	if len(d.list) == 0 && v == nil {
		return
	}
	u := &unwinding{v: v, panicking: v != nil, slow: d.slow}
	d.now = u
	if always := v != nil && d.slow; always || ends.n.Load() > 0 {
		u.enlist(always)
	}
	goexit := true
	defer func() {
		if u.listed {
			u.delist()
		}
		if goexit && len(d.list) > 0 { // runtime.Goexit: the others run, too
			RunDeferred(d, nil)
		}
	}()
	for n := len(d.list); n > 0; n = len(d.list) {
		last := d.list[n-1]
		d.list = d.list[:n-1]
		u.call(last)
	}
	goexit = false
	if u.panicking {
		panic(u.v)
	}
}

// call calls one deferred function. A panic of it takes the place of the function's.
func (u *unwinding) call(x deferred) {
	u.depth = x.depth
	ended := false
	defer func() {
		if ended {
			return
		}
		if v := recover(); v != nil {
			u.v, u.panicking = v, true
			if !u.listed && u.slow {
				u.enlist(true)
			}
		}
	}()
	x.f()
	ended = true
}

// enlist makes recover find u; unless always is set, only if the goroutine has others.
func (u *unwinding) enlist(always bool) {
	id := goroutine()
	ends.mu.Lock()
	defer ends.mu.Unlock()
	list := ends.of[id]
	if len(list) == 0 {
		if !always {
			return
		}
		if ends.of == nil {
			ends.of = map[string][]*unwinding{}
		}
		ends.n.Add(1)
	}
	ends.of[id] = append(list, u)
	u.listed = true
}

func (u *unwinding) delist() {
	id := goroutine()
	ends.mu.Lock()
	defer ends.mu.Unlock()
	if list := ends.of[id]; len(list) > 1 {
		ends.of[id] = list[:len(list)-1]
	} else {
		delete(ends.of, id)
		ends.n.Add(-1)
	}
}

// Recover is the built-in function recover: the panic, if the function that calls it is one
// that was deferred by the function that panics.
func Recover() any {
	if ends.n.Load() == 0 {
		return nil
	}
	ends.mu.Lock()
	list := ends.of[goroutine()]
	ends.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	u := list[len(list)-1]
	if !u.panicking || interpretedCalls() != u.depth {
		return nil
	}
	return u.recover()
}

// RecoverOf is recover in a literal that the function with list d defers.
func RecoverOf(d *Defers) any {
	if d.now == nil || !d.now.panicking {
		return nil
	}
	return d.now.recover()
}

// RecoverAfter is recover as a deferred call of such a literal, whose own list is own.
func RecoverAfter(own, d *Defers) {
	if !own.now.panicking {
		RecoverOf(d)
	}
}

func (u *unwinding) recover() any {
	u.panicking = false
	if hooks.Recovered != nil {
		hooks.Recovered(u.v)
	}
	return Fix(u.v)
}

const (
	interpretedCall = "github.com/traefik/yaegi/interp.runCfg" // the interpreter's frame of a call
	unwindingCall   = ".(*unwinding).call"
)

// interpretedCalls counts the interpreter's calls between a deferred call and the caller.
func interpretedCalls() int {
	var pcs [64]uintptr
	calls := 0
	for skip := 3; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			f := runtime.FuncForPC(pc - 1)
			switch {
			case f == nil:
			case f.Name() == interpretedCall:
				calls++
			case strings.HasSuffix(f.Name(), unwindingCall):
				return calls
			}
		}
		if n < len(pcs) {
			return calls
		}
	}
}

// goroutine is the calling goroutine's number.
func goroutine() string {
	var buf [64]byte
	head := buf[len("goroutine "):runtime.Stack(buf[:], false)]
	if i := bytes.IndexByte(head, ' '); i >= 0 {
		head = head[:i]
	}
	return string(head)
}
