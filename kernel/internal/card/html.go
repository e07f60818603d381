package card

import (
	"encoding/json"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"iyagi/kernel/internal/eval"
)

// The HTML of a card has inline styles only: front ends drop style elements,
// scripts, SVG, role and aria attributes from notebooks that are not trusted, and
// every declaration with var(…), calc(…) or two backgrounds. Text keeps the theme's colour, and less weight by
// opacity; where a colour is set it reads on white and on black, and the theme's own
// comes after it. What a colour tells, a letter or a word tells too. The styles
// of table cells are there because front ends centre cells and flush them right; they
// are short because a card repeats them on each line. No-break spaces keep numbers with
// their units.
const (
	errorColour = "#d9434f"
	muted       = "opacity:0.7"
	troubled    = wrong + ";color:var(--vscode-errorForeground,var(--jp-error-color1," + errorColour + "))"
	wrong       = "color:" + errorColour // without the theme's, for what stands on many lines
	cellStyle   = "text-align:left;padding:1px 10px 1px 0"
	numStyle    = "text-align:right;padding:1px 10px 1px 0"
	lineStyle   = "text-align:left;padding:1px 0;font-family:monospace"
	baseline    = ";vertical-align:baseline" // of rows that may take several lines
	headStyle   = ";vertical-align:bottom;word-break:keep-all;font-weight:bold;border-bottom:1px solid #8888"
	tabStyle    = "table-layout:auto;border-collapse:collapse;border:none;margin:0;font-size:13px;line-height:1.4"
	capStyle    = "text-align:left;font-weight:bold;font-size:13px;padding:10px 0 2px 0;caption-side:top;color:inherit;white-space:nowrap"
	nameStyle   = ";max-width:260px;word-break:break-all" // of a long name
	nowrap      = ";white-space:nowrap"
	// A page that is too narrow for a table scrolls it, not the whole notebook.
	scrolled = `<div style="overflow-x:auto">`
)

// colour is what marks a writer beside its letter.
type colour string

// palette is in the order of use: blue, vermilion, bluish green and purple, after Okabe and Ito, and
// two more. TestPalette holds what it promises: readers who see no red, no green or
// no blue tell the first four apart; all have a contrast of 4.5 to the white letter
// on them and to a white page, and of 3 to a dark page.
var palette = []colour{"#3364f5", "#bf5000", "#0a7c58", "#9a4aa6", "#806800", "#697583"}

func colourOf(i int) colour { return palette[i%len(palette)] }

// bundle is the card for the kernel.
func (v *view) bundle() *eval.Bundle {
	b := &eval.Bundle{Data: map[string][]byte{
		"text/html": []byte(v.html()), "text/markdown": []byte(v.markdown()), "text/plain": []byte(v.text()),
	}}
	if raw, err := json.Marshal(v.metadata()); err == nil { // a struct of numbers and strings: no error
		b.Metadata = map[string][]byte{"iyagi": raw}
	}
	return b
}

// page writes HTML.
type page struct {
	strings.Builder
}

