package lower_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	yaegi "github.com/traefik/yaegi/interp"
	"golang.org/x/tools/txtar"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/lower"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/symbols"
)

// bench is one session: a checker, a lowerer and an interpreter in this process.
type bench struct {
	check    *check.Session
	lower    *lower.Lowerer
	yaegi    *yaegi.Interpreter
	imported map[[2]string]bool
	out      *output
	errs     *output // what the interpreter writes to standard error
	serial   int
	dump     io.Writer // gets the lowered code when not nil
}

// output collects what cells print, from any goroutine.
type output struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	direct io.Writer // where it goes instead
}

func (o *output) Write(p []byte) (int, error) {
	if strings.HasSuffix(string(p), "(...)\n") && strings.Contains(string(p), ": panic: ") {
		return len(p), nil // the interpreter's trace, which the evaluator collects
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.direct != nil {
		return o.direct.Write(p)
	}
	return o.buf.Write(p)
}

func (o *output) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.buf.String()
	o.buf.Reset()
	return s
}

// shower is a host that prints results after "=> ".
type shower struct {
	host.Plain
	out *output
}

func (s shower) Result(b *eval.Bundle) error {
	fmt.Fprintf(s.out, "=> %s\n", b.Data["text/plain"])
	return nil
}

func newBench(t testing.TB) *bench {
	b := &bench{check: check.NewSession(), lower: lower.New(), imported: map[[2]string]bool{}, out: &output{}}
	b.errs = b.out
	if _, runner := t.(fatal); runner {
		b.errs = &output{}
	}
	host.Set(shower{out: b.out})
	rt.SetHooks(rt.Hooks{
		Write:    func(_ string, p []byte) (int, error) { return b.out.Write(p) },
		Exit:     func(_ int, call string) { fmt.Fprintln(b.out, call) },
		Panicked: func(v any) { fmt.Fprintf(b.out, "goroutine panic: %s\n", rt.Text(v)) },
	})
	b.yaegi = yaegi.New(yaegi.Options{Stdout: b.out, Stderr: b.errs, Unrestricted: true})
	for _, s := range symbols.Tables() {
		if err := b.yaegi.Use(s); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// run runs one cell and returns what it printed; a panic as a last line.
func (b *bench) run(src string) string {
	b.serial++
	cell := check.Cell{Serial: b.serial, Label: fmt.Sprintf("cell %d", b.serial), Source: src}
	unit, err := b.check.Check(cell)
	if err != nil {
		return fmt.Sprintf("check: %v\n", err)
	}
	lowered, err := b.lower.Lower(unit)
	if err != nil {
		return fmt.Sprintf("defect: %v\n", err)
	}
	b.check.Commit(unit)
	if err := b.load(lowered); err != nil {
		b.lower.Drop()
		return fmt.Sprintf("defect: %v\n", err)
	}
	return b.enter(lowered.Entry)
}

func (b *bench) load(u *eval.Unit) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaegi panics: %v", r)
		}
	}()
	text := "package main\n"
	for _, d := range u.Decls {
		text += d.Source + "\n"
		if b.dump != nil {
			fmt.Fprintf(b.dump, "// %s uses %v %v\n%s\n", d.Name, d.Uses, d.Imports, d.Source)
		}
	}
	files := map[string]bool{"iyagi.go": true}
	for _, m := range regexp.MustCompile(`/\*line ([^:#]*):`).FindAllStringSubmatch(text, -1) {
		files[m[1]] = true
	}
	for _, d := range u.Decls {
		for _, i := range d.Imports {
			for f := range files {
				if key := [2]string{f, i.Path}; !b.imported[key] {
					b.imported[key] = true
					if err := b.compile(f, fmt.Sprintf("package main\nimport %s %q", i.Name, i.Path)); err != nil {
						return err
					}
				}
			}
		}
	}
	return b.compile("iyagi.go", text)
}

func (b *bench) compile(file, text string) error {
	f, err := parser.ParseFile(b.yaegi.FileSet(), file, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p, err := b.yaegi.CompileAST(ast.Node(f))
	if err != nil {
		return err
	}
	_, err = b.yaegi.Execute(p)
	return err
}

func (b *bench) enter(entry string) string {
	if entry == "" {
		return b.out.take()
	}
	v, err := b.yaegi.Eval(entry)
	if err != nil {
		return fmt.Sprintf("defect: %v\n", err)
	}
	failed := ""
	done := make(chan bool)
	go func() { // runtime.Goexit ends a cell
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				failed = "panic: " + rt.Text(r) + "\n"
			}
		}()
		v.Interface().(func())()
	}()
	<-done
	return b.out.take() + failed
}

// TestScripts runs the cells of each testdata/*.txtar in one session. A file "cell" is
// a cell, the file "output" after it is what it prints, results after "=> ".
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	if os.Getenv("LOWER_DUMP") != "" {
		b.dump = os.Stderr
	}
	changed := false
	for i := 0; i < len(a.Files); i++ {
		if a.Files[i].Name != "cell" {
			t.Fatalf("%s: file %s is not a cell", file, a.Files[i].Name)
		}
		src := string(a.Files[i].Data)
		got := b.run(src)
		want := ""
		if i+1 < len(a.Files) && a.Files[i+1].Name == "output" {
			i++
			want = string(a.Files[i].Data)
			if got != want && os.Getenv("UPDATE") != "" {
				a.Files[i].Data = []byte(got)
				changed = true
			}
		}
		if got != want {
			t.Errorf("cell:\n%s\ngot:\n%s\nwant:\n%s", src, got, want)
		}
	}
	if changed {
		if err := os.WriteFile(file, txtar.Format(a), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
