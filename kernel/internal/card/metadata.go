package card

import (
	"time"
)

// The metadata of a card, under "iyagi". Times are microseconds since the group
// began.
type metadata struct {
	Kind   Kind         `json:"kind"`
	Parent metaParent   `json:"parent"`
	Tasks  []metaTask   `json:"tasks"`
	Output []metaOutput `json:"output"`
	// What a card has no room for; absent when nothing is missing.
	TasksOmitted  int `json:"tasks_omitted,omitempty"`
	OutputOmitted int `json:"output_omitted,omitempty"`
}

type metaParent struct {
	PID   int    `json:"pid"`
	Waits []wait `json:"waits_us,omitempty"` // when the cell waited for tasks
}

// wait is from when to when.
type wait [2]int64

// run is from when to when a task was on a core, which (-1: unknown), and for how much of
// the time, in percent.
type run [4]int64

type metaTask struct {
	Index    int    `json:"index"`
	Name     string `json:"name"`
	Host     string `json:"host"`
	PID      int    `json:"pid"`
	PPID     int    `json:"ppid"`
	TID      int    `json:"tid"`
	State    State  `json:"state"`
	ExitCode int    `json:"exit_code"`
	StartUS  int64  `json:"start_us"`
	EndUS    int64  `json:"end_us"`
	CPUUS    int64  `json:"cpu_us"`
	Reason   string `json:"reason,omitempty"`  // why it is queued
	Error    string `json:"error,omitempty"`   // why it was lost
	Attempt  int    `json:"attempt,omitempty"` // how often it was tried before
	Retried  int    `json:"retried,omitempty"` // index of the task that was done in its place
	// As sampled, of tasks that the card shows; absent when it is unknown. At other
	// times the task waited for something else than a core.
	OnCore []run  `json:"on_core_us,omitempty"`
	Ready  []wait `json:"ready_us,omitempty"` // able to run, waiting for a core
	// Processes that it started, and those that they started, as far as seen.
	Below []metaKin `json:"descendants,omitempty"`
}

type metaKin struct {
	PID  int    `json:"pid"`
	PPID int    `json:"ppid"`
	Name string `json:"name"`
}

type metaOutput struct {
	Seq    int    `json:"seq"`
	Task   int    `json:"task"`
	Stream string `json:"stream"`
	AtUS   int64  `json:"at_us"`
	Text   string `json:"text"`
}

func (v *view) metadata() metadata {
	m := metadata{
		Kind: v.kind, Parent: metaParent{PID: v.parent},
		Tasks: make([]metaTask, v.metaTasks), Output: make([]metaOutput, len(v.meta)),
		TasksOmitted: v.total - v.metaTasks, OutputOmitted: v.lines - len(v.meta),
	}
	for i, t := range v.every[:v.metaTasks] {
		m.Tasks[i] = metaTask{
			Index: t.Index, Name: t.Name, Host: t.Host, PID: t.PID, PPID: t.PPID, TID: t.TID, State: t.State,
			ExitCode: t.ExitCode, StartUS: micro(t.Start), EndUS: micro(t.End), CPUUS: micro(t.CPU),
			Reason: t.Reason, Attempt: t.Attempt, Retried: t.Retried,
		}
		if t.State == Lost {
			m.Tasks[i].Error = t.Error
		}
	}
	for _, s := range v.waits {
		m.Parent.Waits = append(m.Parent.Waits, wait{micro(s.from), micro(s.to)})
	}
	for i := range v.rows {
		if r := &v.rows[i]; r.Index <= v.metaTasks {
			t := &m.Tasks[r.Index-1]
			t.OnCore, t.Ready = r.runs(v.elapsed, v.metaSpans/len(v.rows))
			for _, k := range r.kin {
				t.Below = append(t.Below, metaKin{k.PID, k.Parent, k.Name})
			}
		}
	}
	for i, l := range v.meta {
		m.Output[i] = metaOutput{Seq: l.Seq, Task: l.Task, Stream: l.Stream, AtUS: micro(l.At), Text: l.Text}
	}
	return m
}

// runs are the times of a task on a core and of waiting for one, about as many as most.
func (r *row) runs(elapsed time.Duration, most int) (runs []run, ready []wait) {
	for _, s := range coarse(r.spans, elapsed, most) {
		if s.doing == readyTo {
			ready = append(ready, wait{micro(s.from), micro(s.to)})
		} else {
			runs = append(runs, run{micro(s.from), micro(s.to), int64(s.core), int64(s.share*100 + 0.5)})
		}
	}
	return runs, ready
}

func micro(d time.Duration) int64 { return d.Microseconds() }
