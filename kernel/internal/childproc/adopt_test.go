package childproc

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// TestAdopt: a process that adopts orphans, and ends them all the time, never
// takes its own new child for one.
func TestAdopt(t *testing.T) {
	needProcesses(t)
	cmd := exec.Command(os.Args[0], "-test.run", "TestAdoptHelper")
	cmd.Env = append(os.Environ(), "CHILDPROC_TEST_ADOPT=1") // adoption is for a whole process
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAdoptHelper(t *testing.T) {
	if os.Getenv("CHILDPROC_TEST_ADOPT") == "" {
		t.Skip("part of TestAdopt")
	}
	if err := AdoptOrphans(); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var killing sync.WaitGroup
	killing.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				NewTree().Kill()
			}
		}
	})
	for range 300 { // without the lock 1 in 130 was ended
		p, err := Start(context.Background(), "status", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s := p.Wait(); s.Code != 7 || s.Err != nil {
			t.Errorf("%+v", s)
		}
	}
	close(stop)
	killing.Wait()
}

// TestEnvironment: what the caller sets counts, and not what this process has.
func TestEnvironment(t *testing.T) {
	t.Setenv("CHILDPROC_TEST_VALUE", "old")
	if out, _ := output(t, "env", Options{Env: []string{"CHILDPROC_TEST_VALUE=new"}}); out != "new" {
		t.Errorf("%q", out)
	}
}
