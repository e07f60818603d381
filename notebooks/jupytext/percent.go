package jupytext

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"iyagi/notebooks/nbformat"
)

// The lines that begin a cell of the percent form: with options, and alone as other programs write them.
var (
	cellMark = regexp.MustCompile(`^` + space + `//` + space + `%%(%*)[\s\p{Z}](.*)$`)
	bareCell = regexp.MustCompile(`^` + space + `//` + space + `(%%|<codecell>|In\[[0-9 ]*\]:?)` + space + `$`)
)

// space is white space as isSpace has it.
const space = `[\s\v\x1c-\x1f\x{85}\p{Z}]*`

func isMark(line string) bool {
	return strings.Contains(line, "//") && (cellMark.MatchString(line) || bareCell.MatchString(line))
}

// percent reads a cell of the percent form. Text before the first marker is a code cell.
func (p *parsed) percent(lines []string) (next, separator int) {
	if cellMark.MatchString(lines[0]) {
		line := uncommentLine(lines[0], "//")
		p.options(line[strings.Index(line, "%%")+2:])
	}
	p.takeLanguage()
	prefix := "//"
	switch kind, ok := p.meta.text("cell_type"); {
	case ok:
		p.meta.delete("cell_type")
		p.typ = nbformat.CellType(kind)
	case !p.meta.isActive("ipynb", true):
		p.typ = nbformat.Raw
		if active, ok := p.meta.text("active"); ok && active == "" {
			p.meta.delete("active")
		}
		if p.meta.isActive("go", true) {
			prefix = ""
		}
	default:
		p.typ = nbformat.Code
	}
	next = p.percentEnd(lines, prefix)
	end := next
	switch body := lines[:next]; {
	case lastTwoBlank(body):
		end -= 2
	case body[next-1] == "":
		end--
	}
	start := 0
	if isMark(lines[0]) {
		start = 1
	}
	p.raw = lines[start:end]
	p.content = p.plain(prefix)
	return next, separators(end, next, len(lines), false)
}

// options reads the words of a marker: a title, the kind of the cell, name=value.
func (p *parsed) options(text string) {
	p.json = p.json || isJSONOptions(text)
	var title string
	title, p.meta = parseTitled(text)
	for _, kind := range []string{"markdown", "raw", "md"} {
		mark := "[" + kind + "]"
		if !strings.Contains(title, mark) {
			continue
		}
		title = trim(strings.ReplaceAll(title, mark, ""))
		if kind == "md" {
			p.meta.setText("region_name", kind)
			kind = "markdown"
		}
		p.meta.setText("cell_type", kind)
		break
	}
	name := strings.TrimLeft(title, "%")
	if depth := len(title) - len(name); depth > 0 {
		p.meta.set("cell_depth", json.RawMessage(strconv.Itoa(depth)))
		title = trim(name)
	}
	if title != "" {
		p.meta.setText("title", title)
	}
}

// percentEnd returns the index of the next marker. One within a fence of a Markdown cell is none, if the fence ends.
func (p *parsed) percentEnd(lines []string, prefix string) int {
	q := newQuotes(firstOf(p.language, p.main))
	open := ""
	for i, line := range lines {
		quoted := q.quoted()
		if q.read(line); quoted {
			continue
		}
		if p.typ == nbformat.Markdown || p.typ == nbformat.Raw {
			text := uncommentLine(line, prefix)
			if open != "" {
				if closesFence(text, open) {
					open = ""
				}
				continue
			}
			if f := openingFence(text); f != "" && slices.ContainsFunc(lines[i+1:], func(line string) bool {
				return closesFence(uncommentLine(line, prefix), f)
			}) {
				open = f
				continue
			}
		}
		if i > 0 && isMark(line) {
			return i
		}
	}
	return len(lines)
}

func lastTwoBlank(lines []string) bool {
	n := len(lines)
	return n >= 3 && !isBlank(lines[n-3]) && isBlank(lines[n-2]) && isBlank(lines[n-1])
}

// plain is the cell's text without the comments that the form adds.
func (p *parsed) plain(prefix string) []string {
	if _, set := p.meta.text("active"); !p.meta.isActive("go", true) || !set && p.language != "" && p.language != p.main {
		return uncomment(p.raw, prefix)
	}
	lines := p.raw
	if p.magics {
		lines = uncommentMagics(lines, true)
	}
	if p.main == "go" && p.language == "" {
		lines = unescapeMarks(lines)
	}
	if p.typ == nbformat.Code {
		return uncommentPlus(lines)
	}
	return uncomment(lines, prefix)
}
