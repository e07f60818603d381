package interp

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"sync"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/transfer"
)

// sent is [transfer.Program] of the sender: it notes which functions and types
// the variables hold, so that their declarations go along.
type sent struct {
	used  map[int]bool // functions that variables hold
	made  map[int]bool // functions that the code makes
	types map[string]bool
	files *[]*os.File // that go along; nil: none can
}

func newSent() sent {
	return sent{map[int]bool{}, map[int]bool{}, map[string]bool{}, new([]*os.File)}
}

func (s sent) len() int { return len(s.used) + len(s.made) + len(s.types) }

// Number implements [transfer.Program].
func (s sent) Number(v reflect.Value) (int, string, bool) {
	f, ok := v.Interface().(func())
	if !ok {
		return 0, "", false
	}
	id, captured, ok := rt.Lookup(f)
	if !ok {
		return 0, "", false
	}
	if len(captured) > 0 {
		return 0, "it is a function literal that uses variables around it; start it as a task of its own, or declare it by func", false
	}
	s.used[id] = true
	return id, "", true
}

// File implements [transfer.Program].
func (s sent) File(f *os.File) (int, bool) {
	if s.files == nil || !host.Shared(f) {
		return 0, false
	}
	if n := slices.Index(*s.files, f); n >= 0 {
		return n, true
	}
	*s.files = append(*s.files, f)
	return len(*s.files) - 1, true
}

// Open implements [transfer.Program].
func (sent) Open(int) (*os.File, error) { return nil, errNotCell }

// Uses implements [transfer.Program].
func (s sent) Uses(name string) { s.types[name] = true }

// Value implements [transfer.Program]. The sender receives nothing.
func (sent) Value(int, reflect.Type) (reflect.Value, error) { return reflect.Value{}, errNotCell }

// received is [transfer.Program] of a worker.
type received struct {
	funcs map[int]func()
	files map[int]*os.File // that were asked for
}

// File and Open implement [transfer.Program].
func (received) File(*os.File) (int, bool) { return 0, false }

func (r received) Open(n int) (*os.File, error) {
	if r.files == nil {
		return nil, errors.New("an open file did not come along")
	}
	if r.files[n] == nil {
		r.files[n] = childproc.File(2 + n)
		host.Share(r.files[n])
	}
	return r.files[n], nil
}

// Uses and Number implement [transfer.Program]. A worker's own children
// are packed by its store.
func (received) Uses(string) {}

func (received) Number(reflect.Value) (int, string, bool) { return 0, "", false }

// Value implements [transfer.Program].
func (r received) Value(id int, t reflect.Type) (reflect.Value, error) {
	f, ok := r.funcs[id]
	if !ok {
		return reflect.Value{}, fmt.Errorf("function %d did not come along", id)
	}
	return reflect.ValueOf(f).Convert(t), nil
}

var errNotCell = errors.New("it is not a function of a cell: a task must be declared in a cell by func, or be a function literal there")

// describe tells what a func() value is.
func (st *store) describe(f func()) (*host.Func, error) {
	if f == nil {
		return nil, errors.New("the function is nil")
	}
	id, captured, ok := rt.Lookup(f)
	if !ok {
		return nil, errNotCell
	}
	c, ok := st.function(id)
	if !ok {
		return nil, fmt.Errorf("function %d is not known: a defect of Iyagi", id)
	}
	p := &packer{store: st, f: c, captured: captured}
	return &host.Func{
		Func: c.Func, Label: c.Label, Call: f, Pack: p.pack, Inputs: p.inputs,
		Result: func(copied []byte, ptr any) error { return transfer.Decode(copied, []any{ptr}, received{}) },
	}, nil
}

// packer makes the program of one function value, once: a pool that starts its
// process again starts the same.
type packer struct {
	store    *store
	f        cellFunc
	captured []any

	mu      sync.Mutex // guards what follows
	sent    sent
	program []byte
	err     error
}

// fns is what goes along. It needs mu.
func (p *packer) fns() sent {
	if p.sent.used == nil {
		p.sent = newSent()
	}
	return p.sent
}

// pack is [host.Func.Pack].
func (p *packer) pack() ([]byte, []*os.File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.program == nil && p.err == nil {
		p.program, p.err = p.store.pack(p.f, p.captured, p.fns())
	}
	return p.program, *p.fns().files, p.err
}

// inputs is [host.Func.Inputs].
func (p *packer) inputs(slice any) ([][]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return copies(slice, p.fns())
}

// copies copies each element of a slice.
func copies(slice any, fns sent) ([][]byte, error) {
	v := reflect.ValueOf(slice)
	list := make([][]byte, v.Len())
	for i := range list {
		input := transfer.Variable{Name: fmt.Sprintf("inputs[%d]", i), Ptr: v.Index(i).Addr().Interface()}
		var err error
		if list[i], err = transfer.Encode([]transfer.Variable{input}, fns); err != nil {
			return nil, err
		}
	}
	return list, nil
}
