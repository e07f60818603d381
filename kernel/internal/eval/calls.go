package eval

import (
	"errors"
	"os"
	"sync"
)

// maxWaiting is how many calls may wait for an evaluator to read them.
const maxWaiting = 4096

var errNotReading = errors.New("the evaluator does not read what it is told")

// calls are the calls on their way to an evaluator. Who makes one does not
// wait: an evaluator that a signal has stopped reads nothing, and the one who
// interrupts it next must be able to kill it.
type calls struct {
	conn *Conn
	wake chan struct{} // holds one token when there is something to look at

	mu      sync.Mutex // guards what follows
	waiting []*Call
	closed  bool // run has ended
}

func newCalls(c *Conn) *calls { return &calls{conn: c, wake: make(chan struct{}, 1)} }

// add sends a call behind those that wait.
func (q *calls) add(c *Call) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return os.ErrProcessDone
	case len(q.waiting) >= maxWaiting:
		return errNotReading
	}
	q.waiting = append(q.waiting, c)
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return nil
}

// take returns the calls that wait.
func (q *calls) take() []*Call {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := q.waiting
	q.waiting = nil
	return w
}

// run sends the calls until one cannot be sent, or done is closed.
func (q *calls) run(done <-chan struct{}) error {
	defer func() {
		q.mu.Lock()
		q.closed, q.waiting = true, nil
		q.mu.Unlock()
	}()
	for {
		select {
		case <-q.wake:
		case <-done:
			return nil
		}
		for _, c := range q.take() {
			if err := q.conn.SendCall(c); err != nil {
				return err
			}
		}
	}
}
