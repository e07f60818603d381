package interp

import (
	"encoding/gob"
	"io"
	"os"
	"sync"

	"iyagi/kernel/internal/host"
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
	// Answer is what came of an ask.
	Answer *host.Answer
}

// orders are sent to a worker by a goroutine of their own, so that nobody waits
// for a child that does not read. The goroutine ends after close.
type orders struct {
	first any // *task, or *toAgent

	mu     sync.Mutex // guards what follows
	more   sync.Cond
	queue  []order
	pipe   *os.File // while the goroutine runs
	closed bool
}

func newOrders(first any) *orders {
	o := &orders{first: first}
	o.more.L = &o.mu
	return o
}

// put sends next. It reports false when the child has ended.
func (o *orders) put(next order) bool {
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.queue = append(o.queue, next)
	o.more.Signal()
	return true
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

// send is the goroutine. encode writes to the pipe.
func (o *orders) send(pipe *os.File, encode func(any) error) {
	o.mu.Lock()
	if o.pipe = pipe; o.closed {
		pipe.Close()
	}
	o.mu.Unlock()
	err := encode(o.first)
	o.first = nil // the program is needed no more
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
			if err = encode(&list[i]); err != nil {
				break
			}
		}
	}
	// The child has ended or closed the pipe: its end tells why.
	o.close()
}

// inbox reads the orders of this worker. Its goroutine begins when an order is
// first waited for and ends with the process.
type inbox struct {
	dec    *gob.Decoder
	reader sync.Once
	inputs chan order // closed when no more orders come

	mu      sync.Mutex // guards what follows
	seq     uint64
	answers map[uint64]chan host.Answer
	err     error // why no more orders come
}

// manyInputs is more than a worker is ever given at a time.
const manyInputs = 64

func newInbox(f *os.File) *inbox {
	return &inbox{dec: gob.NewDecoder(f), inputs: make(chan order, manyInputs), answers: map[uint64]chan host.Answer{}}
}

func (in *inbox) start() { in.reader.Do(func() { go in.read() }) }

// read is the goroutine.
func (in *inbox) read() {
	for {
		var o order
		err := in.dec.Decode(&o)
		switch {
		case err != nil:
			in.mu.Lock()
			in.err = err
			for _, a := range in.answers {
				close(a)
			}
			in.answers = nil
			in.mu.Unlock()
			close(in.inputs)
			return
		case o.Answer != nil:
			in.mu.Lock()
			if a := in.answers[o.Answer.Seq]; a != nil {
				delete(in.answers, o.Answer.Seq)
				a <- *o.Answer
			}
			in.mu.Unlock()
		default:
			in.inputs <- o
		}
	}
}

// input waits for the next input; ok is false when there are no more.
func (in *inbox) input() (input []byte, ok bool, err error) {
	in.start()
	o, open := <-in.inputs
	if !open {
		in.mu.Lock()
		defer in.mu.Unlock()
		if in.err == io.EOF { // the parent is gone
			return nil, false, nil
		}
		return nil, false, in.err
	}
	return o.Input, !o.Last, nil
}

// ask gives a question its number and a place for the answer.
func (in *inbox) ask(a *host.Ask) (<-chan host.Answer, error) {
	in.start()
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err != nil {
		return nil, in.err
	}
	in.seq++
	a.Seq = in.seq
	ch := make(chan host.Answer, 1)
	in.answers[a.Seq] = ch
	return ch, nil
}
