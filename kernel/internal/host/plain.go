package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"iyagi/kernel/internal/eval"
)

// Plain is the host of a program that runs without a kernel: it prints the
// plain text of what is displayed and runs tasks in this process.
type Plain struct{}

// ErrNoKernel is why Plain starts no child process: only the kernel can give
// another process the code of one function.
var ErrNoKernel = errors.New("a child process that runs one function needs the Iyagi kernel: run this in a notebook, or with `iyagi run FILE.go`")

// Clock tells the time on the clock of [Write.At]. The evaluator and the
// worker replace it by the system-wide monotonic clock that they stamp writes
// with; before that it counts from the start of this process.
var Clock = func() time.Duration { return time.Since(processStart) }

var processStart = time.Now()

var plainMu sync.Mutex // held while Plain prints one bundle

// Display prints the plain text of d, also when d updates an earlier one: what
// was printed cannot be taken back.
func (Plain) Display(d *eval.Display) error { return printPlain(&d.Bundle) }

// Result prints the plain text of b.
func (Plain) Result(b *eval.Bundle) error { return printPlain(b) }

// Clear does nothing: what was printed cannot be taken back.
func (Plain) Clear(bool) error { return nil }

// Context is never done: nobody interrupts a cell.
func (Plain) Context() context.Context { return context.Background() }

// Cell tells that there is no cell.
func (Plain) Cell() (label string, worker bool) { return "", false }

// Func tells the name that the compiler gave to f.
func (Plain) Func(f func()) (*Func, error) {
	if f == nil {
		return nil, errors.New("the function is nil")
	}
	name, line := compiledName(f)
	return &Func{
		Func: eval.Func{Name: name, Line: line},
		Call: f,
		Pack: func() ([]byte, []*os.File, error) { return nil, nil, ErrNoKernel },

		Inputs: func(any) ([][]byte, error) { return nil, ErrNoKernel },
		Result: func([]byte, any) error { return ErrNoKernel },
	}, nil
}

// Capture runs f; what f prints goes where this process prints.
func (Plain) Capture(_ Sink, f func()) (failure *eval.Error) {
	defer func() {
		if r := recover(); r != nil {
			failure = &eval.Error{Name: "panic", Value: panicText(r)}
			if name := topFrame(debug.Stack()); name != "" {
				failure.Frames = []eval.Frame{{Func: name}}
			}
		}
	}()
	f()
	return nil
}

// Start fails with [ErrNoKernel].
func (Plain) Start(context.Context, *Func, Options) (Child, error) { return nil, ErrNoKernel }

// Copy, Paste and Ask fail with [ErrNoKernel].
func (Plain) Copy(string, any) ([]byte, error) { return nil, ErrNoKernel }

// Paste implements [Host].
func (Plain) Paste([]byte, any) error { return ErrNoKernel }

// Ask implements [Host].
func (Plain) Ask(context.Context, *Ask) (Answer, error) { return Answer{}, ErrNoKernel }

// Exec runs the program. It prints where this process prints.
func (Plain) Exec(ctx context.Context, argv []string, o Options) (Child, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env, cmd.Dir, cmd.Stdin = append(os.Environ(), o.Env...), o.Dir, strings.NewReader(o.Stdin)
	cmd.Stdout, cmd.Stderr = &plainOut{stream: "stdout", sink: o.Sink}, &plainOut{stream: "stderr", sink: o.Sink}
	began := Clock()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &plainChild{cmd: cmd, began: began}, nil
}

// Will does nothing: nobody is there to do it.
func (Plain) Will([]string) (revoke func()) { return func() {} }

// plainOut brings what a program writes to a sink.
type plainOut struct {
	stream string
	sink   Sink
}

func (w *plainOut) Write(p []byte) (int, error) {
	plainMu.Lock()
	defer plainMu.Unlock()
	w.sink(Write{At: Clock(), Stream: w.stream, Text: p, CPU: -1})
	return len(p), nil
}

type plainChild struct {
	cmd   *exec.Cmd
	began time.Duration
}

func (c *plainChild) PID() int                   { return c.cmd.Process.Pid }
func (c *plainChild) Kill() error                { return c.cmd.Process.Kill() }
func (c *plainChild) Signal(sig os.Signal) error { return c.cmd.Process.Signal(sig) }
func (c *plainChild) Give([]byte)                {}

func (c *plainChild) Wait() Exit {
	_ = c.cmd.Wait() // the state tells more
	s := c.cmd.ProcessState
	return Exit{Code: s.ExitCode(), CPU: s.UserTime() + s.SystemTime(), PPID: os.Getpid(), Began: c.began, Ended: Clock()}
}

// Read prints the prompt and reads a line of standard input. It takes one byte
// at a time, so that what follows the line is left for the program's own reads.
func (Plain) Read(prompt string, _ bool) (string, error) {
	if prompt != "" {
		fmt.Print(prompt)
	}
	var line []byte
	for b := make([]byte, 1); ; {
		n, err := os.Stdin.Read(b)
		if n == 1 && b[0] != '\n' {
			line = append(line, b[0])
			continue
		}
		if n == 1 || err == io.EOF && len(line) > 0 {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// printPlain writes the text of b and the end of its line to standard output.
func printPlain(b *eval.Bundle) error {
	text, ok := b.Data["text/plain"]
	if !ok {
		return nil
	}
	plainMu.Lock()
	defer plainMu.Unlock()
	if _, err := os.Stdout.Write(text); err != nil {
		return err
	}
	if bytes.HasSuffix(text, []byte("\n")) {
		return nil
	}
	_, err := io.WriteString(os.Stdout, "\n")
	return err
}

// panicText says what a panic value says, as the runtime does.
func panicText(r any) string {
	switch r := r.(type) {
	case error:
		return r.Error()
	case fmt.Stringer:
		return r.String()
	}
	return fmt.Sprint(r)
}

// topFrame is the function that panicked, from the trace of its goroutine.
func topFrame(stack []byte) string {
	_, after, ok := bytes.Cut(stack, []byte("\npanic("))
	if !ok {
		return ""
	}
	lines := strings.SplitN(string(after), "\n", 4)
	if len(lines) < 3 {
		return ""
	}
	name, _, _ := strings.Cut(lines[2], "(")
	return path.Base(name)
}
