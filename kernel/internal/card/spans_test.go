package card

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/host"
)

// describe is a list of spans in milliseconds.
func describe(spans []span) string {
	var s []string
	for _, p := range spans {
		what := fmt.Sprintf("%.0f%%@%d", p.share*100, p.core)
		switch p.doing {
		case readyTo:
			what = "ready"
		case startsUp:
			what = "starts"
		}
		s = append(s, fmt.Sprintf("%g-%g %s", float64(p.from)/1e6, float64(p.to)/1e6, what))
	}
	return strings.Join(s, ", ")
}

// TestSpans checks what readings tell: at, run and ready in milliseconds, and whether
// the task was running then.
func TestSpans(t *testing.T) {
	r := func(at, run, ready float64, running bool) reading {
		d := func(x float64) time.Duration { return time.Duration(x * 1e6) }
		return reading{at: d(at), run: d(run), ready: d(ready), core: 1, running: running}
	}
	tests := []struct {
		name     string
		readings []reading
		writes   []time.Duration
		want     string
	}{
		{"nothing known", nil, nil, ""},
		{"waits", []reading{r(0, 0, 0, true), r(9, 0, 0, false)}, nil, ""},
		{"runs", []reading{r(0, 0, 0, true), r(1, 1, 0, true), r(2, 2, 0, true)}, nil, "0-2 100%@1"},
		{"begins to run", []reading{r(0, 0, 0, false), r(4, 1, 0, true)}, nil, "3-4 100%@1"},
		{"stops", []reading{r(0, 0, 0, true), r(4, 1, 0, false)}, nil, "0-1 100%@1"},
		{"somewhere between", []reading{r(0, 0, 0, false), r(4, 1, 0, false)}, nil, "0-4 25%@1"},
		{"next to nothing", []reading{r(0, 0, 0, false), r(100, 1, 0, false)}, nil, ""},
		{"runs up to a write", []reading{r(0, 0, 0, false), r(4, 1, 0, false)}, []time.Duration{3 * ms}, "2-3 100%@1"},
		{"runs at each write", []reading{r(0, 0, 0, false), r(100, 2, 0, false)}, []time.Duration{30 * ms, 60 * ms}, "29-30 100%@1, 59-60 100%@1"},
		{"waits for a core first", []reading{r(0, 0, 0, true), r(4, 1, 3, true)}, nil, "0-3 ready, 3-4 100%@1"},
		{"waited before the reading before", []reading{r(0, 0, 0, true), r(2, 0, 0, false), r(4, 1, 2, true)}, nil, "1-3 ready, 3-4 100%@1"},
		{"runs on more cores than one", []reading{r(0, 0, 0, true), r(4, 8, 0, true)}, nil, "0-4 100%@1"},
	}
	for _, test := range tests {
		j := &Job{readings: test.readings}
		for _, at := range test.writes {
			j.lines = append(j.lines, record{at: at})
		}
		if got := describe(j.spans()); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestCoarse checks that a picture of few columns keeps what was done in most of each.
func TestCoarse(t *testing.T) {
	var dense []span
	for i := range 1000 { // on a core for 3 of 4 ms in the first second, for 1 of 4 after
		long := 3 * ms
		if i >= 250 {
			long = ms
		}
		from := time.Duration(i) * 4 * ms
		dense = append(dense, span{from: from, to: from + long, share: 1, core: 2})
	}
	if got, want := describe(coarse(dense, 4*time.Second, 8)), "0-1000 75%@2, 1000-4000 25%@2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := coarse(dense[:3], 4*time.Second, 8); !slices.Equal(got, dense[:3]) {
		t.Errorf("few spans became %s", describe(got))
	}
	begun := sinceBegan([]span{{from: 12 * ms, to: 18 * ms, share: 1}, {from: 19 * ms, to: 30 * ms, share: 1}}, 10*ms, 5*ms, 15*ms)
	if got, want := describe(begun), "2-5 starts, 5-8 100%@0, 9-15 100%@0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// busyGauge is of a task that is on core 1 in every other 10 ms.
type busyGauge struct{ began time.Duration }

func (g busyGauge) Read() (childproc.Usage, bool) {
	u := childproc.Usage{At: host.Clock(), Core: 1}
	d := u.At - g.began
	u.Run = d/(20*ms)*10*ms + min(d%(20*ms), 10*ms)
	u.Running = d%(20*ms) < 10*ms
	return u, true
}

func kept(j *Job) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.readings)
}

