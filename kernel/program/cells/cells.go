// Package cells is what a program calls that was made of a notebook (see package program): it
// prints values as the notebook showed them, does what command lines ask for, and lets packages process and thread
// run functions without a kernel.
//
// [Main] comes first in main. In a child process, which is the same program started once more, it runs the
// task and does not return. [Task] and [Maker] list the functions that a child may run; [Func] tells which
// of them a function value is. A child gets copies of the variables that its task uses (package transfer), writes to
// the pipes that are its standard output and error, and tells its parent of results and panics on
// a third one; it ends when its parent does.
//
// Run cards are printed to standard error when their tasks have ended: standard output is the
// program's own. Threads print where the program does, so their cards have no output.
package cells

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/host"
)

// variable is set in the environment of a child process alone.
const variable = "IYAGI_TASK"

// In a child the main goroutine keeps the main thread, so that what the process table
// says of the process holds for its task.
func init() {
	if _, ok := os.LookupEnv(variable); ok {
		runtime.LockOSThread()
	}
}

// Main makes the packages that cells import work in this program. It must be the first call of main.
func Main() {
	host.Clock = childproc.Now
	if depth, ok := os.LookupEnv(variable); ok {
		os.Unsetenv(variable) // a program that the task starts is not a child of this kind
		os.Exit(work(depth))
	}
	host.Set(&native{})
}

// current is the number of the code cell that runs.
var current atomic.Int64

// Begin tells that a code cell begins: the tasks that the cell before started, and that have ended, get
// their card.
func Begin(cell int) {
	card.ReportAll(false)
	current.Store(int64(cell))
}

// End prints the cards that are left. Tasks that nobody has waited for end with the program.
func End() { card.ReportAll(true) }

// Show prints the values of a cell's last expression as the notebook shows them, and nothing for a nil
// error or a card that has been printed.
func Show(values ...any) {
	if n := len(values); n > 1 && values[n-1] == nil {
		values = values[:n-1]
	}
	if len(values) == 1 {
		if b, ok := display.Result(values[0]); ok {
			_ = host.Current().Result(b) // nobody reads what we print: nothing to do
		}
		return
	}
	line := make([]string, len(values))
	for i, v := range values {
		line[i] = fmt.Sprint(v)
	}
	fmt.Println(strings.Join(line, " "))
}

// MayFail runs the statements of a cell after which the notebook goes on even if they panic.
func MayFail(statements func()) {
	if failure := host.Current().Capture(nil, statements); failure != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", failure.Name, failure.Value)
	}
}
