package check

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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

// TestCompleteExamples takes the library's own examples, cuts each off behind
// a dot, or takes the word behind the dot out, and looks for the word among what is proposed.
func TestCompleteExamples(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(runtime.GOROOT(), "src", "*", "example*_test.go"))
	if len(files) == 0 {
		t.Skip("no examples of the library on this machine")
	}
	var all, cut, middle int
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Repeat(" ", fset.Position(f.Name.End()).Offset) + string(src[fset.Position(f.Name.End()).Offset:])
		s := NewSession()
		if _, err := s.Check(Cell{Serial: 1, Label: "example", Source: text}); err != nil {
			continue // it uses something of its package's tests
		}
		n := 0
		ast.Inspect(f, func(node ast.Node) bool {
			sel, ok := node.(*ast.SelectorExpr)
			if n++; !ok || n > 400 {
				return n <= 400
			}
			at := fset.Position(sel.Sel.Pos()).Offset
			all++
			for _, c := range []struct {
				src   string
				count *int
			}{{text[:at], &cut}, {text[:at] + "\n" + text[at+len(sel.Sel.Name):], &middle}} {
				if slices.ContainsFunc(s.Complete(c.src, at).Items, func(i Item) bool { return i.Text == sel.Sel.Name }) {
					*c.count++
				} else {
					t.Logf("not proposed: %s behind %q", sel.Sel.Name, text[max(0, at-40):at])
				}
			}
			return true
		})
	}
	t.Logf("of %d words %d are proposed at the end of a text, %d in the middle", all, cut, middle)
	if cut*100 < all*99 || middle*100 < all*99 {
		t.Error("less than 99 of 100")
	}
}

// TestBrokenPrograms takes programs of Go's tests, right and wrong ones, cuts
// pieces out, and asks all that the front end can be asked.
func TestBrokenPrograms(t *testing.T) {
	var files []string
	for _, p := range []string{"test/*.go", "test/typeparam/*.go", "src/internal/types/testdata/check/*.go", "src/internal/types/testdata/fixedbugs/*.go"} {
		more, _ := filepath.Glob(filepath.Join(runtime.GOROOT(), p))
		files = append(files, more...)
	}
	if len(files) == 0 {
		t.Skip("no test programs of Go on this machine")
	}
	r := rand.New(rand.NewSource(1))
	for range 400 {
		src, err := os.ReadFile(files[r.Intn(len(files))])
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(src), "package p", "package main", 1)
		from := r.Intn(len(text))
		to := min(len(text), from+r.Intn(20))
		s := NewSession()
		for i, cell := range []string{text[:from], text[:from] + text[to:], text} {
			c := Cell{Serial: i + 1, Label: "cell", Source: cell}
			u, err := s.Check(c)
			if err != nil {
				checkErrors(t, c, err)
				continue
			}
			checkUnit(t, u)
			s.Commit(u)
		}
		s.Complete(text[:from], from)
		s.Complete(text[:from]+text[to:], from)
		s.Inspect(text[:from]+text[to:], from, 1)
		s.IsComplete(text[:from])
	}
}
