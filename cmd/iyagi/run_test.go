package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"iyagi/install"
	"iyagi/notebooks/nbformat"
)

// command is the program under test with a home of its own.
func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // reached only when something hangs
	t.Cleanup(cancel)
	exe, err := exec.LookPath("iyagi") // testscript has put it there
	if err != nil {
		t.Fatal(err)
	}
	home, temp := t.TempDir(), t.TempDir()
	c := exec.CommandContext(ctx, exe, args...)
	c.Env = append(os.Environ(), "HOME="+home, "USERPROFILE="+home, "APPDATA="+home, "LOCALAPPDATA="+home, "TMPDIR="+temp)
	c.SysProcAttr = install.NewSession() // its Ctrl-C is ours to send
	t.Cleanup(func() {
		if left, _ := os.ReadDir(temp); len(left) != 0 {
			t.Errorf("left in the folder of temporary files: %v", left)
		}
	})
	return c
}

// until reads from r until text has come.
type until struct {
	text string
	seen chan struct{}
	all  bytes.Buffer
}

func (u *until) Write(p []byte) (int, error) {
	before := strings.Contains(u.all.String(), u.text)
	u.all.Write(p)
	if !before && strings.Contains(u.all.String(), u.text) {
		close(u.seen)
	}
	return len(p), nil
}

// Ctrl-C interrupts the cell and ends the run with what was printed before.
func TestInterrupt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loop.go")
	source := "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"begun\")\n\tfor {\n\t}\n}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	c := command(t, "run", path)
	out := &until{text: "begun\n", seen: make(chan struct{})}
	c.Stdout = out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-out.seen
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Skip("no signals on this system: ", err)
	}
	began := time.Now()
	c.Wait()
	if got := c.ProcessState.ExitCode(); got != 130 {
		t.Errorf("exit status %d, want 130", got)
	}
	t.Logf("%v from Ctrl-C to the end", time.Since(began))
}

// A program that waits for input that nobody gives can be interrupted too.
func TestInterruptInput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ask.go")
	source := "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"name?\")\n\tvar s string\n\tfmt.Scanln(&s)\n}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	c := command(t, "run", path)
	out := &until{text: "name?\n", seen: make(chan struct{})}
	c.Stdin, c.Stdout = r, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-out.seen
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Skip("no signals on this system: ", err)
	}
	c.Wait()
	if got := c.ProcessState.ExitCode(); got != 130 {
		t.Errorf("exit status %d, want 130", got)
	}
}

// A run that is ended from outside leaves no kernel and no file, however it
// was ended.
func TestTerminate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loop.go")
	source := "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"begun\")\n\tselect {}\n}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, end := range []os.Signal{syscall.SIGTERM, os.Kill} {
		t.Run(end.String(), func(t *testing.T) {
			c := command(t, "run", path)
			out := &until{text: "begun\n", seen: make(chan struct{})}
			c.Stdout = out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			<-out.seen
			if err := c.Process.Signal(end); err != nil {
				t.Skip("no such signal on this system: ", err)
			}
			c.Wait()
			if end == syscall.SIGTERM && c.ProcessState.ExitCode() != 143 {
				t.Errorf("exit status %d, want 143", c.ProcessState.ExitCode())
			}
			if end == os.Kill {
				waitEmpty(t, c)
			}
		})
	}
}

// waitEmpty waits until the kernel has noticed that its client is gone and has
// left no file. There is no event for the end of a process that is not ours.
func waitEmpty(t *testing.T, c *exec.Cmd) {
	t.Helper()
	var dir string
	for _, e := range c.Env {
		if name, value, _ := strings.Cut(e, "="); name == "TMPDIR" {
			dir = value
		}
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left after 30 s: %v", left)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A reader that goes away ends the run, as it ends other programs.
func TestBrokenPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chatter.go")
	source := "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfor i := 0; ; i++ {\n\t\tfmt.Println(i)\n\t}\n}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := command(t, "run", path)
	c.Stdout = w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := r.Read(make([]byte, 10)); err != nil {
		t.Error(err)
	}
	r.Close()
	c.Wait()
	if c.ProcessState.Success() {
		t.Error("exit status 0, but the output was cut")
	}
}

// The end of another connection than that of our reader, such as a dead kernel's,
// does not end the run: the runtime sends the same signal for it.
func TestOtherBrokenPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ask.go")
	source := "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"begun\")\n\tvar s string\n\tfmt.Scanln(&s)\n\tfmt.Println(\"got\", s)\n}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	c := command(t, "run", path)
	out := &until{text: "begun\n", seen: make(chan struct{})}
	c.Stdout = out
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-out.seen
	if err := c.Process.Signal(syscall.SIGPIPE); err != nil {
		t.Error(err)
	}
	in.Write([]byte("answer\n"))
	if err := c.Wait(); err != nil || out.all.String() != "begun\ngot answer\n" {
		t.Errorf("%v, output %q", err, &out.all)
	}
}

// lab that is told to go takes JupyterLab with it.
func TestTerminateLab(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in\n--version) echo 4.9.9 ;;\n*) echo waiting; exec sleep 600 ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(bin, "jupyter-lab"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if exec.Command(filepath.Join(bin, "jupyter-lab"), "--version").Run() != nil {
		t.Skip("this system runs no shell scripts")
	}
	c := command(t, "lab", bin)
	c.Env = append(c.Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out := &until{text: "waiting\n", seen: make(chan struct{})}
	c.Stdout = out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-out.seen
	c.Process.Signal(syscall.SIGTERM)
	c.Wait() // returns when JupyterLab has let go of standard output
	if got := c.ProcessState.ExitCode(); got != 143 {
		t.Errorf("exit status %d, want 143", got)
	}
}

func TestOutputText(t *testing.T) {
	raw := func(s string) json.RawMessage { return json.RawMessage(strconv.Quote(s)) }
	tests := []struct {
		data map[string]json.RawMessage
		want string
	}{
		{map[string]json.RawMessage{"text/html": raw("<b>"), "text/plain": raw("plain"), "text/markdown": raw("**md**")}, "plain"},
		{map[string]json.RawMessage{"text/html": raw("<b>"), "text/markdown": raw("**md**")}, "**md**"},
		{map[string]json.RawMessage{"text/html": raw("<b>"), "image/png": raw("AAAA")}, "<image/png, text/html>"},
	}
	for _, test := range tests {
		a := nbformat.NewRecorder().Area()
		a.Display(test.data, nil, "")
		if got := outputText(a.Outputs()[0]); got != test.want {
			t.Errorf("%v: %q, want %q", test.data, got, test.want)
		}
	}
}

func BenchmarkRunProgram(b *testing.B) {
	path := filepath.Join(b.TempDir(), "hello.go")
	if err := os.WriteFile(path, []byte("package main\n\nfunc main() { println(1) }\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := command(b, "run", path).Run(); err != nil {
			b.Fatal(err)
		}
	}
}
