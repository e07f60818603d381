package publish

import (
	"flag"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"

	"iyagi/notebooks/nbformat"
)

// texRenderer shows mathematics as its TeX.
type texRenderer struct{}

func (texRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindMathInline, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString("<var>" + html.EscapeString(strings.Join(strings.Fields(n.(*mathInline).tex), " ")) + "</var>")
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(kindMathBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString("<var>" + html.EscapeString(n.(*mathBlock).tex(source)) + "</var>")
		}
		return ast.WalkSkipChildren, nil
	})
}

// rendered is what JupyterLab makes of Markdown.
func rendered(t testing.TB, source string) string {
	t.Helper()
	var b strings.Builder
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(goldhtml.NewRenderer(goldhtml.WithUnsafe()), 1000), util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500), util.Prioritized(extension.NewTaskCheckBoxHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(), 500), util.Prioritized(texRenderer{}, 100)))
	src := []byte(source)
	if err := r.Render(&b, src, markdownParser().Parse(text.NewReader(src))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// outline is what a reader sees of HTML: its text, and where headings, items, cells, quotations, code, links and pictures
// begin. White space counts as one space, outside of code.
func outline(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	pre := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(spaces.ReplaceAllString(environments.Replace(visibleText(b.String())), " "))
		case html.TextToken:
			s := string(z.Text())
			if s = html.UnescapeString(s); pre > 0 {
				s = strings.NewReplacer(" ", "·", "\n", "⏎", "\t", "→").Replace(strings.TrimSuffix(s, "\n"))
			}
			b.WriteString(s)
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "blockquote", "hr", "code", "ol", "ul", "input":
				b.WriteString(" <" + t.Data + "> ")
			case "pre":
				pre++
				b.WriteString(" <pre> ")
			case "a", "img":
				b.WriteString(" <" + t.Data)
				slices.SortFunc(t.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
				for _, a := range t.Attr {
					if (a.Key == "href" || a.Key == "src" || a.Key == "alt") && a.Val != "" && !strings.HasPrefix(a.Val, "#fn") {
						if s, err := url.PathUnescape(a.Val); err == nil { // which characters are encoded is of no account
							a.Val = s
						}
						b.WriteString(" " + a.Val)
					}
				}
				b.WriteString("> ")
			case "p", "br", "div", "tr":
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "pre" {
				pre--
			}
		}
	}
}

var spaces = regexp.MustCompile(`[\s\p{Zs}]+`)

// rewritten is a text of a Markdown cell as the dialect has it; empty if it needs a picture that is not there.
func rewritten(d *dialect, source string) string {
	cell := &cell{Cell: nbformat.NewCell(nbformat.Markdown, source), number: 1}
	p := &page{path: "test.ipynb", name: "test", words: wordsOf("en"), cells: nil}
	w := &markdownWriter{dialect: d, page: p, cell: cell, address: func(p *page) string { return p.name + ".md" }}
	w.pictures = &pictures{page: p, names: map[string]bool{}, known: map[string]string{}, address: func(s string) string { return s }}
	blocks := w.text(source, nil)
	if w.err != nil {
		return ""
	}
	return strings.Join(blocks, "\n\n")
}

var rawHTML = regexp.MustCompile(`<[A-Za-z/!?]`)

// sameCommonMark holds that a text written for GitHub shows what it shows in JupyterLab.
func sameCommonMark(t *testing.T, source string) {
	t.Helper()
	markdown := rewritten(commonMark, source)
	if markdown == "" && strings.Contains(source, "![") {
		return
	}
	if want, got := outline(rendered(t, source)), outline(rendered(t, markdown)); got != want {
		t.Errorf("%q\nwritten as\n%s\nshows\n%q\nwant\n%q", source, markdown, got, want)
	}
}

// unseen are characters that pages do not show as they are.
func unseen(r rune) bool {
	return r != '\n' && !unicode.IsPrint(r) || r == utf8.RuneError
}

// What is written for GitHub shows what JupyterLab shows.
func FuzzCommonMark(f *testing.F) {
	for _, s := range traps {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		// a mark of mathematics within mathematics is left out
		if strings.Contains(source, `\begin`) && strings.Contains(source, "$$") {
			t.Skip()
		}
		if len(source) > 2000 || rawHTML.MatchString(source) || strings.ContainsFunc(source, unseen) || source != strings.ToValidUTF8(source, "?") {
			t.Skip()
		}
		sameCommonMark(t, source)
	})
}

