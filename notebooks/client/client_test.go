package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/nbformat"
)

// limit bounds what a test waits for; it is only reached when something hangs.
func limit(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func start(t testing.TB, k Kernel) *Client {
	t.Helper()
	c, err := Start(limit(t), k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func run(t testing.TB, c *Client, code string) *Result {
	t.Helper()
	r, err := c.Execute(limit(t), code, Options{StoreHistory: true})
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return r
}

func TestStart(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			if transport == "ipc" && !HasIPC() {
				t.Skip("this machine has no Unix sockets")
			}
			k := fakeSpec("plain")
			k.Transport = transport
			c := start(t, k)
			if c.KernelInfo().Implementation != "fake" {
				t.Errorf("kernel info %+v", c.KernelInfo())
			}
			info, err := os.Stat(c.ConnectionFile())
			if err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("connection file: %v, %v: it holds the key", info.Mode(), err)
			}
			if r := run(t, c, "echo hello"); r.Text("stdout") != "hello" || r.Count != 1 || r.Err() != nil {
				t.Errorf("echo: %+v", r)
			}
			if d, err := c.Ping(limit(t)); err != nil || d <= 0 {
				t.Errorf("Ping: %v %v", d, err)
			}
		})
	}
}

// A kernel whose first answers are not followed by a published message is asked
// again until one arrives.
func TestNudge(t *testing.T) {
	c := start(t, fakeSpec("mute"))
	if b := c.KernelInfo().Banner; b != "3" {
		t.Errorf("the kernel was asked %s times, want 3", b)
	}
}

