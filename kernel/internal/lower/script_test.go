package lower_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime/debug"
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
	"iyagi/kernel/internal/rtype"
	"iyagi/kernel/internal/symbols"
	"iyagi/kernel/process"
	"iyagi/kernel/thread"
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
	funcs    map[int]eval.Func
	dump     io.Writer // gets the lowered code when not nil
}

// output collects what cells print, from any goroutine.
type output struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	direct io.Writer // where it goes instead
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if strings.HasSuffix(string(p), "(...)\n") && strings.Contains(string(p), ": panic: ") {
		return len(p), nil // the interpreter's trace
	}
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
	b.funcs = map[int]eval.Func{}
	for _, s := range symbols.Tables() {
		if err := b.yaegi.Use(s); err != nil {
			t.Fatal(err)
		}
	}
	// Stand-ins of the packages that take tasks.
	b.yaegi.Use(yaegi.Exports{
		"iyagi/kernel/thread/thread":   {"Run": reflect.ValueOf(func(tasks ...func()) *thread.Group { b.describe(tasks...); return nil })},
		"iyagi/kernel/process/process": {"Run": reflect.ValueOf(func(tasks ...func()) *process.Group { b.lifted(tasks[0]); return nil })},
	})
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
			if b.dump != nil {
				debug.PrintStack()
			}
		}
	}()
	for _, f := range u.Funcs {
		b.funcs[f.ID] = f
	}
	if err := b.define(u); err != nil {
		return err
	}
	text := "package main\n"
	for _, d := range u.Decls {
		if d.Type != nil && b.dump != nil {
			fmt.Fprintf(b.dump, "// type %s %+v uses %v\n", d.Name, *d.Type, d.Uses)
			continue
		}
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

// define makes the unit's types, as package interp does.
func (b *bench) define(u *eval.Unit) error {
	var list []rtype.Decl
	for _, d := range u.Decls {
		if d.Type != nil {
			list = append(list, rtype.Decl{Name: d.Name, Imports: d.Imports, Type: *d.Type})
		}
	}
	rt.Types.Library(func(path, name string) reflect.Type {
		for _, t := range symbols.Tables() {
			for _, p := range []string{filepath.Base(path), filepath.Base(filepath.Dir(path))} {
				if v, ok := t[path+"/"+p][name]; ok {
					return v.Type().Elem()
				}
			}
		}
		return nil
	})
	if err := rt.Types.Define(list); err != nil {
		return err
	}
	types := map[string]reflect.Value{}
	for _, d := range list {
		types[d.Name] = reflect.Zero(reflect.PointerTo(rt.Types.Type(d.Name)))
	}
	return b.yaegi.Use(yaegi.Exports{eval.TypesPath + "/" + eval.TypesName: types})
}

// describe prints what is known of tasks.
func (b *bench) describe(tasks ...func()) {
	for _, f := range tasks {
		id, captured, ok := rt.Lookup(f)
		if !ok {
			fmt.Fprintln(b.out, "unknown function")
			continue
		}
		d := b.funcs[id]
		var list []string
		for i, c := range d.Captured {
			v := reflect.ValueOf(captured[i]).Elem().Interface()
			list = append(list, fmt.Sprintf("%s %s=%v", c.Name, c.Type, v))
		}
		fmt.Fprintf(b.out, "%s line %d decl %s captured %v\n", d.Name, d.Line, d.Decl, list)
	}
}

// lifted runs a task's declaration with copies of what it captures, as a worker does.
func (b *bench) lifted(f func()) {
	id, captured, _ := rt.Lookup(f)
	v, err := b.yaegi.Eval(b.funcs[id].Decl)
	if err != nil {
		fmt.Fprintln(b.out, err)
		return
	}
	args := make([]reflect.Value, len(captured))
	for i, c := range captured {
		args[i] = reflect.ValueOf(c).Elem()
	}
	v.Call(args)
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
				failed = fmt.Sprintf("panic: %s\n", rt.Text(r))
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
