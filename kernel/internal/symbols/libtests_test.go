package symbols_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"iyagi/kernel/internal/stdlib"
)

// testPackage is the external test package of a library package, "strings_test".
type testPackage struct {
	path  string
	name  string // "strings_test"
	dir   string
	fset  *token.FileSet
	info  *types.Info
	scope *types.Scope
	text  map[string][]byte         // of each file
	decls map[types.Object]ast.Node // the declaration at package level, *ast.FuncDecl or ast.Spec or, for constants, *ast.GenDecl
	kind  map[ast.Node]token.Token
	file  map[ast.Node]*ast.File
	of    map[*types.TypeName][]*ast.FuncDecl // methods
	inits []*ast.FuncDecl
	bad   []token.Pos // where it does not compile: names of the package's own test files, internal packages
}

func loadTests(path string) (*testPackage, error) {
	p := &testPackage{path: path, dir: filepath.Join(runtime.GOROOT(), "src", path), fset: token.NewFileSet(), text: map[string][]byte{},
		decls: map[types.Object]ast.Node{}, kind: map[ast.Node]token.Token{}, file: map[ast.Node]*ast.File{}, of: map[*types.TypeName][]*ast.FuncDecl{}}
	b, err := build.ImportDir(p.dir, 0)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range b.XTestGoFiles {
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(p.fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.text[name] = text
		files = append(files, f)
	}
	p.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	conf := types.Config{Importer: stdlib.Importer(), Error: func(err error) {
		if e, ok := err.(types.Error); ok && !e.Soft {
			p.bad = append(p.bad, e.Pos)
		}
	}}
	pkg, _ := conf.Check(path+"_test", p.fset, files, p.info)
	p.scope, p.name = pkg.Scope(), pkg.Name()
	for _, f := range files {
		for _, d := range f.Decls {
			p.add(f, d)
		}
	}
	return p, nil
}

func (p *testPackage) add(f *ast.File, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		p.file[d] = f
		if o, ok := p.info.Defs[d.Name].(*types.Func); ok {
			if recv := o.Signature().Recv(); recv != nil {
				t := recv.Type()
				if ptr, ok := t.(*types.Pointer); ok {
					t = ptr.Elem()
				}
				if n, ok := t.(*types.Named); ok {
					p.of[n.Obj()] = append(p.of[n.Obj()], d)
				}
				return
			}
			p.decls[o] = d
			if d.Name.Name == "init" {
				p.inits = append(p.inits, d)
			}
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			var n ast.Node = s
			if d.Tok == token.CONST {
				n = d
			}
			p.kind[n], p.file[n] = d.Tok, f
			switch s := s.(type) {
			case *ast.TypeSpec:
				p.decls[p.info.Defs[s.Name]] = n
			case *ast.ValueSpec:
				for _, name := range s.Names {
					p.decls[p.info.Defs[name]] = n
				}
			}
		}
	}
}

// program is a test function as a program of its own; empty when it needs what cells cannot have.
func (p *testPackage) program(test string) string {
	included := map[ast.Node]bool{}
	imports := map[string]bool{}
	ok := true
	var include func(n ast.Node)
	include = func(n ast.Node) {
		if n == nil || included[n] {
			return
		}
		included[n] = true
		if f, isFunc := n.(*ast.FuncDecl); isFunc && f.Body == nil {
			ok = false
		}
		for _, pos := range p.bad {
			if n.Pos() <= pos && pos <= n.End() {
				ok = false
			}
		}
		ast.Inspect(n, func(x ast.Node) bool {
			id, isIdent := x.(*ast.Ident)
			if !isIdent {
				return true
			}
			o := p.info.Uses[id]
			if o == nil {
				return true
			}
			if _, isPkg := o.(*types.PkgName); isPkg || o.Pkg() != nil && o.Parent() == o.Pkg().Scope() && o.Pkg().Scope() != p.scope {
				p.importFor(p.file[n], o, imports)
			}
			if o.Parent() == p.scope {
				include(p.decls[o])
				if t, isType := o.(*types.TypeName); isType {
					for _, m := range p.of[t] {
						include(m)
					}
				}
			}
			return true
		})
	}
	include(p.decls[p.scope.Lookup(test)])
	for again := true; again; {
		again = false
		for _, init := range p.inits {
			if !included[init] && p.touches(init, included) {
				include(init)
				again = true
			}
		}
	}
	for i := range imports {
		ok = ok && !strings.Contains(i, "internal/") && !strings.Contains(i, "golang.org/") && !strings.Contains(i, `"C"`)
	}
	if !ok {
		return ""
	}
	var nodes []ast.Node
	for n := range included {
		nodes = append(nodes, n)
	}
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].Pos() < nodes[j].Pos() })
	var b strings.Builder
	for _, i := range slices.Sorted(func(yield func(string) bool) {
		for i := range imports {
			if !yield(i) {
				return
			}
		}
	}) {
		fmt.Fprintf(&b, "import %s\n", i)
	}
	for _, n := range nodes {
		from, to := p.fset.Position(n.Pos()), p.fset.Position(n.End())
		if k, isSpec := p.kind[n]; isSpec && k != token.CONST {
			b.WriteString(k.String() + " ")
		}
		b.Write(p.text[from.Filename][from.Offset:to.Offset])
		b.WriteString("\n\n")
	}
	// Types are called by the package of a cell; but strings_test.go is a file.
	const file = "\x00"
	text := strings.ReplaceAll(b.String(), p.name+".go", file)
	text = strings.ReplaceAll(text, p.name+".", "main.")
	return strings.ReplaceAll(text, file, p.name+".go")
}

