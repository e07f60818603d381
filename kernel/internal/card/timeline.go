package card

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The rows of a timeline in HTML are gradients with hard edges, some 15 bytes for
// each piece: a bar while the task was on a core, half as high where it was for a
// part of the time, pale while it waited for one, and a line while it only existed.
// What it printed is marked below the row, where neither bars nor their gaps hide it.

// Colours that mean the same in every row. They read on white and on black.
const (
	idleColour  = "#767676" // of the parent, and of a process that starts up
	pale        = "80"      // appended to a colour: half of it
	crowdColour = "#767676"
)

// timeline shows when each task ran, waited and printed.
func (v *view) timeline(p *page) {
	w := v.words
	if v.elapsed <= 0 {
		return
	}
	p.add(scrolled, `<table lang="`, w.lang, `" style="`, tabStyle, `;width:100%"><caption style="`, capStyle, `">`, esc(w.timeline), `</caption><tbody>`)
	v.lane(p, `<span style="`+muted+`">`+esc(w.callers[v.kind])+`</span> `+strconv.Itoa(v.parent), v.parentLane(), unbroken(duration(v.elapsed)))
	for i := range v.rows {
		r := &v.rows[i]
		v.lane(p, r.name(), v.bars(r), unbroken(v.tookText(r)))
	}
	if v.folded() > 0 {
		v.crowdLane(p)
	}
	cores, spans := v.onCores()
	for _, c := range cores {
		v.lane(p, esc(fmt.Sprintf(w.core, c)), v.coreLane(spans[c]), esc(unbroken(v.busyShare(spans[c]))))
	}
	v.lane(p, "", v.axis(), "")
	p.add(`</tbody></table></div>`)
	v.legend(p)
}

// longTitle tells whether the name of a task is cut in the timeline.
func (r *row) longTitle() bool { return utf8.RuneCountInString(r.title) > 24 }

func (v *view) lane(p *page, label, bars, note string) {
	if label == "" { // of the axis: screen readers would announce an empty heading
		p.add(rowStart, "<td></td>")
	} else {
		p.add(rowStart, `<th scope="row" style="text-align:left;font-weight:normal;vertical-align:top;line-height:18px;padding:0 12px 0 0;white-space:nowrap">`, label, "</th>")
	}
	p.add(`<td style="width:100%;padding:0"><div style="position:relative;height:24px;min-width:180px">`, bars, `</div></td>`,
		`<td style="text-align:right;vertical-align:top;line-height:18px;padding:0 0 0 12px;white-space:nowrap">`, note, "</td></tr>\n")
}

// name is a task in a narrow place.
func (r *row) name() string {
	s := badge(r.letter, r.colour) + " " + esc(r.title)
	if r.longTitle() {
		return `<div title="` + esc(r.title) + `" style="max-width:180px;overflow:hidden;text-overflow:ellipsis">` + s + `</div>`
	}
	return s
}

// layer is one picture over a whole lane.
func layer(top, height int, background string) string {
	if background == "" {
		return ""
	}
	return fmt.Sprintf(`<div style="position:absolute;left:0;width:100%%;top:%dpx;height:%dpx;background:%s"></div>`, top, height, background)
}

// stripes is a gradient of pieces with hard edges, from left to right. Its
// zero value has none.
type stripes struct {
	b  strings.Builder
	at float64 // percent that are painted
}

// leastStripe is how wide a piece is at least, in percent: some pixels of a page.
const leastStripe = 0.3

// add paints from one place to another, as far as nothing stands there, and
// returns how wide that is.
func (s *stripes) add(from, to float64, c string) float64 {
	from, to = max(from, s.at), max(to, from+leastStripe)
	if to > 100 {
		from, to = min(from, 100-leastStripe), 100
	}
	if from = max(from, s.at); to-from < leastStripe/2 {
		return 0
	}
	if from > s.at {
		s.stop("#0000", from)
	}
	s.stop(c, to)
	return to - from
}

func (s *stripes) stop(c string, to float64) {
	s.b.WriteString("," + c)
	if s.at > 0 {
		s.b.WriteString(" 0")
	}
	s.b.WriteString(" " + percent(to))
	s.at = to
}

func (s *stripes) css() string {
	switch {
	case s.b.Len() == 0:
		return ""
	case s.at < 100:
		return "linear-gradient(90deg" + s.b.String() + ",#0000 0)"
	}
	return "linear-gradient(90deg" + s.b.String() + ",#0000)"
}

