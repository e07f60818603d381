package publish

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

func (w *markdownWriter) headingBlock(n *ast.Heading) string {
	w.count(n)
	s := strings.ReplaceAll(w.inlines(n), "\n", " ")
	if strings.HasSuffix(s, "#") { // which would be taken for a closing mark
		s = strings.TrimSuffix(s, "#") + reference('#')
	}
	if s == "" && w.target != Markdown {
		return fmt.Sprintf("<h%d></h%[1]d>", n.Level)
	}
	id := ""
	if len(w.headings) > 0 && w.headings[0].text == plainText(n, w.source) {
		id = w.headings[0].id
		if first := len(w.headings) == len(w.cell.headings); first && w.cell.titled && w.target == Jekyll && id != "" && w.page.isTitle(w.headings[0].text) {
			w.headings = w.headings[1:]
			return "" // the layout shows it
		}
		w.headings = w.headings[1:]
	}
	s = strings.Repeat("#", n.Level) + " " + strings.TrimSpace(s)
	if id != "" && w.heading != "" {
		s += fmt.Sprintf(w.heading, id)
	}
	return s
}

// quote writes a quotation; GitHub's alerts are MkDocs' admonitions.
func (w *markdownWriter) quote(n *ast.Blockquote) string {
	if w.depth > maxDepth {
		return strings.Join(w.blocks(n), "\n\n")
	}
	outer := w.inQuote
	w.inQuote = true
	blocks := w.blocks(n)
	w.inQuote = outer
	if kind, rest, ok := alert(blocks); ok {
		switch w.target {
		case Markdown:
			blocks[0] = strings.TrimSpace("[!" + kind + "]\n" + rest)
		case MkDocs:
			blocks[0] = rest
			return "!!! " + alerts[kind] + "\n\n" + indented(strings.TrimSpace(strings.Join(blocks, "\n\n")), "    ")
		}
	}
	var b strings.Builder
	for line := range strings.SplitSeq(strings.Join(blocks, "\n\n"), "\n") {
		if line != "" {
			line = " " + line
		}
		b.WriteString(">" + line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// alerts are GitHub's (https://docs.github.com/en/get-started/writing-on-github), with Material's names for the same.
var alerts = map[string]string{"NOTE": "note", "TIP": "tip", "IMPORTANT": "info", "WARNING": "warning", "CAUTION": "danger"}

// alert tells whether a quotation's blocks begin with [!NOTE] or the like.
func alert(blocks []string) (kind, rest string, ok bool) {
	if len(blocks) == 0 {
		return "", "", false
	}
	line, rest, _ := strings.Cut(blocks[0], "\n")
	kind, ok = strings.CutPrefix(brackets.Replace(strings.TrimSpace(line)), "[!")
	kind, ok2 := strings.CutSuffix(kind, "]")
	_, known := alerts[kind]
	return kind, rest, ok && ok2 && known
}

// brackets takes back what escape has made of them.
var brackets = strings.NewReplacer(`\[`, "[", `\]`, "]", reference('['), "[", reference(']'), "]")

func (w *markdownWriter) list(n *ast.List) string {
	if w.depth > maxDepth {
		var items []string
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			items = append(items, w.blocks(item)...)
		}
		return strings.Join(items, "\n\n")
	}
	number, bullet := n.Start, "-"
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if c := item.FirstChild(); c != nil && c.Kind() == ast.KindList {
			bullet = "+" // three - in a line would be a rule
		}
	}
	var items []string
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := bullet
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + "."
			number++
		}
		items = append(items, w.item(item, mark, n.IsTight))
	}
	var b strings.Builder
	for i, item := range items {
		if i > 0 {
			b.WriteByte('\n')
			// Python-Markdown takes the next item for text of the last block, if that is apart
			if !n.IsTight || w.target == MkDocs && strings.Contains(items[i-1], "\n\n") {
				b.WriteByte('\n')
			}
		}
		b.WriteString(item)
	}
	s := b.String()
	if n.IsOrdered() && n.Start != 1 && w.target == Jekyll { // kramdown counts from 1
		s += fmt.Sprintf("\n{: start=\"%d\"}", n.Start)
	}
	return s
}

func (w *markdownWriter) item(n ast.Node, mark string, tight bool) string {
	indent := len(mark) + 1
	if w.indent > 0 {
		mark += strings.Repeat(" ", max(w.indent-len(mark), 1))
		if indent = w.indent; w.target != MkDocs {
			indent = len(mark)
		}
	} else {
		mark += " "
	}
	var b strings.Builder
	if c := n.FirstChild(); w.target != Markdown && c != nil && (c.Kind() == ast.KindFencedCodeBlock || c.Kind() == ast.KindCodeBlock) {
		b.WriteString("<span></span>") // an item cannot begin with a fence there, nor be of nothing
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		s := w.block(c)
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			// a nested list may follow at once, other blocks need a line between
			if _, isList := c.(*ast.List); !isList || !tight || c.PreviousSibling() == nil || c.PreviousSibling().Kind() == ast.KindList {
				b.WriteByte('\n')
			}
			if p := c.PreviousSibling(); p != nil && p.Kind() == ast.KindList && c.Kind() == ast.KindList {
				b.WriteString("<!-- -->\n\n")
			}
		}
		b.WriteString(s)
	}
	if b.Len() == 0 {
		b.WriteString("<span></span>")
	}
	return strings.TrimRight(hanging(b.String(), mark, indent), " ")
}

