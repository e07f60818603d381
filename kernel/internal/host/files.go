package host

import (
	"os"
	"sync"
	"weak"
)

// shared are the open files that child processes may get.
var shared sync.Map // weak.Pointer[os.File] → struct{}

// Share lets f go along when a variable that holds it is copied to a child
// process, which then has a descriptor of its own of the same file or pipe.
func Share(f *os.File) { shared.Store(weak.Make(f), struct{}{}) }

// Unshare takes that back. It is called before f is closed.
func Unshare(f *os.File) { shared.Delete(weak.Make(f)) }

// Shared tells whether f may go along.
func Shared(f *os.File) bool {
	_, ok := shared.Load(weak.Make(f))
	return ok
}
