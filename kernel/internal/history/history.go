// Package history keeps what was run, across sessions, for the history
// request of Jupyter's protocol: the arrow keys of a console, the search of a
// notebook.
//
// A [Store] is a SQLite file that several kernels may use at the same time.
// One goroutine owns the database; it opens the file when the first cell is
// recorded or the first question asked, so that a kernel starts without
// waiting for a disk, and it gathers records for up to [flushAfter] into one
// transaction. Where the file cannot be used, an in-memory database takes its
// place and the reason is logged once.
//
// The package knows nothing of messages: the session turns a history_request
// into a [Query] and [Entry] values into the reply.
package history

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// flushAfter is how long a record may wait for others before it is written.
// A transaction costs a sync of the disk: 1 to 20 ms that nobody should wait
// for between two cells.
const flushAfter = time.Second

// ErrClosed is returned by a Store after Close.
var ErrClosed = errors.New("history is closed")

// Entry is one recorded cell.
type Entry struct {
	Session int    // number of the session, from 1, unique in the file
	Line    int    // execution count of the cell in its session
	Input   string // source as the user wrote it
	Output  string // text/plain of the result; empty: none
}

// Access is the way a Query chooses entries: hist_access_type of the protocol.
type Access string

// The ways of access.
const (
	Tail   Access = "tail"   // the last N
	Range  Access = "range"  // lines Start (included) to Stop (excluded) of one session
	Search Access = "search" // those that match Pattern
)

// Query asks for entries. They come oldest first.
type Query struct {
	Access Access
	// Session of Range: a number, 0 for this session, -1 for the one before it.
	Session int
	// Start and Stop of Range; Stop 0 means to the end.
	Start, Stop int
	// N limits Tail and Search to the newest N; 0 means all of Search.
	N int
	// Pattern of Search is a glob: * stands for any text, ? for one character.
	Pattern string
	// Unique leaves of equal inputs only the newest.
	Unique bool
}

// Store is the history of this session and of earlier ones.
//
// One goroutine, started by Open and ended by Close, owns the database and
// the entries that are not yet written; the methods send it requests.
type Store struct {
	requests chan request
	done     chan struct{} // closed when the owner has ended
}

// request is one call for the owner; exactly one field is set.
type request struct {
	record *Entry
	query  *query
	close  bool
}

type query struct {
	Query
	answer chan answer
}

type answer struct {
	entries []Entry
	err     error
}

// Open returns a store that will use the file at path, whose directory is
// made when needed. An empty path keeps the history in memory. Nothing is
// opened yet.
func Open(path string, log *slog.Logger) *Store {
	s := &Store{requests: make(chan request, 64), done: make(chan struct{})}
	o := owner{path: path, log: log}
	go func() {
		defer close(s.done)
		o.serve(s.requests)
	}()
	return s
}

// Record adds a cell of this session. It does not wait for the disk.
func (s *Store) Record(line int, input, output string) {
	select {
	case s.requests <- request{record: &Entry{Line: line, Input: input, Output: output}}:
	case <-s.done:
	}
}

// Find answers q from all that was recorded before the call.
func (s *Store) Find(ctx context.Context, q Query) ([]Entry, error) {
	a := make(chan answer, 1)
	select {
	case s.requests <- request{query: &query{q, a}}:
	case <-s.done:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case r := <-a:
		return r.entries, r.err
	case <-s.done:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close writes what is still to be written and closes the file. It may be called twice.
func (s *Store) Close() {
	select {
	case s.requests <- request{close: true}:
	case <-s.done: // what the channel still takes, nobody reads
	}
	<-s.done
}
