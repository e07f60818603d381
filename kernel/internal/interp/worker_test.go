package interp

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/internal/eval"
)

const (
	rtImport   = "iyagi/kernel/internal/rt"
	testImport = "iyagi/test"
	hostImport = "iyagi/kernel/internal/host"
)

// task is a declared function that can run in another process.
func (n *notebook) task(u *eval.Unit, name, body string, uses []string, imports ...string) {
	lowered := fmt.Sprintf("%s__%d", name, n.serial)
	d := decl(lowered, fmt.Sprintf("func %s() {\n/*line cell %d:10:1*/%s\n}", lowered, n.serial, body), imports...)
	d.Uses = uses
	id := n.serial*100 + len(u.Funcs)
	u.Decls = append([]eval.Decl{d, decl("t_"+name, fmt.Sprintf("var t_%s = rt.Func(%d, %s)", name, id, lowered), rtImport)}, u.Decls...)
	u.Funcs = append(u.Funcs, eval.Func{ID: id, Name: name, Line: 10, Decl: lowered})
}

func (n *notebook) variable(u *eval.Unit, name, typ, value string, imports ...string) {
	u.Vars = append(u.Vars, eval.Var{Name: strings.TrimSuffix(name, "__v"), Lowered: name, Type: typ})
	u.Decls = append([]eval.Decl{decl(name, fmt.Sprintf("var %s %s", name, typ), imports...),
		decl(name+"_r", fmt.Sprintf("var %s_r = rt.Var(%q, &%s)", name, name, name), rtImport),
		decl(name+"_i", fmt.Sprintf("func init() { v := %s; %s = v }", value, name), imports...)}, u.Decls...)
}

func (n *notebook) showsTasks(want string, u eval.Unit) {
	n.t.Helper()
	out, err := n.run(u)
	out = strings.TrimPrefix(out, "display: ")
	if err != nil || out != want {
		n.t.Errorf("shows %q %+v, want %q", out, err, want)
	}
}

func TestWorkers(t *testing.T) {
	n := open(t)
	u := n.unit(`test.Run(t_foo, t_bar, t_bad)`, nil, testImport)
	n.variable(&u, "x__v", "int", "41")
	n.variable(&u, "list__v", "[]string", `[]string{"a", "b"}`)
	n.variable(&u, "p__v", "*int", "&x__v")
	n.task(&u, "foo", `x__v++; fmt.Println("foo", x__v, *p__v, list__v, os.Getppid() > 1)`, []string{"x__v", "list__v", "p__v"}, "fmt", "os")
	n.task(&u, "bar", `time.Sleep(300*time.Millisecond); log.SetFlags(0); log.Print("bar")`, nil, "time", "log")
	n.task(&u, "bad", `time.Sleep(600*time.Millisecond); var s []int; s[len(s)] = 1`, nil, "time")
	n.showsTasks("A stdout: foo 42 42 [a b] true\nB stderr: bar\nexit 0\nexit 0\nexit 2 panic: runtime error: index out of range [0] with length 0 at cell 1:10 bad\n", u)
	n.want("stdout: 41", `fmt.Print(x__v)`, "fmt")
}

// TestStructs: variables whose types are structs, of the session and captured.
func TestStructs(t *testing.T) {
	n := open(t)
	u := n.unit(`test.Run(t_foo)`, nil, testImport)
	n.variable(&u, "x__v", "P", `P{1, "x"}`)
	n.task(&u, "foo", `y := x__v; fmt.Println(x__v, y.S)`, []string{"x__v"}, "fmt")
	u.Decls = append([]eval.Decl{decl("P", "type P struct{ X int; S string }")}, u.Decls...)
	for i := range u.Decls {
		if u.Decls[i].Name == "x__v" {
			u.Decls[i].Uses = []string{"P"}
		}
	}
	n.showsTasks("A stdout: {1 x} x\nexit 0\n", u)

	u = n.unit(`p := P{2, "y"}; test.Run(rt.Func(900, func() {}, &p))`, nil, rtImport, testImport)
	u.Decls = append([]eval.Decl{decl("lit__1", `func lit__1(p P) { fmt.Println(p) }`, "fmt")}, u.Decls...)
	u.Funcs = append(u.Funcs, eval.Func{ID: 900, Name: "cell 2, line 1", Decl: "lit__1", Captured: []eval.Captured{{Name: "p", Type: "P", Uses: []string{"P"}}}})
	n.showsTasks("A stdout: {2 y}\nexit 0\n", u)
}

