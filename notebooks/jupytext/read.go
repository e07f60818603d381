package jupytext

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"iyagi/notebooks/nbformat"
)

// reader reads cells of a text one after the other. How a cell is read depends on the lines from its first one on
// and on nothing before it.
type reader struct {
	format   Format
	main     string // the notebook's language as far as it is known, "" if not
	headings bool   // a heading begins a Markdown cell
	magics   bool   // commands stand as comments
	json     bool   // set when options were JSON
}

// parsed is a cell as its lines say, before they are joined to a text.
type parsed struct {
	*reader
	typ      nbformat.CellType
	language string
	meta     meta
	marked   bool // the first line is a marker
	content  []string
	raw      []string // the lines between the markers
}

// block is a cell that was read.
type block struct {
	*cell
	raw   []string // its lines between the markers
	lines int      // how many lines it has, with those that part it from the next
}

// read reads the cell that begins with the first line.
func (r *reader) read(lines []string) block {
	p := &parsed{reader: r}
	var n, separator int
	if r.format == Markdown {
		n, separator = p.markdown(lines)
	} else {
		n, separator = p.percent(lines)
	}
	if p.typ != nbformat.Code && p.typ != nbformat.Markdown {
		p.typ = nbformat.Raw
	}
	if separator != 1 {
		p.meta.set("lines_to_next_cell", json.RawMessage(strconv.Itoa(separator)))
	}
	if p.language != "" {
		p.meta.setText("language", p.language)
	}
	return block{&cell{typ: p.typ, source: strings.Join(p.content, "\n"), meta: p.meta}, p.raw, n}
}

// takeLanguage lets the key language, which any marker may have, be the cell's.
func (p *parsed) takeLanguage() {
	if language, ok := p.meta.text("language"); ok {
		p.meta.delete("language")
		p.language = language
	}
}

// separators returns how many empty lines part a cell from the next one.
func separators(end, next, total int, explicit bool) int {
	if end >= total {
		return 1
	}
	n := next - end
	if explicit {
		n--
	}
	if next >= total {
		n++
	}
	return n
}

var (
	fenceStart  = regexp.MustCompile("^```(`*)(\\s*)(\\S+)($|\\s.*$)")
	regionStart = regexp.MustCompile(`^<!--\s*#(region|markdown|md|raw)(.*)-->\s*$`)
	regionEnd   = regexp.MustCompile(`^<!--\s*#end(region|markdown|md|raw)\s*-->\s*$`)
	plainFence  = regexp.MustCompile("^```\\s*$")
)

// fence is an opening fence with a language that can be a cell.
type fence struct {
	end      string // how a line that closes it begins
	language string
	meta     meta
}

func (r *reader) fence(line string) (f fence, ok bool) {
	if !strings.HasPrefix(line, "```") {
		return f, false
	}
	m := fenceStart.FindStringSubmatch(line)
	if m == nil || !inFence(m[3]) {
		return f, false
	}
	options := m[2] + " " + m[3] + " " + m[4]
	r.json = r.json || isJSONOptions(options)
	f.end = "```" + m[1]
	f.language, f.meta = parseFence(options)
	return f, true
}

// noEval tells a fence that is only to be shown.
func (f fence) noEval() bool { return string(f.meta.get(".noeval")) == "null" }

// markdown reads a cell of the Markdown form.
func (p *parsed) markdown(lines []string) (next, separator int) {
	end, next, explicit := p.markdownEnd(lines)
	start := 0
	if p.marked {
		start = 1
	}
	p.raw = lines[start:end]
	p.content = p.raw
	if p.typ == nbformat.Code {
		if p.magics && p.meta.isActive("md", true) && (p.language == "" || p.language == p.main) {
			p.content = uncommentMagics(p.raw, true)
		}
		switch {
		case !p.meta.isActive("ipynb", true):
			p.typ = nbformat.Raw
			if active, ok := p.meta.text("active"); ok && active == "" {
				p.meta.delete("active")
			}
		case p.language == "": // only to be shown: its fences are prose
			p.typ = nbformat.Markdown
			explicit = false
			end++
			p.content = lines[:min(end, len(lines))]
		}
	}
	return skipBlank(lines, end, next, explicit)
}

