package publish

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/unicode/norm"
)

// heading is a heading of a Markdown cell.
type heading struct {
	level      int
	text       string // without marks of emphasis, code and links
	id         string // unique in the page, the same in all targets
	start, end int    // of its text in the cell's source, marks included; both are 0 for a heading without text
}

// anchors are the ids that a page has given, with how often each was asked for.
type anchors map[string]int

// id returns the anchor of a heading as GitHub makes it: letters, digits and marks of any script stay, so
// that 프로세스-id is one, other characters go, spaces become hyphens. A
// second heading of the same text gets "-1".
func (a anchors) id(heading string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(norm.NFC.String(heading)) {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '-' || r == '_':
			b.WriteRune(unicode.ToLower(r))
		case unicode.IsSpace(r):
			b.WriteByte('-')
		}
	}
	id := b.String()
	if id == "" {
		id = "section"
	}
	unique := id
	for n := a[id]; ; n++ {
		if n > 0 {
			unique = id + "-" + strconv.Itoa(n)
		}
		if _, taken := a[unique]; !taken {
			a[id] = n + 1
			if unique != id {
				a[unique] = 1
			}
			return unique
		}
	}
}

// headings returns the headings of a Markdown text in order and gives them ids.
func headings(source string, ids anchors) []heading {
	if !strings.ContainsAny(source, "#=-<") { // neither of the two forms of headings
		return nil
	}
	src := []byte(source)
	var found []heading
	ast.Walk(markdownParser().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		words := plainText(h, src)
		v := heading{level: h.Level, text: words, id: ids.id(words)}
		if lines := h.Lines(); lines.Len() > 0 {
			v.start, v.end = lines.At(0).Start, lines.At(lines.Len()-1).Stop
		}
		found = append(found, v)
		return ast.WalkSkipChildren, nil
	})
	return found
}

// plainText is what a reader sees of a node's text.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(src))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(src))
		case *mathInline:
			b.WriteString(n.tex)
		case *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}
