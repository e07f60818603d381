package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// plainCompiler compiles one function. Registers are taken as a stack: a statement gives back what its expressions
// took, a block what its variables took.
type plainCompiler struct {
	*fn
	code    *vm.Code
	args    []string
	callees []*plainFunc
	loops   bool

	layouts map[types.Type]*layout
	vars    map[*types.Var]*place
	inMem   map[*types.Var]bool // whose address is taken
	n, p    int                 // registers in use
	results []*place            // named ones
	sigRes  *types.Tuple
	at      uint32
	fixed   int // instructions before it are jumped behind: they must stay as they are

	labels []int        // index of the instruction of each label; -1 not known yet
	fixups []fixup      // jumps to labels
	jumps  []*jumpScope // statements that break and continue leave
	gotos  map[*types.Label]int
	called map[*ast.CallExpr]val // results of calls that come before the operands beside them, see order
	nextLb string                // label of the statement that comes

	name     string // of the function; those of its literals begin with it
	lits     int
	captured []*types.Var // of a literal
	assigned *types.Var   // that the next literal is assigned to
	emitted  []func(*unit)
}

type fixup struct{ ins, label int }

// jumpScope is a statement that break or continue can name.
type jumpScope struct {
	label            string
	brk, cont, falls int // labels; -1: none
}

// place is where a variable is: registers, or behind the pointer in register p.
type place struct {
	val
	boxed   bool
	shared  bool     // a result that others may know the address of
	through *address // of a session variable whose value is in registers: what is assigned is stored there, too
}

// val is a value in registers: its leaves in the registers from n and p. What has a boxed layout
// is memory that P[p] points to, at offset off; it is a copy that nothing else has when it is own.
type val struct {
	t    types.Type
	lay  *layout
	n, p int
	off  int64
	own  bool
}

// newPlainCompiler compiles the function with a name; the name of one that is empty is found when it is needed.
func newPlainCompiler(p *fn, name string) *plainCompiler {
	return &plainCompiler{fn: p, name: name, code: &vm.Code{Name: codeName(name)}, layouts: map[types.Type]*layout{}, vars: map[*types.Var]*place{},
		inMem: map[*types.Var]bool{}, called: map[*ast.CallExpr]val{}, gotos: map[*types.Label]int{}}
}

func (c *plainCompiler) emit(op vm.Op, a, b, cc int, k int64) int {
	c.code.Ins = append(c.code.Ins, vm.Ins{Op: op, A: uint16(a), B: uint16(b), C: uint16(cc), K: k})
	c.code.Pos = append(c.code.Pos, c.at)
	if len(c.code.Ins) >= vm.MaxIns {
		c.giveUp("too long")
	}
	return len(c.code.Ins) - 1
}

// pos makes n the position of the instructions that come.
func (c *plainCompiler) pos(n token.Pos) {
	if c.src.lib != "" {
		return
	}
	p := c.src.fset.Position(n)
	c.at = uint32(p.Line<<10 | min(p.Column, 1023))
}

func (c *plainCompiler) label() int {
	c.labels = append(c.labels, -1)
	return len(c.labels) - 1
}

// bind puts a label here.
func (c *plainCompiler) bind(label int) {
	c.labels[label] = len(c.code.Ins)
	c.fixed = len(c.code.Ins)
}

// jump emits an instruction that may jump to a label.
func (c *plainCompiler) jump(op vm.Op, a, b int, k int64, label int) {
	c.fixups = append(c.fixups, fixup{c.emit(op, a, b, 0, k), label})
}

// resolve fills in the targets of jumps.
func (c *plainCompiler) resolve() {
	for _, f := range c.fixups {
		if c.labels[f.label] < 0 {
			c.giveUp("jump out of the statement")
		}
		c.code.Ins[f.ins].C = uint16(c.labels[f.label])
	}
}

// take reserves registers for a value of type t.
func (c *plainCompiler) take(t types.Type) val {
	l := c.layout(t)
	v := val{t: t, lay: l, n: c.n, p: c.p}
	c.reserve(l.n, l.p)
	return v
}

func (c *plainCompiler) reserve(n, p int) {
	c.n += n
	c.p += p
	c.code.N, c.code.P = max(c.code.N, c.n), max(c.code.P, c.p)
	if c.n >= vm.MaxRegisters || c.p >= vm.MaxRegisters {
		c.giveUp("too many variables")
	}
}

