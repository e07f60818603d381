package nbformat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// layout is how a file is laid out: one step of indentation and a line end.
type layout struct {
	indent, eol string
}

// detectLayout finds the layout of a file; that of Jupyter when the file
// is one line.
func detectLayout(data []byte) layout {
	l := layout{indent: " ", eol: "\n"}
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		return l
	}
	if i > 0 && data[i-1] == '\r' {
		l.eol = "\r\n"
	}
	rest := data[i+1:]
	white := len(rest) - len(bytes.TrimLeft(rest, " \t"))
	if white > 0 && bytes.Equal(bytes.TrimSpace(data[:i]), []byte("{")) {
		l.indent = string(rest[:white])
	}
	return l
}

// Encode returns the notebook as the bytes of a file, which end in a line end.
// A notebook of a version before 4.5 is upgraded. Parts that have not changed since
// Decode are the bytes that Decode saw. An error means that a value set by the
// caller is no JSON.
func (n *Notebook) Encode() ([]byte, error) {
	n.Upgrade()
	e := &encoder{layout: layout{indent: " ", eol: "\n"}}
	var fields []Field
	if o := n.origin; o != nil {
		if !n.changed() {
			return withLineEnd(o.raw, o.layout.eol), nil
		}
		e.layout = o.layout
		e.b = make([]byte, 0, len(o.raw)+len(o.raw)/8)
		fields = o.fields
	}
	e.object(0, with(fields, "cells", "metadata", "nbformat", "nbformat_minor"), func(f Field) {
		switch f.Name {
		case "cells":
			e.list(1, len(n.Cells), func(i int) { e.cell(n.Cells[i]) })
		case "metadata":
			e.metadata(1, n.Metadata)
		case "nbformat":
			e.b = strconv.AppendInt(e.b, Major, 10)
		case "nbformat_minor":
			e.b = strconv.AppendInt(e.b, int64(n.Minor), 10)
		default:
			e.value(1, f)
		}
	})
	if e.err != nil {
		return nil, e.err
	}
	return withLineEnd(e.b, e.eol), nil
}

func (n *Notebook) changed() bool {
	o := n.origin
	return n.Minor != o.minor || n.Metadata != o.metadata || n.Metadata.isChanged() ||
		!slices.Equal(n.Cells, o.cells) || slices.ContainsFunc(n.Cells, (*Cell).changed)
}

func withLineEnd(b []byte, eol string) []byte {
	if bytes.HasSuffix(b, []byte("\n")) {
		return slices.Clone(b)
	}
	return append(b[:len(b):len(b)], eol...)
}

// with adds fields that are missing.
func with(fields []Field, names ...string) []Field {
	for _, name := range names {
		if find(fields, name) < 0 {
			fields = insert(fields, Field{Name: name})
		}
	}
	return fields
}

// encoder builds the bytes of a file. Depth counts the objects and lists
// around a value; err is the first error.
type encoder struct {
	layout
	b   []byte
	err error
}

func (e *encoder) line(depth int) {
	e.b = append(e.b, e.eol...)
	for range depth {
		e.b = append(e.b, e.indent...)
	}
}

// object writes an object at depth whose values write appends.
func (e *encoder) object(depth int, fields []Field, write func(Field)) {
	if len(fields) == 0 {
		e.b = append(e.b, "{}"...)
		return
	}
	e.b = append(e.b, '{')
	for i, f := range fields {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.line(depth + 1)
		e.b = appendString(e.b, f.Name)
		e.b = append(e.b, ": "...)
		write(f)
	}
	e.line(depth)
	e.b = append(e.b, '}')
}

func (e *encoder) list(depth, n int, write func(int)) {
	if n == 0 {
		e.b = append(e.b, "[]"...)
		return
	}
	e.b = append(e.b, '[')
	for i := range n {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.line(depth + 1)
		write(i)
	}
	e.line(depth)
	e.b = append(e.b, ']')
}

// value writes a field's JSON: as it was read, or anew.
func (e *encoder) value(depth int, f Field) {
	if f.asRead {
		e.b = append(e.b, f.Value...)
		return
	}
	raw := bytes.TrimSpace(f.Value)
	if !json.Valid(raw) {
		e.fail(f.Name, errors.New("invalid or missing"))
		return
	}
	e.fresh(depth, raw)
}

// fresh writes JSON as Jupyter writes it: the fields of objects sorted, strings
// with the fewest escapes. Numbers keep their digits.
func (e *encoder) fresh(depth int, raw []byte) {
	switch raw[0] {
	case '{':
		fields := members(raw)
		slices.SortStableFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
		e.object(depth, fields, func(f Field) { e.fresh(depth+1, f.Value) })
	case '[':
		list := elements(raw)
		e.list(depth, len(list), func(i int) { e.fresh(depth+1, list[i]) })
	case '"':
		e.b = appendString(e.b, text(raw))
	default:
		e.b = append(e.b, raw...)
	}
}

func (e *encoder) fail(name string, err error) {
	if e.err == nil {
		e.err = &Error{Reason: fmt.Sprintf("the value of %q is no JSON: %v", name, err), Err: err}
	}
}

func (e *encoder) metadata(depth int, o *Object) {
	if o != nil && !o.changed {
		e.b = append(e.b, o.raw...)
		return
	}
	e.object(depth, o.Fields(), func(f Field) { e.value(depth+1, f) })
}

// text writes a text as a list of lines.
func (e *encoder) text(depth int, s string) {
	list := lines(s)
	e.list(depth, len(list), func(i int) { e.b = appendString(e.b, list[i]) })
}

