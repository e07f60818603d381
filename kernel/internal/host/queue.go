package host

import (
	"context"
	"errors"
	"os"
	"sync"
)

// Queue is a first-in first-out list of copied values, in the process that made
// it. Other processes, which started below it, ask it by [Ask] messages. Its methods
// do not wait: they call a function when it is time.
type Queue struct {
	ID       uint64
	capacity int // 0: no limit

	mu     sync.Mutex // guards what follows
	values [][]byte
	takers []func(Answer) bool
	givers []giver
	closed bool
}

// giver waits for room.
type giver struct {
	value []byte
	done  func(Answer) bool
}

// Ask is what another process wants of a queue.
type Ask struct {
	Queue uint64
	Seq   uint64 // of the asking process, for its answer
	Op    AskOp
	Value []byte
}

// AskOp is what is asked.
type AskOp int

// What can be asked.
const (
	AskPut AskOp = iota
	AskGet
	AskLen
	AskClose
)

// Answer is what came of it.
type Answer struct {
	Seq   uint64
	Value []byte
	Len   int
	OK    bool   // of AskPut and AskGet; false: the queue is closed
	Error string // the queue is not known
}

// queues are the queues of this process by ID.
var queues struct {
	sync.Mutex
	last uint64
	byID map[uint64]*Queue
}

// NewQueue makes a queue that holds as many values, or with 0 any number.
func NewQueue(capacity int) *Queue {
	queues.Lock()
	defer queues.Unlock()
	if queues.byID == nil {
		queues.byID = map[uint64]*Queue{}
	}
	queues.last++
	q := &Queue{ID: uint64(os.Getpid())<<32 | queues.last, capacity: capacity}
	queues.byID[q.ID] = q
	return q
}

// LocalQueue is the queue of that ID if this process made it, or nil.
func LocalQueue(id uint64) *Queue {
	queues.Lock()
	defer queues.Unlock()
	return queues.byID[id]
}

// ErrNoQueue is why a queue that another process than a parent made cannot be used.
var ErrNoQueue = errors.New("the queue is of a process that has not started this one")

// Do does what is asked and calls answer when it is done, which may be at once.
// answer reports whether the one who asked is there; what it does not take goes to the next.
func (q *Queue) Do(a *Ask, answer func(Answer) bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch a.Op {
	case AskPut:
		if q.closed {
			answer(Answer{Seq: a.Seq})
			return
		}
		q.givers = append(q.givers, giver{a.Value, func(r Answer) bool { r.Seq = a.Seq; return answer(r) }})
	case AskGet:
		q.takers = append(q.takers, func(r Answer) bool { r.Seq = a.Seq; return answer(r) })
	case AskLen:
		answer(Answer{Seq: a.Seq, Len: len(q.values), OK: true})
	case AskClose:
		q.closed = true
		answer(Answer{Seq: a.Seq, OK: true})
	}
	q.match()
}

// match moves values from givers to takers. It needs mu.
func (q *Queue) match() {
	for moved := true; moved; {
		moved = false
		for len(q.givers) > 0 && (q.capacity == 0 || len(q.values) < q.capacity || len(q.takers) > 0 && len(q.values) == 0) {
			g := q.givers[0]
			q.givers = q.givers[1:]
			if g.done(Answer{OK: true}) {
				q.values = append(q.values, g.value)
			}
			moved = true
		}
		for len(q.takers) > 0 && len(q.values) > 0 {
			t := q.takers[0]
			q.takers = q.takers[1:]
			if t(Answer{Value: q.values[0], OK: true}) {
				q.values[0] = nil
				q.values = q.values[1:]
			}
			moved = true
		}
	}
	if !q.closed {
		return
	}
	for _, g := range q.givers {
		g.done(Answer{})
	}
	q.givers = nil
	if len(q.values) > 0 {
		return
	}
	for _, t := range q.takers {
		t(Answer{})
	}
	q.takers = nil
}

// Wait does what is asked and waits for the answer, or the end of ctx.
func (q *Queue) Wait(ctx context.Context, a *Ask) (Answer, error) {
	got := make(chan Answer, 1)
	gone := make(chan struct{}) // closed when nobody waits any more
	var mu sync.Mutex           // held while it is decided which comes first
	q.Do(a, func(r Answer) bool {
		mu.Lock()
		defer mu.Unlock()
		select {
		case <-gone:
			return false
		default:
			got <- r
			return true
		}
	})
	select {
	case r := <-got:
		return r, nil
	case <-ctx.Done():
	}
	mu.Lock()
	defer mu.Unlock()
	select {
	case r := <-got: // it came just now
		return r, nil
	default:
		close(gone)
		return Answer{}, context.Cause(ctx)
	}
}
