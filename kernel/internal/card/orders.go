package card

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"iyagi/kernel/display"
)

// Orders tells in which orders the tasks of a group wrote, over many runs. As a
// cell's last expression it is shown as a table.
type Orders struct {
	Runs   int      // how many runs there were
	Names  []string // of the tasks, in the order in which they were given
	Orders []Order  // the most frequent one first
	Failed int      // runs in which some task did not end well
}

// Order is one order of output.
type Order struct {
	// Writers names the writer of each line by its letter, "A A B A": A is the
	// first task. More than three lines in a row by the same task are counted: "A×12 B A×4".
	Writers string
	Count   int // in how many runs it occurred
}

// errNotAgain is why a group that is no call of Run cannot be repeated.
var errNotAgain = errors.New("only a group that Run returned can be repeated: process.Run(foo, bar).Repeat(20)")

// Repeat runs the tasks of the group n more times, one run after the other,
// without a card, and tells how often each order of their output occurred: it is
// not fixed which of several processes or threads prints first. The variables that tasks use
// have the values that they have then. Repeat ends early when the cell is
// interrupted.
//
//	process.Run(foo, bar).Repeat(20)
func (g *Group) Repeat(n int) (*Orders, error) {
	if g.board.Again == nil {
		return nil, errNotAgain
	}
	o := &Orders{}
	for _, j := range g.board.snapshot() {
		o.Names = append(o.Names, j.title(english))
	}
	count := map[string]int{}
	for o.Runs < n {
		next := g.board.Again()
		if next.board.ctx.Err() != nil {
			break
		}
		o.Runs++
		count[writers(merge(next.board.snapshot(), everyLine))]++
		if next.Err() != nil {
			o.Failed++
		}
	}
	for w, c := range count {
		o.Orders = append(o.Orders, Order{w, c})
	}
	slices.SortFunc(o.Orders, func(a, b Order) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Writers, b.Writers))
	})
	return o, nil
}

// manyInARow is from how many lines in a row of one task they are counted.
const manyInARow = 4

// writers is an order as Order has it.
func writers(lines []writtenLine) string {
	var b strings.Builder
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].task == lines[0].task {
			n++
		}
		name := " " + letter(lines[0].task-1)
		if n < manyInARow {
			b.WriteString(strings.Repeat(name, n))
		} else {
			b.WriteString(name + "×" + strconv.Itoa(n))
		}
		lines = lines[n:]
	}
	return strings.TrimPrefix(b.String(), " ")
}

// maxOrders is how many orders a table shows, maxWriters how many characters of each.
const (
	maxOrders  = 30
	maxWriters = 60
)

type orderWords struct{ title, one, writers, runs, none, more, failed string }

var orderWordsOf = map[string]*orderWords{
	"en": {"%d runs, %d different orders of output", "%d runs, always the same order of output", "Writers, in order", "Runs", "no output",
		"… %d more orders occurred %d times.", "In %d runs a task did not end well."},
	"ko": {"%d번 실행, 서로 다른 출력 순서 %d가지", "%d번 실행, 출력 순서는 항상 같음", "출력한 작업 (순서대로)", "횟수", "출력 없음",
		"… 그 밖의 순서 %d가지가 %d번 나왔습니다.", "작업이 정상으로 끝나지 않은 실행: %d번."},
}

func (o *Orders) words() *orderWords {
	if w := orderWordsOf[display.CurrentLanguage()]; w != nil {
		return w
	}
	return orderWordsOf["en"]
}

func (o *Orders) title() string {
	w := o.words()
	if len(o.Orders) == 1 {
		return fmt.Sprintf(w.one, o.Runs)
	}
	return fmt.Sprintf(w.title, o.Runs, len(o.Orders))
}

