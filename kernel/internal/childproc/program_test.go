package childproc

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// run runs a program and returns what it wrote.
func run(t *testing.T, argv []string, o Options) (string, State) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	o.Stdout = w
	p, err := StartProgram(context.Background(), argv, o)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return string(out), p.Wait()
}

func TestProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs sh")
	}
	dir := t.TempDir()
	out, s := run(t, []string{"sh", "-c", `pwd; echo "$1 $A"; exit 5`, "sh", "x y"}, Options{Dir: dir, Env: []string{"A=b"}})
	if want := dir + "\nx y b\n"; out != want || s.Code != 5 || s.Err != nil {
		t.Errorf("%q, %+v, want %q", out, s, want)
	}
	// A role's variable is not handed on, so that this binary as a program plays none.
	if out, _ := run(t, []string{"sh", "-c", "echo $" + roleVariable}, Options{}); out != "\n" {
		t.Errorf("%s=%s", roleVariable, out)
	}
	if err := os.WriteFile(dir+"/own", []byte("#!/bin/sh\necho own"), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, _ := run(t, []string{"./own"}, Options{Dir: dir}); out != "own\n" {
		t.Errorf("a name with a slash: %q", out)
	}
	if _, err := StartProgram(context.Background(), []string{"no-such-program"}, Options{}); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p, err := StartProgram(ctx, []string{"sleep", "1000"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if s := p.Wait(); s.Signal != "killed" {
		t.Errorf("%+v", s)
	}
	if _, err := StartProgram(ctx, []string{"sleep", "1000"}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestYieldTerm: a role that leaves SIGTERM to its code ends by it.
func TestYieldTerm(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := Start(context.Background(), "yield", Options{Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(r).ReadString('\n'); strings.TrimSpace(line) != "ready" {
		t.Fatal(line, err)
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if s := p.Wait(); s.Signal != "terminated" {
		t.Errorf("%+v", s)
	}
}
