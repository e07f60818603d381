package execute_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"iyagi/kernel"
	"iyagi/notebooks/client"
	"iyagi/notebooks/execute"
	"iyagi/notebooks/nbformat"
)

// The test binary is the kernel that is run as well.
func TestMain(m *testing.M) {
	kernel.Main()
	if len(os.Args) == 3 && os.Args[1] == "kernel" {
		if err := serve(os.Args[2]); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func serve(connectionFile string) error {
	return kernel.Run(context.Background(), kernel.Config{ConnectionFile: connectionFile, History: ":memory:"})
}

// start starts a session, which ends with the test.
func start(t *testing.T, o execute.Options) *execute.Session {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := execute.Start(ctx, client.Kernel{Argv: []string{exe, "kernel", "{connection_file}"}, InterruptMode: "message"}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// cells makes code cells; a text that starts with "#tag " has that tag.
func cells(t *testing.T, sources ...string) []*nbformat.Cell {
	t.Helper()
	var list []*nbformat.Cell
	for i, source := range sources {
		tag := ""
		if rest, ok := strings.CutPrefix(source, "#"); ok {
			tag, source, _ = strings.Cut(rest, " ")
		}
		c := nbformat.NewCell(nbformat.Code, source)
		c.ID = string(rune('a' + i))
		if tag != "" {
			c.Metadata.Set("tags", []string{tag})
		}
		list = append(list, c)
	}
	return list
}

// shown is what the cells show in text, with a "|" between cells.
func shown(list []*nbformat.Cell) string {
	var parts []string
	for _, c := range list {
		var b strings.Builder
		for _, o := range c.Outputs {
			b.WriteString(o.Text)
			if text, ok := o.Data.Text("text/plain"); ok {
				b.WriteString("=" + text)
			}
			if o.Type == nbformat.ErrorOutput {
				b.WriteString("!" + o.EName)
			}
		}
		parts = append(parts, b.String())
	}
	return strings.Join(parts, "|")
}

func TestRun(t *testing.T) {
	tests := []struct {
		name    string
		sources []string
		allow   bool
		want    string // what the cells show
		err     string
	}{
		{"state stays", []string{"x := 1", "x + 1", "fmt.Println(x)"}, false, "|=2|1\n", ""},
		{"stops at an error", []string{"1", "panic(`boom`)", "3"}, false, "=1|!panic|", "code cell 2 of 3 (id b) failed: panic: boom"},
		{"errors allowed", []string{"1", "panic(`boom`)", "3"}, true, "=1|!panic|=3", ""},
		{"may fail", []string{"#raises-exception panic(1)", "#raises-exception 2", "3"}, false, "!panic|=2|=3", ""},
		{"not run", []string{"1", "#skip-execution panic(1)", "", "3"}, false, "=1|||=3", ""},
		{"evaluator died", []string{"os.Exit(3)"}, false, "!exit", "code cell 1 of 1 (id a) failed: exit: os.Exit(3)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, execute.Options{AllowErrors: test.allow})
			list := cells(t, test.sources...)
			err := s.Run(t.Context(), list)
			if got := shown(list); got != test.want {
				t.Errorf("the cells show %q, want %q", got, test.want)
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if !strings.HasPrefix(text, test.err) || test.err == "" && err != nil {
				t.Errorf("error %q, want %q", text, test.err)
			}
		})
	}
}

// Events come in order, with the lines that were printed.
func TestEvents(t *testing.T) {
	var got []string
	s := start(t, execute.Options{AllowErrors: true, Progress: func(e execute.Event) {
		switch e.Kind {
		case execute.Started:
			got = append(got, "start "+e.Cell.ID)
		case execute.Published:
			if l := e.Line(); l != "" {
				got = append(got, l)
			}
		case execute.Finished:
			if e.Took <= 0 || e.Total != 2 {
				t.Errorf("took %v, total %d", e.Took, e.Total)
			}
			end := "end"
			if e.Err != nil {
				end += " " + e.Err.Error()
			}
			got = append(got, end)
		}
	}})
	if err := s.Run(t.Context(), cells(t, "fmt.Print(\"one\\n\\x1b[31mtwo\\x1b[0m \\n\\n\")", "panic(1)")); err != nil {
		t.Fatal(err)
	}
	want := "start a; two; end; start b; end code cell 2 of 2 (id b) failed: panic: 1"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("events %q\nwant   %q", text, want)
	}
}

// The last line can be one of a task.
func TestLineOfTask(t *testing.T) {
	last := ""
	s := start(t, execute.Options{Progress: func(e execute.Event) {
		if l := e.Line(); l != "" {
			last = l
		}
	}})
	if err := s.Run(t.Context(), cells(t, "import \"iyagi/kernel/process\"\nprocess.Run(func() { fmt.Println(`from a task`) })")); err != nil {
		t.Fatal(err)
	}
	if last != "from a task" {
		t.Errorf("last line %q", last)
	}
}

// A subset of the cells can run again on the same kernel, from a file that was read again.
func TestAgain(t *testing.T) {
	s := start(t, execute.Options{})
	first := cells(t, "n := 1\nask := make(chan bool)\ngo func() { for range ask { fmt.Println(`late`); ask <- true } }()", "n++; n")
	if err := s.Run(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := cells(t, first[0].Source, first[1].Source, "ask <- true; <-ask; n")
	s.Adopt(first[0], second[0])
	if err := s.Run(t.Context(), second[1:]); err != nil {
		t.Fatal(err)
	}
	if got := shown(second); got != "late\n|=3|=3" {
		t.Errorf("the cells show %q", got)
	}
}

// When the time is over or the context ends, the cell is interrupted, and the kernel keeps its
// variables.
func TestInterrupt(t *testing.T) {
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := start(t, execute.Options{Progress: func(e execute.Event) {
		if e.Line() == "begun" {
			cancel(enough)
		}
	}})
	list := cells(t, "x := 7", "fmt.Println(`begun`)\nfor {}", "x")
	err := s.Run(ctx, list)
	if !errors.Is(err, enough) || err.Error() != "code cell 2 of 3 (id b): enough" {
		t.Fatalf("error %v", err)
	}
	if err := s.Run(t.Context(), list[2:]); err != nil {
		t.Fatal(err)
	}
	if got := shown(list); got != "|begun\n!interrupt|=7" {
		t.Errorf("the cells show %q", got)
	}
	fresh := cells(t, "x")
	if err := s.Run(ctx, fresh); !errors.Is(err, enough) || fresh[0].ExecutionCount != nil {
		t.Errorf("a run in a context that has ended: %v", err)
	}
}

// An interrupt that is asked for before the kernel has begun the cell ends it as soon as
// it has; without that the time of grace goes by and the kernel is killed.
func TestInterruptEarly(t *testing.T) {
	var stop context.CancelFunc
	s := start(t, execute.Options{Limits: execute.Limits{Grace: time.Minute}, Progress: func(e execute.Event) {
		if e.Kind == execute.Started && stop != nil {
			stop()
		}
	}})
	list := cells(t, "x := 7", "for {}", "x")
	if err := s.Run(t.Context(), list[:1]); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		var ctx context.Context
		ctx, stop = context.WithCancel(t.Context())
		if err := s.Run(ctx, list[1:]); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v", err)
		}
		stop()
	}
	stop = nil
	if err := s.Run(t.Context(), list[2:]); err != nil {
		t.Fatal(err)
	}
	if got := shown(list); got != "|!interrupt|=7" {
		t.Errorf("the cells show %q", got)
	}
}

func TestTimeout(t *testing.T) {
	const most = 2 * time.Second // what a cell that does nothing takes on a busy machine
	for _, allow := range []bool{false, true} {
		t.Run(fmt.Sprintf("errors allowed %t", allow), func(t *testing.T) {
			t.Parallel()
			s := start(t, execute.Options{AllowErrors: allow, Limits: execute.Limits{Timeout: most}})
			list := cells(t, "for {}", "1")
			err := s.Run(t.Context(), list)
			var timeout *execute.TimeoutError
			if allow {
				if err != nil || shown(list) != "!interrupt|=1" {
					t.Errorf("%v, %q", err, shown(list))
				}
			} else if !errors.As(err, &timeout) || timeout.Killed || err.Error() != "code cell 1 of 2 (id a) took longer than 2s and was interrupted" {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A kernel that does not heed an interrupt is killed when the time of grace is over.
func TestKill(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signal stops a process on this system")
	}
	s := start(t, execute.Options{Limits: execute.Limits{Timeout: 3 * time.Second, Grace: 100 * time.Millisecond}})
	err := s.Run(t.Context(), cells(t, "import (\"os\"; \"syscall\")\nsyscall.Kill(os.Getppid(), syscall.SIGSTOP)\nselect {}", "1"))
	var timeout *execute.TimeoutError
	if !errors.As(err, &timeout) || !timeout.Killed {
		t.Fatalf("error %v", err)
	}
	if want := "code cell 1 of 2 (id a) took longer than 3s and was interrupted; it went on for 100ms, so the kernel was killed"; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

// Kill ends a cell at once, without any interrupt.
func TestKillNow(t *testing.T) {
	kill := make(chan struct{})
	s := start(t, execute.Options{Limits: execute.Limits{Kill: kill}, Progress: func(e execute.Event) {
		if e.Line() == "begun" {
			close(kill)
		}
	}})
	err := s.Run(t.Context(), cells(t, "fmt.Println(`begun`)\nselect {}"))
	var death *client.DeathError
	if !errors.As(err, &death) {
		t.Errorf("error %v", err)
	}
}
