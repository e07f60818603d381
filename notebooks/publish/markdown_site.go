package publish

import "strings"

// markdownSite is a folder of plain Markdown, as GitHub shows it: CommonMark with tables
// (https://github.github.com/gfm/), front matter as it is. GitHub drops the styles of HTML, so that a run card is its
// Markdown here.
var markdownSite = &site{
	dialect: commonMark,
	place: func(p *page) (place, error) {
		return placeBeside(p.slug()), nil
	},
	printed: func(_, block string) string { return block },
	finish: func(w *markdownWriter, blocks []string) (string, error) {
		if w.page.front != nil && !w.page.titled() && w.page.front.Title != "" {
			w.counts = counts{lines: 1}
			blocks = append([]string{"# " + w.escape(w.page.front.Title, "")}, blocks...)
		}
		head := ""
		if w.page.front != nil {
			head = unixLines(w.page.front.String()) + "\n"
		}
		return head + strings.Join(blocks, "\n\n") + "\n", nil
	},
}

// placeBeside is a page with its pictures in a folder beside it.
func placeBeside(name string) place {
	return place{
		file: name + ".md", folder: name + "_files", leadingTo: name + ".md",
		picture: func(file string) string { return name + "_files/" + file },
	}
}

// titled tells whether the page has its title as a heading.
func (p *page) titled() bool {
	for _, c := range p.cells {
		if c.titled {
			return true
		}
	}
	return false
}

func unixLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