// markdownEnd reads the marker of a cell, if it has one, and returns the index of the line that ends the cell, of the line behind, and
// whether the line that ends it is a marker.
func (p *parsed) markdownEnd(lines []string) (end, next int, explicit bool) {
	region, fenceEnd := "", ""
	if m := regionStart.FindStringSubmatch(lines[0]); m != nil {
		region = m[1]
		p.region(region, m[2])
	} else if f, ok := p.fence(lines[0]); ok {
		p.marked, p.language, p.meta, fenceEnd = true, f.language, f.meta, f.end
		if f.noEval() {
			p.language, p.meta = "", nil
		}
	}
	p.takeLanguage()
	if region != "" {
		for i, line := range lines {
			if !strings.HasPrefix(line, "<!--") {
				continue
			}
			if m := regionEnd.FindStringSubmatch(line); m != nil && m[1] == region {
				return i, i + 1, true
			}
		}
		return len(lines), len(lines), false
	}
	if !p.marked {
		p.typ = nbformat.Markdown
		return p.proseEnd(lines)
	}
	p.typ = nbformat.Code
	q := newQuotes(firstOf(p.language, p.main, "python"))
	for i, line := range lines[1:] {
		quoted := q.quoted()
		if q.read(line); !quoted && strings.HasPrefix(line, fenceEnd) {
			return i + 1, i + 2, true
		}
	}
	return len(lines), len(lines), false
}

func (p *parsed) region(name, options string) {
	p.json = p.json || isJSONOptions(options)
	var title string
	title, p.meta = parseTitled(options)
	p.marked, p.typ = true, nbformat.Markdown
	if name == "raw" {
		p.typ = nbformat.Raw
	}
	if title != "" {
		p.meta.setText("title", title)
	}
	if name == "markdown" || name == "md" {
		p.meta.setText("region_name", name)
	}
}

// skipBlank passes over the empty line between two cells, two behind a cell with an end of its own.
func skipBlank(lines []string, end, next int, explicit bool) (n, separator int) {
	blank := func(i int) bool { return isBlank(lines[i]) }
	switch total := len(lines); {
	case next+1 < total && blank(next) && !blank(next+1):
		next++
	case explicit && next+2 < total && blank(next) && blank(next+1) && !blank(next+2):
		next += 2
	}
	return next, separators(end, next, len(lines), explicit)
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// proseEnd finds the end of a Markdown cell without markers: two empty lines, or the beginning of another cell, neither within a block of code.
func (p *parsed) proseEnd(lines []string) (end, next int, explicit bool) {
	blanks := 0
	inFence, inIndented := false, false
	closes := func(line string) bool { return strings.HasPrefix(line, "```") && plainFence.MatchString(line) }
	for i, line := range lines {
		blank := isBlank(line)
		if inFence && closes(line) {
			inFence = false
			continue
		}
		if blanks > 0 && strings.HasPrefix(line, "    ") && !blank {
			inIndented = true
			blanks = 0
			continue
		}
		if inIndented && !blank && !strings.HasPrefix(line, "    ") {
			inIndented = false
		}
		if inIndented || inFence {
			continue
		}
		before := i // the empty line before the next cell is not ours
		if i > 1 && blanks > 0 {
			before--
		}
		if strings.HasPrefix(line, "<!--") && regionStart.MatchString(line) {
			return before, i, false
		}
		if f, ok := p.fence(line); ok {
			closes = func(line string) bool { return strings.HasPrefix(line, f.end) }
			if inFenceLanguage(f) {
				return before, i, false
			}
			inFence, blanks = true, 0
			continue
		}
		if strings.HasPrefix(line, "```") {
			if blanks >= 2 && !strings.HasPrefix(line, "```{") {
				return i - 2, i, true
			}
			inFence, blanks = true, 0
			continue
		}
		switch {
		case p.headings && strings.HasPrefix(line, "#") && blanks > 0:
			return i - 1, i, false
		case blank:
			blanks++
		case blanks >= 2:
			return i - 2, i, true
		default:
			blanks = 0
		}
	}
	return len(lines), len(lines), false
}

func inFenceLanguage(f fence) bool { return inFence(f.language) && !f.noEval() }
