package conformance

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"iyagi/kernel/internal/stdlib"
)

var (
	reduceTo   = flag.String("reduce", "", "TestReduce writes a small program for each kind of difference into `FOLDER`")
	reduceFile = flag.String("file", "", "TestReduce makes this program small instead of generated ones")
)

// TestReduce looks for differences in generated programs and makes a small
// program of one of each kind, with what both sides print as a comment behind it:
//
//	go test ./kernel/internal/conformance -run TestReduce -seeds 50 -first 1000 -reduce DIR -timeout 1h
//
// One that is worth keeping moves to testdata/differential.
func TestReduce(t *testing.T) {
	if *reduceTo == "" {
		t.Skip("it is a tool: give it -reduce FOLDER")
	}
	needGo(t)
	if err := os.MkdirAll(*reduceTo, 0o755); err != nil {
		t.Fatal(err)
	}
	r := &reducer{t: t}
	if *reduceFile != "" {
		text, err := os.ReadFile(*reduceFile)
		if err != nil {
			t.Fatal(err)
		}
		r.one(&comparison{name: strings.TrimSuffix(filepath.Base(*reduceFile), ".go"), source: string(text)})
		return
	}
	kinds := map[string]*comparison{}
	for from := 0; from < *seeds; from += 25 {
		var cases []*comparison
		for i := from; i < min(from+25, *seeds); i++ {
			seed := *first + uint64(i)
			p := valid(generate(seed))
			cases = append(cases, &comparison{name: fmt.Sprintf("seed%d", seed), program: p, source: p.source()})
		}
		if err := runNative(t.TempDir(), cases); err != nil {
			t.Log(err)
			continue
		}
		for _, f := range findAll(t, cases) {
			if old := kinds[f.kind]; old == nil || len(f.c.source) < len(old.source) {
				kinds[f.kind] = f.c
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		c := kinds[kind]
		t.Logf("%s: %s", c.name, kind)
		r.write(c, c.source, c.found)
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		c := kinds[kind]
		r.one(c)
	}
}

// found is a section that differs, as a program of its own.
type found struct {
	kind string
	c    *comparison
}

// findAll compares programs and returns the sections that differ.
func findAll(t *testing.T, cases []*comparison) []found {
	var mu sync.Mutex
	var out []found
	each(cases, func(c *comparison) {
		differences, err := c.compare(t)
		if err != nil {
			t.Log(err)
			return
		}
		for _, s := range c.program.sections {
			if d := differences[c.name+"/"+s.name]; d != "" {
				one := &comparison{name: c.name + "/" + s.name, source: c.program.only(s).source(), found: d}
				mu.Lock()
				out = append(out, found{s.form + ": " + kindOf(d), one})
				mu.Unlock()
			}
		}
	})
	return out
}

// each calls f for all items, two at a time.
func each[T any](items []T, f func(T)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	for _, x := range items {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			f(x)
		})
	}
	wg.Wait()
}

