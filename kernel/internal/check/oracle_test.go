package check

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"iyagi/kernel/internal/stdlib"
)

var packageName = regexp.MustCompile(`(?m)^package \w+`)

// TestGoErrors pastes the files with wrong code that go/types is tested with
// into cells. The errors must be those that go/types has for the same file, at
// the same places and in the same words.
func TestGoErrors(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(runtime.GOROOT(), "src", "internal", "types", "testdata", "*", "*.go"))
	if len(files) == 0 {
		t.Skip("no tests of go/types on this machine")
	}
	total := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := bytes.Cut(src, []byte("\n")); bytes.HasPrefix(first, []byte("// -")) {
			continue // flags
		}
		text := packageName.ReplaceAllString(string(src), "package main")
		want := oracle(text)
		got := allErrors(text)
		total += len(want)
		missing, extra := difference(want, got)
		name := filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file))
		for _, m := range missing {
			if !meantToMiss(m, len(got) >= maxErrors) {
				t.Errorf("%s: missing %s", name, m)
			}
		}
		for _, m := range extra {
			if !strings.HasSuffix(m, ": missing function body") { // the compiler's, not go/types'
				t.Errorf("%s: extra   %s", name, m)
			}
		}
	}
	t.Logf("%d errors in %d files", total, len(files))
}

// meantToMiss tells whether cells are to be more lenient than files in what
// the error says: imports may stand anywhere, and those of the library may lack; or whether
// it may be one that the parser does not tell behind many others of its kind.
func meantToMiss(text string, many bool) bool {
	_, msg, _ := strings.Cut(text, " ")
	name, undefined := strings.CutPrefix(msg, "undefined: ")
	return undefined && len(stdlib.ByName(name)) > 0 || msg == "imports must appear before other declarations" ||
		many && msg == "final index required in 3-index slice"
}

// oracle are the errors that go/types has for a file.
func oracle(src string) []string {
	var errs []*Error
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", src, 0)
	var list scanner.ErrorList
	if errors.As(err, &list) {
		for _, e := range list {
			if found, ok := strings.CutPrefix(e.Msg, "expected ';', found "); ok {
				e.Msg = "unexpected " + found + " at end of statement" // the compiler's words
			}
			errs = append(errs, &Error{Pos: e.Pos, Msg: e.Msg})
		}
		return texts(errs)
	}
	conf := types.Config{GoVersion: GoVersion, Importer: stdlib.Importer(), Sizes: sizes, DisableUnusedImportCheck: true,
		Error: func(err error) {
			if e, ok := err.(types.Error); ok && !strings.HasPrefix(e.Msg, "\t") {
				errs = append(errs, &Error{Pos: fset.Position(e.Pos), Msg: e.Msg})
			}
		}}
	types.NewChecker(&conf, fset, types.NewPackage("main", "main"), newInfo()).Files([]*ast.File{f})
	return texts(errs)
}

// allErrors are the errors of a cell, more than [maxErrors] too.
func allErrors(src string) []string {
	s := NewSession()
	x := parse(Cell{Serial: 1, Label: "x.go", Source: src}, s.base, parser.ParseComments, false)
	s.base = x.end()
	if len(x.errors) > 0 {
		return texts(located(x.cell, x.syntaxErrors()))
	}
	if x.alone && s.needsOrder(x) {
		x = parse(x.cell, s.base, parser.ParseComments, true)
	}
	return texts(located(x.cell, s.check(x).errors))
}

func texts(errs []*Error) []string {
	slices.SortStableFunc(errs, func(a, b *Error) int { return cmp.Compare(a.Pos.Offset, b.Pos.Offset) })
	var list []string
	for _, e := range errs {
		msg, _, _ := strings.Cut(e.Msg, "\n\tx.go")
		list = append(list, fmt.Sprintf("%d:%d: %s", e.Pos.Line, e.Pos.Column, msg))
	}
	return slices.Compact(list)
}

func difference(want, got []string) (missing, extra []string) {
	for _, w := range want {
		if !slices.Contains(got, w) {
			missing = append(missing, w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			extra = append(extra, g)
		}
	}
	return missing, extra
}