// legend names the tasks: "A foo, B bar".
func (o *Orders) legend() string {
	var list []string
	for i, n := range o.Names[:min(len(o.Names), maxOrders)] {
		list = append(list, letter(i)+" "+n)
	}
	if len(o.Names) > maxOrders {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}

// rows are the orders to show, and a note of what is missing.
func (o *Orders) rows() (rows []Order, notes []string) {
	w := o.words()
	for _, r := range o.Orders[:min(len(o.Orders), maxOrders)] {
		if r.Writers == "" {
			r.Writers = w.none
		}
		if runes := []rune(r.Writers); len(runes) > maxWriters {
			r.Writers = string(runes[:maxWriters]) + "…"
		}
		rows = append(rows, r)
	}
	if more := o.Orders[len(rows):]; len(more) > 0 {
		runs := 0
		for _, r := range more {
			runs += r.Count
		}
		notes = append(notes, fmt.Sprintf(w.more, len(more), runs))
	}
	if o.Failed > 0 {
		notes = append(notes, fmt.Sprintf(w.failed, o.Failed))
	}
	return rows, notes
}

func (o *Orders) percent(r Order) string {
	return fmt.Sprintf("%.0f %%", 100*float64(r.Count)/float64(max(o.Runs, 1)))
}

// String is the table as text.
func (o *Orders) String() string {
	var b strings.Builder
	b.WriteString(o.title() + "\n" + o.legend() + "\n\n")
	rows, notes := o.rows()
	width, most := 0, 1
	for _, r := range rows {
		width, most = max(width, utf8.RuneCountInString(r.Writers)), max(most, r.Count)
	}
	for _, r := range rows {
		bar := strings.Repeat("#", (r.Count*30+most-1)/most)
		fmt.Fprintf(&b, "%s%s  %5d  %5s  %s\n", r.Writers, strings.Repeat(" ", width-utf8.RuneCountInString(r.Writers)), r.Count, o.percent(r), bar)
	}
	for _, n := range notes {
		b.WriteString(n + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// MimeBundle is the table.
func (o *Orders) MimeBundle() map[string]any {
	w := o.words()
	rows, notes := o.rows()
	p := &page{}
	var md strings.Builder
	p.addf(`<div lang="%s" style="font-size:13px;line-height:1.4;max-width:1000px">`, display.CurrentLanguage())
	p.add(`<div style="font-size:14px;font-weight:bold">`, esc(o.title()), `</div><div style="margin:2px 0 4px 0">`)
	for i, n := range o.Names[:min(len(o.Names), maxOrders)] {
		p.add(badge(letter(i), colourOf(i)), " ", esc(n), "&#160; ")
	}
	p.add("</div>", scrolled, `<table style="`, tabStyle, `"><thead><tr>`, th(cellStyle, w.writers), th(numStyle, w.runs), th(numStyle, "%"), th(cellStyle, ""), "</tr></thead><tbody>")
	fmt.Fprintf(&md, "**%s** (%s)\n\n| %s | %s | |\n| --- | ---: | --- |\n", display.EscapeMarkdown(o.title()), display.EscapeMarkdown(o.legend()), w.writers, w.runs)
	for _, r := range rows {
		p.add(`<tr><td style="`, lineStyle, `;padding-right:10px">`, esc(r.Writers), `</td><td style="`, numStyle, `">`, strconv.Itoa(r.Count),
			`</td><td style="`, numStyle, `">`, strings.TrimSuffix(o.percent(r), " %"), `</td><td style="`, cellStyle,
			`;width:240px"><div style="height:9px;border-radius:3px;background:`, string(palette[0]), `;width:`, percent(100*float64(r.Count)/float64(max(o.Runs, 1))), `"></div></td></tr>`)
		fmt.Fprintf(&md, "| %s | %d | %s |\n", display.EscapeMarkdown(r.Writers), r.Count, o.percent(r))
	}
	p.add("</tbody></table></div>")
	for _, n := range notes {
		p.add(`<div style="`, muted, `">`, esc(n), `</div>`)
		md.WriteString("\n" + n + "\n")
	}
	p.add("</div>")
	return map[string]any{"text/html": p.String(), "text/markdown": md.String(), "text/plain": o.String()}
}

// MimeMetadata is the table as data, under the key "iyagi".
func (o *Orders) MimeMetadata() map[string]any {
	type order struct {
		Writers string `json:"writers"`
		Count   int    `json:"count"`
	}
	list := make([]order, len(o.Orders))
	for i, r := range o.Orders {
		list[i] = order(r)
	}
	return map[string]any{"iyagi": map[string]any{"kind": "orders", "runs": o.Runs, "tasks": o.Names, "orders": list}}
}
