package thread_test

import (
	"fmt"
	"sync"

	"iyagi/kernel/thread"
)

func ExampleRun() {
	hello := func() { fmt.Println("hello from a thread") }
	tasks := thread.Run(hello, hello).Tasks()
	fmt.Println("same process:", tasks[0].PID == tasks[1].PID)
	fmt.Println("same thread:", tasks[0].TID == tasks[1].TID)
	// Output:
	// hello from a thread
	// hello from a thread
	// same process: true
	// same thread: false
}

func ExampleStart() {
	ready := make(chan int)
	t := thread.Start(func() { ready <- thread.ID() })
	fmt.Println(<-ready == t.ID())
	t.Wait()
	fmt.Println(t.ID() == thread.MainID())
	// Output:
	// true
	// false
}

// Three threads add to one variable. Without the lock two may read the same
// value, and one of their updates is lost.
func ExampleRun_lock() {
	counter := 0
	var mu sync.Mutex
	add := func() {
		for range 10_000 {
			mu.Lock()
			counter++
			mu.Unlock()
		}
	}
	thread.Run(add, add, add)
	fmt.Println(counter)
	// Output: 30000
}

func ExampleGoroutines() {
	task := func() {}
	s := thread.Goroutines(task, task, task)
	fmt.Println(len(s.Names), "goroutines on", len(s.Threads()), "threads; the first one on", s.On(1))
}

func ExamplePin() {
	g := thread.Run(
		func() { fmt.Println(thread.Pin(0), thread.Core()) },
		func() { fmt.Println(thread.Pin(1), thread.Core()) },
	)
	fmt.Println(g.Err())
}
