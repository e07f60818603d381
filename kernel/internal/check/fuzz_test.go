package check

import (
	"errors"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// FuzzCell checks that no text makes the front end panic, that every error
// is at a place of the cell, and that every position of a unit is, too.
func FuzzCell(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range txtar.Parse(data).Files {
			if part.Name == "cell" {
				f.Add(string(part.Data))
			}
		}
	}
	for _, src := range []string{
		"", "\x00", "x :=", "func", "func (", "func (a, b T) M() {}", "type A B", "type A = *T\nfunc (a A) M() {}",
		"한글 := \"\xff\"\n한글 + 1", "//line other.go:100\nundefined1", "/*line x:1*/ undefined1", "L: x := 1\ngoto L",
		"import . \"math\"\nSin(Pi)", "var x, y = 1", "a, b := 1", "func init() {}\nfunc init() {}", "package main\nfunc main() {}",
		"var x = x", "t := t\nfunc f() { t() }", "func (t T) n() {}", "func (t *U[E]) New(e E) {}\nu.New(1)", "type T int",
		"const c = iota\nc := 1", "var _ = f", "_ = 1", "f := f\nfunc g() { f() }", "x = x\r\nx\r\n", "\ufeffx", "x;", "`\r`", "defer f()\nreturn",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		s := NewSession()
		first, err := s.Check(Cell{Serial: 1, Label: "cell 1", Source: "x := 1\nfunc f() int { return x }\n" +
			"type T struct{ n int }\nfunc (t T) M() int { return f() }\nt := T{}\n" +
			"type U[E any] struct{ e E }\nfunc (u *U[E]) Get() E { return u.e }\nu := &U[int]{}"})
		if err != nil {
			t.Fatal(err)
		}
		s.Commit(first)
		for serial := 2; serial < 4; serial++ {
			cell := Cell{Serial: serial, Label: fmt.Sprintf("cell %d", serial), Source: src}
			u, err := s.Check(cell)
			if err != nil {
				checkErrors(t, cell, err)
				continue
			}
			checkUnit(t, u)
			s.Commit(u)
		}
		if _, err := s.Check(Cell{Serial: 4, Label: "cell 4", Source: "1 + 1"}); err != nil {
			t.Fatalf("after the cell: %v", err)
		}
		s.Complete(src, len(src)/2)
		s.Complete(src, len(src))
		s.Inspect(src, len(src)/3, 1)
		s.IsComplete(src)
	})
}

func checkErrors(t *testing.T, cell Cell, err error) {
	var list ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		t.Fatalf("error %#v", err)
	}
	if len(list) > maxErrors {
		t.Errorf("%d errors", len(list))
	}
	for _, e := range list {
		if strings.HasPrefix(e.Msg, "defect") {
			t.Errorf("%q: %v", cell.Source, e)
		}
		lines := strings.Split(cell.Source, "\n")
		if e.Pos.Filename != cell.Label || e.Pos.Line < 1 || e.Pos.Line > len(lines) ||
			e.Pos.Column < 1 || e.Pos.Column > len(lines[e.Pos.Line-1])+1 {
			t.Errorf("%q: error outside of the cell: %v", cell.Source, e)
		}
		if strings.Contains(e.Msg, unlike) && !strings.Contains(cell.Source, unlike) {
			t.Errorf("%q: error shows a name of ours: %v", cell.Source, e)
		}
	}
	_, _ = list.Error(), list.Traceback()
}

func checkUnit(t *testing.T, u *Unit) {
	inside := func(pos token.Pos) {
		if p := u.Fset.Position(pos); p.Filename == u.Cell.Label && p.Line > strings.Count(u.Cell.Source, "\n")+1 {
			t.Errorf("%q: position %v outside of the cell", u.Cell.Source, p)
		}
	}
	for _, stmt := range u.Body {
		inside(stmt.Pos())
	}
	for _, d := range u.Decls {
		inside(d.Pos())
	}
	for _, v := range u.Vars {
		if v.Type() == nil {
			t.Errorf("%q: variable %s without a type", u.Cell.Source, v.Name())
		}
	}
	for id := range u.Info.Uses {
		if strings.Contains(id.Name, unlike) && !strings.Contains(u.Cell.Source, unlike) {
			t.Errorf("%q: identifier %s", u.Cell.Source, id.Name)
		}
	}
}