var (
	numbered = regexp.MustCompile(`[\pL_]+\d+\w*|0x[0-9a-f]+|-?\d[\d.e+]*|\[[^\]]*\]`)
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// kindOf is a difference without names and numbers. How text differs
// tells little; what a panic or a defect says tells more.
func kindOf(difference string) string {
	if strings.HasPrefix(difference, "line ") {
		_, got, _ := strings.Cut(difference, " is ")
		got, _, _ = strings.Cut(got, ", want ")
		if !strings.Contains(got, "reflect") && !strings.Contains(got, "panic: ") && !strings.Contains(got, "recovered: ") {
			return "prints"
		}
		difference = strings.Trim(got, `"`)
	}
	return numbered.ReplaceAllString(quoted.ReplaceAllString(difference, `"…"`), "N")
}

// reducer makes a program smaller as long as it differs in the same kind.
type reducer struct {
	t    *testing.T
	kind string // of the program at work
}

// one makes one program small and writes it.
func (r *reducer) one(c *comparison) {
	if text, d, ok := r.reduce(c.source); ok {
		r.write(c, text, d)
	} else {
		r.t.Logf("%s: it does not differ any more", c.name)
	}
}

func (r *reducer) write(c *comparison, text, d string) {
	text += "\n// " + strings.ReplaceAll(d, "\n", " ") + "\n"
	if err := os.WriteFile(filepath.Join(*reduceTo, strings.ReplaceAll(c.name, "/", "_")+".go"), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// edit replaces source[from:to].
type edit struct {
	from, to int
	with     string
}

func (r *reducer) reduce(source string) (text, last string, ok bool) {
	text = tidy(source)
	d := r.try([]string{text})
	if d[0] == "" {
		return text, "", false
	}
	r.kind, last = kindOf(d[0]), d[0]
	for range 40 {
		better, d := r.step(text)
		if better == "" {
			return text, last, true
		}
		text, last = better, d
	}
	return text, last, true
}

// step finds a smaller text that still differs.
func (r *reducer) step(text string) (better, d string) {
	edits := edits(text)
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(b.to-b.from-len(b.with), a.to-a.from-len(a.with)) })
	var texts []string
	var used []edit
	seen := map[string]bool{text: true}
	flush := func() bool {
		if len(texts) == 0 {
			return false
		}
		ds := r.try(texts)
		var good []edit
		for i := range texts {
			if ds[i] != "" && kindOf(ds[i]) == r.kind {
				good = append(good, used[i])
				if better == "" {
					better, d = texts[i], ds[i]
				}
			}
		}
		if len(good) > 1 { // all at once, if that goes
			all := tidy(applyAll(text, good))
			if typeCheck(all) == nil {
				if ds := r.try([]string{all}); ds[0] != "" && kindOf(ds[0]) == r.kind {
					better, d = all, ds[0]
				}
			}
		}
		texts, used = nil, nil
		return better != ""
	}
	for _, e := range edits {
		candidate := tidy(text[:e.from] + e.with + text[e.to:])
		if seen[candidate] || len(candidate) >= len(text) || typeCheck(candidate) != nil {
			continue
		}
		seen[candidate] = true
		texts = append(texts, candidate)
		used = append(used, e)
		if len(texts) == 40 && flush() {
			return better, d
		}
	}
	flush()
	return better, d
}

// applyAll makes those of the edits that do not overlap with ones ahead of them.
func applyAll(text string, list []edit) string {
	var chosen []edit
	for _, e := range list {
		if !slices.ContainsFunc(chosen, func(c edit) bool { return e.from < c.to && c.from < e.to }) {
			chosen = append(chosen, e)
		}
	}
	slices.SortFunc(chosen, func(a, b edit) int { return b.from - a.from })
	for _, e := range chosen {
		text = text[:e.from] + e.with + text[e.to:]
	}
	return text
}

// try runs programs on both sides and returns how each differs.
func (r *reducer) try(texts []string) []string {
	var cases []*comparison
	for i, text := range texts {
		cases = append(cases, &comparison{name: fmt.Sprint(i), source: text})
	}
	out := make([]string, len(texts))
	if err := runNative(r.t.TempDir(), cases); err != nil && len(cases) > 1 {
		// One of them may not end as a program should.
		for i, text := range texts {
			out[i] = r.try([]string{text})[0]
		}
		return out
	} else if err != nil {
		return out
	}
	var mu sync.Mutex
	indexes := make([]int, len(cases))
	for i := range indexes {
		indexes[i] = i
	}
	each(indexes, func(i int) {
		d, err := cases[i].compare(r.t)
		if err != nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		out[i] = d[cases[i].name]
	})
	return out
}

var importBlock = regexp.MustCompile(`(?s)\nimport \(.*?\n\)\n`)

// tidy writes the imports that the text needs and formats it.
func tidy(text string) string {
	body := importBlock.ReplaceAllString(text, "\n")
	var b strings.Builder
	b.WriteString("\nimport (\n")
	for _, path := range libraries {
		if regexp.MustCompile(`\b` + path[strings.LastIndex(path, "/")+1:] + `\.`).MatchString(body) {
			fmt.Fprintf(&b, "%q\n", path)
		}
	}
	b.WriteString(")\n")
	out, err := format.Source([]byte(strings.Replace(body, "package main\n", "package main\n"+b.String(), 1)))
	if err != nil {
		return text
	}
	return string(bytes.ReplaceAll(out, []byte("\n\n\n"), []byte("\n\n")))
}

// edits are the ways to make a program smaller.
func edits(text string) []edit {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: stdlib.Importer(), GoVersion: "go1.26"}
	if _, err := conf.Check("main", fset, []*ast.File{f}, info); err != nil {
		return nil
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	var out []edit
	cut := func(from, to token.Pos, with string) { out = append(out, edit{at(from), at(to), with}) }
	list := func(stmts []ast.Stmt) {
		for n := range min(len(stmts), 4) {
			for i := 0; i+n < len(stmts); i++ {
				cut(stmts[i].Pos(), stmts[i+n].End(), "")
			}
		}
	}
	inner := func(s ast.Node, b *ast.BlockStmt) {
		if b != nil {
			cut(s.Pos(), s.End(), text[at(b.Lbrace)+1:at(b.Rbrace)])
		}
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
			cut(d.Pos(), d.End(), "")
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			list(n.List)
		case *ast.CaseClause:
			list(n.Body)
			cut(n.Pos(), n.End(), "")
		case *ast.CommClause:
			list(n.Body)
			cut(n.Pos(), n.End(), "")
		case *ast.IfStmt:
			inner(n, n.Body)
			if n.Else != nil {
				cut(n.Body.End(), n.End(), "")
			}
		case *ast.ForStmt:
			inner(n, n.Body)
		case *ast.RangeStmt:
			inner(n, n.Body)
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok {
				if lit, ok := call.Fun.(*ast.FuncLit); ok {
					inner(n, lit.Body)
				}
			}
		case *ast.FieldList:
			for _, field := range n.List {
				cut(field.Pos(), field.End(), "")
			}
		case *ast.CallExpr:
			elements(n.Args, n.Rparen, cut)
		case *ast.CompositeLit:
			elements(n.Elts, n.Rbrace, cut)
		}
		if e, ok := n.(ast.Expr); ok {
			smaller(e, info, func(with ast.Expr) { cut(e.Pos(), e.End(), text[at(with.Pos()):at(with.End())]) }, func(with string) { cut(e.Pos(), e.End(), with) })
		}
		return true
	})
	return out
}

