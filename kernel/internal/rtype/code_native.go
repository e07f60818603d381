//go:build amd64 || arm64

package rtype

import "unsafe"

// firstStub is the address of the first stub's code.
func firstStub() uintptr

func stubCode()

// codeOf is the code of a stub: it loads the function value from the table into the
// register for closures and jumps to its code. All other registers and the stack stay as they are, so
// that what calls a method calls the function, whatever its parameters.
func codeOf(n int) unsafe.Pointer {
	a := firstStub() + uintptr(n)*stubSize
	return *(*unsafe.Pointer)(unsafe.Pointer(&a))
}

// methodsSupported tells whether this architecture has stubs.
const methodsSupported = true
