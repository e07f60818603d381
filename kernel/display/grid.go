package display

import (
	"fmt"
	"html"
	"strings"

	"github.com/rivo/uniseg"
)

// maxRows is how many rows of a grid are shown.
const maxRows = 1000

// Grid is a table of text: what [Table] makes. It shows itself as HTML,
// Markdown and plain text, where columns line up when Hangul takes two cells
// of the terminal, as it does in fonts made for it.
type Grid struct {
	Caption string
	Header  []string
	Rows    [][]string
	Right   []bool // by column: flush right, as numbers are
}

// MimeBundle is the table in three formats.
func (g *Grid) MimeBundle() map[string]any {
	return Bundle{"text/html": g.HTML(), "text/markdown": g.Markdown(), "text/plain": g.Text()}
}

func (g *Grid) shown() (rows [][]string, note string) {
	if len(g.Rows) <= maxRows {
		return g.Rows, ""
	}
	note = fmt.Sprintf("… %s more rows", thousands(len(g.Rows)-maxRows))
	if CurrentLanguage() == "ko" {
		note = fmt.Sprintf("… %s행 더 있음", thousands(len(g.Rows)-maxRows))
	}
	return g.Rows[:maxRows], note
}

func (g *Grid) right(column int) bool { return column < len(g.Right) && g.Right[column] }

// HTML is the table as HTML; its text is escaped.
func (g *Grid) HTML() string {
	var b strings.Builder
	rows, note := g.shown()
	fmt.Fprintf(&b, `<table lang=%q style="table-layout:auto;border-collapse:collapse;margin:4px 0">`, CurrentLanguage())
	if g.Caption != "" {
		b.WriteString(`<caption style="text-align:left;font-weight:bold">` + html.EscapeString(g.Caption) + `</caption>`)
	}
	cells := func(row []string, tag, attributes string) {
		b.WriteString("<tr>")
		for i := range g.width() {
			align := "left"
			if g.right(i) {
				align = "right"
			}
			cell := ""
			if i < len(row) {
				cell = strings.ReplaceAll(html.EscapeString(row[i]), "\n", "<br>")
			}
			b.WriteString("<" + tag + attributes + ` style="text-align:` + align + `">` + cell + "</" + tag + ">")
		}
		b.WriteString("</tr>\n")
	}
	if len(g.Header) > 0 {
		b.WriteString("<thead>")
		cells(g.Header, "th", ` scope="col"`)
		b.WriteString("</thead>")
	}
	b.WriteString("<tbody>")
	for _, row := range rows {
		cells(row, "td", "")
	}
	b.WriteString("</tbody></table>")
	if note != "" {
		b.WriteString("<div>" + note + "</div>")
	}
	return b.String()
}

func (g *Grid) width() int {
	n := len(g.Header)
	for _, row := range g.Rows {
		n = max(n, len(row))
	}
	return n
}

// Markdown is the table in GitHub's Markdown.
func (g *Grid) Markdown() string {
	var b strings.Builder
	rows, note := g.shown()
	if g.Caption != "" {
		b.WriteString("**" + EscapeMarkdown(g.Caption) + "**\n\n")
	}
	n := g.width()
	line := func(row []string) {
		for i := range n {
			cell := ""
			if i < len(row) {
				cell = EscapeMarkdown(row[i])
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	line(g.Header)
	for i := range n {
		if g.right(i) {
			b.WriteString("|--:")
		} else {
			b.WriteString("|:--")
		}
	}
	b.WriteString("|\n")
	for _, row := range rows {
		line(row)
	}
	if note != "" {
		b.WriteString("\n" + note + "\n")
	}
	return b.String()
}

var markdownEscaper = strings.NewReplacer("\r", "", "\n", "<br>", "&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "$", `\$`, "~", `\~`, "#", `\#`)

// EscapeMarkdown is s so that Markdown shows it as it is, on one line of source.
func EscapeMarkdown(s string) string { return markdownEscaper.Replace(s) }

// Text is the table for a terminal.
func (g *Grid) Text() string {
	rows, note := g.shown()
	widths := make([]int, g.width())
	all := append([][]string{}, rows...)
	if len(g.Header) > 0 {
		all = append([][]string{g.Header}, rows...)
	}
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(oneLine(cell)))
		}
	}
	var b strings.Builder
	if g.Caption != "" {
		b.WriteString(g.Caption + "\n")
	}
	for n, row := range all {
		b.WriteString(g.textRow(row, widths) + "\n")
		if n == 0 && len(g.Header) > 0 {
			for i, w := range widths {
				if i > 0 {
					b.WriteString("  ")
				}
				b.WriteString(strings.Repeat("-", w))
			}
			b.WriteString("\n")
		}
	}
	if note != "" {
		b.WriteString(note + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (g *Grid) textRow(row []string, widths []int) string {
	var b strings.Builder
	for i, w := range widths {
		cell := ""
		if i < len(row) {
			cell = oneLine(row[i])
		}
		if i > 0 {
			b.WriteString("  ")
		}
		space := strings.Repeat(" ", max(0, w-uniseg.StringWidth(cell)))
		if g.right(i) {
			b.WriteString(space + cell)
		} else {
			b.WriteString(cell + space)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

var lineJoiner = strings.NewReplacer("\r\n", "⏎", "\n", "⏎", "\t", " ")

func oneLine(s string) string { return lineJoiner.Replace(s) }
