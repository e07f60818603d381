// Package act does what the commands of a cell ask for: the lines that start
// with % or !, which package magic reads and package check turns into calls of
// this package.
//
// Its functions run in the evaluator, on the goroutine of the cell, as the
// statements around them do: [Shell], [Help], [Who], [Env], [Cd], [Begin] and
// [End] (time), [Test], [Reset]. What they show goes through the host, in order with
// what the cell prints. A command that fails panics with a [*Failure], which
// ends the cell like any panic but is named after the command.
//
// Cells cannot mean this package by a name of theirs; it is no package for them.
package act

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/magic"
	"iyagi/kernel/internal/rt"
)

// Failure is why a command failed.
type Failure struct{ Command, Reason string }

func (f *Failure) Error() string { return f.Command + ": " + f.Reason }

// CellError is the name and the text of the error of the cell.
func (f *Failure) CellError() (name, text string) { return f.Command, f.Reason }

func fail(command, format string, args ...any) {
	panic(&Failure{command, fmt.Sprintf(format, args...)})
}

// println writes a line to the cell's standard output.
func println(args ...any) { fmt.Fprintln(rt.Stdout, args...) }

// korean tells whether what is shown is to be Korean.
func korean() bool { return display.CurrentLanguage() == "ko" }

// Shell runs a line in the platform's shell, as a child of this process whose
// output is the cell's. It fails with the exit status.
//
// Both of the child's streams are the cell's standard output: through two pipes
// the order of what programs write to them would be lost, and with it the
// sense of "set -x" or of a compiler's messages between a makefile's.
func Shell(line string) {
	cmd := childproc.Shell(line)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	err := cmd.Run()
	leave()
	if err != nil {
		fail("shell", "%v", err)
	}
}

// leave ends the goroutine when the cell has been interrupted.
func leave() {
	if host.Current().Context().Err() != nil {
		runtime.Goexit()
	}
}

// Help shows the table of commands.
func Help() {
	g := &display.Grid{Header: []string{"command", "as a comment", ""}}
	if korean() {
		g.Header = []string{"명령", "주석으로 쓸 때", ""}
	}
	for _, c := range magic.Commands() {
		help := c.Help
		if korean() {
			help = c.Korean
		}
		word, _, _ := strings.Cut(c.Usage, " ")
		g.Rows = append(g.Rows, []string{c.Usage, "//iyagi:" + word, help})
	}
	display.Display(g)
}

// Reset says that the session is new, which it is when it is called.
func Reset() {
	if korean() {
		println("모든 선언과 값을 잊었다. 이제부터 새 프로세스가 셀을 실행한다.")
		return
	}
	println("All declarations and values are forgotten; a new process runs the cells.")
}

// A Variable is a row of the table of [Who].
type Variable struct {
	name, typ, cell string
	value           any
}

// Var makes a row. There is one value; it is variadic so that package lower hands
// it over as what fmt is to print, with its type in the cell's terms.
func Var(name, typ, cell string, value ...any) Variable {
	return Variable{name, typ, cell, value[0]}
}

// widest is how wide a value is at most, in cells of a terminal.
const widest = 60

// Who shows the session's variables.
func Who(list ...Variable) {
	if len(list) == 0 {
		if korean() {
			println("변수가 없다.")
		} else {
			println("There are no variables.")
		}
		return
	}
	type row struct {
		Name  string `display:"name"`
		Type  string `display:"type"`
		Value any    `display:"value"`
		Cell  string `display:"declared in"`
	}
	rows := make([]row, len(list))
	for i, v := range list {
		rows[i] = row{v.name, v.typ, v.value, v.cell}
	}
	g := display.Table(rows)
	g.Right = nil
	if korean() {
		g.Header = []string{"이름", "자료형", "값", "선언한 셀"}
	}
	for i, r := range g.Rows {
		if list[i].value == nil {
			r[2] = "<nil>"
		}
		r[2] = shorten(r[2])
	}
	display.Display(g)
}

// shorten keeps the beginning of a text, on one line.
func shorten(text string) string {
	text = strings.ReplaceAll(text, "\n", "⏎")
	width := 0
	for rest, state := text, -1; rest != ""; {
		var w int
		at := len(text) - len(rest)
		_, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if width += w; width > widest {
			return text[:at] + "…"
		}
	}
	return text
}

// Env lists the environment, shows the variable that args name, or sets it.
func Env(args string) {
	name, value, set := strings.Cut(args, "=")
	if before, after, ok := strings.Cut(name, " "); ok && !set { // %env NAME VALUE, as IPython has it
		name, value, set = before, strings.TrimSpace(after), true
	}
	name = strings.TrimSpace(name)
	switch {
	case args == "":
		for _, v := range slices.Sorted(slices.Values(os.Environ())) {
			println(v)
		}
	case set:
		if err := os.Setenv(name, value); err != nil {
			fail("%env", "set %q: %v", name, err)
		}
		println(name + "=" + value)
	default:
		v, ok := os.LookupEnv(name)
		if !ok {
			fail("%env", "%s is not set", name)
		}
		println(v)
	}
}

// previous is the directory before the last [Cd], for "%cd -".
var previous string

// Cd changes the working directory, if args name one, and shows it.
func Cd(args string) {
	dir := args
	if n := len(dir); n > 1 && (dir[0] == '"' || dir[0] == '\'') && dir[n-1] == dir[0] {
		dir = dir[1 : n-1]
	}
	if dir == "~" || strings.HasPrefix(dir, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			fail("%cd", "%v", err)
		}
		dir = home + dir[1:]
	}
	if dir == "-" {
		if previous == "" {
			fail("%cd", "there is no earlier directory")
		}
		dir = previous
	}
	before, _ := os.Getwd()
	if dir != "" {
		if err := os.Chdir(dir); err != nil {
			fail("%cd", "%v", err)
		}
		previous = before
	}
	now, err := os.Getwd()
	if err != nil {
		fail("%cd", "%v", err)
	}
	println(now)
}
