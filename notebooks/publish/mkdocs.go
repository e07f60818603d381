package publish

import (
	"fmt"
	"strings"
)

// mkdocsSite is a folder of documents of MkDocs with Material (https://squidfunk.github.io/mkdocs-material), whose configuration
// should have these extensions, all of them among those that Material recommends:
//
//	markdown_extensions: [admonition, attr_list, footnotes, md_in_html, tables, pymdownx.details, pymdownx.highlight,
//	  pymdownx.superfences, pymdownx.tasklist, pymdownx.arithmatex: {generic: true}]
//
// With extra_css: [stylesheets/iyagi.css] Korean lines break between words. Headings have explicit ids, since Python-Markdown makes ASCII ones and numbers those in Hangul.
var mkdocsSite = &site{
	dialect: pythonMarkdown,
	place: func(p *page) (place, error) {
		return placeBeside(p.slug()), nil
	},
	card:    mkdocsCard,
	printed: func(label, block string) string { return titledFence(block, label) },
	style:   "stylesheets/iyagi.css",
	finish:  mkdocsPage,
}

// titledFence gives a block of code a title (pymdownx.highlight).
func titledFence(block, title string) string {
	mark, rest, _ := strings.Cut(block, "\n")
	return mark + ` title="` + title + "\"\n" + rest
}

// mkdocsCard writes a run card in HTML, without the borders that Material gives tables, and below it in Markdown for those
// who read the file itself, use the site's search or listen to the page.
func mkdocsCard(w *markdownWriter, card, markdown string) []string {
	card = strings.ReplaceAll(balanced(w.page.safeHTML(card)), "<table", `<table class="iyagi"`)
	blocks := []string{w.htmlOutput("iyagi-card", card)}
	if strings.TrimSpace(markdown) == "" {
		return blocks
	}
	blocks = append(blocks, "<details class=\"iyagi-text\" markdown=\"1\">\n<summary>"+w.page.words.AsText+"</summary>")
	return append(append(blocks, w.text(markdown, nil)...), "</details>")
}

// mkdocsPage puts the page together. The macros plugin would read Go's {{ and {%.
func mkdocsPage(w *markdownWriter, blocks []string) (string, error) {
	m := w.page.matter()
	text := strings.Join(blocks, "\n\n") + "\n"
	if !m.Has("title") && !w.page.titled() {
		if err := m.Set("title", w.page.title); err != nil {
			return "", fmt.Errorf("%s: %w", w.page.path, err)
		}
	}
	if !m.Has("render_macros") && (strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "{#")) {
		if err := m.Set("render_macros", false); err != nil {
			return "", fmt.Errorf("%s: %w", w.page.path, err)
		}
	}
	text = liveMarks.Replace(text)
	if len(m.Names()) == 0 {
		return text, nil
	}
	return unixLines(m.String()) + "\n" + text, nil
}

var liveMarks = strings.NewReplacer(liveOpen, "", liveClose, "")
