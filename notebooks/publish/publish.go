// Package publish turns notebooks into pages: an HTML page that needs nothing
// but itself, or Markdown for the sites that tutorials live on (MkDocs,
// Jekyll, or any other).
//
// [Render] takes [Source] values and gives the [File] values of the result;
// [Write] puts them into a folder. In between, a notebook is prepared once for all
// targets as a page: its front matter, title and language, the cells that
// readers see (page.go), the ids of its headings (anchor.go), the one
// representation of each output that a target shows, and HTML made harmless
// (output.go). Then the target's writer takes over: html*.go, or site.go with
// mkdocs.go, jekyll.go and markdown*.go.
//
// Outputs and raw HTML of a notebook are not trusted: unless [Options] say
// otherwise, what could run or load something is taken out of them. Run cards
// and tables pass whole.
//
// The package runs no cell (package execute does) and loads nothing from the
// network, neither when it writes a page nor when the page is read.
package publish

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"iyagi/notebooks/nbformat"
)

// Target is a kind of page.
type Target string

// The targets.
const (
	HTML     Target = "html"     // one page that stands alone, and an index for several
	MkDocs   Target = "mkdocs"   // Markdown for Python-Markdown with mkdocs-material's extensions
	Jekyll   Target = "jekyll"   // a post: kramdown behind Liquid
	Markdown Target = "markdown" // CommonMark with tables, as GitHub shows it
)

// Targets returns all targets, the default first.
func Targets() []Target { return []Target{HTML, MkDocs, Jekyll, Markdown} }

// Options say how notebooks are published.
type Options struct {
	Target Target // empty: HTML

	// Trust keeps the HTML and SVG of outputs and Markdown cells as they are,
	// scripts included. It is for notebooks of one's own.
	Trust bool

	// Date is that of a page whose front matter has none.
	Date time.Time
}

// Source is a notebook to publish.
type Source struct {
	// Path is the notebook's file: errors name it, the page is called after it and pictures
	// of its Markdown are found beside it.
	Path     string
	Notebook *nbformat.Notebook
}

// Load reads a notebook file. Its error names file, cell and reason.
func Load(path string) (Source, error) {
	n, err := nbformat.Read(path)
	return Source{Path: path, Notebook: n}, err
}

// File is one file of a result. Its content is made while it is written, so that
// a large page never stands in memory as a whole; it can be written several times.
type File struct {
	Name    string // slash-separated, below the output folder
	Content io.WriterTo
}

// Render returns the files that publish the sources: a page for each of them, in their
// order, then pictures and the index. Links from one of the notebooks to another lead to its page. The
// notebooks must not change until the files are written. Errors name the notebook, the cell and the
// reason; those of writing a File do so too.
func Render(ctx context.Context, sources []Source, options Options) ([]File, error) {
	if options.Target == "" {
		options.Target = HTML
	}
	write := writers[options.Target]
	if write == nil {
		return nil, fmt.Errorf("no target %q; there are %s", options.Target, list(Targets()))
	}
	pages, err := prepare(sources, options)
	if err != nil {
		return nil, err
	}
	return write(ctx, pages, options)
}

// writers are the targets' functions. Each is given all pages at once.
var writers = map[Target]func(context.Context, []*page, Options) ([]File, error){
	HTML: htmlFiles,
}

func list(targets []Target) string {
	var s []string
	for _, t := range targets {
		s = append(s, string(t))
	}
	slices.Sort(s)
	return strings.Join(s, ", ")
}
