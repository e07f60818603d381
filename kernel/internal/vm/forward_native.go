//go:build amd64 || arm64

package vm

// forward is the code of function values that run here: it calls the function value in the second word of its closure.
func forward()

// forwardCode is the address of forward's code.
func forwardCode() uintptr
