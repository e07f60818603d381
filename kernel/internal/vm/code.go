package vm

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
)

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
	Params, Results []Layout
}

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
	Tables          [][]uint16
}

// limits of code that a decoder accepts; a function beyond them is left to the interpreter.
const (
	MaxRegisters = 1 << 12
	MaxIns       = 1<<16 - 1
	maxPool      = 1 << 16
)

var errCode = errors.New("the code of a function is broken")

const version = 2

// Encode returns the code as text that can stand in a string literal.
func (c *Code) Encode() string {
	w := writer{version}
	w.text(c.Name)
	w.text(c.Label)
	w.uint(c.N)
	w.uint(c.P)
	w.layouts(c.Params)
	w.layouts(c.Results)
	w.uint(c.Captured)
	w.uint(len(c.Ins))
	for _, i := range c.Ins {
		w.uint(int(i.Op))
		w.uint(int(i.A))
		w.uint(int(i.B))
		w.uint(int(i.C))
		w.int(i.K)
	}
	last := int64(0)
	for _, p := range c.Pos {
		w.int(int64(p) - last)
		last = int64(p)
	}
	w.uint(len(c.Strings))
	for _, s := range c.Strings {
		w.text(s)
	}
	w.uint(len(c.Types))
	for _, t := range c.Types {
		w.uint(t.Arg)
		w.uint(t.Size)
	}
	w.ints(c.Globals)
	w.uint(len(c.Natives))
	for _, n := range c.Natives {
		w.uint(n.Arg)
		w.text(n.Method)
		w.bool(n.Value)
		w.layouts(n.Params)
		w.layouts(n.Results)
	}
	w.uint(len(c.Funcs))
	for _, s := range c.Funcs {
		w.text(s)
	}
	w.uint(len(c.Tasks))
	for _, t := range c.Tasks {
		w.uint(t.ID)
		w.ints(t.Vars)
		w.ints(t.Type)
	}
	w.uint(len(c.Tables))
	for _, t := range c.Tables {
		w.uint(len(t))
		for _, x := range t {
			w.uint(int(x))
		}
	}
	return base64.RawStdEncoding.EncodeToString(w)
}

type writer []byte

func (w *writer) uint(n int)  { *w = binary.AppendUvarint(*w, uint64(n)) }
func (w *writer) int(n int64) { *w = binary.AppendVarint(*w, n) }

func (w *writer) bool(b bool) {
	if b {
		w.uint(1)
	} else {
		w.uint(0)
	}
}

func (w *writer) text(s string) {
	w.uint(len(s))
	*w = append(*w, s...)
}

func (w *writer) ints(list []int) {
	w.uint(len(list))
	for _, n := range list {
		w.uint(n)
	}
}

func (w *writer) layouts(list []Layout) {
	w.uint(len(list))
	for _, l := range list {
		w.bool(l.Boxed)
		w.uint(l.Size)
		w.uint(len(l.Leaves))
		for _, leaf := range l.Leaves {
			w.uint(int(leaf.Kind))
			w.uint(leaf.Offset)
		}
	}
}

