package check

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the units in testdata")

// TestScripts runs the sessions in testdata. A script is a txtar archive of
// cells, each followed by a dump of its unit:
//
//	-- cell --
//	x := 1
//	-- unit --
//	var x int
//
// A cell with errors marks each behind the wrong token, with a regular
// expression for the message, and has no unit:
//
//	x = /* ERROR "cannot use" */ "a"
//
// (behind the token that the error's position is in, as in go/types' own tests).
func TestScripts(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) == 0 {
		t.Fatal("no scripts")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { script(t, file) })
	}
}

func script(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := &txtar.Archive{Comment: archive.Comment}
	s := NewSession()
	n := 0
	for i, f := range archive.Files {
		if f.Name != "cell" {
			continue
		}
		n++
		out.Files = append(out.Files, f)
		cell := Cell{Serial: n, Label: fmt.Sprintf("cell %d", n), Source: string(f.Data)}
		u, err := s.Check(cell)
		want := wantedErrors(t, cell)
		if err != nil || len(want) > 0 {
			matchErrors(t, cell, err, want)
			continue
		}
		s.Commit(u)
		got := dump(u)
		out.Files = append(out.Files, txtar.File{Name: "unit", Data: []byte(got)})
		if *update {
			continue
		}
		if i+1 >= len(archive.Files) || archive.Files[i+1].Name != "unit" {
			t.Errorf("%s: no unit in the script", cell.Label)
		} else if want := string(archive.Files[i+1].Data); got != want {
			t.Errorf("%s\n%s\ngot unit\n%s\nwant\n%s", cell.Label, cell.Source, got, want)
		}
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var mark = regexp.MustCompile(`/\* ERROR ("(?:[^"\\]|\\.)*") \*/`)

type wanted struct {
	start, end int // of the token before the mark
	rx         *regexp.Regexp
	met        bool
}

func wantedErrors(t *testing.T, cell Cell) []*wanted {
	var list []*wanted
	lexemes := split(cell.Source).lexemes
	for _, m := range mark.FindAllStringSubmatchIndex(cell.Source, -1) {
		text, err := strconv.Unquote(cell.Source[m[2]:m[3]])
		if err != nil {
			t.Fatalf("%s: %v", cell.Label, err)
		}
		w := &wanted{rx: regexp.MustCompile(text)}
		for _, x := range lexemes {
			if x.offset < m[0] {
				w.start, w.end = x.offset, x.end
			}
		}
		list = append(list, w)
	}
	return list
}

func matchErrors(t *testing.T, cell Cell, err error, want []*wanted) {
	t.Helper()
	list, _ := err.(ErrorList)
	for _, e := range list {
		found := false
		for _, w := range want {
			if !w.met && w.start <= e.Pos.Offset && e.Pos.Offset <= w.end && w.rx.MatchString(e.Msg+" ("+e.Hint+")") {
				w.met, found = true, true
				break
			}
		}
		if !found {
			t.Errorf("unexpected error\n%v", ErrorList{e})
		}
	}
	for _, w := range want {
		if !w.met {
			t.Errorf("%s: no error %q at %q\n%s", cell.Label, w.rx, cell.Source[w.start:w.end], cell.Source)
		}
	}
}

// dump is what the rest of the kernel sees of a unit.
func dump(u *Unit) string {
	var b strings.Builder
	qual := types.RelativeTo(u.Pkg)
	for _, d := range u.Decls {
		from := ""
		if label := u.Fset.Position(d.Pos()).Filename; label != u.Cell.Label {
			from = " from " + label
		}
		switch d := d.(type) {
		case *ast.FuncDecl:
			fmt.Fprintf(&b, "%s%s\n", types.ObjectString(u.Info.Defs[d.Name], qual), from)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				fmt.Fprintf(&b, "type %s%s\n", spec.(*ast.TypeSpec).Name.Name, from)
			}
		}
	}
	for _, v := range u.Vars {
		fmt.Fprintf(&b, "var %s %s\n", v.Name(), types.TypeString(v.Type(), qual))
	}
	for _, in := range u.Init {
		fmt.Fprintf(&b, "init %v\n", in)
	}
	for _, stmt := range u.Body {
		var text bytes.Buffer
		if err := format.Node(&text, token.NewFileSet(), stmt); err != nil {
			fmt.Fprintf(&text, "cannot print: %v", err)
		}
		fmt.Fprintf(&b, "do %s\n", strings.ReplaceAll(text.String(), "\n", "\n   "))
	}
	if u.Result != nil {
		fmt.Fprintf(&b, "result %s\n", types.TypeString(u.Info.TypeOf(u.Result), qual))
	}
	for _, obj := range u.Replaced {
		fmt.Fprintf(&b, "replaced %s\n", types.ObjectString(obj, qual))
	}
	for _, note := range u.Notes {
		fmt.Fprintf(&b, "note %s\n", note)
	}
	return b.String()
}
