package card

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// A sample is a board with known contents, at a time that does not pass.
type sample struct {
	*Board
	now time.Duration
}

const ms = time.Millisecond

// fixedClock stops host.Clock for as long as a test builds its samples.
func fixedClock(s *sample) { host.Clock = func() time.Duration { return s.now } }

func newSample(kind Kind) *sample {
	s := &sample{now: 1000 * time.Second}
	fixedClock(s)
	s.Board = NewBoard(kind)
	s.parent, s.above, s.mode = 4242, 4200, live
	s.gauge, s.self = nil, nil // the tasks do not exist
	return s
}

func (s *sample) task(name string, start time.Duration, pid, tid int) *Job {
	f := &host.Func{Label: "cell 3"}
	f.Name = name
	fmt.Sscanf(name, "cell 3, line %d", &f.Line)
	j := s.Add(f, "")
	ppid := s.parent
	if s.kind == Thread {
		ppid = 4200
	}
	j.Started(s.began+start, pid, ppid, tid)
	return j
}

func (s *sample) write(j *Job, at time.Duration, cpu int, text string) {
	j.Write(host.Write{At: s.began + at, Stream: "stdout", Text: []byte(text), TID: j.TID(), CPU: cpu})
}

func (s *sample) fail(j *Job, at time.Duration, text string) {
	j.Write(host.Write{At: s.began + at, Stream: "stderr", Text: []byte(text), TID: j.TID(), CPU: -1})
}

// ran makes readings each millisecond of a task that ran in the given times on
// the core, and waited for one in the time before the first, if ready says so.
func (s *sample) ran(j *Job, end time.Duration, core int, ready time.Duration, times ...time.Duration) {
	for at := time.Duration(0); ; at = min(at+ms, end) {
		u := childproc.Usage{At: s.began + at, Core: core}
		for i := 0; i+1 < len(times); i += 2 {
			u.Run += max(min(at, times[i+1])-times[i], 0)
			u.Running = u.Running || times[i] <= at && at < times[i+1]
		}
		if u.Run > 0 {
			u.Ready = ready
		}
		if at == 0 {
			j.readings = append(j.readings, reading{at: j.began, core: -1, running: true})
		} else if s.began+at > j.began {
			j.used(u)
		}
		if at == end {
			return
		}
	}
}

// waited makes the cell wait for its tasks between two times.
func (s *sample) waited(from, to time.Duration) {
	s.waits = append(s.waits, span{from: s.began + from, to: s.began + to})
}

func (s *sample) end(j *Job, at time.Duration, o Outcome) {
	o.Ended = s.began + at
	j.End(o)
}

// threeProcesses is what the tutorial's third lesson shows.
func threeProcesses() *sample {
	s := newSample(Process)
	foo, bar, baz := s.task("foo", 1200*time.Microsecond, 4251, 4251), s.task("bar", 2*ms, 4252, 4252), s.task("baz", 2900*time.Microsecond, 4253, 4253)
	for i := range 5 {
		s.write(foo, time.Duration(14+6*i)*ms, i/3, fmt.Sprintf("foo: %d번째 줄\n", i+1))
		s.write(bar, time.Duration(16+7*i)*ms, 1, fmt.Sprintf("bar: %d\n", i+1))
		s.write(baz, time.Duration(15+3*i)*ms, 0, fmt.Sprintf("baz: %c\n", 'a'+i))
	}
	s.ran(foo, 43*ms, 0, 0, 2*ms, 13*ms, 13900*time.Microsecond, 14*ms, 18*ms, 24*ms)
	s.ran(bar, 49*ms, 1, 0, 3*ms, 15*ms, 15900*time.Microsecond, 16*ms)
	s.ran(baz, 30*ms, 0, 5*ms, 13*ms, 18*ms, 24*ms, 29*ms)
	s.waited(3500*time.Microsecond, 50*ms)
	s.self = &Job{kind: Process, began: s.began}
	s.ran(s.self, 49*ms, -1, 0, 0, 3500*time.Microsecond)
	s.end(foo, 43*ms, Outcome{State: Exited, CPU: 11400 * time.Microsecond, Began: s.began + 13*ms})
	s.end(bar, 49*ms, Outcome{State: Exited, CPU: 12 * ms, Began: s.began + 15*ms})
	s.end(baz, 30*ms, Outcome{State: Exited, CPU: 10100 * time.Microsecond, Began: s.began + 14*ms})
	return s
}

// threeThreads is what its fifth lesson shows.
func threeThreads() *sample {
	s := newSample(Thread)
	names := []string{"work", "work", "cell 3, line 12"}
	s.waited(20*time.Microsecond, ms)
	for i, name := range names {
		j := s.task(name, time.Duration(80+20*i)*time.Microsecond, 4242, 4260+i)
		j.OnCore(s.began+time.Duration(100+20*i)*time.Microsecond, i%2)
		for n := range 3 {
			s.write(j, time.Duration(200+150*n+40*i)*time.Microsecond, i%2, fmt.Sprintf("스레드 %d, 프로세스 %d\n", 4260+i, 4242))
		}
		s.end(j, time.Duration(700+90*i)*time.Microsecond, Outcome{State: Exited, CPU: 310 * time.Microsecond})
	}
	return s
}

