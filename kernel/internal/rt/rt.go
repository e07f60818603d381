// Package rt is the native run-time support of lowered code: what package
// lower writes calls of because the interpreter gets it wrong, does it slowly or
// cannot do it.
//
// Its files: tasks.go (the identity of func() values), vars.go (addresses of
// session variables), show.go (the value of a last expression), comm.go
// (select), fault.go (panics as Go words them, panics in
// goroutines), stdio.go (standard streams and the end of a cell), builtin.go
// (built-in functions that the interpreter lacks), bind.go (methods of the
// session's types), assert.go (assertions and type switches).
//
// The functions run in the evaluator and in workers, on the goroutine of the
// cell's code. What depends on the process (where output goes, what an exit
// means) is set by package interp through [SetHooks] before any cell runs.
package rt

import (
	"os"
)

// Hooks connect lowered code to the process that runs it. What is nil does
// what it does in a plain program.
type Hooks struct {
	// Write writes to "stdout" or "stderr" for the caller's cell.
	Write func(stream string, p []byte) (int, error)
	// Read reads the cell's standard input.
	Read func(p []byte) (int, error)
	// Exit ends the cell (in a worker: the process). It does not return. The
	// call is what the cell wrote, for the error's text: "os.Exit(3)".
	Exit func(code int, call string)
	// Panicked is told of a panic that ended a goroutine of a cell.
	Panicked func(v any)
	// Recovered is told the value of a panic that the cell recovered.
	Recovered func(v any)
}

var hooks Hooks

// SetHooks installs the hooks. It is called once, before any code of a cell.
func SetHooks(h Hooks) { hooks = h }

func write(name string, f *os.File, p []byte) (int, error) {
	if hooks.Write != nil {
		return hooks.Write(name, p)
	}
	return f.Write(p)
}
