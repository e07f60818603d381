package card

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"iyagi/kernel/internal/host"
)

// Group is some tasks together: what they did, as values, and their run card.
type Group struct {
	board *Board
}

// Group is the tasks of the card as cells see them.
func (b *Board) Group() *Group { return &Group{b} }

// NewGroup is the group of the given jobs. Jobs that are all the tasks of one
// card are the group of that card, which the cell may have shown already.
func NewGroup(kind Kind, jobs []*Job) *Group {
	if len(jobs) > 0 {
		b := jobs[0].board
		b.mu.Lock()
		same := sameJobs(b.jobs, jobs)
		b.mu.Unlock()
		if same {
			return b.Group()
		}
	}
	b := NewBoard(kind)
	for _, j := range jobs {
		if !slices.Contains(b.jobs, j) {
			b.jobs = append(b.jobs, j)
		}
	}
	if len(jobs) > 0 {
		from := jobs[0].board
		from.mu.Lock()
		b.self, b.waits = from.self, slices.Clone(from.waits)
		from.mu.Unlock()
	}
	for _, j := range b.jobs {
		j.mu.Lock()
		if j.began != 0 && j.began < b.began {
			b.began = j.began
		}
		j.mu.Unlock()
	}
	return b.Group()
}

// sameJobs tells whether both hold the same jobs, in any order.
func sameJobs(a, b []*Job) bool {
	set := make(map[*Job]bool, len(a))
	for _, j := range a {
		set[j] = true
	}
	for _, j := range b {
		if !set[j] {
			return false
		}
		delete(set, j)
	}
	return len(set) == 0
}

// Tasks tells what is known of each task, in the order in which they were given.
func (g *Group) Tasks() []Task {
	jobs := g.board.snapshot()
	tasks := make([]Task, len(jobs))
	for i, j := range jobs {
		tasks[i] = j.task(i+1, g.board.began)
	}
	retried(tasks, jobs)
	return tasks
}

// Output is what the tasks wrote, in the order in which they wrote it. It holds
// at most 64 MiB; see the card for what is missing beyond.
func (g *Group) Output() []Line {
	all := merge(g.board.snapshot(), everyLine)
	lines := make([]Line, len(all))
	for i, r := range all {
		lines[i] = r.line(i+1, g.board.began)
	}
	return lines
}

// Text is what the tasks wrote to standard output and standard error, one line
// after the other.
func (g *Group) Text() string { return linesText(g.Output()) }

func linesText(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// Err is nil when all tasks ended well. Otherwise it says which did not, and why.
func (g *Group) Err() error {
	jobs := g.board.snapshot()
	if len(jobs) == 0 {
		return fmt.Errorf(english.noTasks, g.board.kind)
	}
	var errs []error
	for i, j := range jobs {
		if err := j.Err(); err != nil && j.Heir() == nil {
			errs = append(errs, fmt.Errorf("task %d (%s): %w", i+1, j.title(english), err))
		}
	}
	return errors.Join(errs...)
}

// Elapsed is the time from the start of the group to the end of its last task,
// or to now while one runs.
func (g *Group) Elapsed() time.Duration {
	var end time.Duration
	for i, j := range g.board.snapshot() {
		if !j.Ended() {
			return max(host.Clock()-g.board.began, 0)
		}
		end = max(end, j.task(i+1, g.board.began).End)
	}
	return end
}

// MimeBundle is the run card.
func (g *Group) MimeBundle() map[string]any {
	v := g.board.view(finalLimits)
	return map[string]any{"text/html": v.html(), "text/markdown": v.markdown(), "text/plain": v.text()}
}

// MimeMetadata is the run card as data, under the key "iyagi".
func (g *Group) MimeMetadata() map[string]any {
	return map[string]any{"iyagi": g.board.view(finalLimits).metadata()}
}

// AlreadyShown tells whether the card stands under the running cell already, so
// that the cell's last expression need not show it again.
func (g *Group) AlreadyShown() bool { return g.board.shownHere() }

// AlreadyShown tells whether the card of the task stands under the running cell.
func (j *Job) AlreadyShown() bool { return j.board.shownHere() }

// Group is the group of this task alone.
func (j *Job) Group() *Group { return NewGroup(j.kind, []*Job{j}) }

// Output is what the task wrote.
func (j *Job) Output() []Line { return j.Group().Output() }

// Text is what the task wrote, one line after the other.
func (j *Job) Text() string { return linesText(j.Output()) }

func (b *Board) snapshot() []*Job {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.jobs)
}

// task is what is known of the job now.
func (j *Job) task(index int, began time.Duration) Task {
	j.mu.Lock()
	defer j.mu.Unlock()
	o := j.outcome
	t := Task{
		Index: index, Name: j.title(english), Host: j.host, PID: j.pid, PPID: j.ppid, TID: j.tid,
		State: o.State, ExitCode: o.ExitCode, Signal: o.Signal, CPU: o.CPU,
		Start: since(j.began, began), End: since(j.ended, began),
		Attempt: j.attempt,
	}
	if o.State == Queued {
		t.Reason = j.reason
	}
	if o.Error != nil {
		t.Error = english.errorText(o.Error)
	}
	return t
}

// retried notes which task was done in place of another.
func retried(tasks []Task, jobs []*Job) {
	for i, j := range jobs {
		if h := j.Heir(); h != nil {
			tasks[i].Retried = slices.Index(jobs, h) + 1
		}
	}
}

// since is the time at on the clock of a group; 0 stays 0.
func since(at, began time.Duration) time.Duration {
	if at == 0 {
		return 0
	}
	return max(at-began, 0)
}

type exitError int

func (e exitError) Error() string { return "exit status " + strconv.Itoa(int(e)) }

// literal is where a function without a name stands.
type literal struct {
	cell string
	line int
	id   int // of the function
}

// tellApart numbers the literals of one line, which have no other names, in the order
// in which they stand there.
func tellApart(jobs []*Job, at literal) {
	var ids []int
	same := func(j *Job) bool { return j.line.line == at.line && j.line.cell == at.cell }
	for _, j := range jobs {
		if same(j) {
			ids = append(ids, j.line.id)
		}
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) < 2 {
		return
	}
	for _, j := range jobs {
		if same(j) {
			j.nth.Store(int32(slices.Index(ids, j.line.id) + 1))
		}
	}
}

// nameOf tells the name of a function of a cell.
func nameOf(f *host.Func) (string, literal) {
	if f == nil {
		return "", literal{}
	}
	if f.Label != "" && f.Line > 0 && strings.HasPrefix(f.Name, f.Label+", ") {
		return "", literal{f.Label, f.Line, f.ID}
	}
	return f.Name, literal{}
}
