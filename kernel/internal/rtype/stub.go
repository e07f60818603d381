package rtype

import (
	"errors"
	"sync"
	"sync/atomic"
	"unsafe"
)

// maxStubs is the number of entries in the code of stubs, which is the same for each architecture.
const maxStubs = 32768

// table holds the function value that each stub calls.
var table [maxStubs]unsafe.Pointer

// stubs guards how many of the entries are taken. They are never given back: a value of
// an old type may still be around.
var stubs struct {
	sync.Mutex
	taken int
}

var errStubs = errors.New("too many methods have been declared in this session: restart the kernel")

// newStub takes a stub that calls f, a function value's pointer.
func newStub(f unsafe.Pointer) (int, error) {
	stubs.Lock()
	defer stubs.Unlock()
	if stubs.taken == limitStubs {
		return 0, errStubs
	}
	n := stubs.taken
	stubs.taken++
	setStub(n, f)
	return n, nil
}

// setStub makes a stub call f from now on.
func setStub(n int, f unsafe.Pointer) { atomic.StorePointer(&table[n], f) }

// limitStubs is maxStubs but in a test.
var limitStubs = maxStubs

// functionOf is the pointer that a value of a function type consists of.
func functionOf(f any) unsafe.Pointer { return (*words)(unsafe.Pointer(&f)).data }
