package nbformat

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Major and Minor are the version of the format that this package writes.
const (
	Major = 4
	Minor = 5
)

// Notebook is one notebook file.
type Notebook struct {
	Minor    int // of the format's version, 4.Minor
	Metadata *Object
	Cells    []*Cell

	origin *notebookOrigin
}

type notebookOrigin struct {
	raw      []byte
	fields   []Field
	minor    int
	metadata *Object
	cells    []*Cell
	layout   layout
}

// CellType is a kind of cell.
type CellType string

// The kinds of cells of format 4. Cells of other kinds are kept as they are.
const (
	Code     CellType = "code"
	Markdown CellType = "markdown"
	Raw      CellType = "raw"
)

// Cell is one cell of a notebook.
type Cell struct {
	Type     CellType
	ID       string // unique in the notebook; may be empty before version 4.5
	Source   string
	Metadata *Object // may be nil in a file that lacks it

	// Attachments are the pictures of a Markdown or raw cell, which its text names
	// as attachment:NAME: from name to a bundle (MIME type to base64). Nil when there are none.
	Attachments *Object

	// ExecutionCount and Outputs are those of code cells. The count is nil for
	// a cell that has not been run.
	ExecutionCount *int
	Outputs        []*Output

	origin *cellOrigin
}

type cellOrigin struct {
	raw      []byte
	fields   []Field
	typ      CellType
	id       string
	source   string
	metadata *Object
	attached *Object
	count    *int
	outputs  []*Output
}

// OutputType is a kind of output.
type OutputType string

// The kinds of outputs of format 4. Outputs of other kinds are kept as they are.
const (
	Stream        OutputType = "stream"
	DisplayData   OutputType = "display_data"
	ExecuteResult OutputType = "execute_result"
	ErrorOutput   OutputType = "error"
)

// Output is one output of a code cell. Which fields count depends on Type.
type Output struct {
	Type OutputType

	Name string // Stream: "stdout" or "stderr"
	Text string // Stream

	Data           *Object // DisplayData, ExecuteResult: from MIME type to value
	Metadata       *Object // DisplayData, ExecuteResult
	ExecutionCount *int    // ExecuteResult

	EName     string // ErrorOutput
	EValue    string
	Traceback []string // may hold ANSI colours

	origin *outputOrigin
}

type outputOrigin struct {
	raw    []byte
	fields []Field
	value  Output // as decoded; its Traceback is a copy
}

// New returns an empty notebook of version 4.5.
func New() *Notebook {
	return &Notebook{Minor: Minor, Metadata: &Object{changed: true}}
}

// NewCell returns a cell without an id; Encode gives it one.
func NewCell(t CellType, source string) *Cell {
	return &Cell{Type: t, Source: source, Metadata: &Object{changed: true}}
}

// KernelName is the name of the kernelspec that the notebook asks for, empty
// when it does not say.
func (n *Notebook) KernelName() string {
	return n.inner("kernelspec", "name")
}

// Language is the programming language of the code cells, in the spelling of
// the file, empty when it does not say.
func (n *Notebook) Language() string {
	if l := n.inner("language_info", "name"); l != "" {
		return l
	}
	if l := n.inner("kernelspec", "language"); l != "" {
		return l
	}
	return n.inner("jupytext", "main_language") // of a notebook that was a text
}

func (n *Notebook) inner(object, field string) string {
	raw := n.Metadata.Raw(object)
	if raw == nil || raw[0] != '{' {
		return ""
	}
	s, _ := newObject(raw).Text(field)
	return s
}

// Tags returns the cell's tags.
func (c *Cell) Tags() []string {
	var tags []string
	if _, err := c.Metadata.Get("tags", &tags); err != nil {
		return nil // Validate reports it
	}
	return tags
}

// HasTag tells whether the cell has a tag, such as "raises-exception".
func (c *Cell) HasTag(tag string) bool {
	return slices.Contains(c.Tags(), tag)
}

// Attachment returns one of the cell's attachments as a bundle from MIME type to base64
// text. It is nil when there is none of that name.
func (c *Cell) Attachment(name string) *Object {
	raw := c.Attachments.Raw(name)
	if raw == nil || raw[0] != '{' {
		return nil
	}
	return newObject(raw)
}

// Upgrade makes the notebook one of version 4.5 at least: each cell gets an id
// that has none or shares it with an earlier cell. An id depends on the cell's type
// and text alone, and on the cells before it only when they are the same, so that doing
// it twice gives the same file, and a cell put between others leaves theirs alone. Encode calls it.
func (n *Notebook) Upgrade() {
	n.Minor = max(n.Minor, Minor)
	used := map[string]bool{}
	for _, c := range n.Cells {
		used[c.ID] = true
	}
	seen := map[string]bool{}
	twins := map[string]int{} // how many ids were made for cells of a type and text
	for _, c := range n.Cells {
		if c.ID == "" || seen[c.ID] {
			c.ID = freshID(c, used, twins)
			used[c.ID] = true
		}
		seen[c.ID] = true
	}
}

func freshID(c *Cell, used map[string]bool, twins map[string]int) string {
	key := string(c.Type) + "\x00" + c.Source
	for {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s", twins[key], key))
		twins[key]++
		if id := hex.EncodeToString(sum[:4]); !used[id] {
			return id
		}
	}
}

func (c *Cell) changed() bool {
	o := c.origin
	if o == nil || c.Type != o.typ || c.ID != o.id || c.Source != o.source ||
		c.Metadata != o.metadata || c.Metadata.isChanged() ||
		c.Attachments != o.attached || c.Attachments.isChanged() || !sameCount(c.ExecutionCount, o.count) ||
		!slices.Equal(c.Outputs, o.outputs) {
		return true
	}
	return slices.ContainsFunc(c.Outputs, (*Output).changed)
}

func (o *Output) changed() bool {
	if o.origin == nil {
		return true
	}
	v := &o.origin.value
	return o.Type != v.Type || o.Name != v.Name || o.Text != v.Text ||
		o.Data != v.Data || o.Data.isChanged() || o.Metadata != v.Metadata || o.Metadata.isChanged() ||
		!sameCount(o.ExecutionCount, v.ExecutionCount) ||
		o.EName != v.EName || o.EValue != v.EValue || !slices.Equal(o.Traceback, v.Traceback)
}

func (o *Object) isChanged() bool { return o != nil && o.changed }

func sameCount(a, b *int) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
