package process_test

import (
	"fmt"
	"io"
	"os"
	"time"

	"iyagi/kernel/process"
)

func foo() { fmt.Println("foo: process", os.Getpid(), "child of", os.Getppid()) }

func bar() { fmt.Println("bar: process", os.Getpid(), "child of", os.Getppid()) }

func ExampleRun() {
	process.Run(foo, bar)
}

func ExampleStart() {
	p := process.Start(foo)
	fmt.Println("parent: process", os.Getpid(), "waits for", p.ID())
	if err := p.Wait(); err != nil {
		fmt.Println(err)
	}
}

func ExampleLauncher() {
	korean := process.With(process.Env("LANG=ko_KR.UTF-8"), process.Dir(os.TempDir()))
	for _, line := range korean.Run(foo, bar).Output() {
		fmt.Printf("task %d wrote %q after %v\n", line.Task, line.Text, line.At)
	}
}

func square(x int) int { return x * x }

func ExampleMap() {
	squares, err := process.Map([]int{1, 2, 3}, square, process.Workers(2))
	if err != nil {
		fmt.Println(err) // "input 1 (2): panic: …" for each that has no result
	}
	fmt.Println(squares)
}

func ExampleExec() {
	p := process.With(process.Stdin("hello\n"), process.Timeout(time.Minute)).Exec("tr", "a-z", "A-Z")
	if err := p.Wait(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(p.Text())
}

func ExamplePipe() {
	r, w, err := process.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	process.Start(func() { fmt.Fprintln(w, "hello from", os.Getpid()) })
	w.Close() // the child has its own; as long as one is open, the end does not come
	text, err := io.ReadAll(r)
	fmt.Print(string(text), err)
}

func ExampleQueue() {
	jobs := process.NewQueue[int](10)
	work := func() {
		for n := range jobs.All() {
			fmt.Println(os.Getpid(), "does", n)
		}
	}
	workers := []*process.Process{process.Start(work), process.Start(work)}
	for n := range 20 {
		jobs.Put(n)
	}
	jobs.Close()
	process.Wait(workers...)
}

// Without a kernel there is nobody to give another process the code of one
// function.
func ExampleProcess_Err() {
	fmt.Println(process.Start(foo).Err())
	// Output: a child process that runs one function needs the Iyagi kernel: run this in a notebook, or with `iyagi run FILE.go`
}
