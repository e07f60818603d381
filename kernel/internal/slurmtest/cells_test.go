package slurmtest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel"
	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

// kernelVariable makes this test binary a kernel.
const kernelVariable = "IYAGI_TEST_KERNEL"

func TestMain(m *testing.M) {
	kernel.Main()
	if _, ok := os.LookupEnv(kernelVariable); ok {
		os.Unsetenv(kernelVariable)
		log := slog.New(slog.NewTextHandler(os.Stderr, nil))
		err := kernel.Run(context.Background(), kernel.Config{ConnectionFile: os.Args[len(os.Args)-1], Log: log, History: os.Getenv("IYAGI_TEST_HISTORY")})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// limit bounds one cell: nothing but a hang takes as long.
const limit = 60 * time.Second

// lab is a cluster with a kernel beside it.
type lab struct {
	*Cluster
	client *client.Client
	log    bytes.Buffer // of the kernel; to be read after its end
}

func newLab(t *testing.T, nodes int) *lab {
	l := &lab{Cluster: Start(t, nodes)}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// A kernel in a job of its own must not be taken for one of the tasks.
	env := []string{kernelVariable + "=", "IYAGI_TEST_HISTORY=" + filepath.Join(dir, "history.sqlite"), "SLURM_JOB_ID=99999", "SLURM_NTASKS=7", l.Env()}
	k := client.Kernel{Name: "iyagi", Argv: []string{self, "{connection_file}"}, Dir: dir, InterruptMode: "message", Env: env, Stderr: &l.log}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if l.client, err = client.Start(ctx, k); err != nil {
		t.Fatalf("%v\n%s", err, &l.log)
	}
	t.Cleanup(func() {
		l.client.Close()
		if t.Failed() {
			t.Logf("the kernel's log:\n%s", &l.log)
		}
	})
	l.want(t, "", `lab := process.On(process.Slurm{Partition: "lessons", Nodes: 3})
forever := func() { fmt.Println("I stay"); select {} }
brief := func() { fmt.Println("brief", os.Getenv("SLURMD_NODENAME")) }`)
	return l
}

// run runs a cell and returns what it printed and showed last. When a picture of a card matches
// the regular expression at, then is called, once.
func (l *lab) run(t *testing.T, code, at string, then func()) (stdout, card string, r *client.Result) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	when := regexp.MustCompile(at)
	var once sync.Once
	var all sync.WaitGroup
	r, err := l.client.Execute(ctx, code, client.Options{StoreHistory: true, OnMessage: func(m *protocol.Message) {
		switch c := m.Content.(type) {
		case *protocol.DisplayData:
			card = fmt.Sprint(c.Data["text/plain"])
		case *protocol.UpdateDisplayData:
			card = fmt.Sprint(c.Data["text/plain"])
		}
		if at != "" && when.MatchString(card) {
			once.Do(func() { all.Go(then) })
		}
	}})
	all.Wait()
	if err != nil {
		t.Fatalf("%s\n%v", code, err)
	}
	return r.Text("stdout"), card, r
}

// want fails the test unless the cell prints the text and its card holds the others.
func (l *lab) want(t *testing.T, stdout, code string, holds ...string) {
	t.Helper()
	out, card, r := l.run(t, code, "", nil)
	if err := r.Err(); err != nil {
		t.Errorf("%s\n%v", code, err)
	}
	if out != stdout {
		t.Errorf("%s\nprints %q, want %q", code, out, stdout)
	}
	shows(t, card, holds...)
}

func shows(t *testing.T, card string, holds ...string) {
	t.Helper()
	for _, text := range holds {
		if !strings.Contains(card, text) {
			t.Errorf("the card has no %q:\n%s", text, card)
		}
	}
}

// idle fails the test unless the nodes run nothing but their daemons, and the queue is empty.
func (l *lab) idle(t *testing.T) {
	t.Helper()
	l.Empty()
	for name := range l.nodes {
		for deadline := time.Now().Add(10 * time.Second); len(l.Running(name)) > 1; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				out, _ := exec.Command("ps", "-o", "pid,ppid,stat,args", "-p", strings.Trim(strings.ReplaceAll(fmt.Sprint(l.Running(name)), " ", ","), "[]")).Output()
				t.Errorf("still runs on %s:\n%s", name, out)
				break
			}
		}
	}
}

