package publish

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// html writes a block of HTML that is harmless already. CommonMark ends such a block at an empty line, which is why it has none.
func (w *markdownWriter) html(s string) string {
	s = strings.TrimSpace(visibleText(s))
	if s == "" {
		return ""
	}
	s = strings.TrimSpace(w.element(s, true))
	return emptyLines.ReplaceAllStringFunc(s, func(lines string) string {
		return "\n" + strings.Repeat("&#10;", strings.Count(lines, "\n")-1)
	})
}

var emptyLines = regexp.MustCompile(`\n(?:[ \t]*\n)+`)

// element keeps account of the elements that a piece of HTML opens and closes, gives pictures their files and links their
// pages. In a block, one that stays open has Markdown in it.
func (w *markdownWriter) element(s string, block bool) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	before := len(w.open)
	at := map[int]int{} // from the depth of an open element to where its tag ends in b
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := string(z.Raw()) // Token changes it
		switch kind {
		case html.StartTagToken:
			t := z.Token()
			b.WriteString(w.tag(t, raw))
			if !isVoid([]byte(t.Data)) {
				at[len(w.open)] = b.Len() - 1
				w.open = append(w.open, t.Data)
			}
		case html.SelfClosingTagToken:
			b.WriteString(w.tag(z.Token(), raw))
		case html.EndTagToken:
			name := z.Token().Data
			i := lastIndex(w.open, name)
			if i < 0 {
				continue // it would close an element of the site
			}
			w.open = w.open[:i]
			b.WriteString(raw)
		default:
			b.WriteString(raw)
		}
	}
	out := b.String()
	if i, ok := at[before]; ok && block && len(w.open) > before {
		out = out[:i] + w.parsed + out[i:]
	}
	return out
}

func lastIndex(list []string, s string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == s {
			return i
		}
	}
	return -1
}

// tag writes the tag of an element with the site's addresses.
func (w *markdownWriter) tag(t html.Token, raw string) string {
	changed := false
	for i, a := range t.Attr {
		switch {
		case t.Data == "img" && a.Key == "src":
			at, err := w.pictures.of(w.cell, a.Val)
			if err != nil && w.cell.Type == "markdown" {
				w.fail(err)
			} else if err == nil && at != a.Val {
				t.Attr[i].Val, changed = at, true
			}
		case t.Data == "a" && a.Key == "href":
			if at, ok := w.destination(a.Val); ok && at != a.Val {
				t.Attr[i].Val, changed = at, true
			}
		}
	}
	if !changed {
		return raw
	}
	return t.String()
}

// elements and attributes of SVG that only draw.
var drawing = strings.Fields(`svg g path rect circle ellipse line polyline polygon text tspan defs title desc linearGradient radialGradient stop clipPath
	mask pattern marker symbol use`)

// harmlessSVG tells whether a drawing has nothing that runs or loads when it is opened by itself.
func harmlessSVG(s string) bool {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !slices.Contains(drawing, t.Name.Local) {
				return false
			}
			for _, a := range t.Attr {
				name := strings.ToLower(a.Name.Local)
				if strings.HasPrefix(name, "on") || name == "href" && !strings.HasPrefix(a.Value, "#") || strings.Contains(strings.ToLower(a.Value), "url(") && !localURL.MatchString(a.Value) ||
					name == "style" && !harmless(a.Value) {
					return false
				}
			}
		case xml.Directive:
			if !strings.HasPrefix(string(t), "DOCTYPE svg PUBLIC") || strings.Contains(string(t), "[") {
				return false
			}
		case xml.ProcInst:
			if t.Target != "xml" {
				return false
			}
		}
	}
}

var localURL = regexp.MustCompile(`^\s*url\(\s*['"]?#[\w-]+['"]?\s*\)\s*$`)
