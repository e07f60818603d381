package main

import (
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"iyagi/notebooks/execute"
	"iyagi/notebooks/jupytext"
	"iyagi/notebooks/verify"
)

// runOptions are the flags of run.
type runOptions struct {
	output      string
	inPlace     bool
	timeout     time.Duration
	allowErrors bool
	kernel      string
	quiet       bool
	timing      bool
	check       bool
	junit       string
	jobs        int
	given       []string // parameters as they were typed
	paramsFile  string
	parameters  []execute.Parameter
}

// readParameters reads the parameters of the file and the command line.
func (o *runOptions) readParameters() (err error) {
	if o.paramsFile != "" {
		if o.parameters, err = execute.ReadParameters(o.paramsFile); err != nil {
			return err
		}
	}
	for _, s := range o.given {
		p, err := execute.ParseParameter(s)
		if err != nil {
			return &usageError{err}
		}
		o.parameters = append(o.parameters, p)
	}
	return nil
}

// valid tells which flags do not go together.
func (o *runOptions) valid() error {
	switch {
	case o.inPlace && o.output != "":
		return errors.New("--inplace and --output exclude each other")
	case o.junit != "" && !o.check:
		return errors.New("--junit reports what --check found: give both")
	case o.jobs < 1:
		return errors.New("--jobs must be 1 at least")
	case o.timeout < 0:
		return errors.New("--timeout must not be negative")
	}
	return nil
}

const runHelp = `Run notebooks and Go programs, each in a kernel of its own, and print what they
print. Of a folder, the notebooks and the programs (package main) in it are run. A
notebook may be a text: Markdown with fences of Go, or a .go file with lines of // %%.

A notebook stops at the first cell that fails, and the exit status is 1. A cell
with the tag raises-exception may fail. A program's exit status is its own, as
with "go run". Ctrl-C interrupts the running cell; a second one ends the kernel.
A cell that takes longer than --timeout is interrupted, and if it goes on for 5
seconds its kernel is killed.

With --check the outputs are not printed, but compared with those that the notebook
holds. IDs, times, paths and the order of concurrent lines may differ; what else
does is shown as a diff, and the exit status is 1. A comment "// Output:" or
"// Unordered output:" at the end of a cell is checked as in Go's examples. Tags of cells:
nbval-ignore-output (run, not compared), nbval-skip (not run), unordered-output
(lines in any order). What a list of regular expressions in a cell's metadata matches may
be another text: "iyagi": {"varies": ["cores: [0-9]+"]}. With --inplace too, only the cells
that differ are written.

Parameters go into the cell with the tag parameters: the variables and constants that it
declares get the values, in a cell that is put behind it. A value is a Go literal of the
variable's type; strings need no quotes, durations are such as 30s, and slices and maps
may be JSON.`

func runCommand(std streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run FILE|FOLDER…",
		Short: "Run notebooks and Go programs without a front end",
		Long:  runHelp,
		Example: `  iyagi run lesson.ipynb
  iyagi run README.md
  iyagi run --check notebooks --junit report.xml
  iyagi run -p n=100 -p name=Kim -o report.ipynb template.ipynb
  iyagi run --inplace --check lesson.ipynb`,
		Args: wrongArgs(func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("nothing to run: name notebooks, Go programs or folders of them")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.valid(); err != nil {
				return &usageError{err}
			}
			if err := o.readParameters(); err != nil {
				return err
			}
			files, err := collect(args)
			if err != nil {
				return err
			}
			return runFiles(cmd.Context(), files, o, std)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write the executed notebook to `FILE`, several to a folder")
	f.BoolVar(&o.inPlace, "inplace", false, "write the outputs into the notebook itself, if no cell failed")
	f.DurationVar(&o.timeout, "timeout", 0, "interrupt a cell that runs longer, such as 30s (default: never)")
	f.BoolVar(&o.allowErrors, "allow-errors", false, "go on after a cell that fails, and take it as well")
	f.StringVar(&o.kernel, "kernel", "", "name or folder of another `KERNELSPEC` to run notebooks with")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress")
	f.BoolVar(&o.timing, "timing", false, "with -o or --inplace, write when each cell began and ended")
	f.BoolVar(&o.check, "check", false, "compare the outputs with those that the notebook holds")
	f.StringVar(&o.junit, "junit", "", "with --check, write a report to `FILE` (JUnit's XML)")
	f.IntVarP(&o.jobs, "jobs", "j", 1, "run `N` notebooks at a time")
	f.StringArrayVarP(&o.given, "parameter", "p", nil, "give a parameter, `NAME=VALUE`; may be repeated")
	f.StringVar(&o.paramsFile, "params-file", "", "take parameters from a `FILE` of YAML or JSON; -p comes after it")
	return cmd
}

// collect lists the files that the arguments mean.
func collect(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if _, text := jupytext.FormatOf(arg); filepath.Ext(arg) != ".ipynb" && !text {
				return nil, fmt.Errorf("%s is neither a notebook (.ipynb, .md) nor a Go program (.go)", arg)
			}
			files = append(files, arg)
			continue
		}
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, err
		}
		found := 0
		for _, e := range entries {
			path := filepath.Join(arg, e.Name())
			if e.IsDir() || strings.HasPrefix(e.Name(), ".") || filepath.Ext(path) != ".ipynb" && !isProgram(path) {
				continue
			}
			files = append(files, path)
			found++
		}
		if found == 0 {
			return nil, fmt.Errorf("%s holds no notebook and no Go program", arg)
		}
	}
	return files, nil
}

