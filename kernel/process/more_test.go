package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"iyagi/kernel/internal/host"
)

func TestWorkers(t *testing.T) {
	k := newKernel(t)
	g := With(Workers(2)).Run(letters, letters, letters, letters, letters, letters)
	if err := g.Err(); err != nil || len(g.Output()) != 30 {
		t.Errorf("%d lines, %v", len(g.Output()), err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.most > 2 {
		t.Errorf("%d processes at once", k.most)
	}
}

func TestTimeout(t *testing.T) {
	newKernel(t)
	within(t, 30*time.Second, func() {
		g := With(Timeout(200 * time.Millisecond)).Run(forever)
		var limit *TimeoutError
		tasks := g.Tasks()
		if tasks[0].State != Killed || !errors.As(g.Err(), &limit) || limit.Limit != 200*time.Millisecond {
			t.Errorf("%+v, %v", tasks, g.Err())
		}
		if !strings.Contains(tasks[0].Error, "time limit of 200ms") {
			t.Errorf("the card says %q", tasks[0].Error)
		}
		if err := With(Timeout(time.Hour)).Run(letters).Err(); err != nil {
			t.Error(err)
		}
	})
}

func TestExec(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs sh")
	}
	newKernel(t)
	dir := t.TempDir()
	p := With(Dir(dir), Env("A=b"), Stdin("in\n"), Name("shell")).Exec("sh", "-c", `cat; pwd; echo "$A $PPID"; echo bad >&2; exit 3`)
	if err := p.Wait(); err == nil || err.Error() != "exit status 3" || p.ExitCode() != 3 || p.Name() != "shell" {
		t.Errorf("%v, %d, %q", err, p.ExitCode(), p.Name())
	}
	for _, want := range []string{"in\n", dir + "\n", fmt.Sprintf("b %d\n", os.Getpid()), "bad\n"} {
		if !strings.Contains(p.Text(), want) {
			t.Errorf("%q lacks %q", p.Text(), want)
		}
	}
	none := Exec("no-such-program")
	if err := none.Wait(); err == nil || none.ID() != 0 || none.State() != Failed {
		t.Errorf("%v, %+v", err, none)
	}
	if err := none.Signal(os.Interrupt); !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
}

func TestSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	newKernel(t)
	p := Exec("sleep", "1000")
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	within(t, 30*time.Second, func() {
		if p.Wait(); p.ExitCode() != -1 {
			t.Errorf("exit code %d", p.ExitCode())
		}
	})
}

// TestMapWithoutKernel: a compiled program cannot give another process its function.
func TestMapWithoutKernel(t *testing.T) {
	if r, err := Map([]int{1}, func(x int) int { return x }); r != nil || !errors.Is(err, host.ErrNoKernel) {
		t.Errorf("%v, %v", r, err)
	}
}

func TestMapError(t *testing.T) {
	e := &MapError{}
	cause := errors.New("no")
	for i := range 8 {
		e.Inputs = append(e.Inputs, InputError{Index: i, Input: fmt.Sprint(i * 10), Err: cause})
	}
	text := e.Error()
	if !strings.HasPrefix(text, "input 0 (0): no\ninput 1 (10): no\n") || !strings.HasSuffix(text, "and 3 more inputs") {
		t.Error(text)
	}
	var one InputError
	if !errors.Is(e, cause) || !errors.As(e, &one) || one.Index != 0 {
		t.Errorf("%v, %+v", errors.Is(e, cause), one)
	}
}

// TestPipe is a pipe within one process, with an interrupt of a read.
func TestPipe(t *testing.T) {
	k := newKernel(t)
	r, w, err := Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if !host.Shared(r.file) || !host.Shared(w.file) {
		t.Error("the ends do not go along to children")
	}
	fmt.Fprint(w, "text")
	b := make([]byte, 10)
	if n, err := r.Read(b); string(b[:n]) != "text" || err != nil {
		t.Errorf("%q, %v", b[:n], err)
	}
	var interrupt context.CancelFunc
	k.ctx, interrupt = context.WithCancel(context.Background())
	within(t, 30*time.Second, func() {
		go interrupt() // before or while it is read
		if _, err := r.Read(b); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	k.ctx = context.Background()
	fmt.Fprint(w, "more")
	if n, err := r.Read(b); string(b[:n]) != "more" || err != nil {
		t.Errorf("after the interrupt: %q, %v", b[:n], err)
	}
	if err := errors.Join(w.Close(), r.Close()); err != nil || host.Shared(r.file) {
		t.Error(err)
	}
}
