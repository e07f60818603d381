package publish

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// prose writes Markdown.
func (r *htmlWriter) prose(source string) {
	src := []byte(source)
	doc := markdownParser().Parse(text.NewReader(src))
	if !hasRawHTML(doc) {
		r.render(r.w, src, doc)
		return
	}
	var b bytes.Buffer // tags that the notebook leaves open must not swallow the rest of the page
	r.render(&b, src, doc)
	r.add(balanced(b.String()))
}

func (r *htmlWriter) render(w writer, src []byte, doc ast.Node) {
	if err := r.markdown.Render(w, src, doc); err != nil {
		r.fail("its Markdown cannot be written", err)
	}
}

type writer interface{ Write([]byte) (int, error) }

func hasRawHTML(doc ast.Node) bool {
	found := false
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if k := n.Kind(); k == ast.KindRawHTML || k == ast.KindHTMLBlock {
			found = true
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return found
}

// markdownRenderer is goldmark's renderer with our own for what a page makes more of: anchors, code, tables,
// pictures, links, mathematics and HTML.
func (r *htmlWriter) markdownRenderer() renderer.Renderer {
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(html.NewRenderer(), 1000),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(
			extension.WithFootnoteIDPrefixFunction(func(ast.Node) []byte { // each cell counts its notes from 1
				return fmt.Appendf(nil, "iyagi:%d:", r.cell.number)
			}),
			extension.WithFootnoteBacklinkTitle(r.words.Back),
			extension.WithFootnoteLinkTitle(r.words.BackTo),
		), 500),
		util.Prioritized(nodeRenderers{r}, 100)))
}

// nodeRenderers are the functions of an htmlWriter for nodes.
type nodeRenderers struct{ *htmlWriter }

// RegisterFuncs is goldmark's.
func (n nodeRenderers) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, n.renderHeading)
	reg.Register(ast.KindCodeBlock, n.renderCode)
	reg.Register(ast.KindFencedCodeBlock, n.renderCode)
	reg.Register(ast.KindHTMLBlock, n.renderHTML)
	reg.Register(ast.KindRawHTML, n.renderHTML)
	reg.Register(ast.KindLink, n.renderLink)
	reg.Register(ast.KindAutoLink, n.renderAutoLink)
	reg.Register(ast.KindImage, n.renderImage)
	reg.Register(ast.KindParagraph, n.renderParagraph)
	reg.Register(extast.KindTable, n.renderTable)
	reg.Register(extast.KindTableHeader, n.renderTableHeader)
	reg.Register(extast.KindTableRow, n.renderTableRow)
	reg.Register(extast.KindTableCell, n.renderTableCell)
	reg.Register(extast.KindTaskCheckBox, n.renderCheckBox)
	reg.Register(kindMathInline, n.renderMath)
	reg.Register(kindMathBlock, n.renderMath)
}

func (n nodeRenderers) renderHeading(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	level := node.(*ast.Heading).Level
	var h heading // an output's Markdown has headings without anchors
	if n.heading < len(n.cell.headings) {
		h = n.cell.headings[n.heading]
	}
	if entering {
		if h.id != "" {
			fmt.Fprintf(w, `<h%d id="%s">`, level, esc(h.id))
		} else {
			fmt.Fprintf(w, "<h%d>", level)
		}
		return ast.WalkContinue, nil
	}
	titles := n.cell.titled && n.heading == 0
	if h.id != "" {
		if !titles {
			fmt.Fprintf(w, ` <a class="anchor" href="#%s" aria-label="%s: %s">#</a>`, esc(h.id), esc(n.words.Link), esc(h.text))
		}
		n.heading++
	}
	fmt.Fprintf(w, "</h%d>\n", level)
	if titles && h.id != "" {
		n.to(w, n.about)
	}
	return ast.WalkContinue, nil
}

func (n nodeRenderers) renderCode(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var b strings.Builder
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		b.Write(line.Value(source))
	}
	lang := ""
	if f, ok := node.(*ast.FencedCodeBlock); ok {
		lang = strings.ToLower(strings.Trim(string(f.Language(source)), "{}."))
	}
	n.to(w, func() {
		switch lang {
		case "mermaid":
			n.diagram(b.String(), "")
		case "math", "latex-math":
			n.formula(b.String(), true)
		default:
			n.block(lang, strings.TrimRight(b.String(), "\n"))
		}
	})
	return ast.WalkContinue, nil
}

func (n nodeRenderers) renderHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var b strings.Builder
	switch node := node.(type) {
	case *ast.RawHTML:
		for i := range node.Segments.Len() {
			s := node.Segments.At(i)
			b.Write(s.Value(source))
		}
	case *ast.HTMLBlock:
		for i := range node.Lines().Len() {
			s := node.Lines().At(i)
			b.Write(s.Value(source))
		}
		if node.HasClosure() {
			b.Write(node.ClosureLine.Value(source))
		}
	}
	w.WriteString(n.embed(n.safeHTML(b.String())))
	return ast.WalkSkipChildren, nil
}

