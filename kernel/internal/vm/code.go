package vm

// Ins is one instruction. Jumps hold the index of an instruction.
type Ins struct {
	Op      Op
	A, B, C uint16
	K       int64
}

// Kind is how a leaf of a value lies in memory, and so which file holds it in a register.
type Kind uint8

// The kinds of leaves. Float32 is a float64 in a register; what is shorter than 64 bits is extended.
const (
	Int8 Kind = iota
	Uint8
	Int16
	Uint16
	Int32
	Uint32
	Word64 // integers of 64 bits, float64
	Float32
	Pointer
	kindCount
)

// A Leaf is a part of a value that fits a register.
type Leaf struct {
	Kind   Kind
	Offset int // bytes from the start of the value
}

// A Layout says how a value stands in registers: its leaves, each in the next
// register of its file, or, when it is Boxed, one pointer to memory that nothing else refers to.
type Layout struct {
	Boxed  bool
	Size   int // bytes
	Leaves []Leaf
}

// Registers counts the registers of each file.
func (l *Layout) Registers() (n, p int) {
	if l.Boxed {
		return 0, 1
	}
	for _, leaf := range l.Leaves {
		if leaf.Kind == Pointer {
			p++
		} else {
			n++
		}
	}
	return n, p
}

// A NativeRef is a compiled function that code calls.
type NativeRef struct {
	Arg int // which argument of Define it is
	// Method is the method of the type that the argument points to, or is a pointer of; empty: a function.
	Method          string
	Value           bool // the argument points to the type of a function that is in a register
	Slow            bool // it may block: the cell may have been interrupted meanwhile
	Params, Results []Layout
}

// A TabRef is an interface type, and a type that values of it come from: which ones of the code's types. Type is -1
// for any.
type TabRef struct{ Iface, Type int }

// A TaskRef is the identity of a function literal of type func(): its number, and of the variables that its process
// gets copies of, the index among the captured ones and the type.
type TaskRef struct {
	ID         int
	Vars, Type []int
}

// A TypeRef is a type of the code: which argument of Define points to it, and its size in bytes.
type TypeRef struct{ Arg, Size int }

// Code is a function: what Encode writes and Define reads.
type Code struct {
	Name  string // lowered
	Label string // file name of its positions: "cell 3"
	// N and P are the registers of each file that a call needs.
	N, P            int
	Params, Results []Layout
	Captured        int // variables, whose addresses are in the pointer registers after the parameters
	Ins             []Ins
	Pos             []uint32 // of each instruction: line<<10 | column
	Strings         []string
	Types           []TypeRef
	Globals         []int // the same of variables
	Natives         []NativeRef
	Funcs           []string // lowered names
	Tasks           []TaskRef
	Tabs            []TabRef
	Methods         []MethodRef
	Tables          [][]uint16
}

func (k Kind) size() int { return [kindCount]int{1, 1, 2, 2, 4, 4, 8, 4, 8}[k] }
