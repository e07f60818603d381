// Package eval is the contract between the kernel process and the process
// that runs the user's code: calls go down, events come up.
//
// The kernel sends a [Call] for each unit of lowered code and the evaluator
// answers with one ordered stream of [Event] values that ends, for that unit,
// with [Done]. Both travel as gob values over a pair of pipes of their own,
// never over standard output, which belongs to the user.
//
// Text that the running cell prints does not travel here: the evaluator
// writes it to its file descriptors 1 and 2, which are pipes to the kernel, so
// that it stands in one order with what the cell's child processes write there
// and none of it is lost when the evaluator dies. Three channels are thus
// merged into one order by barriers: before an event that must be ordered
// against text (a display, the end of the cell), and when an in-process writer
// changes from one descriptor to the other, the evaluator writes a numbered
// barrier to both descriptors. The kernel reads each descriptor only up to a
// barrier until the other channels have reached the same one.
package eval

import "time"

// Call is one message from the kernel to the evaluator. Exactly one field is set.
type Call struct {
	Hello     *Hello // the first call, and only that
	Run       *Run
	Input     *Input
	Comm      *Comm
	Interrupt *Interrupt
}

// Hello gives the evaluator what it needs before it runs anything.
type Hello struct {
	Token [TokenSize]byte // of this evaluator's barriers
}

// Run asks the evaluator to load the unit's declarations and, unless
// LoadOnly is set, to call its entry function.
type Run struct {
	ID       int // of this request; the events that it causes carry it
	Unit     Unit
	LoadOnly bool // a replay after a restart: declarations without statements
	// AllowStdin tells whether the front end that sent the cell can answer an
	// InputRequest. Without it a read of standard input fails at once.
	AllowStdin bool
	Silent     bool // no result is shown
}

// Interrupt asks the evaluator to end the running cell: interpreted code
// stops, children of the cell are killed, variables are kept.
type Interrupt struct{}

// Input answers an InputRequest.
type Input struct {
	Value string
	EOF   bool // the front end has no more input to give
}

// Unit is one cell, lowered to the Go that the interpreter runs well.
type Unit struct {
	Cell  int    // serial number of the cell in this session, from 1; part of lowered names
	Label string // what positions call the cell: "cell 3"
	// Decls are the declarations at package level, each after those whose
	// types it needs. A declaration that replaces an earlier one has a
	// new name; the code that used the old one is declared again too.
	Decls []Decl
	// Entry is the name of the declared function func() that runs the cell's
	// statements; empty for a cell without statements.
	Entry string
	Funcs []Func   // the function values of type func() that the unit makes
	Vars  []Var    // the session variables that it declares
	Dead  []string // lowered names that nothing can reach any more
}

// Decl is one lowered declaration at package level.
type Decl struct {
	Name    string   // unique in the session
	Source  string   // Go source, with /*line*/ marks of the cell; empty for a type
	Type    *Type    // of a type's declaration
	Uses    []string // names of the declarations it refers to
	Imports []Import // packages it refers to
}

// TypesPath and TypesName are the import path of the package in which lowered code finds the session's types, and
// the name that it uses for it. Package rtype makes them.
const (
	TypesPath = "iyagi/types"
	TypesName = "t__"
)

// OnceSuffix ends the names of functions that a declaration calls when it is loaded, and nothing else calls.
const OnceSuffix = "__i"

// Type describes a type of a cell: a named one, or a literal that the interpreter
// needs a name for.
type Type struct {
	Go    string // as reflect and %T show it: "main.T", "main.List[int]", "struct { x int }"
	Named bool   // a defined type
	// Text is the underlying type in Go's syntax: session types by their lowered names alone, the library's
	// with the names of Decl.Imports. The name of an embedded field begins with EmbeddedPrefix.
	Text    string
	Methods []Method // of the method sets of T and *T, promoted ones included
}

// EmbeddedPrefix marks an embedded field in the text of a type.
const EmbeddedPrefix = "embed__"

// Method is a method of a type of a cell. Its function is bound when the declarations are loaded.
type Method struct {
	Name string
	Ptr  bool   // in the method set of *T alone
	Type string // without the receiver: "func(int) string"
}

