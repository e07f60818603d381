package kernel

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// imports says which packages of this module each of its packages may import:
// data goes one way, from the wire to the cells' packages, and what a package
// may not see it cannot come to need. Tests of a package may import more.
var imports = map[string][]string{
	"kernel": {"kernel/internal/check", "kernel/internal/childproc", "kernel/internal/eval", "kernel/internal/history",
		"kernel/internal/interp", "kernel/internal/lower", "kernel/internal/session", "kernel/internal/wire", "kernel/protocol"},
	"kernel/protocol":                 {},
	"kernel/display":                  {"kernel/internal/host", "kernel/internal/eval"},
	"kernel/program":                  {"kernel/internal/check", "kernel/internal/magic"},
	"kernel/program/cells":            {"kernel/display", "kernel/internal/card", "kernel/internal/childproc", "kernel/internal/eval", "kernel/internal/host", "kernel/internal/transfer"},
	"kernel/process":                  {"kernel/display", "kernel/internal/host", "kernel/internal/eval", "kernel/internal/card"},
	"kernel/thread":                   {"kernel/display", "kernel/internal/host", "kernel/internal/eval", "kernel/internal/card"},
	"kernel/internal/wire":            {"kernel/protocol"},
	"kernel/internal/history":         {},
	"kernel/internal/session":         {"kernel/protocol", "kernel/internal/check", "kernel/internal/eval", "kernel/internal/history"},
	"kernel/internal/check":           {"kernel/internal/magic", "kernel/internal/stdlib"},
	"kernel/internal/magic":           {},
	"kernel/internal/act":             {"kernel/display", "kernel/internal/childproc", "kernel/internal/host", "kernel/internal/magic", "kernel/internal/rt"},
	"kernel/internal/lower":           {"kernel/internal/check", "kernel/internal/eval", "kernel/internal/stdlib", "kernel/internal/vm"},
	"kernel/internal/vm":              {"kernel/internal/host"},
	"kernel/internal/lower/gen":       {},
	"kernel/internal/generic":         {},
	"kernel/internal/generic/gen":     {"kernel/internal/stdlib"},
	"kernel/internal/stdlib":          {"kernel/internal/stdlib/gen/pack"},
	"kernel/internal/stdlib/gen":      {"kernel/internal/stdlib", "kernel/internal/stdlib/gen/pack"},
	"kernel/internal/stdlib/gen/pack": {},
	"kernel/internal/eval":            {"kernel/internal/childproc"},
	"kernel/internal/childproc":       {},
	"kernel/internal/conformance":     {},
	"kernel/internal/slurmtest":       {"kernel/internal/childproc"},
	"kernel/internal/host":            {"kernel/internal/eval"},
	"kernel/internal/card":            {"kernel/internal/host", "kernel/internal/eval", "kernel/internal/childproc", "kernel/display"},
	"kernel/internal/rt":              {"kernel/internal/host", "kernel/internal/eval", "kernel/internal/rtype", "kernel/internal/vm", "kernel/display"},
	"kernel/internal/rtype":           {"kernel/internal/eval"},
	"kernel/internal/transfer":        {"kernel/internal/rt"},
	"kernel/internal/interp": {"kernel/internal/eval", "kernel/internal/host", "kernel/internal/rt", "kernel/internal/rtype", "kernel/internal/vm", "kernel/internal/childproc",
		"kernel/internal/stdlib", "kernel/internal/symbols", "kernel/internal/transfer", "kernel/display", "kernel/process", "kernel/thread"},
	"kernel/internal/symbols/gen": {"kernel/internal/stdlib"},
	"kernel/internal/symbols":     {"kernel/internal/vm", "kernel/internal/act", "kernel/internal/generic", "kernel/internal/rt", "kernel/display", "kernel/process", "kernel/thread", "kernel/internal/card"},
	"notebooks/nbformat":          {},
	"notebooks/jupytext":          {"notebooks/nbformat"},
	"notebooks/client":            {"kernel/protocol", "notebooks/nbformat"},
	"notebooks/verify":            {"notebooks/nbformat"},
	"notebooks/execute":           {"kernel/protocol", "notebooks/client", "notebooks/nbformat"},
	"notebooks/watch":             {"kernel/program", "notebooks/client", "notebooks/execute", "notebooks/jupytext", "notebooks/nbformat", "notebooks/publish"},
	"notebooks/publish":           {"notebooks/frontmatter", "notebooks/nbformat"},
	"notebooks/frontmatter":       {"notebooks/nbformat"},
	"install":                     {"install/venv"},
	"install/venv":                {},
	"install/venv/venvtest":       {"install/venv"},
	"install/frontends":           {},
	"cmd/iyagi":                   {"kernel", "kernel/program", "kernel/protocol", "install", "install/venv", "notebooks/client", "notebooks/execute", "notebooks/frontmatter", "notebooks/jupytext", "notebooks/nbformat", "notebooks/publish", "notebooks/verify", "notebooks/watch"},
}

