package interp

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"iter"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
)

// engine is one yaegi interpreter and the means to stop what runs in it.
//
// yaegi compares a run number in each frame with the interpreter's own before
// each step, and its channel operations also wait on a channel named done. Its
// own way to stop, by a context, raises the number for good and closes done.
// Function values that a cell made before keep the old number, so that
// afterwards they would do nothing when called, and all goroutines of earlier
// cells would end too. So the engine raises the number only for a moment, and
// sends on done, which it makes anew for each cell, instead of closing it. A
// goroutine of an earlier cell ends by it only if it runs just then. One of the
// stopped cell that is blocked in native code all that time ends when it next
// prints (see origin).
type engine struct {
	yaegi *interp.Interpreter
	run   *uint64 // yaegi's run number
	base  uint64  // its value while code may run
	done  *chan struct{}
	dones []chan struct{} // of all cells, the newest last
	mu    sync.Mutex      // guards until, and changes of run
	until time.Time       // when code may run again after a stop
	// imported are the imports that yaegi knows, by the name of the file and the
	// path. It looks a package up by the name of the file at the place of use,
	// which a line mark changes: "cell 3".
	imported map[[2]string]bool
	packages *packages
	watch    *watch
	memory   *memory
	parsed   *token.File // the latest one
}

// stdio is where yaegi's fmt and log read and print.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// library gives the packages that lowered code may import; tests add their own.
var library = Symbols

