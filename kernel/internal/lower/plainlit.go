package lower

import (
	"go/ast"
	"go/constant"
	"go/types"

	"iyagi/kernel/internal/vm"
)

// composite evaluates a composite literal.
func (c *plainCompiler) composite(x *ast.CompositeLit) val {
	t := c.typeOf(x)
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return c.newComposite(x, u.Elem(), t)
	case *types.Slice:
		return c.sliceLit(x, t, u)
	case *types.Map:
		return c.mapLit(x, t, u)
	case *types.Struct:
		if !c.layout(t).Boxed {
			dst := c.take(t)
			if len(x.Elts) < u.NumFields() {
				c.zero(dst)
			}
			for i, e := range x.Elts {
				e, f := structElt(u, e, i)
				c.into(c.field(dst, u, f), e)
			}
			return dst
		}
	}
	dst := c.take(t)
	c.zero(dst)
	c.fill(address{dst.p, 0}, t, x)
	dst.own = true
	return dst
}

// structElt is the value and the field of an element of a struct literal.
func structElt(t *types.Struct, e ast.Expr, i int) (ast.Expr, int) {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		return kv.Value, fieldIndex(t, kv.Key.(*ast.Ident).Name)
	}
	return e, i
}

// newComposite evaluates &T{…}.
func (c *plainCompiler) newComposite(x *ast.CompositeLit, elem, t types.Type) val {
	dst := c.take(t)
	c.emit(vm.New, dst.p, 0, 0, c.typeRef(elem))
	c.fill(address{dst.p, 0}, elem, x)
	return dst
}

// fill writes the elements of a literal of a struct or an array into memory that is zero.
func (c *plainCompiler) fill(a address, t types.Type, x *ast.CompositeLit) {
	put := func(off int64, t types.Type, e ast.Expr) {
		c.scoped(func() {
			at := address{a.p, a.off + off}
			if lit, ok := ast.Unparen(e).(*ast.CompositeLit); ok && c.layout(t).Boxed {
				c.fill(at, t, lit)
				return
			}
			c.store(at, c.as(e, t))
		})
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		offsets := c.offsets(u)
		for i, e := range x.Elts {
			e, f := structElt(u, e, i)
			put(int64(offsets[f]), u.Field(f).Type(), e)
		}
	case *types.Array:
		c.elements(x, func(i int64, e ast.Expr) { put(i*sizes.Sizeof(u.Elem()), u.Elem(), e) })
	case *types.Slice, *types.Map: // &[]int{…}
		c.giveUp("address of a literal")
	default:
		c.giveUp("literal")
	}
}

// elements calls f for each element of a literal of an array or slice and returns its length.
func (c *plainCompiler) elements(x *ast.CompositeLit, f func(i int64, e ast.Expr)) int64 {
	var next, length int64
	for _, e := range x.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			next, _ = constant.Int64Val(constant.ToInt(c.src.info.Types[kv.Key].Value))
			e = kv.Value
		}
		if f != nil {
			f(next, e)
		}
		next++
		length = max(length, next)
	}
	return length
}

func (c *plainCompiler) sliceLit(x *ast.CompositeLit, t types.Type, u *types.Slice) val {
	dst := c.take(t)
	length := c.elements(x, nil)
	c.emit(vm.Const, dst.n, 0, 0, length)
	c.emit(vm.Const, dst.n+1, 0, 0, length)
	c.emit(vm.Make, dst.p, dst.n, 0, c.typeRef(u.Elem()))
	c.elements(x, func(i int64, e ast.Expr) {
		c.scoped(func() {
			at := address{dst.p, i * sizes.Sizeof(u.Elem())}
			if lit, ok := ast.Unparen(e).(*ast.CompositeLit); ok && c.layout(u.Elem()).Boxed {
				c.fill(at, u.Elem(), lit)
				return
			}
			c.store(at, c.as(e, u.Elem()))
		})
	})
	return dst
}
