package publish

import (
	"bufio"
	"io"
	"strings"

	"github.com/alecthomas/chroma/v2"
)

// classes are the kinds of tokens that the style sheet colours; other tokens, and the finer kinds of these, look
// like their parents. Names are short since a page repeats them some thousand times.
var classes = map[chroma.TokenType]string{
	chroma.Keyword:            "k",
	chroma.KeywordType:        "t",
	chroma.NameBuiltin:        "b",
	chroma.NameFunction:       "f",
	chroma.NameClass:          "f",
	chroma.NameTag:            "k",
	chroma.NameAttribute:      "b",
	chroma.NameDecorator:      "b",
	chroma.NameVariable:       "b",
	chroma.LiteralString:      "s",
	chroma.LiteralNumber:      "n",
	chroma.Comment:            "c",
	chroma.CommentPreproc:     "p",
	chroma.GenericDeleted:     "d",
	chroma.GenericInserted:    "i",
	chroma.GenericHeading:     "k",
	chroma.GenericSubheading:  "c",
	chroma.GenericPrompt:      "p",
	chroma.GenericOutput:      "c",
	chroma.LiteralStringRegex: "s",
}

func classOf(t chroma.TokenType) string {
	for _, kind := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if c, ok := classes[kind]; ok {
			return c
		}
	}
	return ""
}

// plainLimit is the length in bytes from which on code is not highlighted: nobody reads that much, and
// lexers take some microseconds for each token.
const plainLimit = 256 << 10

// highlight writes code as HTML with a span for each token that has a class. Go of a cell may begin with commands.
func highlight(w *bufio.Writer, lang, source string) {
	if lang == "go" {
		for strings.HasPrefix(source, "%") || strings.HasPrefix(source, "!") {
			line, rest, more := strings.Cut(source, "\n")
			command, arguments, _ := strings.Cut(line, " ")
			if line[0] == '!' {
				command, arguments = line[:1], line[1:]
			} else if arguments != "" {
				arguments = " " + arguments
			}
			span(w, "p", command)
			if line[0] == '!' {
				tokens(w, "sh", arguments)
			} else {
				tokens(w, "go", arguments)
			}
			if !more {
				return
			}
			w.WriteByte('\n')
			source = rest
		}
	}
	tokens(w, lang, source)
}

func tokens(w *bufio.Writer, lang, source string) {
	var list []chroma.Token
	known := len(source) <= plainLimit
	if known {
		list, known = lex(lang, source)
	}
	if !known {
		escape(w, source)
		return
	}
	last, text := "", strings.Builder{} // neighbours of one class share a span
	left := len(source)                 // a lexer may add a line end
	for _, t := range list {
		value := t.Value[:min(len(t.Value), left)]
		left -= len(value)
		class := classOf(t.Type)
		if class != last {
			span(w, last, text.String())
			text.Reset()
			last = class
		}
		text.WriteString(value)
	}
	span(w, last, text.String())
}

func span(w *bufio.Writer, class, text string) {
	switch {
	case text == "":
	case class == "" || strings.TrimSpace(text) == "":
		escape(w, text)
	default:
		w.WriteString(`<span class="` + class + `">`)
		escape(w, text)
		w.WriteString("</span>")
	}
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape writes text that stands between tags.
func escape(w io.Writer, s string) { escaper.WriteString(w, s) }
