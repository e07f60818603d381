package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"iyagi/kernel/protocol"
)

// Kernel says how to start a kernel and what to do with what it says unasked.
type Kernel struct {
	Name string   // for messages to people
	Argv []string // with "{connection_file}" where that file's path is to stand
	Env  []string // "NAME=value", added to this process's own
	Dir  string   // working directory; empty: this process's own

	// InterruptMode is "message", or "signal" (the default, as in a kernelspec).
	InterruptMode string
	// Transport is "tcp" (the default, which every kernel knows) or "ipc".
	Transport string
	// Attr are the attributes of the process on this platform.
	Attr *syscall.SysProcAttr
	// Stderr gets what the kernel's process writes to its standard output and
	// error, which is not the output of cells; nil: nobody.
	Stderr io.Writer
	// Background is called, by one goroutine at a time, with each published
	// message that no call waits for. It must not call the client.
	Background func(*protocol.Message)
}

// ReadSpec reads the kernel.json of a kernelspec's folder.
func ReadSpec(dir string) (Kernel, error) {
	data, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return Kernel{}, fmt.Errorf("open kernelspec: %w", err)
	}
	var spec struct {
		Argv          []string          `json:"argv"`
		DisplayName   string            `json:"display_name"`
		InterruptMode string            `json:"interrupt_mode"`
		Env           map[string]string `json:"env"`
	}
	if err := json.Unmarshal(data, &spec); err != nil {
		return Kernel{}, fmt.Errorf("kernelspec %s: %w", dir, err)
	}
	if len(spec.Argv) == 0 {
		return Kernel{}, fmt.Errorf("kernelspec %s: argv is empty", dir)
	}
	k := Kernel{Name: spec.DisplayName, InterruptMode: spec.InterruptMode}
	for _, a := range spec.Argv {
		k.Argv = append(k.Argv, strings.ReplaceAll(a, "{resource_dir}", dir))
	}
	for name, value := range spec.Env {
		k.Env = append(k.Env, name+"="+os.ExpandEnv(value))
	}
	return k, nil
}

// DeathError says that the kernel is gone.
type DeathError struct {
	Name   string
	State  string // how the process ended: "exit status 1"; empty when that is not known
	Stderr string // the last lines that the process wrote to standard output and error
	Err    error  // what the client met
}

// Error tells how the kernel ended and repeats its last words.
func (e *DeathError) Error() string {
	var b strings.Builder
	b.WriteString("the kernel")
	if e.Name != "" {
		fmt.Fprintf(&b, " %q", e.Name)
	}
	if e.State != "" {
		fmt.Fprintf(&b, " died (%s)", e.State)
	} else {
		b.WriteString(" closed the connection")
	}
	if e.Stderr != "" {
		fmt.Fprintf(&b, "; its last words:\n%s", e.Stderr)
	}
	return b.String()
}

// Unwrap returns what the client met.
func (e *DeathError) Unwrap() error { return e.Err }

// process is the kernel's process. One goroutine waits for its end.
type process struct {
	cmd   *exec.Cmd
	words *tail
	done  chan struct{} // closed when the process has ended and been waited for
}

// lastWords is how long the pipes of a kernel that has ended are read on, when a
// child of it holds them open.
const lastWords = time.Second

func startProcess(k Kernel, connectionFile string) (*process, error) {
	argv := make([]string, len(k.Argv))
	for i, a := range k.Argv {
		argv[i] = strings.ReplaceAll(a, "{connection_file}", connectionFile)
	}
	if len(argv) == 0 {
		return nil, fmt.Errorf("start kernel: no command")
	}
	p := &process{words: &tail{also: k.Stderr}, done: make(chan struct{})}
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Dir = k.Dir
	p.cmd.Env = append(os.Environ(), k.Env...)
	p.cmd.Env = append(p.cmd.Env, "JPY_PARENT_PID="+strconv.Itoa(os.Getpid())) // the kernel ends when we do
	p.cmd.Stdout, p.cmd.Stderr = p.words, p.words
	p.cmd.SysProcAttr = k.Attr
	p.cmd.WaitDelay = lastWords
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start kernel: %w", err)
	}
	go func() {
		p.cmd.Wait() // its error is in ProcessState
		close(p.done)
	}()
	return p, nil
}

// end waits until the process has ended, or d at most.
func (p *process) end(d time.Duration) bool {
	select {
	case <-p.done:
		return true
	default:
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.done:
		return true
	case <-timer.C:
		return false
	}
}

// wait waits until the process has ended or ctx has.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// kill ends the process and waits for it.
func (p *process) kill() {
	p.cmd.Process.Kill() // fails when it has ended already
	<-p.done
}

// state tells how the process ended; only after done.
func (p *process) state() string {
	if p.cmd.ProcessState == nil {
		return ""
	}
	return p.cmd.ProcessState.String()
}

// tail keeps the end of what is written to it.
type tail struct {
	also io.Writer

	mu   sync.Mutex
	text []byte // guarded by mu
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	t.mu.Unlock()
	if t.also != nil {
		t.also.Write(p) // a broken log must not end the kernel
	}
	return len(p), nil
}

// String returns the whole lines that are kept, 30 at most.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := string(t.text)
	if len(t.text) == tailSize { // the first line may be cut
		_, text, _ = strings.Cut(text, "\n")
	}
	list := strings.Split(strings.TrimRight(strings.ToValidUTF8(text, "\uFFFD"), "\r\n"), "\n")
	return strings.Join(list[max(0, len(list)-30):], "\n")
}
