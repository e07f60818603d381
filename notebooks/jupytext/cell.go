package jupytext

import (
	"encoding/json"
	"slices"
	"strings"

	"iyagi/notebooks/nbformat"
)

// cell is a cell on its way between notebook and text.
type cell struct {
	typ         nbformat.CellType
	source      string
	meta        meta
	id          string // "" when the text need not say it
	attachments meta

	x extra // of a cell that was read: what finish applies
}

// The keys of a cell's marker that are this package's.
const (
	idKey    = "id"
	extraKey = "iyagi_text"
)

// extra is what stands under the key iyagi_text: what the text around it cannot hold.
type extra struct {
	// ID is the cell's id when the metadata has a key "id" of its own.
	ID string `json:"id,omitempty"`
	// Metadata are fields whose names or values cannot stand in a marker.
	Metadata json.RawMessage `json:"metadata,omitempty"`
	// Attachments are those of the cell.
	Attachments json.RawMessage `json:"attachments,omitempty"`
	// Commented is how often each line of the text is commented out, for text that would end its cell or begin another.
	Commented int `json:"commented,omitempty"`
	// Breaks are the line ends of a text that has others than \n: one for all, or a list.
	Breaks any `json:"breaks,omitempty"`
	// End is white space at the end of the cell.
	End string `json:"end,omitempty"`
	// FrontMatter, in the header of a text, is the first cell: its id and metadata, since a header has no marker.
	FrontMatter *extra `json:"front_matter,omitempty"`
}

func (x *extra) empty() bool {
	return x.ID == "" && x.Metadata == nil && x.Attachments == nil && x.Commented == 0 && x.Breaks == nil && x.End == "" && x.FrontMatter == nil
}

func (x *extra) json() json.RawMessage {
	raw, _ := json.Marshal(x) // it holds strings and JSON that was read
	return raw
}

// takeExtra takes the key out of metadata. One that is not as this package writes it is metadata like any other.
func takeExtra(m *meta) (x extra) {
	raw := m.get(extraKey)
	if raw == nil || json.Unmarshal(raw, &x) != nil || x.empty() || x.Commented < 0 || x.Commented > 2 {
		return extra{}
	}
	m.delete(extraKey)
	return x
}

// restore takes from the metadata of a cell that was read what its marker says of the cell; lines are the cell's as they stand in the text.
func (c *cell) restore(lines []string, f Format) {
	x := takeExtra(&c.meta)
	if id, ok := c.meta.text(idKey); ok && validID(id) {
		c.meta.delete(idKey)
		c.id = id
	}
	if x.Commented > 0 {
		prefix := "//"
		if language, ok := c.meta.text("language"); ok && f == Markdown && c.typ == nbformat.Code {
			prefix = shield(language)
		}
		for range x.Commented {
			lines = uncomment(lines, prefix)
		}
		c.source = strings.Join(lines, "\n")
		if active, _ := c.meta.text("active"); f == Percent && c.typ == nbformat.Code && active == "ipynb" {
			c.meta.delete("active")
		}
	}
	c.x = x
}

// shield is what comments out lines that would end their cell or begin another.
func shield(language string) string { return firstOf(commentOf[language], "//") }

// finish makes a cell that was read what it is in a notebook with that main language.
func (c *cell) finish(main string) {
	x := c.x
	c.setMagic(main)
	if validID(x.ID) {
		c.id = x.ID
	}
	for _, o := range parseMeta(x.Metadata) {
		c.meta.set(o.name, o.value)
	}
	c.attachments = parseMeta(x.Attachments)
	c.source += x.End
	switch breaks := x.Breaks.(type) {
	case string:
		c.source = strings.ReplaceAll(c.source, "\n", breaks)
	case []any:
		c.source = rebreak(c.source, breaks)
	}
}

// rebreak puts back line ends, unless lines came or went since they were noted.
func rebreak(source string, breaks []any) string {
	lines := strings.Split(source, "\n")
	if len(lines) != len(breaks)+1 {
		return source
	}
	var b strings.Builder
	for i, line := range lines {
		b.WriteString(line)
		if i < len(breaks) {
			end, ok := breaks[i].(string)
			if !ok {
				return source
			}
			b.WriteString(end)
		}
	}
	return b.String()
}

// cutBreaks returns a source with \n at all ends of lines and, if that is not what it was, the line ends.
func cutBreaks(source string) (plain string, breaks any) {
	if !strings.Contains(source, "\r") {
		return source, nil
	}
	var ends []any
	var b strings.Builder
	for i := 0; i < len(source); i++ {
		end := ""
		switch {
		case strings.HasPrefix(source[i:], "\r\n"):
			end = "\r\n"
			i++
		case source[i] == '\r' || source[i] == '\n':
			end = source[i : i+1]
		default:
			b.WriteByte(source[i])
			continue
		}
		b.WriteByte('\n')
		ends = append(ends, end)
	}
	if !slices.ContainsFunc(ends, func(end any) bool { return end != ends[0] }) {
		return b.String(), ends[0]
	}
	return b.String(), ends
}

func validID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// same tells whether a cell was read back as it is.
func (c *cell) same(d *cell) bool {
	return c.typ == d.typ && c.source == d.source && c.id == d.id && c.meta.same(d.meta) && c.attachments.same(d.attachments)
}