// traps are texts that a dialect takes for something else when they are handed on as they are.
var traps = []string{
	"**진짜 프로세스**와 **ID**(PID), *기울임*, ***둘 다***, **`go` 문**을 *a **b** c* 쓰고 2*3*4",
	"1~3번과 5~7번, ~~지움~~ ~~~", "값은 $5이고 $6이다. $a_i + b_i$ 그리고 $$x^2$$", "$$\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n$$",
	"`{{.Name}}` {{ x }} {% raw %} {% endraw %} {%- endraw -%} {# c #} {: .x} {::x}", "a | b\nc | d", "| a | b |\n|:--|--:|\n| `x|y` | a \\| b |\n| {{1}} | $a|b$ |",
	"a[^1] b[^n]\n\n[^1]: one\n\n    more\n[^n]: two", "* [ ] to do\n* [x] done", "1. a\n2. b\n   - c\n\n     para\n\n         code\n3. d", "3. drei\n4. vier", "- a\n- b\n\n* c\n* d\n\n1. e",
	"> quote\n> > inner\n>\n> ```\n> code\n> ```", "# One #\n\nTwo\n===\n\n### `code` *em* {#id} #\n", "    indented\n\ttab", "````\n```\ninner\n```\n````", "~~~go\nfunc main() {}\n~~~",
	"\\# no heading\n\\- no item\n1\\. no number\n\\> no quote", "- \\- x\n- + y\n- 1. z", "a\n: definition?", "*[HTML]: no abbreviation", "x  \nhard\\\nbreak", "a & b &amp; &lt;b&gt; &copy; &#35; < > << >> <- ->",
	"[link](other.ipynb#x \"a \\\"title\\\"\") <https://example.com/a_b?c=d&e=f> https://example.com/x_y_z www.example.com a@b.example", "[a](<b c> 'd') [x]: no", "[ref]\n\n[ref]: https://example.com 'T'",
	"snake_case_name _em_ __strong__ a_b_ _c", "`` a ` b `` ` c ` ``` `` ```", "--flag ... --- \"quoted\" 'x' --8<-- \"file\"", "!!! note\n    text\n\n??? tip \"x\"\n\n=== \"Tab\"\n\n/// note\n///",
	":smile: a::b ==mark== ++keys++ ^sup^ x^2^ {++add++} (c) H~2~O", "***\n---\n___", "+ a\n\n  b\n+ c", "-\n-  \n- x", "1) a\n2) b", "\\\\( x \\\\) \\\\[ y \\\\]", "가나다.\n라마바\n1986\\. 해", "^\n\n^", "|", "||x||", "a||b",
	"> [!NOTE]\n> text", "- ```go\n  x := [][]int{{1, 2}, {3}}\n  ```\n- y", "# {{.Title}} {% x %}", "![그림 {{x}}](https://example.com/a_b.png \"t\")", "0|0\n-:", "\\\n#0", ">```\n>0 ", "\\\\(0\\\\)00", "[ 0@0.0", "~~*@{Go~ x", "- - -\n+ - +", "> a\n\n> b", "[^1](a) [x](y) ] [", "$$\n---\n$$", "| == |\n|---|\n| --- |", "https://example.com/a_b[c](d)?x=%zz&amp;", "_ * ` [ ] ( ) \\ ! # + - . | ~ ^ = : $ % & ; ' \" / ? @ , < >",
}

func TestTraps(t *testing.T) {
	for _, source := range traps {
		sameCommonMark(t, source)
	}
}

// pieces are what generated texts are made of.
var pieces = strings.Split("{{ }} {% %} { } {: {:: :} {# #} {{{ }}} [ ] ( ) ]( ![ [^1] [^ < > << >> <= => & &amp; &lt; \\\\ \\{ \\* * ** *** _ __ ` `` ``` ~ ~~ ~~~ ^ ^^ = == === + ++ - -- --- | || $ $$ : :: ; ! !! !!! ? ??? / // /// @ # ## % %% \" ' , . ... 1. 2) 10. - * + > > - | a|b a_b 1~3 "+
	"Go 가나다 프로세스는 endraw raw {%endraw%} {{.Name}} {{1,2}} [][]int{{1,2},{3,4}} map[string][]int{\"a\":{1}} :smile: x**y**z (a) [a](b) https://example.com/a_b `x{{y}}` $a_i$ *em* **strong** ~~del~~", " ")

// generated makes a text of a few lines of pieces. Half of the pieces stand close.
func generated(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(12) {
		b.WriteString(pieces[r.IntN(len(pieces))])
		switch r.IntN(8) {
		case 0, 1, 2:
			b.WriteByte(' ')
		case 3:
			b.WriteByte('\n')
		case 4:
			if r.IntN(3) == 0 {
				b.WriteString("\n\n")
			}
		}
	}
	return b.String()
}

func TestGenerated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range *generations {
		source := generated(r)
		if rawHTML.MatchString(source) {
			continue
		}
		sameCommonMark(t, source)
	}
}

var generations = flag.Int("generations", 3000, "how many texts are generated")
