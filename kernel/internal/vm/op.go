package vm

// Op is the operation of an instruction.
type Op uint16

// The operations. N is the file of numbers, P that of pointers; a, b, c and k
// are the instruction's fields. The table below says what each field is.
const (
	opInvalid Op = iota

	Move   // N[a] = N[b]
	MoveP  // P[a] = P[b]
	MoveS  // P[a], N[b] = P[c], N[k]
	Const  // N[a] = k
	NilP   // P[a] = nil
	String // P[a], N[b] = strings[k]
	Global // P[a] = globals[k]

	Add
	Sub
	Mul
	Div  // signed
	Mod  // signed
	DivU // unsigned
	ModU // unsigned
	And
	Or
	Xor
	AndNot
	Shl
	Shr  // arithmetic
	ShrU // logical
	AddI // N[a] = N[b] + k
	MulI
	DivI // k is neither 0 nor -1
	ModI
	AndI
	ShlI
	ShrI
	ShrUI
	RSubI // N[a] = k - N[b]
	Neg
	Com // ^
	Not // of a bool
	ShiftCheck
	Sx8
	Sx16
	Sx32
	Zx8
	Zx16
	Zx32

	AddF
	SubF
	MulF
	DivF
	NegF
	MulAddF // N[a] = N[b]*N[c] + N[k], rounded twice
	Round32 // to float32 and back
	IntF    // float64 of an int64
	UintF   // float64 of a uint64
	FInt    // int64 of a float64
	FUint   // uint64 of a float64
	SqrtF   // math.Sqrt
	AbsF    // math.Abs
	FloorF  // math.Floor
	IntF32  // float32 of an int64, rounded once
	UintF32 // float32 of a uint64, rounded once

	Eq // N[a] = N[b] == N[c]
	Ne
	Lt
	Le
	LtU
	LeU
	EqF
	NeF
	LtF
	LeF
	EqP
	NeP
	EqS // N[a] = string(P[b],N[lo]) == string(P[c],N[hi]); k packs lo and hi
	NeS
	LtS
	LeS

	Jump // to c
	JumpT
	JumpF
	JumpEq
	JumpNe
	JumpLt
	JumpLe
	JumpLtU
	JumpLeU
	JumpEqI // N[a] == k
	JumpNeI
	JumpLtI
	JumpLeI
	JumpGtI
	JumpGeI
	JumpLtF
	JumpLeF
	JumpEqF
	JumpNeF
	JumpNotLtF
	JumpNotLeF
	JumpNil
	JumpNotNil
	IncJumpLt // N[a]++; if N[a] < N[b] jump
	IncJumpLtI
	Table // jump tables[k][N[a]] when there, else c

	Load8 // N[a] = memory at P[b] + k
	Load8U
	Load16
	Load16U
	Load32
	Load32U
	Load64
	LoadF32
	LoadP // P[a]
	Store8
	Store16
	Store32
	Store64
	StoreF32
	StoreP // memory at P[b] + k = P[a]
	Check  // P[a] is not nil
	Offset // P[a] = P[b] + k

	Index   // P[a] = P[b] + N[c]*size; k packs size and the register of the length
	IndexA  // the same; k packs size and the length itself
	IndexU  // Index with an unsigned index
	IndexAU //
	Index8U // N[a] = byte N[c] of P[b], N[k] long: elements and bytes of strings
	Index32
	Index64
	IndexP // P[a]
	IndexF32
	Put8 // the reverse of Index8U
	Put32
	Put64
	PutP
	IndexA64 // of an array; k is its length
	PutA64

	Slice   // of a slice; see runtime of slices in slice.go
	SliceA  // of an array
	SliceS  // of a string
	Make    // P[a] = array of N[b] elements, capacity N[b+1], of type k
	New     // P[a] = pointer to a zero value of type k
	Copy    // value of type k at P[a] = value at P[b]
	Clear   // value of type k at P[a] = zero
	EqMem   // N[a] = values at P[b] and P[c] of type k are equal
	Grow    // slice P[a],N[b],N[b+1] gets N[c] more elements of type k
	Push64  // slice P[a],N[b],N[b+1] = append(it, N[c]); k is the type
	Push8   //
	PushP   // P[c] is appended
	AppendS // slice P[a],N[b],N[b+1] = append(it, P[c],N[k lo]...); k packs register and type
	CopyS   // N[a] = copied elements of type k, to N[a] of P[b] from N[a+1] of P[c]

	Concat   // P[a],N[b] = the k strings from P[a+i],N[b+i]
	BytesStr // P[a],N[b] = string of bytes P[c],N[k]
	StrBytes // P[a],N[b],N[b+1] = bytes of string P[c],N[k]
	RunesStr
	StrRunes
	RuneStr // P[a],N[b] = string(rune N[c])
	Rune    // N[a], N[a+1] = rune at N[c] of string P[b],N[k] and where the next one starts

	MapMake  // P[a] = map of type k with room for N[b]
	MapLen   // N[a] = len of P[b]
	MapGet   // P[a] = element of P[b] for the key at P[c]; nil when missing
	MapPut   // P[a] = place of the element of P[b] for the key at P[c]
	MapGetN  // the same, the key is N[c]
	MapGetS  // the same, the key is a string; k packs register and type
	MapPutN  // P[b][N[c]] = N[a]
	MapPutS  // P[b][string P[c],N[k]] = N[a]
	MapPutNP // P[b][N[c]] = element at P[a]
	MapPutSP
	MapDelete // of P[b] the key at P[c]
	MapIter   // P[a] = iterator over P[b]
	MapNext   // P[a], P[a+1] = key and element of the next of P[b]; jump to c at the end

	Box        // P[a],P[a+1] = interface without methods that holds the value of type k at P[b], which nothing else refers to
	Type       // P[a] = word that tells type k in an interface without methods
	TypeOf     // P[a] = the same for the word P[b] of an interface with methods
	Tab        // P[a] = word that tells the type of tabs[k] in its interface
	Convert    // P[a],P[a+1] = the interface P[b],P[b+1], without methods, as one of tabs[k]'s type
	Assert     // the same when its type implements that, and N[c] = 1; else nil and 0
	Unbox      // P[a] = pointer to the value of type k whose data in an interface is P[b]
	JumpType   // when the word P[a] tells type k
	AssertFail // panic: P[a] tells a type; k packs the interface's type and the one asserted to
	EqI        // N[a] = interfaces without methods P[b],P[b+1] and P[c],P[c+1] are equal
	CallI      // method k of the interface P[c],P[c+1] with windows at N[a] and P[b], where a pointer is left for the receiver
	Call       // function k with windows at N[a] and P[b]
	Native
	Invoke   // the function value P[c], of the type of natives[k]
	Closure  // P[a] = function value of the function k&0xffff, of the type k>>16&0xffff, with the c captured variables from P[b]; k>>32 is 1 more than its task
	Compiled // P[a] = natives[k] as a function value
	Return
	Panic // with the interface P[a],P[a+1]
	opCount
)

