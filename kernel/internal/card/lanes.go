package card

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"iyagi/kernel/display"
)

// lanes is the width of a timeline in characters.
const lanes = 60

// timelineMarks explains the characters of timelineText.
func (v *view) timelineMarks() string {
	var marks []string
	if v.sampled {
		marks = append(marks, "#: "+v.words.onCore, "+: "+v.words.partly, "~: "+v.words.ready, "-: "+v.words.waits[v.kind])
	} else {
		marks = append(marks, "=: "+v.words.exists)
	}
	if slices.ContainsFunc(v.rows, func(r row) bool { return r.ready > r.Start }) {
		marks = append(marks, "s: "+v.words.startsUp)
	}
	if v.lines > 0 {
		marks = append(marks, "|: "+v.words.printed)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

// timelineText is the timeline in characters that are one column wide in every font.
func (v *view) timelineText() string {
	if v.elapsed <= 0 {
		return ""
	}
	g := &display.Grid{Right: []bool{false, false, true}}
	lane := func(label string, cells []byte, note string) {
		g.Rows = append(g.Rows, []string{label, string(cells), note})
	}
	lane(v.words.callers[v.kind]+" "+strconv.Itoa(v.parent), v.parentText(), duration(v.elapsed))
	for i := range v.rows {
		if r := &v.rows[i]; v.took(r) >= 0 {
			lane(r.letter+" "+r.title, v.rowText(r), v.tookText(r))
		}
	}
	cores, spans := v.onCores()
	for _, c := range cores {
		lane(fmt.Sprintf(v.words.core, c), v.coreText(spans[c]), v.busyShare(spans[c]))
	}
	return g.Text() + "\n"
}

// cells is a row of a timeline in which mark stands from one time to another.
func (v *view) cells(from, to time.Duration, mark byte) []byte {
	cells := []byte(strings.Repeat(" ", lanes))
	for i := v.column(from); i <= v.column(to); i++ {
		cells[i] = mark
	}
	return cells
}

func (v *view) rowText(r *row) []byte {
	end := r.Start + v.took(r)
	if !r.sampled {
		cells := v.cells(r.Start, end, '=')
		v.tickText(cells, r.ticks)
		return cells
	}
	cells := v.cells(r.Start, end, '-')
	v.pieceText(cells, r.spans)
	v.tickText(cells, r.ticks)
	return cells
}

func (v *view) pieceText(cells []byte, spans []span) {
	for i := range cells {
		s := column(spans, v.elapsed*time.Duration(i)/lanes, v.elapsed*time.Duration(i+1)/lanes)
		switch {
		case s.share == 0:
		case s.doing == startsUp:
			cells[i] = 's'
		case s.doing == readyTo:
			cells[i] = '~'
		case s.share < fullShare:
			cells[i] = '+'
		default:
			cells[i] = '#'
		}
	}
}

func (v *view) tickText(cells []byte, ticks []time.Duration) {
	for _, t := range ticks {
		cells[v.column(t)] = '|'
	}
}

func (v *view) parentText() []byte {
	cells := v.cells(0, v.elapsed, '-')
	v.pieceText(cells, v.self)
	for i, c := range cells {
		if c == '#' {
			cells[i] = 's'
		}
	}
	return cells
}

func (v *view) coreText(spans []span) []byte {
	cells := []byte(strings.Repeat(" ", lanes))
	for i := range cells {
		s := column(spans, v.elapsed*time.Duration(i)/lanes, v.elapsed*time.Duration(i+1)/lanes)
		if s.share > 0 {
			if cells[i] = '*'; len(v.rows[s.task].letter) == 1 {
				cells[i] = v.rows[s.task].letter[0]
			}
		}
	}
	return cells
}

func (v *view) column(t time.Duration) int {
	return min(max(int(int64(t)*lanes/int64(max(v.elapsed, 1))), 0), lanes-1)
}
