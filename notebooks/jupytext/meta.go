package jupytext

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"iyagi/notebooks/nbformat"
)

// meta is the metadata of a cell in the order of its marker. Values are JSON.
type meta []option

type option struct {
	name  string
	value json.RawMessage
}

func (m meta) index(name string) int {
	return slices.IndexFunc(m, func(o option) bool { return o.name == name })
}

func (m meta) get(name string) json.RawMessage {
	if i := m.index(name); i >= 0 {
		return m[i].value
	}
	return nil
}

// text returns a value that is a string.
func (m meta) text(name string) (s string, ok bool) {
	raw := m.get(name)
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(raw, &s) == nil
}

func (m *meta) set(name string, value json.RawMessage) {
	if i := m.index(name); i >= 0 {
		(*m)[i].value = value
		return
	}
	*m = append(*m, option{name, value})
}

func (m *meta) setText(name, value string) {
	m.set(name, json.RawMessage(pythonString(value)))
}

func (m *meta) delete(name string) {
	if i := m.index(name); i >= 0 {
		*m = slices.Delete(slices.Clone(*m), i, i+1)
	}
}

// metaOf reads a JSON object.
func metaOf(o *nbformat.Object) meta {
	var m meta
	for _, f := range o.Fields() {
		m.set(f.Name, bytes.TrimSpace(f.Value))
	}
	return m
}

func (m meta) object() *nbformat.Object {
	fields := make(map[string]json.RawMessage, len(m))
	for _, o := range m {
		fields[o.name] = o.value
	}
	return nbformat.NewObject(fields)
}

// same compares by name, whatever the order.
func (m meta) same(n meta) bool {
	return len(m) == len(n) && !slices.ContainsFunc(m, func(o option) bool {
		i := n.index(o.name)
		return i < 0 || !sameJSON(o.value, n[i].value)
	})
}

func sameJSON(a, b json.RawMessage) bool {
	return bytes.Equal(a, b) || pythonJSON(a, true) == pythonJSON(b, true)
}

// isActive tells whether a cell counts in files with an extension: it may be frozen, or made for some kinds of files only.
func (m meta) isActive(ext string, otherwise bool) bool {
	var control struct{ Frozen any }
	if json.Unmarshal(m.get("run_control"), &control) == nil && control.Frozen == true {
		return ext == "ipynb"
	}
	for _, tag := range m.tags() {
		if strings.HasPrefix(tag, "active-") {
			return slices.Contains(strings.Split(tag, "-"), ext)
		}
	}
	active, ok := m.text("active")
	if !ok {
		return otherwise
	}
	return slices.Contains(strings.FieldsFunc(active, func(r rune) bool { return r == '.' || r == ',' }), ext)
}

func (m meta) tags() []string {
	var tags []string
	if json.Unmarshal(m.get("tags"), &tags) != nil {
		return nil
	}
	return tags
}

func (m meta) hasActiveTag() bool {
	return slices.ContainsFunc(m.tags(), func(tag string) bool { return strings.HasPrefix(tag, "active-") })
}

// ownMeta are keys that tell how a text was laid out, not what the notebook is: they are in no marker.
var ownMeta = []string{"skipline", "noskipline", "cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker"}

// viewMeta are keys of front ends that texts leave out as well.
var viewMeta = []string{"autoscroll", "collapsed", "scrolled", "trusted", "execution", "ExecuteTime"}

// notJSON is the key for options that cannot be read; its text is written back as it was.
const notJSON = "incorrectly_encoded_metadata"

// The names that an option may have: alone, and before an equals sign.
var (
	flagName  = regexp.MustCompile(`^[a-zA-Z_\.]+[a-zA-Z0-9_\.]*$`)
	validName = regexp.MustCompile(`^[a-zA-Z0-9_\.@/-]+$`)
)

