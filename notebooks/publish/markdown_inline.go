package publish

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer/html"
)

// inlines returns the text in a node.
func (w *markdownWriter) inlines(n ast.Node) string {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > 4*maxDepth {
		return w.escape(plainText(n, w.source), "")
	}
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		b.WriteString(w.inline(c, b.String()))
	}
	return b.String()
}

// inline returns one node; before is the text that stands before it.
func (w *markdownWriter) inline(n ast.Node, before string) string {
	switch n := n.(type) {
	case *ast.Text:
		s := w.escape(unescaped(n.Segment.Value(w.source)), before)
		switch {
		case n.HardLineBreak() && (s == "" && (before == "" || strings.HasSuffix(before, "\n"))):
			s = "<br> " // a line of its own would be a block of HTML
		case n.HardLineBreak():
			s += "<br>\n"
		case n.SoftLineBreak():
			s += "\n"
		}
		return s
	case *ast.String:
		return w.escape(string(n.Value), before)
	case *ast.CodeSpan:
		return w.code(n)
	case *ast.Emphasis:
		return w.emphasis(n, before)
	case *east.Strikethrough:
		if w.target == Markdown && !strings.HasSuffix(before, "~") {
			return "~~" + w.inlines(n) + "~~"
		}
		return "<del>" + w.inlines(n) + "</del>"
	case *ast.Link:
		return w.link(n)
	case *ast.Image:
		return w.image(n)
	case *ast.AutoLink:
		return w.autoLink(n)
	case *ast.RawHTML:
		var s strings.Builder
		for i := range n.Segments.Len() {
			segment := n.Segments.At(i)
			s.Write(segment.Value(w.source))
		}
		return strings.ReplaceAll(w.element(w.page.safeHTML(s.String()), false), "\n", " ")
	case *mathInline:
		return w.inlineTeX(n)
	case *east.FootnoteLink:
		return fmt.Sprintf("[^%d]", w.noteNumber(n.Index))
	case *east.FootnoteBacklink:
		return ""
	case *east.TaskCheckBox:
		if n.IsChecked {
			return "[x] "
		}
		return "[ ] "
	}
	return w.inlines(n)
}

// emphasis uses HTML where the dialects disagree about what the stars next to each other mean, or where these would be no marks
// (https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run).
func (w *markdownWriter) emphasis(n *ast.Emphasis, before string) string {
	s := w.inlines(n)
	tag, mark := "em", "*"
	if n.Level > 1 {
		tag, mark = "strong", "**"
	}
	if s == "" {
		return ""
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	next := w.after(n)
	first, _ := utf8.DecodeRuneInString(s)
	end, _ := utf8.DecodeLastRuneInString(s)
	nested := n.Parent().Kind() == ast.KindEmphasis || contains(n, ast.KindEmphasis) || isEmphasis(n.PreviousSibling()) || isEmphasis(n.NextSibling())
	flanking := (wordy(first) || !wordy(last)) && (wordy(end) || !wordy(next))
	if nested || !flanking || strings.TrimSpace(s) != s || strings.Contains(s, "<br>") {
		return "<" + tag + ">" + s + "</" + tag + ">"
	}
	return mark + s + mark
}

// after is the first character of the text behind a node, 0 if no text follows.
func (w *markdownWriter) after(n ast.Node) rune {
	if t, ok := n.NextSibling().(*ast.Text); ok && t.Segment.Len() > 0 {
		r, _ := utf8.DecodeRune(t.Segment.Value(w.source))
		return r
	}
	return 0
}

func isEmphasis(n ast.Node) bool { return n != nil && n.Kind() == ast.KindEmphasis }

// contains tells whether there is a node of a kind below n.
func contains(n ast.Node, kind ast.NodeKind) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Kind() == kind || contains(c, kind) {
			return true
		}
	}
	return false
}

// code writes a span of code: in HTML where backticks do not do, or where the dialects disagree.
func (w *markdownWriter) code(n *ast.CodeSpan) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(w.source))
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		}
	}
	s := visibleText(strings.ReplaceAll(b.String(), "\n", " "))
	if s == "" || strings.TrimSpace(s) != s || strings.Contains(s, "``") || strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") ||
		w.inTable && strings.ContainsAny(s, `|\`) || strings.HasSuffix(s, `\`) {
		return "<code>" + references(s) + "</code>"
	}
	if strings.Contains(s, "`") {
		return "``" + s + "``"
	}
	return "`" + s + "`"
}

