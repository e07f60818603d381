package publish

import (
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasisParser is CommonMark's rule for stars with one exception. The rule
// asks for a space or a punctuation mark between a word and a star that has punctuation on its inner side, which
// Korean has not: particles follow without a space. So in **데이터 경쟁(data race)**은 the stars would stay stars, and
// so would those of 값은**"참"**. Here a Hangul syllable beside such a star is as good as a space, as kramdown and
// Python-Markdown have it for all letters.
type emphasisParser struct{}

func (emphasisParser) Trigger() []byte { return []byte{'*'} }

func (p emphasisParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	n := parser.ScanDelimiter(line, before, 1, p)
	if n == nil {
		return nil
	}
	after := ' '
	if n.OriginalLength < len(line) {
		after = util.ToRune(line, n.OriginalLength)
	}
	n.CanClose = n.CanClose || unicode.Is(unicode.Hangul, after) && util.IsPunctRune(before)
	n.CanOpen = n.CanOpen || unicode.Is(unicode.Hangul, before) && util.IsPunctRune(after)
	n.Segment = segment.WithStop(segment.Start + n.OriginalLength)
	block.Advance(n.OriginalLength)
	pc.PushDelimiter(n)
	return n
}

// What goldmark asks of a DelimiterProcessor.

func (emphasisParser) IsDelimiter(b byte) bool { return b == '*' }

func (emphasisParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (emphasisParser) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }
