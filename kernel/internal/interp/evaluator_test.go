package interp

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/internal/eval"
)

func TestPrint(t *testing.T) {
	n := open(t)
	n.want("stdout: hello\n", `fmt.Println("hello")`, "fmt")
	n.want("", ``)
	u := n.unit(`x = 41; fmt.Print(f())`, []eval.Decl{decl("x", "var x int"), decl("f", "func f() int { return x + 1 }")}, "fmt")
	if out, err := n.run(u); out != "stdout: 42" || err != nil {
		t.Errorf("%q %v", out, err)
	}
	n.want("stdout: 41 42", `fmt.Print(x, f())`, "fmt")
	n.want("stdout: a\n|stderr: b\n|stdout: c\n|stderr: d\n",
		`fmt.Println("a"); log.SetFlags(0); log.Print("b"); fmt.Println("c"); log.Print("d")`, "fmt", "log")
}

func TestPanic(t *testing.T) {
	n := open(t)
	u := n.unit("div__1(0)", []eval.Decl{decl("div__1", "func div__1(n int) int {\n/*line cell 1:5:9*/return 1/n\n}")})
	out, err := n.run(u)
	if err == nil || err.Name != "panic" || err.Value != "runtime error: integer divide by zero" || out != "" {
		t.Fatalf("%q %+v", out, err)
	}
	if len(err.Frames) != 2 || err.Frames[0].Func != "div" || err.Frames[0].Line != 5 {
		t.Errorf("frames %+v", err.Frames)
	}
	n.want("stdout: ok", `fmt.Print("ok")`, "fmt")
}

// TestLongPanic: nobody reads a megabyte of an error.
func TestLongPanic(t *testing.T) {
	n := open(t)
	_, err := n.do(`panic("한글" + strings.Repeat("x", 1<<20))`, "strings")
	if err == nil || len(err.Value) > maxError+100 || !strings.HasPrefix(err.Value, "한글xxx") || !strings.HasSuffix(err.Value, "bytes more)") {
		t.Errorf("%.100v", err)
	}
}

// deaths are mistakes that end the evaluator, and what the cell is told.
var deaths = []struct{ name, body, imports, value string }{
	{"stack", `var f func(int) int; f = func(n int) int { return f(n+1) + 1 }; f(0)`, "", "fatal error: stack overflow"},
	{"maps", `m := map[int]int{}; for i := 0; i < 4; i++ { go func() { for j := 0; ; j++ { m[j] = j } }() }; select {}`, "", "fatal error: concurrent map"},
	{"memory", `b := make([]byte, 1<<40); b[0] = 1`, "", "out of memory"},
	{"mutex", `var mu sync.Mutex; mu.Unlock()`, "sync", "fatal error: sync: unlock of unlocked mutex"},
	{"kill", `syscall.Kill(syscall.Getpid(), syscall.SIGKILL); select {}`, "syscall", "signal: killed"},
	{"exit", `syscall.Exit(3)`, "syscall", "exit status 3"},
	{"pipe", `syscall.Close(4)`, "syscall", "pipe to the kernel was closed"},
	{"goroutine", `go func() { panic("boom") }(); select {}`, "", "panic: boom"},
}

func TestDeath(t *testing.T) {
	for _, d := range deaths {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			n := open(t)
			imports := []string{"fmt"}
			if d.imports != "" {
				imports = append(imports, d.imports)
			}
			began := time.Now()
			out, err := n.do(`fmt.Println("before"); `+d.body, imports...)
			if err == nil || !strings.Contains(err.Value, d.value) {
				t.Fatalf("%q: %+v", out, err)
			}
			t.Logf("%s: %s (%v)", err.Name, err.Value, time.Since(began))
			if out != "stdout: before\n" {
				t.Errorf("shows %q", out)
			}
			if n.client.Alive() {
				t.Error("the client takes the evaluator for alive")
			}
			if _, err := n.do(`fmt.Println("after")`, "fmt"); err == nil {
				t.Error("a run after death succeeds")
			}
		})
	}
}

