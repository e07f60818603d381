package interp

import (
	"fmt"
	"go/token"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
)

// How a panic is given its place and its words.
//
// yaegi runs a function as a chain of closures: each does one operation on the
// function's frame and returns the next. When one panics, yaegi tells the
// position where the function's body starts and nothing nearer; and package
// reflect, which does the operation, tells neither index nor length.
//
// So the watch puts a node of its own in front of each function's first. Its closure
// runs the chain to the end, as yaegi's loop would, with a deferred call that knows
// the closure at work: compared with those of the function's nodes that gives the
// operation, its place in the cell and, in the frame, its operands. That costs
// a few nanoseconds a call (of 250 or more) and nothing an operation.

// watch knows where yaegi keeps what it needs.
type watch struct {
	traces *traces
	run    *uint64 // yaegi's run number
	fields layout
}

// layout is the place of each field, in bytes from the start of its struct.
type layout struct {
	root uintptr // of interp.Program
	node struct {
		child, anc, start, tnext, fnext, kind, action, pos, exec, gen, ident, typ uintptr
	}
	frameID   uintptr
	nodeType  reflect.Type
	kinds     map[string]uint // by yaegi's name
	withLow   uint            // the action of a slice expression that has a lower bound
	trampolin string          // prefix of the name of the closures that stand for one not made yet
}

// bltn and generator are yaegi's types of the same name: a pointer to a node or
// a frame is passed as any other.
type (
	bltn      func(frame unsafe.Pointer) bltn
	generator func(node unsafe.Pointer)
)

// nodeValue is what yaegi evaluates a node with, when it has been run.
//
//go:linkname nodeValue github.com/traefik/yaegi/interp.genValue
func nodeValue(node unsafe.Pointer) func(frame unsafe.Pointer) reflect.Value

func newWatch(t *traces, run *uint64) (*watch, error) {
	w := &watch{traces: t, run: run}
	return w, w.fields.find()
}

// find looks the fields up, so that another version of yaegi that keeps
// something elsewhere is an error and not a crash.
func (l *layout) find() (err error) {
	field := func(t reflect.Type, name string, kind reflect.Kind) uintptr {
		if t.Kind() == reflect.Struct {
			if f, ok := t.FieldByName(name); ok && f.Type.Kind() == kind {
				return f.Offset
			}
		}
		err = fmt.Errorf("start the interpreter: this version of yaegi has no field %s of kind %s", name, kind)
		return 0
	}
	program := reflect.TypeFor[interp.Program]()
	l.root = field(program, "root", reflect.Pointer)
	if err != nil {
		return err
	}
	root, _ := program.FieldByName("root")
	l.nodeType = root.Type.Elem()
	for _, f := range []struct {
		offset *uintptr
		name   string
		kind   reflect.Kind
	}{
		{&l.node.child, "child", reflect.Slice}, {&l.node.anc, "anc", reflect.Pointer}, {&l.node.start, "start", reflect.Pointer},
		{&l.node.tnext, "tnext", reflect.Pointer}, {&l.node.fnext, "fnext", reflect.Pointer}, {&l.node.kind, "kind", reflect.Uint},
		{&l.node.action, "action", reflect.Uint}, {&l.node.pos, "pos", reflect.Int}, {&l.node.exec, "exec", reflect.Func},
		{&l.node.gen, "gen", reflect.Func}, {&l.node.ident, "ident", reflect.String}, {&l.node.typ, "typ", reflect.Pointer},
	} {
		*f.offset = field(l.nodeType, f.name, f.kind)
	}
	if err != nil {
		return err
	}
	exec, _ := l.nodeType.FieldByName("exec")
	if t := exec.Type; t.NumIn() != 1 || t.NumOut() != 1 || t.In(0).Kind() != reflect.Pointer {
		return fmt.Errorf("start the interpreter: this version of yaegi has other closures")
	}
	l.frameID = field(exec.Type.In(0).Elem(), "id", reflect.Uint64)
	l.trampolin = reflect.TypeFor[interp.Program]().PkgPath() + ".setExec."
	l.kinds = names(l.nodeType, "kind")
	l.withLow = names(l.nodeType, "action")["slice"]
	for _, k := range []string{funcDecl, funcLit, indexExpr, sliceExpr, blockStmt, caseBody, varDecl} {
		if _, ok := l.kinds[k]; !ok {
			return fmt.Errorf("start the interpreter: this version of yaegi has no node %s", k)
		}
	}
	return err
}

