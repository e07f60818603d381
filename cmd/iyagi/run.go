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

	"iyagi/install"
	"iyagi/notebooks/client"
	"iyagi/notebooks/execute"
)

// runOptions are the flags of run.
type runOptions struct {
	output      string
	inPlace     bool
	timeout     time.Duration
	allowErrors bool
	kernel      string
	quiet       bool
}

func runCommand(std streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run FILE|FOLDER…",
		Short: "Run notebooks and Go programs without a front end",
		Long: `Run notebooks and Go programs, each in a kernel of its own, and print what they
print. Of a folder, the notebooks and the programs (package main) in it are run.

A notebook stops at the first cell that fails, and the exit status is 1. A cell
with the tag raises-exception may fail. A program's exit status is its own, as
with "go run". Ctrl-C interrupts the running cell; a second one ends the kernel.`,
		Args: wrongArgs(func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("nothing to run: name notebooks, Go programs or folders of them")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.inPlace && o.output != "" {
				return &usageError{errors.New("--inplace and --output exclude each other")}
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
			if ext := filepath.Ext(arg); ext != ".ipynb" && ext != ".go" {
				return nil, fmt.Errorf("%s is neither a notebook (.ipynb) nor a Go program (.go)", arg)
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

// runFiles runs each file and returns the first failure as an exit status; the
// words about it have been printed by then.
func runFiles(ctx context.Context, files []string, o runOptions, std streams) error {
	ctx, std, reading := std.whileRead(ctx)
	defer reading()
	r := &runner{options: o, std: std, several: len(files) > 1, input: &lines{from: std.in}, kill: make(chan struct{})}
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
	status := exitStatus(0)
	for _, path := range files {
		var got exitStatus
		if filepath.Ext(path) == ".go" {
			got = r.program(ctx, path)
		} else {
			got = r.notebook(ctx, path)
		}
		if status == 0 {
			status = got
		}
		if context.Cause(ctx) == terminated {
			return terminated
		}
		if got == interrupted {
			break
		}
	}
	if status != 0 {
		return status
	}
	return nil
}

// The exit statuses of a run that a signal ended, as shells have them.
const (
	interrupted = exitStatus(130) // Ctrl-C
	terminated  = exitStatus(143)
)

// runner runs one file after the other.
type runner struct {
	options runOptions
	std     streams
	several bool
	input   *lines
	kill    chan struct{} // closed by the second Ctrl-C
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

// spec is the kernel to run a file with: this program's own, or another by its
// kernelspec.
func (r *runner) spec(own bool) (client.Kernel, error) {
	if own || r.options.kernel == "" {
		exe, err := os.Executable()
		if err != nil {
			return client.Kernel{}, err
		}
		k := client.Kernel{
			Name: install.DisplayName,
			// Nobody typed these cells, and the connection file is ours.
			Argv:          []string{exe, "kernel", "--history=:memory:", "--temporary", "{connection_file}"},
			InterruptMode: "message", Attr: install.NewSession(),
		}
		if client.HasIPC() {
			k.Transport = "ipc"
		}
		return k, nil
	}
	dir := r.options.kernel
	if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err != nil {
		specs := install.Find(install.Folders(), strings.ToLower(dir))
		if len(specs) == 0 {
			return client.Kernel{}, fmt.Errorf("no kernelspec %q; iyagi doctor lists where they are looked for", dir)
		}
		dir = specs[0].Dir
	}
	k, err := client.ReadSpec(dir)
	k.Attr = install.NewSession()
	return k, err
}

// startTime is what a kernel gets to start.
const startTime = time.Minute

// starting is the context of the start of a kernel.
func starting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, startTime)
}

// limits are those of each cell.
func (r *runner) limits() execute.Limits {
	return execute.Limits{Timeout: r.options.timeout, Kill: r.kill}
}

// because replaces the end of a context by what ended it.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// fail prints why a file failed.
func (r *runner) fail(err error) exitStatus {
	var status exitStatus
	if errors.As(err, &status) {
		return status
	}
	fmt.Fprintln(r.std.err, "iyagi:", err)
	return 1
}