// TestSlurm runs tasks of cells on a cluster of three nodes.
func TestSlurm(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3)
	for _, c := range []struct {
		name string
		test func(*testing.T, *lab)
	}{
		{"ends", ends}, {"order", order}, {"copies", copies}, {"streams", streams}, {"map", mapped}, {"start", start}, {"partition", partition},
		{"queue", queue}, {"interrupt", interrupt}, {"interrupt in the queue", interruptQueued}, {"kill", kill}, {"sbcast", sbcast}, {"evaluator", evaluatorDies},
	} {
		ok := t.Run(c.name, func(t *testing.T) {
			c.test(t, l)
			l.idle(t)
		})
		if !ok {
			return
		}
	}
}

// ends: every way in which a task can end, and the names of the nodes, which are different ones.
func ends(t *testing.T, l *lab) {
	l.want(t, `n1 exited 0
n2 exited 3
n3 failed 2
task 2 (three): exit status 3
task 3 (boom): panic: runtime error: index out of range [3] with length 0 (boom, cell 2, line 2)
`, `func three() { os.Exit(3) }
func boom() { var s []int; s[3] = 1 }
g := process.With(lab).Run(brief, three, boom)
for _, task := range g.Tasks() {
	fmt.Println(task.Host, task.State, task.ExitCode)
	if task.PID == 0 || task.PPID == os.Getpid() || task.TID != task.PID || task.Start <= 0 || task.End < task.Start || task.CPU <= 0 {
		fmt.Printf("bad: %+v\n", task)
	}
}
fmt.Println(g.Err())`, "3 processes on n1, n2, n3, started by process ", "Host", "exited (3)", "A  brief n1", "The clocks of the hosts were compared", "├─ n1")
	l.want(t, "", `display.Language("ko")
process.With(lab).Run(brief)`, "프로세스 1개 · 호스트 n1 · 시작한 프로세스 ", "호스트의 시계는 메시지를 주고받아 맞췄습니다")
	l.want(t, "", `display.Language("en")`)
}

// order: two tasks on two nodes that write in turns.
func order(t *testing.T, l *lab) {
	l.want(t, "true 2 200\n", `ping, pong := process.NewQueue[int](1), process.NewQueue[int](1)
turns := func(mine, theirs *process.Queue[int]) func() {
	return func() {
		for range 100 {
			n, _ := mine.Get()
			fmt.Println(n)
			theirs.Put(n + 1)
		}
	}
}
ping.Put(1)
g = process.With(lab).Run(turns(ping, pong), turns(pong, ping))
inOrder, writers := true, map[int]bool{}
for i, line := range g.Output() {
	inOrder = inOrder && line.Text == fmt.Sprint(i+1) && line.Seq == i+1
	writers[line.Task] = true
}
fmt.Println(inOrder, len(writers), len(g.Output()))`)
}

// copies: what a task changes stays where it runs.
func copies(t *testing.T, l *lab) {
	l.want(t, "1 [a]\n", `x, list := 1, []string{"a"}
change := func() { x++; list[0] = "b"; fmt.Println(x, list) }
process.With(lab, process.Env("GREETING=hi"), process.Stdin("typed")).Run(change, func() {
	in, _ := io.ReadAll(os.Stdin)
	fmt.Println(os.Getenv("GREETING"), string(in))
})
fmt.Println(x, list)`, "A  2 [b]", "B  hi typed")
	l.want(t, "", `r, w, _ := process.Pipe()
process.With(lab).Run(func() { w.Close(); r.Close() })`, "an end of a process.Pipe cannot go to another machine: use a process.Queue")
	l.want(t, "", `ch := make(chan int)
process.With(lab).Run(func() { <-ch })`, "variable ch (chan int) cannot be copied to another process")
}

