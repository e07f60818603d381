package publish

import (
	"errors"
	"io"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// safeHTML returns HTML of an output or of a Markdown cell without what could run, load or
// overlay anything: scripts, styles, forms, frames, pictures of other hosts. Run cards
// and tables come back as they were. With Options.Trust everything does.
func (p *page) safeHTML(s string) string {
	if p.options.Trust {
		return s
	}
	return policy().Sanitize(safeStyles(s))
}

// properties of CSS that run cards, tables of data and coloured texts need.
var properties = strings.Fields(`align-items background background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width
	border-collapse border-color border-left border-radius border-right border-spacing border-style border-top border-width caption-side color display flex
	flex-direction flex-wrap font-family font-size font-style font-variant-numeric font-weight gap grid-template-columns height justify-content left letter-spacing
	line-height list-style list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width opacity overflow
	overflow-wrap overflow-x overflow-y padding padding-bottom padding-left padding-right padding-top position right table-layout text-align text-decoration
	text-indent text-overflow text-transform top vertical-align white-space width word-break word-wrap bottom`)

var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(strings.Fields(`a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em
		figcaption figure h1 h2 h3 h4 h5 h6 header footer hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong
		sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`)...)
	p.AllowAttrs("title", "lang", "dir", "role", "aria-label", "aria-hidden").Globally()
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("scope").Matching(regexp.MustCompile(`^(row|col|rowgroup|colgroup)$`)).OnElements("th")
	p.AllowAttrs("align", "valign").Matching(regexp.MustCompile(`^[a-z]+$`)).OnElements("td", "th", "tr", "p", "div", "table", "img")
	p.AllowAttrs("span").Matching(bluemonday.Integer).OnElements("col", "colgroup")
	p.AllowAttrs("width", "height").Matching(bluemonday.NumberOrPercent).OnElements("img", "table", "td", "th", "col")
	p.AllowAttrs("border").Matching(bluemonday.Integer).OnElements("table")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("open").Matching(regexp.MustCompile(`^(open)?$`)).OnElements("details")
	p.AllowAttrs("datetime").OnElements("time", "del", "ins")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("src").OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto", "attachment")
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool { return strings.HasPrefix(strings.ToLower(u.Opaque), "image/") }) // an img runs no script, and an a is not led there by browsers
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(false)
	p.AllowAttrs("style").Matching(regexp.MustCompile(`^[^\\\\<>@{}]*$`)).Globally() // the rest is safeStyles' work
	return p
})

// stylePolicy is what style attributes may hold. It stands apart from policy since parsing CSS takes most of
// the time (three quarters for run cards), and the same styles come again and again: safeStyles remembers them.
var stylePolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("i")
	p.AllowStyles(properties...).MatchingHandler(harmless).Globally()
	return p
})

// styles are the style attributes that were seen last, with what is left of them.
var styles struct {
	sync.Mutex
	safe map[string]string
}

const maxStyles = 4096

// safeStyle returns the declarations of a style attribute that are allowed; the attribute itself if that is all of them.
func safeStyle(style string) string {
	styles.Lock()
	safe, ok := styles.safe[style]
	styles.Unlock()
	if ok {
		return safe
	}
	s := stylePolicy().Sanitize(`<i style="` + html.EscapeString(style) + `"></i>`)
	if s, ok = strings.CutPrefix(s, `<i style="`); ok {
		s, _, _ = strings.Cut(s, `"`)
		safe = html.UnescapeString(s)
	}
	bare := strings.NewReplacer(" ", "", "\n", "", ";", "")
	if bare.Replace(safe) == bare.Replace(style) {
		safe = style
	}
	styles.Lock()
	defer styles.Unlock()
	if len(styles.safe) >= maxStyles || styles.safe == nil {
		styles.safe = map[string]string{}
	}
	styles.safe[style] = safe
	return safe
}

// safeStyles rewrites the style attributes of HTML.
func safeStyles(s string) string {
	var b strings.Builder
	done, at := 0, 0 // bytes of s that are in b, and that were read
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		from := at
		at += len(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken || !hasStyle(s[from:at]) {
			continue
		}
		t := z.Token()
		same := true
		for i, a := range t.Attr {
			if a.Key == "style" {
				t.Attr[i].Val = safeStyle(a.Val)
				same = same && t.Attr[i].Val == a.Val
			}
		}
		if !same {
			b.WriteString(s[done:from])
			b.WriteString(t.String())
			done = at
		}
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// hasStyle tells whether a tag may have a style attribute.
func hasStyle(tag string) bool {
	for i := 0; ; i++ {
		j := strings.IndexAny(tag[i:], "sS")
		if j < 0 {
			return false
		}
		if i += j; len(tag) >= i+5 && strings.EqualFold(tag[i:i+5], "style") {
			return true
		}
	}
}

// harmless tells whether the value of a CSS property loads nothing, runs nothing and does not leave its
// place.
func harmless(value string) bool {
	v := strings.ToLower(value)
	for _, bad := range []string{"url(", "image(", "image-set(", "cross-fade(", "element(", "src(", "expression", "javascript", "behavior", "fixed", "sticky", "attr(", "\\", "/*", "<", "@"} {
		if strings.Contains(v, bad) {
			return false
		}
	}
	return true
}

// balanced closes the elements that a piece of HTML leaves open, and drops ends of those that it did not begin, so that it cannot
// change what stands around it.
func balanced(s string) string {
	if isBalanced(s) {
		return s
	}
	body := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		return html.EscapeString(s)
	}
	var b strings.Builder
	for _, n := range nodes {
		if err := html.Render(&b, n); err != nil { // such as a plaintext element, which nothing can end
			return html.EscapeString(s)
		}
	}
	return b.String()
}

// isBalanced tells whether every element ends in the order in which they began. It is much cheaper than parsing, and nearly
// all HTML is.
func isBalanced(s string) bool {
	var open []string
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return len(open) == 0 && errors.Is(z.Err(), io.EOF)
		case html.SelfClosingTagToken:
			if name, _ := z.TagName(); !isVoid(name) { // <div/> begins a div, <path/> does not
				return false
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			if isVoid(name) {
				continue
			}
			switch string(name) {
			case "plaintext", "p", "li", "td", "th", "tr", "dd", "dt", "option": // others of their kind may end them
				if len(open) > 0 && open[len(open)-1] == string(name) || string(name) == "plaintext" {
					return false
				}
				open = append(open, string(name))
			default:
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return false
			}
			open = open[:len(open)-1]
		}
	}
}

// isVoid tells whether an element never has content.
func isVoid(name []byte) bool {
	switch string(name) {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr":
		return true
	}
	return false
}
