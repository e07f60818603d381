package nbformat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Decode reads a notebook of format 4, of any minor version. It accepts what
// it can carry without loss, also where the schema is stricter ([Notebook.Validate]
// tells); its error is an *Error. The notebook keeps data, which must not be
// changed afterwards.
func Decode(data []byte) (*Notebook, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // an editor's byte order mark, which JSON forbids
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, &Error{Reason: "the file is empty; a notebook is a JSON object with \"cells\""}
	}
	if err := checkJSON(data); err != nil {
		return nil, err
	}
	raw := bytes.TrimSpace(data)
	if raw[0] != '{' {
		return nil, &Error{Reason: "not a notebook: the file holds " + kind(raw) + ", a notebook is a JSON object with \"cells\""}
	}
	fields := members(raw)
	minor, err := version(fields)
	if err != nil {
		return nil, err
	}
	n := &Notebook{Minor: minor}
	if n.Metadata, err = objectField(fields, "metadata"); err != nil {
		return nil, err
	}
	i := find(fields, "cells")
	if i < 0 || fields[i].Value[0] != '[' {
		return nil, &Error{Reason: `the notebook has no list "cells"`}
	}
	for i, raw := range elements(fields[i].Value) {
		c, err := decodeCell(raw)
		if err != nil {
			return nil, inCell(err, i, c)
		}
		n.Cells = append(n.Cells, c)
	}
	n.origin = &notebookOrigin{
		raw: data, fields: fields, minor: minor, metadata: n.Metadata,
		cells: slices.Clone(n.Cells), layout: detectLayout(data),
	}
	return n, nil
}

func checkJSON(data []byte) error {
	if !utf8.Valid(data) {
		at := 0
		for r, size := utf8.DecodeRune(data); r != utf8.RuneError || size != 1; r, size = utf8.DecodeRune(data[at:]) {
			at += size
		}
		return &Error{Line: lineAt(data, at), Reason: fmt.Sprintf("byte 0x%02x is not UTF-8 text", data[at])}
	}
	if json.Valid(data) {
		return nil
	}
	var v json.RawMessage
	err := json.Unmarshal(data, &v)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return &Error{Reason: "not a notebook: " + err.Error(), Err: err}
	}
	line := lineAt(data, int(syntax.Offset))
	reason := "not a notebook, the JSON is broken: " + syntax.Error()
	if bytes.Contains(data, []byte("\n<<<<<<< ")) {
		reason += " (the file has merge conflict marks)"
	}
	return &Error{Line: line, Reason: reason, Err: err}
}

func lineAt(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}

// version returns the minor version and refuses formats other than 4.
func version(fields []Field) (int, error) {
	major, err := intField(fields, "nbformat")
	if err != nil {
		return 0, err
	}
	switch {
	case major == nil:
		return 0, &Error{Reason: `not a notebook: the field "nbformat" is missing`}
	case *major < Major:
		return 0, &Error{Reason: fmt.Sprintf("the notebook has format %d, which was replaced in 2015; convert it first: jupyter nbconvert --to notebook --inplace FILE", *major)}
	case *major > Major:
		return 0, &Error{Reason: fmt.Sprintf("the notebook has format %d; this program knows format %d only", *major, Major)}
	}
	minor, err := intField(fields, "nbformat_minor")
	if err != nil {
		return 0, err
	}
	if minor == nil || *minor < 0 {
		return 0, &Error{Reason: `the notebook's field "nbformat_minor" is missing or negative`}
	}
	return *minor, nil
}

func decodeCell(raw []byte) (*Cell, error) {
	if raw[0] != '{' {
		return nil, &Error{Reason: "the cell is " + kind(raw) + ", not an object"}
	}
	c := &Cell{}
	fields := members(raw)
	var typ string
	var err error
	if c.ID, err = stringField(fields, "id"); err != nil {
		return c, err
	}
	if typ, err = stringField(fields, "cell_type"); err != nil {
		return c, err
	}
	if c.Type = CellType(typ); typ == "" {
		return c, &Error{Reason: `the field "cell_type" is missing`}
	}
	if c.Source, err = textField(fields, "source"); err != nil {
		return c, err
	}
	if c.Metadata, err = objectField(fields, "metadata"); err != nil {
		return c, err
	}
	if c.Type == Code {
		if c.ExecutionCount, err = intField(fields, "execution_count"); err != nil {
			return c, err
		}
		if err = c.decodeOutputs(fields); err != nil {
			return c, err
		}
	}
	if i := find(fields, "attachments"); i >= 0 && fields[i].Value[0] == '{' { // Validate reports others
		c.Attachments = newObject(fields[i].Value)
	}
	c.origin = &cellOrigin{
		raw: raw, fields: fields, typ: c.Type, id: c.ID, source: c.Source,
		metadata: c.Metadata, attached: c.Attachments, count: c.ExecutionCount, outputs: slices.Clone(c.Outputs),
	}
	if c.ExecutionCount != nil {
		count := *c.ExecutionCount
		c.origin.count = &count
	}
	return c, nil
}