// TestSampler runs a task for two seconds of fake time: the timeline tells when it was on a
// core, few readings are kept, and the sampler ends with the task (synctest sees to that).
func TestSampler(t *testing.T) {
	withScreen(t, func(s *screen) {
		b := NewBoard(Process)
		b.gauge = func(*Job) gauge { return busyGauge{b.began} }
		b.self = &Job{kind: Process, board: b, pid: 1, began: b.began}
		b.self.fromNow()
		j := b.Add(nil, "busy")
		j.Started(b.began, 1, 2, 0)
		time.Sleep(2 * time.Second)
		if n := kept(j); n < 200 || n > 1000 {
			t.Errorf("%d readings", n)
		}
		j.End(Outcome{State: Exited, CPU: time.Second})
		v := b.view(finalLimits)
		spans := v.rows[0].spans
		if n := len(spans); n < 95 || n > 105 {
			t.Errorf("%d times on a core, want 100", n)
		}
		var sum time.Duration
		for i, p := range spans {
			sum += time.Duration(float64(p.to-p.from) * p.share)
			if want := time.Duration(i) * 20 * ms; p.from < want-6*ms || p.from > want+6*ms || p.core != 1 {
				t.Fatalf("time %d on a core: %s, want %v", i, describe(spans[i:i+1]), want)
			}
		}
		if sum < 990*ms || sum > 1010*ms {
			t.Errorf("%v on a core, want 1s", sum)
		}
		// Another task starts another sampler.
		k := b.Add(nil, "later")
		k.Started(host.Clock(), 1, 2, 0)
		time.Sleep(50 * ms)
		k.End(Outcome{State: Exited})
		if self := b.self.readings; !slices.IsSortedFunc(self, func(a, b reading) int { return cmp.Compare(a.at, b.at) }) || len(self) < 200 {
			t.Errorf("%d readings of this process, in some order", len(self))
		}
		if n := kept(k); n < 3 {
			t.Errorf("%d readings of the second task", n)
		}
	})
}

// TestReadingsAreBounded keeps a task for a day that changes all the time.
func TestReadingsAreBounded(t *testing.T) {
	j := &Job{}
	for i := range 100000 {
		at := time.Duration(i) * 50 * ms
		j.keep(reading{at: at, run: at / 3, core: i % 2})
	}
	if n := len(j.readings); n > maxSamples || n < maxSamples/4 {
		t.Errorf("%d readings", n)
	}
	var sum time.Duration
	for _, p := range j.spans() {
		sum += time.Duration(float64(p.to-p.from) * p.share)
	}
	if want := 99999 * 50 * ms / 3; sum < want*98/100 || sum > want {
		t.Errorf("%v on a core, want about %v", sum, want)
	}
}

// TestPauseOfSampler bounds what sampling costs.
func TestPauseOfSampler(t *testing.T) {
	for _, test := range []struct{ age, cost, want time.Duration }{
		{0, 0, ms}, {time.Second, 0, ms}, {3 * time.Second, 0, 3 * ms}, {30 * time.Second, 0, 5 * ms}, {time.Hour, 0, 100 * ms},
		{0, 100 * time.Microsecond, 2500 * time.Microsecond}, {0, time.Second, 100 * ms},
	} {
		if got := pauseOfSampler(test.age, test.cost); got != test.want {
			t.Errorf("age %v, cost %v: %v, want %v", test.age, test.cost, got, test.want)
		}
	}
}

// TestLiteralsOfOneLine have numbers when they are different.
func TestLiteralsOfOneLine(t *testing.T) {
	s := newSample(Thread)
	add := func(id int) *Job {
		f := &host.Func{Label: "cell 3"}
		f.Name, f.Line, f.ID = "cell 3, line 7", 7, id
		return s.Add(f, "")
	}
	a, b := add(12), add(12)
	if a.Name() != "cell 3, line 7" || b.Name() != a.Name() {
		t.Errorf("%s and %s", a.Name(), b.Name())
	}
	c := add(11)
	if a.Name() != "cell 3, line 7, func 2" || b.Name() != a.Name() || c.Name() != "cell 3, line 7, func 1" {
		t.Errorf("%s, %s and %s", a.Name(), b.Name(), c.Name())
	}
}

// TestTree is what front ends draw.
func TestTree(t *testing.T) {
	keepClock(t)
	s := newSample(Process)
	s.task(`a "quoted" <name> #1; x`, ms, 10, 10)
	tree := s.Group().Tree()
	if got := tree["text/vnd.mermaid"].(string); !strings.Contains(got, `["A a #quot;quoted#quot; #lt;name#gt; #35;1#59; x · PID 10 · running"]`) {
		t.Error(got)
	}
	s.jobs[0].meet([]childproc.Relative{{PID: 20, Parent: 10, Name: "sh -c date"}, {PID: 21, Parent: 20, Name: "sh -c date"}})
	s.jobs[0].meet([]childproc.Relative{{PID: 20, Parent: 10, Name: "sh -c date"}, {PID: 21, Parent: 20, Name: "date"}, {PID: 22, Parent: 10}})
	if got, want := s.Group().Tree()["text/plain"].(string), "running\n      └─ sh -c date · PID 20\n         └─ date · PID 21"; !strings.HasSuffix(got, want) {
		t.Errorf("%s\ndoes not end in\n%s", got, want)
	}
	s.jobs[0].kin = nil
	for range 20 {
		s.task("more", ms, 11, 11)
	}
	text := s.Group().Tree()["text/plain"].(string)
	if n := strings.Count(text, "\n"); n != maxLeaves || !strings.HasSuffix(text, "… 11 more") {
		t.Errorf("%d lines:\n%s", n+1, text)
	}
}
