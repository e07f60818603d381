package thread

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"iyagi/kernel/internal/card"
)

func TestGoroutines(t *testing.T) {
	k := newKernel(t)
	begun := new(sync.WaitGroup)
	begun.Add(3)
	task := func() {
		begun.Done()
		begun.Wait() // goroutines, not one after the other
	}
	s := Goroutines(task, task, task, func() { panic("no") }, nil)
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "goroutine 4") || !strings.Contains(err.Error(), "panic: no") {
		t.Errorf("error %v", err)
	}
	if s.Errors[0] != nil || s.Errors[4] == nil || s.PID != os.Getpid() || len(s.Names) != 5 {
		t.Errorf("%+v", s)
	}
	if len(s.Steps) != 8 || !slices.IsSortedFunc(s.Steps, func(a, b card.Step) int { return int(a.At - b.At) }) {
		t.Errorf("steps %+v", s.Steps)
	}
	for _, st := range s.Steps {
		if st.TID == 0 {
			t.Errorf("step %+v", st)
		}
	}
	if text := s.String(); !strings.Contains(text, fmt.Sprintf("threads of process %d", os.Getpid())) {
		t.Error(text)
	}
	_ = k
}

func TestPin(t *testing.T) {
	newKernel(t)
	if err := Pin(0); err == nil {
		t.Error("a goroutine was pinned")
	}
	if runtime.GOOS != "linux" {
		g := Run(func() {
			if err := Pin(0); runtime.GOOS == "darwin" && !errors.Is(err, errors.ErrUnsupported) {
				panic(err)
			}
		})
		if err := g.Err(); err != nil {
			t.Error(err)
		}
		return
	}
	var cores [4]int
	tasks := make([]func(), len(cores))
	for i := range tasks {
		tasks[i] = func() {
			n := i % runtime.NumCPU()
			if err := Pin(n); err != nil {
				panic(err)
			}
			for range 100 {
				if runtime.Gosched(); Core() != n {
					panic(fmt.Sprint("on core ", Core(), " though pinned to ", n))
				}
			}
			if Pin(-1) == nil || Pin(1000) == nil {
				panic("pinned to a core that is not there")
			}
		}
	}
	if err := Run(tasks...).Err(); err != nil {
		t.Error(err)
	}
}
