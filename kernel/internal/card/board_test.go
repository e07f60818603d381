package card

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// screen is a host that keeps what is displayed.
type screen struct {
	host.Plain
	label string
	ctx   context.Context
	mu    sync.Mutex
	shown []eval.Display
	times []time.Time
}

func (s *screen) Cell() (string, bool)     { return s.label, false }
func (s *screen) Context() context.Context { return s.ctx }

func (s *screen) Display(d *eval.Display) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, *d)
	s.times = append(s.times, time.Now())
	return nil
}

// noGauges is for tasks that do not exist.
func noGauges(t *testing.T) {
	before, kin := openGauge, descendants
	t.Cleanup(func() { openGauge, descendants = before, kin })
	openGauge, descendants = nil, func(int) []childproc.Relative { return nil }
}

// withScreen runs f in a bubble of fake time with a screen as host.
func withScreen(t *testing.T, f func(s *screen)) {
	keepClock(t)
	before := host.Current()
	noGauges(t)
	t.Cleanup(func() { host.Set(before) })
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		host.Clock = func() time.Duration { return time.Since(began) + time.Second }
		s := &screen{label: "cell 1", ctx: context.Background()}
		host.Set(s)
		f(s)
	})
}

// TestPainter checks when pictures are sent: not at all within the delay when
// all is over before it, then at most ten times a second, the last one final.
func TestPainter(t *testing.T) {
	withScreen(t, func(s *screen) {
		b := NewBoard(Process)
		quick := b.Add(nil, "quick")
		quick.Started(host.Clock(), 1, 2, 3)
		b.Show(50 * ms)
		time.Sleep(20 * ms)
		quick.End(Outcome{State: Exited})
		b.Wait(context.Background(), 0)
		if len(s.shown) != 1 || s.shown[0].Update {
			t.Fatalf("%d pictures of a group that ended at once", len(s.shown))
		}
	})
	withScreen(t, func(s *screen) {
		b := NewBoard(Process)
		j := b.Add(nil, "busy")
		j.Started(host.Clock(), 1, 2, 3)
		b.Show(50 * ms)
		for i := range 1000 {
			time.Sleep(time.Millisecond)
			j.Write(host.Write{At: host.Clock(), Stream: "stdout", Text: fmt.Appendf(nil, "line %d\n", i), CPU: -1})
		}
		j.End(Outcome{State: Exited})
		b.Wait(context.Background(), 0)
		if n := len(s.shown); n < 8 || n > 12 {
			t.Errorf("%d pictures in a second", n)
		}
		for i, d := range s.shown {
			if d.ID != b.id || d.Update != (i > 0) {
				t.Errorf("picture %d: ID %q, update %v", i, d.ID, d.Update)
			}
			if i > 0 && i < len(s.shown)-1 && s.times[i].Sub(s.times[i-1]) < paintEvery {
				t.Errorf("picture %d came %v after the one before", i, s.times[i].Sub(s.times[i-1]))
			}
		}
		last := s.shown[len(s.shown)-1].Bundle
		if text := string(last.Data["text/plain"]); !strings.Contains(text, "line 999") || !strings.Contains(text, "exited (0)") {
			t.Errorf("the last picture is not final:\n%s", text)
		}
	})
}

// TestFailedStart shows a task that could not be started: one picture.
func TestFailedStart(t *testing.T) {
	withScreen(t, func(s *screen) {
		b := CellBoard(Process)
		j := b.Add(nil, "broken")
		j.End(Outcome{State: Failed, Err: errors.New("no")})
		b.Show(0)
		Wait(context.Background(), 0, j)
		synctest.Wait()
		if len(s.shown) != 1 {
			t.Errorf("%d pictures", len(s.shown))
		}
	})
}

// TestIdle checks that a card whose tasks print nothing still shows time pass,
// but ever less often.
func TestIdle(t *testing.T) {
	withScreen(t, func(s *screen) {
		b := NewBoard(Thread)
		j := b.Add(nil, "idle")
		b.Show(0)
		time.Sleep(10 * time.Minute)
		j.End(Outcome{State: Exited})
		b.Wait(context.Background(), 0)
		if n := len(s.shown); n < 50 || n > 150 {
			t.Errorf("%d pictures in ten minutes", n)
		}
	})
}

// TestTasksOfOneCell checks that tasks started one by one share a card, which
// lives again when one is added after its end, and that another cell has its own.
func TestTasksOfOneCell(t *testing.T) {
	withScreen(t, func(s *screen) {
		start := func() *Job {
			b := CellBoard(Thread)
			j := b.Add(nil, "task")
			j.Started(host.Clock(), 1, 2, 3)
			b.Show(0)
			return j
		}
		a := start()
		a.End(Outcome{State: Exited})
		Wait(context.Background(), 0, a)
		c := start()
		c.End(Outcome{State: Exited})
		Wait(context.Background(), 0, c)
		last := s.shown[len(s.shown)-1]
		if text := string(last.Bundle.Data["text/plain"]); !strings.HasPrefix(text, "2 threads") {
			t.Errorf("the last picture is\n%s", text)
		}
		for i, d := range s.shown {
			if d.Update != (i > 0) || d.ID != s.shown[0].ID {
				t.Errorf("picture %d has ID %s, update %v", i, d.ID, d.Update)
			}
		}
		both, one := NewGroup(Thread, []*Job{c, a}), NewGroup(Thread, []*Job{a})
		if !both.AlreadyShown() || one.AlreadyShown() {
			t.Error("the group of all tasks is shown by the cell's card, a part of it is not")
		}
		s.label = "cell 2"
		if both.AlreadyShown() {
			t.Error("another cell has not shown the card")
		}
		if d := start(); d.board == a.board {
			t.Error("two cells share a card")
		} else {
			d.End(Outcome{State: Exited})
			Wait(context.Background(), 0, d)
		}
	})
}

