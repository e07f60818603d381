package card

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/host"
)

// Schedule tells which thread ran each of some goroutines, at the moments when
// that can be seen: when a goroutine began, printed and ended. As a cell's last
// expression it is shown as two tables.
type Schedule struct {
	Names   []string // of the goroutines' functions, in the order in which they were given
	PID     int
	Elapsed time.Duration
	Steps   []Step  // in the order of time
	Errors  []error // of each goroutine; nil: it ended well
}

// Step is a moment of a goroutine.
type Step struct {
	At        time.Duration // since all began
	Goroutine int           // from 1
	What      string        // "begins", "prints" or "ends"
	TID       int           // native ID of the thread that ran it
	Core      int           // number of the core that ran the thread; -1: unknown
	Text      string        // what it printed
}

// Threads are the native IDs of the threads, each where it was first seen.
func (s *Schedule) Threads() []int {
	var list []int
	for _, st := range s.Steps {
		if !slices.Contains(list, st.TID) {
			list = append(list, st.TID)
		}
	}
	return list
}

// On are the threads that ran the goroutine, one for each time that it moved.
func (s *Schedule) On(goroutine int) []int {
	var list []int
	for _, st := range s.Steps {
		if st.Goroutine == goroutine && (len(list) == 0 || list[len(list)-1] != st.TID) {
			list = append(list, st.TID)
		}
	}
	return list
}

// Err is nil when all goroutines ended well. Otherwise it says which did not, and why.
func (s *Schedule) Err() error {
	for i, err := range s.Errors {
		if err != nil {
			return fmt.Errorf("goroutine %d (%s): %w", i+1, s.Names[i], err)
		}
	}
	return nil
}

// maxSteps is how many steps a table shows, maxMoves how many threads of a
// goroutine.
const (
	maxSteps = 200
	maxMoves = 12
)

type scheduleWords struct {
	title, goroutine, threads, moves, steps, no, at, tid, core, what, more string
	whats                                                                  map[string]string
}

var scheduleWordsOf = map[string]*scheduleWords{
	"en": {"%d goroutines on %d threads of process %d", "Goroutine", "Threads, in order", "Moves", "What each thread ran, in the order of time", "No.", "Time", "Thread ID", "Core", "What it does",
		"… %d more steps; see Schedule.Steps", map[string]string{"begins": "begins", "ends": "ends", "prints": "prints"}},
	"ko": {"고루틴 %d개 · 스레드 %d개 · 프로세스 %d", "고루틴", "실행한 스레드 (순서대로)", "이동", "각 스레드가 실행한 고루틴 (시간 순서)", "번호", "시각", "스레드 ID", "코어", "한 일",
		"… 나머지 %d단계는 Schedule.Steps에 있습니다", map[string]string{"begins": "시작", "ends": "끝", "prints": "출력"}},
}

func (s *Schedule) words() *scheduleWords {
	if w := scheduleWordsOf[display.CurrentLanguage()]; w != nil {
		return w
	}
	return scheduleWordsOf["en"]
}

// tables are the contents of both tables.
func (s *Schedule) tables() (who, when [][]string, note string) {
	w := s.words()
	for i, n := range s.Names {
		on := s.On(i + 1)
		var ids []string
		for _, id := range on[:min(len(on), maxMoves)] {
			ids = append(ids, strconv.Itoa(id))
		}
		if len(on) > maxMoves {
			ids = append(ids, "…")
		}
		who = append(who, []string{letter(i) + " " + n, strings.Join(ids, " → "), strconv.Itoa(max(len(on)-1, 0))})
	}
	for i, st := range s.Steps[:min(len(s.Steps), maxSteps)] {
		what := w.whats[st.What]
		if st.What == "prints" {
			what += ": " + clean(strings.TrimSuffix(st.Text, "\n"), 100)
		}
		core := "–"
		if st.Core >= 0 {
			core = strconv.Itoa(st.Core)
		}
		when = append(when, []string{strconv.Itoa(i + 1), duration(st.At), strconv.Itoa(st.TID), core, letter(st.Goroutine-1) + " " + s.Names[st.Goroutine-1], what})
	}
	if more := len(s.Steps) - len(when); more > 0 {
		note = fmt.Sprintf(w.more, more)
	}
	return who, when, note
}