// touches tells whether an init function mentions a variable that is included.
func (p *testPackage) touches(init *ast.FuncDecl, included map[ast.Node]bool) bool {
	found := false
	ast.Inspect(init, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := p.info.Uses[id].(*types.Var); ok && v.Parent() == p.scope && included[p.decls[v]] {
				found = true
			}
		}
		return true
	})
	return found
}

// importFor notes the import by which f knows the object.
func (p *testPackage) importFor(f *ast.File, o types.Object, imports map[string]bool) {
	for _, s := range f.Imports {
		path := strings.Trim(s.Path.Value, `"`)
		if name, ok := o.(*types.PkgName); ok {
			if name.Imported().Path() == path && (s.Name == nil || s.Name.Name == name.Name()) {
				text := s.Path.Value
				if s.Name != nil {
					text = s.Name.Name + " " + text
				}
				imports[text] = true
			}
		} else if s.Name != nil && s.Name.Name == "." && o.Pkg().Path() == path {
			imports[". "+s.Path.Value] = true
		}
	}
}

// failingTests lists the tests that fail, each with the reason. It may only shrink.
const failingTests = "testdata/tests_failing.txt"

// A libraryTest is one test function.
type libraryTest struct {
	name string // "strings.TestIndex"
	test string // "TestIndex"
	dir  string
	src  string // the declarations that it needs
}

// TestLibraryTests runs the test functions of the library's external test packages as cells: what a test
// needs in one, %test in the next. Those are left out that use what cells cannot: internal packages, names of the package's own
// test files, cgo. Without the flag -all it takes a fixed sample.
func TestLibraryTests(t *testing.T) {
	known := readFailing(t, failingTests)
	results := &outcome{file: os.Getenv("TESTS_REPORT")}
	t.Run("run", func(t *testing.T) {
		for _, l := range libraryTests(t) {
			results.total++
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				results.check(t, l.name, l.problem(), known, failingTests)
			})
		}
	})
	results.tell(t, "tests of the library")
}

// problem tells why the test fails; empty when it passes.
func (l *libraryTest) problem() string {
	s := open(l.dir)
	defer s.close()
	out, err := s.run(l.src)
	if err == nil {
		out, err = s.run("%test -short ^" + l.test + "$")
	}
	if err != nil {
		return err.Error() + "\n" + out
	}
	return ""
}

// sampleTests are the packages that ordinary tests take one test in ten of.
var sampleTests = []string{"bufio", "errors", "io", "iter", "maps", "slices", "strings"}

func libraryTests(t *testing.T) []libraryTest {
	var list []libraryTest
	for _, path := range stdlib.Paths() {
		if strings.HasPrefix(path, "iyagi/") || !*all && !slices.Contains(sampleTests, path) {
			continue
		}
		p, err := loadTests(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range p.scope.Names() {
			f, ok := p.scope.Lookup(name).(*types.Func)
			if !ok || !strings.HasPrefix(name, "Test") || name == "TestMain" || f.Signature().Params().Len() != 1 {
				continue
			}
			if full := path + "." + name; *all || sampled(full, 10) {
				if src := p.program(name); src != "" {
					list = append(list, libraryTest{full, name, p.dir, src})
				}
			}
		}
	}
	return list
}
