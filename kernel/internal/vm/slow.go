package vm

import (
	"reflect"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// slow runs the operations that allocate, or take longer than the machine's step.
//
//go:nocheckptr
func (f *Func) slow(i *Ins, N *nums, P *ptrs) {
	switch i.Op {
	case Slice:
		slice(i, N, P)
	case SliceA:
		if P[i.B] == nil {
			var p *int
			*p = 0
		}
		sliceArray(i, N, P)
	case SliceS:
		sliceString(i, N, P)
	case Make:
		P[i.A] = f.types[i.K].makeArray(int(N[i.B]), int(N[i.B+1]))
	case New:
		P[i.A] = unsafe_New(f.types[i.K].ptr)
	case Copy:
		if P[i.A] == nil || P[i.B] == nil {
			var p *int
			*p = 0
		}
		typedmemmove(f.types[i.K].ptr, P[i.A], P[i.B])
	case Clear:
		if P[i.A] == nil {
			var p *int
			*p = 0
		}
		typedmemclr(f.types[i.K].ptr, P[i.A])
	case EqMem:
		N[i.A] = truth(f.types[i.K].equal(P[i.B], P[i.C]))
	case Grow:
		grow(f.types[i.K], N, P, i.A, i.B, int(N[i.C]))
	case AppendS:
		appendSlice(f.types[i.K>>16], N, P, i)
	case CopyS:
		N[i.A] = uint64(f.types[i.K].copy(P[i.B], int(N[i.A]), P[i.C], int(N[i.A+1])))
	case Concat:
		setString(N, P, i.A, i.B, concat(N, P, i))
	case BytesStr:
		setString(N, P, i.A, i.B, string(unsafe.Slice((*byte)(P[i.C]), int(N[uint16(i.K)]))))
	case StrBytes:
		b := []byte(str(P[i.C], N[uint16(i.K)]))
		P[i.A], N[i.B], N[i.B+1] = unsafe.Pointer(unsafe.SliceData(b)), uint64(len(b)), uint64(cap(b))
	case RunesStr:
		setString(N, P, i.A, i.B, string(unsafe.Slice((*rune)(P[i.C]), int(N[uint16(i.K)]))))
	case StrRunes:
		r := []rune(str(P[i.C], N[uint16(i.K)]))
		P[i.A], N[i.B], N[i.B+1] = unsafe.Pointer(unsafe.SliceData(r)), uint64(len(r)), uint64(cap(r))
	case RuneStr:
		r := int64(N[i.C])
		if r != int64(rune(r)) {
			r = utf8.RuneError
		}
		setString(N, P, i.A, i.B, string(rune(r)))
	case MapMake:
		P[i.A] = f.types[i.K].makeMap(int(N[i.B]))
	case MapLen:
		N[i.A] = uint64(maplen(P[i.B]))
	case MapGet:
		P[i.A] = mapaccess(f.types[i.K].ptr, P[i.B], P[i.C])
	case MapPut:
		mapassign(f.types[i.K].ptr, P[i.B], P[i.C], P[i.A])
	case MapGetN:
		P[i.A] = mapaccess(f.types[i.K].ptr, P[i.B], unsafe.Pointer(&N[i.C]))
	case MapGetS:
		key := str(P[i.C], N[uint16(i.K)])
		P[i.A] = mapaccess(f.types[i.K>>16].ptr, P[i.B], unsafe.Pointer(&key))
	case MapPutN:
		mapassign(f.types[i.K].ptr, P[i.B], unsafe.Pointer(&N[i.C]), unsafe.Pointer(&N[i.A]))
	case MapPutS:
		key := str(P[i.C], N[uint16(i.K)])
		mapassign(f.types[i.K>>16].ptr, P[i.B], unsafe.Pointer(&key), unsafe.Pointer(&N[i.A]))
	case MapPutNP:
		mapassign(f.types[i.K].ptr, P[i.B], unsafe.Pointer(&N[i.C]), P[i.A])
	case MapPutSP:
		key := str(P[i.C], N[uint16(i.K)])
		mapassign(f.types[i.K>>16].ptr, P[i.B], unsafe.Pointer(&key), P[i.A])
	case MapDelete:
		mapdelete(f.types[i.K].ptr, P[i.B], P[i.C])
	case MapIter:
		P[i.A] = f.types[i.K].iterate(P[i.B])
	case Box:
		t, data := f.types[i.K], P[i.B]
		if t.direct {
			data = *(*unsafe.Pointer)(data)
		}
		P[i.A], P[i.A+1] = t.ptr, data
	case Tab:
		t := f.tabs[i.K]
		P[i.A], _ = t.find(t.typ.ptr)
	case Convert:
		data := P[i.B+1]
		if word := P[i.B]; word != nil {
			P[i.A], _ = f.tabs[i.K].find(word)
		} else {
			P[i.A] = nil
		}
		P[i.A+1] = data
	case Assert:
		f.assert(i, N, P)
	case Unbox:
		if P[i.A] = P[i.B]; f.types[i.K].direct {
			cell := new(unsafe.Pointer)
			*cell = P[i.B]
			P[i.A] = unsafe.Pointer(cell)
		}
	case AssertFail:
		assertFail(f.types[i.K>>16], f.types[i.K&0xffff], P[i.A])
	case EqI:
		N[i.A] = truth(anyOf(P[i.B], P[i.B+1]) == anyOf(P[i.C], P[i.C+1]))
	case Closure:
		P[i.A] = unsafe.Pointer(f.closure(i, P[i.B:int(i.B)+int(i.C)]))
	case Compiled:
		P[i.A] = valueOf(reflect.ValueOf(f.natives[i.K].fn))
	case Panic:
		e := [2]unsafe.Pointer{P[i.A], P[i.A+1]}
		panic(*(*any)(unsafe.Pointer(&e)))
	default:
		panic("vm: no such operation: " + i.Op.String())
	}
}

func (f *Func) assert(i *Ins, N *nums, P *ptrs) {
	word, data := P[i.B], P[i.B+1]
	if word != nil {
		if tab, ok := f.tabs[i.K].find(word); ok {
			P[i.A], P[i.A+1], N[i.C] = tab, data, 1
			return
		}
	}
	P[i.A], P[i.A+1], N[i.C] = nil, nil, 0
}

func setString(N *nums, P *ptrs, p, n uint16, s string) {
	P[p], N[n] = unsafe.Pointer(unsafe.StringData(s)), uint64(len(s))
}

func concat(N *nums, P *ptrs, i *Ins) string {
	if i.K == 2 {
		return str(P[i.A], N[i.B]) + str(P[i.A+1], N[i.B+1])
	}
	var b strings.Builder
	size := 0
	for j := range uint16(i.K) {
		size += int(N[i.B+j])
	}
	b.Grow(size)
	for j := range uint16(i.K) {
		b.WriteString(str(P[i.A+j], N[i.B+j]))
	}
	return b.String()
}

// grow makes room for more elements in a slice and lengthens it.
//
//go:nocheckptr
func grow(t *typ, N *nums, P *ptrs, p, n uint16, more int) {
	length, room := int(N[n]), int(N[n+1])
	if room-length < more {
		s := growslice(t.ptr, header{P[p], length, room}, more)
		P[p], N[n+1] = s.data, uint64(s.cap)
	}
	N[n] = uint64(length + more)
}

//go:nocheckptr
func appendSlice(t *typ, N *nums, P *ptrs, i *Ins) {
	src, more := P[i.C], int(N[uint16(i.K)])
	length := int(N[i.B])
	if more == 0 {
		return
	}
	grow(t, N, P, i.A, i.B, more)
	t.copy(unsafe.Add(P[i.A], uintptr(length)*t.size), more, src, more)
}

// runeAt decodes the rune at i of s as range does.
func runeAt(s string, i int) (rune, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), i + 1
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	return r, i + size
}