func (c *plainCompiler) num() int { c.reserve(1, 0); return c.n - 1 }
func (c *plainCompiler) ptr() int { c.reserve(0, 1); return c.p - 1 }

// scoped gives back the registers that f takes.
func (c *plainCompiler) scoped(f func()) {
	n, p := c.n, c.p
	f()
	c.n, c.p = n, p
}

// retarget makes the latest instruction set register to instead of from, if it did nothing but set from, which is a
// temporary.
func (c *plainCompiler) retarget(from, to int, pointer bool, temps int) bool {
	last := len(c.code.Ins) - 1
	if last < c.fixed || from < temps {
		return false
	}
	i := &c.code.Ins[last]
	n, p := i.Op.Target()
	if int(i.A) != from || pointer && !p || !pointer && !n {
		return false
	}
	i.A = uint16(to)
	return true
}

// move copies v into the registers of dst, which has v's layout and is not boxed.
func (c *plainCompiler) move(dst, v val, tempN, tempP int) {
	if dst.n == v.n && dst.p == v.p || dst.lay.n+dst.lay.p == 0 {
		return
	}
	switch {
	case dst.lay.n == 1 && dst.lay.p == 0:
		if !c.retarget(v.n, dst.n, false, tempN) {
			c.emit(vm.Move, dst.n, v.n, 0, 0)
		}
		return
	case dst.lay.n == 0 && dst.lay.p == 1:
		if !c.retarget(v.p, dst.p, true, tempP) {
			c.emit(vm.MoveP, dst.p, v.p, 0, 0)
		}
		return
	}
	n, p := 0, 0
	for ; n < dst.lay.n && p < dst.lay.p; n, p = n+1, p+1 {
		c.emit(vm.MoveS, dst.p+p, dst.n+n, v.p+p, int64(v.n+n))
	}
	for ; n < dst.lay.n; n++ {
		c.emit(vm.Move, dst.n+n, v.n+n, 0, 0)
	}
	for ; p < dst.lay.p; p++ {
		c.emit(vm.MoveP, dst.p+p, v.p+p, 0, 0)
	}
}

// into evaluates x as a value of dst's type into dst, registers or memory of its own.
func (c *plainCompiler) into(dst val, x ast.Expr) {
	n, p := c.n, c.p
	v := c.as(x, dst.t)
	if dst.lay.Boxed {
		v = c.owned(v)
	}
	c.move(dst, v, n, p)
	c.n, c.p = n, p
}

// owned makes v memory that nothing else refers to.
func (c *plainCompiler) owned(v val) val {
	if !v.lay.Boxed || v.own {
		return v
	}
	dst := c.take(v.t)
	ref := c.typeRef(v.t)
	src := v.p
	if v.off != 0 {
		src = c.ptr()
		c.emit(vm.Offset, src, v.p, 0, v.off)
	}
	c.emit(vm.New, dst.p, 0, 0, ref)
	c.emit(vm.Copy, dst.p, src, 0, ref)
	dst.own = true
	return dst
}

// zero sets registers to the zero value, or to memory that holds it.
func (c *plainCompiler) zero(dst val) {
	if dst.lay.Boxed {
		c.emit(vm.New, dst.p, 0, 0, c.typeRef(dst.t))
		return
	}
	for i := range dst.lay.n {
		c.emit(vm.Const, dst.n+i, 0, 0, 0)
	}
	for i := range dst.lay.p {
		c.emit(vm.NilP, dst.p+i, 0, 0, 0)
	}
}

// constant is a value known at compile time.
func (c *plainCompiler) constantVal(v constant.Value, t types.Type) val {
	dst := c.take(t)
	switch {
	case isString(t):
		s := constant.StringVal(v)
		at := int64(-1)
		for i, have := range c.code.Strings {
			if have == s {
				at = int64(i)
			}
		}
		if at < 0 {
			at = int64(len(c.code.Strings))
			c.code.Strings = append(c.code.Strings, s)
		}
		c.emit(vm.String, dst.p, dst.n, 0, at)
	default:
		k, ok := constantBits(v, t)
		if !ok {
			c.giveUp("constant of type %v", t)
		}
		c.emit(vm.Const, dst.n, 0, 0, k)
	}
	return dst
}