func (w *markdownWriter) table(n *east.Table) string {
	var rows []string
	w.inTable = true
	defer func() { w.inTable = false }()
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			w.count(c)
			s := strings.TrimSpace(strings.ReplaceAll(w.inlines(c), "\n", " "))
			if w.target == Jekyll && strings.Trim(s, "\\+-:=") == "" { // kramdown has lines between rows anywhere
				s = references(strings.ReplaceAll(s, "\\", ""))
			}
			cells = append(cells, s)
		}
		rows = append(rows, "| "+strings.Join(cells, " | ")+" |")
		if row.Kind() == east.KindTableHeader {
			rows = append(rows, alignments(n.Alignments))
		}
	}
	return strings.Join(rows, "\n")
}

func alignments(columns []east.Alignment) string {
	s := "|"
	for _, a := range columns {
		switch a {
		case east.AlignLeft:
			s += " :-- |"
		case east.AlignRight:
			s += " --: |"
		case east.AlignCenter:
			s += " :-: |"
		default:
			s += " --- |"
		}
	}
	return s
}

// footnotes writes the notes at the end of a text. They are numbered through the page, since each text has its own.
func (w *markdownWriter) footnotes(n *east.FootnoteList) string {
	var notes []string
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		note, ok := c.(*east.Footnote)
		if !ok {
			continue
		}
		s := strings.Join(w.blocks(note), "\n\n")
		notes = append(notes, hanging(s, fmt.Sprintf("[^%d]: ", w.noteNumber(note.Index)), 4))
	}
	return strings.Join(notes, "\n\n")
}

func (w *markdownWriter) noteNumber(index int) int {
	if w.numbers[index] == 0 {
		w.notes++
		w.numbers[index] = w.notes
	}
	return w.numbers[index]
}

// environments of LaTeX that cannot stand between two $$, and what can.
var environments = strings.NewReplacer(
	`{align}`, `{aligned}`, `{align*}`, `{aligned}`, `{gather}`, `{gathered}`, `{gather*}`, `{gathered}`,
	`\begin{equation}`, ``, `\end{equation}`, ``, `\begin{equation*}`, ``, `\end{equation*}`, ``)

var blankLines = regexp.MustCompile(`\n\s*\n`)

var tagInTeX = regexp.MustCompile(`<([A-Za-z/!?])`)

// harmlessTeX has nothing that would be HTML on a site that does not know mathematics.
func harmlessTeX(tex string) string {
	return tagInTeX.ReplaceAllString(visibleText(tex), `\lt $1`)
}

func (w *markdownWriter) mathBlock(tex string) string {
	tex = strings.TrimSpace(blankLines.ReplaceAllString(environments.Replace(harmlessTeX(tex)), "\n"))
	tex = strings.ReplaceAll(tex, "$$", "")
	if tex == "" {
		return ""
	}
	// pymdownx looks for the marks before it looks for those of quotations, kramdown for the underlines of headings
	if w.inQuote && w.target == MkDocs || underline.MatchString(tex) && w.target == Jekyll {
		return "$$ " + strings.ReplaceAll(tex, "\n", " ") + " $$"
	}
	return "$$\n" + tex + "\n$$"
}

var underline = regexp.MustCompile(`(?m)^[-=]+[ \t]*$`)

// part is a piece of a cell's text: plain, or an admonition of MkDocs with its indented text.
type part struct {
	admonition string
	text       string
}

// https://squidfunk.github.io/mkdocs-material/reference/admonitions/
var admonition = regexp.MustCompile(`^(!!!|\?\?\?\+?) ([a-z]+(?: [a-z]+)*)(?: "([^"]*)")?[ \t]*$`)

// parts finds the admonitions in a text for MkDocs. The fences of code are left alone.
func (w *markdownWriter) parts(source string) []part {
	if w.target != MkDocs || !strings.Contains(source, "!!! ") && !strings.Contains(source, "??? ") && !strings.Contains(source, "???+ ") {
		return []part{{text: source}}
	}
	var parts []part
	var plain strings.Builder
	lines := strings.SplitAfter(source, "\n")
	mark := ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\r\n")
		m := admonition.FindStringSubmatch(line)
		if f := fenceMark.FindStringSubmatch(line); mark == "" && f != nil {
			mark = f[1]
		} else if mark != "" && strings.HasPrefix(strings.TrimLeft(line, " "), mark) {
			mark = ""
		}
		if m == nil || mark != "" {
			plain.WriteString(lines[i])
			continue
		}
		parts = append(parts, part{text: plain.String()})
		plain.Reset()
		var body strings.Builder
		for i+1 < len(lines) && (strings.HasPrefix(lines[i+1], "    ") || strings.TrimSpace(lines[i+1]) == "") {
			i++
			body.WriteString(strings.TrimPrefix(lines[i], "    "))
		}
		head := m[1] + " " + m[2]
		if m[3] != "" {
			head += ` "` + w.escape(m[3], "") + `"`
		}
		parts = append(parts, part{admonition: head, text: body.String()})
	}
	return append(parts, part{text: plain.String()})
}

var fenceMark = regexp.MustCompile("^ {0,3}(```+|~~~+)")