// TestCrashLog: the log tells of a crash in one short line, unless asked for more.
func TestCrashLog(t *testing.T) {
	var log bytes.Buffer
	c, err := eval.Start(t.Context(), eval.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	n := &notebook{t: t, client: c}
	n.do(`go func() { panic("a\n" + strings.Repeat("b", 10000)) }(); select {}`, "strings")
	<-c.Exited()
	if line := log.String(); strings.Count(line, "\n") != 1 || len(line) > 400 || !strings.Contains(line, "level=WARN") {
		t.Errorf("%d bytes: %s", len(line), line)
	}
}

// blocked are ways to run for ever.
var blocked = []struct{ name, body, imports string }{
	{"loop", `for {}`, ""},
	{"count", `i := 0; for { i++ }`, ""},
	{"sleep", `time.Sleep(time.Hour)`, "time"},
	{"receive", `<-make(chan int)`, ""},
	{"send", `make(chan int) <- 1`, ""},
	{"select", `select {}`, ""},
	{"mutex", `var mu sync.Mutex; mu.Lock(); mu.Lock()`, "sync"},
	{"wait", `var wg sync.WaitGroup; wg.Add(1); wg.Wait()`, "sync"},
	{"goroutines", `for i := 0; i < 4; i++ { go func() { for {} }() }; for {}`, ""},
	{"recover", `for { func() { defer func() { recover() }(); panic(1) }() }`, ""},
	{"callback", `sort.Slice(make([]int, 10), func(i, j int) bool { for {} })`, "sort"},
	{"command", `exec.Command("sleep", "1000").Run()`, "os/exec"},
	{"read", `r, _, _ := os.Pipe(); r.Read(make([]byte, 1))`, "os"},
}

func TestInterrupt(t *testing.T) {
	for _, b := range blocked {
		t.Run(b.name, func(t *testing.T) {
			n := open(t)
			u := n.unit(`x = 7; c = 0; next = func() int { c++; return c }; next()`,
				[]eval.Decl{decl("x", "var x int"), decl("c", "var c int"), decl("next", "var next func() int")})
			if _, err := n.run(u); err != nil {
				t.Fatal(err)
			}
			imports := []string{"fmt"}
			if b.imports != "" {
				imports = append(imports, b.imports)
			}
			begun := make(chan bool, 1)
			wait := n.start(n.unit(`fmt.Println("go"); `+b.body, nil, imports...), func(o eval.Output) { begun <- true })
			<-begun
			time.Sleep(20 * time.Millisecond) // so that it is blocked, which no event tells
			began := time.Now()
			if err := n.client.Interrupt(); err != nil {
				t.Fatal(err)
			}
			_, err := wait()
			took := time.Since(began)
			if err == nil || err.Name != "interrupt" {
				t.Fatalf("%+v", err)
			}
			t.Logf("%v", took)
			if took > time.Second {
				t.Errorf("interrupt took %v", took)
			}
			n.want("stdout: 7 2", `fmt.Print(x, next())`, "fmt")
			if left := n.client.Processes(); len(left) > 1 {
				t.Errorf("processes left: %v", left)
			}
			if cpu := cpuTime(t, n.client.PID(), 50*time.Millisecond); cpu > 30*time.Millisecond {
				t.Errorf("code still runs: %v of CPU in 50 ms", cpu)
			}
		})
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	p, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
}

// TestKill: the evaluator is killed from outside while a cell runs and while none does.
func TestKill(t *testing.T) {
	n := open(t)
	begun := make(chan bool, 1)
	wait := n.start(n.unit(`fmt.Println("go"); select {}`, nil, "fmt"), func(o eval.Output) { begun <- true })
	<-begun
	kill(t, n.client.PID())
	if _, err := wait(); err == nil || !strings.HasPrefix(err.Value, "signal: killed") {
		t.Errorf("%+v", err)
	}
	n = open(t)
	n.want("", "")
	kill(t, n.client.PID())
	<-n.client.Exited()
	if _, err := n.do(`select {}`); err == nil {
		t.Error("no error")
	}
}

// TestStopped: an evaluator that reads nothing can still be interrupted and killed.
func TestStopped(t *testing.T) {
	n := open(t)
	wait := n.start(n.unit(`syscall.Kill(syscall.Getpid(), syscall.SIGSTOP); select {}`, nil, "syscall"), nil)
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.client.PID()))
		if err != nil {
			t.Skip("cannot tell whether the evaluator has stopped")
		}
		if strings.Contains(string(stat), ") T ") {
			break
		}
		time.Sleep(time.Millisecond)
	}
	n.client.Input(eval.Input{Value: strings.Repeat("x", 1<<20)}) // more than the pipe holds
	n.client.Interrupt()
	n.client.Kill()
	if _, err := wait(); err == nil || err.Value != "the evaluator was stopped" {
		t.Errorf("%+v", err)
	}
}

