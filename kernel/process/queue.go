package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"iyagi/kernel/internal/host"
)

// Queue hands values from process to process, first in, first out: any number of
// processes may put values and get them, and each value goes to one of them.
//
//	q := process.NewQueue[int](10)
//	worker := func() {
//		for n := range q.All() {
//			fmt.Println(os.Getpid(), "has", n)
//		}
//	}
//	process.Start(worker)
//	process.Start(worker)
//	for i := range 20 {
//		q.Put(i)
//	}
//	q.Close()
//
// The values are in the process that made the queue; the tasks that use it ask that
// process. Values are copied, as those of variables are. Its methods may be called from any
// goroutine and process.
type Queue[T any] struct{ q *Queue__ }

// NewQueue makes a queue that holds so many values; more have to wait. With a
// capacity of 0 any number of values can wait in it.
func NewQueue[T any](capacity int) *Queue[T] { return &Queue[T]{NewQueue__(capacity)} }

// Put puts a copy of v into the queue, and waits while it is full. It fails when the queue is
// closed, when v cannot be copied, and when the cell is interrupted.
func (q *Queue[T]) Put(v T) error { return q.q.Put(&v) }

// Get takes the oldest value, and waits while there is none. ok is false when the queue is
// closed and empty, and when the cell is interrupted.
func (q *Queue[T]) Get() (v T, ok bool) {
	ok = q.q.Get(&v)
	return v, ok
}

// All takes values until the queue is closed and empty.
func (q *Queue[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, ok := q.Get()
			if !ok || !yield(v) {
				return
			}
		}
	}
}

// Len is how many values are in the queue.
func (q *Queue[T]) Len() int { return q.q.Len() }

// String tells how many values are in the queue.
func (q *Queue[T]) String() string { return fmt.Sprintf("queue of length %d", q.Len()) }

// Close says that no more values will come: a Get takes what is there and then
// reports false. Closing twice is no error.
func (q *Queue[T]) Close() error { return q.q.Close() }

// ErrClosed is why a value cannot be put into a closed queue.
var ErrClosed = errors.New("the queue is closed")

// Queue__ is what a [Queue] is made of in a cell.
type Queue__ struct{ id uint64 }

// NewQueue__ makes a Queue__.
func NewQueue__(capacity int) *Queue__ { return &Queue__{host.NewQueue(max(capacity, 0)).ID} }

// MarshalBinary gives the queue to another process.
func (q *Queue__) MarshalBinary() ([]byte, error) {
	return binary.LittleEndian.AppendUint64(nil, q.id), nil
}

// UnmarshalBinary makes q the queue that another process gave.
func (q *Queue__) UnmarshalBinary(b []byte) error {
	if len(b) != 8 {
		return errors.New("no queue")
	}
	q.id = binary.LittleEndian.Uint64(b)
	return nil
}

// ask asks the process that has the queue.
func (q *Queue__) ask(op host.AskOp, value []byte) (host.Answer, error) {
	if q == nil {
		return host.Answer{}, errors.New("the queue is nil: make it by process.NewQueue")
	}
	h := host.Current()
	a := &host.Ask{Queue: q.id, Op: op, Value: value}
	if local := host.LocalQueue(q.id); local != nil {
		return local.Wait(h.Context(), a)
	}
	return h.Ask(h.Context(), a)
}

// Put puts a copy of the variable that ptr points to.
func (q *Queue__) Put(ptr any) error {
	value, err := host.Current().Copy("value", ptr)
	if err != nil {
		return err
	}
	r, err := q.ask(host.AskPut, value)
	if err == nil && !r.OK {
		return ErrClosed
	}
	return err
}

// Get sets the variable that ptr points to.
func (q *Queue__) Get(ptr any) bool {
	r, err := q.ask(host.AskGet, nil)
	if err != nil || !r.OK {
		return false
	}
	return host.Current().Paste(r.Value, ptr) == nil
}

// Len implements [Queue.Len].
func (q *Queue__) Len() int {
	r, _ := q.ask(host.AskLen, nil) // no process: no values
	return r.Len
}

// Close implements [Queue.Close].
func (q *Queue__) Close() error {
	_, err := q.ask(host.AskClose, nil)
	return err
}
