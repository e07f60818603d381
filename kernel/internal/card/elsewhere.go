package card

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iyagi/kernel/internal/host"
)

// Queue notes that the task waits for another machine, for the reason, in the words of
// who hands them out.
func (j *Job) Queue(reason string) {
	j.mu.Lock()
	if j.outcome.State == Waiting || j.outcome.State == Queued {
		j.outcome.State, j.reason = Queued, reason
	}
	j.mu.Unlock()
	j.board.changed()
}

// Elsewhere notes that the task runs on another machine. The time of what it
// writes may be so much too early or too late.
func (j *Job) Elsewhere(e host.Elsewhere) {
	j.mu.Lock()
	j.host, j.uncertain = e.Machine, e.Uncertain
	j.mu.Unlock()
	j.Started(e.Began, e.PID, e.PPID, 0)
}

// Retry puts a task on the card that is done in place of j, which is lost. It is called before
// [Job.End] of j, and what waits for j then waits for it too.
func (b *Board) Retry(j *Job) *Job {
	next := b.add(&Job{name: j.name, line: j.line, number: j.number, attempt: j.attempt + 1})
	j.mu.Lock()
	j.heir = next
	j.mu.Unlock()
	return next
}

// Heir is the task that was done in place of this one; nil: none.
func (j *Job) Heir() *Job { j.mu.Lock(); defer j.mu.Unlock(); return j.heir }

// Last is the job, or its heir, and so on.
func (j *Job) Last() *Job {
	for h := j.Heir(); h != nil; h = j.Heir() {
		j = h
	}
	return j
}

// hostNames are the machines of the tasks, in the order of the tasks.
func (v *view) hostNames() (names []string) {
	for i := range v.every {
		if h := v.every[i].Host; h != "" && !slices.Contains(names, h) {
			names = append(names, h)
		}
	}
	return names
}

// maxHosts is how many machines the title of a card names.
const maxHosts = 4

// elsewhereTitle is the title of a card of tasks on other machines.
func (v *view) elsewhereTitle() string {
	names := v.hostNames()
	list := strings.Join(names[:min(len(names), maxHosts)], ", ")
	if n := len(names) - maxHosts; n > 0 {
		list += fmt.Sprintf(v.words.moreHosts, n)
	}
	if v.total == 1 {
		return fmt.Sprintf(v.words.oneElsewhere, list, v.parent)
	}
	return fmt.Sprintf(v.words.elsewhere, v.total, list, v.parent)
}

// uncertainty is how exactly the times of other machines are known.
func (v *view) uncertainty() (most time.Duration) {
	for i := range v.rows {
		most = max(most, v.rows[i].uncertain)
	}
	return most
}
