package verify

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"iyagi/notebooks/nbformat"
)

// card is the metadata of a run card, or of one of the tables that are shown for tasks, as far as
// it says what happened and not how fast.
type card struct {
	Kind   string // process, thread, goroutines or orders
	Parent struct {
		PID int
	}
	Tasks         tasks
	Output        []cardLine
	TasksOmitted  int `json:"tasks_omitted"`
	OutputOmitted int `json:"output_omitted"`

	Steps []struct { // of goroutines
		Goroutine int
		What      string
		TID       int
		Text      string
	}
	Runs   int // of orders
	Orders []struct {
		Writers string
		Count   int
	}
}

type cardLine struct {
	Seq    int
	Task   int
	Stream string
	Text   string
}

// tasks are objects in a run card, and names alone in the other tables.
type tasks []task

type task struct {
	Index    int
	Name     string
	Host     string
	PID      int
	PPID     int
	TID      int
	State    string
	ExitCode int `json:"exit_code"`
}

func (t *task) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &t.Name) == nil {
		return nil
	}
	type plain task
	return json.Unmarshal(data, (*plain)(t))
}

// cardOf returns the card that an output shows, or nil.
func cardOf(o *nbformat.Output) *card {
	c := &card{}
	found, err := o.Metadata.Get("iyagi", c)
	if !found || err != nil || !slices.Contains([]string{"process", "thread", "goroutines", "orders"}, c.Kind) {
		return nil
	}
	return c
}

var language = regexp.MustCompile(`^<[a-z]+ lang="([A-Za-z-]+)"`)

// view is the card as lines that are the same in every run in which the same happened.
func (c *card) view(o *nbformat.Output, varies []*regexp.Regexp) []block {
	title := c.Kind
	if html, _ := o.Data.Text("text/html"); html != "" {
		if m := language.FindStringSubmatch(html); m != nil {
			title += ", " + m[1]
		}
	}
	switch c.Kind {
	case "goroutines":
		return c.goroutines(title, varies)
	case "orders":
		return c.orders(title)
	}
	if name, several := c.pool(); name != "" {
		return c.poolView(title, name, several, varies)
	}
	b := block{varies: varies}
	b.add("[%s: %d tasks]", title, len(c.Tasks)+c.TasksOmitted)
	for _, t := range c.Tasks {
		b.add("%s", c.about(t))
		if c.OutputOmitted > 0 {
			continue // which lines were kept depends on the order
		}
		for _, l := range c.Output {
			if l.Task == t.Index {
				b.add("  %s%s| %s", t.Name, stderrMark(l.Stream), l.Text)
			}
		}
	}
	if c.OutputOmitted > 0 {
		b.add("%d lines in all", len(c.Output)+c.OutputOmitted)
	}
	return []block{b}
}

// about says what became of a task and whose child it is.
func (c *card) about(t task) string {
	text := fmt.Sprintf("%s: %s", t.Name, t.State)
	if c.Kind == "process" {
		text += fmt.Sprintf(" (%d)", t.ExitCode)
	}
	switch {
	case c.Kind == "process" && t.PPID != c.Parent.PID:
		text += ", not a child of the cell's process"
	case c.Kind == "thread" && t.PID != c.Parent.PID:
		text += ", not in the cell's process"
	}
	if t.Host != "" {
		text += ", on " + t.Host
	}
	return text
}

func stderrMark(stream string) string {
	if stream == "stderr" {
		return " (stderr)"
	}
	return ""
}

var worker = regexp.MustCompile(`^(.*) #\d+$`)

// pool returns the name that all tasks have as the workers of a pool, and whether there may be several. A pool
// of one looks like a single task, so a single task is one too.
func (c *card) pool() (name string, several bool) {
	if len(c.Tasks) == 1 && c.TasksOmitted == 0 && !worker.MatchString(c.Tasks[0].Name) {
		return c.Tasks[0].Name, false
	}
	for i, t := range c.Tasks {
		m := worker.FindStringSubmatch(t.Name)
		if m == nil || i > 0 && m[1] != name {
			return "", false
		}
		name = m[1]
	}
	return name, true
}

func (c *card) poolView(title, name string, several bool, varies []*regexp.Regexp) []block {
	head := block{}
	head.add("[%s: %s]", title, name)
	var states []string
	for _, t := range c.Tasks {
		t.Name = name
		if several {
			t.Host = ""
		}
		if s := c.about(t); !slices.Contains(states, s) {
			states = append(states, s)
		}
	}
	slices.Sort(states)
	for _, s := range states {
		head.add("%s", s)
	}
	if c.OutputOmitted > 0 {
		head.add("%d lines in all", len(c.Output)+c.OutputOmitted)
		return []block{head}
	}
	lines := block{varies: varies, unordered: several}
	for _, l := range c.Output {
		lines.add("  %s%s| %s", name, stderrMark(l.Stream), l.Text)
	}
	return []block{head, lines}
}

// goroutines has what each goroutine printed; which thread ran it when is open.
func (c *card) goroutines(title string, varies []*regexp.Regexp) []block {
	b := block{varies: varies}
	b.add("[%s: %d]", title, len(c.Tasks))
	for i, t := range c.Tasks {
		prints, ended := 0, false
		for _, s := range c.Steps {
			if s.Goroutine != i+1 {
				continue
			}
			switch s.What {
			case "prints":
				prints++
			case "ends":
				ended = true
			}
		}
		b.add("%s: ended %t, printed %d times", t.Name, ended, prints)
		for _, s := range c.Steps {
			if s.Goroutine == i+1 && s.Text != "" {
				for l := range strings.Lines(s.Text) {
					b.add("  %s| %s", t.Name, strings.TrimSuffix(l, "\n"))
				}
			}
		}
	}
	return []block{b}
}

// orders has how often the tasks ran and what each run printed, in no order; how often
// each order came is chance.
func (c *card) orders(title string) []block {
	b := block{}
	names, writers, runs := []string{}, []string{}, 0
	for _, t := range c.Tasks {
		names = append(names, t.Name)
	}
	for _, o := range c.Orders {
		runs += o.Count
		w := strings.Fields(o.Writers)
		slices.Sort(w)
		if s := strings.Join(w, " "); !slices.Contains(writers, s) {
			writers = append(writers, s)
		}
	}
	slices.Sort(writers)
	b.add("[%s: %d runs of %s]", title, c.Runs, strings.Join(names, ", "))
	b.add("runs counted: %d", runs)
	for _, w := range writers {
		b.add("each run printed by, in some order: %s", w)
	}
	return []block{b}
}
