package symbols_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"
	"testing"

	"iyagi/kernel/internal/stdlib"
)

// excluded are packages that are not for cells: their import changes the program or needs cgo.
var excluded = []string{"unsafe", "plugin", "runtime/cgo", "runtime/race", "net/http/pprof", "expvar", "time/tzdata"}

// A use is one way to mention an exported object, as statements.
type use struct {
	name string // "net/http.Client.Do"
	stmt string
	decl string // before the statements
}

// TestObjects mentions every exported function, type, method, field, variable and constant of the standard library
// in cells: each must be checked, lowered, loaded and run.
// Generic ones are instantiated with several types, a session's own among them. Without the flag -all it takes
// the packages that are used most.
func TestObjects(t *testing.T) {
	paths := stdlib.Paths()
	if !*all {
		paths = []string{"cmp", "errors", "iter", "maps", "sync", "testing/synctest", "unique", "weak"}
	}
	total, wrong := 0, 0
	for _, path := range paths {
		if slices.Contains(excluded, path) || strings.HasPrefix(path, "iyagi/") {
			continue
		}
		pkg, err := stdlib.Importer().Import(path)
		if err != nil {
			t.Fatal(err)
		}
		n, bad := mention(pkg)
		total += n
		wrong += len(bad)
		for _, b := range bad {
			t.Error(b)
		}
	}
	t.Logf("%d of %d objects are right", total-wrong, total)
}

// prelude declares the session types that generic declarations are instantiated with.
const prelude = `
type Celsius float64
type Point struct{ X, Y int }
type Words []string
type Count int8
type Tally map[string]int
func (p Point) String() string { return "point" }
func (p *Point) Error() string { return "point" }
`

// candidates are type arguments, in the order in which they are tried.
var candidates = []string{"int", "string", "Celsius", "Point", "*Point", "error", "[]int", "[]string", "[]Point", "Words", "map[string]int",
	"map[Point]string", "Tally", "Count", "hash.Hash"}

// argument is a type to instantiate with, as the checker sees it here.
type argument struct {
	text string
	typ  types.Type
}

var arguments = sync.OnceValue(func() []argument {
	src := "package main\nimport \"hash\"\n" + prelude
	for i, c := range candidates {
		src += fmt.Sprintf("var v%d %s\n", i, c)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "prelude", src, 0)
	if err != nil {
		panic(err)
	}
	pkg, err := (&types.Config{Importer: stdlib.Importer()}).Check("main", fset, []*ast.File{f}, nil)
	if err != nil {
		panic(err)
	}
	var list []argument
	for i, c := range candidates {
		list = append(list, argument{c, pkg.Scope().Lookup(fmt.Sprintf("v%d", i)).Type()})
	}
	return list
})

// mention uses all of a package, first as one cell for each object, then one by one what fails.
func mention(pkg *types.Package) (total int, bad []string) {
	s := open("")
	defer s.close()
	ready := false
	run := func(uses []use) error {
		if !ready || s.client == nil {
			if _, err := s.run(prelude); err != nil {
				return fmt.Errorf("prelude: %w", err)
			}
			ready = true
		}
		var b strings.Builder
		fmt.Fprintf(&b, "import p__ %q\n", pkg.Path())
		for _, u := range uses {
			fmt.Fprintf(&b, "%s\n", u.decl)
		}
		for _, u := range uses {
			fmt.Fprintf(&b, "{ %s }\n", u.stmt)
		}
		_, err := s.run(b.String())
		return err
	}
	for _, name := range pkg.Scope().Names() {
		o := pkg.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		uses := usesOf(o)
		total += len(uses)
		if len(uses) == 0 {
			bad = append(bad, fmt.Sprintf("%s.%s: no way to use it", pkg.Path(), name))
			total++
			continue
		}
		if run(uses) == nil {
			continue
		}
		for _, u := range uses {
			if err := run([]use{u}); err != nil {
				bad = append(bad, fmt.Sprintf("%s: %v", u.name, err))
			}
		}
	}
	return total, bad
}

