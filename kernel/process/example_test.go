package process_test

import (
	"context"
	"errors"
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

// SSH is an engine that runs tasks on machines which can be logged in to, one task at a time on each. The same
// type can be declared in a cell. This program must have the same path there.
type SSH struct{ Hosts []string }

// Open has nothing to wait for.
func (s SSH) Open(context.Context, process.Request) (process.Room, error) {
	if len(s.Hosts) == 0 {
		return nil, errors.New("ssh: no hosts")
	}
	return s, nil
}

func (s SSH) Places() int { return len(s.Hosts) }

// Command runs the program without a terminal (-T), which would change what passes through, and without
// asking for a password, which nobody could type.
func (s SSH) Command(place int, program []string) []string {
	return append([]string{"ssh", "-T", "-o", "BatchMode=yes", s.Hosts[place], "exec"}, program...)
}

// Close has nothing to give back: what ran has ended with its connection.
func (s SSH) Close() error { return nil }

func ExampleOn() {
	lab := process.On(SSH{Hosts: []string{"lab1", "lab2"}})
	process.With(lab, process.Retry(1)).Run(foo, bar)
}

func ExampleSlurm() {
	cluster := process.On(process.Slurm{Partition: "lessons", Nodes: 3})
	squares, err := process.Map([]int{1, 2, 3, 4, 5, 6}, square, cluster, process.Retry(1))
	fmt.Println(squares, err)
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
