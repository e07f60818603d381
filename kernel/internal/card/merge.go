package card

import (
	"cmp"
	"slices"
	"time"
)

// written is a line of some job, as it stood when it was copied.
type writtenLine struct {
	record
	task int // index of the job, from 1
}

func (w *writtenLine) line(seq int, began time.Duration) Line {
	return Line{Seq: seq, Task: w.task, Stream: streamName(w.stream), At: max(w.at-began, 0), Text: w.text}
}

func streamName(stream uint8) string {
	if stream == 1 {
		return "stderr"
	}
	return "stdout"
}

// A picker chooses the part of a job's lines that is needed.
type picker func(lines []record) []record

func everyLine(lines []record) []record { return lines }

func firstLines(n int) picker {
	return func(lines []record) []record { return lines[:min(n, len(lines))] }
}

func lastLines(n int) picker {
	return func(lines []record) []record { return lines[max(0, len(lines)-n):] }
}

// merge is the picked lines of all jobs in the order of writing. Each job's own
// lines are in that order already; lines of the same nanosecond keep the order
// of the jobs.
func merge(jobs []*Job, pick picker) []writtenLine {
	var all []writtenLine
	for i, j := range jobs {
		j.mu.Lock()
		for _, r := range pick(j.lines) {
			if r.part != nil {
				r.text, r.part = string(r.part), nil
			}
			all = append(all, writtenLine{r, i + 1})
		}
		j.mu.Unlock()
	}
	if len(jobs) > 1 {
		slices.SortStableFunc(all, func(a, b writtenLine) int { return cmp.Compare(a.at, b.at) })
	}
	return all
}

// turns tells how many lines each job wrote, how often the writer changed, and who
// wrote the first most lines.
func turns(jobs []*Job, most int) (tally []int, changes int, order []int) {
	type mark struct {
		at   time.Duration
		task int
	}
	tally = make([]int, len(jobs))
	var marks []mark
	for i, j := range jobs {
		j.mu.Lock()
		for k := range j.lines {
			marks = append(marks, mark{j.lines[k].at, i})
		}
		tally[i] = len(j.lines)
		j.mu.Unlock()
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	for i, m := range marks {
		if i > 0 && m.task != marks[i-1].task {
			changes++
		}
		if i < most {
			order = append(order, m.task)
		}
	}
	return tally, changes, order
}