// The kinds of nodes that matter here.
const (
	funcDecl  = "funcDecl"
	funcLit   = "funcLit"
	indexExpr = "indexExpr"
	sliceExpr = "sliceExpr"
	blockStmt = "blockStmt"
	caseBody  = "caseBody"
	varDecl   = "varDecl"
)

// names asks a field's type for the names of its values.
func names(node reflect.Type, field string) map[string]uint {
	f, _ := node.FieldByName(field)
	byName := map[string]uint{}
	v := reflect.New(f.Type).Elem()
	for i := range uint(256) {
		v.SetUint(uint64(i))
		if s, ok := v.Interface().(fmt.Stringer); ok {
			byName[s.String()] = i
		}
	}
	return byName
}

type node = unsafe.Pointer

func (l *layout) children(n node) []node { return *(*[]node)(unsafe.Add(n, l.node.child)) }
func (l *layout) anc(n node) node        { return *(*node)(unsafe.Add(n, l.node.anc)) }
func (l *layout) kind(n node) uint       { return *(*uint)(unsafe.Add(n, l.node.kind)) }
func (l *layout) ident(n node) string    { return *(*string)(unsafe.Add(n, l.node.ident)) }
func (l *layout) start(n node) *node     { return (*node)(unsafe.Add(n, l.node.start)) }
func (l *layout) exec(n node) *bltn      { return (*bltn)(unsafe.Add(n, l.node.exec)) }
func (l *layout) pos(n node) token.Pos   { return *(*token.Pos)(unsafe.Add(n, l.node.pos)) }
func (l *layout) is(n node, k string) bool {
	return n != nil && l.kind(n) == l.kinds[k]
}

// add makes the watch see the functions of a program that is compiled and not yet executed.
// Its text begins at base.
func (w *watch) add(p *interp.Program, source string, base int) {
	root := *(*node)(unsafe.Add(unsafe.Pointer(p), w.fields.root))
	if root == nil {
		return
	}
	var late []node
	w.addUnder(root, newPlaces(source, base), false, false, &late)
	for _, head := range late {
		makeClosures(head)
	}
}

// makeClosures makes the closures of a node and of all that follow it.
//
//go:linkname makeClosures github.com/traefik/yaegi/interp.setExec
func makeClosures(node unsafe.Pointer)

// addUnder sees to the functions below n. Those of literals have their
// closures already, some of which keep the first node of a function that they pass on.
// They are made again, as all others are, when the program is executed; those in the value of a
// var statement are not, then, and late gets their heads.
func (w *watch) addUnder(n node, at places, again, inVar bool, late *[]node) {
	l := &w.fields
	switch {
	case l.is(n, varDecl):
		inVar = true
	case l.is(n, funcLit):
		again = true
	}
	if again {
		*l.exec(n) = nil
	}
	for _, c := range l.children(n) {
		w.addUnder(c, at, again, inVar, late)
	}
	if c := l.children(n); len(c) == 4 && (l.is(n, funcDecl) || l.is(n, funcLit)) {
		body := c[3]
		first := *l.start(body)
		if first == nil {
			return
		}
		head := w.head(n, first, at)
		*l.start(body) = head
		if *l.start(n) == first && l.is(n, funcDecl) {
			*l.start(n) = head
		}
		if inVar {
			*late = append(*late, head)
		}
	}
}