func (s *Schedule) heads() (who, when []string) {
	w := s.words()
	return []string{w.goroutine, w.threads, w.moves}, []string{w.no, w.at, w.tid, w.core, w.goroutine, w.what}
}

func (s *Schedule) title() string {
	return fmt.Sprintf(s.words().title, len(s.Names), len(s.Threads()), s.PID) + " · " + duration(s.Elapsed)
}

// String is both tables as text.
func (s *Schedule) String() string {
	who, when, note := s.tables()
	h1, h2 := s.heads()
	text := s.title() + "\n\n" + columns(h1, who) + "\n" + s.words().steps + "\n" + columns(h2, when) + note
	return strings.TrimSuffix(text, "\n")
}

// columns are rows of text below their heads. Wide characters take two places.
func columns(heads []string, rows [][]string) string {
	width := make([]int, len(heads))
	for _, r := range append([][]string{heads}, rows...) {
		for i, c := range r {
			width[i] = max(width[i], textWidth(c))
		}
	}
	var b strings.Builder
	for _, r := range append([][]string{heads}, rows...) {
		for i, c := range r {
			b.WriteString(c)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-textWidth(c)+2))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// MimeBundle is both tables.
func (s *Schedule) MimeBundle() map[string]any {
	who, when, note := s.tables()
	h1, h2 := s.heads()
	p := &page{}
	p.addf(`<div lang="%s" style="font-size:13px;line-height:1.4;max-width:1000px"><div style="font-size:14px;font-weight:bold">%s</div>`, display.CurrentLanguage(), esc(s.title()))
	md := "**" + display.EscapeMarkdown(s.title()) + "**\n\n"
	for i, t := range []struct {
		caption string
		heads   []string
		rows    [][]string
	}{{"", h1, who}, {s.words().steps, h2, when}} {
		p.add(scrolled, `<table style="`, tabStyle, `">`)
		if t.caption != "" {
			p.add(`<caption style="`, capStyle, `">`, esc(t.caption), `</caption>`)
			md += "\n" + display.EscapeMarkdown(t.caption) + "\n\n"
		}
		p.add("<thead><tr>")
		for _, h := range t.heads {
			p.add(th(cellStyle, h))
		}
		p.add("</tr></thead><tbody>")
		md += "| " + strings.Join(t.heads, " | ") + " |\n" + strings.Repeat("| --- ", len(t.heads)) + "|\n"
		for n, r := range t.rows {
			g := n
			if i == 1 {
				g = s.Steps[n].Goroutine - 1
			}
			p.add("<tr>")
			md += "|"
			for _, c := range r {
				text := esc(c)
				if name, ok := strings.CutPrefix(c, letter(g)+" "); ok {
					text = badge(letter(g), colourOf(g)) + " " + esc(name)
				}
				p.add(`<td style="`, cellStyle, `">`, text, "</td>")
				md += " " + display.EscapeMarkdown(c) + " |"
			}
			p.add("</tr>")
			md += "\n"
		}
		p.add("</tbody></table></div>")
	}
	p.add(esc(note), "</div>")
	return map[string]any{"text/html": p.String(), "text/markdown": md + "\n" + note, "text/plain": s.String()}
}

// MimeMetadata is the schedule as data, under the key "iyagi".
func (s *Schedule) MimeMetadata() map[string]any {
	type step struct {
		AtUS      int64  `json:"at_us"`
		Goroutine int    `json:"goroutine"`
		What      string `json:"what"`
		TID       int    `json:"tid"`
		Core      int    `json:"core"`
		Text      string `json:"text,omitempty"`
	}
	steps := make([]step, min(len(s.Steps), 1000))
	for i := range steps {
		st := s.Steps[i]
		steps[i] = step{micro(st.At), st.Goroutine, st.What, st.TID, st.Core, st.Text}
	}
	return map[string]any{"iyagi": map[string]any{"kind": "goroutines", "parent": metaParent{PID: s.PID}, "tasks": s.Names, "steps": steps}}
}

// NameOf is the name of a function of a cell, or where a literal stands.
func NameOf(f *host.Func) string {
	j := &Job{}
	j.name, j.line = nameOf(f)
	return j.title(speak(display.CurrentLanguage()))
}

// textWidth is how many places of a terminal the text takes: a Korean letter takes two.
func textWidth(s string) int { return uniseg.StringWidth(s) }
