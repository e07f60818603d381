package publish

import (
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

// markdownParser reads the Markdown of cells as JupyterLab does: CommonMark with GitHub's
// tables, strikethrough, task lists and bare links, with footnotes and with
// mathematics between dollars. It may be used by several goroutines.
var markdownParser = sync.OnceValue(func() parser.Parser {
	return goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser()
})