// head is the node that runs the function fn, whose first one is given.
func (w *watch) head(fn, first node, at places) node {
	l := &w.fields
	v := reflect.New(l.nodeType)
	v.Elem().Set(reflect.NewAt(l.nodeType, first).Elem())
	h := v.UnsafePointer()
	// Without ancestors yaegi looks for no node of its own, through all the file.
	*(*node)(unsafe.Add(h, l.node.anc)) = nil
	*(*node)(unsafe.Add(h, l.node.fnext)) = nil
	*(*node)(unsafe.Add(h, l.node.tnext)) = first
	*l.start(h) = h
	*l.exec(h) = nil
	*(*generator)(unsafe.Add(h, l.node.gen)) = func(h node) { *l.exec(h) = w.runner(fn, first, at) }
	return h
}

// runner runs a function's chain of closures on a frame. A panic goes on from a closure that it
// returns, out of the deferred call: yaegi hands it on from within one, and so would
// pile up all calls that it passes and search them through at each.
func (w *watch) runner(fn, first node, at places) bltn {
	chain, id, run := w.fields.exec(first), w.fields.frameID, w.run
	return func(frame unsafe.Pointer) (next bltn) {
		exec, ended := *chain, false
		defer func() {
			if ended {
				return
			}
			if v := recover(); v != nil { // otherwise it is runtime.Goexit
				v = w.passed(v, fn, exec, frame, at)
				next = func(unsafe.Pointer) bltn { panic(v) }
			}
		}()
		own := (*uint64)(unsafe.Add(frame, id))
		for exec != nil && atomic.LoadUint64(own) == atomic.LoadUint64(run) {
			exec = exec(frame)
		}
		ended = true
		return nil
	}
}

// passed notes that a panic passes the function fn, and returns the value that
// it goes on with.
func (w *watch) passed(v any, fn node, exec bltn, frame unsafe.Pointer, at places) any {
	tr := w.traces.find(v)
	if tr != nil && tr.recovered {
		tr = nil // the cell panics with what it recovered
	}
	failed := w.failed(fn, exec)
	if tr == nil {
		worded := w.reword(v, failed, frame)
		if wordsOf(worded) == wordsOf(v) && isDefect(v) {
			worded = &defectPanic{fmt.Errorf("%v", v)}
		}
		tr = w.traces.begin(worded)
	}
	name, ok := spelled(w.name(fn, at))
	where := w.fields.children(fn)[3]
	if failed != nil {
		where = w.statement(failed)
	} else if statements := w.fields.children(where); len(statements) > 0 {
		where = statements[0]
	}
	label, line, column, known := at.of(w.fields.pos(where))
	tr.add(eval.Frame{Func: name, Label: label, Line: line, Column: column}, ok && known && w.written(fn, at) && !tr.isEntry())
	return tr.value
}

// written tells whether the cell has the function, and not lowering alone: then a statement
// of its has a mark of its own.
func (w *watch) written(fn node, at places) bool {
	l := &w.fields
	if !l.is(fn, funcLit) {
		return true
	}
	before := at.last(l.pos(fn))
	return slices.ContainsFunc(l.children(l.children(fn)[3]), func(s node) bool { return at.last(l.pos(s)) != before })
}

// closure is the address of a function value's closure, which no two nodes share.
func closure(f *bltn) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(f)) }

// failed finds the node of fn whose closure was at work; nil if there is none.
func (w *watch) failed(fn node, exec bltn) node {
	l := &w.fields
	c := closure(&exec)
	if c == nil {
		return nil
	}
	if f := runtime.FuncForPC(*(*uintptr)(c)); f != nil && strings.HasPrefix(f.Name(), l.trampolin) {
		// A jump backwards is a closure that calls the one of the node that it captures.
		to := *(*node)(unsafe.Add(c, unsafe.Sizeof(uintptr(0))))
		return w.search(fn, func(n node) bool { return n == to })
	}
	return w.search(fn, func(n node) bool { return closure(l.exec(n)) == c })
}

