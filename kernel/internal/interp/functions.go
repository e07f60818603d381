package interp

import (
	"errors"
	"fmt"
	"reflect"

	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/rt"
)

// sent is [transfer.Functions] of the sender: it notes which functions the
// variables hold, so that their declarations go along.
type sent struct{ used map[int]bool }

// Number implements [transfer.Functions].
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

// Value implements [transfer.Functions]. The sender receives none.
func (sent) Value(int, reflect.Type) (reflect.Value, error) { return reflect.Value{}, errNotCell }

// received is [transfer.Functions] of a worker.
type received map[int]func()

// Number implements [transfer.Functions]. A worker's own children are packed by its store.
func (received) Number(reflect.Value) (int, string, bool) { return 0, "", false }

// Value implements [transfer.Functions].
func (r received) Value(id int, t reflect.Type) (reflect.Value, error) {
	f, ok := r[id]
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
	return &host.Func{
		Func: c.Func, Label: c.Label, Call: f,
		Pack: func() ([]byte, error) { return st.pack(c, captured) },
	}, nil
}
