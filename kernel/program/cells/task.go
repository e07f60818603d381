package cells

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/transfer"
)

// Variable is a variable of package level that a task uses.
type Variable = transfer.Variable

// Var names a variable for the errors that tell why it cannot be copied.
func Var(name string, ptr any) Variable { return Variable{Name: name, Ptr: ptr} }

// entry is a function that a child process can find by its index.
type entry struct {
	index int
	title string
	f     reflect.Value
	maker bool // f makes the task from copies of what it captures
	vars  []Variable
}

// value is a function value that may become a task.
type value struct {
	*entry
	captured []any // pointers to the variables that it captures
	f        any   // itself, which keeps its address its own
}

// The functions of the program. The lists are complete before main begins.
var (
	entries []*entry
	byCode  = map[uintptr]*entry{}

	valuesMu sync.Mutex
	values   = map[unsafe.Pointer]*value{} // by the address of their closures
)

// Task lists a declared function that child processes may run, or that a variable may hold which is
// copied to them.
func Task(title string, f any, vars ...Variable) { add(title, f, false, vars) }

// Maker lists a function that makes a task of copies of what that captures.
func Maker(title string, f any, vars ...Variable) { add(title, f, true, vars) }

func add(title string, f any, maker bool, vars []Variable) {
	e := &entry{index: len(entries), title: title, f: reflect.ValueOf(f), maker: maker, vars: vars}
	entries = append(entries, e)
	byCode[e.f.Pointer()] = e
}

// Func tells that f is what maker makes, with pointers to the variables that f captures. It returns f.
func Func[F any](maker any, f F, captured ...any) F {
	if e := byCode[reflect.ValueOf(maker).Pointer()]; e != nil {
		keep(&value{entry: e, captured: captured, f: f})
	}
	return f
}

func keep(v *value) {
	valuesMu.Lock()
	defer valuesMu.Unlock()
	values[closure(v.f)] = v
}

// closure is the address of a function value's closure: a function in an interface is a pointer to it.
func closure(f any) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&f))[1] }

// errNotTask is why a function cannot run in another process.
var errNotTask = errors.New("another process does not know this function: a task must be a function of a cell")

// find tells which function f is.
func find(f any) *value {
	valuesMu.Lock()
	v := values[closure(f)]
	valuesMu.Unlock()
	if v != nil {
		return v
	}
	if e := byCode[reflect.ValueOf(f).Pointer()]; e != nil && !e.maker {
		return &value{entry: e, f: f}
	}
	return nil
}

// start is what a child is told first.
type start struct {
	Index  int
	Values []byte
	Stdin  string
	Label  string
}

// pack makes what a child needs to run the function, and the open files that go along.
func (v *value) pack() (start, []*os.File, error) {
	vars := slices.Clone(v.vars)
	if v.maker {
		t := v.entry.f.Type()
		for i, ptr := range v.captured {
			vars = append(vars, Variable{Name: fmt.Sprintf("captured variable %d (%s)", i+1, t.In(i)), Ptr: ptr})
		}
	}
	p := &sender{}
	data, err := transfer.Encode(vars, p)
	return start{Index: v.index, Values: data}, p.files, err
}

// describe is [host.Host.Func].
func describe(f func()) (*host.Func, error) {
	if f == nil {
		return nil, errors.New("the function is nil")
	}
	v := find(f)
	h := &host.Func{Label: cellLabel(), Call: f}
	if v == nil {
		h.Func = eval.Func{Name: compiledName(f)}
		v = &value{}
	} else {
		h.Func = eval.Func{Name: v.title}
	}
	h.Pack = func() ([]byte, []*os.File, error) {
		if v.entry == nil {
			return nil, nil, errNotTask
		}
		s, files, err := v.pack()
		if err != nil {
			return nil, nil, err
		}
		data, err := encode(s)
		return data, files, err
	}
	h.Inputs = inputs
	h.Result = func(copied []byte, ptr any) error { return transfer.Decode(copied, []any{ptr}, &sender{}) }
	return h, nil
}

// inputs copies each element of a slice.
func inputs(slice any) ([][]byte, error) {
	v := reflect.ValueOf(slice)
	list := make([][]byte, v.Len())
	for i := range list {
		input := Variable{Name: fmt.Sprintf("inputs[%d]", i), Ptr: v.Index(i).Addr().Interface()}
		var err error
		if list[i], err = transfer.Encode([]Variable{input}, &sender{}); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// compiledName is the function's name, or file and line of a literal.
func compiledName(f func()) string {
	fn := runtime.FuncForPC(reflect.ValueOf(f).Pointer())
	if fn == nil {
		return "func"
	}
	name := fn.Name()[strings.LastIndexByte(fn.Name(), '/')+1:]
	_, name, _ = strings.Cut(name, ".")
	if strings.Contains(name, ".func") || strings.Contains(name, "glob.") {
		file, line := fn.FileLine(fn.Entry())
		return fmt.Sprintf("%s, line %d", file[strings.LastIndexByte(file, '/')+1:], line)
	}
	return strings.TrimSuffix(name, "-fm")
}

// sender is [transfer.Program] of every process of the program: they all have the same functions.
type sender struct {
	files []*os.File // that go along, or came along
}

// Number implements [transfer.Program].
func (*sender) Number(f reflect.Value) (n int, why string, ok bool) {
	e := byCode[f.Pointer()]
	if e == nil || e.maker {
		return 0, "it is a function literal; start it as a task of its own, or declare it by func", false
	}
	return e.index, "", true
}

// Value implements [transfer.Program].
func (*sender) Value(n int, t reflect.Type) (reflect.Value, error) {
	if n < 0 || n >= len(entries) {
		return reflect.Value{}, errNotTask
	}
	return entries[n].f.Convert(t), nil
}

// File implements [transfer.Program].
func (s *sender) File(f *os.File) (int, bool) {
	if !host.Shared(f) {
		return 0, false
	}
	if n := slices.Index(s.files, f); n >= 0 {
		return n, true
	}
	s.files = append(s.files, f)
	return len(s.files) - 1, true
}

// Open implements [transfer.Program].
func (s *sender) Open(n int) (*os.File, error) {
	if firstFile+n < 0 {
		return nil, errors.New("an open file did not come along")
	}
	for len(s.files) <= n {
		s.files = append(s.files, nil)
	}
	if s.files[n] == nil {
		s.files[n] = os.NewFile(uintptr(firstFile+n), "pipe")
		host.Share(s.files[n])
	}
	return s.files[n], nil
}

// Uses implements [transfer.Program].
func (*sender) Uses(string) {}
