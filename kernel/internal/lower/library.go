package lower

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"

	"iyagi/kernel/internal/stdlib"
)

//go:generate go run ./gen

// Generic functions and types of the standard library have no symbols that the
// interpreter could call, so they are lowered from their source like a cell's: cmp, slices and maps as Go
// has them (see gen), the others as replacements with the same exported names.
//
//go:embed lib/*.txt
var libFiles embed.FS

// whole are the packages whose every exported name is in lib; of the others only what is there is taken from there.
var whole = map[string]bool{"cmp": true, "slices": true, "maps": true, "iter": true}

// library is the packages that are lowered from source. Each is parsed and checked when
// something of it is first used, in about 10 ms for slices.
type library struct {
	l      *Lowerer
	fset   *token.FileSet
	byPath map[string]*libPackage
	byPkg  map[*types.Package]*libPackage
}

type libPackage struct {
	pkg *types.Package
	src *source
}

func newLibrary(l *Lowerer) *library {
	return &library{l: l, fset: token.NewFileSet(), byPath: map[string]*libPackage{}, byPkg: map[*types.Package]*libPackage{}}
}

// Import implements types.Importer for the library's own sources.
func (b *library) Import(path string) (*types.Package, error) {
	if whole[path] {
		return b.load(path).pkg, nil
	}
	return stdlib.Importer().Import(path)
}

// source is the source of a package that load returned, or nil.
func (b *library) source(pkg *types.Package) *source {
	if p := b.byPkg[pkg]; p != nil {
		return p.src
	}
	return nil
}

// load parses and checks a package; nil when lib does not have it.
func (b *library) load(path string) *libPackage {
	if p, ok := b.byPath[path]; ok {
		return p
	}
	base := "lib/" + strings.ReplaceAll(path, "/", "_")
	var files []*ast.File
	for _, name := range []string{base + ".go.txt", base + "_own.go.txt"} {
		text, err := libFiles.ReadFile(name)
		if err != nil {
			continue
		}
		for _, part := range strings.Split(string(text), "-- next --\n") {
			f, err := parser.ParseFile(b.fset, path, part, parser.SkipObjectResolution)
			if err != nil {
				fail("embedded source of %s: %v", path, err)
			}
			files = append(files, f)
		}
	}
	if files == nil {
		b.byPath[path] = nil
		return nil
	}
	p := b.check(path, files)
	b.byPath[path] = p
	b.byPkg[p.pkg] = p
	return p
}

func (b *library) check(path string, files []*ast.File) *libPackage {
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: b, Sizes: sizes, GoVersion: "go1.26"}
	pkg, err := conf.Check(path, b.fset, files, info)
	if err != nil {
		fail("embedded source of %s: %v", path, err)
	}
	p := &libPackage{pkg, &source{info: info, fset: b.fset, lib: strings.ReplaceAll(path, "/", "_")}}
	for _, f := range files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				if o, ok := info.Defs[fd.Name].(*types.Func); ok {
					b.l.bodies[o] = &body{p.src, fd, 0}
				}
			}
		}
	}
	return p
}

// object is the library's twin of a native package's object, or nil.
func (b *library) object(o types.Object) types.Object {
	if o.Pkg() == nil {
		return nil
	}
	p := b.load(o.Pkg().Path())
	if p == nil || p.pkg == o.Pkg() {
		return nil
	}
	return p.pkg.Scope().Lookup(o.Name())
}

func (b *library) function(f *types.Func) *types.Func {
	if f.Signature().Recv() != nil {
		return nil
	}
	own, _ := b.object(f).(*types.Func)
	return own
}

// named is the library's twin of a native generic type, with the same arguments, or nil.
func (b *library) named(t *types.Named) *types.Named {
	if t.TypeArgs().Len() == 0 || t.Obj().Pkg() == nil || b.byPkg[t.Obj().Pkg()] != nil {
		return nil
	}
	own, ok := b.object(t.Origin().Obj()).(*types.TypeName)
	if !ok {
		return nil
	}
	return b.l.instantiate(own.Type(), typeList(t.TypeArgs())).(*types.Named)
}

// method tells whether m is a method of a native type that the library replaces.
func (b *library) method(m *types.Func) bool {
	recv := m.Signature().Recv()
	if recv == nil {
		return false
	}
	n, ok := deref(recv.Type()).(*types.Named)
	return ok && b.named(n) != nil
}

// isNativeVar tells whether x is a variable of a native package.
func (p *fn) isNativeVar(x ast.Expr) bool {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if sel, qualified := ast.Unparen(x).(*ast.SelectorExpr); qualified && p.src.info.Selections[sel] == nil {
		id, ok = sel.Sel, true
	}
	if !ok {
		return false
	}
	v, ok := p.src.info.Uses[id].(*types.Var)
	return ok && v.Pkg() != nil && !v.IsField() && v.Parent() == v.Pkg().Scope() && !p.u.isSession(v.Pkg())
}

// variable is the library's twin of a native package's variable. There is none yet.
func (b *library) variable(*unit, *types.Var) (bool, string) { return false, "" }
