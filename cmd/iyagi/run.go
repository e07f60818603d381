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
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"iyagi/install"
	"iyagi/notebooks/client"
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
	// The temporary files of a kernel hold its key: they go even when we are
	// told to go, or when nobody reads what we print any more.
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	ctx, std, stop := std.whileRead(ctx)
	defer stop()
	r := &runner{
		options: o, std: std, several: len(files) > 1,
		input: &lines{from: std.in}, interrupts: make(chan os.Signal, 1),
	}
	signal.Notify(r.interrupts, os.Interrupt)
	defer signal.Stop(r.interrupts)
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
		if ctx.Err() != nil {
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
	options    runOptions
	std        streams
	several    bool
	input      *lines
	interrupts chan os.Signal
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

// start starts a kernel; Ctrl-C ends the wait.
func (r *runner) start(ctx context.Context, k client.Kernel) (*client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	started := make(chan struct{})
	watched := make(chan struct{})
	stopped := false
	go func() {
		defer close(watched)
		select {
		case <-r.interrupts:
			stopped = true
			cancel()
		case <-started:
		}
	}()
	c, err := client.Start(ctx, k)
	close(started)
	<-watched
	if err != nil && stopped {
		return nil, interrupted
	}
	return c, err
}

// graceTime is what a cell gets to end after an interrupt before the kernel is
// ended.
const graceTime = 5 * time.Second

// errTimeout is the end of a cell that ran longer than --timeout.
var errTimeout = errors.New("timeout")

// execute runs one cell. Ctrl-C and the timeout interrupt it; a second Ctrl-C, or
// a cell that does not end then, ends the kernel. The error is interrupted,
// errTimeout or the client's.
func (r *runner) execute(ctx context.Context, c *client.Client, code string, o client.Options) (*client.Result, error) {
	done := make(chan struct{})
	watched := make(chan struct{})
	var reason error
	go func() {
		defer close(watched)
		reason = r.watch(ctx, c, done)
	}()
	result, err := c.Execute(ctx, code, o)
	close(done)
	<-watched
	if reason != nil {
		return result, reason
	}
	return result, err
}

// watch interrupts and kills; it returns when the cell is done.
func (r *runner) watch(ctx context.Context, c *client.Client, done <-chan struct{}) (reason error) {
	var timeout, grace <-chan time.Time
	if r.options.timeout > 0 {
		timer := time.NewTimer(r.options.timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	for {
		select {
		case <-done:
			return reason
		case <-grace:
			c.Kill()
			grace = nil
			continue
		case <-r.interrupts:
			if reason != nil { // the second one
				c.Kill()
				continue
			}
			reason = interrupted
		case <-timeout:
			timeout = nil
			if reason != nil {
				continue
			}
			reason = errTimeout
		}
		timer := time.NewTimer(graceTime)
		defer timer.Stop()
		grace = timer.C
		soon, cancel := context.WithTimeout(ctx, graceTime)
		c.Interrupt(soon) // if it fails, grace ends the cell
		cancel()
	}
}

// shutDown ends a kernel in good order, whatever has happened to ctx.
func shutDown(ctx context.Context, c *client.Client) {
	c.Shutdown(context.WithoutCancel(ctx)) // that it had to be killed is no news to the user
}

// fail prints why a file failed.
func (r *runner) fail(err error) exitStatus {
	var status exitStatus
	if errors.As(err, &status) {
		return status
	}
	if errors.Is(err, context.Canceled) {
		return terminated
	}
	fmt.Fprintln(r.std.err, "iyagi:", err)
	return 1
}