// soleUsers are libraries that one package wraps for all others.
var soleUsers = map[string][]string{
	"github.com/go-zeromq/zmq4":   {"kernel/internal/wire", "notebooks/client"},
	"github.com/traefik/yaegi":    {"kernel/internal/interp", "kernel/internal/symbols", "kernel/internal/symbols/gen"},
	"modernc.org/sqlite":          {"kernel/internal/history"},
	"github.com/spf13/cobra":      {"cmd/iyagi"},
	"github.com/shirou/gopsutil/": {"kernel", "kernel/internal/session"},
}

// platform are the packages that may know what system they run on. The code of methods that rtype makes, and of
// function values that vm makes, differs by processor.
var platform = []string{"kernel/internal/childproc", "kernel/internal/rtype", "kernel/internal/vm", "kernel/thread", "install"}

// The longest function and file outside of tests, in lines. longer names those that may be
// longer since they are one switch or one table.
const (
	longestFunc = 60
	longestFile = 500
)

var longer = map[string]bool{
	"kernel/internal/vm/run.go:exec":           true, // the machine
	"kernel/internal/vm/run.go":                true,
	"kernel/internal/vm/slow.go:slow":          true, // the rest of the machine
	"kernel/internal/transfer/encode.go:value": true, // a switch over the kinds of values
}

// file is one source file of the module.
type file struct {
	name   string // slash-separated, from the module's root
	pkg    string // directory
	syntax *ast.File
	lines  int
	test   bool
}

var fset = token.NewFileSet()

// sources parses every Go file of the module but generated ones and data of tests.
func sources(t *testing.T) []file {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	var files []file
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if b := d.Name(); name != root && (b == "testdata" || strings.HasPrefix(b, ".") || strings.HasPrefix(b, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		syntax, err := parser.ParseFile(fset, rel, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if !ast.IsGenerated(syntax) {
			files = append(files, file{rel, path.Dir(rel), syntax, strings.Count(string(text), "\n"), strings.HasSuffix(rel, "_test.go")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestImports(t *testing.T) {
	for _, f := range sources(t) {
		allowed, known := imports[f.pkg]
		if !known {
			t.Errorf("%s: package %s is not in the table of imports", f.name, f.pkg)
			continue
		}
		for _, spec := range f.syntax.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			if own, ok := strings.CutPrefix(imported, "iyagi/"); ok && !f.test && !slices.Contains(allowed, own) {
				t.Errorf("%s: %s may not import %s", fset.Position(spec.Pos()), f.pkg, own)
			}
			for library, users := range soleUsers {
				if strings.HasPrefix(imported, library) && !f.test && !slices.Contains(users, f.pkg) {
					t.Errorf("%s: %s may not import %s: %s wraps it", fset.Position(spec.Pos()), f.pkg, imported, users[0])
				}
			}
		}
	}
}

func TestPackageDocs(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		if f.syntax.Doc != nil && len(strings.Fields(f.syntax.Doc.Text())) > 10 {
			documented[f.pkg] = true
		} else if !documented[f.pkg] {
			documented[f.pkg] = false
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s does not say what it is for", pkg)
		}
	}
}

// TestPlatform keeps what depends on the system in few places: build tags,
// names of files that are build tags, and runtime.GOOS.
func TestPlatform(t *testing.T) {
	for _, f := range sources(t) {
		if slices.Contains(platform, f.pkg) {
			continue
		}
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.name), ".go"), "_test")
		for _, system := range []string{"_linux", "_darwin", "_windows", "_unix", "_freebsd", "_amd64", "_arm64"} {
			if strings.HasSuffix(base, system) && !f.test {
				t.Errorf("%s: only %v may have files for one system", f.name, platform)
			}
		}
		for _, group := range f.syntax.Comments {
			for _, c := range group.List {
				if constraint.IsGoBuild(c.Text) && c.Pos() < f.syntax.Package && !strings.Contains(c.Text, "ignore") && !f.test {
					t.Errorf("%s: only %v may have build tags", fset.Position(c.Pos()), platform)
				}
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "GOOS" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "runtime" && !f.test {
					t.Errorf("%s: only %v may ask for runtime.GOOS", fset.Position(s.Pos()), platform)
				}
			}
			return true
		})
	}
}

func TestSizes(t *testing.T) {
	for _, f := range sources(t) {
		if f.lines > longestFile && !f.test && !longer[f.name] {
			t.Errorf("%s has %d lines: split it by kind", f.name, f.lines)
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || f.test {
				continue
			}
			lines := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
			if name := f.name + ":" + fn.Name.Name; lines > longestFunc && !longer[name] {
				t.Errorf("%s has %d lines", name, lines)
			}
		}
	}
}
