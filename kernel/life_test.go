package kernel

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

// endless starts a kernel whose cell runs for ever, with a child of the cell,
// and returns it with all the processes below it.
func endless(t *testing.T, k client.Kernel) (*client.Client, []*process.Process) {
	t.Helper()
	var log bytes.Buffer
	k.Stderr = &log
	ctx, cancel := context.WithTimeout(context.Background(), scriptTime)
	t.Cleanup(cancel)
	c, err := client.Start(ctx, k)
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	t.Cleanup(c.Close)
	runs, ended := make(chan bool, 1), make(chan struct{})
	go func() {
		defer close(ended)
		c.Execute(ctx, "cmd := exec.Command(`sleep`, `3600`)\ncmd.Start()\nfmt.Println(cmd.Process.Pid)\nfor {}",
			client.Options{StoreHistory: true, OnMessage: func(m *protocol.Message) {
				if m.Header.MsgType == "stream" {
					select {
					case runs <- true:
					default:
					}
				}
			}})
	}()
	t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-runs:
	case <-ctx.Done():
		t.Fatal("the cell prints nothing")
	}
	below := descendants(c.PID())
	if len(below) < 2 {
		t.Fatalf("%d processes below the kernel, want the evaluator and the cell's child", len(below))
	}
	return c, below
}

func send(c *client.Client, sig syscall.Signal) error {
	p, err := process.NewProcess(int32(c.PID()))
	if err != nil {
		return err
	}
	return p.SendSignal(sig)
}

// wantGone waits for the processes to end.
func wantGone(t *testing.T, below []*process.Process) {
	t.Helper()
	for _, p := range below {
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			alive, err := p.IsRunning()
			if status, serr := p.Status(); serr == nil && len(status) == 1 && status[0] == process.Zombie {
				alive = false
			}
			if err != nil || !alive {
				break
			}
			if time.Now().After(end) {
				line, _ := p.Cmdline()
				t.Errorf("process %d lives on: %s", p.Pid, line)
				break
			}
		}
	}
}

// TestEnd ends a busy kernel in each way that front ends have: nothing stays.
func TestEnd(t *testing.T) {
	for name, end := range map[string]func(c *client.Client) error{
		"SIGTERM":  func(c *client.Client) error { return send(c, syscall.SIGTERM) },
		"SIGHUP":   func(c *client.Client) error { return send(c, syscall.SIGHUP) },
		"SIGKILL":  func(c *client.Client) error { return send(c, syscall.SIGKILL) },
		"shutdown": func(c *client.Client) error { return c.Shutdown(context.Background()) },
		"shutdown on shell": func(c *client.Client) error {
			_, err := c.Request(context.Background(), protocol.Shell, "shutdown_request", &protocol.ShutdownRequest{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := testKernel(t)
			c, below := endless(t, k)
			if err := end(c); err != nil {
				t.Error(err)
			}
			select {
			case <-c.Dead():
			case <-time.After(10 * time.Second):
				t.Error("the kernel lives on")
			}
			wantGone(t, below)
		})
	}
}

// TestSIGINT interrupts a running cell and ends an idle kernel.
func TestSIGINT(t *testing.T) {
	c, below := endless(t, testKernel(t))
	ctx, cancel := context.WithTimeout(context.Background(), scriptTime)
	defer cancel()
	if err := send(c, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	r, err := c.Execute(ctx, "cmd.Process.Pid > 0", client.Options{StoreHistory: true})
	if err != nil || r.Err() != nil {
		t.Fatal(err, r.Err())
	}
	if err := send(c, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Dead():
	case <-ctx.Done():
		t.Error("the kernel lives on")
	}
	wantGone(t, below)
}

// TestParentDies starts a kernel from a shell that is then killed.
func TestParentDies(t *testing.T) {
	k := testKernel(t)
	pidFile := filepath.Join(k.Dir, "pid")
	// exec.Command's own child is the wrapper; the kernel is its child.
	connection := filepath.Join(k.Dir, "connection.json")
	text := `{"transport":"ipc","ip":"` + filepath.Join(k.Dir, "k") + `","shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"key":"a","signature_scheme":"hmac-sha256"}`
	if err := os.WriteFile(connection, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	wrapper := exec.Command("sh", "-c", `JPY_PARENT_PID=$$ "$0" "$1" & echo $! > "$2.new"; mv "$2.new" "$2"; wait`, k.Argv[0], connection, pidFile)
	wrapper.Env = append(os.Environ(), k.Env...)
	if err := wrapper.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptTime)
	defer cancel()
	c, err := client.Connect(ctx, connection, client.Kernel{Name: "iyagi"})
	for err != nil && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond) // until the kernel listens
		c, err = client.Connect(ctx, connection, client.Kernel{Name: "iyagi"})
	}
	if err != nil {
		wrapper.Process.Kill()
		t.Fatal(err)
	}
	defer c.Close()
	data, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(bytes.TrimSpace(data)))
	if err != nil {
		t.Fatal(err)
	}
	kernel, err := process.NewProcess(int32(pid))
	if err != nil {
		t.Fatal(err)
	}
	below := append(descendants(pid), kernel)
	wrapper.Process.Kill()
	wrapper.Wait()
	wantGone(t, below)
}

