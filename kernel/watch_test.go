package kernel

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestNewParent(t *testing.T) {
	direct := os.Getppid()
	for value, want := range map[string]parent{
		"":                   {},
		"no number":          {},
		"0":                  {},
		"1":                  {},
		strconv.Itoa(direct): {direct, direct},
		"2147483646":         {direct, direct}, // no process, as a handle of Windows
	} {
		if got := newParent(value); got != want {
			t.Errorf("newParent(%q) = %+v, want %+v", value, got, want)
		}
	}
	if p := newParent(strconv.Itoa(direct)); p.gone() {
		t.Error("the parent of this test is gone")
	}
	if (parent{}).gone() {
		t.Error("a kernel without a parent lost it")
	}
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	if p := (parent{pid: ended.Process.Pid, direct: direct}); !p.gone() {
		t.Error("a server that has ended is not gone")
	}
}

func TestWatch(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	for _, c := range []struct {
		name    string
		signals []os.Signal
		running bool
		parent  parent
		stops   bool
	}{
		{"nothing", nil, false, parent{}, false},
		{"SIGTERM", []os.Signal{syscall.SIGTERM}, true, parent{}, true},
		{"SIGINT of a running cell", []os.Signal{syscall.SIGINT}, true, parent{}, false},
		{"SIGINT of an idle kernel", []os.Signal{syscall.SIGINT}, false, parent{}, true},
		{"parent", nil, false, parent{pid: os.Getppid() + 1, direct: os.Getppid() + 1}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.Background())
				signals := make(chan os.Signal)
				done := make(chan struct{})
				interrupted := 0
				go func() {
					defer close(done)
					watch(ctx, log, signals, c.parent, func() bool { interrupted++; return c.running })
				}()
				for _, s := range c.signals {
					signals <- s
				}
				time.Sleep(2 * parentEvery)
				synctest.Wait()
				select {
				case <-done:
					if !c.stops {
						t.Error("the kernel stops")
					}
				default:
					if c.stops {
						t.Error("the kernel goes on")
					}
				}
				cancel()
				<-done
			})
		})
	}
}
