package thread

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// kernel is a host that captures what tasks print by say, by their thread: so
// it also proves that a task keeps its thread.
type kernel struct {
	host.Plain
	label string
	ctx   context.Context

	mu    sync.Mutex // guards what follows
	sinks map[int]host.Sink
	shown []eval.Display
}

func newKernel(t testing.TB) *kernel {
	if ID() == 0 {
		t.Skip("this system does not tell thread IDs")
	}
	k := &kernel{label: t.Name(), ctx: context.Background(), sinks: map[int]host.Sink{}}
	before := host.Current()
	goroutines := runtime.NumGoroutine()
	host.Set(k)
	t.Cleanup(func() {
		host.Set(before)
		for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > goroutines; runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
				break
			}
		}
	})
	return k
}

func (k *kernel) Cell() (string, bool)     { return k.label, false }
func (k *kernel) Context() context.Context { return k.ctx }

func (k *kernel) Display(d *eval.Display) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.shown = append(k.shown, *d)
	return nil
}

func (k *kernel) text() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.shown) == 0 {
		return ""
	}
	return string(k.shown[len(k.shown)-1].Bundle.Data["text/plain"])
}

func (k *kernel) Capture(sink host.Sink, f func()) *eval.Error {
	k.mu.Lock()
	k.sinks[ID()] = sink
	k.mu.Unlock()
	return k.Plain.Capture(sink, f)
}

// say prints as a task.
func (k *kernel) say(format string, args ...any) {
	k.mu.Lock()
	sink := k.sinks[ID()]
	k.mu.Unlock()
	if sink == nil {
		panic(fmt.Sprintf("thread %d is no task's", ID()))
	}
	sink(host.Write{At: host.Clock(), Stream: "stdout", Text: fmt.Appendf(nil, format, args...), TID: ID(), CPU: core()})
}

func TestRun(t *testing.T) {
	k := newKernel(t)
	begun := new(sync.WaitGroup)
	begun.Add(3)
	task := func() {
		begun.Done()
		begun.Wait() // all are alive at once
		for range 20 {
			k.say("%d %d\n", os.Getpid(), ID())
			time.Sleep(50 * time.Microsecond) // a chance to move to another thread
		}
	}
	g := Run(task, task, task)
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{MainID(): true}
	for _, task := range g.Tasks() {
		if task.PID != os.Getpid() || task.PPID != os.Getppid() || task.TID == 0 || task.State != Exited {
			t.Errorf("task %+v", task)
		}
		if seen[task.TID] {
			t.Errorf("thread %d is the main thread or another task's", task.TID)
		}
		seen[task.TID] = true
	}
	for _, l := range g.Output() {
		if want := fmt.Sprintf("%d %d", os.Getpid(), g.Tasks()[l.Task-1].TID); l.Text != want {
			t.Errorf("line %+v, want %s", l, want)
		}
	}
	if n := len(g.Output()); n != 60 {
		t.Errorf("%d lines", n)
	}
	if text := k.text(); !strings.Contains(text, "All threads share one process") || !strings.Contains(text, "3 threads of process") {
		t.Error(text)
	}
}

// TestMainThread starts tasks while goroutines hold as few threads as possible,
// so that Go would like to run some of them on the main one.
func TestMainThread(t *testing.T) {
	newKernel(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 200 {
		g := Run(func() {}, func() {}, func() {})
		for _, task := range g.Tasks() {
			if task.TID == MainID() {
				t.Fatalf("task %+v ran on the main thread", task)
			}
		}
	}
}

func TestFailures(t *testing.T) {
	k := newKernel(t)
	var slice []int
	g := Run(
		func() { panic("no") },
		func() { _ = slice[5] },
		func() { runtime.Goexit() },
		nil,
		func() { k.say("fine\n") },
	)
	err := g.Err()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"panic: no", "index out of range [5] with length 0", "runtime.Goexit", "the task is nil"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	states := ""
	for _, task := range g.Tasks() {
		states += string(task.State) + " "
	}
	if states != "failed failed failed failed exited " {
		t.Error(states)
	}
	if text := k.text(); !strings.Contains(text, "failed 4") {
		t.Error(text)
	}
}

func TestStart(t *testing.T) {
	k := newKernel(t)
	release := make(chan struct{})
	a := Start(func() { <-release; k.say("%d\n", ID()) })
	b := Start(func() { <-release; k.say("%d\n", ID()) })
	if a.ID() == 0 || a.ID() == b.ID() || a.State() != Running || a.Err() != nil {
		t.Errorf("threads %d and %d, state %s", a.ID(), b.ID(), a.State())
	}
	close(release)
	if err := errors.Join(a.Wait(), b.Wait()); err != nil {
		t.Fatal(err)
	}
	if a.Text() != fmt.Sprintln(a.ID()) || b.Text() != fmt.Sprintln(b.ID()) {
		t.Errorf("%q and %q", a.Text(), b.Text())
	}
	if g := Wait(a, b); !g.AlreadyShown() || len(g.Output()) != 2 {
		t.Error("the cell's card shows both")
	}
}

// TestInterrupt interrupts a cell with a thread that stops and one that does not.
func TestInterrupt(t *testing.T) {
	k := newKernel(t)
	var cancel context.CancelFunc
	k.ctx, cancel = context.WithCancel(context.Background())
	release := make(chan struct{})
	defer close(release)
	done := make(chan *Group, 1)
	go func() {
		done <- Run(
			func() { cancel(); <-k.ctx.Done() },
			func() { <-release },
			func() { <-k.ctx.Done(); runtime.Goexit() },
		)
	}()
	select {
	case g := <-done:
		if s := g.Tasks(); s[0].State != Killed || s[1].State != Running || s[2].State != Killed {
			t.Errorf("%+v", s)
		}
		if text := k.text(); !strings.Contains(text, "interrupted") || !strings.Contains(text, "still blocked") {
			t.Error(text)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("hangs")
	}
}

func TestTooMany(t *testing.T) {
	newKernel(t)
	noneAlive(t)
	alive.Add(MaxAlive - 1)
	g := Run(func() {}, func() {})
	alive.Add(1 - MaxAlive)
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "task 2") || strings.Contains(err.Error(), "task 1") {
		t.Errorf("error %v", err)
	}
}

// TestThreadsEnd checks that the threads of ended tasks are gone.
func TestThreadsEnd(t *testing.T) {
	newKernel(t)
	for range 50 {
		Run(make200()...)
	}
	noneAlive(t)
	if n := threadsOfProcess(); n > 400 {
		t.Errorf("%d threads are left of 10,000", n)
	}
}

// noneAlive waits for tasks that a test before has left behind, as it meant to.
func noneAlive(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); alive.Load() != 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d tasks are alive", alive.Load())
		}
	}
}

func make200() []func() {
	tasks := make([]func(), 200)
	for i := range tasks {
		tasks[i] = func() {}
	}
	return tasks
}

// threadsOfProcess counts the threads, where /proc tells them.
func threadsOfProcess() int {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0
	}
	return len(entries)
}

func BenchmarkThousandThreads(b *testing.B) {
	newKernel(b)
	tasks := make([]func(), 1000)
	for i := range tasks {
		tasks[i] = func() {}
	}
	for b.Loop() {
		if g := Run(tasks...); g.Tasks()[999].State != card.Exited {
			b.Fatal(g.Err())
		}
	}
}

func BenchmarkThreeThreads(b *testing.B) {
	k := newKernel(b)
	task := func() {
		for i := range 5 {
			k.say("%d\n", i)
		}
	}
	for b.Loop() {
		Run(task, task, task)
	}
}
