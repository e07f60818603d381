package vm

import "unsafe"

// The operands of slices: P[b] is what is sliced and N[c…c+4] are its length, its capacity, and
// low, high and max; k is the size of an element times 4, plus 1 when high is given and 2 when max is. The
// result is P[a] and N[c], N[c+1].

const (
	hasHigh = 1 << iota
	hasMax
)

// slice cuts a slice.
//
//go:nocheckptr
func slice(i *Ins, N *nums, P *ptrs) {
	length, room := int(N[i.C]), int(N[i.C+1])
	low, high, limit := int(N[i.C+2]), length, room
	if i.K&hasHigh != 0 {
		high = int(N[i.C+3])
	}
	dummy := unsafe.Slice(&zero, room)[:length]
	if i.K&hasMax != 0 {
		limit = int(N[i.C+4])
		dummy = dummy[low:high:limit]
	} else {
		dummy = dummy[low:high]
	}
	cut(i, N, P, low, len(dummy), limit-low)
}

// zero is what elements without a size are.
var zero struct{}

// sliceArray cuts an array, whose length is also its capacity.
//
//go:nocheckptr
func sliceArray(i *Ins, N *nums, P *ptrs) {
	length := int(N[i.C])
	low, high, limit := int(N[i.C+2]), length, length
	if i.K&hasHigh != 0 {
		high = int(N[i.C+3])
	}
	if i.K&hasMax != 0 {
		limit = int(N[i.C+4])
		_ = unsafe.Slice(&zero, length)[low:high:limit]
	} else {
		_ = str(unsafe.Pointer(&zero), uint64(length))[low:high]
	}
	cut(i, N, P, low, high-low, limit-low)
}

// sliceString cuts a string.
//
//go:nocheckptr
func sliceString(i *Ins, N *nums, P *ptrs) {
	s := str(P[i.B], N[i.C])
	if low := int(N[i.C+2]); i.K&hasHigh != 0 {
		s = s[low:int(N[i.C+3])]
	} else {
		s = s[low:]
	}
	P[i.A], N[i.C] = unsafe.Pointer(unsafe.StringData(s)), uint64(len(s))
}

// cut stores the result. A slice without capacity keeps the pointer, which must not
// leave the array.
//
//go:nocheckptr
func cut(i *Ins, N *nums, P *ptrs, low, length, room int) {
	p := P[i.B]
	if room > 0 {
		p = unsafe.Add(p, uintptr(low)*uintptr(i.K>>2))
	}
	P[i.A], N[i.C], N[i.C+1] = p, uint64(length), uint64(room)
}

// indexPanic panics as Go does for an index outside of n elements.
//
//go:noinline
//go:nocheckptr
func indexPanic(x, n uint64, signed bool) {
	elements := unsafe.Slice(&zero, int(n))
	if signed {
		_ = elements[int64(x)]
	} else {
		_ = elements[x]
	}
	panic("vm: an index that is not out of range")
}

//go:noinline
func negativeShift(n int64) { _ = 1 << n }
