package program

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"iyagi/notebooks/nbformat"
)

// TestTasks runs functions in child processes of the program: what they capture, use, return and do to themselves.
func TestTasks(t *testing.T) {
	needGo(t)
	n := Notebook{Name: "tasks", Cells: []Cell{
		{Source: "import (\n\"fmt\"\n\"os\"\n\"iyagi/kernel/process\"\n\"iyagi/kernel/thread\"\n)\ntype Account struct{ Name string; sum int; next *Account }\n" +
			"func (a *Account) Print() { fmt.Println(\"account\", a.Name, a.sum) }\n" +
			"acc := &Account{Name: \"Kim\", sum: 3}\nacc.next = acc\nmain := os.Getpid()"},
		{Source: "func touch() { acc.sum++; acc.Print(); fmt.Println(\"child\", os.Getppid() == main, acc.next == acc) }\nprocess.Run(touch)\nfmt.Println(\"parent\", acc.sum)"},
		{Source: "for i := range 2 {\n\tname := fmt.Sprint(\"task \", i)\n\tprocess.Start(func() { fmt.Println(name, i, acc.Name) }).Wait()\n}"},
		{Source: "process.Start(acc.Print).Wait()"},
		{Source: "tasks := []func(){func() { fmt.Println(\"in a slice\") }}\nprocess.Run(tasks...)"},
		{Source: "factor := 10\nscaled, err := process.Map([]int{1, 2, 3}, func(n int) int { return n * factor }, process.Workers(2))\nfmt.Println(scaled, err)"},
		{Source: "atoi, err := process.MapErr([]string{\"1\", \"x\"}, strconv.Atoi)\nfmt.Println(atoi, err != nil)"},
		{Source: "func parse(s string) (int, error) { return strconv.Atoi(s) }\nnumbers, err := process.MapErr([]string{\"1\", \"x\"}, parse)\nfmt.Println(numbers, err)"},
		{Source: "func work() { fmt.Println(\"first\") }\nprocess.Run(work)"},
		{Source: "func work() { fmt.Println(\"second\") }\nfunc both() { work(); work() }\nprocess.Run(work, both)"},
		{Source: "q := process.NewQueue[int](0)\nprocess.Start(func() { q.Put(41); q.Put(1) }).Wait()\nq.Close()\nsum := 0\nfor n := range q.All() {\n\tsum += n\n}\nfmt.Println(\"sum\", sum)"},
		{Source: "r, w, _ := process.Pipe()\np := process.Start(func() { fmt.Fprint(w, \"through a pipe\") })\nw.Close()\ntext, _ := io.ReadAll(r)\nfmt.Println(string(text), p.Wait())"},
		{Source: "ch := make(chan int)\ng := process.Run(func() { ch <- 1 }, func() { panic(\"oh\") }, func() { os.Exit(3) })\nfor _, t := range g.Tasks() {\n\tfmt.Println(t.State, t.ExitCode, t.Error)\n}"},
		{Source: "t := thread.Start(func() { fmt.Println(\"thread\", os.Getpid() == main) })\nt.Wait()"},
		{Source: "in := process.With(process.Stdin(\"hello\\n\"))\nin.Run(func() { var s string; fmt.Scanln(&s); fmt.Println(\"read\", s) })"},
		{Source: "func outer() { process.Run(inner) }\nfunc inner() { fmt.Println(\"inner\") }\nprocess.Run(outer)"},
	}}
	program, dir := built(t, n)
	got, stderr := run(t, program)
	want := []string{"account Kim 4", "child true true", "parent 3", "task 0 0 Kim", "task 1 1 Kim", "account Kim 3", "in a slice",
		"[10 20 30] <nil>", "[1 0] true", "[1 0] input 1 (x): strconv.Atoi: parsing \"x\": invalid syntax", "first", "second", "second", "second",
		"sum 42", "through a pipe <nil>",
		"failed -1 variable ch (chan int) cannot be copied to another process: it is a channel, which only goroutines of one process can share",
		"failed 2 panic: oh (cell13Line2b, main.go, line 0)", "exited 3 ", "thread true", "read hello", "inner"}
	lines := strings.Split(strings.TrimSpace(regexp.MustCompile(`main.go, line \d+`).ReplaceAllString(got, "main.go, line 0")), "\n")
	if !slices.Equal(lines, want) {
		t.Errorf("the program prints\n%s\nnot\n%s\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"), stderr)
	}
	goCommand(t, dir, "vet", ".")
	goCommand(t, filepath.Join(dir, "iyagi"), "vet", "./...")
}

