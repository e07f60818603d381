package vm

import (
	"math"
	"unsafe"
)

// nums and ptrs are a call's window of the register files. A register's number has 16 bits, so no access needs a bounds check.
type (
	nums [1 << 16]uint64
	ptrs [1 << 16]unsafe.Pointer
)

// frame is what a return restores.
type frame struct {
	f    *Func
	ip   *Ins // after the call
	a, b uint16
}

// thread is the stack of one call from outside. It belongs to the goroutine that made the call.
type thread struct {
	n      []uint64
	p      []unsafe.Pointer
	frames []frame
	depth  int   // of frames
	f      *Func // of the innermost call, when ip was noted
	ip     *Ins  // after the instruction that may panic
	done   <-chan struct{}
}

const insSize = unsafe.Sizeof(Ins{})

// slack is how many instructions that jump or call run between two looks at the cell's
// context. They take 2 to 20 ns each.
const slack = 1 << 14

// nativeFuel is what a call of the library counts for.
const nativeFuel = 1 << 5

func (f *Func) at(c uint16) *Ins { return (*Ins)(unsafe.Add(f.base, uintptr(c)*insSize)) }

func float(n *nums, r uint16) float64       { return math.Float64frombits(n[r]) }
func setFloat(n *nums, r uint16, x float64) { n[r] = math.Float64bits(x) }

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func str(p unsafe.Pointer, n uint64) string { return unsafe.String((*byte)(p), int(n)) }