// bars is the row of a task.
func (v *view) bars(r *row) string {
	took := v.took(r)
	if took < 0 {
		return ""
	}
	b := &page{}
	from := v.at(r.Start)
	width := min(max(v.at(r.Start+took)-from, leastStripe), 100)
	from = min(from, 100-width)
	title := r.letter + ": " + duration(r.Start) + " – " + duration(r.Start+took)
	if r.CPU > 0 {
		title += ", " + v.words.cpu + " " + duration(r.CPU)
	}
	top, height := 8, 2
	if !v.sampled {
		top, height = 2, 14
	}
	b.addf(`<div title="%s" style="position:absolute;left:%s;width:%s;top:%dpx;height:%dpx;background:%s"></div>`,
		esc(title), percent(from), percent(width), top, height, r.colour)
	b.add(v.onOff(r.spans, string(r.colour)))
	var ticks stripes
	for _, t := range r.ticks {
		ticks.add(v.at(t)-0.1, v.at(t)+0.2, string(r.colour))
	}
	b.add(layer(18, 5, ticks.css()))
	return b.String()
}

// onOff is what was done when, on cores and off them.
func (v *view) onOff(spans []span, paint string) string {
	var full, part stripes
	for _, s := range coarse(spans, v.elapsed, v.pieces) {
		c := paint
		switch {
		case s.doing == readyTo:
			c += pale
		case s.doing == startsUp:
			c = idleColour
		}
		if s.doing != readyTo && s.share < fullShare {
			part.add(v.at(s.from), v.at(s.to), c)
		} else {
			full.add(v.at(s.from), v.at(s.to), c)
		}
	}
	return layer(2, 14, full.css()) + layer(5, 8, part.css())
}

// parentLane is the row of the process that started the tasks.
func (v *view) parentLane() string {
	var starts stripes
	begun := make([]time.Duration, 0, len(v.rows))
	for i := range v.rows {
		if r := &v.rows[i]; r.PID != 0 {
			begun = append(begun, r.Start)
		}
	}
	slices.Sort(begun)
	for _, t := range begun {
		starts.add(v.at(t)-0.1, v.at(t)+0.2, idleColour)
	}
	b := &page{}
	b.add(layer(8, 2, idleColour), v.onOff(v.self, idleColour), layer(18, 5, starts.css()))
	for _, s := range v.waits {
		x := v.at(s.from)
		if len(begun) > 0 {
			x = max(x, v.at(begun[len(begun)-1])) // beside the marks
		}
		if v.at(s.to)-x > 15 {
			b.addf(`<div style="position:absolute;left:%s;top:11px;padding:0 0 0 8px;font-size:11px;line-height:13px;white-space:nowrap">%s</div>`, percent(x), esc(v.words.waitsHere))
			break
		}
	}
	return b.String()
}

// coreLane is which task a core ran, with its letter where there is room.
func (v *view) coreLane(spans []span) string {
	labels := &page{}
	var bars stripes
	for _, s := range coarse(spans, v.elapsed, v.pieces) {
		r := &v.rows[s.task]
		paint := string(r.colour)
		if s.doing == startsUp {
			paint = idleColour
		}
		if v.at(s.to) <= bars.at {
			continue // two tasks cannot have been there at once
		}
		if width := bars.add(v.at(s.from), v.at(s.to), paint); width >= 2.5*float64(len(r.letter)) {
			labels.addf(`<div style="position:absolute;left:%s;width:%s;top:2px;text-align:center;font-size:11px;line-height:14px;color:#fff">%s</div>`,
				percent(bars.at-width), percent(width), r.letter)
		}
	}
	return layer(2, 14, bars.css()) + labels.String()
}

// busyShare is the part of the whole time that the spans take, in percent.
func (v *view) busyShare(spans []span) string {
	var sum time.Duration
	for _, s := range spans {
		sum += time.Duration(float64(s.to-s.from) * s.share)
	}
	return fmt.Sprintf(v.words.used, fmt.Sprintf("%.0f%%", 100*float64(sum)/float64(max(v.elapsed, 1))))
}

// crowdLane shows how many of many tasks ran at a time.
func (v *view) crowdLane(p *page) {
	counts, most := v.crowd(crowdColumns)
	b := &page{}
	b.add(`<div style="display:flex;height:20px;align-items:flex-end">`)
	for i := 0; i < len(counts); {
		n := 1
		for i+n < len(counts) && counts[i+n] == counts[i] {
			n++
		}
		b.addf(`<i style="flex:%d;height:%dpx;background:%s"></i>`, n, (counts[i]*20+most-1)/max(most, 1), crowdColour)
		i += n
	}
	b.add(`</div>`)
	v.lane(p, esc(fmt.Sprintf(v.words.all, thousands(v.total))), b.String(), esc(fmt.Sprintf(v.words.atOnce, thousands(most))))
}