// isProgram tells a file of package main from one of a library or a test.
func isProgram(path string) bool {
	if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
		return false
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly)
	return err == nil && f.Name.Name == "main"
}

// isTextNotebook tells a .go file with cells from a program.
func isTextNotebook(path string) bool {
	text, err := os.ReadFile(path)
	return err == nil && jupytext.IsNotebook(text)
}

// runFiles runs each file and returns the first failure as an exit status; the
// words about it have been printed by then.
func runFiles(ctx context.Context, files []string, o runOptions, std streams) error {
	ctx, std, reading := std.whileRead(ctx)
	defer reading()
	r := &runner{options: o, several: len(files) > 1, input: &lines{from: std.in}, kill: make(chan struct{})}
	ctx, stop := r.listen(ctx)
	defer stop()
	if o.output != "" && r.several {
		if err := os.MkdirAll(o.output, 0o755); err != nil {
			return err
		}
	} else if o.output != "" {
		// Now, and not when all cells have run and nothing of it can be kept.
		if _, err := os.Stat(filepath.Dir(o.output)); err != nil {
			return fmt.Errorf("cannot write %s: %w", o.output, err)
		}
	}
	if o.junit != "" {
		if _, err := os.Stat(filepath.Dir(o.junit)); err != nil {
			return fmt.Errorf("cannot write %s: %w", o.junit, err)
		}
	}
	r.std, r.screen = std, newScreen(std, o.quiet)
	status := r.all(ctx, files)
	r.screen.close()
	if o.junit != "" {
		if err := writeReport(o.junit, r.suites); err != nil {
			return err
		}
	}
	if context.Cause(ctx) == terminated {
		return terminated
	}
	if status != 0 {
		return status
	}
	return nil
}

// all runs the files and returns the first exit status that is not 0: programs one after the other, since they
// may read the input, notebooks as many at a time as wanted.
func (r *runner) all(ctx context.Context, files []string) exitStatus {
	got := make([]exitStatus, len(files))
	r.suites = make([]verify.Suite, len(files))
	var running sync.WaitGroup
	free := make(chan struct{}, r.options.jobs)
	for i, path := range files {
		if ctx.Err() != nil {
			break
		}
		if filepath.Ext(path) == ".go" && !isTextNotebook(path) {
			running.Wait()
			got[i] = r.program(ctx, path)
			continue
		}
		free <- struct{}{}
		running.Go(func() {
			got[i] = r.notebook(ctx, path, &r.suites[i])
			<-free
		})
	}
	running.Wait()
	for _, status := range got {
		if status != 0 {
			return status
		}
	}
	return 0
}

// The exit statuses of a run that a signal ended, as shells have them.
const (
	interrupted = exitStatus(130) // Ctrl-C
	terminated  = exitStatus(143)
)

// runner runs files. Each notebook that runs has a goroutine, which runner.all starts and waits
// for.
type runner struct {
	options runOptions
	std     streams
	screen  *screen
	several bool
	input   *lines
	kill    chan struct{}  // closed by the second Ctrl-C
	suites  []verify.Suite // by file; each is its notebook's until all have ended
}

// listen ends the context that it returns when a signal asks for it, with the exit
// status as the cause; a second Ctrl-C closes r.kill. stop ends the listening.
func (r *runner) listen(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	// The temporary files of a kernel hold its key: they go even when we are
	// told to go, as when nobody reads what we print any more.
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	var listening sync.WaitGroup
	listening.Go(func() {
		times := 0
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				if s != os.Interrupt {
					cancel(terminated)
					continue
				}
				cancel(interrupted)
				if times++; times == 2 {
					close(r.kill)
				}
			}
		}
	})
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		listening.Wait()
		cancel(nil)
	}
}

// limits are those of each cell.
func (r *runner) limits() execute.Limits {
	return execute.Limits{Timeout: r.options.timeout, Kill: r.kill}
}

// fail prints why a file failed.
func (r *runner) fail(err error) exitStatus {
	var status exitStatus
	if errors.As(err, &status) {
		return status
	}
	r.screen.mu.Lock()
	defer r.screen.mu.Unlock()
	r.screen.print(true, fmt.Sprintln("iyagi:", err))
	return 1
}