func TestWorkerEnds(t *testing.T) {
	for _, c := range []struct{ name, body, imports, want string }{
		{"exit", `fmt.Print("a"); rt.Exit(3)`, rtImport, "A stdout: aexit 3\n"},
		{"goexit", `fmt.Print("a"); runtime.Goexit()`, "runtime", "A stdout: aexit 0\n"},
		{"kill", `fmt.Print("a"); syscall.Kill(syscall.Getpid(), syscall.SIGKILL)`, "syscall", "A stdout: aexit -1 killed\n"},
		{"fatal", `fmt.Print("a"); var mu sync.Mutex; mu.Unlock()`, "sync", "A stdout: aexit 2 fatal: fatal error: sync: unlock of unlocked mutex\n"},
		{"goroutine", `fmt.Print("a"); rt.Go(func() { /*line cell 1:10:1*/panic("boom") }); select {}`, rtImport, "A stdout: aexit 2 panic: boom at cell 1:10 foo.func\n"},
		{"raw", `os.Stdout.WriteString("raw"); fmt.Print("")`, "os", "A stdout: rawexit 0\n"},
		{"command", `c := exec.Command("echo", "child"); c.Stdout = os.Stdout; fmt.Print(c.Run())`, "os/exec", "A stdout: child\nA stdout: <nil>exit 0\n"},
		{"streams", `fmt.Print("a\n"); c := exec.Command("sh", "-c", "echo b; echo c >&2"); c.Stdout = os.Stdout; c.Stderr = os.Stderr; c.Run(); fmt.Print("d\n")`,
			"os/exec", "A stdout: a\nA stdout: b\nA stderr: c\nA stdout: d\nexit 0\n"},
		{"stdin", `var s string; n, err := fmt.Scan(&s); fmt.Print(n, err)`, "os", "A stdout: 0 EOFexit 0\n"},
		{"grandchild", `exec.Command("sleep", "1000").Start(); fmt.Print("a")`, "os/exec", "A stdout: aexit 0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := open(t)
			u := n.unit(`test.Run(t_foo)`, nil, testImport)
			n.task(&u, "foo", c.body, nil, "fmt", "os", c.imports)
			if c.imports == "os" {
				u.Decls[0].Imports = u.Decls[0].Imports[:2]
			}
			n.showsTasks(c.want, u)
			// A process that was killed is there for a moment longer.
			left := n.client.Processes()
			for end := time.Now().Add(5 * time.Second); len(left) != 1 && time.Now().Before(end); left = n.client.Processes() {
				time.Sleep(time.Millisecond)
			}
			if len(left) != 1 {
				t.Errorf("processes left: %v", left)
			}
		})
	}
}

func TestUncopyable(t *testing.T) {
	n := open(t)
	u := n.unit(`test.Run(t_foo)`, nil, testImport)
	n.variable(&u, "jobs__v", "chan int", "make(chan int)")
	n.task(&u, "foo", `<-jobs__v`, []string{"jobs__v"})
	n.showsTasks("start: variable jobs (chan int) cannot be copied to another process: it is a channel, which only goroutines of one process can share\n", u)
}