// exec runs f, whose arguments are in the first registers of t, until it returns; then the results are there.
//
//go:nocheckptr
func (t *thread) exec(f *Func) {
	N, P := (*nums)(unsafe.Pointer(unsafe.SliceData(t.n))), (*ptrs)(unsafe.Pointer(unsafe.SliceData(t.p)))
	ip := f.at(0)
	fuel := slack
	for {
		i := ip
		ip = (*Ins)(unsafe.Add(unsafe.Pointer(ip), insSize))
		switch i.Op {
		case Move:
			N[i.A] = N[i.B]
		case MoveP:
			P[i.A] = P[i.B]
		case MoveS:
			P[i.A] = P[i.C]
			N[i.B] = N[uint16(i.K)]
		case Const:
			N[i.A] = uint64(i.K)
		case NilP:
			P[i.A] = nil
		case String:
			s := f.strings[i.K]
			P[i.A], N[i.B] = unsafe.Pointer(unsafe.StringData(s)), uint64(len(s))
		case Global:
			P[i.A] = f.globals[i.K]
		case Add:
			N[i.A] = N[i.B] + N[i.C]
		case Sub:
			N[i.A] = N[i.B] - N[i.C]
		case Mul:
			N[i.A] = N[i.B] * N[i.C]
		case Div:
			t.note(f, ip)
			N[i.A] = uint64(int64(N[i.B]) / int64(N[i.C]))
		case Mod:
			t.note(f, ip)
			N[i.A] = uint64(int64(N[i.B]) % int64(N[i.C]))
		case DivU:
			t.note(f, ip)
			N[i.A] = N[i.B] / N[i.C]
		case ModU:
			t.note(f, ip)
			N[i.A] = N[i.B] % N[i.C]
		case And:
			N[i.A] = N[i.B] & N[i.C]
		case Or:
			N[i.A] = N[i.B] | N[i.C]
		case Xor:
			N[i.A] = N[i.B] ^ N[i.C]
		case AndNot:
			N[i.A] = N[i.B] &^ N[i.C]
		case Shl:
			N[i.A] = N[i.B] << N[i.C]
		case Shr:
			N[i.A] = uint64(int64(N[i.B]) >> N[i.C])
		case ShrU:
			N[i.A] = N[i.B] >> N[i.C]
		case AddI:
			N[i.A] = N[i.B] + uint64(i.K)
		case MulI:
			N[i.A] = N[i.B] * uint64(i.K)
		case DivI:
			N[i.A] = uint64(int64(N[i.B]) / i.K)
		case ModI:
			N[i.A] = uint64(int64(N[i.B]) % i.K)
		case AndI:
			N[i.A] = N[i.B] & uint64(i.K)
		case ShlI:
			N[i.A] = N[i.B] << uint64(i.K)
		case ShrI:
			N[i.A] = uint64(int64(N[i.B]) >> uint64(i.K))
		case ShrUI:
			N[i.A] = N[i.B] >> uint64(i.K)
		case RSubI:
			N[i.A] = uint64(i.K) - N[i.B]
		case Neg:
			N[i.A] = -N[i.B]
		case Com:
			N[i.A] = ^N[i.B]
		case Not:
			N[i.A] = N[i.B] ^ 1
		case ShiftCheck:
			if int64(N[i.A]) < 0 {
				t.note(f, ip)
				negativeShift(int64(N[i.A]))
			}
		case Sx8:
			N[i.A] = uint64(int8(N[i.B]))
		case Sx16:
			N[i.A] = uint64(int16(N[i.B]))
		case Sx32:
			N[i.A] = uint64(int32(N[i.B]))
		case Zx8:
			N[i.A] = uint64(uint8(N[i.B]))
		case Zx16:
			N[i.A] = uint64(uint16(N[i.B]))
		case Zx32:
			N[i.A] = uint64(uint32(N[i.B]))
		case AddF:
			setFloat(N, i.A, float(N, i.B)+float(N, i.C))
		case SubF:
			setFloat(N, i.A, float(N, i.B)-float(N, i.C))
		case MulF:
			setFloat(N, i.A, float(N, i.B)*float(N, i.C))
		case DivF:
			setFloat(N, i.A, float(N, i.B)/float(N, i.C))
		case NegF:
			setFloat(N, i.A, -float(N, i.B))
		case MulAddF:
			setFloat(N, i.A, float64(float(N, i.B)*float(N, i.C))+float(N, uint16(i.K)))
		case Round32:
			setFloat(N, i.A, float64(float32(float(N, i.B))))
		case IntF:
			setFloat(N, i.A, float64(int64(N[i.B])))
		case UintF:
			setFloat(N, i.A, float64(N[i.B]))
		case IntF32:
			setFloat(N, i.A, float64(float32(int64(N[i.B]))))
		case UintF32:
			setFloat(N, i.A, float64(float32(N[i.B])))
		case FInt:
			N[i.A] = uint64(int64(float(N, i.B)))
		case FUint:
			N[i.A] = uint64(float(N, i.B))
		case SqrtF:
			setFloat(N, i.A, math.Sqrt(float(N, i.B)))
		case AbsF:
			setFloat(N, i.A, math.Abs(float(N, i.B)))
		case FloorF:
			setFloat(N, i.A, math.Floor(float(N, i.B)))
		case Eq:
			N[i.A] = truth(N[i.B] == N[i.C])
		case Ne:
			N[i.A] = truth(N[i.B] != N[i.C])
		case Lt:
			N[i.A] = truth(int64(N[i.B]) < int64(N[i.C]))
		case Le:
			N[i.A] = truth(int64(N[i.B]) <= int64(N[i.C]))
		case LtU:
			N[i.A] = truth(N[i.B] < N[i.C])
		case LeU:
			N[i.A] = truth(N[i.B] <= N[i.C])
		case EqF:
			N[i.A] = truth(float(N, i.B) == float(N, i.C))
		case NeF:
			N[i.A] = truth(float(N, i.B) != float(N, i.C))
		case LtF:
			N[i.A] = truth(float(N, i.B) < float(N, i.C))
		case LeF:
			N[i.A] = truth(float(N, i.B) <= float(N, i.C))
		case EqP:
			N[i.A] = truth(P[i.B] == P[i.C])
		case NeP:
			N[i.A] = truth(P[i.B] != P[i.C])
		case EqS:
			N[i.A] = truth(str(P[i.B], N[uint16(i.K)]) == str(P[i.C], N[uint16(i.K>>16)]))
		case NeS:
			N[i.A] = truth(str(P[i.B], N[uint16(i.K)]) != str(P[i.C], N[uint16(i.K>>16)]))
		case LtS:
			N[i.A] = truth(str(P[i.B], N[uint16(i.K)]) < str(P[i.C], N[uint16(i.K>>16)]))
		case LeS:
			N[i.A] = truth(str(P[i.B], N[uint16(i.K)]) <= str(P[i.C], N[uint16(i.K>>16)]))

		case Jump:
			ip = f.at(i.C)
			if fuel--; fuel < 0 {
				fuel = t.poll()
			}
		case JumpT:
			if N[i.A] != 0 {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpF:
			if N[i.A] == 0 {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpEq:
			if N[i.A] == N[i.B] {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpNe:
			if N[i.A] != N[i.B] {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLt:
			if int64(N[i.A]) < int64(N[i.B]) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLe:
			if int64(N[i.A]) <= int64(N[i.B]) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLtU:
			if N[i.A] < N[i.B] {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLeU:
			if N[i.A] <= N[i.B] {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpEqI:
			if N[i.A] == uint64(i.K) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpNeI:
			if N[i.A] != uint64(i.K) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLtI:
			if int64(N[i.A]) < i.K {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLeI:
			if int64(N[i.A]) <= i.K {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpGtI:
			if int64(N[i.A]) > i.K {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpGeI:
			if int64(N[i.A]) >= i.K {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLtF:
			if float(N, i.A) < float(N, i.B) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpLeF:
			if float(N, i.A) <= float(N, i.B) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpEqF:
			if float(N, i.A) == float(N, i.B) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpNeF:
			if float(N, i.A) != float(N, i.B) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpNotLtF:
			if !(float(N, i.A) < float(N, i.B)) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpNotLeF:
			if !(float(N, i.A) <= float(N, i.B)) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpNil:
			if P[i.A] == nil {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case JumpNotNil:
			if P[i.A] != nil {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case IncJumpLt:
			N[i.A]++
			if int64(N[i.A]) < int64(N[i.B]) {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case IncJumpLtI:
			N[i.A]++
			if int64(N[i.A]) < i.K {
				ip = f.at(i.C)
				if fuel--; fuel < 0 {
					fuel = t.poll()
				}
			}
		case Table:
			if table := f.tables[i.K]; N[i.A] < uint64(len(table)) {
				ip = f.at(table[N[i.A]])
			} else {
				ip = f.at(i.C)
			}

		case Load8:
			t.check(f, ip, P[i.B])
			N[i.A] = uint64(*(*int8)(unsafe.Add(P[i.B], i.K)))
		case Load8U:
			t.check(f, ip, P[i.B])
			N[i.A] = uint64(*(*uint8)(unsafe.Add(P[i.B], i.K)))
		case Load16:
			t.check(f, ip, P[i.B])
			N[i.A] = uint64(*(*int16)(unsafe.Add(P[i.B], i.K)))
		case Load16U:
			t.check(f, ip, P[i.B])
			N[i.A] = uint64(*(*uint16)(unsafe.Add(P[i.B], i.K)))
		case Load32:
			t.check(f, ip, P[i.B])
			N[i.A] = uint64(*(*int32)(unsafe.Add(P[i.B], i.K)))
		case Load32U:
			t.check(f, ip, P[i.B])
			N[i.A] = uint64(*(*uint32)(unsafe.Add(P[i.B], i.K)))
		case Load64:
			t.check(f, ip, P[i.B])
			N[i.A] = *(*uint64)(unsafe.Add(P[i.B], i.K))
		case LoadF32:
			t.check(f, ip, P[i.B])
			setFloat(N, i.A, float64(*(*float32)(unsafe.Add(P[i.B], i.K))))
		case LoadP:
			t.check(f, ip, P[i.B])
			P[i.A] = *(*unsafe.Pointer)(unsafe.Add(P[i.B], i.K))
		case Store8:
			t.check(f, ip, P[i.B])
			*(*uint8)(unsafe.Add(P[i.B], i.K)) = uint8(N[i.A])
		case Store16:
			t.check(f, ip, P[i.B])
			*(*uint16)(unsafe.Add(P[i.B], i.K)) = uint16(N[i.A])
		case Store32:
			t.check(f, ip, P[i.B])
			*(*uint32)(unsafe.Add(P[i.B], i.K)) = uint32(N[i.A])
		case Store64:
			t.check(f, ip, P[i.B])
			*(*uint64)(unsafe.Add(P[i.B], i.K)) = N[i.A]
		case StoreF32:
			t.check(f, ip, P[i.B])
			*(*float32)(unsafe.Add(P[i.B], i.K)) = float32(float(N, i.A))
		case StoreP:
			t.check(f, ip, P[i.B])
			*(*unsafe.Pointer)(unsafe.Add(P[i.B], i.K)) = P[i.A]
		case Check:
			t.check(f, ip, P[i.A])
		case Offset:
			t.check(f, ip, P[i.B])
			P[i.A] = unsafe.Add(P[i.B], i.K)

		case Index:
			x, n := N[i.C], N[uint16(i.K)]
			if x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			P[i.A] = unsafe.Add(P[i.B], uintptr(x)*uintptr(i.K>>16))
		case IndexU:
			x, n := N[i.C], N[uint16(i.K)]
			if x >= n {
				t.note(f, ip)
				indexPanic(x, n, false)
			}
			P[i.A] = unsafe.Add(P[i.B], uintptr(x)*uintptr(i.K>>16))
		case IndexA:
			t.check(f, ip, P[i.B])
			x, n := N[i.C], uint64(uint32(i.K))
			if x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			P[i.A] = unsafe.Add(P[i.B], uintptr(x)*uintptr(i.K>>32))
		case IndexAU:
			t.check(f, ip, P[i.B])
			x, n := N[i.C], uint64(uint32(i.K))
			if x >= n {
				t.note(f, ip)
				indexPanic(x, n, false)
			}
			P[i.A] = unsafe.Add(P[i.B], uintptr(x)*uintptr(i.K>>32))
		case Index8U:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			N[i.A] = uint64(*(*uint8)(unsafe.Add(P[i.B], x)))
		case Index32:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			N[i.A] = uint64(*(*int32)(unsafe.Add(P[i.B], x*4)))
		case IndexF32:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			setFloat(N, i.A, float64(*(*float32)(unsafe.Add(P[i.B], x*4))))
		case Index64:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			N[i.A] = *(*uint64)(unsafe.Add(P[i.B], x*8))
		case IndexP:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			P[i.A] = *(*unsafe.Pointer)(unsafe.Add(P[i.B], x*8))
		case Put8:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			*(*uint8)(unsafe.Add(P[i.B], x)) = uint8(N[i.A])
		case Put32:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			*(*uint32)(unsafe.Add(P[i.B], x*4)) = uint32(N[i.A])
		case Put64:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			*(*uint64)(unsafe.Add(P[i.B], x*8)) = N[i.A]
		case PutP:
			x := N[i.C]
			if n := N[uint16(i.K)]; x >= n {
				t.note(f, ip)
				indexPanic(x, n, true)
			}
			*(*unsafe.Pointer)(unsafe.Add(P[i.B], x*8)) = P[i.A]
		case IndexA64:
			t.check(f, ip, P[i.B])
			x := N[i.C]
			if x >= uint64(i.K) {
				t.note(f, ip)
				indexPanic(x, uint64(i.K), true)
			}
			N[i.A] = *(*uint64)(unsafe.Add(P[i.B], x*8))
		case PutA64:
			t.check(f, ip, P[i.B])
			x := N[i.C]
			if x >= uint64(i.K) {
				t.note(f, ip)
				indexPanic(x, uint64(i.K), true)
			}
			*(*uint64)(unsafe.Add(P[i.B], x*8)) = N[i.A]

		case Push64:
			if N[i.B] < N[i.B+1] {
				*(*uint64)(unsafe.Add(P[i.A], N[i.B]*8)) = N[i.C]
				N[i.B]++
				continue
			}
			t.note(f, ip)
			grow(f.types[i.K], N, P, i.A, i.B, 1)
			*(*uint64)(unsafe.Add(P[i.A], (N[i.B]-1)*8)) = N[i.C]
		case Push8:
			if N[i.B] < N[i.B+1] {
				*(*uint8)(unsafe.Add(P[i.A], N[i.B])) = uint8(N[i.C])
				N[i.B]++
				continue
			}
			t.note(f, ip)
			grow(f.types[i.K], N, P, i.A, i.B, 1)
			*(*uint8)(unsafe.Add(P[i.A], N[i.B]-1)) = uint8(N[i.C])
		case PushP:
			if N[i.B] < N[i.B+1] {
				*(*unsafe.Pointer)(unsafe.Add(P[i.A], N[i.B]*8)) = P[i.C]
				N[i.B]++
				continue
			}
			t.note(f, ip)
			grow(f.types[i.K], N, P, i.A, i.B, 1)
			*(*unsafe.Pointer)(unsafe.Add(P[i.A], (N[i.B]-1)*8)) = P[i.C]
		case Rune:
			r, next := runeAt(str(P[i.B], N[uint16(i.K)]), int(N[i.C]))
			N[i.A], N[i.A+1] = uint64(r), uint64(next)

		case MapNext:
			if !mapNext(P[i.B], P, i.A) {
				ip = f.at(i.C)
			}
			if fuel--; fuel < 0 {
				fuel = t.poll()
			}
		case Call:
			g := f.funcs[i.K]
			n, p := unsafe.Add(unsafe.Pointer(N), uintptr(i.A)*8), unsafe.Add(unsafe.Pointer(P), uintptr(i.B)*8)
			if t.full(n, p, g) {
				t.note(f, ip)
				n, p = t.extend(n, p, g)
			}
			fr := &t.frames[t.depth]
			fr.f, fr.ip, fr.a, fr.b = f, ip, i.A, i.B
			t.depth++
			N, P, f, ip = (*nums)(n), (*ptrs)(p), g, g.at(0)
			if fuel--; fuel < 0 {
				fuel = t.poll()
			}
		case Type:
			P[i.A] = f.types[i.K].ptr
		case TypeOf:
			P[i.A] = typeWord(P[i.B])
		case JumpType:
			if P[i.A] == f.types[i.K].ptr {
				ip = f.at(i.C)
			}
		case CallI:
			t.check(f, ip, P[i.C])
			s, data := f.sites[i.K], P[i.C+1]
			to := s.target(P[i.C])
			g := to.f
			if g == nil {
				t.note(f, ip)
				s.call(to, data, N, P, i.A, i.B)
				fuel = t.poll()
				continue
			}
			n, p := unsafe.Add(unsafe.Pointer(N), uintptr(i.A)*8), unsafe.Add(unsafe.Pointer(P), uintptr(i.B)*8)
			if t.full(n, p, g) {
				t.note(f, ip)
				n, p = t.extend(n, p, g)
			}
			if to.recv == nil {
				*(*unsafe.Pointer)(p) = data
			} else {
				t.note(f, ip)
				to.receive(s, data, (*nums)(n), (*ptrs)(p))
			}
			fr := &t.frames[t.depth]
			fr.f, fr.ip, fr.a, fr.b = f, ip, i.A, i.B
			t.depth++
			N, P, f, ip = (*nums)(n), (*ptrs)(p), g, g.at(0)
			if fuel--; fuel < 0 {
				fuel = t.poll()
			}
		case Native:
			t.note(f, ip)
			x := f.natives[i.K]
			x.call(N, P, i.A, i.B)
			if fuel -= nativeFuel; x.ref.Slow || fuel < 0 {
				fuel = t.poll()
			}
		case Invoke:
			c := closureAt(P[i.C])
			if c == nil {
				t.note(f, ip)
				f.natives[i.K].invoke(P[i.C], N, P, i.A, i.B)
				fuel = t.poll()
				continue
			}
			g := c.f.Load()
			if g == nil || !g.linked.Load() {
				t.note(f, ip)
				g = c.target()
			}
			n, p := unsafe.Add(unsafe.Pointer(N), uintptr(i.A)*8), unsafe.Add(unsafe.Pointer(P), uintptr(i.B)*8)
			if t.full(n, p, g) {
				t.note(f, ip)
				n, p = t.extend(n, p, g)
			}
			fr := &t.frames[t.depth]
			fr.f, fr.ip, fr.a, fr.b = f, ip, i.A, i.B
			t.depth++
			N, P, f, ip = (*nums)(n), (*ptrs)(p), g, g.at(0)
			for j, v := range c.vars {
				P[uint16(g.first+j)] = v
			}
			if fuel--; fuel < 0 {
				fuel = t.poll()
			}
		case Return:
			if t.depth == 0 {
				return
			}
			t.depth--
			fr := &t.frames[t.depth]
			f, ip = fr.f, fr.ip
			N, P = (*nums)(unsafe.Add(unsafe.Pointer(N), -int(fr.a)*8)), (*ptrs)(unsafe.Add(unsafe.Pointer(P), -int(fr.b)*8))
		default:
			t.note(f, ip)
			f.slow(i, N, P)
		}
	}
}

// note tells where a panic that comes now happens.
func (t *thread) note(f *Func, ip *Ins) { t.f, t.ip = f, ip }

func (t *thread) check(f *Func, ip *Ins, p unsafe.Pointer) {
	if p == nil {
		t.nilPanic(f, ip)
	}
}

//go:noinline
func (t *thread) nilPanic(f *Func, ip *Ins) {
	t.note(f, ip)
	var p *int
	*p = 0
}
