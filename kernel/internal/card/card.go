// Package card is the run card: what a group of tasks — child processes or
// threads — did, as a table of their IDs, their output in the order in which it
// was written, a timeline of when each was on a core and when it waited, and the
// tree of their processes. Packages process and thread fill it, the front
// end shows it.
//
// Data passes one way. A [Job] is one task: it receives what the task writes
// (host.Write values) and how it ended. A [Board] is the card of several jobs: its
// painter shows them under the cell at most ten times a second while they run
// and once more when all have ended. A [Group] is what cells get: the same
// facts as Go values. Rendering (html.go, timeline.go, tree.go, text.go, lanes.go, metadata.go) reads a view, which
// is a copy of what the jobs hold at one moment, and changes nothing. An HTML card takes
// some 10 KB, and 2 KB for each task and 0.35 KB for each line that it shows.
//
// The package starts and ends no task.
package card

import (
	"time"
)

// Kind is what the tasks of a card are.
type Kind string

// The kinds of tasks.
const (
	Process Kind = "process"
	Thread  Kind = "thread"
)

// State of a task.
type State string

// The states of a task. A task that the interrupt of its cell could not end,
// because it is blocked outside of the interpreter, stays Running.
const (
	Waiting State = "waiting" // for its turn
	Queued  State = "queued"  // for a machine; see Reason
	Running State = "running"
	Exited  State = "exited" // by itself; see ExitCode
	Killed  State = "killed" // by a signal, by Kill or by an interrupt
	Failed  State = "failed" // it panicked, or could not be started
	Lost    State = "lost"   // its machine is not heard of any more: how it ended is not known
)

// Task tells what is known of one task. Times count from the moment when its
// group began.
type Task struct {
	Index    int    // in its group, from 1
	Name     string // of its function, or the cell and line of a literal
	Host     string // machine it ran on; empty: this one
	PID      int    // process ID
	PPID     int    // ID of the parent process
	TID      int    // native ID of the thread that ran it; 0: unknown
	State    State
	ExitCode int    // -1 when a signal ended it or it could not be started
	Signal   string // "killed", … when a signal ended it
	Error    string // why it failed, or was lost
	Reason   string // why it is queued
	Attempt  int    // how often it was tried before this
	Retried  int    // Index of the task that was done in its place; 0: none
	Start    time.Duration
	End      time.Duration // 0 while it runs
	CPU      time.Duration // processor time it used, once it has ended; 0: unknown
}

// Line is one line that a task wrote.
type Line struct {
	Seq    int           // its number among the lines of its group, from 1, in the order of writing
	Task   int           // Index of the task that wrote it
	Stream string        // "stdout" or "stderr"
	At     time.Duration // when the line was begun, since its group began
	Text   string        // without the end of the line
}

// String is the line's text.
func (l Line) String() string { return l.Text }