// TestCaptured: a literal with captured variables, one of them a function of a cell.
func TestCaptured(t *testing.T) {
	n := open(t)
	u := n.unit(`a := 7; b := []string{"x"}; f := rt.Func(900, func() {}, &a, &b); b = append(b, "y"); test.Run(f)`, nil, rtImport, testImport)
	u.Decls = append([]eval.Decl{decl("lit__1", `func lit__1(a int, b []string) { fmt.Print(a, b) }`, "fmt")}, u.Decls...)
	u.Funcs = append(u.Funcs, eval.Func{ID: 900, Name: "cell 1, line 3", Decl: "lit__1",
		Captured: []eval.Captured{{Name: "a", Type: "int"}, {Name: "b", Type: "[]string"}}})
	n.showsTasks("A stdout: 7 [x y]exit 0\n", u)

	u = n.unit(`test.Run(t_foo)`, nil, testImport)
	n.variable(&u, "fs__v", "[]func()", "[]func(){t_bar}")
	n.task(&u, "foo", `for _, f := range fs__v { f() }`, []string{"fs__v"})
	n.task(&u, "bar", `fmt.Print("bar")`, nil, "fmt")
	u.Decls = append(u.Decls[:2:2], append([]eval.Decl{}, u.Decls[2:]...)...)
	n.showsTasks("A stdout: barexit 0\n", u)
}

// TestOrder: what many children write comes in the order of writing.
func TestOrder(t *testing.T) {
	n := open(t)
	file := t.TempDir() + "/order"
	u := n.unit(`test.Run(t_foo, t_foo, t_foo)`, nil, testImport)
	// Each line is appended to a file before it is printed, under a lock that
	// all hold: the true order.
	n.task(&u, "foo", fmt.Sprintf(`f, _ := os.OpenFile(%q, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0600)
		for i := 0; i < 50; i++ {
			syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
			line := fmt.Sprintln(os.Getpid(), i)
			f.WriteString(line)
			fmt.Print(line)
			syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
		}`, file), nil, "fmt", "os", "syscall")
	out, err := n.run(u)
	if err != nil {
		t.Fatal(err)
	}
	want, ferr := os.ReadFile(file)
	if ferr != nil {
		t.Fatal(ferr)
	}
	var got strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(out, "display: ")) {
		if _, text, ok := strings.Cut(line, " stdout: "); ok {
			got.WriteString(text)
		}
	}
	if got.String() != string(want) || len(want) < 150*3 {
		t.Errorf("order of writing\n%s\norder of output\n%s", want, got.String())
	}
}

func TestInterruptChildren(t *testing.T) {
	n := open(t)
	u := n.unit(`test.Spawn(t_foo)`, nil, testImport)
	n.task(&u, "foo", `time.Sleep(time.Hour)`, nil, "time")
	if _, err := n.run(u); err != nil {
		t.Fatal(err)
	}
	u = n.unit(`fmt.Println("go"); test.Run(t_foo, t_bar)`, nil, testImport, "fmt")
	n.task(&u, "bar", `exec.Command("setsid", "sleep", "1000").Run()`, nil, "os/exec")
	begun := make(chan bool, 8)
	wait := n.start(u, func(eval.Output) { begun <- true })
	<-begun
	for len(n.client.Processes()) < 5 { // evaluator, two foo, bar, sleep
		time.Sleep(5 * time.Millisecond)
	}
	began := time.Now()
	n.client.Interrupt()
	out, err := wait()
	t.Logf("%v", time.Since(began))
	if err == nil || err.Name != "interrupt" || !strings.Contains(out, "exit -1 killed\nexit -1 killed") {
		t.Errorf("%q %+v", out, err)
	}
	n.settles(2) // the evaluator and the first cell's child
}

