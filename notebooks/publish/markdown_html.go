package publish

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// html writes a block of HTML that is harmless already. CommonMark ends such a block at an empty line, which is why it has none.
func (w *markdownWriter) html(s string) string {
	s = strings.TrimSpace(visibleText(s))
	if s == "" {
		return ""
	}
	return oneBlock(strings.TrimSpace(w.element(s, true)))
}

// htmlOutput writes the HTML of an output, in an element that keeps Markdown out.
func (w *markdownWriter) htmlOutput(class, s string) string {
	attribute := ""
	if w.target == Jekyll {
		attribute = ` markdown="0"`
	}
	if class == "iyagi-card" && w.target == MkDocs {
		attribute = " data-search-exclude" // what is below it says the same
	}
	open := w.open
	w.open = nil
	s = oneBlock(strings.TrimSpace(w.element(visibleText(s), false)))
	w.open = open
	return `<div class="` + class + `"` + attribute + ">\n" + s + "\n</div>"
}

// oneBlock takes the empty lines out of HTML.
func oneBlock(s string) string {
	return emptyLines.ReplaceAllStringFunc(s, func(lines string) string {
		return "\n" + strings.Repeat("&#10;", strings.Count(lines, "\n")-1)
	})
}

var emptyLines = regexp.MustCompile(`\n(?:[ \t]*\n)+`)

// plainHTML writes a text within HTML so that it is no Markdown: an element may be of those whose content a dialect reads, or not have
// come through the sanitiser.
func plainHTML(s string) string {
	var b strings.Builder
	start := true
	for _, r := range s {
		switch {
		case strings.ContainsRune("\\`*_{}[]$~^|:=+!", r), start && (strings.ContainsRune("#>-", r) || unicode.IsDigit(r)):
			b.WriteString(reference(r))
		default:
			b.WriteRune(r)
		}
		start = r == '\n' || start && (r == ' ' || r == '\t')
	}
	return b.String()
}

// element keeps account of the elements that a piece of HTML opens and closes, gives pictures their files and links their
// pages. In a block, one that stays open has Markdown in it.
func (w *markdownWriter) element(s string, block bool) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	before := len(w.open)
	rawText := false    // the text is that of a script or the like, which knows no references
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
			rawText = t.Data == "script" || t.Data == "style"
		case html.SelfClosingTagToken:
			b.WriteString(w.tag(z.Token(), raw))
		case html.EndTagToken:
			name := z.Token().Data
			i := lastIndex(w.open, name)
			if i < 0 {
				continue // it would close an element of the site
			}
			w.open, rawText = w.open[:i], false
			b.WriteString(raw)
		case html.TextToken:
			if rawText = rawText && len(w.open) > 0; block && !rawText {
				raw = plainHTML(raw)
			}
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
	mask pattern marker symbol use metadata style`)

// descriptions are the vocabularies of an SVG's metadata.
var descriptions = []string{"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://purl.org/dc/elements/1.1/", "http://creativecommons.org/ns#"}

// harmlessSVG tells whether a drawing has nothing that runs or loads when it is opened by itself.
func harmlessSVG(s string) bool {
	d := xml.NewDecoder(strings.NewReader(s))
	inStyle := false
	for {
		token, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if slices.Contains(descriptions, t.Name.Space) {
				continue
			}
			if !slices.Contains(drawing, t.Name.Local) {
				return false
			}
			inStyle = t.Name.Local == "style"
			for _, a := range t.Attr {
				name := strings.ToLower(a.Name.Local)
				if strings.HasPrefix(name, "on") || name == "href" && !strings.HasPrefix(a.Value, "#") || strings.Contains(strings.ToLower(a.Value), "url(") && !localURL.MatchString(a.Value) ||
					name == "style" && !harmless(a.Value) {
					return false
				}
			}
		case xml.EndElement:
			inStyle = false
		case xml.CharData:
			if inStyle && !harmless(string(t)) {
				return false
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
