package card

import (
	"slices"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/host"
)

// The sampler reads how much processor time each task has used, so that the
// timeline can tell when it ran and when it waited. It is one goroutine of a
// board, which the first task that runs starts and the end of the last one ends.
// A sample of a task that waits takes about 1 µs, of one that runs some 15 µs.
const (
	sampleEvery = time.Millisecond       // at first
	sampleLate  = 5 * time.Millisecond   // later, when a picture has no room for more
	sampleRest  = 100 * time.Millisecond // of tasks that take many seconds
	// sampleShare is the part of one core, 1 in so many, that samples may take.
	sampleShare = 25
	// maxSampled is of how many tasks samples are taken: those that a card shows.
	maxSampled = 60
	// maxSamples is how many samples of one task are kept. Then every other one
	// goes; what was used up to each of the others is known as before.
	maxSamples = 2048
)

// reading says what a task had used at one time, since it was started.
type reading struct {
	at      time.Duration // on host.Clock
	run     time.Duration // on a core
	ready   time.Duration // waiting for one
	core    int
	running bool
}

// gauge is a childproc.Meter.
type gauge interface {
	Read() (childproc.Usage, bool)
}

// openGauge opens the gauge of a task that runs; nil: there is none. Tests whose tasks do
// not exist replace it.
var openGauge = func(j *Job) gauge {
	thread := 0
	if j.kind == Thread {
		thread = j.tid
	}
	if m := childproc.NewMeter(j.pid, thread); m != nil {
		return &meter{m, host.Clock() - childproc.Now()}
	}
	return nil
}

// meter tells the time of its readings on host.Clock, which in a program without a
// kernel is a clock of its own.
type meter struct {
	*childproc.Meter
	skew time.Duration
}

func (m *meter) Read() (childproc.Usage, bool) {
	u, ok := m.Meter.Read()
	u.At += m.skew
	return u, ok
}

// observe starts the sampler unless it runs.
func (b *Board) observe() {
	if b.gauge == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sampler == nil && !b.finished() {
		b.sampler = make(chan struct{})
		go b.sampleLoop(b.sampler)
	}
}

// unobserve ends the sampler when no task is left.
func (b *Board) unobserve() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sampler != nil && b.finished() {
		close(b.sampler)
		b.sampler = nil
		if b.self != nil {
			b.self.lookNow()
		}
	}
}

// sampleLoop is the sampler.
func (b *Board) sampleLoop(stop <-chan struct{}) {
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	sweeper := &sweeper{board: b, gauges: map[*Job]gauge{}}
	for {
		select {
		case <-stop:
			return
		case <-timer.C:
		}
		began := time.Now()
		sweeper.sweep()
		now := time.Now()
		timer.Reset(pauseOfSampler(now.Sub(start), now.Sub(began)))
		sweeper.lookAround(now)
	}
}

// pauseOfSampler is the time to the next sweep, when the board is so old and the sweep
// before took so long.
func pauseOfSampler(age, cost time.Duration) time.Duration {
	pause := min(max(age/1000, sampleEvery), sampleLate)
	if age > time.Minute {
		pause = min(age/10000, sampleRest)
	}
	return max(pause, min(cost*sampleShare, sampleRest))
}

// sweeper is what the sampler knows.
type sweeper struct {
	board  *Board
	gauges map[*Job]gauge
	looked time.Time // when lookAround did
	next   int       // task for it to look at
}

func (s *sweeper) jobs() []*Job {
	b := s.board
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.jobs[:min(len(b.jobs), maxSampled)])
}

// sweep takes a sample of each task that runs.
func (s *sweeper) sweep() {
	jobs, gauges := s.jobs(), s.gauges
	if s.board.self != nil {
		jobs = append(jobs, s.board.self)
	}
	for _, j := range jobs {
		g, known := gauges[j]
		if !known {
			if g, known = j.gauge(); !known {
				continue // it has not begun
			}
			gauges[j] = g
		}
		if g == nil {
			continue
		}
		if u, ok := g.Read(); !ok || !j.used(u) {
			gauges[j] = nil
		}
	}
}

// lookAround looks for processes that a task has started, at one task each time and
// seldom, for it takes some 100 µs.
func (s *sweeper) lookAround(now time.Time) {
	if s.board.kind != Process || now.Sub(s.looked) < lookEvery {
		return
	}
	s.looked = now
	jobs := s.jobs()
	for range jobs {
		s.next = (s.next + 1) % len(jobs)
		if j := jobs[s.next]; s.gauges[j] != nil {
			j.meet(descendants(j.PID()))
			return
		}
	}
}

