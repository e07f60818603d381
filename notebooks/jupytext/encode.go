package jupytext

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"iyagi/notebooks/nbformat"
)

// Encode writes a notebook as text, without its outputs. Decode gives back the same cells with the same ids, and the same metadata but for
// what front ends note for themselves (collapsed, scrolled, execution times) and what the filters of jupytext exclude that
// the notebook may have. A notebook of nothing is no text. The error is an [*nbformat.Error]: the percent form is for notebooks in Go, and Markdown needs a language
// that jupytext knows.
func Encode(n *nbformat.Notebook, f Format) ([]byte, error) {
	e, err := newEncoder(n, f)
	if err != nil {
		return nil, err
	}
	e.prepare(n)
	lines, err := e.document()
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}

// encoder writes one notebook. Cells are written from the last to the first: each is read back as it stands before the cells behind
// it, which decide where it ends.
type encoder struct {
	*reader
	metadata meta
	section  meta // of jupytext, in the metadata
	notebook filter
	filter   filter // of the cells' metadata
	asJSON   bool   // options are one JSON object
	cells    []*entry
	ascii    bool
}

// entry is a cell to write: what reading it must give, and what of that goes where.
type entry struct {
	cell
	x      extra // what no marker can say
	layout int   // empty lines behind the cell, -1: as usual
}

func newEncoder(n *nbformat.Notebook, f Format) (*encoder, error) {
	metadata := metaOf(n.Metadata)
	section := parseMeta(metadata.get("jupytext"))
	kernel, _ := parseMeta(metadata.get("kernelspec")).text("language")
	if f == Percent {
		kernel = firstOf(kernel, "go")
	}
	main, hasMain := section.text("main_language")
	language := normal(firstOf(main, kernel))
	switch {
	case hasMain && main == kernel:
		section.delete("main_language")
	case language == "": // a reader of the text could only guess
		language = firstOf(normal(n.Language()), "go")
		section.setText("main_language", language)
	}
	if f == Percent && (language != "go" || n.Language() != "" && normal(n.Language()) != "go") {
		return nil, &nbformat.Error{Reason: fmt.Sprintf("the notebook is in %s; a .go file can hold notebooks in Go only", firstOf(n.Language(), language))}
	}
	e := &encoder{metadata: metadata, section: section, notebook: filterOf(section, "notebook_metadata_filter"),
		filter: filterOf(section, "cell_metadata_filter"), asJSON: string(section.get("cell_metadata_json")) == "true", ascii: isASCII(n.Cells)}
	e.reader = newReader(section, metadata, f)
	e.main = language
	return e, nil
}

// prepare sorts the notebook's cells into what a text says by itself and what it must be told.
func (e *encoder) prepare(n *nbformat.Notebook) {
	given := givenIDs(n)
	keepsIDs := len(e.filter.cells(meta{{idKey, nil}})) > 0
	for i, c := range n.Cells {
		all := metaOf(c.Metadata)
		if id, ok := all.text(idKey); ok && id == c.ID {
			all.delete(idKey) // jupytext has read it from a text of ours
		}
		t := &entry{cell: cell{typ: c.Type, source: c.Source, meta: e.filter.cells(all)}, layout: -1}
		if v, err := strconv.Atoi(string(all.get("lines_to_next_cell"))); err == nil && v >= 0 && v <= 20 {
			t.layout = v
		}
		if c.Type != nbformat.Code {
			t.attachments = metaOf(c.Attachments)
		}
		if given[i] != "" && keepsIDs {
			t.id = given[i]
		}
		e.cells = append(e.cells, t)
	}
	e.adoptFront()
}