// elements takes each out of a list that ends at end.
func elements(list []ast.Expr, end token.Pos, cut func(from, to token.Pos, with string)) {
	for i, e := range list {
		to := end
		if i+1 < len(list) {
			to = list[i+1].Pos()
		}
		cut(e.Pos(), to, "")
	}
}

// smaller finds expressions to stand for e: parts of it of the same type, and
// constants.
func smaller(e ast.Expr, info *types.Info, part func(ast.Expr), text func(string)) {
	tv := info.Types[e]
	if !tv.IsValue() || tv.Type == nil {
		return
	}
	ast.Inspect(e, func(n ast.Node) bool {
		if sub, ok := n.(ast.Expr); ok && n != ast.Node(e) {
			if s := info.Types[sub]; s.IsValue() && s.Type != nil && types.Identical(s.Type, tv.Type) {
				part(sub)
			}
		}
		return true
	})
	named, isNamed := tv.Type.(*types.Named)
	b, ok := tv.Type.Underlying().(*types.Basic)
	if !ok {
		if isNamed && named.TypeArgs() == nil {
			if _, ok := named.Underlying().(*types.Struct); ok {
				text(named.Obj().Name() + "{}")
			}
		}
		return
	}
	constant := "1"
	switch {
	case b.Info()&types.IsString != 0:
		constant = `"a"`
	case b.Info()&types.IsBoolean != 0:
		constant = "true"
	}
	text(constant)
	if isNamed {
		constant = named.Obj().Name() + "(" + constant + ")"
	} else if types.Default(b) != types.Default(types.Typ[types.UntypedInt]) {
		constant = b.Name() + "(" + constant + ")"
	}
	text(constant)
}