// decode reads what Encode wrote and checks that every instruction keeps to the code's own registers
// and pools. args is how many arguments Define has.
func decode(text string, args int) (c *Code, err error) {
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 || raw[0] != version {
		return nil, errCode
	}
	defer func() {
		if r := recover(); r != nil {
			if r != any(errCode) {
				panic(r)
			}
			c, err = nil, errCode
		}
	}()
	r := &reader{rest: raw[1:]}
	c = &Code{Name: r.text(), Label: r.text(), N: r.upTo(MaxRegisters), P: r.upTo(MaxRegisters)}
	c.Params, c.Results = r.layouts(), r.layouts()
	c.Captured = r.upTo(MaxRegisters)
	c.Ins = make([]Ins, r.count(MaxIns))
	for i := range c.Ins {
		c.Ins[i] = Ins{Op(r.upTo(int(opCount) - 1)), uint16(r.upTo(1<<16 - 1)), uint16(r.upTo(1<<16 - 1)), uint16(r.upTo(1<<16 - 1)), r.int()}
	}
	c.Pos = make([]uint32, len(c.Ins))
	last := int64(0)
	for i := range c.Pos {
		last += r.int()
		c.Pos[i] = uint32(last)
	}
	c.Strings = r.texts()
	c.Types = make([]TypeRef, r.count(maxPool))
	for i := range c.Types {
		c.Types[i] = TypeRef{r.upTo(args - 1), r.upTo(1 << 40)}
	}
	c.Globals = r.ints(args - 1)
	c.Natives = make([]NativeRef, r.count(maxPool))
	for i := range c.Natives {
		c.Natives[i] = NativeRef{r.upTo(args - 1), r.text(), r.upTo(1) == 1, r.layouts(), r.layouts()}
	}
	c.Funcs = r.texts()
	c.Tasks = make([]TaskRef, r.count(maxPool))
	for i := range c.Tasks {
		t := TaskRef{r.upTo(1 << 30), r.ints(MaxRegisters), r.ints(len(c.Types) - 1)}
		if c.Tasks[i] = t; len(t.Vars) != len(t.Type) {
			return nil, errCode
		}
	}
	c.Tables = make([][]uint16, r.count(maxPool))
	for i := range c.Tables {
		c.Tables[i] = make([]uint16, r.count(maxPool))
		for j := range c.Tables[i] {
			c.Tables[i][j] = uint16(r.upTo(len(c.Ins) - 1))
		}
	}
	if len(r.rest) != 0 {
		return nil, errCode
	}
	if err := c.verify(); err != nil {
		return nil, err
	}
	return c, nil
}

// reader panics with errCode where the input ends or a number is too large.
type reader struct{ rest []byte }

func (r *reader) upTo(limit int) int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || limit < 0 || n > uint64(limit) {
		panic(errCode)
	}
	r.rest = r.rest[size:]
	return int(n)
}

// count is a number of things that follow, each of at least a byte.
func (r *reader) count(limit int) int { return r.upTo(min(limit, len(r.rest))) }