// adoptFront takes back what the header of a text said of the first cell, which jupytext reads as metadata of the notebook.
func (e *encoder) adoptFront() {
	var x extra
	if json.Unmarshal(e.metadata.get(extraKey), &x) != nil || x.FrontMatter == nil || len(e.cells) == 0 || e.cells[0].typ != nbformat.Raw {
		return
	}
	e.metadata.delete(extraKey)
	first := e.cells[0]
	for _, o := range parseMeta(x.FrontMatter.Metadata) {
		if first.meta.get(o.name) == nil {
			first.meta.set(o.name, o.value)
		}
	}
	if f := filterOf(e.section, "notebook_metadata_filter"); slices.Equal(f.additional, []string{extraKey}) && len(f.excluded) == 0 {
		e.section.delete("notebook_metadata_filter") // jupytext has set it for this key alone
		e.notebook = filter{}
	}
}

// givenIDs returns the ids that a text must say, with "" where Decode finds the same one by itself.
func givenIDs(n *nbformat.Notebook) []string {
	full := bare(n, nil)
	full.Upgrade()
	given := make([]string, len(n.Cells))
	for range n.Cells { // an id that is said can change those that are found
		found := bare(n, given)
		found.Upgrade()
		changed := false
		for i, c := range found.Cells {
			if c.ID != full.Cells[i].ID {
				given[i], changed = full.Cells[i].ID, true
			}
		}
		if !changed {
			break
		}
	}
	return given
}

// bare is a copy of a notebook with types and sources alone, and these ids; its own without any.
func bare(n *nbformat.Notebook, ids []string) *nbformat.Notebook {
	b := nbformat.New()
	for i, c := range n.Cells {
		d := nbformat.NewCell(c.Type, c.Source)
		if ids == nil && validID(c.ID) {
			d.ID = c.ID
		} else if ids != nil {
			d.ID = ids[i]
		}
		b.Cells = append(b.Cells, d)
	}
	return b
}

// document writes the header and the cells.
func (e *encoder) document() ([]string, error) {
	front := e.frontMatter()
	lines, err := e.body(front)
	if err != nil && front > 0 {
		front = 0
		lines, err = e.body(0)
	}
	if err != nil {
		return nil, err
	}
	forced := false
	for {
		head := e.header(front, forced, len(lines) > 0)
		text := slices.Concat(head, lines)
		h, err := readHeader(text, e.format)
		switch {
		case err == nil && h.lines == min(len(head), len(text)) && (h.first != nil) == (front > 0) && e.readsMain(h, front) && !misleads(h, text):
			return text, nil
		case front > 0 && err == nil && h.first == nil, front > 0 && forced:
			front = 0
			if lines, err = e.body(0); err != nil {
				return nil, err
			}
		case forced:
			return nil, &nbformat.Error{Reason: fmt.Sprintf("the notebook's metadata cannot be written as the header of a .%s file", e.format)}
		default:
			forced = true
		}
	}
}

// misleads tells a Markdown text without metadata that jupytext would read as a form with YAML alone at its head, and fail.
func misleads(h header, text []string) bool {
	if h.metadata != nil || len(text) == 0 || !strings.HasPrefix(text[0], "---") {
		return false
	}
	if h.first == nil {
		return true
	}
	lines := strings.Split(h.first.source, "\n")
	_, err := parseYAML([]byte(strings.Join(lines[1:len(lines)-1], "\n")))
	return err != nil
}

// readsMain tells whether a reader of the text finds the notebook's language.
func (e *encoder) readsMain(h header, front int) bool {
	d := &decoder{reader: newReader(parseMeta(h.metadata.get("jupytext")), h.metadata, e.format)}
	for _, c := range e.cells[front:] {
		c := c.cell
		c.meta = slices.Clone(c.meta)
		if c.typ == nbformat.Code {
			language, _, _ := cutMagic(strings.Split(c.source, "\n"), e.main)
			c.meta.setText("language", firstOf(language, e.main))
			d.add(&c)
		}
	}
	return len(d.cells) == 0 || d.mainLanguage(h.found) == e.main
}

// frontMatter returns 1 if the first cell can be the head of the text, else 0.
func (e *encoder) frontMatter() int {
	if len(e.cells) == 0 || e.cells[0].typ != nbformat.Raw {
		return 0
	}
	c := e.cells[0]
	lines := append(comment(strings.Split(c.source, "\n"), e.format.comment()), "")
	if e.format == Markdown {
		lines = append(strings.Split(c.source, "\n"), "")
	}
	h, err := readHeader(lines, e.format)
	if err != nil || h.first == nil || h.found || h.first.source != c.source || h.lines != len(lines) {
		return 0
	}
	return 1
}

