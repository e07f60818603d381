package publish

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// dialect is a kind of Markdown. Cells are written in JupyterLab's; the sites read others, in which the same
// characters mean other things: so cells are read as JupyterLab does and written anew, and what is
// text there is text on the page.
type dialect struct {
	target Target

	// A backslash makes these characters of the text plain; others are written as HTML's
	// character references, which every dialect knows.
	escapable string

	// indent is the indentation of what belongs to an item of a list; 0: as wide as its mark.
	indent int

	// heading is what stands behind a heading to give it an id, as a format; empty: the reader makes them
	// as GitHub does. It is on a line of its own if it begins with one.
	heading string

	inlineMath string // marks mathematics in a text, on both sides

	// parsed is the attribute of an HTML element whose content is Markdown.
	parsed string
}

var (
	// https://spec.commonmark.org/0.31.2/#backslash-escapes
	commonMark = &dialect{target: Markdown, escapable: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", inlineMath: "$"}
	// https://python-markdown.github.io, with the extensions that Material for MkDocs recommends: {#id} with spaces, since
	// the macros plugin takes {# for a comment
	pythonMarkdown = &dialect{target: MkDocs, escapable: "\\`*_{}[]()>#+-.!", indent: 4, heading: " { #%s }", inlineMath: "$", parsed: ` markdown="1"`}
	// https://kramdown.gettalong.org/syntax.html: {#id} takes ASCII only
	kramdown = &dialect{target: Jekyll, escapable: "\\.*_+`<>()[]{}#!:|\"'$=-", indent: 4, heading: "\n{: id=\"%s\"}", inlineMath: "$$", parsed: ` markdown="1"`}
)

// markdownWriter writes the Markdown of one page in a dialect. The first error ends it.
type markdownWriter struct {
	*dialect
	site     *site
	page     *page
	cell     *cell // the one that is being written
	pictures *pictures
	address  func(*page) string // of another page, seen from this one, or nowhere
	notes    int                // footnotes of the page so far
	err      error

	open []string // HTML elements that the text has left open

	// of the text that is being written
	source   []byte
	headings []heading   // with ids, those that are still to come
	numbers  map[int]int // of footnotes: from the text's own to the page's
	depth    int         // of containers
	counts   counts      // of the block
	inTable  bool
	inLink   bool
	inQuote  bool
}

// maxDepth is how deep lists and quotes may stand in each other; what is deeper is shown without its marks.
const maxDepth = 40

// text returns the blocks of a Markdown text, each without a line end. Headings get ids if they are those of the cell.
func (w *markdownWriter) text(source string, headings []heading) []string {
	outer := *w
	defer func() {
		err, notes := w.err, w.notes
		*w = outer
		w.err, w.notes = err, notes
	}()
	w.open = nil
	w.source, w.headings, w.numbers = []byte(source), headings, map[int]int{}
	var blocks []string
	for _, part := range w.parts(source) {
		if part.admonition != "" {
			blocks = append(blocks, part.admonition+"\n\n"+indented(strings.Join(w.text(part.text, nil), "\n\n"), "    "))
			continue
		}
		w.source = []byte(part.text)
		blocks = append(blocks, w.blocks(markdownParser().Parse(text.NewReader(w.source)))...)
	}
	for len(w.open) > 0 {
		blocks = append(blocks, "</"+w.open[len(w.open)-1]+">")
		w.open = w.open[:len(w.open)-1]
	}
	return blocks
}

// blocks returns the blocks in a container.
func (w *markdownWriter) blocks(container ast.Node) []string {
	var blocks []string
	for n := container.FirstChild(); n != nil; n = n.NextSibling() {
		if p := n.PreviousSibling(); p != nil && merges(p, n) {
			blocks = append(blocks, "<!-- -->")
		}
		if s := w.block(n); s != "" {
			blocks = append(blocks, s)
		}
	}
	return blocks
}

// merges tells whether two blocks in a row would become one: Python-Markdown joins any lists, others those of a kind.
func merges(a, b ast.Node) bool {
	return a.Kind() == b.Kind() && (a.Kind() == ast.KindList || a.Kind() == ast.KindBlockquote)
}

func (w *markdownWriter) block(n ast.Node) string {
	w.depth++
	defer func() { w.depth-- }()
	switch n := n.(type) {
	case *ast.Heading:
		return w.headingBlock(n)
	case *ast.ThematicBreak:
		return "* * *"
	case *ast.FencedCodeBlock:
		return fence(string(n.Language(w.source)), w.lines(n))
	case *ast.CodeBlock:
		return fence("", w.lines(n))
	case *mathBlock:
		return w.mathBlock(n.tex(w.source))
	case *ast.HTMLBlock:
		s := w.lines(n)
		if n.HasClosure() {
			s += string(n.ClosureLine.Value(w.source))
		}
		return w.html(w.page.safeHTML(s))
	case *ast.Blockquote:
		return w.quote(n)
	case *ast.List:
		return w.list(n)
	case *east.Table:
		return w.table(n)
	case *east.FootnoteList:
		return w.footnotes(n)
	case *ast.Paragraph, *ast.TextBlock:
		w.count(n)
		return w.paragraph(w.inlines(n))
	}
	if n.Type() == ast.TypeBlock { // of an extension that is not known here
		return strings.Join(w.blocks(n), "\n\n")
	}
	return w.paragraph(w.inlines(n))
}

// lines are the lines of a block that is not parsed further.
func (w *markdownWriter) lines(n ast.Node) string {
	var b bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(w.source))
	}
	return b.String()
}

// indented puts a prefix before each line that has something.
func indented(s, prefix string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = prefix + line
		}
	}
	return strings.Join(lines, "\n")
}

// hanging puts first before the first line and as many spaces before the others.
func hanging(s, first string, indent int) string {
	return first + strings.TrimLeft(indented(s, strings.Repeat(" ", indent)), " ")
}

// fence is a block of code. Its marks are longer than any within.
func fence(language, code string) string {
	mark := "```"
	for strings.Contains(code, mark) {
		mark += "`"
	}
	if language = strings.ToLower(language); strings.ContainsFunc(language, notInLanguage) {
		language = ""
	}
	code = strings.TrimSuffix(visibleText(code), "\n")
	return mark + language + "\n" + code + "\n" + mark
}

// notInLanguage tells what no name of a language has; the sites take more behind a fence's mark for
// options.
func notInLanguage(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '+' && r != '#' && r != '-' && r != '_' && r != '.'
}

// visibleText replaces the control characters but tab and line end: Python-Markdown and this package use some of them as
// marks of their own, and no page can show them.
func visibleText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return '\ufffd'
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}
