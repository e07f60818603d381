package childproc

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// TestMeterThread meters a thread of this process that works, then one that waits.
func TestMeterThread(t *testing.T) {
	type at struct{ id, core int }
	ready, release, work := make(chan at), make(chan bool), make(chan bool)
	go func() {
		runtime.LockOSThread()
		ready <- at{ThreadID(), CPU()}
		<-work
		for until := Now() + 30*time.Millisecond; Now() < until; {
		}
		ready <- at{ThreadID(), CPU()}
		<-release
	}()
	id := (<-ready).id
	m := NewMeter(os.Getpid(), id)
	if m == nil {
		t.Skip("this platform does not tell")
	}
	before, ok := m.Read()
	if !ok || before.At == 0 {
		t.Fatalf("%+v, %v", before, ok)
	}
	work <- true
	last := <-ready
	after, ok := m.Read()
	// Busy for 30 ms, less what others took of the core.
	if ran, waited := after.Run-before.Run, after.Ready-before.Ready; !ok || ran > 40*time.Millisecond+waited || ran+waited < 20*time.Millisecond {
		t.Errorf("30 ms of work are %v on a core, %v waiting for one", ran, waited)
	}
	if after.Core < 0 || after.Core >= 4096 {
		t.Errorf("core %d, the thread itself said %d", after.Core, last.core)
	}
	idle, _ := m.Read()
	time.Sleep(20 * time.Millisecond)
	if still, ok := m.Read(); !ok || still.Run-idle.Run > 5*time.Millisecond || still.Running {
		t.Errorf("a thread that waits: %+v, then %+v", idle, still)
	}
	release <- true
}

// TestMeterProcess meters a child until it has ended.
func TestMeterProcess(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m := NewMeter(cmd.Process.Pid, 0)
	if m == nil {
		cmd.Wait()
		t.Skip("this platform does not tell")
	}
	var last Usage
	for cmd.ProcessState == nil {
		u, ok := m.Read()
		if !ok {
			t.Fatal("a child that nobody has waited for is gone")
		}
		if u.Run < last.Run || u.Ready < last.Ready || u.At <= last.At {
			t.Fatalf("usage goes back: %+v, then %+v", last, u)
		}
		last = u
		if u.Run > 0 {
			cmd.Wait()
		}
	}
	if total := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); last.Run == 0 || last.Run > total+20*time.Millisecond {
		t.Errorf("ran %v, in the end %v", last.Run, total)
	}
	if u, ok := m.Read(); ok {
		t.Errorf("a child that has ended has %+v", u)
	}
}

func BenchmarkMeter(b *testing.B) {
	m := NewMeter(os.Getpid(), 0)
	if m == nil {
		b.Skip("this platform does not tell")
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Read() // of a process that runs: the dear case
	}
}

// TestDescendants starts a shell with a child.
func TestDescendants(t *testing.T) {
	if Descendants(1) == nil && NewMeter(os.Getpid(), 0) == nil {
		t.Skip("this platform does not tell")
	}
	cmd := exec.Command("/bin/sh", "-c", "sleep 60 & wait")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	for range 1000 {
		if list := Descendants(cmd.Process.Pid); len(list) == 1 && list[0].Name == "sleep 60" {
			if list[0].Parent != cmd.Process.Pid {
				t.Errorf("%+v is no child of %d", list[0], cmd.Process.Pid)
			}
			if p, err := os.FindProcess(list[0].PID); err == nil {
				p.Kill()
			}
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("found %+v below %d", Descendants(cmd.Process.Pid), cmd.Process.Pid)
}
