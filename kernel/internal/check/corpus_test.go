package check

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestGoPrograms checks Go's own test programs that a compiler accepts, each
// pasted into a cell: no error may be found in them.
func TestGoPrograms(t *testing.T) {
	dir := filepath.Join(runtime.GOROOT(), "test")
	var n int
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.Contains(path, ".dir") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if first, _, _ := bytes.Cut(src, []byte("\n")); strings.TrimSpace(string(first)) != "// run" || !ordinary(src) {
			return nil
		}
		n++
		inCells(t, path, string(src))
		s := NewSession()
		u, err := s.Check(Cell{Serial: 1, Label: "cell 1", Source: string(src)})
		if err != nil {
			t.Errorf("%s\n%v", strings.TrimPrefix(path, dir), err)
			return nil
		}
		s.Commit(u)
		if len(u.Body) == 0 {
			t.Errorf("%s: main is not called", path)
		}
		return nil
	})
	if err != nil || n < 100 {
		t.Skipf("no test programs of Go under %s", dir)
	}
	t.Logf("%d programs", n)
}

// ordinary leaves out the programs that a cell cannot be.
func ordinary(src []byte) bool {
	for _, s := range []string{"//go:linkname", "//go:build", "import \"C\"", "\"internal/", "\"cmd/"} {
		if bytes.Contains(src, []byte(s)) {
			return false
		}
	}
	return true
}

// inCells checks a program as two cells, the declarations and then the
// statements of main, and as one cell that mixes them the other way round.
func inCells(t *testing.T, path, src string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	var main *ast.FuncDecl
	declared := map[string]bool{}
	for name := range f.Scope.Objects {
		declared[name] = true
	}
	initialised := false // variables that a Go file, unlike a cell with statements, may declare in any order
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			initialised = true
		}
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv == nil && fd.Name.Name == "main" {
			main = fd
		}
	}
	if main == nil {
		return
	}
	for _, stmt := range main.Body.List {
		names := defined(stmt)
		if d, ok := stmt.(*ast.DeclStmt); ok {
			for _, spec := range d.Decl.(*ast.GenDecl).Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name)
				case *ast.ValueSpec:
					names = append(names, spec.Names...)
				}
			}
		}
		for _, id := range names {
			if declared[id.Name] {
				return // a cell can declare a name once
			}
		}
	}
	at := func(pos token.Pos) int { return fset.Position(pos).Offset }
	body := src[at(main.Body.Lbrace)+1 : at(main.Body.Rbrace)]
	decls := src[at(f.Name.End()):at(main.Pos())] + src[at(main.End()):]
	for _, cells := range [][]string{{decls, body}, {decls + "\n" + body}} {
		if len(cells) == 1 && initialised {
			continue
		}
		s := NewSession()
		for i, cell := range cells {
			u, err := s.Check(Cell{Serial: i + 1, Label: "cell", Source: cell})
			if err != nil {
				t.Errorf("%s in %d cells\n%v", path, len(cells), err)
				return
			}
			s.Commit(u)
		}
	}
}