func (e *encoder) count(n *int) {
	if n == nil {
		e.b = append(e.b, "null"...)
		return
	}
	e.b = strconv.AppendInt(e.b, int64(*n), 10)
}

// cell writes a cell, which stands at depth 2: in the list in the notebook.
func (e *encoder) cell(c *Cell) {
	if !c.changed() {
		e.b = append(e.b, c.origin.raw...)
		return
	}
	old := c.origin
	var fields []Field
	if old != nil {
		fields = old.fields
	} else {
		old = &cellOrigin{}
	}
	fields = with(fields, "cell_type", "id", "metadata", "source")
	if c.Type == Code {
		fields = with(fields, "execution_count", "outputs")
	} else if old.typ == Code { // a code cell that became another kind
		fields = slices.DeleteFunc(slices.Clone(fields), func(f Field) bool {
			return f.Name == "execution_count" || f.Name == "outputs"
		})
	}
	switch {
	case c.Attachments != nil:
		fields = with(fields, "attachments")
	case old.attached != nil:
		fields = slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Name == "attachments" })
	}
	const depth = 2
	e.object(depth, fields, func(f Field) {
		switch {
		case f.Name == "attachments" && c.Attachments != nil:
			e.metadata(depth+1, c.Attachments)
		case f.Name == "cell_type" && c.Type != old.typ:
			e.b = appendString(e.b, string(c.Type))
		case f.Name == "id" && c.ID != old.id:
			e.b = appendString(e.b, c.ID)
		case f.Name == "source" && (c.Source != old.source || !f.asRead):
			e.text(depth+1, c.Source)
		case f.Name == "metadata":
			e.metadata(depth+1, c.Metadata)
		case f.Name == "execution_count" && c.Type == Code && (!sameCount(c.ExecutionCount, old.count) || !f.asRead):
			e.count(c.ExecutionCount)
		case f.Name == "outputs" && c.Type == Code:
			e.outputs(f, c, old)
		default:
			e.value(depth+1, f)
		}
	})
}

func (e *encoder) outputs(f Field, c *Cell, old *cellOrigin) {
	if f.asRead && slices.Equal(c.Outputs, old.outputs) && !slices.ContainsFunc(c.Outputs, (*Output).changed) {
		e.b = append(e.b, f.Value...)
		return
	}
	e.list(3, len(c.Outputs), func(i int) { e.output(c.Outputs[i]) })
}

// output writes an output, which stands at depth 4.
func (e *encoder) output(o *Output) {
	if !o.changed() {
		e.b = append(e.b, o.origin.raw...)
		return
	}
	fields := with(nil, outputFields[o.Type]...)
	old := &Output{}
	if o.origin != nil && o.origin.value.Type == o.Type {
		fields = with(o.origin.fields, outputFields[o.Type]...)
		old = &o.origin.value
	}
	const depth = 4
	e.object(depth, fields, func(f Field) {
		same := f.asRead
		switch f.Name {
		case "output_type":
			e.b = appendString(e.b, string(o.Type))
			return
		case "name":
			same = same && o.Name == old.Name
		case "text":
			same = same && o.Text == old.Text
		case "ename":
			same = same && o.EName == old.EName
		case "evalue":
			same = same && o.EValue == old.EValue
		case "traceback":
			same = same && slices.Equal(o.Traceback, old.Traceback)
		case "execution_count":
			same = same && sameCount(o.ExecutionCount, old.ExecutionCount)
		case "data":
			same = same && o.Data == old.Data && !o.Data.isChanged()
		case "metadata":
			same = same && o.Metadata == old.Metadata && !o.Metadata.isChanged()
		}
		if same {
			e.b = append(e.b, f.Value...)
			return
		}
		e.outputField(depth+1, f, o)
	})
}

// outputFields are the fields of each kind of output in the schema.
var outputFields = map[OutputType][]string{
	Stream:        {"name", "output_type", "text"},
	DisplayData:   {"data", "metadata", "output_type"},
	ExecuteResult: {"data", "execution_count", "metadata", "output_type"},
	ErrorOutput:   {"ename", "evalue", "output_type", "traceback"},
}

func (e *encoder) outputField(depth int, f Field, o *Output) {
	switch f.Name {
	case "name":
		e.b = appendString(e.b, o.Name)
	case "text":
		e.text(depth, o.Text)
	case "ename":
		e.b = appendString(e.b, o.EName)
	case "evalue":
		e.b = appendString(e.b, o.EValue)
	case "traceback":
		e.list(depth, len(o.Traceback), func(i int) { e.b = appendString(e.b, o.Traceback[i]) })
	case "execution_count":
		e.count(o.ExecutionCount)
	case "data":
		e.object(depth, o.Data.Fields(), func(f Field) { e.mime(depth+1, f) })
	case "metadata":
		e.metadata(depth, o.Metadata)
	default:
		e.value(depth, f)
	}
}

// mime writes one value of a display. Jupyter cuts texts into lines, but
// leaves other values (base64, JSON) whole.
func (e *encoder) mime(depth int, f Field) {
	raw := bytes.TrimSpace(f.Value)
	textual := strings.HasPrefix(f.Name, "text/") || f.Name == "application/javascript" || f.Name == "image/svg+xml"
	if f.asRead || !textual || len(raw) == 0 || raw[0] != '"' || !json.Valid(raw) {
		e.value(depth, f)
		return
	}
	e.text(depth, text(raw))
}