func (p *page) add(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

func (p *page) addf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

var esc = html.EscapeString

func (v *view) html() string {
	p := &page{}
	p.addf(`<div lang="%s" style="font-size:13px;line-height:1.4;max-width:1000px">`, v.words.lang)
	p.add(`<div style="font-size:14px;font-weight:bold">`, esc(v.title()), `</div>`)
	if v.total > 0 {
		v.progress(p)
		v.idTable(p)
		v.outputTable(p)
		v.timeline(p)
		v.treeHTML(p)
	}
	p.add("</div>")
	return p.String()
}

// progress is a bar of how many tasks have ended.
func (v *view) progress(p *page) {
	if v.final || v.total == 1 {
		return
	}
	p.addf(`<div style="margin:4px 0;height:5px;border-radius:3px;background:#8885"><div style="width:%s;height:5px;border-radius:3px;background:%s"></div></div>`,
		percent(100*float64(v.done())/float64(v.total)), palette[0])
}

func (v *view) done() int { return v.total - v.counts[Running] - v.counts[Waiting] - v.counts[Queued] }

// title is the card in a line: who, whose, how long and how far.
func (v *view) title() string {
	if v.total == 0 {
		return fmt.Sprintf(v.words.noTasks, v.kind)
	}
	var s string
	if v.hosts {
		s = v.elsewhereTitle()
	} else if v.total == 1 {
		s = fmt.Sprintf(v.words.one[v.kind], v.parent)
	} else {
		s = fmt.Sprintf(v.words.titles[v.kind], v.total, v.parent)
	}
	return s + " · " + duration(v.elapsed) + v.states()
}

// states tells how many tasks are in each state, when that is of interest. Who
// exits with a status other than 0 has failed.
func (v *view) states() string {
	w, s := v.words, ""
	if !v.final {
		s += " · " + fmt.Sprintf(w.progress, v.done(), v.total)
	}
	for _, state := range []State{Failed, Killed, Lost} {
		n := v.counts[state]
		if state == Failed {
			n += v.nonzero
		}
		if n > 0 && v.total > 1 {
			s += " · " + fmt.Sprintf(w.count, w.stateName(v.kind, state), n)
		}
	}
	return s
}

func badge(letter string, c colour) string {
	return `<b style="padding:0 5px;border-radius:4px;color:#fff;background:` + string(c) + `">` + letter + `</b>`
}

func th(style, text string) string {
	return `<th scope="col" style="` + style + headStyle + `">` + esc(text) + `</th>`
}

func td(style, content string) string { return `<td style="` + style + `">` + content + `</td>` }

const rowStart = `<tr style="background:none">`

// idTable tells who ran, under which IDs and how it ended.
func (v *view) idTable(p *page) {
	w := v.words
	p.add(scrolled, `<table lang="`, w.lang, `" style="`, tabStyle, `"><caption style="`, capStyle, `">`, esc(w.captions[v.kind]), `</caption><thead>`, rowStart)
	for _, c := range v.columns() {
		p.add(th(c.style(), c.title))
	}
	p.add(`</tr></thead><tbody>`)
	for i := range v.rows {
		v.idRow(p, &v.rows[i])
	}
	p.add(`</tbody></table></div>`)
	for _, note := range v.notes() {
		p.add(`<div style="`, muted, `">`, esc(note), `</div>`)
	}
}

func (v *view) idRow(p *page, r *row) {
	p.add(rowStart)
	columns := v.columns()
	for i, c := range columns {
		text := esc(unbroken(c.text(r)))
		style := c.style()
		switch {
		case i == 0 && r.longTitle():
			style, text = style+nameStyle, badge(r.letter, r.colour)+" "+esc(r.title)
		case i == 0:
			style, text = style+nowrap, badge(r.letter, r.colour)+" "+esc(r.title)
		case c.title == v.words.state && r.bad():
			style += nowrap + ";" + troubled
		case c.title == v.words.state:
			style += nowrap
		}
		if r.longTitle() {
			style += baseline
		}
		p.add(td(style, text))
	}
	p.add(`</tr>`)
	if r.fault != "" {
		p.addf(`%s<td colspan="%d" style="text-align:left;padding:0 0 4px 24px;white-space:pre-wrap;overflow-wrap:break-word;%s">%s</td></tr>`,
			rowStart, len(columns), troubled, esc(clean(r.fault, 1000)))
	}
}

// unbroken keeps what is short on one line.
func unbroken(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// bad tells whether a task did not end well.
func (r *row) bad() bool {
	return r.State == Failed || r.State == Killed || r.State == Lost || r.blocked || r.State == Exited && r.ExitCode != 0
}

func id(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

func (v *view) startText(r *row) string {
	if r.State == Waiting || r.State == Queued || r.PID == 0 {
		return "-"
	}
	return duration(r.Start)
}

func (v *view) tookText(r *row) string { return duration(v.took(r)) }

// took is how long a task has run; negative when it has not begun.
func (v *view) took(r *row) time.Duration {
	switch {
	case r.State == Waiting, r.State == Queued, r.PID == 0:
		return -1
	case r.End == 0:
		return max(v.elapsed-r.Start, 0)
	}
	return max(r.End-r.Start, 0)
}

func cpuText(r *row) string {
	if r.CPU == 0 {
		return "-"
	}
	return duration(r.CPU)
}

// coresText are the numbers of the cores on which a task was seen.
func coresText(r *row) string {
	var s []string
	for i, c := range r.cores {
		if i == maxCores {
			s = append(s, "…")
			break
		}
		s = append(s, strconv.Itoa(c))
	}
	if len(s) == 0 {
		return "-"
	}
	return strings.Join(s, ", ")
}

// maxCores is how many cores of a task are named, and how many have a row in the timeline.
const maxCores = 8

// outputTable is all that the tasks wrote, as one would have read it.
func (v *view) outputTable(p *page) {
	w := v.words
	if v.lines == 0 {
		p.add(`<div style="`, muted, `;padding:8px 0 0 0">`, esc(w.noOutput), `</div>`)
		return
	}
	p.add(`<table lang="`, w.lang, `" style="`, tabStyle, `"><caption style="`, capStyle, `">`, esc(w.output), `</caption><thead>`, rowStart,
		th(numStyle, w.line), th(numStyle, w.at), th(cellStyle, w.task), th(cellStyle, w.text), `</tr></thead><tbody>`)
	for i := range v.head {
		v.outputRow(p, &v.head[i])
	}
	if n := v.hidden(); n > 0 {
		p.add(rowStart, `<td colspan="3"></td><td style="text-align:left;padding:4px 0;`, muted, `">`, esc(fmt.Sprintf(w.moreLines, thousands(n))), "</td></tr>\n")
	}
	for i := range v.tail {
		v.outputRow(p, &v.tail[i])
	}
	p.add(`</tbody></table>`)
	for _, note := range v.outputNotes() {
		p.add(`<div style="`, muted, `">`, esc(note), `</div>`)
	}
}

func (v *view) outputRow(p *page, l *Line) {
	mark, style, small := badge(l.writer(), colourOf(l.Task-1)), lineStyle, ""
	if len(l.Text) > 60 {
		small = baseline
		style += baseline
	}
	if spaced(l.Text) {
		style += ";white-space:pre-wrap"
	}
	if long(l.Text) {
		style += ";word-break:break-all"
	}
	if l.Stream == "stderr" {
		mark += `&nbsp;<b style="` + wrong + `" title="` + esc(v.words.stderr) + `">!</b>`
		style += ";" + wrong
	}
	p.add(rowStart, td(numStyle+small, strconv.Itoa(l.Seq)), td(numStyle+small+";"+muted, unbroken(duration(l.At))),
		td(cellStyle+small, mark), td(style, esc(l.Text)), "</tr>\n")
}

// spaced tells whether a line has spaces that HTML would take together.
func spaced(s string) bool {
	return strings.HasPrefix(s, " ") || strings.Contains(s, "  ") || strings.Contains(s, "\t")
}

// long tells whether a line has a word that may be wider than the page.
func long(s string) bool {
	for word := range strings.FieldsSeq(s) {
		if len(word) > 30 {
			return true
		}
	}
	return false
}
