package check

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"iyagi/kernel/internal/stdlib"
)

// Completion is what may stand in place of src[Start:End].
type Completion struct {
	Start, End int // bytes
	Items      []Item
}

// Item is one thing that may stand there.
type Item struct {
	Text      string // replaces src[Start:End]
	Kind      string // "function", "instance", "class", "property", "module", "keyword" or "path", as editors know them
	Signature string // of a function: "(a string, n int) error"
	Detail    string // a type, or a package's synopsis
}

// Complete proposes what may stand at a place of a cell that may be
// unfinished or broken. It answers from the text and the live declarations
// alone, and may be called while a cell runs. It takes 0.4 ms in a cell of 20
// lines: the whole text is checked each time.
func (s *Session) Complete(src string, offset int) Completion {
	s.mu.Lock()
	defer s.mu.Unlock()
	offset = min(max(offset, 0), len(src))
	if c, ok := s.completeCommand(src, offset); ok {
		return c
	}
	if c, ok := completePath(src, offset); ok {
		return c
	}
	start := identStart(src, offset)
	out := Completion{Start: start, End: offset}
	if inLiteral(src, start) {
		return out
	}
	cur := s.at(src, offset)
	list := &items{prefix: cur.prefix, qual: qualifier(s.pkg)}
	switch pkg := cur.pkg(); {
	case pkg != nil:
		list.packageMembers(pkg)
	case cur.sel != nil:
		for _, obj := range members(cur.operand(), s.pkg) {
			list.add(obj, 0)
		}
	case !afterDot(src[:start]):
		cur.names(list)
	}
	out.Items = list.sorted()
	return out
}

// afterDot tells whether text ends in a dot that selects something.
func afterDot(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), ".") }

// names adds what a name alone may mean.
func (cur *cursor) names(list *items) {
	for _, f := range cur.fieldsOfLiteral() {
		list.add(f, 0)
	}
	for _, obj := range cur.scopeAt(cur.start) {
		list.add(obj, 1)
	}
	for name := range cur.declares {
		if obj := cur.checking.pkg.Scope().Lookup(name); obj != nil {
			list.add(obj, 2)
		}
	}
	for _, d := range cur.imports {
		if !strings.Contains(d.key, unlike) {
			list.add(d.obj, 2)
		}
	}
	for _, d := range cur.session.live {
		list.add(d.obj, 2)
	}
	for _, name := range types.Universe.Names() {
		list.add(types.Universe.Lookup(name), 3)
	}
	if cur.prefix == "" {
		return // every keyword and package would drown the rest
	}
	for tok := token.BREAK; tok <= token.VAR; tok++ {
		list.put(Item{Text: tok.String(), Kind: "keyword"}, 4)
	}
	for _, path := range stdlib.Paths() {
		p, _ := stdlib.Lookup(path)
		list.put(Item{Text: p.Name, Kind: "module", Detail: path}, 5)
	}
}

// fieldsOfLiteral are the fields of the struct literal whose key the
// placeholder may be.
func (cur *cursor) fieldsOfLiteral() []types.Object {
	var fields []types.Object
	ast.Inspect(cur.file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		for _, e := range lit.Elts {
			key := e
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				key = kv.Key
			}
			if key != cur.id {
				continue
			}
			if t := cur.info.TypeOf(lit); t != nil {
				if s, ok := t.Underlying().(*types.Struct); ok {
					for f := range s.Fields() {
						if f.Exported() || f.Pkg().Path() == cur.checking.pkg.Path() {
							fields = append(fields, f)
						}
					}
				}
			}
		}
		return true
	})
	return fields
}

// completePath completes the path of an import.
func completePath(src string, offset int) (Completion, bool) {
	l := split(src[:offset])
	line := src[strings.LastIndexByte(src[:offset], '\n')+1 : offset]
	quote := strings.IndexAny(line, "\"`")
	if quote < 0 || len(l.chunks) == 0 || l.chunks[len(l.chunks)-1].kind != importDecl ||
		strings.ContainsAny(line[quote+1:], "\"`") {
		return Completion{}, false
	}
	typed := line[quote+1:]
	out := Completion{Start: offset - len(typed), End: offset}
	for _, path := range stdlib.Paths() {
		if strings.HasPrefix(path, typed) {
			p, _ := stdlib.Lookup(path)
			out.Items = append(out.Items, Item{Text: path, Kind: "module", Detail: p.Synopsis})
		}
	}
	return out, true
}

