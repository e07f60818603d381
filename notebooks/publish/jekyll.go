package publish

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// jekyllSite is the folder of a Jekyll site (https://jekyllrb.com/docs/structure): posts in _posts, those that are not to be published
// yet in _drafts, pictures below assets. Jekyll gives a page to Liquid and then to kramdown.
var jekyllSite = &site{
	dialect: kramdown,
	place:   jekyllPlace,
	card: func(w *markdownWriter, card, _ string) []string {
		return []string{w.htmlOutput("iyagi-card", balanced(w.page.safeHTML(card)))}
	},
	printed: func(_, block string) string { return block + "\n{: .output}" },
	style:   "assets/iyagi.css",
	finish:  jekyllPage,
}

func jekyllPlace(p *page) (place, error) {
	slug := p.slug()
	at := place{
		folder: "assets/" + slug,
		// Liquid knows below which address the site lies.
		picture: func(file string) string {
			return liveOpen + `{{ "/assets/` + slug + "/" + file + `" | relative_url }}` + liveClose
		},
	}
	if p.front != nil && p.front.Draft {
		at.file, at.leadingTo = "_drafts/"+slug+".md", nowhere
		return at, nil
	}
	if p.date.IsZero() {
		return place{}, errors.New("a post of Jekyll has its date in its name: write a line such as date: 2026-11-21 in the front matter")
	}
	name := p.date.Format(time.DateOnly) + "-" + slug
	at.file, at.leadingTo = "_posts/"+name+".md", liveOpen+"{% post_url "+name+" %}"+liveClose
	return at, nil
}

// jekyllPage puts the page together. The layout of a post shows its title, so that the heading that says the same goes.
func jekyllPage(w *markdownWriter, blocks []string) (string, error) {
	p, m := w.page, w.page.matter()
	type field struct {
		name  string
		value any
	}
	fields := []field{{"layout", "post"}, {"title", p.title}, {"lang", p.lang}}
	if !p.date.IsZero() {
		fields = append(fields, field{"date", p.date})
	}
	for _, f := range fields {
		if m.Has(f.name) {
			continue
		}
		if err := m.Set(f.name, f.value); err != nil {
			return "", fmt.Errorf("%s: %w", p.path, err)
		}
	}
	for i, b := range blocks {
		blocks[i] = liquid(b)
	}
	return unixLines(m.String()) + "\n" + strings.Join(blocks, "\n\n") + "\n", nil
}

// isTitle tells whether a heading says what the layout says above the post.
func (p *page) isTitle(heading string) bool {
	return unescaped([]byte(heading)) == unescaped([]byte(p.title))
}

// liquidOpen matches what begins a command of Liquid.
var liquidOpen = regexp.MustCompile(`\{[{%]`)

// endRaw matches what ends Liquid's raw, with or without a hyphen that takes white space away.
var endRaw = regexp.MustCompile(`\{%(-?\s*endraw)`)

// liquid writes a block so that Liquid gives it back as it is but for what is marked as live.
func liquid(block string) string {
	var b strings.Builder
	raw := false
	text := func(s string) {
		b.WriteString(endRaw.ReplaceAllString(s, `{% endraw %}{{ "{%" }}{% raw %}$1`))
	}
	for i, piece := range strings.Split(block, liveOpen) {
		live, rest := "", piece
		if i > 0 {
			live, rest, _ = strings.Cut(piece, liveClose)
		}
		if raw && live != "" {
			b.WriteString("{% endraw %}")
			raw = false
		}
		b.WriteString(live)
		if !liquidOpen.MatchString(rest) {
			b.WriteString(rest)
			continue
		}
		b.WriteString("{% raw %}")
		if i == 0 { // a line of its own: the block begins a line still
			b.WriteByte('\n')
		}
		text(rest)
		raw = true
	}
	if raw {
		b.WriteString("\n{% endraw %}")
	}
	return b.String()
}