// print writes the options behind a marker, after the first word, which may be empty.
func (m meta) print(first string, asJSON bool) string {
	words := []string{}
	if first != "" {
		words = append(words, first)
	}
	m = slices.DeleteFunc(slices.Clone(m), func(o option) bool { return slices.Contains(ownMeta, o.name) })
	if asJSON {
		if len(m) > 0 {
			words = append(words, m.json())
		}
		return strings.Join(words, " ")
	}
	for _, o := range m {
		text, _ := m.text(o.name)
		switch {
		case o.name == notJSON:
			words = append(words, text)
		case string(o.value) == "null":
			words = append(words, o.name)
		default:
			words = append(words, o.name+"="+pythonJSON(o.value, false))
		}
	}
	return strings.Join(words, " ")
}

func (m meta) json() string {
	if len(m) == 0 {
		return "{}"
	}
	var b strings.Builder
	for i, o := range m {
		b.WriteString([]string{"{", ", "}[min(i, 1)])
		b.WriteString(pythonString(o.name) + ": " + pythonJSON(o.value, false))
	}
	return b.String() + "}"
}

// isJSONOptions tells options as one JSON object from name=value.
func isJSONOptions(text string) bool {
	brace, equals := strings.Index(text, "{"), strings.Index(text, "=")
	return brace >= 0 && (equals < 0 || brace < equals)
}

// parseTitled reads the options behind a marker and the words before them.
func parseTitled(text string) (title string, m meta) {
	text = trim(text)
	if isJSONOptions(text) {
		return parseObject(text)
	}
	words := strings.Split(text, " ")
	if equals := strings.Index(text, "="); equals >= 0 {
		words = strings.Split(text[:equals], " ")
		for len(words) > 0 && words[len(words)-1] == "" {
			words = words[:len(words)-1]
		}
		words = words[:max(len(words)-1, 0)] // the key
	}
	for len(words) > 0 && (isBlank(words[len(words)-1]) || strings.HasPrefix(words[len(words)-1], ".")) {
		words = words[:len(words)-1]
	}
	title = strings.Join(words, " ")
	return title, parsePairs(text[len(title):])
}

// parseFence reads the words behind a fence: a language and options.
func parseFence(text string) (language string, m meta) {
	text = trim(text)
	switch word, rest, ok := strings.Cut(text, " "); {
	case isJSONOptions(text):
		return parseObject(text)
	case isLanguage(text):
		return text, nil
	case ok && isLanguage(word):
		return word, parsePairs(rest)
	}
	return "", parsePairs(text)
}

func parseObject(text string) (title string, m meta) {
	brace := strings.Index(text, "{")
	raw, ok := relaxedJSON(text[brace:])
	if !ok || raw[0] != '{' {
		m.setText(notJSON, trim(text[brace:]))
	} else {
		m = parseMeta(raw)
	}
	return trim(text[:brace]), m
}

// parseMeta reads JSON that is known to be valid; what is no object has no fields.
func parseMeta(raw []byte) (m meta) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if brace, _ := d.Token(); brace != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, _ := d.Token()
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return m
		}
		m.set(name.(string), value)
	}
	return m
}

// parsePairs reads name=value pairs from the right: a value is what JSON can read up to the next pair. A word alone at the end is a name
// without a value.
func parsePairs(text string) (m meta) {
	text = trim(text)
	if text == "" {
		return nil
	}
	space := strings.LastIndex(text, " ")
	if last := text[space+1:]; !strings.HasPrefix(text, "--") && flagName.MatchString(last) {
		m.set(last, json.RawMessage("null"))
		if space > 0 {
			for _, o := range parsePairs(text[:space]) {
				m.set(o.name, o.value)
			}
		}
		return m
	}
	for at := strings.LastIndex(text, "="); at >= 0; at = strings.LastIndex(text[:at], "=") {
		left := strings.TrimRightFunc(text[:at], isSpace)
		space := strings.LastIndex(left, " ")
		name := trim(text[space+1 : at])
		if !validName.MatchString(name) {
			continue
		}
		value, ok := relaxedJSON(text[at+1:])
		if !ok {
			continue
		}
		if space > 0 {
			m = parsePairs(text[:space])
		}
		m.set(name, value)
		return m
	}
	m.setText(notJSON, text)
	return m
}