// inLiteral tells whether offset is inside a comment, a string or a number.
func inLiteral(src string, offset int) bool {
	l := split(src)
	for _, x := range slices.Concat(l.lexemes, l.comments) {
		if x.offset >= offset || offset > x.end || x.tok == token.IDENT || !(x.tok.IsLiteral() || x.tok == token.COMMENT) {
			continue
		}
		switch {
		case x.tok == token.COMMENT && !strings.HasPrefix(x.lit, "//"), x.tok == token.STRING, x.tok == token.CHAR:
			if offset < x.end || !terminated(x) {
				return true
			}
		case x.tok == token.FLOAT && strings.HasSuffix(x.lit, "."):
			return true // 1.
		default:
			return true
		}
	}
	return false
}

// terminated tells whether a string, character or comment is closed.
func terminated(x lexeme) bool {
	if x.tok == token.COMMENT {
		return strings.HasSuffix(x.lit, "*/")
	}
	return len(x.lit) > 1 && x.lit[len(x.lit)-1] == x.lit[0]
}

// items collects proposals that fit a prefix, the first of a name alone.
type items struct {
	prefix string
	qual   types.Qualifier
	list   []ranked
	seen   map[string]bool
}

type ranked struct {
	Item
	rank int
}

func (l *items) packageMembers(pkg *types.Package) {
	for _, name := range pkg.Scope().Names() {
		if token.IsExported(name) {
			l.add(pkg.Scope().Lookup(name), 0)
		}
	}
}

func (l *items) add(obj types.Object, rank int) {
	l.put(item(obj, l.qual), rank)
}

func (l *items) put(it Item, rank int) {
	if it.Text == "_" || strings.Contains(it.Text, unlike) || l.seen[it.Text] {
		return
	}
	if !strings.HasPrefix(it.Text, l.prefix) {
		if len(it.Text) < len(l.prefix) || !strings.EqualFold(it.Text[:len(l.prefix)], l.prefix) {
			return
		}
		rank += 10
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	l.seen[it.Text] = true
	l.list = append(l.list, ranked{it, rank})
}

func (l *items) sorted() []Item {
	slices.SortFunc(l.list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Text, b.Text))
	})
	out := make([]Item, len(l.list))
	for i, r := range l.list {
		out[i] = r.Item
	}
	return out
}

// item describes an object.
func item(obj types.Object, qual types.Qualifier) Item {
	it := Item{Text: obj.Name()}
	if obj.Type() == nil && obj.Pkg() != nil {
		return it // in a broken text
	}
	switch obj := obj.(type) {
	case *types.Func:
		it.Kind = "function"
		it.Signature = strings.TrimPrefix(types.TypeString(obj.Type(), qual), "func")
	case *types.Builtin:
		it.Kind = "function"
	case *types.TypeName:
		it.Kind = "class"
		it.Detail = kindOfType(obj.Type())
	case *types.PkgName:
		it.Kind = "module"
		it.Detail = obj.Imported().Path()
	case *types.Const:
		it.Kind = "instance"
		it.Detail = "const " + types.TypeString(obj.Type(), qual)
		if v := obj.Val(); v != nil {
			it.Detail += " = " + v.String()
		}
	case *types.Nil:
		it.Kind = "keyword"
	default:
		it.Kind = "instance"
		if v, ok := obj.(*types.Var); ok && v.IsField() {
			it.Kind = "property"
		}
		it.Detail = types.TypeString(obj.Type(), qual)
		if sig, ok := obj.Type().Underlying().(*types.Signature); ok && it.Kind == "instance" {
			it.Signature = strings.TrimPrefix(types.TypeString(sig, qual), "func")
		}
	}
	return it
}

// kindOfType is one word for what a type is made of.
func kindOfType(t types.Type) string {
	switch t.Underlying().(type) {
	case *types.Struct:
		return "struct"
	case *types.Interface:
		return "interface"
	case *types.Signature:
		return "func"
	case *types.Map:
		return "map"
	case *types.Slice:
		return "slice"
	}
	return types.TypeString(t.Underlying(), nil)
}

// qualifier writes the package's own names bare and others as programs do.
func qualifier(own *types.Package) types.Qualifier {
	return func(p *types.Package) string {
		if p.Path() == own.Path() {
			return ""
		}
		return p.Name()
	}
}
