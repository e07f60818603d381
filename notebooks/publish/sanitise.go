package publish

import (
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// safeHTML returns HTML of an output or of a Markdown cell without what could run, load or
// overlay anything: scripts, styles, forms, frames, pictures of other hosts. Run cards
// and tables come back as they were. With Options.Trust everything does.
func (p *page) safeHTML(s string) string {
	if p.options.Trust {
		return s
	}
	return policy().Sanitize(s)
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
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.AllowDataURIImages()
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.AllowStyles(properties...).MatchingHandler(harmless).Globally()
	return p
})

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