func (r *reader) int() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		panic(errCode)
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) text() string {
	n := r.upTo(len(r.rest))
	if n > len(r.rest) {
		panic(errCode)
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) texts() []string {
	list := make([]string, r.count(maxPool))
	for i := range list {
		list[i] = r.text()
	}
	return list
}

func (r *reader) ints(limit int) []int {
	list := make([]int, r.count(maxPool))
	for i := range list {
		list[i] = r.upTo(limit)
	}
	return list
}

func (r *reader) layouts() []Layout {
	list := make([]Layout, r.count(maxPool))
	for i := range list {
		list[i].Boxed = r.upTo(1) == 1
		list[i].Size = r.upTo(1 << 30)
		list[i].Leaves = make([]Leaf, r.count(maxPool))
		for j := range list[i].Leaves {
			list[i].Leaves[j] = Leaf{Kind(r.upTo(int(kindCount) - 1)), r.upTo(1 << 30)}
			if leaf := list[i].Leaves[j]; leaf.Offset+leaf.Kind.size() > list[i].Size {
				panic(errCode)
			}
		}
	}
	return list
}

func (k Kind) size() int { return [kindCount]int{1, 1, 2, 2, 4, 4, 8, 4, 8}[k] }

// verify checks the fields of every instruction.
func (c *Code) verify() error {
	if len(c.Ins) == 0 {
		return errCode
	}
	switch c.Ins[len(c.Ins)-1].Op {
	case Return, Jump, Panic:
	default:
		return fmt.Errorf("%w: it does not end", errCode)
	}
	for _, list := range [][]Layout{c.Params, c.Results} {
		if n, p := registers(list); n > c.N || p > c.P {
			return errCode
		}
	}
	if _, p := registers(c.Params); p+c.Captured > c.P {
		return errCode
	}
	for at, i := range c.Ins {
		spec := specs[i.Op].spec
		if spec == "" || !c.field(spec[0], i.A) || !c.field(spec[1], i.B) || !c.field(spec[2], i.C) || !c.extra(spec[3], i) {
			return fmt.Errorf("%w: instruction %d (%v)", errCode, at, i.Op)
		}
	}
	return nil
}

func registers(list []Layout) (n, p int) {
	for i := range list {
		ln, lp := list[i].Registers()
		n, p = n+ln, p+lp
	}
	return n, p
}

func (c *Code) field(spec byte, v uint16) bool {
	x := int(v)
	switch spec {
	case 'n':
		return x < c.N
	case '2', '3', '5':
		return x+int(spec-'0') <= c.N
	case 'p':
		return x < c.P
	case 'q':
		return x+2 <= c.P
	case 'j':
		return x < len(c.Ins)
	case 'N':
		return x <= c.N
	case 'P':
		return x <= c.P
	}
	return spec == '.' || spec == '*'
}

func (c *Code) extra(spec byte, i Ins) bool {
	low := int(uint64(i.K) & 0xffff)
	switch spec {
	case 'r':
		return i.K >= 0 && i.K < int64(c.N)
	case 'R':
		return low < c.N && int(uint64(i.K)>>16) < c.N && i.K >= 0
	case 'L':
		return low < c.N && i.K >= 0
	case 'W':
		return low < c.N && i.K >= 0 && int(i.K>>16) < len(c.Types)
	case 'A', 'd':
		return i.K != 0 && i.K != -1
	case 'c':
		return i.K >= 1 && i.K < MaxRegisters && int(i.A)+int(i.K) <= c.P && int(i.B)+int(i.K) <= c.N
	case 'D':
		return i.K >= 0 && low < len(c.Types) && int(i.K>>16) < len(c.Types)
	case 'T':
		return within(i.K, len(c.Types))
	case 'S':
		return within(i.K, len(c.Strings))
	case 'G':
		return within(i.K, len(c.Globals))
	case 'F':
		return within(i.K, len(c.Funcs))
	case 'B':
		return within(i.K, len(c.Tables))
	case 'C':
		return i.K >= 0 && low < len(c.Funcs) && int(i.K>>16&0xffff) < len(c.Types) && int(i.B)+int(i.C) <= c.P && c.task(i)
	case 'V':
		return within(i.K, len(c.Natives))
	case 'X':
		return within(i.K, len(c.Natives)) && c.native(i)
	}
	return spec == 'i' || spec == '.'
}

func (c *Code) native(i Ins) bool {
	ref := &c.Natives[i.K]
	for _, list := range [][]Layout{ref.Params, ref.Results} {
		if n, p := registers(list); int(i.A)+n > c.N || int(i.B)+p > c.P {
			return false
		}
	}
	return true
}

// task checks the captured variables of a literal that has an identity.
func (c *Code) task(i Ins) bool {
	n := int(i.K >> 32)
	if n > len(c.Tasks) {
		return false
	}
	if n > 0 {
		for _, v := range c.Tasks[n-1].Vars {
			if v >= int(i.C) {
				return false
			}
		}
	}
	return true
}

func within(k int64, n int) bool { return k >= 0 && k < int64(n) }

// Target tells whether an operation's only effect is to set the register a, of the numbers or of the pointers.
func (o Op) Target() (number, pointer bool) {
	switch {
	case o >= Move && o <= MoveP, o == Const, o == NilP, o == Global, o >= Add && o <= Not, o >= Sx8 && o <= LeS,
		o >= Load8 && o <= LoadP, o >= Offset && o <= IndexF32, o == IndexA64:
		return specs[o].spec[0] == 'n', specs[o].spec[0] == 'p'
	}
	return false, false
}
