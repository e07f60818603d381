package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// The tests run real children: this test binary again, told by its
// environment which task to run.
const taskVariable = "IYAGI_TEST_TASK"

func TestMain(m *testing.M) {
	if name := os.Getenv(taskVariable); name != "" {
		tasks[name]()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// tasks are what a child can run, by name.
var tasks = map[string]func(){}

func init() {
	for _, f := range []func(){three, letters, boom, status, forever, loud, environment, nothing} {
		tasks[funcName(f)] = f
	}
}

func funcName(f func()) string { return runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name() }

func three() {
	for i := range 3 {
		fmt.Println(i+1, os.Getpid(), os.Getppid())
	}
}

func letters() {
	for c := 'a'; c <= 'e'; c++ {
		fmt.Printf("%c\n", c)
	}
}

func boom() { panic("boom") }

func status() { os.Exit(3) }

func forever() {
	fmt.Println("I stay")
	select {}
}

func loud() {
	line := bytes.Repeat([]byte("x"), 999)
	for range 10_000 {
		fmt.Printf("%s\n", line)
	}
}

func environment() {
	dir, err := os.Getwd()
	fmt.Println(os.Getenv("GREETING"), dir, err)
}

func nothing() {}

// kernel is a host whose children are real processes.
type kernel struct {
	host.Plain
	label string
	ctx   context.Context

	mu    sync.Mutex // guards what follows
	shown []eval.Display
	live  int
	most  int // children alive at a time
}

// newKernel makes a kernel the host of this process for as long as t runs, and
// checks that no child and no goroutine is left then.
func newKernel(t testing.TB) *kernel {
	k := &kernel{label: t.Name(), ctx: context.Background()}
	before := host.Current()
	goroutines := runtime.NumGoroutine()
	host.Set(k)
	t.Cleanup(func() {
		host.Set(before)
		for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > goroutines; runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
				break
			}
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.live != 0 {
			t.Errorf("%d children are left", k.live)
		}
	})
	return k
}

func (k *kernel) Cell() (string, bool)     { return k.label, false }
func (k *kernel) Context() context.Context { return k.ctx }

func (k *kernel) Display(d *eval.Display) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.shown = append(k.shown, *d)
	return nil
}

func (k *kernel) displays() []eval.Display {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]eval.Display{}, k.shown...)
}

func (k *kernel) Func(f func()) (*host.Func, error) {
	name := funcName(f)
	if tasks[name] == nil {
		return nil, errors.New("it is not a function of a cell")
	}
	// The name as a reader of a cell knows it.
	return &host.Func{Func: eval.Func{Name: name[len("iyagi/kernel/process."):], Decl: name}, Label: "cell 1", Call: f,
		Pack: func() ([]byte, []*os.File, error) { return nil, nil, nil }}, nil
}

var errUncopyable = errors.New("variable ch cannot be copied to another process: it is a chan int")

func (k *kernel) Start(ctx context.Context, f *host.Func, o host.Options) (host.Child, error) {
	if f.Name == "nothing" {
		return nil, errUncopyable
	}
	c := &child{cmd: exec.Command(os.Args[0]), kernel: k, name: f.Name}
	c.cmd.Env = append(append(os.Environ(), o.Env...), taskVariable+"="+f.Decl)
	c.cmd.Dir = o.Dir
	var mu sync.Mutex
	for stream, to := range map[string]*io.Writer{"stdout": &c.cmd.Stdout, "stderr": &c.cmd.Stderr} {
		*to = writer(func(p []byte) {
			mu.Lock()
			defer mu.Unlock()
			o.Sink(host.Write{At: host.Clock(), Stream: stream, Text: p, CPU: -1})
		})
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	k.mu.Lock()
	k.live++
	k.most = max(k.most, k.live)
	k.mu.Unlock()
	return c, nil
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

type child struct {
	cmd    *exec.Cmd
	kernel *kernel
	name   string
}

func (c *child) PID() int { return c.cmd.Process.Pid }

func (c *child) Wait() host.Exit {
	_ = c.cmd.Wait() // the state tells more
	c.kernel.mu.Lock()
	c.kernel.live--
	c.kernel.mu.Unlock()
	s := c.cmd.ProcessState
	e := host.Exit{Code: s.ExitCode(), CPU: s.UserTime() + s.SystemTime(), Ended: host.Clock(), TID: s.Pid()}
	if w := s.Sys().(syscall.WaitStatus); w.Signaled() {
		e.Signal = w.Signal().String()
	}
	if e.Code == 2 && c.name == "boom" {
		e.Error = &eval.Error{Name: "panic", Value: "boom", Frames: []eval.Frame{{Func: "boom", Label: "cell 1", Line: 4}}}
	}
	return e
}

func (c *child) Kill() error { return c.cmd.Process.Kill() }

func (c *child) Signal(sig os.Signal) error { return c.cmd.Process.Signal(sig) }

func (c *child) Give([]byte) {}

// within fails the test when f takes longer. The limit is far above what f
// takes; it is there so that a hang tells where it is.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatal("hangs")
	}
}
