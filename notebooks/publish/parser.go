package publish

import (
	"bytes"
	"regexp"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdownParser reads the Markdown of cells as JupyterLab does: CommonMark with GitHub's
// tables, strikethrough, task lists and bare links, with footnotes and with
// mathematics (see mathInline and mathBlock), and with emphasis for Korean (see emphasisParser). It may be used by several goroutines.
var markdownParser = sync.OnceValue(func() parser.Parser {
	p := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser()
	p.AddOptions(
		parser.WithBlockParsers(util.Prioritized(mathBlockParser{}, 90)),                                           // before setext headings: a line of = or - is mathematics here
		parser.WithInlineParsers(util.Prioritized(mathInlineParser{}, 90), util.Prioritized(emphasisParser{}, 95))) // before links and emphasis
	return p
})

// Kinds of nodes of mathematics.
var (
	kindMathInline = ast.NewNodeKind("MathInline")
	kindMathBlock  = ast.NewNodeKind("MathBlock")
)

// mathInline is TeX within a text: $…$ or \\(…\\), or set apart by $$…$$ or \\[…\\].
type mathInline struct {
	ast.BaseInline
	tex     string
	display bool
}

func (*mathInline) Kind() ast.NodeKind { return kindMathInline }

func (n *mathInline) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"TeX": n.tex}, nil)
}

// mathBlock is TeX on lines of its own: between lines that begin and end with
// $$, or from \begin{…} to its \end{…}. Its lines are the TeX.
type mathBlock struct {
	ast.BaseBlock
	close []byte // what ends it
	done  bool
}

func (*mathBlock) Kind() ast.NodeKind { return kindMathBlock }

func (n *mathBlock) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

func (n *mathBlock) IsRaw() bool { return true }

func (n *mathBlock) tex(source []byte) string {
	var b bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(source))
	}
	return b.String()
}

type mathInlineParser struct{}

func (mathInlineParser) Trigger() []byte { return []byte{'$', '\\'} }

// mathMarks are what begins and ends mathematics in a text, longer ones first.
var mathMarks = []struct {
	open, close string
	display     bool
}{{"$$", "$$", true}, {"$", "$", false}, {`\\(`, `\\)`, false}, {`\\[`, `\\]`, true}}

func (mathInlineParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	for _, m := range mathMarks {
		if !bytes.HasPrefix(line, []byte(m.open)) {
			continue
		}
		begin, at := block.Position()
		if m.open == "$" && (len(line) < 2 || util.IsSpace(line[1])) {
			return nil // an amount of money
		}
		block.Advance(len(m.open))
		if tex, ok := mathUntil(block, []byte(m.close)); ok {
			return &mathInline{tex: tex, display: m.display}
		}
		block.SetPosition(begin, at)
		return nil
	}
	return nil
}

// mathUntil reads up to the closing mark. A single dollar closes only
// after a character that is no space, and before one that is no digit: "$5 and $6" is money.
func mathUntil(block text.Reader, mark []byte) (string, bool) {
	var tex []byte
	for {
		line, _ := block.PeekLine()
		if line == nil {
			return "", false
		}
		for i := 0; i < len(line); i++ {
			switch {
			case bytes.HasPrefix(line[i:], mark) && (len(mark) > 1 || closesDollar(line, i)):
				if len(bytes.TrimSpace(append(tex, line[:i]...))) == 0 {
					return "", false
				}
				tex = append(tex, line[:i]...)
				block.Advance(i + len(mark))
				return string(tex), true
			case len(mark) == 1 && line[i] == '$':
				return "", false
			case line[i] == '\\' && mark[0] == '$':
				i++
			}
		}
		tex = append(tex, line...)
		block.AdvanceLine()
	}
}

func closesDollar(line []byte, i int) bool {
	return i > 0 && !util.IsSpace(line[i-1]) && (i+1 >= len(line) || line[i+1] < '0' || line[i+1] > '9')
}

type mathBlockParser struct{}

func (mathBlockParser) Trigger() []byte { return []byte{'$', '\\'} }

var mathBegin = regexp.MustCompile(`^\\begin\{([A-Za-z]+\*?)\}`)

func (mathBlockParser) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	indent := len(line) - len(bytes.TrimLeft(line, " "))
	rest := line[indent:]
	n := &mathBlock{}
	switch m := mathBegin.FindSubmatch(rest); {
	case bytes.HasPrefix(rest, []byte("$$")):
		n.close = []byte("$$")
		indent += 2
	case m != nil:
		n.close = []byte(`\end{` + string(m[1]) + "}")
	default:
		return nil, parser.NoChildren
	}
	segment = segment.WithStart(segment.Start + indent)
	if rest := segment.Value(reader.Source()); bytes.Contains(rest, n.close) {
		if tail := rest[bytes.Index(rest, n.close)+len(n.close):]; len(bytes.TrimSpace(tail)) > 0 {
			return nil, parser.NoChildren // $$a$$ within a text
		}
	}
	n.add(segment, reader.Source())
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

// add takes a line as far as it belongs to the mathematics.
func (n *mathBlock) add(line text.Segment, source []byte) {
	if i := bytes.Index(line.Value(source), n.close); i >= 0 {
		n.done = true
		if n.close[0] == '\\' { // \end{…} is TeX
			i += len(n.close)
		}
		line = line.WithStop(line.Start + i)
	}
	n.Lines().Append(line)
}

func (mathBlockParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*mathBlock)
	if n.done {
		return parser.Close
	}
	_, segment := reader.PeekLine()
	n.add(segment, reader.Source())
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (mathBlockParser) Close(ast.Node, text.Reader, parser.Context) {}

func (mathBlockParser) CanInterruptParagraph() bool { return true }

func (mathBlockParser) CanAcceptIndentedLine() bool { return false }