func (w *markdownWriter) link(n *ast.Link) string {
	s := w.label(func() string { return w.inlines(n) })
	to := unescaped(n.Destination)
	if !w.page.options.Trust && html.IsDangerousURL([]byte(strings.TrimSpace(to))) {
		return s
	}
	to, ok := w.destination(to)
	if !ok {
		return s
	}
	return "[" + s + "](" + to + w.title(n.Title) + ")"
}

// label writes the text of a link.
func (w *markdownWriter) label(text func() string) string {
	outer := w.inLink
	w.inLink = true
	s := text()
	w.inLink = outer
	if rest, ok := strings.CutPrefix(s, "^"); ok { // of a note
		return reference('^') + rest
	}
	return s
}

// destination returns where a link of the notebook leads on the site; ok is false if there is no page for it.
func (w *markdownWriter) destination(to string) (at string, ok bool) {
	w.page.meet(to)
	at = w.page.link(to, w.address)
	if strings.HasPrefix(at, nowhere) {
		return "", false
	}
	if command, rest, isLive := strings.Cut(at, liveClose); isLive {
		return command + liveClose + destination(rest), true
	}
	return destination(at), true
}

func (w *markdownWriter) title(title []byte) string {
	if len(title) == 0 {
		return ""
	}
	s := strings.ReplaceAll(visibleText(unescaped(title)), "\n", " ")
	s = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;", `\`, "&#92;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;").Replace(s)
	return ` "` + s + `"`
}

// destination writes an address so that every dialect takes it whole.
func destination(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r == '&' && referencePattern.MatchString(s[i:]) {
			b.WriteString("&amp;")
			continue
		}
		stray := r == '%' && !encodedByte.MatchString(s[i:])
		if stray || r <= ' ' || r == 0x7f || strings.ContainsRune("<>()[]{}\"'`\\|*^$", r) {
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

var encodedByte = regexp.MustCompile(`^%[0-9A-Fa-f]{2}`)

func (w *markdownWriter) image(n *ast.Image) string {
	alt := w.escape(strings.ReplaceAll(unescaped([]byte(plainText(n, w.source))), "\n", " "), "")
	to := unescaped(n.Destination)
	if !w.page.options.Trust && html.IsDangerousURL([]byte(strings.TrimSpace(to))) {
		return alt
	}
	at, err := w.pictures.of(w.cell, to)
	if err != nil {
		w.fail(err)
		return ""
	}
	return "![" + alt + "](" + at + w.title(n.Title) + ")"
}

func (w *markdownWriter) autoLink(n *ast.AutoLink) string {
	label, to := string(n.Label(w.source)), string(n.URL(w.source))
	switch {
	case n.AutoLinkType == ast.AutoLinkEmail && !strings.ContainsAny(label, "{}`'|"):
		return "<" + label + ">"
	case label == to && (strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://")) && !strings.ContainsAny(to, "<>[]{}`\\|*^$\"' "):
		return "<" + to + ">"
	case n.AutoLinkType == ast.AutoLinkEmail:
		to = "mailto:" + label
	case !w.page.options.Trust && html.IsDangerousURL([]byte(to)):
		return w.escape(label, "")
	}
	return "[" + w.label(func() string { return w.escape(label, "") }) + "](" + destination(to) + ")"
}

func (w *markdownWriter) inlineTeX(n *mathInline) string {
	tex, mark := strings.Join(strings.Fields(harmlessTeX(n.tex)), " "), w.inlineMath
	if w.inTable {
		tex = strings.NewReplacer(`\|`, `\Vert{}`, "|", `\vert{}`).Replace(tex)
	}
	if n.display && w.target == Markdown {
		mark = "$$"
	}
	if mark == "$$" {
		if tex = strings.ReplaceAll(tex, "$$", ""); strings.HasSuffix(tex, "$") {
			tex += " "
		}
	} else if n.display {
		tex = strings.ReplaceAll(tex, "$", `\$`)
	}
	if mark == "$" && unicode.IsDigit(w.after(n)) { // else it is an amount of money
		return mark + tex + mark + "<span></span>"
	}
	return mark + tex + mark
}

func (w *markdownWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
