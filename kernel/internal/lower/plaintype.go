package lower

import (
	"go/types"

	"iyagi/kernel/internal/vm"
)

// maxLeaves is how many registers the value of a struct may take; larger ones lie in memory.
const maxLeaves = 8

// layout says how values of a type stand in registers.
type layout struct {
	vm.Layout
	n, p int // registers of each file
}

// layout returns how t stands in registers, or gives up.
func (c *plainCompiler) layout(t types.Type) *layout {
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		if t = types.Default(t); t == types.Typ[types.UntypedNil] {
			c.giveUp("nil")
		}
	}
	if l := c.layouts[t]; l != nil {
		return l
	}
	l := &layout{Layout: vm.Layout{Size: int(sizes.Sizeof(t))}}
	leaves, flat := c.leaves(nil, t, 0)
	if flat && len(leaves) <= maxLeaves {
		l.Leaves = leaves
	} else {
		l.Boxed = true
	}
	l.n, l.p = l.Registers()
	c.layouts[t] = l
	return l
}

var kinds = map[types.BasicKind]vm.Kind{
	types.Bool: vm.Uint8, types.Int: vm.Word64, types.Int8: vm.Int8, types.Int16: vm.Int16, types.Int32: vm.Int32, types.Int64: vm.Word64,
	types.Uint: vm.Word64, types.Uint8: vm.Uint8, types.Uint16: vm.Uint16, types.Uint32: vm.Uint32, types.Uint64: vm.Word64,
	types.Uintptr: vm.Word64, types.Float32: vm.Float32, types.Float64: vm.Word64,
	types.UntypedBool: vm.Uint8, types.UntypedInt: vm.Word64, types.UntypedRune: vm.Int32, types.UntypedFloat: vm.Word64,
}

// leaves appends the leaves of a value at an offset. flat is false when it holds an array, whose elements
// have no registers of their own.
func (c *plainCompiler) leaves(list []vm.Leaf, t types.Type, at int) (leaves []vm.Leaf, flat bool) {
	word := func(n int, k vm.Kind) { list = append(list, vm.Leaf{Kind: k, Offset: at + 8*n}) }
	switch t := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case t.Info()&types.IsString != 0:
			word(0, vm.Pointer)
			word(1, vm.Word64)
		case t.Info()&types.IsComplex != 0 || t.Kind() == types.UnsafePointer || t.Kind() == types.UntypedNil:
			c.giveUp("%v", t)
		default:
			word(0, kinds[t.Kind()])
		}
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		word(0, vm.Pointer)
	case *types.Slice:
		word(0, vm.Pointer)
		word(1, vm.Word64)
		word(2, vm.Word64)
	case *types.Interface:
		word(0, vm.Pointer)
		word(1, vm.Pointer)
	case *types.Struct:
		flat := true
		for i, offset := range c.offsets(t) {
			var f bool
			list, f = c.leaves(list, t.Field(i).Type(), at+offset)
			flat = flat && f
		}
		return list, flat
	case *types.Array:
		c.leaves(nil, t.Elem(), at)
		return list, false
	default:
		c.giveUp("%v", t)
	}
	return list, true
}

func (c *plainCompiler) offsets(t *types.Struct) []int {
	fields := make([]*types.Var, t.NumFields())
	for i := range fields {
		fields[i] = t.Field(i)
	}
	out := make([]int, len(fields))
	for i, o := range sizes.Offsetsof(fields) {
		out[i] = int(o)
	}
	return out
}

// typeRef is the number of a type in the code.
func (c *plainCompiler) typeRef(t types.Type) int64 {
	c.layout(t) // what has none may have another size in the interpreter
	arg := c.arg("(*" + c.typ(t) + ")(nil)")
	for i, r := range c.code.Types {
		if r.Arg == arg {
			return int64(i)
		}
	}
	c.code.Types = append(c.code.Types, vm.TypeRef{Arg: arg, Size: int(sizes.Sizeof(t))})
	return int64(len(c.code.Types) - 1)
}

// arg is the number of an argument of vm.Define.
func (c *plainCompiler) arg(text string) int {
	for i, a := range c.args {
		if a == text {
			return i
		}
	}
	c.args = append(c.args, text)
	return len(c.args) - 1
}

func basic(t types.Type) *types.Basic {
	b, _ := t.Underlying().(*types.Basic)
	return b
}

func isBasic(t types.Type, info types.BasicInfo) bool {
	b := basic(t)
	return b != nil && b.Info()&info != 0
}

func isUnsigned(t types.Type) bool { return isBasic(t, types.IsUnsigned) }
func isFloat(t types.Type) bool    { return isBasic(t, types.IsFloat) }
func isString(t types.Type) bool   { return isBasic(t, types.IsString) }
func isInteger(t types.Type) bool  { return isBasic(t, types.IsInteger) }

// extension is the operation that makes a register hold a value of an integer type shorter than 64 bits.
func extension(t types.Type) vm.Op {
	switch kinds[basic(t).Kind()] {
	case vm.Int8:
		return vm.Sx8
	case vm.Uint8:
		return vm.Zx8
	case vm.Int16:
		return vm.Sx16
	case vm.Uint16:
		return vm.Zx16
	case vm.Int32:
		return vm.Sx32
	case vm.Uint32:
		return vm.Zx32
	}
	return vm.Move
}
