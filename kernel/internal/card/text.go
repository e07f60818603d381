package card

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"iyagi/kernel/display"
)

// field is a column of the table of IDs.
type field struct {
	title string
	right bool // flush right, as numbers are
	text  func(*row) string
}

func (f *field) style() string {
	if f.right {
		return numStyle
	}
	return cellStyle
}

// columns are those of the table of IDs.
func (v *view) columns() []field {
	w := v.words
	columns := []field{{w.task, false, func(r *row) string { return r.letter + " " + r.title }}}
	add := func(title string, right bool, text func(*row) string) {
		columns = append(columns, field{title, right, text})
	}
	if v.hosts {
		add(w.host, false, func(r *row) string { return r.Host })
	}
	if v.kind == Process {
		add(w.pid, true, func(r *row) string { return id(r.PID) })
		add(w.ppid, true, func(r *row) string { return id(r.PPID) })
	} else {
		add(v.pidTitle(), true, func(r *row) string { return id(r.PID) })
	}
	add(w.tid, true, func(r *row) string { return id(r.TID) })
	add(w.state, false, func(r *row) string { return w.stateText(v.kind, r) })
	add(w.start, true, v.startText)
	add(w.took, true, v.tookText)
	add(w.cpu, true, cpuText)
	if v.cores {
		add(w.onCores, true, coresText)
	}
	return columns
}

// grid is the table of IDs for text and Markdown.
func (v *view) grid() *display.Grid {
	g := &display.Grid{}
	columns := v.columns()
	for _, c := range columns {
		g.Header = append(g.Header, c.title)
		g.Right = append(g.Right, c.right)
	}
	for i := range v.rows {
		var cells []string
		for _, c := range columns {
			cells = append(cells, c.text(&v.rows[i]))
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
	if cpu, ok := v.allCPU(); ok {
		notes = append(notes, fmt.Sprintf(v.words.busy, duration(cpu), duration(v.elapsed), fewDigits(float64(cpu)/float64(v.elapsed))))
	}
	switch {
	case v.kind == Thread && v.total == 1:
		notes = append(notes, fmt.Sprintf(v.words.sharedOne, v.parent))
	case v.kind == Thread:
		notes = append(notes, fmt.Sprintf(v.words.shared, v.parent))
	}
	return notes
}

// fewDigits is a number of cores with one decimal, or with two when it would be 0.
func fewDigits(x float64) string {
	if x < 0.095 {
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.1f", x)
}

// allCPU is the processor time of all tasks, when they have ended and it is known.
func (v *view) allCPU() (sum time.Duration, ok bool) {
	if !v.final || v.elapsed <= 0 {
		return 0, false
	}
	for i := range v.every {
		sum += v.every[i].CPU
	}
	return sum, sum > 0
}

// outputNotes are the sentences under the output.
func (v *view) outputNotes() (notes []string) {
	w := v.words
	if len(v.tally) > 0 && len(v.tally) <= len(palette) {
		var each []string
		for i, n := range v.tally {
			wrote := w.wrote
			if n == 1 {
				wrote = w.wroteOne
			}
			each = append(each, fmt.Sprintf(wrote, letter(i), thousands(n)))
		}
		s := strings.Join(each, ", ")
		if v.turns == 1 {
			s += w.turnOne
		} else if v.turns > 1 {
			s += fmt.Sprintf(w.turns, thousands(v.turns))
		}
		if len(v.order) == v.lines && v.turns > 0 {
			var letters []string
			for _, i := range v.order {
				letters = append(letters, letter(i))
			}
			s += fmt.Sprintf(w.order, strings.Join(letters, " "))
		}
		notes = append(notes, s+".")
	}
	if d := v.uncertainty(); d > 0 {
		notes = append(notes, fmt.Sprintf(w.clocks, duration(d)))
	}
	if v.lost.bytes > 0 {
		notes = append(notes, fmt.Sprintf(w.lostText, thousands(v.lost.bytes)))
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
		if r := &v.rows[i]; r.fault != "" {
			lines = append(lines, r.letter+" "+r.title+": "+clean(r.fault, 1000))
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
		for _, n := range v.outputNotes() {
			b.WriteString(n + "\n")
		}
	} else if !v.elsewhere {
		b.WriteString("\n" + v.words.noOutput + "\n")
	}
	if t := v.timelineText(); t != "" {
		b.WriteString("\n" + v.words.timeline + " " + v.timelineMarks() + "\n" + t)
	}
	b.WriteString("\n" + v.words.tree + "\n" + v.treeText())
	return strings.TrimSuffix(b.String(), "\n")
}

// markdown is the card for readers of Markdown.
func (v *view) markdown() string {
	var b strings.Builder
	b.WriteString("**" + display.EscapeMarkdown(v.title()) + "**\n")
	if v.total == 0 {
		return b.String()
	}
	g := v.grid()
	for _, cells := range g.Rows {
		for i := 1; i < len(cells); i++ {
			cells[i] = unbroken(cells[i])
		}
	}
	b.WriteString("\n" + g.Markdown())
	for _, n := range append(v.errors(), v.notes()...) {
		b.WriteString("\n" + display.EscapeMarkdown(n) + "\n")
	}
	if v.lines > 0 {
		b.WriteString("\n**" + display.EscapeMarkdown(v.outputTitle()) + "**\n\n" + fenced("text", v.outputText()))
		for _, n := range v.outputNotes() {
			b.WriteString("\n" + display.EscapeMarkdown(n) + "\n")
		}
	} else {
		b.WriteString("\n" + v.words.noOutput + "\n")
	}
	if t := v.timelineText(); t != "" {
		b.WriteString("\n**" + v.words.timeline + "** " + display.EscapeMarkdown(v.timelineMarks()) + "\n\n" + fenced("text", t))
	}
	b.WriteString("\n**" + v.words.tree + "**\n\n" + fenced("mermaid", v.mermaid()))
	return b.String()
}

// fenced is text as a block of code, whose fence is longer than any in the text.
func fenced(language, s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimSuffix(s, "\n") + "\n" + fence + "\n"
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