// TestInterrupt waits for a task that does not end when its cell is interrupted.
func TestInterrupt(t *testing.T) {
	withScreen(t, func(s *screen) {
		var cancel context.CancelFunc
		s.ctx, cancel = context.WithCancel(context.Background())
		b := NewBoard(Thread)
		j := b.Add(nil, "stuck")
		j.Started(host.Clock(), 1, 2, 3)
		b.Show(0)
		other, stop := context.WithCancel(context.Background())
		stop()
		if Wait(other, 0, j); j.Ended() {
			t.Error("the interrupt of a cell that waits ends the task of another")
		}
		time.AfterFunc(5*time.Second, cancel)
		began := time.Now()
		b.Wait(s.ctx, 50*ms)
		if d := time.Since(began); d != 5050*ms {
			t.Errorf("waited %v", d)
		}
		last := s.shown[len(s.shown)-1].Bundle
		if text := string(last.Data["text/plain"]); !strings.Contains(text, "still blocked") {
			t.Errorf("the last picture is\n%s", text)
		}
		var m struct{ Iyagi metadata }
		if err := json.Unmarshal([]byte(`{"iyagi":`+string(last.Metadata["iyagi"])+`}`), &m); err != nil || m.Iyagi.Tasks[0].State != Running {
			t.Errorf("metadata %s: %v", last.Metadata["iyagi"], err)
		}
	})
}

func BenchmarkCardOfThree(b *testing.B) {
	defer func(c func() time.Duration) { host.Clock = c }(host.Clock)
	s := threeProcesses()
	b.ReportAllocs()
	for b.Loop() {
		s.view(finalLimits).bundle()
	}
}

func BenchmarkCardOfThousand(b *testing.B) {
	defer func(c func() time.Duration) { host.Clock = c }(host.Clock)
	s := thousand()
	b.ReportAllocs()
	for b.Loop() {
		s.view(finalLimits).bundle()
	}
}

// BenchmarkWrite is the cost of a line on its way into a card.
func BenchmarkWrite(b *testing.B) {
	board := NewBoard(Process)
	j := board.Add(nil, "task")
	w := host.Write{Stream: "stdout", Text: []byte("a line of some forty characters, as usual\n"), CPU: -1}
	b.ReportAllocs()
	for b.Loop() {
		w.At++
		j.Write(w)
		if len(j.lines) == 1<<20 {
			j.lines = nil
			board.budget.Store(KeepLimit)
		}
	}
}

// BenchmarkPictureOfManyLines is a picture of a running card with 100,000 lines.
func BenchmarkPictureOfManyLines(b *testing.B) {
	defer func(c func() time.Duration) { host.Clock = c }(host.Clock)
	s := newSample(Process)
	jobs := []*Job{s.task("a", 0, 1, 1), s.task("b", 0, 2, 2)}
	for i := range 100000 {
		s.write(jobs[i%2], time.Duration(i)*time.Microsecond, -1, "a line\n")
	}
	b.ReportAllocs()
	for b.Loop() {
		s.view(liveLimits).bundle()
	}
}

// BenchmarkLastPictureOfManyLines is the last picture of a card with 100,000 lines.
func BenchmarkLastPictureOfManyLines(b *testing.B) {
	defer func(c func() time.Duration) { host.Clock = c }(host.Clock)
	s := newSample(Process)
	jobs := []*Job{s.task("a", 0, 1, 1), s.task("b", 0, 2, 2)}
	for i := range 100000 {
		s.write(jobs[i%2], time.Duration(i)*time.Microsecond, -1, "a line\n")
	}
	b.ReportAllocs()
	for b.Loop() {
		s.view(finalLimits).bundle()
	}
}

// BenchmarkSweep is a round of the sampler over 30 tasks with a gauge that costs nothing.
func BenchmarkSweep(b *testing.B) {
	defer func(c func() time.Duration) { host.Clock = c }(host.Clock)
	s := newSample(Process)
	s.gauge = func(*Job) gauge { return busyGauge{s.began} }
	for i := range 30 {
		s.task("work", 0, i+1, i+1)
	}
	sw := &sweeper{board: s.Board, gauges: map[*Job]gauge{}}
	b.ReportAllocs()
	for b.Loop() {
		s.now += ms
		sw.sweep()
	}
}
