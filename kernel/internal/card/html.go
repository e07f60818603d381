package card

import (
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"iyagi/kernel/internal/eval"
)

// The HTML of a card has inline styles only: front ends drop style elements,
// scripts, SVG, role and aria attributes from notebooks that are not trusted, and
// every declaration with var(…). Text keeps the theme's colour, and less weight by
// opacity; where a colour is set it reads on white and on black, and the theme's own
// comes after it. What a colour tells, a letter or a word tells too. The styles
// of table cells are there because front ends centre cells and flush them right.
const (
	muted     = "opacity:0.7"
	troubled  = "color:#d9434f;color:var(--vscode-errorForeground,var(--jp-error-color1,#d9434f))"
	wrong     = "color:#d9434f" // without the theme's, for what stands on many lines
	cellStyle = "text-align:left;vertical-align:baseline;padding:1px 14px 1px 0;white-space:nowrap"
	numStyle  = "text-align:right;vertical-align:baseline;padding:1px 14px 1px 0;white-space:nowrap"
	textStyle = "text-align:left;vertical-align:baseline;line-height:18px;padding:1px 0;white-space:pre-wrap;word-break:break-all;font-family:monospace"
	headStyle = ";font-weight:bold;border-bottom:1px solid rgba(128,128,128,0.4)"
	tabStyle  = "table-layout:auto;border-collapse:collapse;border:none;margin:0 0 4px 0;font-size:13px;line-height:1.4"
	capStyle  = "text-align:left;font-weight:bold;font-size:13px;padding:10px 0 2px 0;white-space:nowrap;caption-side:top;color:inherit"
)

// colour is what marks a writer beside its letter.
type colour string

// palette is in the order of use. Readers who see no red or no green tell the
// first four apart (CIE76 distances of 30 and more in Machado's simulation); all
// have a contrast of 4.5 to the white letter on them and of 3 to a dark page.
var palette = []colour{"#0072b2", "#c24e00", "#00805f", "#8a2be2", "#7a6200", "#66727f"}

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
		v.idTable(p)
		v.outputTable(p)
		v.timeline(p)
	}
	p.add("</div>")
	return p.String()
}

// title is the card in a line: who, whose, how long and how far.
func (v *view) title() string {
	if v.total == 0 {
		return fmt.Sprintf(v.words.noTasks, v.kind)
	}
	var s string
	if v.total == 1 {
		s = fmt.Sprintf(v.words.one[v.kind], v.parent)
	} else {
		s = fmt.Sprintf(v.words.titles[v.kind], v.total, v.parent)
	}
	return s + " · " + duration(v.elapsed) + v.tally()
}

