package publish

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"iyagi/notebooks/frontmatter"
	"iyagi/notebooks/nbformat"
)

// page is one notebook, prepared for the writer of any target. Nothing changes it
// afterwards.
type page struct {
	path        string              // of the notebook
	name        string              // of the file without its folder and extension; pages of one result have different ones
	title       string              // of the front matter, else the first heading, else name
	description string              // of the front matter; may be empty
	date        time.Time           // of the front matter, else Options.Date; may be zero
	front       *frontmatter.Matter // nil when the notebook has none
	lang        string              // BCP 47, of the front matter, else the metadata, else by the share of Hangul in the prose
	words       *words              // what the page says by itself, in its language or in English
	codeLang    string              // of the code cells, in lower case: "go"
	cells       []*cell
	options     Options
	anchors     map[string]string // from the anchors that JupyterLab gives headings to ours
	siblings    map[string]*page  // all pages of the result, by the clean paths of their notebooks
}

// cell is a cell that readers see.
type cell struct {
	*nbformat.Cell
	number   int // from 1, of all cells of the notebook
	input    visibility
	outputs  visibility
	headings []heading // of a Markdown cell
	titled   bool      // the first heading is the page's title
}

// visibility is what becomes of a part of a cell.
type visibility int

const (
	shown   visibility = iota
	folded             // behind a click; a target that cannot fold leaves it out
	removed            // nobody sees it
)

// fault is an error of one cell, in nbformat's words.
func (p *page) fault(c *cell, reason string, err error) error {
	return &nbformat.Error{File: p.path, Cell: c.number, ID: c.ID, Reason: reason, Err: err}
}

// prepare makes the pages.
func prepare(sources []Source, options Options) ([]*page, error) {
	var pages []*page
	names, siblings := map[string]string{}, map[string]*page{}
	for _, s := range sources {
		if s.Notebook == nil {
			return nil, fmt.Errorf("%s: no notebook", s.Path)
		}
		p, err := newPage(s, options)
		if err != nil {
			return nil, err
		}
		folded := strings.ToLower(p.name) // some file systems do not tell cases apart
		if other, taken := names[folded]; taken {
			return nil, fmt.Errorf("%s and %s would both be published as %s: publish them to folders of their own", other, p.path, p.name)
		}
		names[folded] = p.path
		pages = append(pages, p)
		siblings[filepath.Clean(p.path)] = p
		p.siblings = siblings
	}
	if len(pages) == 0 {
		return nil, errors.New("no notebook to publish")
	}
	return pages, nil
}

func newPage(s Source, options Options) (*page, error) {
	p := &page{path: s.Path, date: options.Date, options: options, anchors: map[string]string{}}
	base := filepath.Base(s.Path)
	p.name = strings.TrimSuffix(base, filepath.Ext(base))
	p.codeLang = strings.ToLower(s.Notebook.Language())
	if p.codeLang == "" {
		p.codeLang = "go"
	}
	front, at, rest, err := frontmatter.Of(s.Notebook, s.Path)
	if err != nil {
		return nil, err
	}
	if p.front = front; front != nil {
		p.title, p.description, p.lang = front.Title, front.Description, front.Lang
		if !front.Date.IsZero() {
			p.date = front.Date
		}
	}
	p.addCells(s.Notebook, at, rest)
	p.setTitle()
	if p.lang == "" {
		p.lang = language(s.Notebook)
	}
	p.words = wordsOf(p.lang)
	return p, nil
}

// addCells takes what readers see. The raw cell at the given index has the front matter and perhaps
// some text of the page after it; writers know what to do with other raw cells.
func (p *page) addCells(n *nbformat.Notebook, front int, rest string) {
	ids := anchors{}
	for i, c := range n.Cells {
		v := &cell{Cell: c, number: i + 1}
		if i == front {
			v.Cell = &nbformat.Cell{Type: nbformat.Markdown, ID: c.ID, Source: rest, Metadata: c.Metadata}
		}
		v.input, v.outputs = visible(v.Cell)
		if v.input == removed && v.outputs == removed || i == front && strings.TrimSpace(rest) == "" {
			continue
		}
		if v.Type == nbformat.Markdown {
			v.headings = headings(v.Source, ids)
			for _, h := range v.headings {
				if theirs := strings.ReplaceAll(h.text, " ", "-"); p.anchors[theirs] == "" { // of two, JupyterLab goes to the first
					p.anchors[theirs] = h.id
				}
			}
		}
		p.cells = append(p.cells, v)
	}
}

// setTitle finds the title: the first heading of level 1 is the page's title
// whatever the front matter calls it in lists and in the browser's tab.
func (p *page) setTitle() {
	for _, c := range p.cells {
		for i, h := range c.headings {
			if h.level == 1 && i == 0 {
				c.titled = true
				if p.title == "" {
					p.title = h.text
				}
				return
			}
		}
	}
	if p.title == "" {
		p.title = p.name
	}
}

// visible tells what of a cell is shown, by the tags that Jupyter Book and nbconvert
// know and by the two switches of JupyterLab.
func visible(c *nbformat.Cell) (input, outputs visibility) {
	var folds struct {
		Source  bool `json:"source_hidden"`
		Outputs bool `json:"outputs_hidden"`
	}
	c.Metadata.Get("jupyter", &folds) // a value of another form hides nothing
	if folds.Source || c.HasTag("hide-input") || c.HasTag("hide-cell") {
		input = folded
	}
	if folds.Outputs || c.HasTag("hide-output") || c.HasTag("hide-cell") {
		outputs = folded
	}
	for _, tag := range []string{"remove-cell", "remove_cell"} {
		if c.HasTag(tag) {
			return removed, removed
		}
	}
	if c.HasTag("remove-input") || c.HasTag("remove_input") {
		input = removed
	}
	if c.Type != nbformat.Code || c.HasTag("remove-output") || c.HasTag("remove_output") || c.HasTag("remove_all_outputs") {
		outputs = removed
	}
	return input, outputs
}

// language guesses the language of the prose: Korean from a tenth of its letters on, since
// the names in a Korean text about programs are Latin.
func language(n *nbformat.Notebook) string {
	if l, ok := n.Metadata.Text("lang"); ok && l != "" {
		return l
	}
	if l, ok := n.Metadata.Text("language"); ok && l != "" {
		return l
	}
	letters, hangul := 0, 0
	for _, c := range n.Cells {
		if c.Type != nbformat.Markdown {
			continue
		}
		for _, r := range c.Source {
			if unicode.IsLetter(r) {
				letters++
			}
			if unicode.Is(unicode.Hangul, r) {
				hangul++
			}
		}
	}
	if hangul > 0 && hangul*10 >= letters {
		return "ko"
	}
	return "en"
}