// streams: programs that a task starts write to its descriptors themselves.
func streams(t *testing.T, l *lab) {
	l.want(t, "a|b|c!|d|\n", `g = process.With(lab).Run(func() {
	fmt.Println("a")
	p, _ := os.StartProcess("/bin/sh", []string{"sh", "-c", "echo b; echo c >&2"}, &os.ProcAttr{Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
	p.Wait()
	fmt.Println("d")
})
for _, line := range g.Output() {
	fmt.Print(line.Text)
	if line.Stream == "stderr" {
		fmt.Print("!")
	}
	fmt.Print("|")
}
fmt.Println()`)
	l.want(t, "50000 true\n", `g = process.With(lab).Run(func() { for i := range 50000 { fmt.Println(i) } })
lines := g.Output()
fmt.Println(len(lines), lines[49999].Text == "49999")`)
}

// mapped: many inputs in few processes, and an input that panics.
func mapped(t *testing.T, l *lab) {
	l.want(t, "300 0 <nil>\ninput 1 (0): panic: runtime error: integer divide by zero (inverse, cell 11, line 10)\n", `func square(x int) int { return x * x }
numbers := make([]int, 300)
for i := range numbers { numbers[i] = i + 1 }
squares, err := process.Map(numbers, func(x int) int { return square(x) }, process.On(process.Slurm{Nodes: 3, TasksPerNode: 2}))
wrong := 0
for i, s := range squares {
	if s != (i+1)*(i+1) { wrong++ }
}
fmt.Println(len(squares), wrong, err)
func inverse(x int) int { return 100 / x }
_, err = process.Map([]int{1, 0, 2}, inverse, lab)
fmt.Println(err)`)
}

// start: one task, which the cell does not wait for at first.
func start(t *testing.T, l *lab) {
	l.want(t, "0\ntrue exited true\n", `p := process.Start(brief, lab)
fmt.Println(p.ID())
err = p.Wait()
fmt.Println(err == nil, p.State(), p.ID() > 0 && strings.HasPrefix(p.Text(), "brief n"))`)
	l.want(t, "Exec runs programs on this machine; call os/exec in a task that runs elsewhere\n", `fmt.Println(process.With(lab).Exec("hostname").Wait())`)
}

func partition(t *testing.T, l *lab) {
	l.want(t, "", `process.With(process.On(process.Slurm{Partition: "nope"})).Run(brief)`, "Slurm: invalid partition specified: nope; Job submit/allocate failed: Invalid partition name specified")
	l.want(t, "process.Map: Slurm: invalid partition specified: nope; Job submit/allocate failed: Invalid partition name specified\n",
		`_, err = process.Map([]int{1, 2}, square, process.On(process.Slurm{Partition: "nope"}))
fmt.Println(err)`)
}

// queue: somebody else has the cluster; and there are more tasks than places.
func queue(t *testing.T, l *lab) {
	other := l.occupy(t)
	out, card, _ := l.run(t, `g = process.With(lab).Run(brief, brief, brief, brief, brief, brief, brief)
fmt.Println(g.Err(), len(g.Output()))`, `queued \(Resources\)`, func() { l.Command("scancel", other).Run() })
	if out != "<nil> 7\n" {
		t.Errorf("prints %q", out)
	}
	shows(t, card, "7 processes on n1, n2, n3")
}

// occupy takes the whole cluster and returns the number of the job.
func (l *lab) occupy(t *testing.T) string {
	t.Helper()
	out, err := l.Command("salloc", "--no-shell", "--nodes=3", "--ntasks-per-node=2", "--job-name=other").CombinedOutput()
	if err != nil {
		t.Fatalf("salloc: %v\n%s", err, out)
	}
	job, _, _ := strings.Cut(l.Queue(), " ")
	return job
}

func interrupt(t *testing.T, l *lab) {
	_, card, r := l.run(t, `process.With(process.On(process.Slurm{Nodes: 3, TasksPerNode: 2})).Run(forever, forever, forever, forever, forever)`, "5  ", func() { l.stopCell(t) })
	if r.Err() == nil {
		t.Error("the cell ended well")
	}
	shows(t, card, "killed 5")
}

func (l *lab) stopCell(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := l.client.Interrupt(ctx); err != nil {
		t.Error(err)
	}
}

