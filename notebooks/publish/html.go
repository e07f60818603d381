package publish

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

func asset(name string) string {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // the binary lacks its own file
	}
	return string(b)
}

// htmlFiles are a page for each notebook and, for several, an index.
func htmlFiles(ctx context.Context, pages []*page, o Options) ([]File, error) {
	index := len(pages) > 1
	for _, p := range pages {
		if strings.EqualFold(p.name, "index") {
			index = false // one of them is the way into the others
		}
	}
	var files []File
	for i, p := range pages {
		h := &htmlPage{page: p, ctx: ctx}
		if index {
			h.index = "index.html"
		}
		if i > 0 {
			h.previous = pages[i-1]
		}
		if i+1 < len(pages) {
			h.next = pages[i+1]
		}
		files = append(files, File{Name: p.name + ".html", Content: h})
	}
	if index {
		files = append(files, File{Name: "index.html", Content: &htmlIndex{pages: pages, trust: o.Trust}})
	}
	return files, nil
}

// htmlPage is a page that is made while it is written.
type htmlPage struct {
	*page
	ctx            context.Context
	previous, next *page  // in the order of the sources; nil at the ends
	index          string // address of the index, empty when there is none
}

// frame is what a page's template is given.
type frame struct {
	Lang, Title    string
	Words          *words
	Description    string
	Tags           []string
	Date           string // for people
	DateTime       string // for machines; empty: there is no date
	File           string // the notebook's
	Style          template.CSS
	Theme, Script  template.JS
	Policy         string // Content-Security-Policy
	Contents       []*entry
	Pages          []indexEntry
	Index          string
	Previous, Next *indexEntry
}

// WriteTo writes the page. Its errors name the notebook and the cell.
func (h *htmlPage) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: w}
	b := bufio.NewWriterSize(out, 64<<10)
	f := newFrame(h.lang, h.title, h.options.Trust)
	f.Description, f.File = h.description, filepath.Base(h.path)
	if h.front != nil {
		f.Tags = slices.Concat(h.front.Categories, h.front.Tags)
	}
	f.Date, f.DateTime = dates(h.date, h.words)
	f.Contents = contents(h.cells)
	f.Index = h.index
	f.Previous, f.Next = entryOf(h.previous), entryOf(h.next)
	err := templates().ExecuteTemplate(b, "head", f)
	if err == nil {
		err = newHTMLWriter(h, b).cells(f)
	}
	if err == nil {
		err = templates().ExecuteTemplate(b, "foot", f)
	}
	return out.n, cmp.Or(err, b.Flush())
}

func newFrame(lang, title string, trust bool) *frame {
	f := &frame{Lang: lang, Title: title, Words: wordsOf(lang), Style: template.CSS(style()), Theme: template.JS(asset("theme.js")), Script: template.JS(asset("page.js"))}
	if !trust {
		// Should something slip through the sanitiser, the reader's browser neither runs nor loads it.
		f.Policy = "default-src 'none'; img-src data:; media-src data:; font-src data:; style-src 'unsafe-inline'; script-src " +
			hashed(f.Theme) + " " + hashed(f.Script) + "; base-uri 'none'; form-action 'none'"
	}
	return f
}

func hashed(script template.JS) string {
	sum := sha256.Sum256([]byte(script))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var templates = func() func() *template.Template {
	t := template.Must(template.New("").ParseFS(assets, "assets/*.html"))
	return func() *template.Template { return t }
}()

// style is the style sheet. The colours of dark pages stand in it twice, for the system's wish and for the
// reader's.
func style() string {
	css, dark := asset("page.css"), strings.TrimSpace(asset("dark.css"))
	return strings.ReplaceAll(css, "/*dark*/", dark)
}

// dates are a date as people of a language write it, and as machines do.
func dates(t time.Time, w *words) (people, machines string) {
	if t.IsZero() {
		return "", ""
	}
	return t.Format(w.date), t.Format(time.DateOnly)
}

// entry is a heading in the table of contents.
type entry struct {
	Text, ID string
	Children []*entry
	level    int
}

// contents is the table of contents: headings down to the third level but for the title, each below the last one
// that is higher.
func contents(cells []*cell) []*entry {
	root := &entry{}
	path := []*entry{root}
	for _, c := range cells {
		for i, h := range c.headings {
			if h.level > 3 || h.text == "" || c.titled && i == 0 {
				continue
			}
			for len(path) > 1 && path[len(path)-1].level >= h.level {
				path = path[:len(path)-1]
			}
			e := &entry{Text: h.text, ID: h.id, level: h.level}
			parent := path[len(path)-1]
			parent.Children = append(parent.Children, e)
			path = append(path, e)
		}
	}
	return root.Children
}

// htmlIndex is the page that leads to the others.
type htmlIndex struct {
	pages []*page
	trust bool
}

type indexEntry struct {
	Title, Description, Date, DateTime, Address, Lang string
}

func entryOf(p *page) *indexEntry {
	if p == nil {
		return nil
	}
	e := &indexEntry{Title: p.title, Description: p.description, Address: htmlAddress(p), Lang: p.lang}
	e.Date, e.DateTime = dates(p.date, p.words)
	return e
}

// htmlAddress is where a page stands, seen from another one.
func htmlAddress(p *page) string { return url.PathEscape(p.name + ".html") }

// WriteTo writes the index in the language of most pages.
func (x *htmlIndex) WriteTo(w io.Writer) (int64, error) {
	count := map[string]int{}
	for _, p := range x.pages {
		count[p.lang]++
	}
	langs := slices.SortedFunc(func(yield func(string) bool) {
		for l := range count {
			if !yield(l) {
				return
			}
		}
	}, func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	f := newFrame(langs[0], wordsOf(langs[0]).index, x.trust)
	for _, p := range x.pages {
		f.Pages = append(f.Pages, *entryOf(p))
	}
	out := &counter{w: w}
	err := templates().ExecuteTemplate(out, "index", f)
	return out.n, err
}

// counter counts the bytes that are written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