// Import is a package by its path and the name that lowered code uses for
// it, which depends on the path alone.
type Import struct {
	Name, Path string
}

// Func is the identity of a function value of type func() made by a cell.
type Func struct {
	ID   int    // unique in the session; lowered code passes it to rt.Func
	Name string // the function's own name, or "cell 3, line 5" of a literal
	Line int    // in the cell, from 1
	// Decl names the declared function that does the same in another process.
	// Its parameters are the captured variables, by value, in order.
	Decl     string
	Captured []Captured
	// Maker names the declaration whose code makes the value. It uses Decl.
	Maker string
	// Input and Result are set for a function that calls another one for an
	// input: the parameter of Decl ahead of the captured variables, and its result.
	Input, Result *Captured
}

// Captured is a variable that a function literal takes from around it.
type Captured struct {
	Name    string   // as the cell spells it
	Type    string   // in lowered Go
	Imports []Import // that Type needs
	Uses    []string // declarations that Type needs
}

// Var is a session variable.
type Var struct {
	Name    string // as the cell spells it
	Lowered string
	Type    string // as Go spells it, for people
}

// Event is one message from the evaluator to the kernel. At most one of the
// pointer fields is set; none when the event that a barrier announced could
// not be sent.
type Event struct {
	ID      int    // of the Run whose code caused it, current or earlier; 0: none
	Barrier uint64 // text before this barrier comes before the event; 0: no order
	Stream  *Stream
	Display *Display
	Clear   *Clear
	Result  *Bundle
	Input   *InputRequest
	Comm    *Comm
	Done    *Done
	Ready   *Ready
	Will    *Will
}

// Ready is the first event of an evaluator.
type Ready struct {
	PID int
}

// Stream is text that does not come through the descriptors: what a goroutine
// of an earlier cell prints.
type Stream struct {
	Name string // "stdout" or "stderr"
	Text []byte
}

// Bundle is one value in several MIME types, as Jupyter's display_data has it.
// A value of Data is a string, or JSON (json.RawMessage) for the JSON types;
// pictures are in base64.
type Bundle struct {
	Data     map[string][]byte // MIME type to encoded value
	Metadata map[string][]byte // key to JSON
	// Raw are the large values of Data while the bundle travels, in the order
	// in which they follow its event; Conn alone sets and reads it.
	Raw []Raw
}

// Raw is a value that follows its event.
type Raw struct {
	MIME string
	Size int // bytes
}

// Display shows a bundle, or replaces what is shown under the same ID.
type Display struct {
	Bundle Bundle
	ID     string // display_id; empty: cannot be updated
	Update bool
}

// Clear removes the cell's output, with Wait when the next output comes.
type Clear struct {
	Wait bool
}

// InputRequest asks the front end for a line of input.
type InputRequest struct {
	Prompt   string
	Password bool
}

// Comm is a message of a comm (Jupyter's custom messages), either way.
type Comm struct {
	Kind     string // "comm_open", "comm_msg" or "comm_close"
	ID       string
	Target   string // of comm_open
	Data     []byte // JSON
	Metadata []byte // JSON
	Buffers  [][]byte
}

// Done ends a Run.
type Done struct {
	Error   *Error        // nil: all went well
	Elapsed time.Duration // from the call's arrival to the end of the code
}

// Error is why a cell failed at run time.
type Error struct {
	Name   string // "panic", "exit", "interrupt", "defect", "fatal error" of Go; "fatal": the evaluator has died
	Value  string // in Go's own words: "runtime error: index out of range [5] with length 1"
	Frames []Frame
	// Lost names the variables whose values are gone, when the evaluator died.
	Lost []string
}

// Frame is one call on the stack of an error, innermost first.
type Frame struct {
	Func   string // as the cell spells it
	Label  string // the cell: "cell 3"; a file for library code
	Line   int
	Column int
	// Calls is how many calls in a row come from there, if more than one. A frame without
	// a label stands for that many that are left out.
	Calls int
}
