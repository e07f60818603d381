package conformance

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/internal/stdlib"
)

var (
	seeds = flag.Int("seeds", 12, "how many generated programs TestDifferential tries")
	first = flag.Uint64("first", 1, "the seed of the first of them")
)

// cellLimit bounds a generated program, which takes milliseconds.
const cellLimit = time.Minute

// TestDifferential compares what the kernel prints for programs with what the
// Go compiler's executable prints: the programs of testdata/differential, which
// are small ones that once differed, and generated ones, by sections. Known differences
// are listed in failing.txt there, where seed7/s3 is section s3 of the program
// of seed 7. The command that makes the list anew:
//
//	go test ./kernel/internal/conformance -run TestDifferential -update
//
// Fresh programs: -seeds 200 -first 1000. What differs there can be made small
// with -run TestReduce (see reduce_test.go).
func TestDifferential(t *testing.T) {
	needGo(t)
	failing := readKnown(t, filepath.Join("testdata", "differential", "failing.txt"))
	fresh := *first != 1
	var cases []*comparison
	if !fresh {
		cases = kept(t)
	}
	count := *seeds
	if testing.Short() {
		count = min(count, 2)
	}
	for i := range count {
		seed := *first + uint64(i)
		p := valid(generate(seed))
		cases = append(cases, &comparison{name: fmt.Sprintf("seed%d", seed), program: p, source: p.source()})
	}
	if err := runNative(t.TempDir(), cases); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if *update && !fresh {
			if err := failing.write("# Programs whose cells print something else than what the compiler makes of them. This list may only shrink.\n"); err != nil {
				t.Error(err)
			}
		}
	})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			differences, err := c.compare(t)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range c.parts() {
				if *update {
					failing.note(name, differences[name])
					continue
				}
				t.Run(strings.TrimPrefix(name, c.name+"/"), func(t *testing.T) { failing.judge(t, name, differences[name]) })
			}
		})
	}
}

// FuzzDifferential does it for one program at a time, from any seed.
func FuzzDifferential(f *testing.F) {
	needGo(f)
	for seed := range uint64(3) {
		f.Add(seed)
	}
	failing := readKnown(f, filepath.Join("testdata", "differential", "failing.txt"))
	_, fuzzing := os.LookupEnv("GO_TEST_FUZZ_WORKER")
	f.Fuzz(func(t *testing.T, seed uint64) {
		if !fuzzing && flag.Lookup("test.fuzz").Value.String() == "" {
			t.Skip("TestDifferential has the seeds")
		}
		p := valid(generate(seed))
		c := &comparison{name: fmt.Sprintf("seed%d", seed), program: p, source: p.source()}
		if err := runNative(t.TempDir(), []*comparison{c}); err != nil {
			t.Fatal(err)
		}
		differences, err := c.compare(t)
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range differences {
			if failing.reasons[name] == "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	})
}

func needGo(t testing.TB) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no Go toolchain to compare with")
	}
}

// comparison is a program that both sides run.
type comparison struct {
	name    string
	program *program // nil of a kept one, which is compared as a whole
	source  string
	want    []byte // what the executable prints
	found   string // how it differs, where that is known
}

// kept are the programs of testdata/differential.
func kept(t *testing.T) []*comparison {
	files, err := filepath.Glob(filepath.Join("testdata", "differential", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*comparison
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, &comparison{name: strings.TrimSuffix(filepath.Base(file), ".go"), source: string(text)})
	}
	return out
}

// parts are the names that differences have.
func (c *comparison) parts() []string {
	if c.program == nil {
		return []string{c.name}
	}
	var names []string
	for _, s := range c.program.sections {
		names = append(names, c.name+"/"+s.name)
	}
	return names
}

// compare runs the program in a kernel and returns what differs, by part.
func (c *comparison) compare(t testing.TB) (map[string]string, error) {
	o, err := runCell(t, c.source, cellLimit)
	if err != nil {
		return nil, err
	}
	differences := map[string]string{}
	o.text, c.want = sayable(o.text), sayable(c.want)
	if c.program == nil {
		if d := difference(o, c.want); d != "" {
			differences[c.name] = d
		}
		return differences, nil
	}
	if o.status == 0 && bytes.Equal(o.text, c.want) {
		return differences, nil
	}
	want, got := split(c.want), split(o.text)
	for _, s := range c.program.sections {
		o := outcome{text: got[s.name]}
		if !bytes.Equal(got[s.name], want[s.name]) && len(c.program.sections) > 1 {
			// A program fails as a whole for the sake of one of its sections.
			if o, err = runCell(t, c.program.only(s).source(), cellLimit); err != nil {
				return nil, err
			}
			o.text = split(sayable(o.text))[s.name]
		}
		if d := difference(o, want[s.name]); d != "" {
			differences[c.name+"/"+s.name] = d
		}
	}
	return differences, nil
}

// split takes a program's text apart by its sections.
func split(text []byte) map[string][]byte {
	out := map[string][]byte{}
	name := ""
	for line := range bytes.Lines(text) {
		if s, ok := bytes.CutPrefix(line, []byte("== ")); ok {
			name = string(bytes.TrimSpace(s))
			continue
		}
		out[name] = append(out[name], line...)
	}
	for name, text := range out { // the line of a section's name begins after an empty one
		out[name] = bytes.TrimRight(text, "\n")
	}
	return out
}

// valid is the program without the sections that go/types refuses. The
// generator does not know all rules: constants that overflow, duplicate cases.
func valid(p *program) *program {
	if typeCheck(p.source()) == nil {
		return p
	}
	var sections []decl
	for _, s := range p.sections {
		if typeCheck(p.only(s).source()) == nil {
			sections = append(sections, s)
		}
	}
	return p.only(sections...)
}

func typeCheck(source string) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "program.go", source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	conf := types.Config{Importer: stdlib.Importer(), GoVersion: "go1.26"}
	_, err = conf.Check("main", fset, []*ast.File{f}, nil)
	return err
}

