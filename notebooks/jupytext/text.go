package jupytext

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// isSpace is what Python's \s and str.strip take for white space.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func isBlank(line string) bool { return strings.TrimFunc(line, isSpace) == "" }

func trim(s string) string { return strings.TrimFunc(s, isSpace) }

// indent cuts the white space off the head of a line.
func indent(line string) (space, rest string) {
	rest = strings.TrimLeftFunc(line, isSpace)
	return line[:len(line)-len(rest)], rest
}

// comment puts a prefix before each line, with a space where the line is not empty.
func comment(lines []string, prefix string) []string {
	commented := make([]string, len(lines))
	for i, line := range lines {
		if commented[i] = prefix; line != "" {
			commented[i] += " " + line
		}
	}
	return commented
}

// uncomment takes the prefix from the lines that have it, with one space.
func uncomment(lines []string, prefix string) []string {
	plain := slices.Clone(lines)
	for i := range plain {
		plain[i] = uncommentLine(plain[i], prefix)
	}
	return plain
}

func uncommentLine(line, prefix string) string {
	if rest, ok := strings.CutPrefix(line, prefix); ok && prefix != "" {
		return strings.TrimPrefix(rest, " ")
	}
	return line
}

// quotes tells whether a line begins inside a quoted text. It knows what jupytext knows, which is
// Python's strings in any language: one in " or ' ends with its line, one in """ or ”' can go on.
type quotes struct {
	comment string
	python  bool
	ignore  bool
	single  byte
	triple  byte
}

// newQuotes takes a language as jupytext spells it, "" for none.
func newQuotes(language string) *quotes {
	return &quotes{comment: commentOf[language], python: language != "R", ignore: language == ""}
}

func (q *quotes) quoted() bool { return !q.ignore && (q.single != 0 || q.triple != 0) }

func (q *quotes) read(line string) {
	if _, rest := indent(line); q.ignore || !q.quoted() && q.comment != "" && strings.HasPrefix(rest, q.comment) {
		return
	}
	tripleAt := -1
	for i := 0; i < len(line); i++ {
		char := line[i]
		if q.single == 0 && q.triple == 0 && q.comment != "" && strings.HasPrefix(line[i:], q.comment) {
			break
		}
		if char != '"' && char != '\'' || i > 0 && line[i-1] == '\\' {
			continue
		}
		switch {
		case q.single == char:
			q.single = 0
		case q.single != 0 || !q.python:
		case i >= 2 && line[i-1] == char && line[i-2] == char && i >= tripleAt+3:
			switch q.triple {
			case char:
				q.triple, tripleAt = 0, i
			case 0:
				q.triple, tripleAt = char, i
			}
		case q.triple == 0:
			q.single = char
		}
	}
	if q.python {
		q.single = 0
	}
}

// A fence of Markdown, as the percent form knows it.
var fenceLine = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")

func fenceParts(line string) []string {
	if !strings.Contains(line, "```") && !strings.Contains(line, "~~~") {
		return nil
	}
	return fenceLine.FindStringSubmatch(line)
}

// openingFence returns the fence that a line opens, "" if it opens none.
func openingFence(line string) string {
	m := fenceParts(line)
	if m == nil || m[1][0] == '`' && strings.Contains(m[2], "`") {
		return ""
	}
	return m[1]
}

func closesFence(line, fence string) bool {
	m := fenceParts(line)
	return m != nil && m[1][0] == fence[0] && len(m[1]) >= len(fence) && isBlank(m[2])
}