// tally tells how many tasks are in each state, when that is of interest.
func (v *view) tally() string {
	w, done := v.words, v.total-v.counts[Running]-v.counts[Waiting]
	s := ""
	if !v.final {
		s += " · " + fmt.Sprintf(w.progress, done, v.total)
	}
	for _, state := range []State{Failed, Killed} {
		if n := v.counts[state]; n > 0 && v.total > 1 {
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
	p.add(`<table lang="`, w.lang, `" style="`, tabStyle, `"><caption style="`, capStyle, `">`, esc(w.captions[v.kind]), `</caption><thead>`, rowStart)
	p.add(th(cellStyle, w.task))
	if v.kind == Process {
		p.add(th(numStyle, w.pid), th(numStyle, w.ppid))
	} else {
		p.add(th(numStyle, v.pidTitle()))
	}
	p.add(th(numStyle, w.tid), th(cellStyle, w.state), th(numStyle, w.start), th(numStyle, w.took), th(numStyle, w.cpu))
	if v.hosts {
		p.add(th(cellStyle, w.host))
	}
	p.add(`</tr></thead><tbody>`)
	for i := range v.rows {
		v.idRow(p, &v.rows[i])
	}
	p.add(`</tbody></table>`)
	for _, note := range v.notes() {
		p.add(`<div style="`, muted, `">`, esc(note), `</div>`)
	}
}

func (v *view) idRow(p *page, r *row) {
	p.add(rowStart, td(cellStyle, badge(r.letter, r.colour)+" "+esc(r.title)), td(numStyle, id(r.PID)))
	if v.kind == Process {
		p.add(td(numStyle, id(r.PPID)))
	}
	p.add(td(numStyle, id(r.TID)))
	style := cellStyle
	if r.bad() {
		style += ";" + troubled
	}
	p.add(td(style, esc(v.words.stateText(v.kind, r))))
	p.add(td(numStyle, esc(v.startText(r))), td(numStyle, esc(v.tookText(r))), td(numStyle, esc(cpuText(r))))
	columns := 7
	if v.kind == Process {
		columns++
	}
	if v.hosts {
		p.add(td(cellStyle, esc(r.Host)))
		columns++
	}
	p.add(`</tr>`)
	if r.Error != "" {
		p.addf(`%s<td colspan="%d" style="text-align:left;padding:0 0 4px 24px;white-space:pre-wrap;%s">%s</td></tr>`,
			rowStart, columns, troubled, esc(clean(r.Error, 1000)))
	}
}

// bad tells whether a task did not end well.
func (r *row) bad() bool {
	return r.State == Failed || r.State == Killed || r.blocked || r.State == Exited && r.ExitCode != 0
}

func id(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

func (v *view) startText(r *row) string {
	if r.State == Waiting || r.PID == 0 {
		return "–"
	}
	return duration(r.Start)
}

func (v *view) tookText(r *row) string { return duration(v.took(r)) }

// took is how long a task has run; negative when it has not begun.
func (v *view) took(r *row) time.Duration {
	switch {
	case r.State == Waiting, r.PID == 0:
		return -1
	case r.End == 0:
		return max(v.elapsed-r.Start, 0)
	}
	return max(r.End-r.Start, 0)
}

func cpuText(r *row) string {
	if r.CPU == 0 {
		return "–"
	}
	return duration(r.CPU)
}

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
		p.add(rowStart, `<td colspan="4" style="text-align:left;padding:4px 0;white-space:normal;`, muted, `">`, esc(fmt.Sprintf(w.moreLines, thousands(n))), `</td></tr>`)
	}
	for i := range v.tail {
		v.outputRow(p, &v.tail[i])
	}
	p.add(`</tbody></table>`)
	if v.lost.bytes > 0 {
		p.add(`<div style="`, muted, `">`, esc(fmt.Sprintf(w.lostText, thousands(v.lost.bytes))), `</div>`)
	}
}

func (v *view) outputRow(p *page, l *Line) {
	mark, style := badge(l.writer(), colourOf(l.Task-1)), textStyle
	if l.Stream == "stderr" {
		mark += ` <b style="` + wrong + `" title="` + esc(v.words.stderr) + `">!</b>`
		style += ";" + wrong
	}
	p.add(rowStart, td(numStyle+";"+muted, strconv.Itoa(l.Seq)), td(numStyle+";"+muted, duration(l.At)),
		td(cellStyle, mark), td(style, esc(l.Text)), "</tr>\n")
}

// timeline shows when each task ran and printed.
func (v *view) timeline(p *page) {
	w := v.words
	if v.elapsed <= 0 {
		return
	}
	marks := w.whiteMarks
	if v.startUp() {
		marks = w.pale + ", " + marks
	}
	p.add(`<table lang="`, w.lang, `" style="`, tabStyle, `;width:100%"><caption style="`, capStyle, `">`, esc(w.timeline),
		` <span style="font-weight:normal;`, muted, `">(`, esc(marks), `)</span></caption><tbody>`)
	if v.kind == Process {
		v.lane(p, esc(w.parent)+" "+strconv.Itoa(v.parent), parentBar, duration(v.elapsed))
	}
	for i := range v.rows {
		r := &v.rows[i]
		v.lane(p, badge(r.letter, r.colour)+" "+esc(r.title), v.bars(r), v.tookText(r))
	}
	axis := &page{}
	for i := 0; i <= 4; i++ {
		align := `left:` + percent(float64(i)*25)
		if i == 4 {
			align = "right:0"
		}
		mark := "0"
		if i > 0 {
			mark = duration(v.elapsed * time.Duration(i) / 4)
		}
		axis.addf(`<div style="position:absolute;top:0;%s;font-size:11px;%s">%s</div>`, align, muted, mark)
	}
	v.lane(p, "", axis.String(), "")
	p.add(`</tbody></table>`)
}

// startUp tells whether some process is known to have started up before its task.
func (v *view) startUp() bool {
	return slices.ContainsFunc(v.rows, func(r row) bool { return r.ready > r.Start })
}

func (v *view) lane(p *page, label, bars, note string) {
	p.add(rowStart, td(cellStyle, label),
		`<td style="width:100%;padding:1px 0"><div style="position:relative;height:18px;min-width:200px">`, bars, `</div></td>`,
		td("text-align:right;padding:1px 0 1px 14px;white-space:nowrap", esc(note)), "</tr>\n")
}

func (v *view) bars(r *row) string {
	took := v.took(r)
	if took < 0 {
		return ""
	}
	b := &page{}
	from, width := v.at(r.Start), max(v.at(r.Start+took)-v.at(r.Start), 0.4)
	b.add(bar(from, min(width, 100-from), string(r.colour), r.letter+": "+duration(r.Start)+" – "+duration(r.Start+took)))
	if r.ready > r.Start {
		b.add(`<div style="position:absolute;top:1px;left:`, percent(from), `;width:`, percent(v.at(r.ready)-from), `;height:16px;border-radius:3px;background:rgba(255,255,255,0.45)"></div>`)
	}
	for _, t := range r.ticks {
		b.add(`<div style="position:absolute;top:3px;left:`, percent(min(v.at(t), 99.8)), `;width:2px;height:12px;background:#fff"></div>`)
	}
	for _, c := range r.cores {
		if x := v.at(c.from); v.at(c.to)-x > 8 {
			b.addf(`<div style="position:absolute;top:3px;left:%s;font-size:10px;line-height:12px;padding:0 6px;color:#fff">%s %d</div>`, percent(x), esc(v.words.cores), c.cpu)
		}
	}
	return b.String()
}

// at is a time as a part of the whole, in percent.
func (v *view) at(t time.Duration) float64 {
	return min(max(100*float64(t)/float64(max(v.elapsed, 1)), 0), 100)
}

func percent(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) + "%" }

// parentBar is the time of the process that waits.
const parentBar = `<div style="position:absolute;top:7px;left:0;width:100%;height:4px;border-radius:2px;background:rgba(128,128,128,0.6)"></div>`

func bar(from, width float64, c, title string) string {
	return `<div title="` + esc(title) + `" style="position:absolute;top:1px;left:` + percent(from) + `;width:` + percent(width) + `;height:16px;border-radius:3px;background:` + c + `"></div>`
}
