package symbols_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"iyagi/kernel/internal/stdlib"
)

var cellwise = flag.Bool("cellwise", false, "run examples as cells without imports and main")

// failing lists the examples that do not print what they say, each with the reason. It may only shrink.
const failing = "testdata/examples_failing.txt"

// An example is a function ExampleX of the standard library as a program of its own.
type example struct {
	name   string // "strings.ExampleLines"
	dir    string
	src    string
	output string
	any    bool // lines in any order
}

// TestExamples runs the examples that the standard library documents itself with as cells,
// each as a whole program pasted into a new session, and compares what it prints with its Output comment.
// Without the flag -all it takes a fixed sample.
func TestExamples(t *testing.T) {
	known := readFailing(t, failing)
	results := &outcome{file: os.Getenv("EXAMPLES_REPORT")}
	t.Run("run", func(t *testing.T) {
		for _, e := range libraryExamples(t) {
			if !*all && !sampled(e.name, 20) {
				continue
			}
			results.total++
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				problem := e.problem()
				if problem != "" {
					problem += "\n" + e.src
				}
				results.check(t, e.name, problem, known, failing)
			})
		}
	})
	results.tell(t, "examples")
}

// outcome is what a measurement found. It is written to a file, too, when there is one.
type outcome struct {
	file  string
	total int
	mu    sync.Mutex // guards wrong: tests are parallel
	wrong []string
}

// check compares a problem, "" for none, with the list of those known.
func (o *outcome) check(t *testing.T, name, problem string, known map[string]string, list string) {
	if problem != "" {
		o.mu.Lock()
		o.wrong = append(o.wrong, fmt.Sprintf("%s # %s\n", name, oneLine(problem)))
		o.mu.Unlock()
	}
	switch reason := known[name]; {
	case problem != "" && reason == "":
		t.Error(problem)
	case problem == "" && reason != "" && !strings.Contains(reason, "at times"):
		t.Errorf("works now: take its line out of %s", list)
	}
}

func (o *outcome) tell(t *testing.T, what string) {
	t.Logf("%d of %d %s are right", o.total-len(o.wrong), o.total, what)
	slices.Sort(o.wrong)
	if o.file != "" {
		if err := os.WriteFile(o.file, []byte(strings.Join(o.wrong, "")), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// sampled picks one of so many by its name.
func sampled(name string, of uint32) bool {
	h := fnv.New32a()
	h.Write([]byte(name))
	return h.Sum32()%of == 0
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return s[:min(len(s), 300)]
}

// readFailing reads a list of what fails: name, " # ", reason.
func readFailing(t *testing.T, list string) map[string]string {
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, reason, ok := strings.Cut(strings.TrimSpace(line), " # ")
		if !ok || reason == "" {
			t.Errorf("%s: %q gives no reason", list, line)
			continue
		}
		known[name] = reason
	}
	return known
}

// libraryExamples reads the examples that can stand alone and say what they print.
func libraryExamples(t *testing.T) []example {
	var list []example
	for _, path := range stdlib.Paths() {
		dir := filepath.Join(runtime.GOROOT(), "src", path)
		names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range doc.Examples(f) {
				if e.Play == nil || e.Output == "" && !e.EmptyOutput {
					continue
				}
				list = append(list, example{path + ".Example" + e.Name, dir, printed(t, fset, e.Play), e.Output, e.Unordered})
			}
		}
	}
	return list
}

func printed(t *testing.T, fset *token.FileSet, f *ast.File) string {
	var b bytes.Buffer
	if err := format.Node(&b, fset, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// problem tells what is wrong with the example's output; empty when it is right.
func (e *example) problem() string {
	s := open(e.dir)
	defer s.close()
	got := ""
	cells := []string{e.src}
	if *cellwise {
		cells = notebook(e.src)
	}
	for _, c := range cells {
		out, err := s.run(c)
		if err != nil {
			return err.Error()
		}
		got += out
	}
	problem := e.compare(got, e.output)
	if problem == "" {
		return ""
	}
	if compiled, ok := e.compiled(); ok {
		return e.compare(got, compiled)
	}
	return problem
}

func (e *example) compare(got, want string) string {
	got, want = strings.TrimSpace(got), strings.TrimSpace(want)
	if e.any {
		got, want = sortedLines(got), sortedLines(want)
	}
	if got == want {
		return ""
	}
	return firstDifference(got, want)
}

// compiled is what the compiled program prints: some examples are right only in the test binary of their
// package, which has a time zone and a package name of its own.
func (e *example) compiled() (string, bool) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		return "", false
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "main.go")
	if os.WriteFile(file, []byte(e.src), 0o666) != nil {
		return "", false
	}
	cmd := exec.Command("go", "run", file)
	cmd.Dir = e.dir
	out, err := cmd.Output()
	return string(out), err == nil
}

func sortedLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// firstDifference shows the first line that differs.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range w {
		if i >= len(g) {
			return fmt.Sprintf("line %d is missing: %q", i+1, w[i])
		}
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is %q, not %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("one line too many: %q", g[len(w)])
}
