package thread_test

import (
	"fmt"

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