func interruptQueued(t *testing.T, l *lab) {
	other := l.occupy(t)
	_, card, r := l.run(t, `process.With(lab).Run(brief, brief)`, `queued \(Resources\)`, func() { l.stopCell(t) })
	if r.Err() == nil {
		t.Error("the cell ended well")
	}
	shows(t, card, "killed 2", "interrupted before it was started")
	for deadline := time.Now().Add(10 * time.Second); strings.Contains(l.Queue(), "iyagi") && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	if q := l.Queue(); strings.Contains(q, "iyagi") {
		t.Errorf("left in the queue: %s", q)
	}
	l.Command("scancel", other).Run()
}

// kill: Kill and Signal reach a task on another machine, and a time limit does. Retry does not count them.
func kill(t *testing.T, l *lab) {
	l.want(t, "killed signal: killed 1\n", `p = process.Start(forever, lab, process.Retry(3))
for len(p.Output()) == 0 { time.Sleep(time.Millisecond) }
p.Kill()
err = p.Wait()
fmt.Println(p.State(), err, len(process.Wait(p).Tasks()))`)
	l.want(t, "signal: terminated\n", `p = process.Start(forever, lab)
for len(p.Output()) == 0 { time.Sleep(time.Millisecond) }
p.Signal(syscall.SIGTERM)
fmt.Println(p.Wait())`)
	l.want(t, "killed after its time limit of 300ms\n", `fmt.Println(process.Start(forever, lab, process.Timeout(300*time.Millisecond), process.Retry(1)).Wait())`)
}

func sbcast(t *testing.T, l *lab) {
	l.want(t, "<nil> /tmp/iyagi-\n", `g = process.With(process.On(process.Slurm{Sbcast: true})).Run(func() {
	path, _ := os.Executable()
	fmt.Println(path)
})
fmt.Println(g.Err(), strings.TrimRight(g.Output()[0].Text, "0123456789abcdef"))`)
	all, _ := filepath.Glob("/tmp/iyagi-*")
	for _, name := range all {
		if regexp.MustCompile(`^/tmp/iyagi-[0-9a-f]{10}$`).MatchString(name) {
			t.Errorf("left on the node: %s", name)
		}
	}
}

// evaluatorDies: the process that has the allocation is killed.
func evaluatorDies(t *testing.T, l *lab) {
	_, _, r := l.run(t, `process.Start(forever, lab)
process.Start(forever, lab)
for {
	if out, _ := exec.Command("squeue", "--noheader", "--steps").Output(); bytes.Count(out, []byte("\n")) >= 2 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
}`, "", nil)
	if r.Err() == nil {
		t.Error("the cell ended well")
	}
}

// TestNodeDies runs 30 tasks on 3 nodes, one of which fails in the middle, and then a Map on two of which one does.
func TestNodeDies(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3)
	began := time.Now()
	out, card, r := l.run(t, `work := func() {
	if os.Getenv("SLURMD_NODENAME") == "n2" {
		fmt.Println("begin n2")
		time.Sleep(time.Minute) // it does not live so long
	}
	time.Sleep(100 * time.Millisecond)
	fmt.Println("done", os.Getenv("SLURMD_NODENAME"))
}
tasks := make([]func(), 30)
for i := range tasks { tasks[i] = work }
g := process.With(process.On(process.Slurm{Partition: "lessons", Nodes: 3, TasksPerNode: 2}), process.Retry(1)).Run(tasks...)
lost, again := 0, 0
for _, task := range g.Tasks() {
	if task.Retried > 0 {
		again++
	}
	if task.State == process.Lost {
		lost++
		if task.Host != "n2" || !strings.Contains(task.Error, "lost: n2 has not answered for 1") || task.Retried == 0 || g.Tasks()[task.Retried-1].Attempt != 1 {
			fmt.Printf("bad: %+v\n", task)
		}
	}
}
fmt.Println(g.Err(), lost > 0, len(g.Tasks()) == 30 + again, strings.Count(g.Text(), "done n") == 30)`, "(?s)begin n2.*begin n2", func() { l.KillNode("n2") })
	if out != "<nil> true true true\n" {
		t.Errorf("prints %q, %v", out, r.Err())
	}
	shows(t, card, "lost, run again as ", "lost: n2 has not answered", "(try 2)")
	t.Logf("took %v", time.Since(began))
	l.idle(t)
}
