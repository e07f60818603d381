package jupytext

import (
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"iyagi/notebooks/nbformat"
)

// Update reads a text, as Decode does, into the notebook that it was made from. A cell that is in both keeps its id and what the text
// does not say of it (whether it is collapsed, attachments), and if its source is the same, its outputs; white space and the like that gofmt
// changes make no difference. So do the notebook's other metadata stay. A cell that was not changed at all keeps the bytes of the file.
//
// A cell of the text is that of the notebook with the same id, or with the same source, or with the same place between two such cells. The
// notebook old is changed, unless there is an error.
func Update(old *nbformat.Notebook, text []byte, f Format) error {
	d, h, err := decode(text, f)
	if err != nil {
		return err
	}
	n := d.notebook(h)
	filter := filterOf(d.section, "cell_metadata_filter")
	isGo := old.Language() == "" || strings.EqualFold(old.Language(), "go")
	for i, j := range match(n.Cells, old.Cells) {
		if j >= 0 {
			update(old.Cells[j], n.Cells[i], filter, isGo)
			n.Cells[i] = old.Cells[j]
		}
	}
	old.Cells = n.Cells
	if !filterOf(d.section, "notebook_metadata_filter").none() {
		updateMetadata(old, n)
	}
	old.Upgrade()
	return nil
}

// update brings a cell of the notebook to what the text says.
func update(old, c *nbformat.Cell, f filter, isGo bool) {
	if old.Type == nbformat.Code && !sameSource(old.Source, c.Source, isGo) {
		old.ExecutionCount = nil
		old.SetOutputs(nil)
	}
	old.Source = c.Source
	if c.ID != "" {
		old.ID = c.ID
	}
	said, had := metaOf(c.Metadata), metaOf(old.Metadata)
	for _, o := range f.cells(had) {
		if said.get(o.name) == nil && o.name != idKey && o.name != extraKey {
			old.Metadata.Delete(o.name)
		}
	}
	if old.Metadata == nil {
		old.Metadata = c.Metadata
	}
	setAll(old.Metadata, said)
	if c.Attachments != nil && !metaOf(c.Attachments).same(metaOf(old.Attachments)) {
		old.Attachments = c.Attachments
	}
}

// setAll sets fields whose values mean something else; those that are only spelled in another way stay as they are.
func setAll(o *nbformat.Object, fields meta) {
	for _, f := range fields {
		if raw := o.Raw(f.name); raw == nil || !sameJSON(raw, f.value) {
			o.Set(f.name, f.value)
		}
	}
}

func updateMetadata(old, n *nbformat.Notebook) {
	said := metaOf(n.Metadata)
	section := parseMeta(said.get("jupytext"))
	had := parseMeta(old.Metadata.Raw("jupytext"))
	if main, ok := section.text("main_language"); ok && had.get("main_language") == nil && main == firstOf(normal(old.Language()), "go") {
		section.delete("main_language") // Encode finds it again
	} else if main, ok := had.text("main_language"); ok && section.get("main_language") == nil && main == n.Language() {
		section.setText("main_language", main) // Encode left it out
	}
	said.delete("jupytext")
	switch {
	case len(section) > 0:
		said.set("jupytext", []byte(section.json()))
	case old.Metadata.Raw("jupytext") != nil:
		old.Metadata.Delete("jupytext")
	}
	if old.Metadata == nil {
		old.Metadata = n.Metadata
	}
	setAll(old.Metadata, said)
}

// match returns for each cell of a text the index of its cell in the notebook, -1 for a new one.
func match(cells, old []*nbformat.Cell) []int {
	m := &matcher{cells: cells, old: old, of: make([]int, len(cells)), used: make([]bool, len(old))}
	for i := range m.of {
		m.of[i] = -1
	}
	m.pair(func(c, o *nbformat.Cell) bool { return c.ID != "" && c.ID == o.ID })
	m.pair(func(c, o *nbformat.Cell) bool { return c.ID == "" && c.Source == o.Source })
	m.pair(func(c, o *nbformat.Cell) bool {
		return c.ID == "" && strings.Join(strings.Fields(c.Source), "") == strings.Join(strings.Fields(o.Source), "")
	})
	m.fillGaps()
	return m.of
}

type matcher struct {
	cells, old []*nbformat.Cell
	of         []int
	used       []bool
}

// pair pairs cells of one type that are alike. Of several it takes the next one behind the last pair, if there is one.
func (m *matcher) pair(alike func(c, o *nbformat.Cell) bool) {
	next := 0
	for i, c := range m.cells {
		if m.of[i] >= 0 {
			next = m.of[i] + 1
			continue
		}
		for k := range m.old {
			j := (next + k) % len(m.old)
			if !m.used[j] && c.Type == m.old[j].Type && alike(c, m.old[j]) {
				m.of[i], m.used[j], next = j, true, j+1
				break
			}
		}
	}
}

// fillGaps pairs what is left between two pairs in order: cells whose text was changed.
func (m *matcher) fillGaps() {
	for i, c := range m.cells {
		j := 0
		if i > 0 {
			if m.of[i-1] < 0 {
				continue // a new cell is between
			}
			j = m.of[i-1] + 1
		}
		if m.of[i] < 0 && c.ID == "" && j < len(m.old) && !m.used[j] && c.Type == m.old[j].Type && strings.TrimSpace(c.Source) != "" {
			m.of[i], m.used[j] = j, true
		}
	}
}

// sameSource tells whether code does the same: the texts are equal, or are the same tokens and comments of Go.
func sameSource(a, b string, isGo bool) bool {
	return a == b || isGo && slices.Equal(tokens(a), tokens(b))
}

func tokens(source string) (list []string) {
	file := token.NewFileSet().AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), nil, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return list
		}
		list = append(list, tok.String()+" "+lit)
	}
}