// TestMany: more tasks than may live at once, each with more text than a pipe
// holds, leave nothing behind in the evaluator.
func TestMany(t *testing.T) {
	n := open(t)
	count := 200
	if testing.Short() {
		count = 30
	}
	u := n.unit("", nil)
	n.task(&u, "foo", `fmt.Print(strings.Repeat("x", 100000))`, nil, "fmt", "strings")
	if _, err := n.run(u); err != nil {
		t.Fatal(err)
	}
	n.want("stdout: 100000 bytes, 1 ended well", `fmt.Print(test.Many(t_foo, 1))`, "fmt", testImport)
	before := openFiles(t, n.client.PID())
	n.want(fmt.Sprintf("stdout: %d bytes, %d ended well", count*100000, count), fmt.Sprintf(`fmt.Print(test.Many(t_foo, %d))`, count), "fmt", testImport)
	if after := openFiles(t, n.client.PID()); after > before {
		t.Errorf("the evaluator has %d files open, %d before", after, before)
	}
	out, err := n.do(`fmt.Print(runtime.NumGoroutine())`, "fmt", "runtime")
	goroutines := 0
	fmt.Sscanf(out, "stdout: %d", &goroutines)
	if err != nil || goroutines > 25 {
		t.Errorf("%s goroutines in the evaluator", out)
	}
}

// TestLeaks: evaluators that end in every way leave no file and no goroutine here.
func TestLeaks(t *testing.T) {
	cycle := func() {
		for _, end := range []string{"", `for {}`, `m := map[int]int{}; go func() { for { m[1] = 1 } }(); for { m[1] = 2 }`} {
			n := open(t)
			if end != "" {
				begun := make(chan bool, 1)
				wait := n.start(n.unit(`fmt.Print("go"); `+end, nil, "fmt"), func(eval.Output) {
					select {
					case begun <- true:
					default:
					}
				})
				<-begun
				n.client.Kill()
				wait()
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			n.client.Close(ctx)
			cancel()
			<-n.client.Exited()
		}
	}
	cycle() // starts what lives as long as the process
	files, goroutines := openFiles(t, os.Getpid()), runtime.NumGoroutine()
	for range 3 {
		cycle()
	}
	for deadline := time.Now().Add(2 * time.Second); runtime.NumGoroutine() > goroutines && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond) // goroutines that have closed a channel end a moment later
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before\n%s", n, goroutines, buf[:runtime.Stack(buf, true)])
	}
	if n := openFiles(t, os.Getpid()); n > files {
		t.Errorf("%d open files, %d before", n, files)
	}
}

// settles waits until so many processes are left. A killed one may stand in the
// table for a moment.
func (n *notebook) settles(want int) {
	n.t.Helper()
	for deadline := time.Now().Add(2 * time.Second); len(n.client.Processes()) != want && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if left := n.client.Processes(); len(left) != want {
		n.t.Errorf("%d processes are left, want %d: %v", len(left), want, left)
	}
}

// TestKillWithChildren: nothing that a killed evaluator has started lives on.
func TestKillWithChildren(t *testing.T) {
	n := open(t)
	u := n.unit(`fmt.Println("go"); test.Run(t_foo, t_bar)`, nil, testImport, "fmt")
	n.task(&u, "foo", `time.Sleep(time.Hour)`, nil, "time")
	n.task(&u, "bar", `exec.Command("sleep", "1000").Start(); exec.Command("setsid", "sleep", "1000").Run()`, nil, "os/exec")
	wait := n.start(u, nil)
	for len(n.client.Processes()) < 5 { // evaluator, foo, bar, two sleeps
		time.Sleep(5 * time.Millisecond)
	}
	kill(t, n.client.PID())
	if _, err := wait(); err == nil || err.Name != "fatal" {
		t.Errorf("%+v", err)
	}
	n.settles(0)
}

// TestDamagedRecords: a task writes to the pipe of records. What it printed is
// lost, and the reader is told.
func TestDamagedRecords(t *testing.T) {
	n := open(t)
	u := n.unit(`test.Run(t_bad)`, nil, testImport)
	n.task(&u, "bad", `syscall.Write(4, make([]byte, 100)); fmt.Println("lost")`, nil, "syscall", "fmt")
	out, err := n.run(u)
	if err != nil || !strings.Contains(out, "restart the kernel") {
		t.Errorf("%q %+v", out, err)
	}
	if out, _ := n.do(`test.Run(t_bad)`, testImport); !strings.Contains(out, "start a child process: code of a task wrote") {
		t.Errorf("afterwards: %q", out)
	}
}
