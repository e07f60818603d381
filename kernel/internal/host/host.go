// Package host is what the packages that cells import (display, process,
// thread) and the run-time support of lowered code may ask of the process
// they run in: show something, say what a function value is, route output,
// start a child that runs a function of a cell.
//
// The evaluator and the worker set their host once at their start. A program
// that uses the packages without a kernel has the [Plain] one, which prints.
package host

import (
	"context"
	"os"
	"time"

	"iyagi/kernel/internal/eval"
)

// A Host serves the code of cells. Its methods may be called from any
// goroutine; the calling goroutine, and the one that started it and so on,
// tell which cell the call belongs to.
type Host interface {
	// Display shows d under the caller's cell, after all that the cell has
	// printed so far.
	Display(d *eval.Display) error
	// Result shows the value of the cell's last expression.
	Result(b *eval.Bundle) error
	// Clear removes the output of the caller's cell.
	Clear(wait bool) error
	// Context is done when the caller's cell is interrupted.
	Context() context.Context
	// Cell is the label of the caller's cell ("cell 3") and whether the caller
	// is a task that already runs in a child process.
	Cell() (label string, worker bool)
	// Func tells what f is. It fails for a function that is not from a cell.
	Func(f func()) (*Func, error)
	// Capture runs f in the calling goroutine; all that it and the goroutines
	// it starts print goes to sink instead of to the cell. A panic of f is
	// returned as an error with the cell's positions, as is runtime.Goexit.
	Capture(sink Sink, f func()) *eval.Error
	// Start runs f in a new process, a child of this one.
	Start(ctx context.Context, f *Func, o Options) (Child, error)
	// Copy makes the copy of a variable that another process below or above this one can
	// [Host.Paste] into a variable of the same type. The error calls it by name.
	Copy(name string, ptr any) ([]byte, error)
	// Paste sets the variable that ptr points to.
	Paste(copied []byte, ptr any) error
	// Ask asks a queue that a process above this one has made, and waits for the answer.
	Ask(ctx context.Context, a *Ask) (Answer, error)
	// Exec runs another program, its name first in argv, as a child of this process.
	Exec(ctx context.Context, argv []string, o Options) (Child, error)
	// Will has another process run the command when this one has ended, however it ended, unless the
	// function that it returns was called.
	Will(argv []string) (revoke func())
	// Read asks the front end for a line of input.
	Read(prompt string, password bool) (string, error)
}

// Holder is a host that does not take an interrupted cell for ended while code of it waits for its tasks: the cell's
// output is complete when they have ended and the card shows it.
type Holder interface {
	Host
	// Hold begins such a wait, of the caller's cell, and release ends it.
	Hold() (release func())
}

// Printing is a host without a front end, other than [Plain]: what is shown is printed, and run cards are when their
// tasks have ended.
type Printing interface {
	Host
	Prints()
}

// Mapper is a host of compiled code that can find the function of a process.Map in another process.
type Mapper interface {
	Host
	// Mapped is a task that stands for f, a func(T) R or func(T) (R, error), where [Host.Func] is asked.
	Mapped(f any) (func(), error)
}

// Func is a function value of a cell.
type Func struct {
	eval.Func
	Label string // of the cell that made the value: "cell 3"
	Call  func() // runs it in this process
	// Pack makes the program that runs it in another process: the declarations
	// that it needs and copies of its variables as they are now. The error
	// names a variable that cannot be copied, and why. The files, see [Share], are to go along.
	Pack func() (program []byte, files []*os.File, err error)
	// Inputs and Result serve functions of one input and one result (see
	// [Options.Results]). Inputs copies each element of the slice, as it is now;
	// it is called before Pack, which then sends what the inputs need. Result
	// sets the variable that the pointer points to.
	Inputs func(slice any) ([][]byte, error)
	Result func(copied []byte, ptr any) error
}

// Options of a child process.
type Options struct {
	Sink Sink     // receives what the child writes, in the order of writing
	Name string   // of the task, for the child's error messages
	Env  []string // "key=value", added to this process's environment
	Dir  string   // working directory; empty: this process's
	// Stdin is the standard input of the child.
	Stdin string
	// Results makes the child call a function of one input for each input that
	// it is given by [Child.Give]. It receives what became of each, in the order in which
	// they were given, and must not block. It must not keep Copy. What the call has printed came to
	// Sink before.
	Results func(Result)
	// Via turns the command that runs this program on another machine into the one that does so from
	// here: a program whose standard streams are those of the other. nil: the process is a child of this one.
	Via func(program []string) (argv []string)
	// Started is called when a process elsewhere (see Via) runs, before Sink is.
	Started func(Elsewhere)
	// Service is for programs that serve this process and not a cell (of Exec): an interrupt does not end them.
	Service bool
}

// Elsewhere tells of a process on another machine.
type Elsewhere struct {
	Machine   string        // its name
	PID, PPID int           // there
	Began     time.Duration // monotonic clock of this machine
	// Uncertain is how exactly the times of what it writes are known on the clock of this machine:
	// they may be so much too early or too late.
	Uncertain time.Duration
}

// Result is what became of one input.
type Result struct {
	Copy  []byte      // of the result
	Error *eval.Error // a panic; nil: none
}

// Sink receives writes one at a time, in order. It must not keep Text.
type Sink func(Write)

// Write is one write of a task.
type Write struct {
	At     time.Duration // system-wide monotonic clock when it was written (CLOCK_MONOTONIC)
	Stream string        // "stdout" or "stderr"
	Text   []byte
	TID    int // thread that wrote; 0: unknown
	CPU    int // core that the thread ran on; -1: unknown
}

// A Child is a started process.
type Child interface {
	PID() int
	// Wait returns once the process has ended and Sink has had all its output.
	Wait() Exit
	// Kill ends the process and those it started.
	Kill() error
	// Signal sends a signal to the process alone.
	Signal(os.Signal) error
	// Give hands over the copy of an input; it does not wait. A nil copy says
	// that there are no more: the child ends.
	Give(input []byte)
}

// Exit tells how a process ended.
type Exit struct {
	Code   int           // exit status; -1 when a signal ended it
	Signal string        // "killed", … when a signal ended it
	CPU    time.Duration // user and system time
	TID    int           // native id of the thread that ran the task
	PPID   int           // as the child itself saw it
	Began  time.Duration // monotonic clock when the task began, in the child
	Ended  time.Duration
	Error  *eval.Error // a panic of the task; nil: none
	// Lost is set when it is not known how a process elsewhere ended.
	Lost *Loss
}

// Loss is what is known when another machine is not heard of any more.
type Loss struct {
	Silent time.Duration // it was not heard of for so long; 0: the command to it has ended
	Status string        // how that has ended: "exit status 1", "signal: killed"
	Words  string        // the last that the command has written to its standard error
	Began  bool          // the process had begun
}

var current Host = Plain{}

// Set makes h the host of this process. It is called once, before any code of a cell.
func Set(h Host) { current = h }

// Current is the host of this process.
func Current() Host { return current }
