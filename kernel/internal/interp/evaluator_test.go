package interp

import (
	"strings"
	"syscall"
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

// deaths are mistakes that end the evaluator, and what the cell is told.
var deaths = []struct{ name, body, imports, value string }{
	{"stack", `var f func(int) int; f = func(n int) int { return f(n+1) + 1 }; f(0)`, "", "fatal error: stack overflow"},
	{"maps", `m := map[int]int{}; for i := 0; i < 4; i++ { go func() { for j := 0; ; j++ { m[j] = j } }() }; select {}`, "", "fatal error: concurrent map"},
	{"memory", `b := make([]byte, 1<<40); b[0] = 1`, "", "out of memory"},
	{"mutex", `var mu sync.Mutex; mu.Unlock()`, "sync", "fatal error: sync: unlock of unlocked mutex"},
	{"kill", `syscall.Kill(syscall.Getpid(), syscall.SIGKILL); select {}`, "syscall", "signal: killed"},
	{"exit", `syscall.Exit(3)`, "syscall", "exit status 3"},
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

// TestKill: the evaluator is killed from outside while a cell runs and while none does.
func TestKill(t *testing.T) {
	n := open(t)
	begun := make(chan bool, 1)
	wait := n.start(n.unit(`fmt.Println("go"); select {}`, nil, "fmt"), func(o eval.Output) { begun <- true })
	<-begun
	syscall.Kill(n.client.PID(), syscall.SIGKILL)
	if _, err := wait(); err == nil || !strings.HasPrefix(err.Value, "signal: killed") {
		t.Errorf("%+v", err)
	}
	n = open(t)
	n.want("", "")
	syscall.Kill(n.client.PID(), syscall.SIGKILL)
	<-n.client.Exited()
	if _, err := n.do(`select {}`); err == nil {
		t.Error("no error")
	}
}