// header writes the head of the text with the empty line behind it; forced, it has jupytext's section whatever the filter says.
func (e *encoder) header(front int, forced, more bool) []string {
	var head, yaml []string
	separator := 1
	if line, ok := e.section.text("executable"); ok && e.format == Percent {
		head = append(head, "#!"+line)
	}
	if line, ok := e.section.text("encoding"); ok && e.format == Percent {
		head = append(head, line)
	} else if e.format == Percent && !e.ascii {
		head = append(head, encodingLine)
	}
	if front > 0 {
		c := e.cells[0]
		lines := strings.Split(c.source, "\n")
		yaml = lines[1 : len(lines)-1]
		if c.layout == 0 {
			separator = 0
		}
	}
	metadata := e.headerMetadata(front, forced)
	if len(metadata) > 0 {
		yaml = append(slices.Clip(yaml), printYAML(json.RawMessage(meta{{"jupyter", json.RawMessage(metadata.json())}}.json()))...)
	}
	if len(metadata) > 0 || front > 0 {
		yaml = slices.Concat([]string{"---"}, yaml, []string{"---"})
		if e.format == Markdown && string(e.section.get("hide_notebook_metadata")) == "true" {
			yaml = slices.Concat([]string{"<!--", ""}, yaml, []string{"", "-->"})
		}
		if e.format == Percent {
			yaml = comment(yaml, "//")
		}
		head = append(head, yaml...)
		if separator == 1 && more {
			head = append(head, "")
		}
	}
	return head
}

// headerMetadata is what stands under jupyter: in the header.
func (e *encoder) headerMetadata(front int, forced bool) meta {
	section := slices.Clone(e.section)
	section.delete("executable")
	if e.format == Percent {
		section.delete("encoding")
	}
	if formats, ok := section.text("formats"); ok && e.format == Percent {
		parts := strings.Split(formats, ",")
		for i := range parts {
			if parts[i] == "go" {
				parts[i] = "go:percent"
			}
		}
		section.setText("formats", strings.Join(parts, ","))
	}
	version := markdownVersion
	if e.format == Percent {
		version = percentVersion
	}
	section.set("text_representation", json.RawMessage(meta{
		{"extension", json.RawMessage(`".` + e.format + `"`)}, {"format_name", json.RawMessage(`"` + e.format.name() + `"`)},
		{"format_version", json.RawMessage(`"` + version + `"`)}, {"jupytext_version", json.RawMessage(`"` + jupytextVersion + `"`)},
	}.json()))
	m := slices.Clone(e.metadata)
	m.set("jupytext", json.RawMessage(section.json()))
	m = e.notebook.notebook(m)
	if forced && m.get("jupytext") == nil {
		section.setText("main_language", e.main)
		m.set("jupytext", json.RawMessage(section.json()))
	}
	if len(m) == 0 {
		return nil
	}
	var x extra
	m, x.Metadata = splitInvalid(m)
	if front > 0 {
		c := e.cells[0]
		note := extra{ID: c.id}
		if len(c.meta) > 0 {
			note.Metadata = json.RawMessage(c.meta.json())
		}
		if len(c.attachments) > 0 {
			note.Attachments = json.RawMessage(c.attachments.json())
		}
		if !note.empty() {
			x.FrontMatter = &note
		}
	}
	if !x.empty() {
		m.set(extraKey, x.json())
	}
	return m
}

// splitInvalid takes out what jupytext refuses to write, and what would be taken for ours.
func splitInvalid(m meta) (valid meta, others json.RawMessage) {
	var out meta
	for _, o := range m {
		if !validName.MatchString(o.name) || o.name == extraKey || o.name == idKey {
			out = append(out, o)
		} else {
			valid = append(valid, o)
		}
	}
	if len(out) == 0 {
		return valid, nil
	}
	return valid, json.RawMessage(out.json())
}