// TestTutorials: each tutorial becomes a program that prints what the notebook's outputs hold, but for IDs, times and
// the order of what runs at the same time.
func TestTutorials(t *testing.T) {
	needGo(t)
	for _, name := range []string{"processes-and-threads", "multithreading-and-parallelism", "goroutines-threads-processes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nb, err := nbformat.Read("../../notebooks/" + name + ".ipynb")
			if err != nil {
				t.Fatal(err)
			}
			n := Notebook{Name: name}
			var want []string
			for _, c := range nb.Cells {
				if c.Type == nbformat.Code {
					n.Cells = append(n.Cells, Cell{Source: c.Source})
					want = append(want, printedBy(t, c)...)
				}
			}
			program, dir := built(t, n)
			got, stderr := run(t, program)
			slices.Sort(want)
			// the outputs were stored where temporary files are in /tmp
			if lines := linesOf(strings.ReplaceAll(got, os.TempDir(), "/tmp")); !subset(want, lines) {
				t.Errorf("the program prints\n%s\nnot all of\n%s\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"), stderr)
			}
			if cards := strings.Count(stderr, "프로세스 트리"); cards < 2 {
				t.Errorf("%d cards:\n%s", cards, stderr)
			}
			goCommand(t, dir, "vet", ".")
		})
	}
}

// numbers are what differs from run to run.
var numbers = regexp.MustCompile(`[0-9][0-9.,]*`)

func linesOf(text string) []string {
	lines := strings.Split(numbers.ReplaceAllString(strings.TrimSpace(text), "#"), "\n")
	slices.Sort(lines)
	return lines
}

// printedBy are the lines of a cell's streams and of its tasks.
func printedBy(t *testing.T, c *nbformat.Cell) (lines []string) {
	for _, o := range c.Outputs {
		if o.Type == nbformat.Stream {
			lines = append(lines, linesOf(o.Text)...)
			continue
		}
		var card struct {
			Output []struct{ Text string }
		}
		if ok, err := o.Metadata.Get("iyagi", &card); err != nil {
			t.Fatal(err)
		} else if ok {
			for _, l := range card.Output {
				lines = append(lines, linesOf(l.Text)...)
			}
		}
	}
	return lines
}

// subset tells whether all of the sorted part is in the sorted whole, as often.
func subset(part, whole []string) bool {
	for _, p := range part {
		i, ok := slices.BinarySearch(whole, p)
		if !ok {
			return false
		}
		whole = slices.Delete(slices.Clone(whole), i, i+1)
	}
	return true
}

// What cannot be a program is told with its cell and line.
func TestErrors(t *testing.T) {
	tests := []struct {
		name, want string
		cells      []string
	}{
		{"does not compile", "code cell 2, line 1: undefined: y", []string{"x := 1", "y"}},
		{"method of another type", "code cell 2, line 1: method T.F is declared again with another type", []string{"type T int\nfunc (T) F() {}", "func (T) F() int { return 1 }"}},
		{"local constant", "code cell 1, line 4: the task uses n, which is declared within a function",
			[]string{"import \"iyagi/kernel/process\"\nif true {\n\tconst n = 1\n\tprocess.Run(func() { _ = n })\n}"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := Notebook{Name: "broken"}
			for _, s := range test.cells {
				n.Cells = append(n.Cells, Cell{Source: s})
			}
			if _, err := Export(n, nil); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}
