package program

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// reduced is one file with the types and constants of a package that other sources mention, and what these are made of. A
// program needs the words of the contract with the kernel (package eval), not the ways to speak them.
func reduced(pkg string, files []File, users []File) (File, error) {
	r := &reducer{decls: map[string]part{}, fset: token.NewFileSet()}
	for _, f := range files {
		if err := r.read(f); err != nil {
			return File{}, err
		}
	}
	mention := regexp.MustCompile(`\b` + pkg + `\.([A-Z]\w*)`)
	var queue []string
	for _, f := range users {
		for _, m := range mention.FindAllStringSubmatch(string(f.Data), -1) {
			queue = append(queue, m[1])
		}
	}
	kept, imports := map[string]bool{}, map[string]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		p, ok := r.decls[queue[0]]
		if !ok || kept[queue[0]] {
			continue
		}
		kept[queue[0]] = true
		ast.Inspect(p.node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				queue = append(queue, id.Name)
				if path := p.imports[id.Name]; path != "" {
					imports[path] = true
				}
			}
			return true
		})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "// Package %s holds what the packages of a program share of Iyagi's.\npackage %s\n\n", pkg, pkg)
	for _, p := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		b.WriteString("\n" + r.decls[name].text + "\n")
	}
	text, err := format.Source([]byte(b.String()))
	return File{pkg + ".go", text}, err
}

// reducer knows the declarations of a package.
type reducer struct {
	fset  *token.FileSet
	decls map[string]part
}

// part is one type or constant.
type part struct {
	node    ast.Node
	text    string
	imports map[string]string // of its file, by name
}

func (r *reducer) read(f File) error {
	syntax, err := parser.ParseFile(r.fset, f.Name, f.Data, parser.ParseComments)
	if err != nil {
		return err
	}
	imports := map[string]string{}
	for _, i := range syntax.Imports {
		p, _ := strconv.Unquote(i.Path.Value) // the parser has seen it
		imports[path.Base(p)] = p
	}
	slice := func(from, to token.Pos) string {
		return string(f.Data[r.fset.Position(from).Offset:r.fset.Position(to).Offset])
	}
	for _, d := range syntax.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE && g.Tok != token.CONST {
			continue
		}
		doc := ""
		if g.Doc != nil {
			doc = slice(g.Doc.Pos(), g.Doc.End()) + "\n"
		}
		for _, s := range g.Specs {
			p := part{s, doc + g.Tok.String() + " " + slice(s.Pos(), s.End()), imports}
			switch s := s.(type) {
			case *ast.TypeSpec:
				r.decls[s.Name.Name] = p
			case *ast.ValueSpec:
				r.decls[s.Names[0].Name] = p
			}
		}
	}
	return nil
}