// troubles has a task of each kind of failure, and output that wants to be more
// than text.
func troubles() *sample {
	s := newSample(Process)
	ok := s.task("honest", 1*ms, 4301, 4301)
	boom := s.task("boom", 1500*time.Microsecond, 4302, 4302)
	three := s.task("three", 2*ms, 4303, 4303)
	killed := s.task("forever", 2500*time.Microsecond, 4304, 4304)
	nothing := s.Add(nil, "nil")
	s.write(ok, 12*ms, 0, "<script>alert(1)</script> & \"quotes\" `code` *stars* | pipe\n")
	s.write(ok, 13*ms, 0, "\x1b[31mred\x1b[0m \x07bell \u202eright to left\n")
	s.write(ok, 14*ms, 0, "10%\r50%\r100%\n")
	s.write(ok, 15*ms, 0, "\xff\xfe not UTF-8\n")
	s.write(ok, 16*ms, 0, "a line without an end")
	s.write(killed, 20*ms, 1, "half of ")
	s.fail(boom, 21*ms, "panic: runtime error: index out of range [5] with length 1\n")
	s.write(killed, 22*ms, 1, "a line\n"+strings.Repeat("아주 긴 줄 ", 300)+"\n")
	s.ran(killed, 1200*ms, 1, 0, 20*ms, 1200*ms)
	s.waited(3*ms, 1210*ms)
	s.end(ok, 18*ms, Outcome{State: Exited})
	s.end(boom, 24*ms, Outcome{State: Failed, ExitCode: 2, CPU: 9 * ms, Error: &eval.Error{
		Name: "panic", Value: "runtime error: index out of range [5] with length 1",
		Frames: []eval.Frame{{Func: "boom", Label: "cell 3", Line: 7, Column: 2}},
	}})
	s.end(three, 25*ms, Outcome{State: Exited, ExitCode: 3, CPU: 9 * ms})
	s.end(killed, 1200*ms, Outcome{State: Killed, ExitCode: -1, Signal: "killed", CPU: 1150 * ms})
	s.end(nothing, 3*ms, Outcome{State: Failed, ExitCode: -1, Err: fmt.Errorf("variable ch cannot be copied to another process: it is a chan int")})
	return s
}

// running is a card in the middle of its tasks.
func running() *sample {
	s := newSample(Process)
	a := s.task("download", 1*ms, 4401, 0)
	b := s.task("count", 2*ms, 4402, 0)
	s.Add(&host.Func{}, "나중에")
	for i := range 60 {
		s.write(b, time.Duration(10+30*i)*ms, i/20%2, fmt.Sprintf("%d\n", i))
	}
	s.ran(b, 1800*ms, 0, 0, 10*ms, 400*ms, 700*ms, 1100*ms)
	s.ran(a, 900*ms, 1, 0, 5*ms, 20*ms)
	s.waits = append(s.waits, span{from: s.began + 3*ms})
	s.end(a, 900*ms, Outcome{State: Exited, CPU: 20 * ms})
	s.now += 2300 * ms
	return s
}

// thousand has 1000 tasks, three of which fail.
func thousand() *sample {
	s := newSample(Process)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		start := time.Duration(i/64)*20*ms + time.Duration(i%64)*100*time.Microsecond
		j := s.task("work", start, 5000+i, 5000+i)
		s.write(j, start+10*ms, i%2, fmt.Sprintf("task %d\n", i+1))
		o := Outcome{State: Exited, CPU: 8 * ms}
		if i%400 == 150 {
			o = Outcome{State: Failed, ExitCode: 2, Error: &eval.Error{Name: "panic", Value: "unlucky"}}
		}
		s.end(j, start+12*ms+time.Duration(random.IntN(5000))*time.Microsecond, o)
	}
	return s
}

// elsewhere is tasks on other machines, of which one failed and one waits in a queue.
func elsewhere() *sample {
	s := newSample(Process)
	add := func(name string) *Job {
		f := &host.Func{Label: "cell 3"}
		f.Name = name
		j := s.Add(f, "")
		j.Queue("")
		return j
	}
	on := func(j *Job, machine string, start time.Duration, pid int) {
		j.Elsewhere(host.Elsewhere{Machine: machine, PID: pid, PPID: pid - 10, Began: s.began + start, Uncertain: 120 * time.Microsecond})
	}
	foo, bar, baz := add("foo"), add("bar"), add("baz")
	baz.Queue("Resources")
	on(foo, "n1", 210*ms, 7010)
	on(bar, "n2", 215*ms, 8010)
	s.write(foo, 230*ms, 0, "foo 1\n")
	s.write(bar, 231*ms, 1, "bar 1\n")
	s.write(foo, 240*ms, 0, "foo 2\n")
	foo.End(Outcome{State: Exited, CPU: 11 * ms, TID: 7010, Began: s.began + 220*ms, Ended: s.began + 245*ms})
	again := s.Retry(bar)
	bar.End(Outcome{State: Lost, ExitCode: -1, Ended: s.began + 10240*ms, Err: &Fault{
		"lost: n2 has not answered for 10 s: Slurm: node n2 is down", "연락 끊김: n2에서 10초 동안 응답이 없습니다: Slurm: node n2 is down",
	}})
	on(again, "n1", 10300*ms, 7110)
	s.write(again, 10320*ms, 0, "bar 1\n")
	again.End(Outcome{State: Exited, ExitCode: 3, CPU: 12 * ms, TID: 7110, Began: s.began + 10310*ms, Ended: s.began + 10330*ms})
	s.now = s.began + 10400*ms
	fixedClock(s)
	return s
}

var samples = map[string]func() *sample{
	"processes": threeProcesses, "threads": threeThreads, "troubles": troubles, "running": running, "thousand": thousand, "elsewhere": elsewhere,
	"none": func() *sample { return newSample(Thread) },
}
