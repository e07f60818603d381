package jupytext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"iyagi/notebooks/nbformat"
)

// Decode reads a notebook from text, which may be any text: what is no code is prose. The cells have ids, no outputs and no execution counts.
// The error is an [*nbformat.Error]: the text is not UTF-8, its header is broken or names another form.
func Decode(text []byte, f Format) (*nbformat.Notebook, error) {
	d, h, err := decode(text, f)
	if err != nil {
		return nil, err
	}
	n := d.notebook(h)
	n.Upgrade()
	return n, nil
}

// decode reads header and cells; the cells are finished by decoder.notebook.
func decode(text []byte, f Format) (*decoder, header, error) {
	lines, err := splitLines(text)
	if err != nil {
		return nil, header{}, err
	}
	h, err := readHeader(lines, f)
	if err != nil {
		return nil, h, err
	}
	section := parseMeta(h.metadata.get("jupytext"))
	if err := checkForm(section, f); err != nil {
		return nil, h, err
	}
	var notes extra
	if h.metadata != nil {
		notes = takeExtra(&h.metadata)
	}
	d := &decoder{reader: newReader(section, h.metadata, f), section: section}
	if h.first != nil {
		if front := notes.FrontMatter; front != nil {
			h.first.x = *front
		}
		d.add(h.first)
	}
	for rest := lines[h.lines:]; len(rest) > 0; {
		b := d.read(rest)
		rest = rest[b.lines:]
		said := b.meta
		b.restore(b.raw, f)
		for _, o := range said {
			protects := o.name == "language" || o.name != idKey && o.name != extraKey && b.meta.get(o.name) == nil
			if !protects {
				d.keys = append(d.keys, o.name)
			}
		}
		d.add(b.cell)
	}
	for _, o := range parseMeta(notes.Metadata) {
		h.metadata.set(o.name, o.value)
	}
	return d, h, nil
}

