package nbformat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Object is a JSON object whose fields keep their order and their spelling:
// metadata of a notebook, cell or output, or the data of a display (from MIME
// type to value). The zero value and nil are empty objects; a nil Object
// cannot be written to.
type Object struct {
	raw     []byte // as read; nil when made or changed since
	fields  []Field
	changed bool
}

// Field is one field of an Object.
type Field struct {
	Name  string
	Value json.RawMessage

	asRead bool // Value has the file's own spelling and indentation
}

func newObject(raw []byte) *Object {
	return &Object{raw: raw, fields: members(raw)}
}

// NewObject returns an object with the fields of m, sorted by name.
func NewObject(m map[string]json.RawMessage) *Object {
	o := &Object{changed: true}
	for name, value := range m {
		o.fields = append(o.fields, Field{Name: name, Value: value})
	}
	slices.SortFunc(o.fields, func(a, b Field) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return o
}

// Len returns the number of fields.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.fields)
}

// Fields returns the fields in order. The slice must not be changed.
func (o *Object) Fields() []Field {
	if o == nil {
		return nil
	}
	return o.fields
}

// Raw returns a field's value as JSON, nil when there is no such field.
func (o *Object) Raw(name string) json.RawMessage {
	if i := find(o.Fields(), name); i >= 0 {
		return o.fields[i].Value
	}
	return nil
}

// Text returns a field's text: a JSON string, or a list of strings joined.
func (o *Object) Text(name string) (s string, ok bool) {
	raw := o.Raw(name)
	if raw == nil {
		return "", false
	}
	raw = bytes.TrimSpace(raw)
	if !json.Valid(raw) {
		return "", false
	}
	return multiline(raw)
}

// Get decodes a field into the value that p points to and tells whether the
// field is there.
func (o *Object) Get(name string, p any) (bool, error) {
	raw := o.Raw(name)
	if raw == nil {
		return false, nil
	}
	if err := json.Unmarshal(raw, p); err != nil {
		return true, fmt.Errorf("field %q: %w", name, err)
	}
	return true, nil
}

// Set gives a field a value. A new field comes at its place when the names are
// sorted, as Jupyter writes them, else at the end. Setting the value that a field
// has changes nothing.
func (o *Object) Set(name string, value any) error {
	raw, err := marshal(value)
	if err != nil {
		return fmt.Errorf("field %q: %w", name, err)
	}
	if i := find(o.fields, name); i >= 0 {
		if sameJSON(o.fields[i].Value, raw) {
			return nil
		}
		o.fields[i] = Field{Name: name, Value: raw}
	} else {
		o.fields = insert(o.fields, Field{Name: name, Value: raw})
	}
	o.changed = true
	return nil
}

// Delete removes a field.
func (o *Object) Delete(name string) {
	if i := find(o.Fields(), name); i >= 0 {
		o.fields = slices.Delete(slices.Clone(o.fields), i, i+1)
		o.changed = true
	}
}

// MarshalJSON makes an Object a value of encoding/json.
func (o *Object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, f := range o.Fields() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, f.Name)
		b = append(b, ':')
		b = append(b, f.Value...)
	}
	return append(b, '}'), nil
}

// find returns the index of the last field of that name, whose value is the
// one that counts when a name stands twice, or -1.
func find(fields []Field, name string) int {
	for i := len(fields) - 1; i >= 0; i-- {
		if fields[i].Name == name {
			return i
		}
	}
	return -1
}

// insert adds a field at its sorted place, or at the end of unsorted fields.
func insert(fields []Field, f Field) []Field {
	at := len(fields)
	if slices.IsSortedFunc(fields, func(a, b Field) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) }) {
		for at > 0 && fields[at-1].Name > f.Name {
			at--
		}
	}
	return slices.Insert(slices.Clone(fields), at, f)
}

// marshal is json.Marshal without the escapes that HTML pages need.
func marshal(value any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// sameJSON tells whether two values differ in white space at most.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
