package childproc

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if os.Getenv("CHILDPROC_TEST_NO_MAIN") != "" {
		// A program that forgot to call Main: its child would be the program again.
		_, err := Start(context.Background(), "echo", Options{})
		fmt.Print(err)
		os.Exit(0)
	}
	Main(map[string]func() int{
		"echo": echo,
		"env": func() int {
			fmt.Print(os.Getenv("CHILDPROC_TEST_VALUE"))
			return 0
		},
		"status": func() int { return 7 },
		"thread": func() int {
			fmt.Print(os.Getpid(), " ", ThreadID())
			return 0
		},
		"family": family,
		"nest":   nest,
		"wait":   func() int { select {} },
		"yield": func() int {
			YieldTerm()
			fmt.Println("ready")
			select {}
		},
	})
	os.Exit(m.Run())
}

// echo copies its first file to its second.
func echo() int {
	io.Copy(File(1), File(0))
	return 0
}

// family starts a child of the package, a program, and a program that leaves
// the group, tells their numbers and waits.
func family() int {
	p, err := Start(context.Background(), "wait", Options{})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	sleep := exec.Command("sleep", "1000")
	sleep.Start()
	away := exec.Command("setsid", "sleep", "1001")
	away.Start()
	fmt.Println(os.Getpid(), p.PID(), sleep.Process.Pid, away.Process.Pid)
	select {}
}

// nest starts itself until Start refuses.
func nest() int {
	p, err := Start(context.Background(), "nest", Options{})
	if err != nil {
		fmt.Println(err)
		return 0
	}
	return p.Wait().Code
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// output runs a role to its end and returns what it printed.
func output(t *testing.T, role string, o Options) (string, State) {
	t.Helper()
	r, w := pipe(t)
	o.Stdout = w
	p, err := Start(context.Background(), role, o)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	out, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return string(out), p.Wait()
}

func TestFiles(t *testing.T) {
	r1, w1 := pipe(t)
	r2, w2 := pipe(t)
	p, err := Start(context.Background(), "echo", Options{Files: []*os.File{r1, w2}})
	if err != nil {
		t.Fatal(err)
	}
	w2.Close()
	fmt.Fprint(w1, "hello")
	w1.Close()
	if out, _ := io.ReadAll(r2); string(out) != "hello" {
		t.Errorf("%q", out)
	}
	if s := p.Wait(); s.Code != 0 || s.Signal != "" {
		t.Errorf("%+v", s)
	}
	if err := p.Signal(os.Kill); err == nil {
		t.Error("a signal to a process that is gone")
	}
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
}

func TestState(t *testing.T) {
	if _, s := output(t, "status", Options{}); s.Code != 7 || s.CPU == 0 {
		t.Errorf("%+v", s)
	}
	if _, s := output(t, "none", Options{Stderr: os.NewFile(^uintptr(0), "closed")}); s.Code == 0 && s.Err == nil {
		t.Errorf("%+v", s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p, err := Start(ctx, "wait", Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if s := p.Wait(); runtime.GOOS != "windows" && (s.Code != -1 || s.Signal != "killed") {
		t.Errorf("%+v", s)
	}
}

// TestMainThread: a role runs on the main thread, whose number is the process's.
func TestMainThread(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("thread numbers are process numbers on Linux alone")
	}
	out, _ := output(t, "thread", Options{})
	pid, tid, _ := strings.Cut(out, " ")
	if pid != tid || pid == "" {
		t.Errorf("process %s, thread %s", pid, tid)
	}
}

func TestGuards(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CHILDPROC_TEST_NO_MAIN=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "does not call childproc.Main") {
		t.Errorf("%s %v", out, err)
	}
	if out, s := output(t, "nest", Options{}); s.Code != 0 || !strings.Contains(out, "one below the other") {
		t.Errorf("%s %+v", out, s)
	}
}

// startFamily starts the role family and returns the numbers of its processes.
func startFamily(t *testing.T, tree Tree) (*Process, []int) {
	t.Helper()
	r, w := pipe(t)
	p, err := Start(context.Background(), "family", Options{Stdout: w, Tree: tree})
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, f := range strings.Fields(line) {
		pid, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(line)
		}
		pids = append(pids, pid)
	}
	return p, pids
}

// gone waits for processes to end, which no event tells of processes that are
// not children.
func gone(t *testing.T, pids []int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		alive := map[int]bool{}
		for _, p := range processes() {
			if !p.dead {
				alive[p.pid] = true
			}
		}
		left := 0
		for _, pid := range pids {
			if alive[pid] {
				left = pid
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d of %v lives on", left, pids)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func needProcesses(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs setsid and marks in the environment")
	}
}

func TestKillTree(t *testing.T) {
	needProcesses(t)
	tree := NewTree()
	p, pids := startFamily(t, tree)
	if got := len(tree.Processes()); got != 4 {
		t.Errorf("%d processes of the tree, want 4", got)
	}
	p.Kill()
	p.Wait()
	gone(t, pids)
	if left := tree.Processes(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestOrphans: the child is killed alone; what it started is found by its mark.
func TestOrphans(t *testing.T) {
	needProcesses(t)
	tree := NewTree()
	p, pids := startFamily(t, tree)
	p.Signal(os.Kill)
	p.Wait()
	tree.Kill()
	gone(t, pids)
}

// TestParentDeath: the parent of the family is killed; the family finds out by itself.
func TestParentDeath(t *testing.T) {
	needProcesses(t)
	cmd := exec.Command(os.Args[0], "-test.run", "TestParentHelper")
	cmd.Env = append(os.Environ(), "CHILDPROC_TEST_PARENT=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, f := range strings.Fields(strings.Trim(line, "[]\n")) {
		pid, _ := strconv.Atoi(f)
		pids = append(pids, pid)
	}
	if len(pids) != 4 {
		t.Fatalf("%q", line)
	}
	cmd.Process.Kill()
	cmd.Wait()
	gone(t, pids)
}

func TestParentHelper(t *testing.T) {
	if os.Getenv("CHILDPROC_TEST_PARENT") == "" {
		t.Skip("part of TestParentDeath")
	}
	_, pids := startFamily(t, NewTree())
	fmt.Println(pids)
	select {}
}

// TestPending: bytes that are not read are counted at both ends, and Receive
// takes them under the lock.
func TestPending(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not told there")
	}
	r, w := pipe(t)
	fmt.Fprint(w, "hello")
	if Pending(r) != 5 || Pending(w) != 5 {
		t.Errorf("%d at the reader's end, %d at the writer's", Pending(r), Pending(w))
	}
	held := 0
	n, err := Receive(r, make([]byte, 3), func() int { held++; return 0 }, func() { held-- })
	if n != 3 || err != nil || held != 1 || Pending(r) != 2 {
		t.Errorf("%d bytes, %v, lock %d", n, err, held)
	}
	if n, _ := Receive(r, make([]byte, 3), func() int { return 1 }, func() {}); n != 1 {
		t.Errorf("%d bytes, want 1", n)
	}
	Receive(r, make([]byte, 3), func() int { return 0 }, func() {})
	done := make(chan error)
	go func() {
		_, err := Receive(r, make([]byte, 3), func() int { held++; return 0 }, func() { held-- })
		done <- err
	}()
	w.Close()
	if err := <-done; err != io.EOF || held != 2 {
		t.Errorf("%v, lock %d", err, held)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p, err := Start(context.Background(), "status", Options{})
		if err != nil {
			b.Fatal(err)
		}
		if s := p.Wait(); s.Code != 7 {
			b.Fatalf("%+v", s)
		}
	}
}
