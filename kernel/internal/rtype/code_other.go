//go:build !amd64 && !arm64

package rtype

import "unsafe"

func codeOf(int) unsafe.Pointer { return nil }

// methodsSupported tells that types of this architecture have no methods that compiled code can call.
const methodsSupported = false
