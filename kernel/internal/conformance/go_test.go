package conformance

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	update = flag.Bool("update", false, "write the lists of what is known to fail anew, instead of failing")
	table  = flag.Bool("table", false, "print how many of Go's test programs pass, by folder, and the slowest")
)

const (
	// goLimit bounds a program, ten times what the slowest takes on an idle machine.
	goLimit = 3 * time.Minute
	// lateLimit is for a program that is known not to end in time.
	lateLimit = 4 * time.Second
	// updateLimit is for all programs in an update.
	updateLimit = 60 * time.Second
)

const goComment = `# Programs of $GOROOT/test that fail as cells, of those in programs.txt, and why.
# This list may only shrink. go test ./kernel/internal/conformance -run 'TestGo$' -update
# writes it anew and keeps the reasons of those that still fail.
`

// TestGo runs Go's own test programs by the rule of Go's own harness
// (cmd/internal/testdir): a program passes if it exits with status 0 and its standard
// output and error together are what FILE.out holds, nothing where there is
// no such file. Each is a cell in a kernel of its own.
//
// testdata/go/programs.txt lists the programs of Go 1.26 that a cell can be
// expected to run: those with a "// run" line without arguments, of one file, without
// cgo, go:linkname, build tags, internal packages and the run-time's own
// affairs. testdata/go/failing.txt lists those that fail, with reasons. The one command
// that makes it anew:
//
//	go test ./kernel/internal/conformance -run 'TestGo$' -update -table
//
// A distribution of Go without its tests makes this test skip.
func TestGo(t *testing.T) {
	dir := goTests(t)
	programs := goPrograms(t)
	failing := readKnown(t, filepath.Join("testdata", "go", "failing.txt"))
	for name := range failing.reasons {
		if !slices.Contains(programs, name) {
			t.Errorf("%s lists %s, which is none of the programs", failing.file, name)
		}
	}
	var mu sync.Mutex // guards results
	var results []goResult
	t.Cleanup(func() {
		if *table {
			printTable(results)
		}
		if *update && len(results) == len(programs) {
			if err := failing.write(goComment); err != nil {
				t.Error(err)
			}
		}
	})
	for i, name := range programs {
		if testing.Short() && i%20 != 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			failure := runGo(t, dir, name, failing.reasons[name])
			mu.Lock()
			results = append(results, goResult{name, failure, time.Since(began)})
			mu.Unlock()
			if *update {
				failing.note(name, failure)
				return
			}
			failing.judge(t, name, failure)
		})
	}
}

// goTests is the folder of Go's tests.
func goTests(t *testing.T) string {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no Go toolchain, whose test programs this runs")
	}
	text, err := exec.Command(tool, "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	root, version, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if !strings.HasPrefix(version, "go1.26") {
		t.Skipf("the list of test programs is that of Go 1.26, and this is %s", version)
	}
	dir := filepath.Join(root, "test")
	if _, err := os.Stat(filepath.Join(dir, "helloworld.go")); err != nil {
		t.Skipf("this distribution of Go has no test programs: %v", err)
	}
	return dir
}

func goPrograms(t *testing.T) []string {
	text, err := os.ReadFile(filepath.Join("testdata", "go", "programs.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// runGo runs one of the programs and says how it failed.
func runGo(t *testing.T, dir, name, reason string) (failure string) {
	source, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(strings.TrimSuffix(name, ".go")+".out")))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	limit := goLimit
	switch {
	case *update:
		limit = updateLimit
	case strings.HasPrefix(reason, "timeout"):
		limit = lateLimit
	}
	o, err := runCell(t, string(source), limit)
	if err != nil {
		t.Fatal(err)
	}
	return difference(o, want)
}

// difference says how a program's end is not that of status 0 and the text want.
func difference(o outcome, want []byte) string {
	switch {
	case o.late:
		return o.end
	case o.status != 0 && len(o.text) > 0 && len(want) == 0:
		return fmt.Sprintf("%s; prints %.120q", o.end, firstLine(string(o.text)))
	case o.status != 0:
		return o.end
	case bytes.Equal(o.text, want):
		return ""
	}
	got, expected := strings.Split(string(o.text), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(expected)) {
		g, w := "the end", "the end"
		if i < len(got) {
			g = fmt.Sprintf("%.120q", got[i])
		}
		if i < len(expected) {
			w = fmt.Sprintf("%.120q", expected[i])
		}
		if g != w {
			return fmt.Sprintf("line %d is %s, want %s", i+1, g, w)
		}
	}
	return "prints something else"
}

type goResult struct {
	name, failure string
	took          time.Duration
}

// printTable prints the passes of each folder, the failures and the slowest programs.
func printTable(results []goResult) {
	slices.SortFunc(results, func(a, b goResult) int { return cmp.Compare(a.name, b.name) })
	type row struct{ passed, all int }
	rows := map[string]*row{}
	var dirs []string
	var all row
	for _, r := range results {
		d := path.Dir(r.name)
		if rows[d] == nil {
			rows[d] = &row{}
			dirs = append(dirs, d)
		}
		for _, c := range []*row{rows[d], &all} {
			c.all++
			if r.failure == "" {
				c.passed++
			}
		}
		if r.failure != "" {
			fmt.Printf("FAIL %-32s %s\n", r.name, r.failure)
		}
	}
	slices.Sort(dirs)
	for _, d := range dirs {
		fmt.Printf("%-22s %4d / %4d\n", d, rows[d].passed, rows[d].all)
	}
	fmt.Printf("%-22s %4d / %4d\n", "all", all.passed, all.all)
	slices.SortFunc(results, func(a, b goResult) int { return cmp.Compare(b.took, a.took) })
	for _, r := range results[:min(len(results), 10)] {
		fmt.Printf("%8.2f s  %s\n", r.took.Seconds(), r.name)
	}
}