// newEngine makes an engine whose panics are told to t, which also gets what yaegi writes on its error stream.
func newEngine(s stdio, t *traces, symbols []interp.Exports) (*engine, error) {
	y := interp.New(interp.Options{Stdin: s.in, Stdout: s.out, Stderr: t, Unrestricted: true})
	packages, err := newPackages(y, s, symbols)
	if err != nil {
		return nil, fmt.Errorf("load the library's symbols: %w", err)
	}
	// This makes the done channel, and every channel operation compiled from
	// now on heed it.
	if _, err := y.EvalWithContext(context.Background(), "package main"); err != nil {
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	e := &engine{yaegi: y, packages: packages, imported: map[[2]string]bool{}}
	if err := e.connectTypes(symbols); err != nil {
		return nil, err
	}
	v := reflect.ValueOf(y).Elem()
	id, done := v.FieldByName("id"), v.FieldByName("done")
	if !id.IsValid() || id.Kind() != reflect.Uint64 || !done.IsValid() || done.Type() != reflect.TypeFor[chan struct{}]() {
		return nil, fmt.Errorf("start the interpreter: this version of yaegi keeps its run number elsewhere")
	}
	e.run = (*uint64)(unsafe.Pointer(id.UnsafeAddr()))
	e.done = (*chan struct{})(unsafe.Pointer(done.UnsafeAddr()))
	e.base = atomic.LoadUint64(e.run)
	if e.watch, err = newWatch(t, e.run); err != nil {
		return nil, err
	}
	e.memory, err = newMemory(y, &e.watch.fields)
	return e, err
}

// source is a file of lowered code.
type source struct {
	decls   []*eval.Decl
	imports []eval.Import // that entry needs
	entry   string        // statements that run after the declarations
	dead    []string      // names of declarations that nothing can reach any more
	makers  []*code       // functions that make function values
}

func (s *source) empty() bool { return len(s.decls) == 0 && s.entry == "" }

// text is the file, and where in it each declaration ends.
func (s *source) text() (string, []int) {
	var b strings.Builder
	var ends []int
	b.WriteString("package main\n")
	for _, d := range s.decls {
		if d.Source != "" { // else a type
			// The marks of the declaration before end here.
			fmt.Fprintf(&b, "/*line %s:1:1*/%s\n", fileName, d.Source)
		}
		ends = append(ends, b.Len())
	}
	if s.entry != "" {
		fmt.Fprintf(&b, "/*line %s:1:1*/func init() {\n%s\n}\n", fileName, s.entry)
	}
	return b.String(), ends
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
	e.memory.release(s.dead, func(key [2]string) { delete(e.imported, key) })
	if err := e.define(s.decls); err != nil {
		return nil, err
	}
	if err := e.importFor(s); err != nil {
		return nil, err
	}
	text, ends := s.text()
	file, base, err := e.parse(fileName, text)
	if err != nil {
		return nil, err
	}
	if p, err = e.yaegi.CompileAST(ast.Node(file)); err != nil {
		return nil, err
	}
	e.watch.add(p, text, base)
	e.memory.add(p, s, file, ends, base)
	e.memory.grow()
	return p, nil
}

// parse parses a file and says where in the file set it begins. The set forgets the file before: yaegi asks for places
// while it compiles and runs a file, and after that nobody does (see places).
func (e *engine) parse(name, text string) (*ast.File, int, error) {
	set := e.yaegi.FileSet()
	if e.parsed != nil {
		set.RemoveFile(e.parsed)
	}
	base := set.Base()
	f, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	e.parsed = set.File(token.Pos(base))
	return f, base, err
}

// importFor imports what the declarations use, under the name of each file
// that their marks speak of.
func (e *engine) importFor(s *source) error {
	missing := map[string][]eval.Import{}
	need := func(file string, list []eval.Import) {
		for _, i := range list {
			if key := [2]string{file, i.Path}; !e.imported[key] {
				e.imported[key] = true
				e.packages.load(i.Path)
				e.memory.imported(file, i.Path, i.Name)
				missing[file] = append(missing[file], i)
			}
		}
	}
	need(fileName, s.imports)
	need(fileName, typesImport)
	for _, d := range s.decls {
		if d.Source == "" {
			continue
		}
		if strings.Contains(d.Source, eval.TypesName+".") {
			for file := range marks(d.Source) {
				need(file, typesImport)
			}
		}
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
		f, _, err := e.parse(file, b.String())
		if err != nil {
			return err
		}
		if _, err := e.yaegi.CompileAST(f); err != nil {
			return err
		}
	}
	return nil
}

// marks gives the file names of the line marks in src, each of a run of equal
// ones once.
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

const (
	// grace is how long stop waits for code to end. What is still blocked then
	// is left behind.
	grace = 100 * time.Millisecond
	// held is how long it waits when the code itself waits for tasks that it ended, whose last picture
	// belongs to the cell. A busy machine takes more than grace to end a process and to paint it.
	held = 1500 * time.Millisecond
	// aside is how long the code of earlier cells is spared. A cell may be
	// blocked in a function that an earlier cell made, whose channel operations
	// heed that cell's done.
	aside = 20 * time.Millisecond
	// settle is how long all code stands still at least, so that every goroutine of the
	// cell comes to a step, also on a busy machine.
	settle = 20 * time.Millisecond
)

// resume lets code of a new cell run, after what a stop needs to have its effect.
func (e *engine) resume() {
	e.mu.Lock()
	defer e.mu.Unlock()
	time.Sleep(time.Until(e.until))
	atomic.StoreUint64(e.run, e.base)
	*e.done = make(chan struct{})
	e.dones = append(e.dones, *e.done)
}

// freeze lets no interpreted code take a further step until stop or resume.
func (e *engine) freeze() { atomic.StoreUint64(e.run, e.base+1) }

// stop ends the interpreted code of the newest cell. It returns when finished
// is closed, or after grace: after held, if waits tells then that the cell waits for its tasks.
func (e *engine) stop(finished <-chan struct{}, waits func() bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.freeze()
	began := time.Now()
	e.wake(finished, began)
	if waits() {
		select {
		case <-finished:
		case <-time.After(time.Until(began.Add(held))):
		}
	}
	e.until = began.Add(settle)
	time.AfterFunc(grace, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !time.Now().Before(e.until) {
			atomic.StoreUint64(e.run, e.base)
		}
	})
}

// wake ends channel operations. There is no event for "every goroutine has
// seen it", so it looks each millisecond whether one still waits.
func (e *engine) wake(finished <-chan struct{}, began time.Time) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for idle := 0; idle < 3 && time.Since(began) < grace; {
		own := len(e.dones) - 1
		woken := wakeAll(e.dones[own])
		select {
		case <-finished:
			idle++
		default:
			if time.Since(began) > aside {
				for _, done := range e.dones[:own] {
					wakeAll(done)
				}
			}
		}
		if woken {
			idle = 0
		}
		<-tick.C
	}
}

// wakeAll wakes all that wait on done now.
func wakeAll(done chan struct{}) (woken bool) {
	for {
		select {
		case done <- struct{}{}:
			woken = true
		default:
			return woken
		}
	}
}
