package card

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/internal/host"
)

// keepClock restores host.Clock after a test that stops it.
func keepClock(t *testing.T) {
	clock := host.Clock
	t.Cleanup(func() { host.Clock = clock })
}

// TestLines checks how writes become lines: a write is "2o text" by task 2 to
// stdout (e: stderr), written at its own place in the list, in milliseconds.
func TestLines(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		want   []string // "task stream at: text"
	}{
		{"whole lines", []string{"1o a\n", "2o b\n"}, []string{"1 stdout 1: a", "2 stdout 2: b"}},
		{"several in a write", []string{"1o a\nb\n\nc\n"}, []string{"1 stdout 1: a", "1 stdout 1: b", "1 stdout 1: ", "1 stdout 1: c"}},
		{"a line counts from its beginning", []string{"1o Hel", "2o b\n", "1o lo\n"}, []string{"1 stdout 1: Hello", "2 stdout 2: b"}},
		{"no end", []string{"1o abc"}, []string{"1 stdout 1: abc"}},
		{"carriage return and line feed", []string{"1o a\r", "1o \nb\r\n"}, []string{"1 stdout 1: a", "1 stdout 3: b"}},
		{"two streams", []string{"1o out", "1e err\n", "1o put\n"}, []string{"1 stdout 1: output", "1 stderr 2: err"}},
		{"empty write", []string{"1o "}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			keepClock(t)
			s := newSample(Process)
			jobs := []*Job{s.task("a", 0, 1, 1), s.task("b", 0, 2, 2)}
			for i, w := range test.writes {
				stream := "stdout"
				if w[1] == 'e' {
					stream = "stderr"
				}
				at := time.Duration(i+1) * ms
				if test.name == "carriage return and line feed" && i == 1 {
					at = 3 * ms
				}
				jobs[w[0]-'1'].Write(host.Write{At: s.began + at, Stream: stream, Text: []byte(w[3:]), CPU: -1})
			}
			for _, j := range jobs {
				j.End(Outcome{State: Exited})
			}
			var got []string
			for i, l := range s.Group().Output() {
				if l.Seq != i+1 {
					t.Errorf("line %d has number %d", i+1, l.Seq)
				}
				got = append(got, fmt.Sprintf("%d %s %d: %s", l.Task, l.Stream, l.At/ms, l.Text))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestOrder writes from several tasks whose writes arrive late and mixed: the
// order of the output is that of the time of writing, not of arrival.
func TestOrder(t *testing.T) {
	keepClock(t)
	s := newSample(Process)
	var jobs []*Job
	for i := range 5 {
		jobs = append(jobs, s.task(fmt.Sprint(i), 0, i+1, i+1))
	}
	for _, j := range []int{3, 0, 4, 1, 2} { // each task's writes arrive at once
		for n := range 100 {
			s.write(jobs[j], time.Duration(n*5+j+1)*time.Microsecond, -1, fmt.Sprintf("%d\n", n*5+j))
		}
	}
	out := s.Group().Output()
	if len(out) != 500 {
		t.Fatalf("%d lines", len(out))
	}
	for i, l := range out {
		if l.Text != fmt.Sprint(i) || l.Seq != i+1 {
			t.Fatalf("line %d is %+v", i, l)
		}
	}
	v := s.view(liveLimits)
	if len(v.head) != 10 || len(v.tail) != 40 || v.head[9].Text != "9" || v.tail[0].Text != "460" || v.tail[0].Seq != 461 || v.tail[39].Text != "499" || v.hidden() != 450 {
		t.Errorf("head %v\ntail %v", v.head, v.tail)
	}
}

// TestKeepLimit writes more than a card keeps: the beginning stays, the rest is
// counted, and the card says so.
func TestKeepLimit(t *testing.T) {
	keepClock(t)
	s := newSample(Process)
	j := s.task("loud", 0, 1, 1)
	line := strings.Repeat("x", 1<<20-1) + "\n"
	for i := range 100 {
		s.write(j, time.Duration(i)*ms, -1, line)
	}
	s.end(j, 100*ms, Outcome{State: Exited})
	out := s.Group().Output()
	if len(out) != 63 { // 64 lines of 1 MiB and their own cost are above the limit
		t.Errorf("%d lines are kept", len(out))
	}
	v := s.view(finalLimits)
	if v.lost.lines != 37 || v.lost.bytes != 37*(1<<20-1) {
		t.Errorf("lost %+v", v.lost)
	}
	if page := v.html(); len(page) > 600<<10 || !strings.Contains(page, "were not kept") {
		t.Errorf("a page of %d bytes without its notice", len(page))
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain 한글\t.":                "plain 한글\t.",
		"50%\r100%":                  "100%",
		"100%\r5":                    "500%",
		"\x1b[1;31mred\x1b[0m":       "red",
		"\x1b[":                      "",
		"bell\a nul\x00 del\x7f":     "bell␇ nul␀ del␡",
		"\xff":                       "\uFFFD",
		"a\u202eb":                   "a\uFFFDb",
		"0123456789012345678901234x": "01234567890123456789 … (+6)",
		"가나다라마바사":                    "가나다라마바 … (+1)",
	} {
		if got := clean(in, 20); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLetters(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := letter(i); got != want {
			t.Errorf("letter(%d) = %s, want %s", i, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.00 ms", 83 * time.Microsecond: "0.08 ms", 9990 * time.Microsecond: "9.99 ms", 12340 * time.Microsecond: "12.3 ms",
		123 * ms: "123 ms", 1234 * ms: "1.23 s", 12345 * ms: "12.3 s", 200 * time.Second: "3 min 20 s", 3 * time.Hour: "3 h 0 min", -1: "-",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %s, want %s", int64(d), got, want)
		}
	}
}