// search walks the nodes of one function, without those of literals in it.
func (w *watch) search(fn node, found func(node) bool) node {
	for _, c := range w.fields.children(fn) {
		if found(c) {
			return c
		}
		if !w.fields.is(c, funcLit) {
			if n := w.search(c, found); n != nil {
				return n
			}
		}
	}
	return nil
}

// statement is the statement of a block that n is a part of.
func (w *watch) statement(n node) node {
	l := &w.fields
	for {
		anc := l.anc(n)
		if anc == nil || l.is(anc, blockStmt) || l.is(anc, caseBody) || l.is(anc, funcLit) || l.is(anc, funcDecl) {
			return n
		}
		n = anc
	}
}

// name is what yaegi calls a function, without literals that lowering made: "cell__3.func" is a literal in cell__3.
func (w *watch) name(fn node, at places) string {
	l := &w.fields
	if c := l.children(fn); l.is(fn, funcDecl) && len(c) > 1 {
		return l.ident(c[1])
	}
	for n := l.anc(fn); n != nil; n = l.anc(n) {
		if l.is(n, funcDecl) || l.is(n, funcLit) {
			if !w.written(fn, at) {
				return w.name(n, at)
			}
			return w.name(n, at) + ".func"
		}
	}
	return ""
}

// reword gives a panic of the operation n, if it is known, the words of Go.
func (w *watch) reword(v any, n node, frame unsafe.Pointer) (reworded any) {
	text, _ := v.(string)
	if n == nil || text == "" {
		return rt.Reworded(v)
	}
	defer func() {
		if recover() != nil { // the frame holds nothing to tell
			reworded = rt.Reworded(v)
		}
	}()
	l := &w.fields
	c := l.children(n)
	operand := func(i int) reflect.Value {
		return reflect.Indirect(nodeValue(c[i])(frame))
	}
	switch {
	case l.is(n, indexExpr) && strings.HasSuffix(text, "index out of range") && len(c) == 2:
		return rt.IndexFault(operand(1), operand(0).Len())
	case l.is(n, sliceExpr) && strings.HasPrefix(text, "reflect.Value.Slice"):
		x := operand(0)
		bounds := make([]reflect.Value, 3) // of low, high, max
		first := 1
		if *(*uint)(unsafe.Add(n, l.node.action)) == l.withLow {
			first = 0
		}
		for i := 1; i < len(c); i++ {
			bounds[first+i-1] = operand(i)
		}
		return rt.SliceFault(x, bounds[0], bounds[1], bounds[2])
	}
	return rt.Reworded(v)
}

// places are the position marks of a lowered file, in the order of the text. They say where in yaegi's file
// set they are, which does not keep the files themselves.
type places []place

type place struct {
	pos          token.Pos
	label        string
	line, column int
}

var lineMark = regexp.MustCompile(`/\*line ([^*:]*):(\d+):(\d+)\*/`)

func newPlaces(source string, base int) places {
	var list places
	labels := map[string]string{}
	for _, m := range lineMark.FindAllStringSubmatchIndex(source, -1) {
		label := source[m[2]:m[3]]
		if _, ok := labels[label]; !ok {
			labels[label] = strings.Clone(label)
		}
		line, _ := strconv.Atoi(source[m[4]:m[5]])
		column, _ := strconv.Atoi(source[m[6]:m[7]])
		list = append(list, place{token.Pos(base + m[0]), labels[label], line, column})
	}
	return list
}

// of is the mark that holds for a position; ok is false where none of a cell does.
func (p places) of(pos token.Pos) (label string, line, column int, ok bool) {
	i := p.last(pos)
	if i < 0 || p[i].label == fileName {
		return "", 0, 0, false
	}
	m := p[i]
	return m.label, m.line, m.column, true
}

// last is the index of the last mark ahead of a position, or -1.
func (p places) last(pos token.Pos) int {
	return sort.Search(len(p), func(i int) bool { return p[i].pos > pos }) - 1
}
