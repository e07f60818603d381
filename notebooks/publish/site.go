package publish

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"

	"iyagi/notebooks/frontmatter"
	"iyagi/notebooks/nbformat"
)

// site is a kind of site that makes pages of Markdown files.
type site struct {
	*dialect

	// place tells where a page goes. Its error says what the page lacks.
	place func(*page) (place, error)

	// card writes a run card, given in HTML and in Markdown; nil: as any other output.
	card func(w *markdownWriter, html, markdown string) []string

	// printed writes a block of what a program printed, with a word that says so.
	printed func(label, block string) string

	// style is where the style sheet for the site goes, empty: there is none.
	style string

	// finish makes the file of the page's blocks.
	finish func(*markdownWriter, []string) (string, error)
}

// place is where a page and its pictures go.
type place struct {
	file      string              // below the output folder
	folder    string              // of pictures, below the output folder
	picture   func(string) string // address of a picture in that folder, seen from the page
	leadingTo string              // what stands in a link to the page
}

// Marks around what the site's own language must read, within a text that it must not; pages have no control characters.
const (
	liveOpen  = "\x00"
	liveClose = "\x01"
	nowhere   = liveOpen + liveClose // address of what is no page of the site
)

// pageForms is what a Markdown page can show. Tables in Markdown look like the site's own; a picture in points is
// harmless, one in SVG may run a script when it is opened by itself.
var pageForms = forms{"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml",
	"text/markdown", "text/latex", "text/vnd.mermaid", "text/html", "application/json", "text/plain"}

func init() {
	writers[MkDocs] = mkdocsSite.files
	writers[Jekyll] = jekyllSite.files
	writers[Markdown] = markdownSite.files
}

// files writes the pages, and then their pictures.
func (s *site) files(ctx context.Context, pages []*page, _ Options) ([]File, error) {
	var files, pictures []File
	names := map[string]string{}
	for _, p := range pages {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		at, err := s.place(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.path, err)
		}
		if other, taken := names[at.file]; taken {
			return nil, fmt.Errorf("%s and %s would both be published as %s: give one of them another slug in its front matter", other, p.path, at.file)
		}
		names[at.file] = p.path
		text, more, err := s.page(p, at)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: at.file, Content: plainContent(text)})
		pictures = append(pictures, more...)
	}
	if s.style != "" {
		pictures = append(pictures, File{Name: s.style, Content: plainContent(asset("site.css"))})
	}
	return append(files, pictures...), nil
}

// page writes one page and returns it with its pictures.
func (s *site) page(p *page, at place) (string, []File, error) {
	w := &markdownWriter{
		dialect: s.dialect, page: p, site: s,
		pictures: &pictures{page: p, folder: at.folder, address: at.picture, names: map[string]bool{}, known: map[string]string{}},
		address: func(other *page) string {
			to, err := s.place(other)
			if err != nil {
				return nowhere
			}
			return to.leadingTo
		},
	}
	var blocks []string
	for _, c := range p.cells {
		w.cell = c
		switch c.Type {
		case nbformat.Markdown:
			blocks = append(blocks, w.fold(c.input, p.words.ShowInput, w.text(c.Source, c.headings))...)
		case nbformat.Raw:
			blocks = append(blocks, w.raw(c)...)
		case nbformat.Code:
			blocks = append(blocks, w.codeCell(c)...)
		}
		if w.err != nil {
			return "", nil, w.err
		}
	}
	text, err := s.finish(w, blocks)
	return text, w.pictures.files, err
}

// matter returns a copy of the page's front matter, to be added to.
func (p *page) matter() *frontmatter.Matter {
	if p.front != nil {
		m := *p.front
		return &m
	}
	m, _, err := frontmatter.Split("---\n---\n", "")
	if err != nil {
		panic(err) // it is empty
	}
	return m
}

// raw writes a raw cell that is meant for this kind of page, as it is: here an author can use the site's own
// language.
func (w *markdownWriter) raw(c *cell) []string {
	for _, field := range []string{"raw_mimetype", "format"} {
		switch kind, _ := c.Metadata.Text(field); kind {
		case "text/markdown":
			if w.page.options.Trust {
				return []string{liveOpen + strings.TrimSpace(visibleText(c.Source)) + liveClose}
			}
			return w.text(c.Source, nil)
		case "text/html":
			return []string{w.htmlOutput("iyagi-html", balanced(w.page.safeHTML(c.Source)))}
		}
	}
	return nil
}

