package process

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// last is the text and the metadata of the newest picture.
func (k *kernel) last(t *testing.T) (text string, meta map[string]any) {
	t.Helper()
	shown := k.displays()
	if len(shown) == 0 {
		t.Fatal("no card is shown")
	}
	for i, d := range shown {
		if d.ID == "" || d.Update != (i > 0) || d.ID != shown[0].ID {
			t.Errorf("picture %d has ID %q, update %v", i, d.ID, d.Update)
		}
	}
	b := shown[len(shown)-1].Bundle
	for _, kind := range []string{"text/html", "text/markdown", "text/plain"} {
		if len(b.Data[kind]) == 0 {
			t.Errorf("the card has no %s", kind)
		}
	}
	if err := json.Unmarshal(b.Metadata["iyagi"], &meta); err != nil {
		t.Fatal(err)
	}
	return string(b.Data["text/plain"]), meta
}

func TestRun(t *testing.T) {
	k := newKernel(t)
	g := Run(three, letters, three)
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{os.Getpid(): true}
	for i, task := range g.Tasks() {
		if task.Index != i+1 || task.Name != []string{"three", "letters", "three"}[i] || task.State != Exited || task.ExitCode != 0 {
			t.Errorf("task %+v", task)
		}
		if seen[task.PID] || task.PPID != os.Getpid() {
			t.Errorf("task %+v of parent %d", task, os.Getpid())
		}
		seen[task.PID] = true
		if task.Start < 0 || task.End <= task.Start {
			t.Errorf("task %+v ran backwards", task)
		}
	}
	var lines [4][]string
	before := time.Duration(0)
	for i, l := range g.Output() {
		if l.Seq != i+1 || l.At < before || l.Stream != "stdout" {
			t.Errorf("line %+v after %v", l, before)
		}
		before = l.At
		lines[l.Task] = append(lines[l.Task], l.Text)
	}
	if got := strings.Join(lines[2], ""); got != "abcde" {
		t.Errorf("letters wrote %s", got)
	}
	first := g.Tasks()[0]
	if want := "3 " + strconv.Itoa(first.PID) + " " + strconv.Itoa(os.Getpid()); len(lines[1]) != 3 || lines[1][2] != want {
		t.Errorf("the first task wrote %q, want %s", lines[1], want)
	}
	text, meta := k.last(t)
	if !strings.Contains(text, strconv.Itoa(first.PID)) || len(meta["tasks"].([]any)) != 3 || len(meta["output"].([]any)) != 11 {
		t.Errorf("card\n%s\n%v", text, meta)
	}
	if !g.AlreadyShown() {
		t.Error("the card of Run is shown")
	}
	k.label = "the next cell"
	if g.AlreadyShown() {
		t.Error("the next cell has not shown the card")
	}
}

func TestFailures(t *testing.T) {
	k := newKernel(t)
	g := Run(boom, status, nothing, nil, func() {}, three)
	err := g.Err()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"task 1 (boom): panic: boom (boom, cell 1, line 4)",
		"task 2 (status): exit status 3",
		"task 3 (nothing): variable ch cannot be copied",
		"task 4 (nil): the task is nil",
		"it is not a function of a cell",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	states := ""
	for _, task := range g.Tasks() {
		states += string(task.State) + strconv.Itoa(task.ExitCode) + " "
	}
	if states != "failed2 exited3 failed-1 failed-1 failed-1 exited0 " {
		t.Error(states)
	}
	text, _ := k.last(t)
	if !strings.Contains(text, "panic: boom") || !strings.Contains(text, "exited (3)") {
		t.Error(text)
	}
}

func TestNoTasks(t *testing.T) {
	k := newKernel(t)
	g := Run()
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "process.Run(foo, bar)") {
		t.Errorf("error %v", err)
	}
	if text, _ := k.last(t); !strings.Contains(text, "There are no tasks") {
		t.Error(text)
	}
}

