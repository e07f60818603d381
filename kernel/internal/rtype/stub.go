package rtype

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// maxStubs is the number of entries in the code of stubs, which is the same for each architecture.
const maxStubs = 131072

// table holds the function value that each stub calls.
var table [maxStubs]unsafe.Pointer

// stubs guards how many of the entries are taken. They are never given back: a value of
// an old type may still be around.
var stubs struct {
	sync.Mutex
	taken int
}

// ErrStubs tells that there is no code for another method.
var ErrStubs = fmt.Errorf("the types of this session have had more methods than the kernel has places for (%d): restart the kernel or run %%reset", maxStubs)

// newStub takes a stub that calls f, a function value's pointer.
func newStub(f unsafe.Pointer) (int, error) {
	stubs.Lock()
	defer stubs.Unlock()
	if stubs.taken == limitStubs {
		return 0, ErrStubs
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