// runNative builds all programs as packages of one executable, since a build of
// its own takes a third of a second, and runs each.
func runNative(dir string, cases []*comparison) error {
	write := func(name, text string) error {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, []byte(text), 0o644)
	}
	var imports, cases_ strings.Builder
	var errs []error
	for i, c := range cases {
		text := strings.Replace(c.source, "package main\n", fmt.Sprintf("package prog%dq\n", i), 1)
		text = strings.Replace(text, "func main() {", "func Main() {", 1)
		errs = append(errs, write(fmt.Sprintf("prog%dq/p.go", i), text))
		fmt.Fprintf(&imports, "import \"batch/prog%dq\"\n", i)
		fmt.Fprintf(&cases_, "case \"%d\": prog%dq.Main()\n", i, i)
	}
	errs = append(errs, write("go.mod", "module batch\n\ngo 1.26\n"),
		write("main.go", "package main\n\nimport \"os\"\n"+imports.String()+"\nfunc main() {\nswitch os.Args[1] {\n"+cases_.String()+"}\n}\n"))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", "batch", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%.2000s", err, text)
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	results := make([]error, len(cases))
	for i, c := range cases {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c.want, results[i] = runExecutable(dir, i)
		})
	}
	wg.Wait()
	return errors.Join(results...)
}

// runExecutable runs the program with index i.
func runExecutable(dir string, i int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), cellLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "batch"), strconv.Itoa(i))
	cmd.Dir = dir
	text, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("program %d, compiled: %w\n%.2000s", i, err, text)
	}
	// Its package is called main when it stands alone.
	name := regexp.MustCompile(fmt.Sprintf(`(batch/)?\bprog%dq\b`, i))
	text = name.ReplaceAll(text, []byte("main"))
	return text, nil
}

// sayable is text as messages can say it: they are JSON, in which bytes that are
// no UTF-8 are one replacement character.
func sayable(text []byte) []byte {
	return bytes.ToValidUTF8(replaced.ReplaceAll(text, []byte("\xff")), []byte("\uFFFD"))
}

var replaced = regexp.MustCompile("\uFFFD+")

// TestGenerator: nearly all that the generator writes compiles, and a seed
// always gives the same program.
func TestGenerator(t *testing.T) {
	all, good := 0, 0
	reasons := map[string]int{}
	for seed := range uint64(40) {
		p := generate(seed)
		if p.source() != generate(seed).source() {
			t.Fatalf("seed %d gives two programs", seed)
		}
		for _, s := range p.sections {
			all++
			if err := typeCheck(p.only(s).source()); err != nil {
				reasons[err.Error()]++
				continue
			}
			good++
		}
	}
	for r := range reasons {
		t.Log(r)
	}
	t.Logf("%d of %d sections compile", good, all)
	if good*10 < all*9 {
		t.Errorf("only %d of %d sections compile", good, all)
	}
}