// fold puts blocks behind a click.
func (w *markdownWriter) fold(v visibility, summary string, blocks []string) []string {
	if v == removed || len(blocks) == 0 {
		return nil
	}
	if v == shown {
		return blocks
	}
	open := "<details" + w.parsed + ">\n<summary>" + html.EscapeString(summary) + "</summary>"
	return append(append([]string{open}, blocks...), "</details>")
}

// codeCell writes a code cell with what it put out.
func (w *markdownWriter) codeCell(c *cell) []string {
	var blocks []string
	if source := strings.TrimRight(c.Source, "\n \t"); source != "" {
		blocks = w.fold(c.input, w.page.words.ShowInput, []string{fence(w.page.codeLang, source)})
	}
	if c.outputs == removed {
		return blocks
	}
	var outputs []string
	for _, o := range c.Outputs {
		outputs = append(outputs, w.output(o)...)
	}
	return append(blocks, w.fold(c.outputs, w.page.words.ShowOutput, outputs)...)
}

func (w *markdownWriter) output(o *nbformat.Output) []string {
	words := w.page.words
	switch o.Type {
	case nbformat.Stream:
		if o.Name == "stderr" {
			return w.terminal(words.Stderr, o.Text)
		}
		return w.terminal(words.Output, o.Text)
	case nbformat.ErrorOutput:
		trace := strings.Join(o.Traceback, "\n")
		if strings.TrimSpace(trace) == "" {
			trace = o.EName + ": " + o.EValue
		}
		return w.terminal(words.Error, trace)
	case nbformat.DisplayData, nbformat.ExecuteResult:
		if w.site.card != nil && o.Metadata.Raw("iyagi") != nil {
			if card, ok := o.Data.Text("text/html"); ok {
				markdown, _ := o.Data.Text("text/markdown")
				return w.site.card(w, card, markdown)
			}
		}
		return w.display(o)
	}
	return nil
}

// terminal writes what a program printed.
func (w *markdownWriter) terminal(label, text string) []string {
	if text = strings.TrimRight(plainTerminal(text), "\n"); text == "" {
		return nil
	}
	return []string{w.site.printed(label, fence("text", text))}
}

var spans = regexp.MustCompile(`</?span[^>]*>`)

// plainTerminal is a terminal's text without colours, and with lines overwritten as in a progress bar.
func plainTerminal(s string) string {
	if !strings.ContainsAny(s, "\x1b\r\b\a") {
		return s
	}
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	ansiHTML(out, s)
	out.Flush()
	return html.UnescapeString(spans.ReplaceAllString(b.String(), ""))
}

// display writes the best representation of an output.
func (w *markdownWriter) display(o *nbformat.Output) []string {
	mime, value := pageForms.choose(o)
	switch mime {
	case "":
		return nil
	case "text/html":
		return []string{w.htmlOutput("iyagi-html", balanced(w.page.safeHTML(value)))}
	case "text/markdown":
		return w.text(value, nil)
	case "text/latex":
		return present(w.mathBlock(strings.Trim(strings.TrimSpace(value), "$")))
	case "text/vnd.mermaid":
		return []string{fence("mermaid", value)}
	case "application/json":
		var b bytes.Buffer
		if json.Indent(&b, []byte(value), "", "  ") == nil {
			value = b.String()
		}
		return []string{fence("json", value)}
	case "text/plain":
		return w.terminal(w.page.words.Output, value)
	}
	return w.picture(o, mime, value)
}

func (w *markdownWriter) picture(o *nbformat.Output, mime, value string) []string {
	var about struct{ Alt string }
	o.Metadata.Get(mime, &about) // of another form: says nothing
	if about.Alt == "" {
		about.Alt, _ = o.Data.Text("text/plain")
		if strings.HasPrefix(about.Alt, "<") { // the type of an object, as in <Figure size 640x480>
			about.Alt = ""
		}
	}
	if about.Alt == "" {
		about.Alt = w.page.words.Picture
	}
	if mime == "image/svg+xml" && !w.page.options.Trust && !harmlessSVG(value) {
		return w.terminal(w.page.words.Output, about.Alt)
	}
	at, err := w.pictures.output(w.cell, mime, value)
	if err != nil {
		w.fail(err)
		return nil
	}
	w.counts = counts{lines: 1}
	return []string{"![" + w.escape(strings.Join(strings.Fields(about.Alt), " "), "") + "](" + at + ")"}
}

// present is a list of one block, unless that is empty.
func present(block string) []string {
	if block == "" {
		return nil
	}
	return []string{block}
}
