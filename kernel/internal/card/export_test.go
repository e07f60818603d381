package card

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"iyagi/kernel/internal/host"
)

// parsed is a trace event by the field names of the Trace Event Format.
type parsed struct {
	Name string
	Ph   string
	Ts   *float64
	Dur  *float64
	Pid  *int
	Tid  *int
	S    string
	ID   int
	Bp   string
	Args map[string]any
}

// checkTrace checks what the Trace Event Format and Perfetto ask of a file, and returns the
// events.
func checkTrace(t *testing.T, data []byte) []parsed {
	t.Helper()
	var file struct {
		DisplayTimeUnit string
		TraceEvents     []parsed
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if file.DisplayTimeUnit != "ms" && file.DisplayTimeUnit != "ns" {
		t.Errorf("displayTimeUnit %q", file.DisplayTimeUnit)
	}
	type track struct{ pid, tid int }
	spans := map[track][]parsed{}
	named := map[track]bool{}
	arrows := map[int]int{}
	for _, e := range file.TraceEvents {
		if e.Name == "" || e.Pid == nil || e.Tid == nil || e.Ts == nil || *e.Ts < 0 {
			t.Errorf("incomplete: %+v", e)
			continue
		}
		at := track{*e.Pid, *e.Tid}
		switch e.Ph {
		case "X":
			if e.Dur == nil || *e.Dur < 0 {
				t.Errorf("no duration: %+v", e)
			}
			spans[at] = append(spans[at], e)
		case "i":
			if e.S != "t" {
				t.Errorf("scope %q: %+v", e.S, e)
			}
		case "s":
			arrows[e.ID]++
		case "f":
			arrows[e.ID] += 100
			if e.Bp != "e" {
				t.Errorf("binding %q: %+v", e.Bp, e)
			}
		case "M":
			if e.Name == "thread_name" {
				named[at] = true
			}
		default:
			t.Errorf("phase %q", e.Ph)
		}
	}
	for id, ends := range arrows {
		if ends != 101 {
			t.Errorf("arrow %d has not one beginning and one end", id)
		}
	}
	for at, list := range spans {
		if !named[at] {
			t.Errorf("track %v has no name", at)
		}
		nested(t, list)
	}
	return file.TraceEvents
}

// nested fails the test when two spans of a track overlap, neither within the other.
func nested(t *testing.T, list []parsed) {
	t.Helper()
	slices.SortStableFunc(list, func(a, b parsed) int {
		switch {
		case *a.Ts < *b.Ts, *a.Ts == *b.Ts && *a.Dur > *b.Dur:
			return -1
		case *a.Ts > *b.Ts, *a.Dur < *b.Dur:
			return 1
		}
		return 0
	})
	var open []float64
	for _, e := range list {
		for len(open) > 0 && open[len(open)-1] <= *e.Ts {
			open = open[:len(open)-1]
		}
		end := *e.Ts + *e.Dur
		if len(open) > 0 && end > open[len(open)-1]+0.0005 {
			t.Errorf("%s at %v, %v long, is longer than what it lies in, which ends at %v", e.Name, *e.Ts, *e.Dur, open[len(open)-1])
		}
		open = append(open, end)
	}
}

func TestExport(t *testing.T) {
	before := host.Clock
	defer func() { host.Clock = before }()
	for _, kind := range []Kind{Process, Thread} {
		s := newSample(kind)
		pids := []int{4301, 4302, 4303}
		if kind == Thread {
			pids = []int{4242, 4242, 4242}
		}
		a := s.task("foo", 1*ms, pids[0], 4301)
		b := s.task("cell 3, line 4", 2*ms, pids[1], 0)
		s.ran(a, 40*ms, 1, ms, 5*ms, 20*ms, 30*ms, 38*ms)
		s.write(a, 12*ms, 1, "one \"quoted\" <line>\n")
		s.write(b, 13*ms, 0, "\x1b[31mtwo\x00\xff\n")
		s.fail(a, 31*ms, "three\n")
		s.waited(3*ms, 39*ms)
		s.waited(10*ms, 40*ms)
		s.now += 40 * ms
		a.End(Outcome{State: Exited, CPU: 23 * time.Millisecond, Began: s.began + 8*ms, Ended: s.began + 40*ms})
		b.End(Outcome{State: Failed, ExitCode: 2, Ended: s.began + 35*ms})
		s.Add(nil, "never").End(Outcome{State: Failed, ExitCode: -1, Err: ErrNilTask})
		path := filepath.Join(t.TempDir(), "trace.json")
		if err := s.Group().Export(path); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, e := range checkTrace(t, data) {
			count[e.Ph]++
		}
		if count["i"] != 3 || count["s"] != 2 || count["X"] < 6 {
			t.Errorf("%s: %v", kind, count)
		}
	}
	if err := newSample(Process).Group().Export(filepath.Join(t.TempDir(), "no", "such", "trace.json")); err == nil {
		t.Error("written nowhere")
	}
}

// TestExportMany exports more tasks than a card shows.
func TestExportMany(t *testing.T) {
	before := host.Clock
	defer func() { host.Clock = before }()
	s := newSample(Process)
	for i := range 200 {
		s.task("foo", time.Duration(i)*ms, 5000+i, 5000+i).End(Outcome{State: Exited, Ended: s.began + 300*ms})
	}
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	if err := writeTrace(w, s.Group().traceEvents()); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	tracks := map[int]bool{}
	for _, e := range checkTrace(t, b.Bytes()) {
		tracks[*e.Pid] = true
	}
	if len(tracks) != 201 {
		t.Errorf("%d processes", len(tracks))
	}
}
