package cells

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/childproc"
)

// Failure is the panic of a command that failed.
type Failure struct{ Command, Reason string }

func (f *Failure) Error() string { return f.Command + ": " + f.Reason }

func check(command string, err error) {
	if err != nil {
		panic(&Failure{command, err.Error()})
	}
}

// Shell runs a line in the platform's shell: what a cell's line with an exclamation mark does.
func Shell(line string) {
	cmd := childproc.Shell(line)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	check("shell", cmd.Run())
}

// Env lists the environment, prints the variable that args name, or sets it: %env.
func Env(args string) {
	name, value, set := strings.Cut(args, "=")
	if before, after, ok := strings.Cut(name, " "); ok && !set {
		name, value, set = before, strings.TrimSpace(after), true
	}
	name = strings.TrimSpace(name)
	switch {
	case args == "":
		for _, v := range slices.Sorted(slices.Values(os.Environ())) {
			fmt.Println(v)
		}
	case set:
		check("%env", os.Setenv(name, value))
		fmt.Println(name + "=" + value)
	default:
		v, ok := os.LookupEnv(name)
		if !ok {
			panic(&Failure{"%env", name + " is not set"})
		}
		fmt.Println(v)
	}
}

// previous is the directory before the last [Cd], for "%cd -".
var previous string

// Cd changes the working directory, if args name one, and prints it: %cd.
func Cd(args string) {
	dir := args
	if n := len(dir); n > 1 && (dir[0] == '"' || dir[0] == '\'') && dir[n-1] == dir[0] {
		dir = dir[1 : n-1]
	}
	if dir == "~" || strings.HasPrefix(dir, "~/") {
		home, err := os.UserHomeDir()
		check("%cd", err)
		dir = home + dir[1:]
	}
	if dir == "-" {
		dir = previous
	}
	if dir != "" {
		before, _ := os.Getwd()
		check("%cd", os.Chdir(dir))
		previous = before
	}
	now, err := os.Getwd()
	check("%cd", err)
	fmt.Println(now)
}

// measure is the state of the clocks when a measurement began.
type measure struct {
	wall          time.Time
	own, children time.Duration
}

var measures []measure // begun and not ended; main's goroutine alone uses them

// BeginTime begins to measure the time: %time.
func BeginTime() {
	own, children := childproc.CPUTime()
	measures = append(measures, measure{time.Now(), own, children})
}

// EndTime prints how long it took since the latest [BeginTime].
func EndTime() {
	now := time.Now()
	own, children := childproc.CPUTime()
	m := measures[len(measures)-1]
	measures = measures[:len(measures)-1]
	words := []string{"wall", "CPU", "children"}
	if display.CurrentLanguage() == "ko" {
		words = []string{"경과", "CPU", "자식 프로세스"}
	}
	spans := []time.Duration{now.Sub(m.wall), own - m.own, children - m.children}
	if spans[2] == 0 {
		spans = spans[:2]
	}
	var parts []string
	for i, d := range spans {
		parts = append(parts, words[i]+" "+threeDigits(d).String())
	}
	fmt.Println(strings.Join(parts, ", "))
}

func threeDigits(d time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}
