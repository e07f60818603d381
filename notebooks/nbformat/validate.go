package nbformat

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Validate checks the notebook against the schema of its version and against
// the rules that the schema cannot say (ids are unique). It returns an ErrorList
// with everything that is wrong, or nil. Decode has refused what cannot be read
// at all, so these are faults that other programs may stumble over.
func (n *Notebook) Validate() error {
	v := &validator{minor: n.Minor}
	if n.Metadata == nil {
		v.add(`the notebook has no "metadata"`)
	}
	v.needs(n.Metadata, "kernelspec", "name", "display_name")
	v.needs(n.Metadata, "language_info", "name")
	ids := map[string]int{}
	for i, c := range n.Cells {
		v.cell, v.id = i+1, c.ID
		v.checkCell(c)
		if first, dup := ids[c.ID]; dup && c.ID != "" {
			v.add("the id is that of cell %d too; ids are unique", first)
		} else {
			ids[c.ID] = i + 1
		}
	}
	if len(v.errors) == 0 {
		return nil
	}
	return v.errors
}

type validator struct {
	minor  int
	cell   int // where we are; 0: the notebook
	id     string
	errors ErrorList
}

func (v *validator) add(format string, args ...any) {
	v.errors = append(v.errors, &Error{Cell: v.cell, ID: v.id, Reason: fmt.Sprintf(format, args...)})
}

// needs checks that an object in the metadata, if there, has some fields.
func (v *validator) needs(o *Object, name string, fields ...string) {
	raw := o.Raw(name)
	if raw == nil {
		return
	}
	if raw[0] != '{' {
		v.add("metadata.%s is %s, not an object", name, kind(raw))
		return
	}
	inner := newObject(raw)
	for _, f := range fields {
		if raw := inner.Raw(f); raw == nil {
			v.add("metadata.%s has no %q", name, f)
		} else if raw[0] != '"' {
			v.add("metadata.%s.%s is %s, not a string", name, f, kind(raw))
		}
	}
}

var cellID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// cellFields are the fields that the schema allows in each kind of cell.
var cellFields = map[CellType][]string{
	Code:     {"cell_type", "execution_count", "id", "metadata", "outputs", "source"},
	Markdown: {"attachments", "cell_type", "id", "metadata", "source"},
	Raw:      {"attachments", "cell_type", "id", "metadata", "source"},
}

func (v *validator) checkCell(c *Cell) {
	switch {
	case v.minor >= Minor && c.ID == "":
		v.add(`the cell has no "id", which version 4.5 requires`)
	case c.ID != "" && !cellID.MatchString(c.ID):
		v.add("the id must be 1 to 64 letters, digits, - or _")
	}
	allowed, known := cellFields[c.Type]
	if !known {
		if v.minor <= Minor {
			v.add("unknown cell type %q", c.Type)
		}
		return
	}
	if c.Metadata == nil {
		v.add(`the cell has no "metadata"`)
	}
	v.checkTags(c)
	if c.origin != nil {
		v.checkFields(c, allowed)
	}
	if c.ExecutionCount != nil && *c.ExecutionCount < 0 {
		v.add("execution_count is %d; it cannot be negative", *c.ExecutionCount)
	}
	for i, o := range c.Outputs {
		v.checkOutput(fmt.Sprintf("output %d", i+1), o)
	}
}

func (v *validator) checkFields(c *Cell, allowed []string) {
	for _, f := range c.origin.fields {
		if f.Name == "attachments" && slices.Contains(allowed, f.Name) {
			v.checkAttachments(f.Value)
		} else if v.minor <= Minor && !slices.Contains(allowed, f.Name) {
			v.add("a %s cell has no field %q", c.Type, f.Name)
		}
	}
	for _, name := range allowed {
		optional := name == "attachments" || name == "id" || name == "metadata" // id and metadata have a sentence of their own
		if !optional && c.Type == c.origin.typ && find(c.origin.fields, name) < 0 {
			v.add("the cell has no %q", name)
		}
	}
}

func (v *validator) checkAttachments(raw []byte) {
	if raw[0] != '{' {
		v.add("attachments is %s, not an object", kind(raw))
		return
	}
	for _, file := range members(raw) {
		if file.Value[0] != '{' {
			v.add("attachment %q is %s, not an object of MIME types", file.Name, kind(file.Value))
			continue
		}
		v.checkBundle(fmt.Sprintf("attachment %q", file.Name), newObject(file.Value))
	}
}

func (v *validator) checkTags(c *Cell) {
	raw := c.Metadata.Raw("tags")
	if raw == nil {
		return
	}
	if raw[0] != '[' {
		v.add("metadata.tags is %s, not a list", kind(raw))
		return
	}
	seen := map[string]bool{}
	for _, e := range elements(raw) {
		if e[0] != '"' {
			v.add("a tag is %s, not a string", kind(e))
			continue
		}
		tag := text(e)
		if tag == "" || strings.Contains(tag, ",") {
			v.add("tag %q is empty or has a comma", tag)
		}
		if seen[tag] {
			v.add("tag %q stands twice", tag)
		}
		seen[tag] = true
	}
}

func (v *validator) checkOutput(where string, o *Output) {
	required, known := outputFields[o.Type]
	if !known {
		if v.minor <= Minor {
			v.add("%s: unknown output type %q", where, o.Type)
		}
		return
	}
	if o.origin != nil && o.origin.value.Type == o.Type {
		for _, name := range required {
			if find(o.origin.fields, name) < 0 {
				v.add("%s: %s has no %q", where, o.Type, name)
			}
		}
		for _, f := range o.origin.fields {
			if v.minor <= Minor && !slices.Contains(required, f.Name) {
				v.add("%s: %s has no field %q", where, o.Type, f.Name)
			}
		}
	}
	if o.ExecutionCount != nil && *o.ExecutionCount < 0 {
		v.add("%s: execution_count is %d; it cannot be negative", where, *o.ExecutionCount)
	}
	v.checkBundle(where, o.Data)
}

// checkBundle checks that values of MIME types other than JSON are texts.
func (v *validator) checkBundle(where string, data *Object) {
	for _, f := range data.Fields() {
		json := f.Name == "application/json" || strings.HasPrefix(f.Name, "application/") && strings.HasSuffix(f.Name, "+json")
		if _, ok := data.Text(f.Name); !ok && !json {
			v.add("%s: the value of %q is %s, not a string or a list of strings", where, f.Name, kind(f.Value))
		}
	}
}
