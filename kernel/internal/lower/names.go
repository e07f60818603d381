package lower

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"

	"iyagi/kernel/internal/eval"
)

const (
	rtName = "rt__"
	rtPath = "iyagi/kernel/internal/rt"
)

// unique makes base+"__"+suffix a name that the session has not seen. The suffix tells
// where the declaration comes from; nothing else has a cell's number.
func (l *Lowerer) unique(base, suffix string) string {
	name := base + "__" + suffix
	taken := l.taken
	if suffix[0] >= '0' && suffix[0] <= '9' {
		taken = l.here
	}
	n := taken[name]
	put(l, taken, name, n+1)
	if n > 0 {
		name += "_" + strconv.Itoa(n+1)
	}
	return name
}

// suffix is the part of lowered names that tells where src's declarations come from.
func (u *unit) suffix(src *source) string {
	if src.lib != "" {
		return src.lib
	}
	return strconv.Itoa(u.cell.Serial)
}

// packageName is the name by which lowered code refers to a native package.
// It depends on the path alone and always has the two underscores.
func packageName(path string) string {
	switch path {
	case rtPath:
		return rtName
	case eval.TypesPath:
		return eval.TypesName
	}
	var b strings.Builder
	for _, r := range path {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	return b.String() + "__"
}

// scope names the local objects of one function. A name that Go shadows is
// renamed: the interpreter's blocks do not always hide what they should.
type scope struct {
	names map[types.Object]string
	used  map[string]bool
	n     int
}

func newScope() *scope {
	return &scope{names: map[types.Object]string{}, used: map[string]bool{}}
}

// declare names a local object.
func (s *scope) declare(o types.Object) string {
	name := o.Name()
	if s.used[name] || types.Universe.Lookup(name) != nil || strings.Contains(name, "__") || name == "init" || name == "main" {
		name = s.fresh(name)
	}
	s.used[name] = true
	s.names[o] = name
	return name
}

// fresh returns a name that the function does not use yet.
func (s *scope) fresh(base string) string {
	s.n++
	return fmt.Sprintf("%s__v%d", base, s.n)
}

// objectName is the lowered name of a variable, function or session variable.
func (p *fn) objectName(o types.Object) string {
	if n, ok := p.scope.names[o]; ok {
		return n
	}
	switch o := o.(type) {
	case *types.Var:
		if n, ok := p.u.names[o]; ok {
			p.d.use(n)
			return n
		}
		if o.Pkg() != nil && !p.u.isSession(o.Pkg()) {
			return p.nativeVar(o)
		}
		return p.scope.declare(o)
	case *types.Func:
		return p.funcName(o, nil)
	case *types.Nil:
		return "nil"
	}
	fail("no name for %v", o)
	return ""
}

// nativeVar is a variable of a native package.
func (p *fn) nativeVar(o *types.Var) string {
	if src, name := p.u.lib.variable(p.u, o); src {
		p.d.use(name)
		return name
	}
	return p.d.pkg(o.Pkg().Path()) + "." + o.Name()
}
