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
	PID int `json:"pid"`
}

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
		Kind: v.kind, Parent: metaParent{v.parent},
		Tasks: make([]metaTask, v.metaTasks), Output: make([]metaOutput, len(v.meta)),
		TasksOmitted: v.total - v.metaTasks, OutputOmitted: v.lines - len(v.meta),
	}
	for i, t := range v.every[:v.metaTasks] {
		m.Tasks[i] = metaTask{
			Index: t.Index, Name: t.Name, Host: t.Host, PID: t.PID, PPID: t.PPID, TID: t.TID, State: t.State,
			ExitCode: t.ExitCode, StartUS: micro(t.Start), EndUS: micro(t.End), CPUUS: micro(t.CPU),
		}
	}
	for i, l := range v.meta {
		m.Output[i] = metaOutput{Seq: l.Seq, Task: l.Task, Stream: l.Stream, AtUS: micro(l.At), Text: l.Text}
	}
	return m
}

func micro(d time.Duration) int64 { return d.Microseconds() }
