package verify

import (
	"go/scanner"
	gotoken "go/token"
	"regexp"
	"slices"
	"strings"

	"iyagi/notebooks/nbformat"
)

// example is what a comment says that a cell prints.
type example struct {
	want      string
	unordered bool
}

// output begins the comment, as in go/doc.
var output = regexp.MustCompile(`(?i)^[[:space:]]*(unordered )?output:`)

// exampleOf returns what the last comment of a cell says, if that is an Output
// comment and nothing stands behind it; else nil.
func exampleOf(source string) *example {
	if !strings.Contains(strings.ToLower(source), "output:") {
		return nil
	}
	comment := lastComment(source)
	m := output.FindStringSubmatchIndex(comment)
	if m == nil {
		return nil
	}
	return &example{want: strings.TrimSpace(comment[m[1]:]), unordered: m[2] >= 0}
}

// lastComment is the text of the group of comments that ends a cell: without the marks, as
// go/ast's CommentGroup.Text, which cannot be used since a cell is no Go file.
func lastComment(source string) string {
	var s scanner.Scanner
	file := gotoken.NewFileSet().AddFile("", -1, len(source))
	s.Init(file, []byte(source), func(gotoken.Position, string) {}, scanner.ScanComments)
	var group []string
	last := 0 // line on which the group ends
	for {
		pos, tok, lit := s.Scan()
		switch {
		case tok == gotoken.EOF:
			return strings.Join(group, "\n")
		case tok == gotoken.SEMICOLON && lit == "\n":
		case tok != gotoken.COMMENT:
			group = nil
		default:
			line := file.Line(pos)
			if line > last+1 {
				group = nil
			}
			last = line + strings.Count(lit, "\n")
			if rest, ok := strings.CutPrefix(lit, "//"); ok {
				group = append(group, strings.TrimPrefix(rest, " "))
			} else {
				group = append(group, strings.Split(strings.TrimSuffix(strings.TrimPrefix(lit, "/*"), "*/"), "\n")...)
			}
		}
	}
}

// differs compares what a cell printed with its comment; nil when it is that. By
// testing's rules: all of standard output, without white space at both ends, to the letter, and in an
// unordered one the lines sorted. The lines of tasks count too, in the order of
// writing.
func (e *example) differs(cell *nbformat.Cell) []Line {
	want, got := e.want, strings.TrimSpace(printed(cell))
	if e.unordered {
		want, got = sorted(want), sorted(got)
	}
	if want == got {
		return nil
	}
	exact := &comparison{exact: true}
	return exact.diff(plain(want), plain(got))
}

func sorted(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// plain is a text as lines of which nothing may vary.
func plain(s string) flat {
	var f flat
	for l := range strings.SplitSeq(s, "\n") {
		f = append(f, line{text: l})
	}
	return f
}

// printed is what a cell and its tasks wrote to standard output.
func printed(cell *nbformat.Cell) string {
	var b strings.Builder
	for _, o := range cell.Outputs {
		if o.Type == nbformat.Stream {
			if o.Name == "stdout" {
				b.WriteString(o.Text)
			}
			continue
		}
		if c := cardOf(o); c != nil {
			for _, l := range c.Output {
				if l.Stream == "stdout" {
					b.WriteString(l.Text + "\n")
				}
			}
		}
	}
	return b.String()
}
