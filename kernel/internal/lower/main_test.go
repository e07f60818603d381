package lower_test

import (
	"fmt"
	"os"
	"testing"

	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/rt"
)

// TestMain makes the test binary a runner of whole programs, for differential tests and for Go's own test programs:
//
//	LOWER_RUN=1 lower.test FILE.go
func TestMain(m *testing.M) {
	if os.Getenv("LOWER_RUN") != "" {
		os.Exit(runProgram(os.Args[len(os.Args)-1]))
	}
	os.Exit(m.Run())
}

// runProgram runs a program in this process as one cell, with this process's standard streams.
func runProgram(file string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	b := newBench(fatal{})
	b.out.direct = os.Stdout
	b.errs.direct = os.Stderr
	if os.Getenv("LOWER_DUMP") != "" {
		b.dump = os.Stderr
	}
	host.Set(host.Plain{})
	rt.SetHooks(rt.Hooks{Exit: func(code int, _ string) { os.Exit(code) }})
	if failed := b.run(string(text)); failed != "" {
		fmt.Fprint(os.Stderr, failed)
		return 2
	}
	return 0
}

// fatal is a testing.TB of a runner.
type fatal struct{ testing.TB }

func (fatal) Fatal(args ...any) {
	fmt.Fprintln(os.Stderr, args...)
	os.Exit(1)
}