// TestRunAfterKill: a Run that begins while the process dies is told why it died.
func TestRunAfterKill(t *testing.T) {
	for range 20 {
		n := open(t)
		kill(t, n.client.PID())
		if _, err := n.do(`select {}`); err == nil || !strings.HasPrefix(err.Value, "signal: killed") {
			t.Fatalf("%+v", err)
		}
	}
}

// TestRawOrder: what another program writes to both streams stands between
// what the cell prints before and after it.
func TestRawOrder(t *testing.T) {
	n := open(t)
	for range 30 {
		n.want("stdout: before\nchild\n|stderr: error\n|stdout: after\n", `fmt.Println("before")
			cmd := exec.Command("sh", "-c", "echo child; echo error >&2")
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			cmd.Run()
			fmt.Println("after")`, "fmt", "os", "os/exec")
	}
}

// TestNonblocking: another program has made the descriptors that it shares with
// the cell non-blocking, and the reader is slow.
func TestNonblocking(t *testing.T) {
	n := open(t)
	const lines = 200_000 // more than a pipe holds
	u := n.unit(fmt.Sprintf(`syscall.SetNonblock(1, true)
		for range make([]struct{}, %d) { fmt.Println("0123456789") }
		fmt.Fprint(os.Stderr, "end")`, lines), nil, "fmt", "os", "syscall")
	var first sync.Once
	out, err := n.start(u, func(eval.Output) { first.Do(func() { time.Sleep(time.Second) }) })()
	if want := "stdout: " + strings.Repeat("0123456789\n", lines) + "|stderr: end"; out != want || err != nil {
		t.Errorf("%d bytes, want %d; %+v", len(out), len(want), err)
	}
}

// TestBackground: goroutines that outlive their cell, between cells and while
// another runs.
func TestBackground(t *testing.T) {
	n := open(t)
	u := n.unit(`go func() { for range c { fmt.Print("tick "); d <- 1 } }()`, []eval.Decl{decl("c", "var c = make(chan int)"), decl("d", "var d = make(chan int)")}, "fmt")
	if out, err := n.run(u); out != "" || err != nil {
		t.Fatalf("%q %v", out, err)
	}
	n.want("stdout: ab", `fmt.Print("a"); c <- 1; <-d; fmt.Print("b")`, "fmt")
	n.want("", `time.AfterFunc(20*time.Millisecond, func() { fmt.Print("late") })`, "fmt", "time")
	<-n.more
	<-n.more
	n.mu.Lock()
	got := strings.Join(n.late, "|")
	n.mu.Unlock()
	if want := "1 stdout: tick |3 stdout: late"; got != want {
		t.Errorf("background %q, want %q", got, want)
	}
	// The goroutine of cell 1 survives the interrupt of another cell.
	begun := make(chan bool, 1)
	wait := n.start(n.unit(`fmt.Print("go"); for {}`, nil, "fmt"), func(eval.Output) { begun <- true })
	<-begun
	n.client.Interrupt()
	if _, err := wait(); err == nil || err.Name != "interrupt" {
		t.Errorf("%+v", err)
	}
	n.want("stdout: ab", `fmt.Print("a"); c <- 1; <-d; fmt.Print("b")`, "fmt")
}

// TestDisplays: displays stand where they were made among text of both streams.
func TestDisplays(t *testing.T) {
	n := open(t)
	n.want("stdout: a|display: 1|stdout: b|stderr: c|display: 2|display: 3|stderr: d|stdout: e", `log.SetFlags(0)
		fmt.Print("a"); test.Show("1"); fmt.Print("b"); log.Writer().Write([]byte("c"))
		test.Show("2"); test.Show("3"); log.Writer().Write([]byte("d")); fmt.Print("e")`, "fmt", "log", testImport)
	n.want("stdout: out T stdout: in", `s := test.Capture(func() { fmt.Print("in") }); fmt.Print("out ", s)`, "fmt", testImport)
	n.want("stdout: panic: runtime error: integer divide by zero", `x := 0; fmt.Print(test.Capture(func() { x = 1 / x }))`, "fmt", testImport)
}

