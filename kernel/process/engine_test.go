package process

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/host"
)

// TestRetry: a local task that somebody else kills is run again, and one that ends itself is not.
func TestRetry(t *testing.T) {
	newKernel(t)
	within(t, 30*time.Second, func() {
		p := Start(forever, Retry(2))
		first := p.ID()
		for len(p.Output()) == 0 {
			time.Sleep(time.Millisecond)
		}
		other, _ := os.FindProcess(first)
		if err := other.Kill(); err != nil {
			t.Fatal(err)
		}
		for p.ID() == first || p.State() != Running || len(p.Output()) == 0 {
			time.Sleep(time.Millisecond)
		}
		if err := p.Kill(); err != nil {
			t.Fatal(err)
		}
		<-p.Done()
		tasks := Wait(p).Tasks()
		if len(tasks) != 2 || tasks[0].State != Killed || tasks[0].Retried != 2 || tasks[1].Attempt != 1 || tasks[1].State != Killed || tasks[1].Retried != 0 {
			t.Errorf("%+v", tasks)
		}
		if text := p.MimeBundle()["text/plain"].(string); !strings.Contains(text, "killed, run again as B") || !strings.Contains(text, "forever (try 2)") {
			t.Error(text)
		}
		for _, task := range []func(){boom, status, nothing} {
			if g := With(Retry(3)).Run(task); len(g.Tasks()) != 1 || g.Err() == nil {
				t.Errorf("%+v", g.Tasks())
			}
		}
		if g := With(Retry(3), Timeout(100*time.Millisecond)).Run(forever); len(g.Tasks()) != 1 {
			t.Errorf("%+v", g.Tasks())
		}
	})
}

// refusing is an engine without room.
type refusing struct{ err error }

func (r refusing) Open(_ context.Context, q Request) (Room, error) {
	q.Queued("Priority")
	return nil, r.err
}

func TestEngineRefuses(t *testing.T) {
	newKernel(t)
	cause := errors.New("no room")
	g := With(On(refusing{cause})).Run(three, letters)
	if !errors.Is(g.Err(), cause) || g.Tasks()[0].State != Failed || g.Tasks()[1].Reason != "" {
		t.Errorf("%v, %+v", g.Err(), g.Tasks())
	}
	p := Start(three, On(refusing{cause}))
	if err := p.Wait(); !errors.Is(err, cause) || p.ID() != 0 {
		t.Errorf("%v, %d", err, p.ID())
	}
}

func TestLost(t *testing.T) {
	for _, c := range []struct {
		loss            host.Loss
		machine, words  string
		english, korean string
	}{
		{host.Loss{Silent: 10400 * time.Millisecond, Status: "signal: killed", Began: true}, "n2", "Slurm: node n2 is down",
			"lost: n2 has not answered for 10 s: Slurm: node n2 is down", "연락 끊김: n2에서 10초 동안 응답이 없습니다: Slurm: node n2 is down"},
		{host.Loss{Status: "exit status 1", Words: "srun: error: a\nsrun: error: b\n", Began: true}, "n2", "",
			"lost: the connection to n2 has ended: srun: error: a; srun: error: b", "연락 끊김: n2와의 연결이 끊어졌습니다: srun: error: a; srun: error: b"},
		{host.Loss{Status: "exit status 255"}, "", "", "it could not be run elsewhere: exit status 255", "다른 컴퓨터에서 실행하지 못했습니다: exit status 255"},
	} {
		e := lost(&c.loss, c.machine, c.words)
		if e.Error() != c.english || e.In("en") != c.english || e.In("ko") != c.korean {
			t.Errorf("%q, %q", e.Error(), e.In("ko"))
		}
		none := &errNoPlace{e}
		if none.In("ko") != "실행할 자리가 남아 있지 않습니다: "+c.korean || !errors.Is(none, error(e)) {
			t.Error(none.In("ko"))
		}
	}
}

// TestSite: places that are of no more use are not given out, and nobody waits for the last.
func TestSite(t *testing.T) {
	s, err := (&options{workers: 2}).open(context.Background(), "f", 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := s.take(context.Background())
	b, _ := s.take(context.Background())
	s.give(a, false, errUncopyable)
	s.give(b, true, nil)
	if again, err := s.take(context.Background()); again != b || err != nil {
		t.Errorf("%d, %v", again, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.take(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.give(b, false, errUncopyable)
	if _, err := s.take(context.Background()); !errors.Is(err, errUncopyable) {
		t.Error(err)
	}
}

// TestSlurmCommands: what Slurm is asked for, and that the variables of the kernel's own job do not matter.
func TestSlurmCommands(t *testing.T) {
	for _, name := range []string{"SLURM_CONF", "SLURM_JOB_ID", "SLURM_NTASKS"} {
		t.Setenv(name, "x")
	}
	s := Slurm{Partition: "lessons", Nodes: 3, TasksPerNode: 2, Time: "10", Options: []string{"--gres=gpu:1"}}
	got := strings.Join(s.salloc("iyagi-1", Request{Tasks: 3}), " ")
	for _, want := range []string{"salloc --no-shell --no-kill", "--job-name=iyagi-1", "--nodes=2 ", "--ntasks-per-node=2", "--cpus-per-task=1", "--partition=lessons", "--time=10", " --gres=gpu:1"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	a := &allocation{slurm: s, job: "7", nodes: []string{"n1", "n2"}}
	got = strings.Join(a.Command(3, []string{"/bin/iyagi", "-x"}), " ")
	if !strings.HasPrefix(got, "env -u SLURM_") || strings.Contains(got, "SLURM_CONF") || !strings.HasSuffix(got, " /bin/iyagi -x") || !strings.Contains(got, "--nodelist=n2 ") {
		t.Error(got)
	}
	if w := slurmWords("salloc: error: a\nsalloc: error: b: c\n", host.Exit{Code: 1}); w != "a; b: c" {
		t.Error(w)
	}
	if w := slurmWords("", host.Exit{Code: 3}); w != "exit status 3" {
		t.Error(w)
	}
	if a.Places() != 4 || card.Lost != Lost {
		t.Error(a.Places())
	}
}