// lookEvery is how often lookAround looks at a task, and maxKin how many of its
// descendants are kept.
const (
	lookEvery = 10 * time.Millisecond
	maxKin    = 50
)

// descendants is replaced by tests.
var descendants = childproc.Descendants

// meet notes processes below that of the task.
func (j *Job) meet(list []childproc.Relative) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range list {
		i := slices.IndexFunc(j.kin, func(k childproc.Relative) bool { return k.PID == r.PID })
		switch {
		case i >= 0 && r.Name != "":
			j.kin[i].Name = r.Name // it may run another program now
		case i < 0 && r.Name != "" && len(j.kin) < maxKin:
			j.kin = append(j.kin, r)
		}
	}
}

// gauge is what reads the usage of the task, or nil; false while it has not begun.
func (j *Job) gauge() (gauge, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.ended != 0 || j.host != "":
		return nil, true
	case j.began == 0 || j.pid == 0:
		return nil, false
	}
	g := j.board.gauge(j)
	if g == nil {
		return nil, true
	}
	if len(j.readings) == 0 { // this process may have some of tasks before
		j.readings = append(j.readings, reading{at: j.began, core: -1, running: true})
	}
	return g, true
}

// fromNow makes the usage of a thread, which may have worked for others before, or of this
// process count from now on. The thread calls it itself: the sampler may come too late.
func (j *Job) fromNow() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if g := j.board.gauge(j); g != nil {
		j.unused, _ = g.Read()
	}
}

// lookNow takes a sample for a picture of a task that runs. Tasks that use all cores keep the
// sampler of their own process waiting.
func (j *Job) lookNow() {
	j.mu.Lock()
	var g gauge
	if j.ended == 0 && len(j.readings) > 0 && j.board.gauge != nil {
		g = j.board.gauge(j)
	}
	j.mu.Unlock()
	if g == nil {
		return
	}
	if u, ok := g.Read(); ok {
		j.used(u)
	}
}

// used notes a reading. It reports false when the task has ended.
func (j *Job) used(u childproc.Usage) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ended != 0 {
		return false
	}
	j.keep(reading{at: u.At, run: u.Run - j.unused.Run, ready: u.Ready - j.unused.Ready, core: u.Core, running: u.Running})
	return true
}

// keep keeps s; in place of the one before where that says nothing more: the
// task has waited, or has run, since the one before that.
func (j *Job) keep(s reading) {
	n := len(j.readings)
	if n > 0 && s.at <= j.readings[n-1].at {
		return
	}
	if n > 1 {
		a, b := j.readings[n-2], j.readings[n-1]
		idle := a.run == b.run && b.run == s.run
		busy := busy(a, b) && busy(b, s) && a.core == b.core && b.core == s.core
		if idle || busy {
			j.readings[n-1] = s
			return
		}
	}
	if n == maxSamples {
		for i := range n / 2 {
			j.readings[i] = j.readings[2*i]
		}
		j.readings = j.readings[:n/2]
	}
	j.readings = append(j.readings, s)
}

// busy tells whether a task ran all the time between two samples. The readings of the
// clock and of the usage are some microseconds apart.
func busy(a, b reading) bool { return b.run-a.run >= (b.at-a.at)*97/100-20*time.Microsecond }

// lastSample notes what the task had used at its end.
func (j *Job) lastSample(cpu time.Duration) {
	n := len(j.readings)
	switch {
	case n == 0 && (cpu == 0 || j.host != "" || j.pid == 0):
		return
	case n == 0:
		j.readings = append(j.readings, reading{at: j.began, core: -1, running: true})
		n++
	}
	last := j.readings[n-1]
	core := last.core
	if m := len(j.cores); m > 0 && core < 0 {
		core = j.cores[m-1].cpu
	}
	j.keep(reading{at: j.ended, run: max(cpu, last.run), ready: last.ready, core: core})
}

// Waiting notes that the calling goroutine waits for tasks of the card, until
// the function that it returns is called.
func (b *Board) waiting() (over func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.waits)
	if n == maxWaits {
		return func() {}
	}
	b.waits = append(b.waits, span{from: host.Clock()})
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.waits[n].to = host.Clock()
	}
}

// maxWaits is how many waits of the parent are kept.
const maxWaits = 1000