func TestStart(t *testing.T) {
	k := newKernel(t)
	a := Start(letters, Name("the alphabet"))
	b := Start(status)
	if a.ID() == 0 || a.ID() == b.ID() || a.Name() != "the alphabet" {
		t.Errorf("IDs %d and %d, name %s", a.ID(), b.ID(), a.Name())
	}
	if err := a.Wait(); err != nil || a.ExitCode() != 0 || a.Text() != "a\nb\nc\nd\ne\n" {
		t.Errorf("error %v, exit code %d, output %q", err, a.ExitCode(), a.Text())
	}
	if err := b.Wait(); err == nil || err.Error() != "exit status 3" || b.ExitCode() != 3 || b.Err() == nil {
		t.Errorf("error %v, exit code %d", err, b.ExitCode())
	}
	g := Wait(a, nil, b)
	if !g.AlreadyShown() || !a.AlreadyShown() {
		t.Error("the cell's card shows both")
	}
	if only := Wait(b); only.AlreadyShown() || len(only.Tasks()) != 1 || only.Tasks()[0].Index != 1 {
		t.Error("a group of one of them is another card")
	}
	if text, meta := k.last(t); !strings.Contains(text, "the alphabet") || len(meta["tasks"].([]any)) != 2 {
		t.Error(text)
	}
	c := Start(nothing)
	if c.ID() != 0 || !errors.Is(c.Err(), errUncopyable) || c.Wait() == nil || c.Kill() != nil {
		t.Errorf("ID %d, error %v", c.ID(), c.Err())
	}
}

func TestOptions(t *testing.T) {
	newKernel(t)
	dir := t.TempDir()
	g := With(Env("GREETING=안녕"), Dir(dir)).Run(environment)
	if out := g.Output(); len(out) != 1 || out[0].Text != "안녕 "+dir+" <nil>" {
		t.Errorf("output %v", out)
	}
	g = With(Dir("/does/not/exist")).Run(environment)
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "/does/not/exist") {
		t.Errorf("error %v", err)
	}
}

func TestKill(t *testing.T) {
	newKernel(t)
	p := Start(forever)
	if p.ExitCode() != -1 || p.State() != Running || p.Err() != nil {
		t.Errorf("exit code %d, state %s, error %v", p.ExitCode(), p.State(), p.Err())
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, func() { <-p.Done() })
	if p.State() != Killed || p.ExitCode() != -1 || p.Err().Error() != "signal: killed" || p.Wait() == nil {
		t.Errorf("exit code %d, state %s, error %v", p.ExitCode(), p.State(), p.Err())
	}
	if err := p.Kill(); err != nil {
		t.Errorf("a second kill: %v", err)
	}
}

// TestInterrupt interrupts a cell whose processes never end.
func TestInterrupt(t *testing.T) {
	k := newKernel(t)
	var cancel context.CancelFunc
	k.ctx, cancel = context.WithCancel(context.Background())
	go func() {
		for { // until one of them has told that it runs
			for _, d := range k.displays() {
				if strings.Contains(string(d.Bundle.Data["text/plain"]), "I stay") {
					cancel()
					return
				}
			}
			time.Sleep(time.Millisecond)
		}
	}()
	var g *Group
	within(t, 20*time.Second, func() { g = Run(forever, forever) })
	states := []State{g.Tasks()[0].State, g.Tasks()[1].State}
	if states[0] != Killed || states[1] != Killed {
		t.Errorf("states %v", states)
	}
	if text, _ := k.last(t); !strings.Contains(text, "killed 2") {
		t.Error(text)
	}
}

// TestManyTasks runs more tasks than may be alive at once.
func TestManyTasks(t *testing.T) {
	k := newKernel(t)
	many := make([]func(), MaxAtOnce+16)
	for i := range many {
		many[i] = letters
	}
	g := Run(many...)
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	if n := len(g.Output()); n != 5*len(many) {
		t.Errorf("%d lines", n)
	}
	if k.most > MaxAtOnce {
		t.Errorf("%d processes at once", k.most)
	}
	if text, meta := k.last(t); !strings.Contains(text, "more tasks are not shown") || len(meta["tasks"].([]any)) != len(many) {
		t.Error(text)
	}
}

// TestLoud prints 10 MB: all of it is in the group, a part of it on the card.
func TestLoud(t *testing.T) {
	k := newKernel(t)
	g := Run(loud)
	if out := g.Output(); len(out) != 10_000 || len(out[9_999].Text) != 999 {
		t.Errorf("%d lines", len(out))
	}
	total := 0
	for _, d := range k.displays() {
		size := 0
		for _, content := range d.Bundle.Data {
			size += len(content)
		}
		if total += size; size > 2<<20 {
			t.Errorf("a picture of %d bytes", size)
		}
	}
	if text, _ := k.last(t); !strings.Contains(text, "9,750 lines between are not shown") {
		t.Error(text[:1000])
	}
}

func TestPlain(t *testing.T) {
	if err := Start(three).Wait(); err == nil || !strings.Contains(err.Error(), "needs the Iyagi kernel") {
		t.Errorf("without a kernel: %v", err)
	}
}

// BenchmarkRun is three processes of this test binary, and their card.
func BenchmarkRun(b *testing.B) {
	newKernel(b)
	for b.Loop() {
		Run(three, letters, three)
	}
}
