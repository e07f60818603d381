package frontmatter

import (
	"fmt"
	"time"
)

// Site is the kind of site that a page is for; the names are those of publish's forms.
type Site string

// The sites.
const (
	HTML     Site = "html"     // a page that stands alone
	MkDocs   Site = "mkdocs"   // MkDocs with Material, and its blog
	Jekyll   Site = "jekyll"   // Jekyll, GitHub Pages
	Markdown Site = "markdown" // GitHub and other readers of plain Markdown
)

// New returns a front matter with the fields that a page of the site begins with, in the order that such pages
// have them. Empty ones stand there to be filled in.
func New(site Site, title, lang string, date time.Time) (*Matter, error) {
	date = time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC)
	type field struct {
		name  string
		value any
	}
	var fields []field
	switch site {
	case HTML, Markdown:
		fields = []field{{"title", title}, {"date", date}, {"lang", lang}, {"description", ""}, {"tags", []string{"Go"}}}
	case MkDocs:
		fields = []field{{"title", title}, {"date", date}, {"lang", lang}, {"description", ""}, {"categories", []string{"Go"}}, {"draft", true}}
	case Jekyll:
		fields = []field{{"layout", "post"}, {"title", title}, {"date", date}, {"lang", lang}, {"description", ""}, {"tags", []string{"Go"}}, {"published", false}}
	default:
		return nil, fmt.Errorf("%q is no kind of site; use %s, %s, %s or %s", site, HTML, MkDocs, Jekyll, Markdown)
	}
	m := &Matter{eol: "\n"}
	for _, f := range fields {
		if f.value == "" && f.name == "lang" {
			continue
		}
		if err := m.Set(f.name, f.value); err != nil {
			return nil, err
		}
	}
	return m, nil
}
