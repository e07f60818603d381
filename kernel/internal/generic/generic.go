// Package generic is what the lowered source of generic library packages (see
// package lower's library.go) calls of compiled Go: what those packages do by
// the runtime's or their own unexported functions, for type arguments that are
// known only to the interpreter. Cells cannot import it.
package generic

//go:generate go run ./gen

import (
	"crypto/hkdf"
	"crypto/pbkdf2"
	_ "database/sql" // has convertAssign
	"hash"
	"hash/maphash"
	"iter"
	"runtime"
	"unique"
	"unsafe"
	"weak"
)

// Weak is a weak pointer to anything: the garbage collector looks at the
// object, not at the type of the pointer to it.
type Weak struct{ p weak.Pointer[byte] }

// MakeWeak makes a weak pointer of a pointer.
func MakeWeak(p unsafe.Pointer) Weak { return Weak{weak.Make((*byte)(p))} }

// Value is the pointer, nil when the object is gone.
func (w Weak) Value() unsafe.Pointer { return unsafe.Pointer(w.p.Value()) }

// Handle is a canonical value of any type.
type Handle struct{ h unique.Handle[any] }

// MakeHandle makes v canonical.
func MakeHandle(v any) Handle { return Handle{unique.Make(v)} }

// Value is what the handle was made of.
func (h Handle) Value() any { return h.h.Value() }

// AddCleanup has the runtime call f after the object that p points to is gone.
func AddCleanup(p unsafe.Pointer, f func()) runtime.Cleanup {
	return runtime.AddCleanup((*byte)(p), func(f func()) { f() }, f)
}

// HashComparable is maphash.Comparable.
func HashComparable(seed maphash.Seed, v any) uint64 { return maphash.Comparable(seed, v) }

// WriteComparable is maphash.WriteComparable.
func WriteComparable(h *maphash.Hash, v any) { maphash.WriteComparable(h, v) }

// Assign is how database/sql converts a column's value for its destination.
func Assign(dest, src any) error { return convertAssign(dest, src) }

//go:linkname convertAssign database/sql.convertAssign
func convertAssign(dest, src any) error

// Extract is hkdf.Extract.
func Extract(h func() hash.Hash, secret, salt []byte) ([]byte, error) {
	return hkdf.Extract(h, secret, salt)
}

// Expand is hkdf.Expand.
func Expand(h func() hash.Hash, key []byte, info string, length int) ([]byte, error) {
	return hkdf.Expand(h, key, info, length)
}

// Key is hkdf.Key.
func Key(h func() hash.Hash, secret, salt []byte, info string, length int) ([]byte, error) {
	return hkdf.Key(h, secret, salt, info, length)
}

// PasswordKey is pbkdf2.Key.
func PasswordKey(h func() hash.Hash, password string, salt []byte, rounds, length int) ([]byte, error) {
	return pbkdf2.Key(h, password, salt, rounds, length)
}

// Pull is iter.Pull of a sequence whose values are handed over beside it: step tells whether there is another.
func Pull(seq func(yield func() bool)) (step func() bool, stop func()) {
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		seq(func() bool { return yield(struct{}{}) })
	})
	step = func() bool {
		_, ok := next()
		return ok
	}
	return step, stop
}
