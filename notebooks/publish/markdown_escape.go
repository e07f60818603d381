package publish

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// unescaped resolves the backslashes and character references of a Markdown text, which goldmark leaves in its nodes.
func unescaped(s []byte) string {
	if !strings.ContainsAny(string(s), `\&`) {
		return string(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			i++
			b.WriteByte(s[i])
		case s[i] == '&':
			m := referencePattern.Find(s[i:])
			r := util.ResolveEntityNames(util.ResolveNumericReferences(m))
			if len(m) == 0 || string(r) == string(m) {
				b.WriteByte('&')
				continue
			}
			b.Write(r)
			i += len(m) - 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

var referencePattern = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[0-9A-Za-z]+);`)

// reference is HTML's character reference.
func reference(r rune) string { return fmt.Sprintf("&#%d;", r) }

// references writes a text so that it has nothing that any dialect could read.
func references(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == ' ' || r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			b.WriteString(reference(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// counts are how often a block has characters that mean something only in pairs.
type counts struct {
	tildes, carets, equals, dollars, colons, pluses int
	lines                                           int
}

// count looks at the text of the block that comes next.
func (w *markdownWriter) count(n ast.Node) {
	s := plainText(n, w.source)
	w.counts = counts{
		tildes: strings.Count(s, "~"), carets: strings.Count(s, "^"), equals: strings.Count(s, "=="), dollars: strings.Count(s, "$"),
		colons: strings.Count(s, ":"), pluses: strings.Count(s, "++"), lines: n.Lines().Len(),
	}
	if contains(n, east.KindStrikethrough) {
		w.counts.tildes++
	}
}

// escape writes a text so that the dialect reads it as just that. Before is what stands before it.
func (w *markdownWriter) escape(s, before string) string {
	var b strings.Builder
	last, _ := utf8.DecodeLastRuneInString(before)
	runes := []rune(s)
	for i, r := range runes {
		next := rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case r < ' ' || r == 0x7f:
			b.WriteRune(utf8.RuneError)
		case r == '<':
			b.WriteString("&lt;")
		case r == '>' && last == '>':
			b.WriteString("&gt;")
		case r == '&' && (next == '#' || next == 0 || unicode.IsLetter(next)):
			b.WriteString("&amp;")
		case r == '\\' && next == 0 && w.target == Jekyll: // two at the end of a line are a break
			b.WriteString(reference(r))
		case w.means(r, last, next):
			b.WriteString(w.plain(r))
		default:
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// plain writes a character that must not be taken for a mark.
func (w *markdownWriter) plain(r rune) string {
	if w.inTable && r == '`' { // kramdown looks for spans of code before it looks for backslashes
		return reference(r)
	}
	if strings.ContainsRune(w.escapable, r) && (w.target != MkDocs || r != '[' && r != ']') { // \[ is mathematics for pymdownx.arithmatex
		return `\` + string(r)
	}
	return reference(r)
}

// means tells whether a character could be a mark of the dialect, wherever it stands in a line.
func (w *markdownWriter) means(r, last, next rune) bool {
	switch r {
	case '\\', '`', '*':
		return true
	case '[': // of a note, a task or a picture
		return w.target != MkDocs || w.inLink || last == '!' || strings.ContainsRune("^[ xX\x00", next)
	case ']': // of a link
		return w.target != MkDocs || w.inLink || strings.ContainsRune("([:\x00", next)
	case '_':
		return !wordy(last) || !wordy(next)
	case '{':
		return w.target != Markdown
	case '|':
		return w.inTable || w.target == Jekyll || w.counts.lines > 1
	case '~':
		return w.counts.tildes > 1
	case '$':
		return w.counts.dollars > 1
	case '-': // kramdown makes dashes of two, MkDocs' snippets begin with two
		return last == '-' && w.target != Markdown
	case '^':
		return w.target == MkDocs && w.counts.carets > 1
	case '=':
		return w.target == MkDocs && w.counts.equals > 1 && last == '='
	case '+': // pymdownx.keys
		return w.target == MkDocs && w.counts.pluses > 1 && last == '+'
	case ':': // pymdownx.emoji, and a bare address that was no link
		return w.target == MkDocs && w.counts.colons > 1 && wordy(next) || w.target != Jekyll && next == '/'
	case '@':
		return w.target == Markdown && wordy(last)
	case '.':
		return w.target != Jekyll && (last == 'w' || last == 'W')
	}
	return false
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// lineNumber matches what would begin an ordered list.
var lineNumber = regexp.MustCompile(`^(\d+)([.)])(?:[ \t]|$)`)

// paragraph makes sure that a text is a paragraph: no line of it begins another block.
func (w *markdownWriter) paragraph(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		line = strings.TrimLeft(line, " \t")
		if m := lineNumber.FindStringSubmatch(line); m != nil {
			line = m[1] + w.plain(rune(m[2][0])) + line[len(m[1])+1:]
		} else if w.beginsBlock(line) {
			r, size := utf8.DecodeRuneInString(line)
			line = w.plain(r) + line[size:]
		}
		lines[i] = line
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// beginsBlock tells whether the first character of a line could be the mark of a heading, list, table, definition or the like.
// Stars, backticks and brackets are escaped wherever they stand.
func (w *markdownWriter) beginsBlock(line string) bool {
	if line == "" {
		return false
	}
	switch line[0] {
	case '#', '>', '|', '=', ':', '^':
		return true
	case '-', '+':
		return len(line) == 1 || line[1] == ' ' || line[1] == '\t' || line[1] == line[0] || strings.Trim(line, "-:| \t") == "" // the last is of a table
	case '!', '?', '/': // admonitions and blocks of pymdownx
		return w.target == MkDocs && len(line) > 2 && line[1] == line[0] && line[2] == line[0]
	}
	return false
}