func TestOrder(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	var kinds []string
	var text strings.Builder
	r, err := c.Execute(limit(t), "count 20000", Options{OnMessage: func(m *protocol.Message) {
		switch content := m.Content.(type) {
		case *protocol.Stream:
			text.WriteString(content.Text)
		case *protocol.Status:
			kinds = append(kinds, content.ExecutionState)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i := range 20000 {
		fmt.Fprintln(&want, i)
	}
	if text.String() != want.String() || r.Text("stdout") != want.String() {
		t.Error("lines were lost or changed places")
	}
	if fmt.Sprint(kinds) != "[busy idle]" || len(r.Outputs) != 1 {
		t.Errorf("statuses %v, %d outputs", kinds, len(r.Outputs))
	}
	if r := run(t, c, "early"); r.Text("stdout") != "late" {
		t.Errorf("output after the reply: %q", r.Text("stdout"))
	}
}

func TestForgedAndUnknownMessages(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	if r := run(t, c, "forge"); len(r.Outputs) != 0 || r.Err() != nil {
		t.Errorf("forge: %+v", r)
	}
	seen := ""
	if _, err := c.Execute(limit(t), "unknown", Options{OnMessage: func(m *protocol.Message) { seen += m.Header.MsgType + " " }}); err != nil {
		t.Fatal(err)
	}
	if seen != "status future_data status " {
		t.Errorf("saw %q", seen)
	}
}

// Displays keep their numbers as they were sent, and are updated from other cells.
func TestDisplays(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	recorder := nbformat.NewRecorder()
	r, err := c.Execute(limit(t), "display", Options{Recorder: recorder})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(r.Outputs[0].Data.Raw("application/json")); got != `{"b":1.50,"a":12345678901234567890}` {
		t.Errorf("JSON came as %s", got)
	}
	second, err := c.Execute(limit(t), "update", Options{Recorder: recorder})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := r.Area.Outputs()[0].Data.Text("text/plain"); got != "new" || len(second.Outputs) != 0 {
		t.Errorf("after the update: %q and %d outputs", got, len(second.Outputs))
	}
}

func TestStdin(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	r, err := c.Execute(limit(t), "ask name? ", Options{Stdin: func(_ context.Context, prompt string, password bool) (string, error) {
		return fmt.Sprintf("%q %v", prompt, password), nil
	}})
	if err != nil || !strings.Contains(r.Text("stdout"), `"value":"\"name? \" true"`) {
		t.Errorf("answer: %q, %v", r.Text("stdout"), err)
	}
	r, err = c.Execute(limit(t), "ask", Options{Stdin: func(context.Context, string, bool) (string, error) {
		return "", errors.New("no more")
	}})
	if err != nil || !strings.Contains(r.Text("stdout"), `"status":"error"`) {
		t.Errorf("end of input: %q, %v", r.Text("stdout"), err)
	}
	// The kernel dies while the answer is awaited: the function is told.
	ctx, cancel := context.WithCancel(limit(t))
	_, err = c.Execute(ctx, "ask", Options{Stdin: func(ctx context.Context, _ string, _ bool) (string, error) {
		cancel()
		<-ctx.Done()
		return "", ctx.Err()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestInterrupt(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	r, err := c.Execute(limit(t), "wait", Options{OnMessage: func(m *protocol.Message) {
		if s, ok := m.Content.(*protocol.Status); ok && s.ExecutionState == protocol.Busy {
			if err := c.Interrupt(limit(t)); err != nil {
				t.Error(err)
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	var cell *CellError
	if !errors.As(r.Err(), &cell) || cell.Error() != "Interrupt: interrupted" {
		t.Errorf("result: %v", r.Err())
	}
}

func TestDeath(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	r, err := c.Execute(limit(t), "die 3", Options{})
	var death *DeathError
	if !errors.As(err, &death) {
		t.Fatalf("error %v", err)
	}
	if death.State != "exit status 3" || !strings.HasSuffix(death.Stderr, "fatal: out of cheese") {
		t.Errorf("death: %+v", death)
	}
	if r.Text("stdout") != "" && r.Text("stdout") != "last output" { // zmq4's PUB may lose it when the process exits
		t.Errorf("output %q", r.Text("stdout"))
	}
	for range 2 { // whoever comes later hears the same
		if _, err := c.Info(limit(t)); !errors.As(err, &death) {
			t.Errorf("afterwards: %v", err)
		}
	}
	select {
	case <-c.Dead():
	default:
		t.Error("Dead is not closed")
	}
	if err := c.Restart(limit(t)); err != nil {
		t.Fatal("restart: ", err)
	}
	if r := run(t, c, "echo again"); r.Count != 1 || r.Text("stdout") != "again" {
		t.Errorf("after restart: %+v", r)
	}
}

func TestKilledFromOutside(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	_, err := c.Execute(limit(t), "wait", Options{OnMessage: func(*protocol.Message) { c.process.cmd.Process.Kill() }})
	var death *DeathError
	if !errors.As(err, &death) || !strings.Contains(death.State, "killed") {
		t.Errorf("error %v", err)
	}
}

func TestStartFails(t *testing.T) {
	_, err := Start(limit(t), fakeSpec("no start"))
	var death *DeathError
	if !errors.As(err, &death) || death.State != "exit status 4" || !strings.Contains(err.Error(), "no module named fake") {
		t.Errorf("a kernel that ends at once: %v", err)
	}
	ctx, cancel := context.WithTimeout(limit(t), 200*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx, fakeSpec("deaf")); !errors.Is(err, context.DeadlineExceeded) && !strings.Contains(fmt.Sprint(err), "shell") && !strings.Contains(fmt.Sprint(err), "iopub") {
		t.Errorf("a kernel that does not listen: %v", err)
	}
	if _, err := Start(limit(t), Kernel{Argv: []string{"/no/such/kernel", "{connection_file}"}}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a kernel that is not there: %v", err)
	}
	if _, err := Start(limit(t), Kernel{}); err == nil {
		t.Error("started nothing")
	}
}

func TestRequestErrors(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	if _, err := c.Complete(limit(t), "x", 1); err == nil || err.Error() != "complete_request: NameError: no such thing" {
		t.Errorf("Complete: %v", err)
	}
	ctx, cancel := context.WithCancel(limit(t))
	cancel()
	if _, err := c.Execute(ctx, "wait", Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Execute: %v", err)
	}
	c.Interrupt(limit(t))
	if r := run(t, c, "echo after"); r.Text("stdout") != "after" {
		t.Errorf("after a cancelled request: %+v", r)
	}
}

func TestBackground(t *testing.T) {
	k := fakeSpec("plain")
	got := make(chan *protocol.Message, 100)
	k.Background = func(m *protocol.Message) {
		if _, ok := m.Content.(*protocol.Stream); ok {
			got <- m
		}
	}
	c := start(t, k)
	r := run(t, c, "after")
	select {
	case m := <-got:
		if m.Parent.MsgID != r.Request || m.Content.(*protocol.Stream).Text != "afterwards" {
			t.Errorf("background message %+v", m)
		}
	case <-limit(t).Done():
		t.Error("nothing came")
	}
}

func TestShutdown(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	if err := c.Shutdown(limit(t)); err != nil {
		t.Error(err)
	}
	c = start(t, fakeSpec("stubborn"))
	ctx, cancel := context.WithTimeout(limit(t), 300*time.Millisecond)
	defer cancel()
	if err := c.Shutdown(ctx); err == nil || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("a kernel that does not leave: %v", err)
	}
	if !c.process.end(0) {
		t.Error("it still runs")
	}
}

func TestConnect(t *testing.T) {
	c := start(t, fakeSpec("plain"))
	second, err := Connect(limit(t), c.ConnectionFile(), Kernel{})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if r := run(t, second, "echo two"); r.Text("stdout") != "two" {
		t.Errorf("second client: %+v", r)
	}
	if err := second.Restart(limit(t)); err == nil {
		t.Error("restarted a kernel of another program")
	}
	c.Close()
	if _, err := second.Info(limit(t)); err == nil || !strings.Contains(err.Error(), "closed the connection") {
		t.Errorf("after the kernel's end: %v", err)
	}
	gone := filepath.Join(t.TempDir(), "connection.json")
	info, _ := newConnectionInfo("tcp", "", "")
	if err := info.write(gone); err != nil {
		t.Fatal(err)
	}
	if _, err := Connect(limit(t), gone, Kernel{}); err == nil || !strings.Contains(err.Error(), "connection refused") && !strings.Contains(err.Error(), "refused it") {
		t.Errorf("no kernel there: %v", err)
	}
}

// Nothing is left of a client: no goroutine, no file, no process.
func TestLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	before := runtime.NumGoroutine()
	for i := range 5 {
		c, err := Start(limit(t), fakeSpec("plain"))
		if err != nil {
			t.Fatal(err)
		}
		run(t, c, "count 100")
		switch i {
		case 0:
			c.Close()
		case 1:
			c.Shutdown(limit(t))
		case 2:
			c.Execute(limit(t), "die 1", Options{})
		case 3: // closed while a call waits and messages are on their way
			var wait sync.WaitGroup
			wait.Go(func() { c.Execute(limit(t), "count 100000", Options{OnMessage: func(*protocol.Message) {}}) })
			run(t, c, "echo") // the kernel has taken the first one
			c.Close()
			wait.Wait()
		case 4:
			if err := c.Restart(limit(t)); err != nil {
				t.Fatal(err)
			}
		}
		c.Close()
		if !c.process.end(0) {
			t.Error("the kernel still runs")
		}
	}
	Start(limit(t), fakeSpec("no start"))
	if n := runtime.NumGoroutine(); n > before {
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", n, before, buf[:runtime.Stack(buf, true)])
	}
	if left, _ := os.ReadDir(temp); len(left) != 0 {
		t.Errorf("files left: %v", left)
	}
}

func TestTail(t *testing.T) {
	w := &tail{}
	for i := range 1000 {
		fmt.Fprintf(w, "line %d\n", i)
	}
	got := strings.Split(w.String(), "\n")
	if len(got) != 30 || got[29] != "line 999" || got[0] != "line 970" {
		t.Errorf("tail: %q", got)
	}
	if s := (&tail{}).String(); s != "" {
		t.Errorf("nothing written: %q", s)
	}
}

func TestReadSpec(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("IYAGI_TEST_VALUE", "v")
	spec := `{"argv":["{resource_dir}/k","{connection_file}"],"display_name":"K","interrupt_mode":"message","env":{"A":"x${IYAGI_TEST_VALUE}"}}`
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := ReadSpec(dir)
	if err != nil || k.Argv[0] != dir+"/k" || k.Name != "K" || k.InterruptMode != "message" || k.Env[0] != "A=xv" {
		t.Errorf("%+v %v", k, err)
	}
	if _, err := ReadSpec(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no spec: %v", err)
	}
}

func BenchmarkExecute(b *testing.B) {
	c := start(b, fakeSpec("plain"))
	for b.Loop() {
		run(b, c, "echo x")
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		c, err := Start(limit(b), fakeSpec("plain"))
		if err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
