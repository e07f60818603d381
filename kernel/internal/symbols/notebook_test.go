package symbols_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// notebook is a program as people write it into a notebook: its declarations in one cell, the body of main in the next,
// and no imports.
func notebook(src string) []string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "main.go", src, parser.ParseComments)
	if err != nil {
		return nil
	}
	text := func(from, to token.Pos) string {
		return src[fset.Position(from).Offset:fset.Position(to).Offset]
	}
	var decls, body strings.Builder
	for _, d := range f.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Name.Name == "main" {
			body.WriteString(text(fd.Body.Lbrace+1, fd.Body.Rbrace))
			continue
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			named := false
			for _, s := range g.Specs {
				named = named || s.(*ast.ImportSpec).Name != nil || strings.Contains(s.(*ast.ImportSpec).Path.Value, "rand") || strings.Contains(s.(*ast.ImportSpec).Path.Value, "template")
			}
			if !named {
				continue
			}
		}
		decls.WriteString(text(d.Pos(), d.End()) + "\n\n")
	}
	return []string{decls.String(), body.String()}
}
