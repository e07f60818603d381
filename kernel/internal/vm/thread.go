package vm

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"iyagi/kernel/internal/host"
)

// maxDepth bounds the calls on a stack: a recursion of a million calls ends here after a
// tenth of a second, where Go's own stack of 1 GB holds some ten million.
const maxDepth = 1 << 20

// keep is the largest stack that is kept for the next call, in registers of a file.
const keep = 1 << 10

var threads = sync.Pool{New: func() any {
	return &thread{n: make([]uint64, keep), p: make([]unsafe.Pointer, keep/4), frames: make([]frame, keep/16)}
}}

// enter returns a stack with room for f's registers.
func enter(f *Func) *thread {
	if !f.linked.Load() {
		f.link()
	}
	t := threads.Get().(*thread)
	if f.n > len(t.n) || f.p > len(t.p) {
		t.n = make([]uint64, max(f.n, keep))
		t.p = make([]unsafe.Pointer, max(f.p, keep/4))
	}
	return t
}

// leave keeps the stack for another call. After a panic it is left to the garbage collector.
func (t *thread) leave() {
	if len(t.n) > keep || len(t.p) > keep/4 || len(t.frames) > keep/16 {
		return
	}
	clear(t.p)
	t.f, t.ip, t.done = nil, nil, nil
	threads.Put(t)
}

// run runs f and tells of the frames when it panics.
func (t *thread) run(f *Func) {
	if panicking != nil {
		returned := false
		defer func() {
			if returned {
				return
			}
			if v := recover(); v != nil { // otherwise it is runtime.Goexit
				panic(panicking(v, t.trace()))
			}
		}()
		t.exec(f)
		returned = true
		return
	}
	t.exec(f)
}

// maxFrames is more than a person reads.
const maxFrames = 100

// trace lists the calls on the stack, the innermost first.
func (t *thread) trace() []Frame {
	if t.f == nil { // a native function called before anything could fail
		return nil
	}
	list := []Frame{t.f.frame(t.ip)}
	for d := t.depth - 1; d >= 0 && len(list) < maxFrames; d-- {
		list = append(list, t.frames[d].f.frame(t.frames[d].ip))
	}
	return list
}

// frame is the place of the instruction before ip.
func (f *Func) frame(ip *Ins) Frame {
	at := (uintptr(unsafe.Pointer(ip))-uintptr(f.base))/insSize - 1
	pos := f.code.Pos[at]
	return Frame{f.code.Name, f.code.Label, int(pos >> 10), int(pos & 1023)}
}

// full tells whether a call of g with windows at n and p does not fit the stack.
func (t *thread) full(n, p unsafe.Pointer, g *Func) bool {
	return uintptr(n)+uintptr(g.n)*8 > uintptr(unsafe.Pointer(unsafe.SliceData(t.n)))+uintptr(len(t.n))*8 ||
		uintptr(p)+uintptr(g.p)*8 > uintptr(unsafe.Pointer(unsafe.SliceData(t.p)))+uintptr(len(t.p))*8 || t.depth == len(t.frames)
}

// extend makes the stack larger, so that such a call fits, and returns the windows.
func (t *thread) extend(n, p unsafe.Pointer, g *Func) (unsafe.Pointer, unsafe.Pointer) {
	atN := int(uintptr(n)-uintptr(unsafe.Pointer(unsafe.SliceData(t.n)))) / 8
	atP := int(uintptr(p)-uintptr(unsafe.Pointer(unsafe.SliceData(t.p)))) / 8
	if t.depth >= maxDepth {
		panic(stackOverflow)
	}
	if t.depth == len(t.frames) {
		t.frames = append(t.frames, make([]frame, len(t.frames))...)
	}
	if need := atN + g.n; need > len(t.n) {
		t.n = append(t.n, make([]uint64, need)...)
	}
	if need := atP + g.p; need > len(t.p) {
		t.p = append(t.p, make([]unsafe.Pointer, need)...)
	}
	return unsafe.Pointer(unsafe.SliceData(t.n[atN:])), unsafe.Pointer(unsafe.SliceData(t.p[atP:]))
}

// poll ends the goroutine when the caller's cell has been interrupted, and else gives it new fuel.
func (t *thread) poll() int {
	if t.done == nil {
		if t.done = host.Current().Context().Done(); t.done == nil {
			t.done = never
		}
	}
	select {
	case <-t.done:
		runtime.Goexit()
	default:
	}
	return slack
}

var never = make(chan struct{})

// overflow is the error of a recursion without end. For Go that is fatal and no recover sees it.
type overflow struct{}

var stackOverflow error = overflow{}

func (overflow) RuntimeError() {}

func (overflow) Error() string {
	return fmt.Sprintf("stack overflow: more than %d calls within each other", maxDepth)
}
