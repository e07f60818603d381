package jupytext

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"iyagi/notebooks/nbformat"
)

// shape is a way to write a cell, from the plainest on: what jupytext would write, and what keeps more.
type shape struct {
	region    bool // Markdown between markers of its own
	wide      bool // protect all lines that would be marks of cells
	end       bool // note white space at the end
	meta      bool // note the metadata as JSON
	commented int  // comment each line out so often
}

var (
	markdownShapes = []shape{{}, {region: true}, {end: true}, {region: true, meta: true}, {end: true, meta: true},
		{region: true, commented: 1}, {region: true, commented: 1, meta: true}, {region: true, commented: 1, end: true, meta: true}}
	percentShapes = []shape{{}, {wide: true}, {end: true}, {end: true, wide: true}, {meta: true}, {meta: true, wide: true}, {meta: true, end: true},
		{meta: true, end: true, wide: true}, {commented: 1}, {commented: 2}, {commented: 1, meta: true}, {commented: 2, meta: true},
		{commented: 2, meta: true, end: true}, {commented: 2, end: true}}
)

// body writes the cells from the one with that index on.
func (e *encoder) body(from int) (lines []string, err error) {
	shapes := markdownShapes
	if e.format == Percent {
		shapes = percentShapes
	}
	var t tail
	for i := len(e.cells) - 1; i >= from; i-- {
		if !e.fit(e.cells[i], shapes, i == from, &t) {
			return nil, &nbformat.Error{Cell: i + 1, ID: e.cells[i].id,
				Reason: fmt.Sprintf("the %s cell cannot be written in a .%s file (the notebook's language is %q)", e.cells[i].typ, e.format, e.main)}
		}
	}
	return t.lines(), nil
}

// tail is a list of lines that grows at its head.
type tail struct {
	room []string
	from int
}

func (t *tail) lines() []string { return t.room[t.from:] }

// put puts lines before the others.
func (t *tail) put(lines []string) {
	if len(lines) > t.from {
		room := make([]string, 2*len(t.room)+len(lines))
		from := len(room) - len(t.lines())
		copy(room[from:], t.lines())
		t.room, t.from = room, from
	}
	t.from -= len(lines)
	copy(t.room[t.from:], lines)
}

// fit puts a cell before those behind it, in the first shape in which it is read back as it is. It tells whether there is one.
func (e *encoder) fit(c *entry, shapes []shape, first bool, behind *tail) bool {
	for _, s := range shapes {
		text := e.text(c, s)
		if text == nil || e.format == Markdown && !first && isBlank(text[0]) {
			continue // empty lines at the head of a cell would be those between two
		}
		text = append(slices.Clip(text), make([]string, e.separator(c, text, behind.lines()))...)
		behind.put(text)
		b := e.read(behind.lines())
		separator := b.meta.get("lines_to_next_cell")
		b.meta.delete("lines_to_next_cell")
		b.restore(b.raw, e.format)
		b.finish(e.main)
		if b.lines == len(text) && b.same(&c.cell) && (c.layout >= 0 || separator == nil) {
			return true
		}
		behind.from += len(text)
	}
	if c.layout >= 0 { // it asks for empty lines that cannot be
		c.layout = -1
		return e.fit(c, shapes, first, behind)
	}
	return false
}

// separator returns how many empty lines follow a cell. The last line of a file has an end of its own.
func (e *encoder) separator(c *entry, text, behind []string) int {
	n := c.layout
	if n < 0 {
		n = 1
	}
	if len(behind) == 0 {
		return max(n-1, 0)
	}
	plain := func(line string) bool { return !strings.HasPrefix(line, "<!-- #") && !strings.HasPrefix(line, "```") }
	if e.format == Markdown && c.typ == nbformat.Markdown && plain(text[0]) && plain(behind[0]) && !(e.headings && strings.HasPrefix(behind[0], "#")) {
		n++
	}
	return n
}

// text writes a cell in a shape, nil if the shape is not for this cell.
func (e *encoder) text(c *entry, s shape) []string {
	x := c.x
	plain, breaks := cutBreaks(c.source)
	x.Breaks = breaks
	if s.end {
		trimmed := strings.TrimRightFunc(plain, isSpace)
		if x.End = plain[len(trimmed):]; x.End == "" {
			return nil
		}
		plain = trimmed
	}
	m, others := splitInvalid(c.meta)
	x.Metadata = others
	if s.meta {
		if len(m) == 0 {
			return nil
		}
		m, x.Metadata = nil, json.RawMessage(c.meta.json())
	}
	if c.id != "" {
		m = append(meta{{idKey, json.RawMessage(pythonString(c.id))}}, m...)
	}
	if len(c.attachments) > 0 {
		x.Attachments = json.RawMessage(c.attachments.json())
	}
	lines := strings.Split(plain, "\n")
	if x.Commented = s.commented; s.commented > 0 {
		prefix := "//"
		if e.format == Markdown && c.typ == nbformat.Code {
			prefix = shield(e.main)
		}
		for range s.commented {
			lines = comment(lines, prefix)
		}
		if e.format == Percent && c.typ == nbformat.Code {
			if m.get("active") != nil {
				return nil
			}
			m.setText("active", "ipynb")
		}
	}
	if !x.empty() {
		m.set(extraKey, x.json())
	}
	if e.format == Percent {
		return e.percentText(c.typ, m, lines, s)
	}
	return e.markdownText(c.typ, m, lines, s)
}

