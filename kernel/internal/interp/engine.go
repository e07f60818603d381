package interp

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"io"
	"iter"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
)

// engine is one yaegi interpreter and the means to stop what runs in it.
//
// yaegi compares a run number in each frame with the interpreter's own before
// each step, and its channel operations also wait on a channel named done.
// Its own way to stop, by a context, raises the number for good and closes
// done. Function values that a cell made before keep the old number, so that
// afterwards they would do nothing when called. So the engine raises the
// number only until the next cell begins, and sends on done instead of
// closing it. Of the goroutines that are blocked in native code all that
// time, those that call the host later end there.
type engine struct {
	yaegi *interp.Interpreter
	run   *uint64 // yaegi's run number
	base  uint64  // its value while code may run
	done  chan struct{}
	// imported are the imports that yaegi knows, by the name of the file and the
	// path. It looks a package up by the name of the file at the place of use,
	// which a line mark changes: "cell 3".
	imported map[[2]string]bool
}

// stdio is where yaegi's fmt and log read and print.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

func newEngine(s stdio, symbols []interp.Exports) (*engine, error) {
	y := interp.New(interp.Options{Stdin: s.in, Stdout: s.out, Stderr: s.err, Unrestricted: true})
	for _, e := range symbols {
		if err := y.Use(e); err != nil {
			return nil, fmt.Errorf("load the library's symbols: %w", err)
		}
	}
	// This makes the done channel, and every channel operation compiled from now on heed it.
	if _, err := y.EvalWithContext(context.Background(), "package main"); err != nil {
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	e := &engine{yaegi: y, imported: map[[2]string]bool{}}
	v := reflect.ValueOf(y).Elem()
	id, done := v.FieldByName("id"), v.FieldByName("done")
	if !id.IsValid() || id.Kind() != reflect.Uint64 || !done.IsValid() || done.Type() != reflect.TypeFor[chan struct{}]() {
		return nil, fmt.Errorf("start the interpreter: this version of yaegi keeps its run number elsewhere")
	}
	e.run = (*uint64)(unsafe.Pointer(id.UnsafeAddr()))
	e.done = *(*chan struct{})(unsafe.Pointer(done.UnsafeAddr()))
	e.base = atomic.LoadUint64(e.run)
	return e, nil
}

// source is a file of lowered code.
type source struct {
	decls   []*eval.Decl
	imports []eval.Import // that entry needs
	entry   string        // statements that run after the declarations
}

func (s *source) empty() bool { return len(s.decls) == 0 && s.entry == "" }

func (s *source) String() string {
	var b strings.Builder
	b.WriteString("package main\n")
	for _, d := range s.decls {
		b.WriteString(d.Source)
		b.WriteString("\n")
	}
	if s.entry != "" {
		fmt.Fprintf(&b, "func init() {\n%s\n}\n", s.entry)
	}
	return b.String()
}

// fileName is the name of files of lowered code where no mark gives another.
const fileName = "iyagi.go"

// compile makes a program of the file. Every error is a defect of lowering or
// of yaegi: cells are type-checked.
func (e *engine) compile(s *source) (p *interp.Program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaegi panics: %v", r)
		}
	}()
	if err := e.importFor(s); err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(e.yaegi.FileSet(), fileName, s.String(), parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return e.yaegi.CompileAST(ast.Node(file))
}

// importFor imports what the declarations use, under the name of each file
// that their marks speak of.
func (e *engine) importFor(s *source) error {
	missing := map[string][]eval.Import{}
	need := func(file string, list []eval.Import) {
		for _, i := range list {
			if key := [2]string{file, i.Path}; !e.imported[key] {
				e.imported[key] = true
				missing[file] = append(missing[file], i)
			}
		}
	}
	need(fileName, s.imports)
	for _, d := range s.decls {
		if len(d.Imports) == 0 {
			continue
		}
		need(fileName, d.Imports)
		for file := range marks(d.Source) {
			need(file, d.Imports)
		}
	}
	for file, list := range missing {
		var b strings.Builder
		b.WriteString("package main\n")
		for _, i := range list {
			fmt.Fprintf(&b, "import %s %q\n", i.Name, i.Path)
		}
		f, err := parser.ParseFile(e.yaegi.FileSet(), file, b.String(), parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if _, err := e.yaegi.CompileAST(f); err != nil {
			return err
		}
	}
	return nil
}

// marks gives the file names of the line marks in src, each of a run of equal ones once.
func marks(src string) iter.Seq[string] {
	return func(yield func(string) bool) {
		const mark = "/*line "
		last := ""
		for {
			i := strings.Index(src, mark)
			if i < 0 {
				return
			}
			src = src[i+len(mark):]
			name, _, _ := strings.Cut(src, ":")
			if name != last && name != "" && !yield(name) {
				return
			}
			last = name
		}
	}
}

// resume lets code run again after a stop.
func (e *engine) resume() { atomic.StoreUint64(e.run, e.base) }

// grace is how long stop waits for code to end. What is still blocked
// then is left behind.
const grace = 100 * time.Millisecond

// stop ends all interpreted code. It returns when finished is closed, or
// after grace. There is no event for "every goroutine has seen it", so it
// looks each millisecond whether one still waits at a channel.
func (e *engine) stop(finished <-chan struct{}) {
	atomic.StoreUint64(e.run, e.base+1)
	deadline := time.NewTimer(grace)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for idle := 0; idle < 3; {
		select {
		case e.done <- struct{}{}:
			idle = 0
		case <-deadline.C:
			return
		case <-tick.C:
			select {
			case <-finished:
				idle++
			default:
			}
		}
	}
}
