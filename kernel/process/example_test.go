package process_test

import (
	"fmt"
	"os"

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

// Without a kernel there is nobody to give another process the code of one
// function.
func ExampleProcess_Err() {
	fmt.Println(process.Start(foo).Err())
	// Output: a child process that runs one function needs the Iyagi kernel: run this in a notebook, or with `iyagi run FILE.go`
}