func (n nodeRenderers) renderLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	l := node.(*ast.Link)
	if !entering {
		w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	w.WriteString(`<a href="` + esc(n.address(string(l.Destination))) + `"`)
	if len(l.Title) > 0 {
		w.WriteString(` title="` + esc(string(l.Title)) + `"`)
	}
	w.WriteByte('>')
	return ast.WalkContinue, nil
}

// address is where a link leads; nowhere if that would run something.
func (n nodeRenderers) address(destination string) string {
	to := util.URLEscape([]byte(n.link(destination, htmlAddress)), true)
	if !n.options.Trust && html.IsDangerousURL(bytes.ToLower(bytes.TrimSpace(to))) {
		return ""
	}
	return string(to)
}

func (n nodeRenderers) renderAutoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	l := node.(*ast.AutoLink)
	to := string(l.URL(source))
	if l.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(to), "mailto:") {
		to = "mailto:" + to
	}
	w.WriteString(`<a href="` + esc(n.address(to)) + `">` + esc(string(l.Label(source))) + "</a>")
	return ast.WalkContinue, nil
}

// renderParagraph makes a figure of a picture that is alone in its paragraph and has a title.
func (n nodeRenderers) renderParagraph(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "p"
	picture, ok := node.FirstChild().(*ast.Image)
	if ok = ok && node.ChildCount() == 1 && len(picture.Title) > 0; ok {
		tag = "figure"
	}
	switch {
	case entering:
		w.WriteString("<" + tag + ">")
	case ok:
		w.WriteString("<figcaption>" + esc(string(picture.Title)) + "</figcaption></figure>\n")
	default:
		w.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

func (n nodeRenderers) renderImage(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	i := node.(*ast.Image)
	alt := plainText(i, source)
	address, remote := n.pictureAddress(string(i.Destination), true)
	if remote {
		w.WriteString(`<a class="remote" href="` + esc(n.address(string(i.Destination))) + `">` + esc(or(alt, n.words.RemotePicture)) + "</a>")
		return ast.WalkSkipChildren, nil
	}
	w.WriteString(`<img src="` + esc(address) + `" alt="` + esc(alt) + `"`)
	if len(i.Title) > 0 && (node.Parent().Kind() != ast.KindParagraph || node.Parent().ChildCount() > 1) { // else a caption has it
		w.WriteString(` title="` + esc(string(i.Title)) + `"`)
	}
	w.WriteByte('>')
	return ast.WalkSkipChildren, nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (n nodeRenderers) renderTable(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(`<div class="table" role="group" aria-label="` + esc(n.words.Table) + "\"><table>\n")
	} else {
		w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

func (n nodeRenderers) renderTableHeader(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString("<thead>\n<tr>")
	} else {
		w.WriteString("</tr>\n</thead>\n")
		if node.NextSibling() != nil {
			w.WriteString("<tbody>\n")
		}
	}
	return ast.WalkContinue, nil
}

func (n nodeRenderers) renderTableRow(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString("<tr>")
	} else {
		w.WriteString("</tr>\n")
		if node.NextSibling() == nil {
			w.WriteString("</tbody>\n")
		}
	}
	return ast.WalkContinue, nil
}

// renderTableCell tells readers what heads a column, and what heads a row: the first cell, when the corner above it
// is empty.
func (n nodeRenderers) renderTableCell(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	c := node.(*extast.TableCell)
	inHeader := c.Parent().Kind() == extast.KindTableHeader
	first := c.PreviousSibling() == nil
	tag, scope := "td", ""
	switch {
	case inHeader && c.HasChildren():
		tag, scope = "th", ` scope="col"`
	case !inHeader && first && emptyCorner(c):
		tag, scope = "th", ` scope="row"`
	}
	if !entering {
		w.WriteString("</" + tag + ">")
		return ast.WalkContinue, nil
	}
	w.WriteString("<" + tag + scope)
	if c.Alignment != extast.AlignNone {
		w.WriteString(` style="text-align:` + c.Alignment.String() + `"`)
	}
	w.WriteByte('>')
	return ast.WalkContinue, nil
}

func emptyCorner(c *extast.TableCell) bool {
	header := c.Parent().Parent().FirstChild()
	return header != nil && header.Kind() == extast.KindTableHeader && header.FirstChild() != nil && !header.FirstChild().HasChildren()
}

func (n nodeRenderers) renderCheckBox(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	checked, label := "", n.words.ToDo
	if node.(*extast.TaskCheckBox).IsChecked {
		checked, label = " checked", n.words.Done
	}
	w.WriteString(`<input type="checkbox" disabled` + checked + ` aria-label="` + esc(label) + `"> `)
	return ast.WalkContinue, nil
}

func (n nodeRenderers) renderMath(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n.to(w, func() {
		switch node := node.(type) {
		case *mathInline:
			n.formula(node.tex, node.display)
		case *mathBlock:
			n.formula(node.tex(source), true)
			n.add("\n")
		}
	})
	return ast.WalkSkipChildren, nil
}