// crowdColumns is how many steps the picture of many tasks has.
const crowdColumns = 80

// crowd is how many tasks ran at most in each of so many parts of the time.
func (v *view) crowd(columns int) (counts []int, most int) {
	type event struct {
		at   time.Duration
		more int
	}
	var events []event
	for i := range v.every {
		if t := &v.every[i]; t.PID != 0 {
			end := t.End
			if end == 0 {
				end = v.elapsed
			}
			events = append(events, event{t.Start, 1}, event{end, -1})
		}
	}
	slices.SortFunc(events, func(a, b event) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return a.more - b.more
	})
	counts = make([]int, columns)
	now := 0
	for i := range counts {
		to := v.elapsed * time.Duration(i+1) / time.Duration(columns)
		counts[i] = now
		for len(events) > 0 && events[0].at <= to {
			now += events[0].more
			counts[i] = max(counts[i], now)
			events = events[1:]
		}
		most = max(most, counts[i])
	}
	return counts, most
}

// axis has round numbers.
func (v *view) axis() string {
	b := &page{}
	step := roundStep(v.elapsed)
	for t := time.Duration(0); t <= v.elapsed; t += step {
		x := v.at(t)
		if x > 97 {
			break // it would hang over the edge
		}
		label := "0"
		if t > 0 {
			label = axisText(t)
		}
		b.addf(`<div style="position:absolute;top:0;left:%s;font-size:11px;padding:0 0 0 2px;border-left:1px solid #8888;opacity:0.75;white-space:nowrap">%s</div>`, percent(x), label)
	}
	return b.String()
}

// roundStep is 1, 2 or 5 times a power of ten, so that about five of it fit.
func roundStep(d time.Duration) time.Duration {
	step := time.Duration(1)
	for unit := time.Duration(1); unit <= d; unit *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if step = n * unit; d/step <= 5 {
				return step
			}
		}
	}
	return max(step, 1)
}

// axisText is a round time without the digits that say nothing.
func axisText(t time.Duration) string {
	text := func(x float64, unit string) string { return strconv.FormatFloat(x, 'g', 6, 64) + "\u00a0" + unit }
	switch {
	case t < time.Second:
		return text(float64(t)/1e6, "ms")
	case t < 10*time.Minute:
		return text(t.Seconds(), "s")
	}
	return text(t.Minutes(), "min")
}

// legend explains the marks that occur.
func (v *view) legend(p *page) {
	p.add(`<div style="font-size:12px">`)
	for i, k := range v.keys() {
		if i > 0 {
			p.add(` &nbsp; `)
		}
		p.addf(`<span style="white-space:nowrap"><span style="display:inline-block;vertical-align:middle;margin:0 4px 0 0;width:%dpx;height:%dpx;background:%s"></span>%s</span>`,
			k.width, k.height, k.colour, esc(k.text))
	}
	p.add("</div>")
}

// key is a mark of the timeline with what it means.
type key struct {
	width, height int
	colour        string
	text          string
}

func (v *view) keys() (keys []key) {
	w, c := v.words, string(palette[0])
	var part, ready, early bool
	for i := range v.rows {
		for _, s := range v.rows[i].spans {
			part = part || s.doing != readyTo && s.share < fullShare
			ready = ready || s.doing == readyTo && v.at(s.to)-v.at(s.from) >= leastStripe
			early = early || s.doing == startsUp
		}
		part = part || len(v.rows[i].spans) > v.pieces/2
	}
	add := func(yes bool, width, height int, colour, text string) {
		if yes {
			keys = append(keys, key{width, height, colour, text})
		}
	}
	add(v.sampled, 16, 12, c, w.onCore)
	add(part, 16, 7, c, w.partly)
	add(ready, 16, 12, c+pale, w.ready)
	add(v.sampled, 16, 2, c, w.waits[v.kind])
	add(!v.sampled, 16, 12, c, w.exists)
	add(early || len(v.self) > 0, 16, 12, idleColour, w.startsUp)
	add(v.lines > 0, 3, 6, c, w.printed)
	add(true, 3, 6, idleColour, w.started)
	return keys
}

// at is a time as a part of the whole, in percent.
func (v *view) at(t time.Duration) float64 {
	return min(max(100*float64(t)/float64(max(v.elapsed, 1)), 0), 100)
}

// percent has a tenth of a percent, less than a pixel of most pages.
func percent(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0") + "%"
}
