package card

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/host"
)

// limits bound a picture of a card.
type limits struct {
	fold      int // with more tasks, only some are shown
	tasks     int // this many from the first, then
	troubled  int // this many of those that did not end well
	head      int // lines of output from the first
	tail      int // and from the last
	width     int // bytes of one line of output; a quarter when there are many lines
	metaTasks int // tasks in the metadata
	metaLines int // lines in the metadata
	metaBytes int // bytes of their text
	metaSpans int // times on a core, in the metadata
	pieces    int // pieces of a row of the timeline, about
	order     int // lines of which the order of the writers is told
}

// A card of three tasks is some 5 KB of HTML. The final limits keep one below
// about 150 KB, which a notebook can hold and a front end draws in a moment; the
// live ones keep ten pictures a second below what jupyter_server passes on.
var (
	finalLimits = limits{
		fold: 60, tasks: 20, troubled: 10, head: 150, tail: 100, width: 1200,
		metaTasks: 10000, metaLines: 1000, metaBytes: 256 << 10, metaSpans: 2000,
		pieces: 200, order: 40,
	}
	liveLimits = limits{
		fold: 30, tasks: 12, troubled: 5, head: 10, tail: 40, width: 600,
		metaTasks: 30, metaLines: 0, metaBytes: 0,
		pieces: 60,
	}
)

// maxTicks is how many marks of printed lines a row of the timeline shows: with
// more they would touch.
const maxTicks = 60

// manyLines is when long lines are cut shorter.
const manyLines = 40

// view is a card at one moment.
type view struct {
	kind      Kind
	words     *words
	parent    int
	began     time.Duration // on host.Clock
	elapsed   time.Duration
	total     int  // tasks
	elsewhere bool // what they print does not come here: threads of a program without a kernel
	counts    map[State]int
	nonzero   int // tasks that exited with a status other than 0
	rows      []row
	every     []Task
	metaTasks int // so many of them are in the metadata
	head      []Line
	tail      []Line
	lines     int // of all tasks
	meta      []Line
	lost      lost
	final     bool
	hosts     bool   // tasks ran on several machines
	cores     bool   // some core is known
	sampled   bool   // it is known when some task ran
	pieces    int    // of a row of the timeline, about
	metaSpans int    // in the metadata, about
	waits     []span // when the parent waited for tasks
	self      []span // when it was on a core
	above     int    // process ID of the parent's parent, the kernel; 0: none to tell of
	tally     []int  // lines of each task, when all lines were counted
	turns     int    // so often the writer changed
	order     []int  // tasks in the order of the first lines
}

// row is a task that is shown.
type row struct {
	Task
	title   string
	letter  string
	colour  colour
	lines   int
	ticks   []time.Duration
	spans   []span        // what it did when, if sampled
	cores   []int         // where it was seen, in the order of their numbers
	ready   time.Duration // when the process had started up and began the task; 0: unknown
	sampled bool          // it is known when it ran
	blocked bool          // the interrupt could not end it
	fault   string        // why it failed
	// uncertain is how exactly the times of its machine are known on the clock of this one.
	uncertain time.Duration
	kin       []childproc.Relative
}

// view copies what is to be shown.
func (b *Board) view(l limits) *view {
	jobs := b.snapshot()
	v := &view{
		kind: b.kind, words: speak(display.CurrentLanguage()), parent: b.parent, began: b.began, pieces: l.pieces, metaSpans: l.metaSpans,
		total: len(jobs), counts: map[State]int{}, final: true, elsewhere: b.mode == written && b.kind == Thread,
	}
	shown := b.gather(v, jobs, l)
	for _, i := range shown {
		r := jobs[i].row(v, i)
		v.sampled, v.cores = v.sampled || r.sampled, v.cores || len(r.cores) > 0
		v.rows = append(v.rows, r)
	}
	b.mu.Lock()
	for _, s := range b.waits {
		to := v.elapsed
		if s.to != 0 {
			to = min(s.to-v.began, to)
		}
		v.waits = appendSpan(v.waits, span{from: max(s.from-v.began, 0), to: to})
	}
	b.mu.Unlock()
	if b.mode == live {
		v.above = b.above
	}
	if b.self != nil {
		b.self.mu.Lock()
		spans := b.self.spans()
		b.self.mu.Unlock()
		// It takes samples and paints as well: that alone is not worth a bar.
		spans = slices.DeleteFunc(spans, func(s span) bool { return s.doing == onCore && s.share < fewShare })
		v.self = sinceBegan(spans, v.began, 0, v.elapsed)
	}
	v.metaTasks = min(len(v.every), l.metaTasks)
	v.output(jobs, l)
	if l.order > 0 && v.lines > 0 && len(jobs) > 1 {
		v.tally, v.turns, v.order = turns(jobs, l.order)
	}
	return v
}

