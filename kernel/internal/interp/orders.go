package interp

import (
	"encoding/gob"
	"io"
	"os"
	"sync"
)

// task is the first thing that a worker reads from its file of orders.
type task struct {
	ID      uint32 // of its records
	Name    string
	Program []byte // a program, by gob
}

// order is what it may read there later.
type order struct {
	Input []byte // of a function that [host.Options.Results] is about
	Last  bool   // there are no more inputs
}

// orders are sent to a worker by a goroutine of their own, so that nobody waits
// for a child that does not read. The goroutine ends after close.
type orders struct {
	first task

	mu     sync.Mutex // guards what follows
	more   sync.Cond
	queue  []order
	pipe   *os.File // while the goroutine runs
	closed bool
}

func newOrders(first task) *orders {
	o := &orders{first: first}
	o.more.L = &o.mu
	return o
}

func (o *orders) put(next order) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.queue = append(o.queue, next)
		o.more.Signal()
	}
}

// close is called when the child has ended.
func (o *orders) close() {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.pipe != nil {
		o.pipe.Close() // ends a write that nobody reads
	}
	o.more.Signal()
}

// send is the goroutine.
func (o *orders) send(pipe *os.File) {
	o.mu.Lock()
	if o.pipe = pipe; o.closed {
		pipe.Close()
	}
	o.mu.Unlock()
	enc := gob.NewEncoder(pipe)
	err := enc.Encode(o.first)
	o.first = task{} // the program is needed no more
	for err == nil {
		o.mu.Lock()
		for len(o.queue) == 0 && !o.closed {
			o.more.Wait()
		}
		list, closed := o.queue, o.closed
		o.queue = nil
		o.mu.Unlock()
		if closed {
			return
		}
		for i := range list {
			if err = enc.Encode(&list[i]); err != nil {
				break
			}
		}
	}
	// The child has ended or closed the pipe: its end tells why.
	o.close()
}

// inbox reads the orders of this worker.
type inbox struct {
	file *os.File
	dec  *gob.Decoder
}

func newInbox(f *os.File) *inbox { return &inbox{f, gob.NewDecoder(f)} }

// input waits for the next input; ok is false when there are no more.
func (in *inbox) input() (input []byte, ok bool, err error) {
	var o order
	if err := in.dec.Decode(&o); err != nil {
		if err == io.EOF { // the parent is gone
			return nil, false, nil
		}
		return nil, false, err
	}
	return o.Input, !o.Last, nil
}