// splitLines cuts a text at the line ends of any system.
func splitLines(text []byte) ([]string, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for line, rest := 1, text; len(rest) > 0; line++ {
		var head []byte
		if head, rest, _ = bytes.Cut(rest, []byte("\n")); !utf8.Valid(head) {
			return nil, &nbformat.Error{Line: line, Reason: "the line is not UTF-8 text"}
		}
	}
	s := string(text)
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if s == "" {
		return nil, nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n"), nil
}

// checkForm refuses texts of forms that jupytext has and this package has not.
func checkForm(section meta, f Format) error {
	var form struct {
		Name    string `json:"format_name"`
		Version any    `json:"format_version"`
	}
	json.Unmarshal(section.get("text_representation"), &form)
	switch version := fmt.Sprint(form.Version); {
	case form.Name != "" && form.Name != f.name():
		return &nbformat.Error{Reason: fmt.Sprintf("the text is in jupytext's form %q; only %q can be read in a .%s file", form.Name, f.name(), f)}
	case f == Markdown && (version == "1.0" || version == "1.1"):
		return &nbformat.Error{Reason: fmt.Sprintf("the text has version %s of jupytext's Markdown, which was replaced in 2019; save it once with a newer jupytext", version)}
	}
	return nil
}

// newReader makes a reader with the options of a header.
func newReader(section, metadata meta, f Format) *reader {
	option := func(name string, otherwise bool) bool {
		switch string(section.get(name)) {
		case "true":
			return true
		case "false":
			return false
		}
		return otherwise
	}
	r := &reader{format: f, headings: option("split_at_heading", false), magics: option("comment_magics", f == Percent)}
	main, _ := section.text("main_language")
	kernel, _ := parseMeta(metadata.get("kernelspec")).text("language")
	r.main = normal(firstOf(main, kernel))
	if r.main == "" && f == Percent {
		r.main = "go"
	}
	return r
}

// decoder gathers the cells of a text.
type decoder struct {
	*reader
	section meta // of jupytext, in the notebook's metadata
	cells   []*cell
	keys    []string // of all markers
}

func (d *decoder) add(c *cell) { d.cells = append(d.cells, c) }

// mainLanguage is the notebook's language: what the header says, or what most cells are in. A page without a header that has any cell in Go is
// a notebook in Go, whatever else it shows.
func (d *decoder) mainLanguage(header bool) string {
	if d.main != "" {
		return d.main
	}
	isGo := func(c *cell) bool {
		language, _ := c.meta.text("language")
		return c.typ == nbformat.Code && usual(language) == "go"
	}
	if !header && slices.ContainsFunc(d.cells, isGo) {
		return "go"
	}
	main, most := "python", 0.5
	counts := map[string]float64{"python": 0.5}
	for _, c := range d.cells {
		if language, ok := c.meta.text("language"); ok {
			language = usual(language)
			if counts[language]++; counts[language] > most {
				main, most = language, counts[language]
			}
		}
	}
	return main
}

// notebook makes a notebook of the cells and the header. Cells have the ids that the text says, and no others.
func (d *decoder) notebook(h header) *nbformat.Notebook {
	main := d.mainLanguage(h.found)
	if kernel := parseMeta(h.metadata.get("kernelspec")); kernel.get("language") == nil && slices.ContainsFunc(d.cells, func(c *cell) bool { return c.typ == nbformat.Code }) {
		d.section.setText("main_language", main)
	}
	n := nbformat.New()
	for _, c := range d.cells {
		c.finish(main)
		n.Cells = append(n.Cells, c.cell())
	}
	d.setFilters(h.found)
	if d.json && d.section.get("cell_metadata_json") == nil {
		d.section.set("cell_metadata_json", json.RawMessage("true"))
	}
	d.section.delete("text_representation")
	if line, _ := d.section.text("encoding"); line == encodingLine && d.format == Percent && !isASCII(n.Cells) {
		d.section.delete("encoding") // Encode will write it anyway
	}
	h.metadata.delete("jupytext")
	if len(d.section) > 0 {
		h.metadata.set("jupytext", json.RawMessage(d.section.json()))
	}
	for _, o := range h.metadata {
		n.Metadata.Set(o.name, o.value)
	}
	return n
}

// setFilters notes what metadata a text has, as jupytext does, so that it will have no more when it is written again: a text without a header
// shall not get one.
func (d *decoder) setFilters(header bool) {
	slices.Sort(d.keys)
	keys := slices.DeleteFunc(slices.Compact(d.keys), func(key string) bool { return slices.Contains(ownMeta, key) })
	filter, filtered := d.section.text("cell_metadata_filter")
	switch {
	case !header:
		d.section.setText("notebook_metadata_filter", "-all")
		if !filtered {
			d.section.setText("cell_metadata_filter", strings.Join(append(keys, "-all"), ","))
		}
	case filtered:
		f := parseFilter(filter)
		f.excluded = slices.DeleteFunc(f.excluded, func(key string) bool { return key != "all" && slices.Contains(keys, key) })
		if !f.all() {
			for _, key := range keys {
				if !slices.Contains(f.additional, key) {
					f.additional = append(f.additional, key)
				}
			}
		}
		d.section.setText("cell_metadata_filter", f.String())
	}
}

// cell makes a cell of a notebook.
func (c *cell) cell() *nbformat.Cell {
	n := nbformat.NewCell(c.typ, c.source)
	n.ID = c.id
	for _, o := range c.meta {
		n.Metadata.Set(o.name, o.value)
	}
	if len(c.attachments) > 0 && c.typ != nbformat.Code {
		n.Attachments = c.attachments.object()
	}
	return n
}

func isASCII(cells []*nbformat.Cell) bool {
	return !slices.ContainsFunc(cells, func(c *nbformat.Cell) bool {
		return strings.IndexFunc(c.Source, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0
	})
}
