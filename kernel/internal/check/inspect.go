package check

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/format"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"iyagi/kernel/internal/stdlib"
)

// Inspect describes the name at a place of a cell, or the function whose
// arguments stand there: its declaration and its doc comment, as text/plain and
// text/markdown. With detail 1 a function of a cell is shown with its body.
// It may be called while a cell runs; ok is false when nothing is known.
func (s *Session) Inspect(src string, offset, detail int) (data map[string]string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	offset = min(max(offset, 0), len(src))
	if d := describeCommand(src, offset); d != nil {
		return d.bundle(), true
	}
	for _, at := range places(src, offset) {
		if d := s.describe(src, at, detail); d != nil {
			return d.bundle(), true
		}
	}
	return nil, false
}

// places are the offsets of the identifiers that the cursor may be about: the
// one it touches, then the functions whose argument lists it is in, from the inside.
func places(src string, offset int) []int {
	var list []int
	if start, end := identStart(src, offset), identEnd(src, offset); start < end {
		list = append(list, start)
	}
	var open []int // identifiers before open parentheses
	var last lexeme
	for _, x := range split(src).lexemes {
		if x.offset >= offset {
			break
		}
		switch x.tok {
		case token.LPAREN:
			at := -1
			if last.tok == token.IDENT {
				at = last.offset
			}
			open = append(open, at)
		case token.RPAREN:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
		last = x
	}
	for _, at := range slices.Backward(open) {
		if at >= 0 {
			list = append(list, at)
		}
	}
	return list
}

// A description is what Inspect tells of an object.
type description struct {
	decl  string // Go source
	doc   string // a doc comment's text
	where string // "declared in cell 3"
	path  string // of the package that the comment belongs to
}

// describe describes what the identifier at offset means.
func (s *Session) describe(src string, offset, detail int) *description {
	end := identEnd(src, offset)
	name := src[offset:end]
	obj, recv := s.objectAt(src, offset, name)
	if obj == nil || obj.Type() == nil {
		return s.describeWord(src, offset, name)
	}
	d := &description{}
	if p, ok := obj.(*types.PkgName); ok {
		return s.describePackage(p.Imported().Path())
	}
	d.decl = s.declarationOf(obj, recv)
	switch pkg := obj.Pkg(); {
	case pkg == nil:
		d.doc = libraryDoc("builtin", obj.Name())
	case pkg.Path() == s.pkg.Path():
		s.describeOwn(d, obj, recv, detail)
	default:
		key := obj.Name()
		if owner := ownerType(obj, recv); owner != "" {
			key = owner + "." + key
		}
		d.doc = libraryDoc(pkg.Path(), key)
		d.where = "package " + pkg.Path()
		d.path = pkg.Path()
	}
	return d
}

// objectAt is what an identifier of the text means, and the type that it is
// selected from as a field or method.
func (s *Session) objectAt(src string, offset int, name string) (types.Object, types.Type) {
	text := src + closers(src)
	c := s.leniently(text)
	var found types.Object
	var recv types.Type
	look := func(id *ast.Ident) {
		if at, ok := c.offset(id.Pos()); !ok || at != offset || id.Name != name {
			return
		}
		if obj := c.info.ObjectOf(id); obj != nil {
			found = obj
		}
	}
	ast.Inspect(c.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if at, ok := c.offset(n.Sel.Pos()); ok && at == offset {
				if sel := c.info.Selections[n]; sel != nil {
					recv = sel.Recv()
				}
			}
		case *ast.Ident:
			look(n)
		}
		return true
	})
	if found != nil {
		return found, recv
	}
	// The text is too broken here: what would complete the name?
	cur := s.at(src[:identEnd(src, offset)], identEnd(src, offset))
	if pkg := cur.pkg(); pkg != nil {
		return pkg.Scope().Lookup(name), nil
	}
	if t := cur.operand(); t != nil {
		obj, _, _ := types.LookupFieldOrMethod(t, true, s.pkg, name)
		return obj, t
	}
	if cur.sel != nil {
		return nil, nil
	}
	if d := s.live[name]; d != nil {
		return d.obj, nil
	}
	if d := cur.imports[name]; d != nil {
		return d.obj, nil
	}
	return types.Universe.Lookup(name), nil
}

// describeWord describes a word that is no object: a package that is not
// imported yet, or a keyword.
func (s *Session) describeWord(src string, offset int, name string) *description {
	if paths := stdlib.ByName(name); len(paths) > 0 && !afterDot(src[:offset]) {
		return s.describePackage(paths[0])
	}
	if tok := token.Lookup(name); tok.IsKeyword() {
		return &description{decl: name, doc: "A keyword of Go: https://go.dev/ref/spec#Keywords"}
	}
	return nil
}

func (s *Session) describePackage(path string) *description {
	p, ok := stdlib.Lookup(path)
	if !ok {
		return nil
	}
	return &description{
		decl: fmt.Sprintf("package %s // import %q", p.Name, path),
		doc:  libraryDoc(path, ""),
		path: path,
	}
}

