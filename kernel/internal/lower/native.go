package lower

import (
	"go/ast"
	"go/types"
	"strings"

	"iyagi/kernel/internal/stdlib"
)

// nativeInstance prints calls of generic library functions that package rt has for every type:
// five hundred times faster than interpreting their source.
func (p *fn) nativeInstance(o *types.Func, x *ast.CallExpr) (string, bool) {
	switch o.FullName() {
	case "slices.Sort":
		return p.d.rt("Sort") + "(" + p.expr(x.Args[0]) + ")", true
	case "slices.SortFunc", "slices.SortStableFunc":
		s, ok := p.typeOf(x.Args[0]).Underlying().(*types.Slice)
		if !ok || types.IsInterface(s.Elem()) {
			return "", false
		}
		if _, basic := types.Unalias(s.Elem()).(*types.Basic); basic {
			return "", false
		}
		return p.d.pkg(genericPath) + "." + o.Name() + "(" + p.expr(x.Args[0]) + ", " + p.as(x.Args[1], p.typeOf(x.Args[1])) + ")", true
	}
	return "", false
}

// genericPath is the package that has instances of generic library functions, and what their source needs.
const genericPath = "iyagi/kernel/internal/generic"

// compiled is the name of the instance of a generic library function that package generic has: for the types that
// programs use most, and only unnamed ones. It is hundreds of times faster than the interpreted source,
// which has to be parsed, checked and lowered first.
func (p *fn) compiled(f *types.Func, args []types.Type) (string, bool) {
	switch f.Pkg().Path() {
	case "cmp", "maps", "slices":
	default:
		return "", false
	}
	pkg, err := stdlib.Importer().Import(genericPath)
	if err != nil {
		return "", false
	}
	name := strings.ToUpper(f.Pkg().Name()[:1]) + f.Pkg().Name()[1:] + f.Name()
	for _, a := range args {
		name += "_" + instanceNames.Replace(types.TypeString(a, nil))
	}
	if pkg.Scope().Lookup(name) == nil {
		return "", false
	}
	return p.d.pkg(genericPath) + "." + name, true
}

// instanceNames makes a part of a Go name of a type.
var instanceNames = strings.NewReplacer("[]", "s", "map[", "m", "]", "")
