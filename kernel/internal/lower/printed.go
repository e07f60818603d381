package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// Values that are printed.
//
// For the interpreter's sake each field of a session type is one that package reflect may set. What is only
// printed goes through rt.Shown, which shows fmt the fields as they are declared: it
// calls no methods of values in unexported ones.

// prints tells whether a library function does nothing with its last, variadic
// parameter but format it.
func prints(f *types.Func) bool {
	if f == nil || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "fmt":
		for _, p := range []string{"Print", "Sprint", "Fprint", "Append", "Errorf"} {
			if strings.HasPrefix(f.Name(), p) {
				return true
			}
		}
	case "testing":
		return testLogs[f.Name()]
	case "log/slog":
		return f.Signature().Variadic()
	case "log":
		for _, p := range []string{"Print", "Panic", "Fatal"} {
			if strings.HasPrefix(f.Name(), p) {
				return true
			}
		}
	}
	return false
}

// encodes tells whether a library function does nothing with its parameters of type any but encode them, or decode into what they
// point to. Encoders note for good what a type can do, so they must see one that is made anew when a cell adds methods.
func encodes(f *types.Func) bool {
	if f == nil || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "encoding/json", "encoding/xml":
		switch f.Name() {
		case "Marshal", "MarshalIndent", "Unmarshal", "Encode", "EncodeElement", "Decode", "DecodeElement":
			return true
		}
	case "log/slog":
		return f.Name() == "Any" || f.Name() == "AnyValue"
	}
	return false
}

// isAny tells whether a type is an interface without methods.
func isAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
}

// printed prints an argument that is only formatted.
func (p *fn) printed(f *types.Func, x ast.Expr, val string, spread bool) string {
	switch {
	case p.isNil(x):
		return val
	case spread:
		if s, ok := p.typeOf(x).Underlying().(*types.Slice); ok && !types.IsInterface(s.Elem()) {
			return val // []slog.Attr
		}
		return p.d.rt("ShownAll") + "(" + val + ")"
	}
	return p.shown(f, val, p.typeOf(x))
}

// shown prints a value of type t that f formats. An error stays as it is for Errorf, whose %w keeps it.
func (p *fn) shown(f *types.Func, val string, t types.Type) string {
	if !p.u.needsShown(t) || f.Name() == "Errorf" && types.Implements(t, errorInterface) {
		return val
	}
	return p.d.rt("Shown") + "(" + val + ")"
}

var errorInterface = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

// needsShown tells whether a value of type t may hold one of a session type.
func (u *unit) needsShown(t types.Type) bool { return u.holdsSession(t, map[types.Type]bool{}) }

func (u *unit) holdsSession(t types.Type, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		return types.IsInterface(t) || u.isSession(t.Obj().Pkg()) || u.lib.named(t) != nil
	case *types.Interface, *types.Struct:
		return true
	case *types.Pointer:
		return u.holdsSession(t.Elem(), seen)
	case *types.Slice:
		return u.holdsSession(t.Elem(), seen)
	case *types.Array:
		return u.holdsSession(t.Elem(), seen)
	case *types.Map:
		return u.holdsSession(t.Key(), seen) || u.holdsSession(t.Elem(), seen)
	case *types.Chan:
		return u.holdsSession(t.Elem(), seen)
	}
	return false
}