// spec says what the fields a, b, c and k of an operation are. Registers:
// n and p one, digits 2, 3 and 5 that many of N, q two of P. j: an
// instruction. Of k: i any number, r a register of N, R two (16 bits each), L a register
// (low 16 bits) and a size, A a length and a size, T a type, S a string, G a global,
// F a function, C a function and a type, X a native function that is called, V one that is a value, B a jump table, W a register and a type, D two types, t an interface type, s one and a type, M a method, '.' nothing, * a number.
var specs = [opCount]struct{ name, spec string }{
	Move: {"move", "nn.."}, MoveP: {"moveP", "pp.."}, MoveS: {"moveS", "pnpr"}, Const: {"const", "n..i"}, NilP: {"nilP", "p..."},
	String: {"string", "pn.S"}, Global: {"global", "p..G"},
	Add: {"add", "nnn."}, Sub: {"sub", "nnn."}, Mul: {"mul", "nnn."}, Div: {"div", "nnn."}, Mod: {"mod", "nnn."},
	DivU: {"divU", "nnn."}, ModU: {"modU", "nnn."}, And: {"and", "nnn."}, Or: {"or", "nnn."}, Xor: {"xor", "nnn."},
	AndNot: {"andNot", "nnn."}, Shl: {"shl", "nnn."}, Shr: {"shr", "nnn."}, ShrU: {"shrU", "nnn."},
	AddI: {"addI", "nn.i"}, MulI: {"mulI", "nn.i"}, DivI: {"divI", "nn.d"}, ModI: {"modI", "nn.d"}, AndI: {"andI", "nn.i"},
	ShlI: {"shlI", "nn.i"}, ShrI: {"shrI", "nn.i"}, ShrUI: {"shrUI", "nn.i"}, RSubI: {"rsubI", "nn.i"},
	Neg: {"neg", "nn.."}, Com: {"com", "nn.."}, Not: {"not", "nn.."}, ShiftCheck: {"shiftCheck", "n..."},
	Sx8: {"sx8", "nn.."}, Sx16: {"sx16", "nn.."}, Sx32: {"sx32", "nn.."}, Zx8: {"zx8", "nn.."}, Zx16: {"zx16", "nn.."}, Zx32: {"zx32", "nn.."},
	AddF: {"addF", "nnn."}, SubF: {"subF", "nnn."}, MulF: {"mulF", "nnn."}, DivF: {"divF", "nnn."}, NegF: {"negF", "nn.."},
	MulAddF: {"mulAddF", "nnnr"}, Round32: {"round32", "nn.."}, IntF: {"intF", "nn.."}, UintF: {"uintF", "nn.."}, FInt: {"fInt", "nn.."}, FUint: {"fUint", "nn.."},
	SqrtF: {"sqrtF", "nn.."}, AbsF: {"absF", "nn.."}, FloorF: {"floorF", "nn.."}, IntF32: {"intF32", "nn.."}, UintF32: {"uintF32", "nn.."},

	Eq: {"eq", "nnn."}, Ne: {"ne", "nnn."}, Lt: {"lt", "nnn."}, Le: {"le", "nnn."}, LtU: {"ltU", "nnn."}, LeU: {"leU", "nnn."},
	EqF: {"eqF", "nnn."}, NeF: {"neF", "nnn."}, LtF: {"ltF", "nnn."}, LeF: {"leF", "nnn."}, EqP: {"eqP", "npp."}, NeP: {"neP", "npp."},
	EqS: {"eqS", "nppR"}, NeS: {"neS", "nppR"}, LtS: {"ltS", "nppR"}, LeS: {"leS", "nppR"},
	Jump: {"jump", "..j."}, JumpT: {"jumpT", "n.j."}, JumpF: {"jumpF", "n.j."}, JumpEq: {"jumpEq", "nnj."}, JumpNe: {"jumpNe", "nnj."},
	JumpLt: {"jumpLt", "nnj."}, JumpLe: {"jumpLe", "nnj."}, JumpLtU: {"jumpLtU", "nnj."}, JumpLeU: {"jumpLeU", "nnj."},
	JumpEqI: {"jumpEqI", "n.ji"}, JumpNeI: {"jumpNeI", "n.ji"}, JumpLtI: {"jumpLtI", "n.ji"}, JumpLeI: {"jumpLeI", "n.ji"},
	JumpGtI: {"jumpGtI", "n.ji"}, JumpGeI: {"jumpGeI", "n.ji"}, JumpLtF: {"jumpLtF", "nnj."}, JumpLeF: {"jumpLeF", "nnj."},
	JumpEqF: {"jumpEqF", "nnj."}, JumpNeF: {"jumpNeF", "nnj."}, JumpNotLtF: {"jumpNotLtF", "nnj."}, JumpNotLeF: {"jumpNotLeF", "nnj."},
	JumpNil: {"jumpNil", "p.j."}, JumpNotNil: {"jumpNotNil", "p.j."}, IncJumpLt: {"incJumpLt", "nnj."}, IncJumpLtI: {"incJumpLtI", "n.ji"}, Table: {"table", "n.jB"},
	Load8: {"load8", "np.i"}, Load8U: {"load8U", "np.i"}, Load16: {"load16", "np.i"}, Load16U: {"load16U", "np.i"},
	Load32: {"load32", "np.i"}, Load32U: {"load32U", "np.i"}, Load64: {"load64", "np.i"}, LoadF32: {"loadF32", "np.i"}, LoadP: {"loadP", "pp.i"},
	Store8: {"store8", "np.i"}, Store16: {"store16", "np.i"}, Store32: {"store32", "np.i"}, Store64: {"store64", "np.i"},
	StoreF32: {"storeF32", "np.i"}, StoreP: {"storeP", "pp.i"}, Check: {"check", "p..."}, Offset: {"offset", "pp.i"},
	Index: {"index", "ppnL"}, IndexA: {"indexA", "ppnA"}, IndexU: {"indexU", "ppnL"}, IndexAU: {"indexAU", "ppnA"},
	Index8U: {"index8U", "npnr"}, Index32: {"index32", "npnr"}, Index64: {"index64", "npnr"}, IndexP: {"indexP", "ppnr"}, IndexF32: {"indexF32", "npnr"},
	Put8: {"put8", "npnr"}, Put32: {"put32", "npnr"}, Put64: {"put64", "npnr"}, PutP: {"putP", "ppnr"},
	IndexA64: {"indexA64", "npni"}, PutA64: {"putA64", "npni"},
	Slice: {"slice", "pp5i"}, SliceA: {"sliceA", "pp5i"}, SliceS: {"sliceS", "pp5i"},
	Make: {"make", "p2.T"}, New: {"new", "p..T"}, Copy: {"copy", "pp.T"}, Clear: {"clear", "p..T"}, EqMem: {"eqMem", "nppT"},
	Grow: {"grow", "p2nT"}, Push64: {"push64", "p2nT"}, Push8: {"push8", "p2nT"}, PushP: {"pushP", "p2pT"}, AppendS: {"appendS", "p2pW"},
	CopyS: {"copyS", "2ppT"}, Concat: {"concat", "pn.c"}, BytesStr: {"bytesStr", "pnpr"}, StrBytes: {"strBytes", "p2pr"},
	RunesStr: {"runesStr", "pnpr"}, StrRunes: {"strRunes", "p2pr"}, RuneStr: {"runeStr", "pnn."}, Rune: {"rune", "2pnr"},
	MapMake: {"mapMake", "pn.T"}, MapLen: {"mapLen", "np.."}, MapGet: {"mapGet", "pppT"}, MapPut: {"mapPut", "pppT"}, MapGetN: {"mapGetN", "ppnT"}, MapGetS: {"mapGetS", "pppW"}, MapPutN: {"mapPutN", "npnT"}, MapPutS: {"mapPutS", "nppW"},
	MapPutNP: {"mapPutNP", "ppnT"}, MapPutSP: {"mapPutSP", "pppW"}, MapDelete: {"mapDelete", ".ppT"},
	MapIter: {"mapIter", "pp.T"}, MapNext: {"mapNext", "qpj."},
	Box: {"box", "qp.T"}, Type: {"type", "p..T"}, TypeOf: {"typeOf", "pp.."}, Tab: {"tab", "p..s"}, Convert: {"convert", "qq.t"}, Assert: {"assert", "qqnt"},
	Unbox: {"unbox", "pp.T"}, JumpType: {"jumpType", "p.jT"}, AssertFail: {"assertFail", "p..D"}, EqI: {"eqI", "nqq."}, CallI: {"callI", "NP*M"},
	Call: {"call", "NP.F"}, Native: {"native", "NP.X"}, Invoke: {"invoke", "NPpX"}, Closure: {"closure", "pP*C"}, Compiled: {"compiled", "p..V"}, Return: {"return", "...."}, Panic: {"panic", "q..."},
}

func (o Op) String() string {
	if o < opCount && specs[o].name != "" {
		return specs[o].name
	}
	return "invalid"
}
