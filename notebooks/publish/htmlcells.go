package publish

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"iyagi/notebooks/nbformat"
)

var esc = html.EscapeString

// htmlWriter writes the cells of a page. It belongs to one goroutine.
type htmlWriter struct {
	*htmlPage
	w        *bufio.Writer
	markdown renderer.Renderer
	formulas formulas
	cell     *cell  // the one that is being written
	frame    *frame // for what stands below the title
	heading  int    // index of the next heading of the cell
	err      error  // the first one
}

func newHTMLWriter(h *htmlPage, w *bufio.Writer) *htmlWriter {
	r := &htmlWriter{htmlPage: h, w: w}
	r.markdown = r.markdownRenderer()
	return r
}

func (r *htmlWriter) add(parts ...string) {
	for _, s := range parts {
		r.w.WriteString(s) // the first error stays in w and comes from Flush
	}
}

// fail keeps the first error of the cell.
func (r *htmlWriter) fail(reason string, err error) {
	r.err = cmp.Or(r.err, r.fault(r.cell, reason, err))
}

// cells writes all cells. A page whose text has no title gets the one of its front matter.
func (r *htmlWriter) cells(f *frame) error {
	r.frame = f
	titled := false
	for _, c := range r.page.cells {
		titled = titled || c.titled
	}
	if !titled {
		r.add("<h1>", esc(r.title), "</h1>\n")
		r.about()
	}
	for _, c := range r.page.cells {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		r.cell, r.heading = c, 0
		switch c.Type {
		case nbformat.Markdown:
			r.text(c)
		case nbformat.Code:
			r.code(c)
		case nbformat.Raw:
			r.raw(c)
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// to lets f write to another place, where goldmark wants its output.
func (r *htmlWriter) to(w util.BufWriter, f func()) {
	b := r.w
	r.w = bufio.NewWriter(w)
	f()
	r.w.Flush()
	r.w = b
}

// about writes what stands below the title.
func (r *htmlWriter) about() {
	if err := templates().ExecuteTemplate(r.w, "about", r.frame); err != nil {
		r.err = cmp.Or(r.err, err)
	}
}

// text writes a Markdown cell.
func (r *htmlWriter) text(c *cell) {
	if c.input == folded {
		r.add(`<details class="fold"><summary>`, esc(r.words.ShowText), "</summary>\n")
		defer r.add("</details>\n")
	}
	r.prose(c.Source)
}

// raw writes a raw cell that is meant for HTML pages.
func (r *htmlWriter) raw(c *cell) {
	for _, field := range []string{"raw_mimetype", "format"} {
		switch kind, _ := c.Metadata.Text(field); kind {
		case "text/html":
			r.add(`<div class="html">`, r.embed(balanced(r.safeHTML(c.Source))), "</div>\n")
			return
		case "text/markdown":
			r.prose(c.Source)
			return
		}
	}
}

// code writes a code cell with its outputs.
func (r *htmlWriter) code(c *cell) {
	source := strings.TrimRight(c.Source, "\n \t")
	outputs := c.outputs != removed && len(c.Outputs) > 0
	if !outputs && (c.input == removed || source == "") {
		return
	}
	r.add(`<section class="cell">`, "\n")
	if c.input != removed && source != "" {
		if c.input == folded {
			r.add(`<details class="fold"><summary>`, esc(r.words.ShowInput), "</summary>\n")
		}
		r.block(r.codeLang, source)
		if c.input == folded {
			r.add("</details>\n")
		}
	}
	if outputs {
		if c.outputs == folded {
			r.add(`<details class="fold"><summary>`, esc(r.words.ShowOutput), "</summary>\n")
		}
		r.add(`<div class="outputs" role="group" aria-label="`, esc(r.words.Output), `">`, "\n")
		for _, o := range c.Outputs {
			r.output(o)
		}
		r.add("</div>\n")
		if c.outputs == folded {
			r.add("</details>\n")
		}
	}
	r.add("</section>\n")
}

// block writes highlighted code with a button that copies it.
func (r *htmlWriter) block(lang, source string) {
	r.add(`<div class="code"><pre><code>`)
	highlight(r.w, lang, source)
	r.add(`</code></pre><button type="button" class="copy" data-done="`, esc(r.words.Copied), `">`, esc(r.words.Copy), "</button></div>\n")
}

func (r *htmlWriter) output(o *nbformat.Output) {
	switch o.Type {
	case nbformat.Stream:
		label, class := "", "stream"
		if o.Name == "stderr" {
			label, class = r.words.Stderr, "stream stderr"
		}
		r.terminal(class, label, o.Text)
	case nbformat.ErrorOutput:
		trace := strings.Join(o.Traceback, "\n")
		if strings.TrimSpace(trace) == "" {
			trace = o.EName + ": " + o.EValue
		}
		r.terminal("stream error", r.words.Error, trace)
	case nbformat.DisplayData, nbformat.ExecuteResult:
		r.display(o)
	}
}

// terminal writes what a program printed, with a label if it is more than the cell's output.
func (r *htmlWriter) terminal(class, label, text string) {
	if text == "" {
		return
	}
	r.add(`<pre class="`, class, `"`)
	if label != "" {
		r.add(` role="group" aria-label="`, esc(label), `"`)
	}
	r.add(">")
	ansiHTML(r.w, strings.TrimRight(text, "\n"))
	r.add("</pre>\n")
}

// display writes the best representation of an output.
func (r *htmlWriter) display(o *nbformat.Output) {
	mime, value := htmlForms.choose(o)
	switch mime {
	case "":
	case "text/html":
		r.add(`<div class="html">`, headless(r.embed(balanced(r.safeHTML(value)))), "</div>\n")
	case "text/markdown":
		r.add(`<div class="prose">`)
		r.prose(value)
		r.add("</div>\n")
	case "text/latex":
		r.latex(value)
	case "text/vnd.mermaid":
		plain, _ := o.Data.Text("text/plain")
		r.diagram(value, plain)
	case "application/json":
		var b bytes.Buffer
		if json.Indent(&b, []byte(value), "", "  ") == nil {
			value = b.String()
		}
		r.block("json", value)
	case "text/plain":
		r.terminal("stream", "", value)
	default:
		r.picture(o, mime, value)
	}
}

var emptyHead = regexp.MustCompile(`<th(?: scope="[a-z]+")?((?: [a-z]+="[^"]*")*)></th>`)

// headless makes table cells of table headings without a text, such as the corner of a data frame: a screen reader would
// announce them for nothing.
func headless(s string) string {
	if !strings.Contains(s, "></th>") {
		return s
	}
	return emptyHead.ReplaceAllString(s, "<td$1></td>")
}

// latex writes a formula that an output shows; its marks are those of MathJax.
func (r *htmlWriter) latex(value string) {
	tex, display := strings.TrimSpace(value), true
	for _, m := range []struct {
		open, close string
		display     bool
	}{{"$$", "$$", true}, {`\[`, `\]`, true}, {"$", "$", true}, {`\(`, `\)`, true}} {
		if inner, ok := strings.CutPrefix(tex, m.open); ok && strings.HasSuffix(inner, m.close) {
			tex, display = strings.TrimSuffix(inner, m.close), m.display
			break
		}
	}
	r.formula(tex, display)
	r.add("\n")
}

// picture writes a picture of an output as the page's own data: an img runs no script of an SVG.
func (r *htmlWriter) picture(o *nbformat.Output, mime, value string) {
	var about struct {
		Width, Height json.Number
		Alt           string
	}
	o.Metadata.Get(mime, &about) // of another form: says nothing
	if about.Alt == "" {
		about.Alt, _ = o.Data.Text("text/plain")
		if strings.HasPrefix(about.Alt, "<") { // the type of an object, as in <Figure size 640x480>
			about.Alt = ""
		}
	}
	address := "data:" + mime + ";base64,"
	if mime == "image/svg+xml" {
		address += base64.StdEncoding.EncodeToString([]byte(value))
	} else {
		address += strings.Join(strings.Fields(value), "")
	}
	r.add(`<p class="picture"><img src="`, esc(address), `" alt="`, esc(cmp.Or(about.Alt, r.words.Picture)), `"`)
	for i, n := range []json.Number{about.Width, about.Height} {
		name := [...]string{"width", "height"}[i]
		if v, err := n.Int64(); err == nil && v > 0 {
			r.add(" ", name, `="`, n.String(), `"`)
		}
	}
	r.add("></p>\n")
}

// diagram writes a Mermaid diagram as text: the drawing of it in characters if there is one, else its source, which
// is made to be read, and says what it is.
func (r *htmlWriter) diagram(source, drawn string) {
	text, caption := strings.Trim(drawn, "\n"), ""
	if text == "" {
		text, caption = strings.Trim(source, "\n"), "<figcaption>"+esc(r.words.Diagram)+" (Mermaid)</figcaption>"
	}
	r.add(`<figure class="diagram"><pre role="group" aria-label="`, esc(r.words.Diagram), `">`, esc(text), "</pre>", caption, "</figure>\n")
}
