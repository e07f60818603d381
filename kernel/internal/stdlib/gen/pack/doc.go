package pack

import (
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// signature is the declaration of a function of package builtin.
func signature(d *ast.FuncDecl) string {
	var b strings.Builder
	bare := *d
	bare.Doc = nil
	if err := format.Node(&b, token.NewFileSet(), &bare); err != nil {
		return ""
	}
	return b.String()
}

// comments returns the doc comments of p's exported names, keyed as
// stdlib.Doc says; of package builtin, all names'.
func comments(p listed) (map[string]string, error) {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	var mode doc.Mode
	if p.ImportPath == "builtin" {
		mode = doc.AllDecls
	}
	d, err := doc.NewFromFiles(fset, files, p.ImportPath, mode)
	if err != nil {
		return nil, err
	}
	m := map[string]string{}
	add := func(key, text string) {
		if text = strings.TrimSpace(text); text != "" {
			m[key] = text
		}
	}
	add("", d.Doc)
	values := func(list []*doc.Value) {
		for _, v := range list {
			addValues(add, v, mode == doc.AllDecls)
		}
	}
	funcs := func(prefix string, list []*doc.Func) {
		for _, f := range list {
			add(prefix+f.Name, f.Doc)
			if mode == doc.AllDecls {
				add(prefix+f.Name+"()", signature(f.Decl))
			}
		}
	}
	values(d.Consts)
	values(d.Vars)
	funcs("", d.Funcs)
	for _, t := range d.Types {
		add(t.Name, t.Doc)
		values(t.Consts)
		values(t.Vars)
		funcs("", t.Funcs)
		funcs(t.Name+".", t.Methods)
		addMembers(add, t)
	}
	return m, nil
}

// addValues adds the comments of one const or var declaration: a name's own,
// or else that of its group when the group is small enough to be about it.
func addValues(add func(key, text string), v *doc.Value, all bool) {
	for _, spec := range v.Decl.Specs {
		s, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		text := s.Doc.Text()
		if text == "" && len(v.Decl.Specs) == 1 {
			text = v.Doc
		}
		if text == "" {
			text = s.Comment.Text()
		}
		if text == "" && len(v.Decl.Specs) <= 8 {
			text = v.Doc
		}
		for _, name := range s.Names {
			if name.IsExported() || all {
				add(name.Name, text)
			}
		}
	}
}

// addMembers adds the comments of a struct's fields and an interface's methods.
func addMembers(add func(key, text string), t *doc.Type) {
	for _, spec := range t.Decl.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if !ok || s.Name.Name != t.Name {
			continue
		}
		var fields *ast.FieldList
		switch u := s.Type.(type) {
		case *ast.StructType:
			fields = u.Fields
		case *ast.InterfaceType:
			fields = u.Methods
		}
		if fields == nil {
			continue
		}
		for _, f := range fields.List {
			text := f.Doc.Text()
			if text == "" {
				text = f.Comment.Text()
			}
			for _, name := range f.Names {
				if name.IsExported() {
					add(t.Name+"."+name.Name, text)
				}
			}
		}
	}
}