func (e *encoder) markdownText(typ nbformat.CellType, m meta, lines []string, s shape) []string {
	if typ == nbformat.Markdown {
		if len(m) > 0 || s.region {
			name, ok := m.text("region_name")
			if m.delete("region_name"); !ok {
				name = "region"
			}
			return e.markers(name, m, lines)
		}
		if b := e.read(lines); b.lines < len(lines) || b.typ != nbformat.Markdown {
			return nil
		}
		return lines
	}
	if active, ok := m.text("active"); ok && active == "" {
		m.delete("active")
	}
	if typ == nbformat.Raw && !m.isActive("md", false) {
		m.delete("language")
		return e.markers("raw", m, lines)
	}
	source := lines
	fence := e.main
	if s.commented == 0 {
		language, args, rest := cutMagic(lines, e.main)
		if args != "" {
			m.setText("magic_args", args)
		}
		if language != "" {
			fence, source = language, rest
		} else if language, ok := m.text("language"); ok {
			fence = language
		}
		m.delete("language")
		source = commentMagics(source, e.magics)
	}
	ticks := "```"
	for _, line := range source {
		if n := len(line) - len(strings.TrimLeft(line, "`")); n >= len(ticks) {
			ticks = strings.Repeat("`", n+1)
		}
	}
	return slices.Concat([]string{ticks + m.print(fence, false)}, source, []string{ticks})
}

// markers puts a text between the HTML comments of a region.
func (e *encoder) markers(name string, m meta, lines []string) []string {
	title, ok := m.text("title")
	if ok && !strings.ContainsAny(title, "{=") {
		m.delete("title")
	} else {
		title = ""
	}
	begin := "<!-- #" + name + " -->"
	if options := m.print(title, e.asJSON); options != "" {
		begin = "<!-- #" + name + " " + options + " -->"
	}
	return slices.Concat([]string{begin}, lines, []string{"<!-- #end" + name + " -->"})
}

func (e *encoder) percentText(typ nbformat.CellType, m meta, lines []string, s shape) []string {
	language := ""
	if typ == nbformat.Code && s.commented == 0 {
		var args string
		if language, args, lines = cutMagic(lines, e.main); args != "" {
			m.setText("magic_args", args)
		}
		if language != "" {
			m.setText("language", language)
		}
	}
	if s.commented == 0 && language == "" {
		lines = escapeMarks(lines, s.wide)
	}
	if active, ok := m.text("active"); ok && active == "" && typ == nbformat.Raw {
		m.delete("active")
	}
	_, hasActive := m.text("active")
	code := typ == nbformat.Code || typ == nbformat.Raw && hasActive || m.hasActiveTag()
	active := code && m.isActive("go", language == "")
	kind := string(typ)
	if code {
		kind = ""
	}
	mark, ok := e.mark(kind, m)
	if !ok {
		return nil
	}
	if s.commented > 0 {
		return slices.Concat([]string{mark}, lines)
	}
	if !active {
		if s.wide && !code {
			lines = protectComments(lines)
		}
		return slices.Concat([]string{mark}, comment(lines, "//"))
	}
	if len(lines) > 0 && !isBlank(lines[0]) {
		space, _ := indent(lines[0])
		mark = space + mark
	}
	if len(lines) == 1 && lines[0] == "" {
		return []string{mark}
	}
	return slices.Concat([]string{mark}, commentMagics(lines, e.magics))
}

// protectComments comments once more the lines of prose that begin with // and would lose it as commands.
func protectComments(lines []string) []string {
	protected := slices.Clone(lines)
	for i, line := range lines {
		if strings.HasPrefix(line, "//") && isMagic(line, true) {
			protected[i] = "// " + line
		}
	}
	return protected
}

// mark is the line that begins a cell; not ok if its title is no text.
func (e *encoder) mark(kind string, m meta) (line string, ok bool) {
	var words []string
	if raw := m.get("title"); raw != nil {
		title, ok := m.text("title")
		if !ok || strings.ContainsAny(title, "\r\n") {
			return "", false
		}
		words = append(words, title)
		m.delete("title")
	}
	if raw := m.get("cell_depth"); raw != nil {
		var depth int
		if json.Unmarshal(raw, &depth) != nil || depth < 1 || depth > 20 {
			return "", false
		}
		words = slices.Insert(words, 0, strings.Repeat("%", depth))
		m.delete("cell_depth")
	}
	if kind != "" {
		if name, ok := m.text("region_name"); ok {
			kind = name
			m.delete("region_name")
		}
		words = append(words, "["+kind+"]")
	}
	options := m.print(strings.Join(words, " "), e.asJSON)
	if options != "" && !strings.HasPrefix(options, "%") {
		options = " " + options
	}
	return "// %%" + options, true
}
