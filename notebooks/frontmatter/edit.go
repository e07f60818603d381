package frontmatter

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Set gives a field a value: a string, a []string, a bool, an int or a time.Time. A field that is there keeps its place, the comment
// behind a single value and, as a list, its style; a new one comes last. Other fields keep their bytes. Setting the
// value that a field has changes nothing.
func (m *Matter) Set(name string, value any) error {
	i := m.find(name)
	flow, comment := true, ""
	if i >= 0 {
		if flow = isFlow(m.entries[i].value); m.entries[i].first == m.entries[i].last {
			comment = m.comment(i)
		}
	}
	line, err := spell(name, value, flow)
	if err != nil {
		return fmt.Errorf("set the field %s: %w", name, err)
	}
	if i < 0 {
		return m.edit(name, len(strings.SplitAfter(m.text, "\n")), 0, line)
	}
	if same(m.entries[i].value, line) {
		return nil
	}
	if comment != "" && !strings.Contains(strings.TrimSuffix(line, "\n"), "\n") {
		line = strings.TrimSuffix(line, "\n") + " " + comment + "\n"
	}
	return m.edit(name, m.entries[i].first, m.entries[i].last, line)
}

// Delete removes a field, if it is there.
func (m *Matter) Delete(name string) error {
	i := m.find(name)
	if i < 0 {
		return nil
	}
	return m.edit(name, m.entries[i].first, m.entries[i].last, "")
}

// edit puts new in the place of the lines from first to last, from 1, and reads the text anew. If that fails nothing has changed.
func (m *Matter) edit(name string, first, last int, new string) error {
	if m.braces {
		return ownLines(name)
	}
	lines := strings.SplitAfter(m.text, "\n")
	var b strings.Builder
	for i, line := range lines {
		if i == first-1 {
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
				b.WriteString(m.eol)
			}
			b.WriteString(strings.ReplaceAll(new, "\n", m.eol))
		}
		if i < first-1 || i >= max(last, first-1) {
			b.WriteString(line)
		}
	}
	next := &Matter{text: b.String(), eol: m.eol}
	names := m.Names()
	if err := next.read(); err != nil {
		return fmt.Errorf("change the field %s: %w", name, err)
	}
	lost := func(other string) bool { return other != name && !next.Has(other) }
	if slices.ContainsFunc(names, lost) || next.Has(name) != (new != "") {
		return ownLines(name)
	}
	*m = *next
	return nil
}

// spellText writes a text without quotes where YAML allows it. The library's quoting has gaps (a no-break space, a lone
// carriage return): what it does not read back stands in JSON's quotes, which are YAML, too.
func spellText(name, v string) (string, error) {
	if !utf8.ValidString(v) {
		return "", fmt.Errorf("%q is no UTF-8 text", v)
	}
	key, err := yaml.Marshal(name)
	if err != nil {
		return "", err
	}
	plain, err := yaml.Marshal(v)
	if err != nil {
		return "", err
	}
	quoted, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	for _, s := range []string{string(plain), string(quoted)} {
		s = strings.TrimSpace(string(key)) + ": " + strings.TrimSuffix(s, "\n") + "\n"
		body, err := parse(s)
		if err != nil || strings.Count(s, "\n") > 1 {
			continue
		}
		if p := pairs(body); len(p) == 1 {
			if read, ok := scalar(p[0].Value); ok && read == v {
				return s, nil
			}
		}
	}
	return "", fmt.Errorf("%q cannot be written as YAML", v)
}

func ownLines(name string) error {
	return fmt.Errorf("change the field %s: the front matter must have each field on lines of its own", name)
}

// spell writes a field. Each line ends in \n.
func spell(name string, value any, flow bool) (string, error) {
	switch v := value.(type) {
	case time.Time:
		layout := "2006-01-02 15:04:05 -0700"
		if v.Hour() == 0 && v.Minute() == 0 && v.Second() == 0 {
			layout = "2006-01-02"
		}
		return name + ": " + v.Format(layout) + "\n", nil // as a string it would stand in quotes
	case string:
		return spellText(name, v)
	case bool, int:
		flow = false
	case []string:
		if v == nil {
			value = []string{}
		}
	default:
		return "", fmt.Errorf("a value of type %T", value)
	}
	raw, err := yaml.MarshalWithOptions(yaml.MapSlice{{Key: name, Value: value}}, yaml.IndentSequence(true), yaml.Flow(flow))
	if err != nil {
		return "", err
	}
	s := strings.TrimRight(string(raw), "\n")
	if flow {
		var ok bool
		if s, ok = strings.CutPrefix(s, "{"); ok {
			s, ok = strings.CutSuffix(s, "}")
		}
		if !ok {
			return "", errors.New("the YAML library wrote no mapping: " + s)
		}
	}
	return s + "\n", nil
}

// same tells whether a field's lines have the value of a node.
func same(old ast.Node, line string) bool {
	var a any
	var b map[string]any
	if yaml.NodeToValue(old, &a) != nil || yaml.Unmarshal([]byte(line), &b) != nil {
		return false
	}
	for _, v := range b {
		return reflect.DeepEqual(a, v)
	}
	return false
}

func isFlow(n ast.Node) bool {
	seq, ok := n.(*ast.SequenceNode)
	return ok && seq.IsFlowStyle
}

// comment returns the comment at the end of the entry's line, with its #.
func (m *Matter) comment(i int) string {
	line := strings.TrimRight(strings.SplitAfter(m.text, "\n")[m.entries[i].first-1], "\r\n")
	for at := strings.LastIndex(line, " #"); at >= 0; at = strings.LastIndex(line[:at], " #") {
		// a # in quotes is no comment: what stands before it would be no YAML
		var cut map[string]any
		if yaml.Unmarshal([]byte(line[:at]), &cut) == nil && same(m.entries[i].value, line[:at]) {
			return line[at+1:]
		}
	}
	return ""
}