func TestInput(t *testing.T) {
	n := open(t)
	ask := func(body, answer string, eof bool, imports ...string) (string, *eval.Error) {
		return n.start(n.unit(body, nil, imports...), func(o eval.Output) {
			if o.Input != nil {
				n.client.Input(eval.Input{Value: answer, EOF: eof})
			}
		})()
	}
	if out, err := ask(`s, err := test.Ask("name? "); fmt.Print(s, err)`, "kim", false, "fmt", testImport); out != "input: name? |stdout: kim<nil>" || err != nil {
		t.Errorf("%q %v", out, err)
	}
	if out, err := ask(`var a, b int; fmt.Scan(&a, &b); fmt.Print(a + b)`, "3 4", false, "fmt"); out != "input: |stdout: 7" || err != nil {
		t.Errorf("%q %v", out, err)
	}
	if out, err := ask(`var a int; _, err := fmt.Scan(&a); fmt.Print(err)`, "", true, "fmt"); out != "input: |stdout: EOF" || err != nil {
		t.Errorf("%q %v", out, err)
	}
	u := n.unit(`_, err := test.Ask("?"); fmt.Print(err)`, nil, "fmt", testImport)
	text := ""
	n.client.Run(t.Context(), eval.Run{ID: u.Cell, Unit: u}, func(o eval.Output) { text += describe(o) })
	if text != "stdout: "+errNoInput.Error() {
		t.Errorf("%q", text)
	}
	// An interrupt ends a question, and a late answer to it answers no other.
	wait := n.start(n.unit(`test.Ask("?")`, nil, testImport), func(o eval.Output) { n.client.Interrupt() })
	if _, err := wait(); err == nil || err.Name != "interrupt" {
		t.Errorf("%+v", err)
	}
	n.client.Input(eval.Input{Value: "late"})
	if out, _ := ask(`s, _ := test.Ask("?"); fmt.Print(s)`, "right", false, "fmt", testImport); out != "input: ?|stdout: right" {
		t.Errorf("%q", out)
	}
}

// TestExit: os.Exit ends the cell, not the evaluator.
func TestExit(t *testing.T) {
	n := open(t)
	u := n.unit(`x = 5; defer fmt.Print("deferred"); go func() { for { fmt.Sprint(x) } }(); rt.Exit(3); fmt.Print("after")`, []eval.Decl{decl("x", "var x int")}, "fmt", rtImport)
	out, err := n.run(u)
	if err == nil || err.Name != "exit" || !strings.HasPrefix(err.Value, "os.Exit(3)") || out != "" {
		t.Errorf("%q %+v", out, err)
	}
	n.want("stdout: 5", `fmt.Print(x)`, "fmt")
	out, err = n.do(`rt.Go(func() { panic("boom") }); select {}`, rtImport)
	if err == nil || err.Name != "panic" || err.Value != "boom" || out != "" {
		t.Errorf("%q %+v", out, err)
	}
	n.want("stdout: 5", `fmt.Print(x)`, "fmt")
}

// TestLarge: a display of 50 MB, and text that is larger than every buffer.
func TestLarge(t *testing.T) {
	n := open(t)
	out, err := n.do(`fmt.Print("a"); test.Show(strings.Repeat("x", 50<<20)); fmt.Print("b")`, "fmt", "strings", testImport)
	if want := "stdout: a|display: " + strings.Repeat("x", 50<<20) + "|stdout: b"; out != want || err != nil {
		t.Errorf("%d bytes, want %d; %v", len(out), len(want), err)
	}
	out, err = n.do(`fmt.Print(strings.Repeat("0123456789", 1<<20)); log.Writer().Write([]byte(strings.Repeat("y", 5<<20)))`, "fmt", "strings", "log")
	if want := "stdout: " + strings.Repeat("0123456789", 1<<20) + "|stderr: " + strings.Repeat("y", 5<<20); out != want || err != nil {
		t.Errorf("%d bytes, want %d; %v", len(out), len(want), err)
	}
}
