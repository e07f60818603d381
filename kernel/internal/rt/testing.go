package rt

import (
	"fmt"
	"testing"

	"iyagi/kernel/internal/host"
)

// GuardTest runs the body of a test, of a subtest or of a benchmark. Where
// package testing would end the process, after a panic and a runtime.Goexit that is
// not its own, the test fails.
func GuardTest(tb testing.TB, body func()) {
	returned := false
	defer func() {
		if !returned && !tb.Skipped() {
			tb.FailNow()
		}
	}()
	if e := host.Current().Capture(nil, body); e != nil {
		fmt.Fprintf(tb.Output(), "panic: %s\n", e.Value)
		for _, f := range e.Frames {
			fmt.Fprintf(tb.Output(), "    %s, line %d in %s\n", f.Label, f.Line, f.Func)
		}
		tb.Fail()
	}
	returned = true
}