func (c *Cell) decodeOutputs(fields []Field) error {
	i := find(fields, "outputs")
	if i < 0 {
		return nil
	}
	if fields[i].Value[0] != '[' {
		return &Error{Reason: `"outputs" is ` + kind(fields[i].Value) + ", not a list"}
	}
	for i, raw := range elements(fields[i].Value) {
		o, err := decodeOutput(raw)
		if err != nil {
			err.(*Error).Reason = fmt.Sprintf("output %d: %s", i+1, err.(*Error).Reason)
			return err
		}
		c.Outputs = append(c.Outputs, o)
	}
	return nil
}

func decodeOutput(raw []byte) (*Output, error) {
	if raw[0] != '{' {
		return nil, &Error{Reason: "the output is " + kind(raw) + ", not an object"}
	}
	o := &Output{}
	fields := members(raw)
	typ, err := stringField(fields, "output_type")
	if err != nil {
		return nil, err
	}
	switch o.Type = OutputType(typ); o.Type {
	case "":
		err = &Error{Reason: `the field "output_type" is missing`}
	case Stream:
		if o.Name, err = stringField(fields, "name"); err == nil {
			o.Text, err = textField(fields, "text")
		}
	case DisplayData, ExecuteResult:
		if o.Data, err = objectField(fields, "data"); err == nil {
			o.Metadata, err = objectField(fields, "metadata")
		}
		if err == nil && o.Type == ExecuteResult {
			o.ExecutionCount, err = intField(fields, "execution_count")
		}
	case ErrorOutput:
		if o.EName, err = stringField(fields, "ename"); err == nil {
			o.EValue, err = stringField(fields, "evalue")
		}
		if err == nil {
			o.Traceback, err = listField(fields, "traceback")
		}
	}
	if err != nil {
		return nil, err
	}
	value := *o
	value.Traceback = slices.Clone(o.Traceback)
	if o.ExecutionCount != nil {
		count := *o.ExecutionCount
		value.ExecutionCount = &count
	}
	o.origin = &outputOrigin{raw: raw, fields: fields, value: value}
	return o, nil
}

// The field functions decode one field. A field that is missing is the zero
// value; one of another type is an *Error.

func stringField(fields []Field, name string) (string, error) {
	i := find(fields, name)
	if i < 0 {
		return "", nil
	}
	if v := fields[i].Value; v[0] != '"' {
		return "", wrongKind(name, v, "a string")
	}
	return text(fields[i].Value), nil
}

func textField(fields []Field, name string) (string, error) {
	i := find(fields, name)
	if i < 0 {
		return "", nil
	}
	s, ok := multiline(fields[i].Value)
	if !ok {
		return "", wrongKind(name, fields[i].Value, "a string or a list of strings")
	}
	return s, nil
}

func listField(fields []Field, name string) ([]string, error) {
	i := find(fields, name)
	if i < 0 {
		return nil, nil
	}
	if fields[i].Value[0] != '[' {
		return nil, wrongKind(name, fields[i].Value, "a list of strings")
	}
	list := []string{}
	for _, e := range elements(fields[i].Value) {
		if e[0] != '"' {
			return nil, wrongKind("an entry of "+name, e, "a string")
		}
		list = append(list, text(e))
	}
	return list, nil
}

func objectField(fields []Field, name string) (*Object, error) {
	i := find(fields, name)
	if i < 0 {
		return nil, nil
	}
	if v := fields[i].Value; v[0] != '{' {
		return nil, wrongKind(name, v, "an object")
	}
	return newObject(fields[i].Value), nil
}

// intField returns nil for a field that is missing or null.
func intField(fields []Field, name string) (*int, error) {
	i := find(fields, name)
	if i < 0 || fields[i].Value[0] == 'n' {
		return nil, nil
	}
	n, err := strconv.Atoi(string(fields[i].Value))
	if err != nil {
		return nil, wrongKind(name, fields[i].Value, "a whole number")
	}
	return &n, nil
}

func wrongKind(name string, value []byte, want string) *Error {
	return &Error{Reason: fmt.Sprintf("%q is %s, not %s", name, kind(value), want)}
}

// inCell adds the cell's place to an error.
func inCell(err error, index int, c *Cell) error {
	e := err.(*Error)
	e.Cell = index + 1
	if c != nil {
		e.ID = c.ID
	}
	return e
}
