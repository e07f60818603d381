package rt

import (
	"fmt"
	"reflect"
	"strings"
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
	} else if host.Current().Context().Err() != nil {
		return // interrupted: it has no more to say
	}
	returned = true
}

// TestLog is one of the methods Log, Error, Fatal and Skip of package testing,
// with or without f. The place is told by the caller: the frames of the stack are the interpreter's.
func TestLog(tb testing.TB, where, method string, args ...any) {
	switch tb.(type) {
	case *testing.T, *testing.B, *testing.F:
	default: // a cell's own
		callLog(reflect.ValueOf(tb).MethodByName(method), args)
		return
	}
	var text string
	if strings.HasSuffix(method, "f") {
		format, _ := args[0].(string)
		text = fmt.Sprintf(format, args[1:]...)
	} else {
		text = strings.TrimSuffix(fmt.Sprintln(args...), "\n")
	}
	text = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ")
	fmt.Fprintf(tb.Output(), "%s: %s\n", where, text)
	switch strings.TrimSuffix(method, "f") {
	case "Error":
		tb.Fail()
	case "Fatal":
		tb.FailNow()
	case "Skip":
		tb.SkipNow()
	}
}

// callLog calls a method with the arguments of TestLog.
func callLog(m reflect.Value, args []any) {
	var in []reflect.Value
	if m.Type().NumIn() == 2 { // with a format
		in = append(in, reflect.ValueOf(args[0]))
		args = args[1:]
	}
	if !m.Type().IsVariadic() {
		m.Call(in)
		return
	}
	m.CallSlice(append(in, reflect.ValueOf(args)))
}

// TestRun is t.Run.
func TestRun(t *testing.T, name string, f func(*testing.T)) bool {
	return t.Run(name, func(t *testing.T) { GuardTest(t, func() { f(t) }) })
}

// BenchmarkRun is b.Run.
func BenchmarkRun(b *testing.B, name string, f func(*testing.B)) bool {
	return b.Run(name, func(b *testing.B) { GuardTest(b, func() { f(b) }) })
}

// TestCleanup is the method Cleanup of package testing.
func TestCleanup(tb testing.TB, f func()) {
	tb.Cleanup(func() { GuardTest(tb, f) })
}
