package thread

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// Schedule tells which thread ran which goroutine. See [Goroutines].
type Schedule = card.Schedule

// Goroutines runs each task as an ordinary goroutine, as the go statement does, waits
// for all, and tells which operating system thread ran which goroutine, for Go moves
// goroutines between few threads as it likes:
//
//	thread.Goroutines(foo, foo, foo, foo)
//
// Where a goroutine runs is known when it begins, prints and ends. What it
// prints stands in the Schedule.
func Goroutines(tasks ...func()) *Schedule {
	h := host.Current()
	began := host.Clock()
	s := &Schedule{PID: os.Getpid(), Errors: make([]error, len(tasks))}
	var mu sync.Mutex // guards s.Steps and s.Errors
	step := func(i int, what string, at time.Duration, tid, cpu int, text string) {
		mu.Lock()
		defer mu.Unlock()
		s.Steps = append(s.Steps, card.Step{At: at - began, Goroutine: i + 1, What: what, TID: tid, Core: cpu, Text: text})
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	for i, task := range tasks {
		f, err := describe(h, task)
		if err != nil {
			s.Names, s.Errors[i] = append(s.Names, "nil"), err
			continue
		}
		s.Names = append(s.Names, card.NameOf(f))
		all.Go(func() {
			step(i, "begins", host.Clock(), ID(), core(), "")
			failure := &eval.Error{Name: "exit", Value: "the task ended its goroutine by runtime.Goexit"}
			defer func() {
				step(i, "ends", host.Clock(), ID(), core(), "")
				mu.Lock()
				defer mu.Unlock()
				if failure != nil {
					s.Errors[i] = errors.New(failure.Name + ": " + failure.Value)
				}
			}()
			failure = h.Capture(func(w host.Write) { step(i, "prints", w.At, w.TID, w.CPU, string(w.Text)) }, f.Call)
		})
	}
	go func() { all.Wait(); close(done) }()
	select {
	case <-done:
	case <-h.Context().Done():
		select {
		case <-done:
		case <-time.After(stopGrace): // one that is blocked outside of the interpreter is left behind
		}
	}
	mu.Lock()
	defer mu.Unlock()
	out := *s // a goroutine that is left behind does not change it
	out.Steps, out.Errors = slices.Clone(s.Steps), slices.Clone(s.Errors)
	slices.SortStableFunc(out.Steps, func(a, b card.Step) int { return int(a.At - b.At) })
	out.Elapsed = host.Clock() - began
	return &out
}

// describe tells what a task is.
func describe(h host.Host, task func()) (*host.Func, error) {
	if task == nil {
		return nil, card.ErrNilTask
	}
	return h.Func(task)
}

// Pin keeps the calling thread on one processor core, from 0. It is for the tasks
// of this package and of package process, which have a thread of their own; elsewhere it
// fails, since other goroutines would run there too. It fails on systems without
// such a call (sched_setaffinity(2) of Linux, SetThreadAffinityMask of Windows).
//
//	thread.Run(func() { thread.Pin(0); work() }, func() { thread.Pin(1); work() })
func Pin(core int) error {
	if _, worker := host.Current().Cell(); !own.has(ID()) && !(worker && ID() == MainID()) {
		return errors.New("thread.Pin: call it in a task of thread.Run or process.Run, which has a thread of its own")
	}
	if core < 0 || core >= maxCores {
		return errors.New("thread.Pin: there is no such core")
	}
	return pin(core)
}

// maxCores bounds the numbers of cores.
const maxCores = 1024

// Core is the number of the processor core that the calling thread runs on now; -1
// where it is unknown.
func Core() int { return core() }

// own are the threads that run a task of this package.
var own threads

type threads struct {
	mu  sync.Mutex // guards ids
	ids map[int]int
}

// add notes that the calling thread runs a task, until the function that it returns is called.
func (t *threads) add() (remove func()) {
	id := ID()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ids == nil {
		t.ids = map[int]int{}
	}
	t.ids[id]++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.ids[id]--; t.ids[id] == 0 {
			delete(t.ids, id)
		}
	}
}

func (t *threads) has(id int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return id != 0 && t.ids[id] > 0
}