// describeOwn completes the description of an object that a cell declares.
func (s *Session) describeOwn(d *description, obj types.Object, recv types.Type, detail int) {
	own := s.live[obj.Name()]
	if fn, ok := obj.(*types.Func); ok && fn.Signature().Recv() != nil {
		own = s.methods[receiverName(fn.Signature().Recv().Type())+"."+fn.Name()]
	}
	if own == nil || own.obj != obj {
		return
	}
	d.where = "declared in " + own.cell.Label
	switch decl := own.decl.(type) {
	case *ast.FuncDecl:
		d.doc = decl.Doc.Text()
		if detail > 0 {
			d.decl = source(decl)
		}
	case *ast.GenDecl:
		spec := decl.Specs[0].(*ast.TypeSpec)
		d.doc = spec.Doc.Text()
		if d.doc == "" {
			d.doc = decl.Doc.Text()
		}
	}
}

// source is the text of a declaration, without its doc comment.
func source(decl *ast.FuncDecl) string {
	bare := *decl
	bare.Doc = nil
	var b bytes.Buffer
	if err := format.Node(&b, token.NewFileSet(), &bare); err != nil {
		return ""
	}
	return b.String()
}

// declarationOf spells the declaration of an object as Go would.
func (s *Session) declarationOf(obj types.Object, recv types.Type) string {
	qual := qualifier(s.pkg)
	if obj.Pkg() != nil && obj.Pkg().Path() != s.pkg.Path() {
		qual = func(p *types.Package) string { return p.Name() }
	}
	switch obj := obj.(type) {
	case *types.TypeName:
		return s.typeDeclaration(obj, qual)
	case *types.Builtin:
		if decl := libraryDoc("builtin", obj.Name()+"()"); decl != "" {
			return decl
		}
		return "func " + obj.Name()
	case *types.Var:
		if obj.IsField() {
			return "field " + obj.Name() + " " + types.TypeString(obj.Type(), qual)
		}
		name := obj.Name()
		if obj.Pkg() != nil && obj.Pkg().Path() != s.pkg.Path() {
			name = obj.Pkg().Name() + "." + name
		}
		return "var " + name + " " + types.TypeString(obj.Type(), qual)
	case *types.Const:
		return types.ObjectString(obj, qual) + " = " + obj.Val().String()
	}
	return types.ObjectString(obj, qual)
}

// typeDeclaration is a type's declaration and the signatures of its methods.
func (s *Session) typeDeclaration(obj *types.TypeName, qual types.Qualifier) string {
	if obj.Pkg() == nil {
		return "type " + obj.Name()
	}
	var b strings.Builder
	fmt.Fprint(&b, types.ObjectString(obj, qual))
	if st, ok := obj.Type().Underlying().(*types.Struct); ok && !obj.IsAlias() {
		b.Reset()
		fmt.Fprintf(&b, "type %s struct {\n", types.TypeString(obj.Type(), qual))
		hidden := false
		for f := range st.Fields() {
			if !f.Exported() && f.Pkg().Path() != s.pkg.Path() {
				hidden = true
				continue
			}
			if f.Embedded() {
				fmt.Fprintf(&b, "\t%s\n", types.TypeString(f.Type(), qual))
			} else {
				fmt.Fprintf(&b, "\t%s %s\n", f.Name(), types.TypeString(f.Type(), qual))
			}
		}
		if hidden {
			b.WriteString("\t// and fields that are not exported\n")
		}
		b.WriteString("}")
	}
	if n, ok := types.Unalias(obj.Type()).(*types.Named); ok {
		for m := range n.Methods() {
			if m.Name() != "_" && (m.Exported() || m.Pkg().Path() == s.pkg.Path()) {
				fmt.Fprintf(&b, "\n%s", types.ObjectString(m, qual))
			}
		}
	}
	return b.String()
}

// ownerType is the name of the type under which a field or method is documented.
func ownerType(obj types.Object, recv types.Type) string {
	if fn, ok := obj.(*types.Func); ok {
		if r := fn.Signature().Recv(); r != nil {
			if name := receiverName(r.Type()); name != "" {
				return name
			}
			return receiverName(recv)
		}
		return ""
	}
	if v, ok := obj.(*types.Var); ok && v.IsField() && recv != nil {
		return receiverName(recv)
	}
	return ""
}

// libraryDoc is the doc comment of a name of a package, "" for the package itself.
func libraryDoc(path, key string) string {
	docs, err := stdlib.Doc(path)
	if err != nil {
		return "" // a package without comments; nothing to tell
	}
	return docs[key]
}

// bundle renders a description in the types that front ends show.
func (d *description) bundle() map[string]string {
	parser := comment.Parser{
		LookupSym: func(recv, name string) bool { return d.path != "" },
		LookupPackage: func(name string) (string, bool) {
			if paths := stdlib.ByName(name); len(paths) > 0 {
				return paths[0], true
			}
			return "", false
		},
	}
	printer := comment.Printer{
		HeadingLevel: 4,
		DocLinkURL: func(l *comment.DocLink) string {
			if l.ImportPath == "" {
				l.ImportPath = d.path
			}
			return l.DefaultURL("https://pkg.go.dev")
		},
	}
	text := parser.Parse(d.doc)
	plain, md := d.decl+"\n", "```go\n"+d.decl+"\n```\n"
	if d.doc != "" {
		plain += "\n" + string(printer.Text(text))
		md += "\n" + string(printer.Markdown(text))
	}
	if d.where != "" {
		plain += "\n" + d.where + "\n"
		md += "\n*" + d.where + "*\n"
	}
	return map[string]string{"text/plain": plain, "text/markdown": md}
}