// usesOf makes statements that mention an object, its methods and its fields.
func usesOf(o types.Object) []use {
	full := o.Pkg().Path() + "." + o.Name()
	q := "p__." + o.Name()
	switch o := o.(type) {
	case *types.Const:
		if b, ok := o.Type().(*types.Basic); ok && b.Kind() == types.UntypedInt && !fits(o) {
			return []use{{name: full, stmt: "_ = uint64(" + q + ")"}}
		}
		return []use{{name: full, stmt: "_ = " + q}}
	case *types.Var:
		return []use{{name: full, stmt: "_ = " + q}, {name: full + " address", stmt: "_ = &" + q}}
	case *types.Func:
		if o.Signature().TypeParams().Len() == 0 {
			return []use{{name: full, stmt: "f := " + q + "; _ = f"}}
		}
		var uses []use
		for _, args := range instances(o.Signature().TypeParams(), o.Type()) {
			uses = append(uses, use{name: full + args, stmt: "f := " + q + args + "; _ = f"})
		}
		return uses
	case *types.TypeName:
		return usesOfType(o, full, q)
	}
	return nil
}

// fits tells whether a constant is an int by default.
func fits(o *types.Const) bool {
	_, exact := constant.Int64Val(o.Val())
	return exact
}

func usesOfType(o *types.TypeName, full, q string) []use {
	if i, ok := o.Type().Underlying().(*types.Interface); ok && !i.IsMethodSet() {
		return []use{{name: full, decl: "func constrained[T " + q + "](T) {}", stmt: "_ = constrained[" + satisfying(i) + "]"}}
	}
	n, ok := types.Unalias(o.Type()).(*types.Named)
	if !ok {
		return []use{{name: full, stmt: "var v " + q + "; _ = &v"}}
	}
	if n.TypeParams().Len() == 0 {
		return members(n, full, q)
	}
	var uses []use
	for _, args := range instances(n.TypeParams(), n) {
		uses = append(uses, members(n, full+args, q+args)...)
	}
	return uses
}

// members mentions a type, its fields and methods.
func members(t types.Type, full, q string) []use {
	uses := []use{{name: full, stmt: "var v " + q + "; _ = &v"}}
	if s, ok := t.Underlying().(*types.Struct); ok {
		for f := range s.Fields() {
			if f.Exported() {
				uses = append(uses, use{name: full + "." + f.Name(), stmt: "var v " + q + "; f := &v." + f.Name() + "; _ = f"})
			}
		}
	}
	recv := t
	expr := q
	if !types.IsInterface(t) {
		recv = types.NewPointer(t)
		expr = "(*" + q + ")"
	}
	set := types.NewMethodSet(recv)
	for m := range set.Methods() {
		if m.Obj().Exported() {
			uses = append(uses, use{name: full + "." + m.Obj().Name(), stmt: "f := " + expr + "." + m.Obj().Name() + "; _ = f"})
		}
	}
	return uses
}

// satisfying is a type argument for a constraint.
func satisfying(i *types.Interface) string {
	for _, a := range arguments() {
		if types.Satisfies(a.typ, i) {
			return a.text
		}
	}
	return "int"
}

// instances are lists of type arguments that satisfy the parameters.
func instances(params *types.TypeParamList, t types.Type) []string {
	var found []string
	var try func(args []types.Type, names []string)
	try = func(args []types.Type, names []string) {
		if len(found) >= 6 {
			return
		}
		if len(args) < params.Len() {
			for _, c := range arguments() {
				try(append(args[:len(args):len(args)], c.typ), append(names[:len(names):len(names)], c.text))
			}
			return
		}
		if _, err := types.Instantiate(nil, t, args, true); err == nil {
			found = append(found, "["+strings.Join(names, ", ")+"]")
		}
	}
	try(nil, nil)
	return found
}