// TestInterruptOnShell is what VS Code sent before November 2025, while a cell runs.
func TestInterruptOnShell(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			k := testKernel(t)
			k.Transport = transport
			c, _ := endless(t, k)
			ctx, cancel := context.WithTimeout(context.Background(), scriptTime)
			defer cancel()
			began := time.Now()
			if _, err := c.Request(ctx, protocol.Shell, "interrupt_request", &protocol.InterruptRequest{}); err != nil {
				t.Fatal(err)
			}
			r, err := c.Execute(ctx, "cmd.Process.Pid > 0", client.Options{StoreHistory: true})
			if err != nil || r.Err() != nil {
				t.Fatal(err, r.Err())
			}
			t.Logf("the next cell ended %v after the interrupt", time.Since(began))
			if err := c.Shutdown(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// BenchmarkCell is the time from an execute_request to idle and reply.
func BenchmarkCell(b *testing.B) {
	for name, code := range map[string]string{"empty": "", "1+1": "1+1", "print": `fmt.Println("hello")`} {
		b.Run(name, func(b *testing.B) {
			c := benchmarkKernel(b)
			for b.Loop() {
				benchmarkExecute(b, c, code)
			}
		})
	}
}

// BenchmarkLines is the time of 100,000 lines.
func BenchmarkLines(b *testing.B) {
	c := benchmarkKernel(b)
	for b.Loop() {
		benchmarkExecute(b, c, `for i := range 100000 { fmt.Println("line", i) }`)
	}
}

// BenchmarkStart is the time from the start of the process to the end of its first cell.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		c := benchmarkKernel(b)
		benchmarkExecute(b, c, "1+1")
		c.Close()
	}
}

// BenchmarkCompleteWhileBusy is a completion while a cell runs.
func BenchmarkCompleteWhileBusy(b *testing.B) {
	c := benchmarkKernel(b)
	busy := make(chan struct{}, 1)
	go c.Execute(context.Background(), `fmt.Println("busy"); for {}`, client.Options{OnMessage: func(m *protocol.Message) {
		if m.Header.MsgType == "stream" {
			busy <- struct{}{}
		}
	}})
	<-busy
	for b.Loop() {
		if _, err := c.Complete(context.Background(), "strings.Sp", 10); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkKernel(b *testing.B) *client.Client {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	c, err := client.Start(context.Background(), client.Kernel{Name: "iyagi", Argv: []string{self, "{connection_file}"}, Dir: dir,
		InterruptMode: "message", Env: []string{kernelVariable + "=", "IYAGI_TEST_HISTORY=" + filepath.Join(dir, "history.sqlite")}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	return c
}

func benchmarkExecute(b *testing.B, c *client.Client, code string) {
	r, err := c.Execute(context.Background(), code, client.Options{StoreHistory: true})
	if err != nil {
		b.Fatal(err)
	}
	if r.Err() != nil {
		b.Fatal(r.Err())
	}
}
