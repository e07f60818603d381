package card

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"iyagi/kernel/display"
)

// grid is the table of IDs for text and Markdown.
func (v *view) grid() *display.Grid {
	w := v.words
	g := &display.Grid{}
	column := func(title string, right bool) {
		g.Header = append(g.Header, title)
		g.Right = append(g.Right, right)
	}
	column(w.task, false)
	if v.kind == Process {
		column(w.pid, true)
		column(w.ppid, true)
	} else {
		column(v.pidTitle(), true)
	}
	column(w.tid, true)
	column(w.state, false)
	column(w.start, true)
	column(w.took, true)
	column(w.cpu, true)
	if v.hosts {
		column(w.host, false)
	}
	for i := range v.rows {
		r := &v.rows[i]
		cells := []string{r.letter + " " + r.title, id(r.PID)}
		if v.kind == Process {
			cells = append(cells, id(r.PPID))
		}
		cells = append(cells, id(r.TID), w.stateText(v.kind, r), v.startText(r), v.tookText(r), cpuText(r))
		if v.hosts {
			cells = append(cells, r.Host)
		}
		g.Rows = append(g.Rows, cells)
	}
	return g
}

// pidTitle says of several threads that they have the ID in common.
func (v *view) pidTitle() string {
	if v.total == 1 {
		return v.words.pid
	}
	return v.words.sharedPID
}

// notes are the sentences under the table of IDs.
func (v *view) notes() (notes []string) {
	if n := v.folded(); n > 0 {
		notes = append(notes, fmt.Sprintf(v.words.moreTasks, thousands(n)))
		if d := v.durations(); len(d) > 0 {
			notes = append(notes, fmt.Sprintf(v.words.summary, duration(d[0]), duration(d[len(d)/2]), duration(d[len(d)-1])))
		}
	}
	switch {
	case v.kind == Thread && v.total == 1:
		notes = append(notes, fmt.Sprintf(v.words.sharedOne, v.parent))
	case v.kind == Thread:
		notes = append(notes, fmt.Sprintf(v.words.shared, v.parent))
	}
	return notes
}

// durations are how long the tasks that have ended took, the shortest first.
func (v *view) durations() (d []time.Duration) {
	for i := range v.every {
		if t := &v.every[i]; t.PID != 0 && t.End != 0 {
			d = append(d, t.End-t.Start)
		}
	}
	slices.Sort(d)
	return d
}

// errors are the reasons of the tasks that did not end well.
func (v *view) errors() (lines []string) {
	for i := range v.rows {
		if r := &v.rows[i]; r.Error != "" {
			lines = append(lines, r.letter+" "+r.title+": "+clean(r.Error, 1000))
		}
	}
	return lines
}

// text is the card for a terminal.
func (v *view) text() string {
	var b strings.Builder
	b.WriteString(v.title() + "\n")
	if v.total == 0 {
		return strings.TrimSuffix(b.String(), "\n")
	}
	b.WriteString("\n" + v.grid().Text() + "\n")
	for _, n := range append(v.errors(), v.notes()...) {
		b.WriteString(n + "\n")
	}
	if v.lines > 0 {
		b.WriteString("\n" + v.outputTitle() + "\n" + v.outputText())
	} else {
		b.WriteString("\n" + v.words.noOutput + "\n")
	}
	if t := v.timelineText(); t != "" {
		b.WriteString("\n" + v.words.timeline + " " + v.timelineMarks() + "\n" + t)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// markdown is the card for readers of Markdown.
func (v *view) markdown() string {
	var b strings.Builder
	b.WriteString("**" + display.EscapeMarkdown(v.title()) + "**\n")
	if v.total == 0 {
		return b.String()
	}
	b.WriteString("\n" + v.grid().Markdown())
	for _, n := range append(v.errors(), v.notes()...) {
		b.WriteString("\n" + display.EscapeMarkdown(n) + "\n")
	}
	if v.lines > 0 {
		b.WriteString("\n**" + display.EscapeMarkdown(v.outputTitle()) + "**\n\n" + fenced(v.outputText()))
	} else {
		b.WriteString("\n" + v.words.noOutput + "\n")
	}
	if t := v.timelineText(); t != "" {
		b.WriteString("\n**" + v.words.timeline + "** " + display.EscapeMarkdown(v.timelineMarks()) + "\n\n" + fenced(t))
	}
	return b.String()
}

// fenced is text as a block of code, whose fence is longer than any in the text.
func fenced(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "text\n" + strings.TrimSuffix(s, "\n") + "\n" + fence + "\n"
}

// outputTitle explains the marks of outputText.
func (v *view) outputTitle() string {
	for _, lines := range [][]Line{v.head, v.tail} {
		for i := range lines {
			if lines[i].Stream == "stderr" {
				return v.words.output + " " + v.words.errMarks
			}
		}
	}
	return v.words.output
}

func (v *view) outputText() string {
	g := &display.Grid{Right: []bool{true, true}}
	add := func(lines []Line) {
		for i := range lines {
			l := &lines[i]
			mark := l.writer()
			if l.Stream == "stderr" {
				mark += "!"
			}
			g.Rows = append(g.Rows, []string{strconv.Itoa(l.Seq), duration(l.At), mark, l.Text})
		}
	}
	add(v.head)
	if n := v.hidden(); n > 0 {
		text := g.Text() + "\n" + fmt.Sprintf(v.words.moreLines, thousands(n)) + "\n"
		g.Rows = nil
		add(v.tail)
		return text + g.Text() + "\n"
	}
	return g.Text() + "\n"
}

// timelineMarks explains the characters of timelineText.
func (v *view) timelineMarks() string {
	if v.startUp() {
		return v.words.dashes
	}
	return v.words.marks
}

// lanes is the width of a timeline in characters.
const lanes = 60

func (v *view) timelineText() string {
	if v.elapsed <= 0 {
		return ""
	}
	g := &display.Grid{Right: []bool{false, false, true}}
	lane := func(label string, from, ready, to time.Duration, ticks []time.Duration, note string) {
		cells := []byte(strings.Repeat(" ", lanes))
		for i := v.column(from); i <= v.column(to); i++ {
			cells[i] = '='
			if i < v.column(ready) {
				cells[i] = '-'
			}
		}
		for _, t := range ticks {
			cells[v.column(t)] = '|'
		}
		g.Rows = append(g.Rows, []string{label, string(cells), note})
	}
	if v.kind == Process {
		lane(v.words.parent+" "+strconv.Itoa(v.parent), 0, 0, v.elapsed, nil, duration(v.elapsed))
	}
	for i := range v.rows {
		if r := &v.rows[i]; v.took(r) >= 0 {
			lane(r.letter+" "+r.title, r.Start, r.ready, r.Start+v.took(r), r.ticks, v.tookText(r))
		}
	}
	return g.Text() + "\n"
}

func (v *view) column(t time.Duration) int {
	return min(max(int(int64(t)*lanes/int64(max(v.elapsed, 1))), 0), lanes-1)
}
