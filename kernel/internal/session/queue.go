package session

import (
	"sync"
	"time"
)

// stragglers is how long after an error an execute_request may still arrive
// that was sent before it: "run all" sends its cells one by one, and a
// compile error takes less time than their way.
const stragglers = 250 * time.Millisecond

// queue holds the requests that wait for the worker. The shell reader pushes,
// the worker pops.
type queue struct {
	mu      sync.Mutex
	items   []item
	closed  bool
	failed  time.Time     // when a cell last ended with an error that stops those behind it
	changed chan struct{} // holds one token when there is something to look at
}

// item is a request and whether an error ahead of it has aborted it.
type item struct {
	request
	aborted bool
}

func newQueue() *queue { return &queue{changed: make(chan struct{}, 1)} }

func (q *queue) push(r request) {
	q.mu.Lock()
	late := !q.failed.IsZero() && time.Since(q.failed) < stragglers && !r.date.IsZero() && r.date.Before(q.failed)
	q.items = append(q.items, item{r, late && r.Header.MsgType == "execute_request"})
	q.mu.Unlock()
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.changed <- struct{}{}:
	default:
	}
}

// pop returns the next request without waiting; more is false when the
// queue is closed and empty.
func (q *queue) pop() (i item, ok, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item{}, false, !q.closed
	}
	i = q.items[0]
	q.items[0] = item{}
	q.items = q.items[1:]
	return i, true, true
}

// fail aborts the executes that wait, and those still under way, after an error.
func (q *queue) fail() {
	q.mu.Lock()
	q.failed = time.Now()
	q.mu.Unlock()
	q.abort()
}

// abort marks the executes that wait and tells whether there were any.
func (q *queue) abort() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	any := false
	for i := range q.items {
		if q.items[i].Header.MsgType == "execute_request" {
			q.items[i].aborted, any = true, true
		}
	}
	return any
}

// close aborts what waits and tells the worker that no more will come.
func (q *queue) close() {
	q.abort()
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
}