// gather counts the tasks and chooses those to show.
func (b *Board) gather(v *view, jobs []*Job, l limits) (shown []int) {
	var end time.Duration
	troubled := 0
	for i, j := range jobs {
		t := j.task(i+1, b.began)
		v.every = append(v.every, t)
		v.counts[t.State]++
		if t.State == Exited && t.ExitCode != 0 {
			v.nonzero++
		}
		v.final = v.final && j.Ended()
		v.hosts = v.hosts || t.Host != ""
		end = max(end, t.End)
		bad := t.State == Failed || t.State == Killed || t.State == Lost || t.ExitCode != 0
		switch {
		case len(jobs) <= l.fold || i < l.tasks:
			shown = append(shown, i)
		case bad && troubled < l.troubled:
			shown = append(shown, i)
			troubled++
		}
		j.mu.Lock()
		v.lines += len(j.lines)
		v.lost.lines += j.lost.lines
		v.lost.bytes += j.lost.bytes
		j.mu.Unlock()
	}
	retried(v.every, jobs)
	v.elapsed = end
	if !v.final {
		v.elapsed = max(host.Clock()-b.began, 0)
	}
	return shown
}

func (j *Job) row(v *view, i int) row {
	j.lookNow()
	r := row{Task: v.every[i], letter: letter(i), colour: colourOf(i)}
	r.title = j.tried(v.words)
	j.mu.Lock()
	defer j.mu.Unlock()
	r.uncertain = j.uncertain
	r.blocked = r.State == Running && j.ended != 0
	r.lines = len(j.lines)
	if began := j.outcome.Began; j.kind == Process && began > j.began && began <= j.ended {
		r.ready = began - v.began
	}
	step := max(1, (len(j.lines)+maxTicks-1)/maxTicks)
	for n := 0; n < len(j.lines); n += step {
		r.ticks = append(r.ticks, max(j.lines[n].at-v.began, 0))
	}
	r.sampled = len(j.readings) > 1
	r.spans = sinceBegan(j.spans(), v.began, r.ready, r.Start+max(v.took(&r), 0))
	for _, m := range j.cores {
		r.cores = append(r.cores, m.cpu)
	}
	for _, m := range r.spans {
		if m.core >= 0 {
			r.cores = append(r.cores, m.core)
		}
	}
	r.kin = slices.Clone(j.kin)
	slices.Sort(r.cores)
	r.cores = slices.Compact(r.cores)
	if j.outcome.Error != nil {
		r.fault = v.words.fault(j.outcome.Err, j.outcome.Error)
	}
	return r
}

// output chooses the lines to show.
func (v *view) output(jobs []*Job, l limits) {
	width := l.width
	if v.lines > manyLines {
		width /= 4
	}
	number := func(all []writtenLine, from int) []Line {
		lines := make([]Line, len(all))
		for i := range all {
			lines[i] = all[i].line(from+i, v.began)
			lines[i].Text = clean(lines[i].Text, width)
		}
		return lines
	}
	if v.lines <= l.head+l.tail {
		v.head = number(merge(jobs, everyLine), 1)
	} else {
		// The first n lines of all are among the first n of each, and likewise the last.
		head := merge(jobs, firstLines(l.head))
		tail := merge(jobs, lastLines(l.tail))
		v.head = number(head[:l.head], 1)
		v.tail = number(tail[len(tail)-l.tail:], v.lines-l.tail+1)
	}
	if l.metaLines > 0 {
		all := merge(jobs, firstLines(l.metaLines))
		size := 0
		for i := range all[:min(len(all), l.metaLines)] {
			line := all[i].line(i+1, v.began)
			line.Text = strings.ToValidUTF8(line.Text, "\uFFFD")
			if size += len(line.Text); size > l.metaBytes {
				break
			}
			v.meta = append(v.meta, line)
		}
	}
}

// hidden is how many lines between head and tail are not shown.
func (v *view) hidden() int { return v.lines - len(v.head) - len(v.tail) }

// folded is how many tasks are not shown.
func (v *view) folded() int { return v.total - len(v.rows) }

// writer is the letter of the task that wrote a line.
func (l *Line) writer() string { return letter(l.Task - 1) }

// letter names the writer of a line: A to Z, then AA, AB and so on.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letter(i/26-1) + string(rune('A'+i%26))
}

// clean is a line as a terminal would show it in the end: what a carriage
// return overwrote and escape sequences are gone, control characters are made
// visible, and what is beyond width bytes is counted.
func clean(s string, width int) string {
	if i := strings.LastIndexByte(s, '\r'); i >= 0 {
		s = overwrite(s)
	}
	more := 0
	if len(s) > width {
		cut := width
		for cut > width-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut--
		}
		more = utf8.RuneCountInString(s[cut:])
		s = s[:cut]
	}
	s = stripEscapes(s)
	s = strings.Map(visible, strings.ToValidUTF8(s, "\uFFFD"))
	if more > 0 {
		s += " … (+" + strconv.Itoa(more) + ")"
	}
	return s
}

// overwrite plays carriage returns: each part is written over the one before.
func overwrite(s string) string {
	parts := strings.Split(s, "\r")
	line := []rune(parts[0])
	for _, part := range parts[1:] {
		over := []rune(part)
		line = append(over, line[min(len(over), len(line)):]...)
	}
	return string(line)
}

// stripEscapes removes the control sequences of ECMA-48 (colours, cursor moves).
func stripEscapes(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return s
	}
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		i := 0
		for i < len(after) && (after[i] < 0x40 || after[i] > 0x7e) {
			i++
		}
		s = after[min(i+1, len(after)):]
	}
}

// visible gives control characters their symbols, and takes away those that
// would turn the direction of what follows them.
func visible(r rune) rune {
	switch {
	case r == '\t':
		return r
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case r >= 0x80 && r < 0xa0, r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return '\uFFFD'
	}
	return r
}
