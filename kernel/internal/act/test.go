package act

import (
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/internal/rt"
)

// A Case is a test or a benchmark of the session.
type Case struct {
	name      string
	test      func(*testing.T)
	benchmark func(*testing.B)
}

// T makes a case of a test.
func T(name string, f func(*testing.T)) Case { return Case{name: name, test: f} }

// B makes a case of a benchmark.
func B(name string, f func(*testing.B)) Case { return Case{name: name, benchmark: f} }

// Test runs tests with package testing's own runner: its output, and its
// flags of these names. It fails if a test does.
func Test(args string, cases ...Case) {
	o, err := parseTest(args)
	if err != nil {
		fail("%test", "%v", err)
	}
	if !o.matches(cases) {
		fail("%test", "no test matches %s", o["test.run"])
	}
	began := time.Now()
	count := &counter{}
	code, err := runTests(o, cases, count)
	leave()
	took := fmt.Sprintf("%.3fs", time.Since(began).Seconds())
	switch {
	case err != nil:
		fail("%test", "%v", err)
	case code != 0:
		println(fmt.Sprintf("FAIL\t%d of %d tests\t%s", count.failed, count.ran, took))
		fail("%test", "%d of %d tests failed", count.failed, count.ran)
	case count.ran == 1:
		println("ok  \t1 test\t" + took)
	default:
		println(fmt.Sprintf("ok  \t%d tests\t%s", count.ran, took))
	}
}

// counter counts the tests at the top level.
type counter struct {
	mu          sync.Mutex // parallel tests end side by side
	ran, failed int
}

// watch counts t, which has just begun, when it ends.
func (c *counter) watch(t *testing.T) {
	t.Cleanup(func() { // the first to be registered is the last to be called
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ran++
		if t.Failed() {
			c.failed++
		}
	})
}

// testOptions are values of package testing's flags.
type testOptions map[string]string

// parseTest reads the arguments of %test: flags of go test, and a
// pattern for -run.
func parseTest(args string) (testOptions, error) {
	words := strings.Fields(args)
	if n := len(words); n > 0 && words[n-1] == "-bench" {
		words = append(words, ".")
	}
	f := flag.NewFlagSet("%test", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Bool("v", false, "")
	f.Bool("short", false, "")
	f.Bool("failfast", false, "")
	f.Bool("benchmem", false, "")
	f.Uint("count", 1, "")
	f.String("benchtime", "1s", "")
	f.String("bench", "", "")
	f.String("run", "", "")
	if err := f.Parse(words); err != nil {
		return nil, err
	}
	if f.NArg() > 1 {
		return nil, fmt.Errorf("more than one pattern: %s", strings.Join(f.Args(), " "))
	}
	if f.NArg() == 1 {
		f.Set("run", f.Arg(0))
	}
	o := testOptions{}
	f.VisitAll(func(x *flag.Flag) { o["test."+x.Name] = x.Value.String() })
	for _, name := range []string{"test.run", "test.bench"} {
		// The runner would end the process at a pattern that is none.
		for _, part := range strings.Split(o[name], "/") {
			if _, err := regexp.Compile(part); err != nil {
				return nil, err
			}
		}
	}
	return o, nil
}

// matches tells whether there is anything to run.
func (o testOptions) matches(cases []Case) bool {
	name, _, _ := strings.Cut(o["test.run"], "/")
	rx, err := regexp.Compile(name)
	return err != nil || o["test.bench"] != "" ||
		slices.ContainsFunc(cases, func(c Case) bool { return c.test != nil && rx.MatchString(c.name) })
}

// runner is what package testing's flags are registered with: not the
// cell's own flag.CommandLine.
var runner *flag.FlagSet

// process is the command line of this program. A test binary's has the flags of package testing,
// which registers them once.
var process = flag.CommandLine

// runTests calls the runner and returns its exit code.
func runTests(o testOptions, cases []Case, count *counter) (int, error) {
	own := flag.CommandLine
	defer func() { flag.CommandLine = own }()
	if runner == nil {
		runner = process
		if process.Lookup("test.v") == nil {
			runner = flag.NewFlagSet("%test", flag.ContinueOnError)
			flag.CommandLine = runner
			testing.Init()
		}
		runner.Parse(nil)
	}
	flag.CommandLine = runner
	for name, value := range o {
		if err := runner.Set(name, value); err != nil {
			return 0, fmt.Errorf("%s=%s: %w", strings.TrimPrefix(name, "test."), value, err)
		}
	}
	var tests []testing.InternalTest
	var benchmarks []testing.InternalBenchmark
	for _, c := range cases {
		if c.test != nil {
			tests = append(tests, testing.InternalTest{Name: c.name, F: func(t *testing.T) {
				count.watch(t)
				rt.GuardTest(t, func() { c.test(t) })
			}})
		} else {
			benchmarks = append(benchmarks, testing.InternalBenchmark{Name: c.name, F: func(b *testing.B) {
				rt.GuardTest(b, func() { c.benchmark(b) })
			}})
		}
	}
	return testing.MainStart(deps{}, tests, benchmarks, nil, nil).Run(), nil
}
