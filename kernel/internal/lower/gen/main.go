// Command gen copies the standard library's generic packages, whose functions
// have no symbols that the interpreter could call, into package lower's lib
// directory: source text without comments and tests. Run it with the Go release that go.mod names.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// packages are the files to copy, and what is not: functions that lib/*.go.own replace.
var packages = []struct {
	path  string
	files []string
	drop  map[string]bool
}{
	{"cmp", []string{"cmp.go"}, nil},
	{"slices", []string{"slices.go", "sort.go", "zsortanyfunc.go", "zsortordered.go", "iter.go"}, map[string]bool{"overlaps": true, "startIdx": true}},
	{"maps", []string{"maps.go", "iter.go"}, map[string]bool{"clone": true, "Clone": true}},
}

// license is what the copies keep.
const license = "// Copyright The Go Authors. All rights reserved. Use of this source code is\n// governed by a BSD-style license: https://go.dev/LICENSE\n\n"

func main() {
	for _, p := range packages {
		var out bytes.Buffer
		out.WriteString(license)
		for i, name := range p.files {
			text, err := stripped(filepath.Join(runtime.GOROOT(), "src", p.path, name), p.drop)
			if err != nil {
				log.Fatal(err)
			}
			if i > 0 {
				out.WriteString("-- next --\n")
			}
			out.Write(text)
		}
		name := "lib/" + strings.ReplaceAll(p.path, "/", "_") + ".go.txt"
		if err := os.WriteFile(name, out.Bytes(), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

// stripped formats a file without comments and without the dropped functions.
func stripped(name string, drop map[string]bool) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var decls []ast.Decl
	for _, d := range f.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && drop[fd.Name.Name] {
			continue
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			var specs []ast.Spec
			for _, s := range g.Specs {
				if is := s.(*ast.ImportSpec); is.Path.Value != `"unsafe"` {
					specs = append(specs, s)
				}
			}
			if g.Specs = specs; len(specs) == 0 {
				continue
			}
		}
		decls = append(decls, d)
	}
	f.Decls = decls
	var out bytes.Buffer
	if err := format.Node(&out, fset, f); err != nil {
		return nil, fmt.Errorf("print %s: %w", name, err)
	}
	return out.Bytes(), nil
}
