package vm

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
)

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
	w.pools(c)
	w.uint(len(c.Tables))
	for _, t := range c.Tables {
		w.uint(len(t))
		for _, x := range t {
			w.uint(int(x))
		}
	}
	return base64.RawStdEncoding.EncodeToString(w)
}

// pools writes what the instructions refer to.
func (w *writer) pools(c *Code) {
	w.texts(c.Strings)
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
		w.bool(n.Slow)
		w.layouts(n.Params)
		w.layouts(n.Results)
	}
	w.texts(c.Funcs)
	w.uint(len(c.Tasks))
	for _, t := range c.Tasks {
		w.uint(t.ID)
		w.ints(t.Vars)
		w.ints(t.Type)
	}
	w.uint(len(c.Tabs))
	for _, t := range c.Tabs {
		w.uint(t.Iface)
		w.uint(t.Type + 1)
	}
	w.uint(len(c.Methods))
	for _, m := range c.Methods {
		w.uint(m.Iface)
		w.text(m.Name)
		w.layouts(m.Params)
		w.layouts(m.Results)
	}
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

func (w *writer) texts(list []string) {
	w.uint(len(list))
	for _, s := range list {
		w.text(s)
	}
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
	r.pools(c, args)
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

// pools reads what the instructions refer to.
func (r *reader) pools(c *Code, args int) {
	c.Strings = r.texts()
	c.Types = make([]TypeRef, r.count(maxPool))
	for i := range c.Types {
		c.Types[i] = TypeRef{r.upTo(args - 1), r.upTo(1 << 40)}
	}
	c.Globals = r.ints(args - 1)
	c.Natives = make([]NativeRef, r.count(maxPool))
	for i := range c.Natives {
		c.Natives[i] = NativeRef{r.upTo(args - 1), r.text(), r.upTo(1) == 1, r.upTo(1) == 1, r.layouts(), r.layouts()}
	}
	c.Funcs = r.texts()
	c.Tasks = make([]TaskRef, r.count(maxPool))
	for i := range c.Tasks {
		t := TaskRef{r.upTo(1 << 30), r.ints(MaxRegisters), r.ints(len(c.Types) - 1)}
		if c.Tasks[i] = t; len(t.Vars) != len(t.Type) {
			panic(errCode)
		}
	}
	c.Tabs = make([]TabRef, r.count(maxPool))
	for i := range c.Tabs {
		c.Tabs[i] = TabRef{r.upTo(len(c.Types) - 1), r.upTo(len(c.Types)) - 1}
	}
	c.Methods = make([]MethodRef, r.count(maxPool))
	for i := range c.Methods {
		c.Methods[i] = MethodRef{r.upTo(len(c.Types) - 1), r.text(), r.layouts(), r.layouts()}
	}
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
