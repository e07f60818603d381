package frontmatter

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"iyagi/notebooks/nbformat"
)

// Matter is a front matter. Its fields are what was read; to change them use Set and Delete, which read anew.
type Matter struct {
	Title       string
	Date        time.Time // of publication, in the zone that it was written with, UTC without one; zero when there is none
	Slug        string    // the last part of the page's address
	Lang        string    // a BCP 47 tag, such as ko
	Description string
	Tags        []string
	Categories  []string
	Draft       bool

	text    string  // between the marks; each line with its end
	eol     string  // line end of the marks
	entries []entry // in the order of the text
	braces  bool    // the fields stand in {}
}

// entry is one field: its lines are text's first to last, from 1.
type entry struct {
	name        string
	value       ast.Node
	first, last int
}

// maxSize is the longest front matter in bytes. Real ones have some hundred; the limit keeps a
// file that is no page from the YAML parser, whose time is not linear.
const maxSize = 64 << 10

// Of returns the front matter of a notebook, which is its first raw cell if that begins with a line of ---, and the index of
// that cell. Without one it returns nil and -1. The file's name is for errors only, each of which is
// an *Error. What follows the closing --- in the cell is rest: text of the page.
func Of(n *nbformat.Notebook, file string) (m *Matter, cell int, rest string, err error) {
	for i, c := range n.Cells {
		if c.Type != nbformat.Raw {
			continue
		}
		if !begins(c.Source) {
			break
		}
		m, rest, err := Split(c.Source, file)
		var e *Error
		if errors.As(err, &e) {
			e.Cell, e.ID = i+1, c.ID
		}
		return m, i, rest, err
	}
	return nil, -1, "", nil
}

// Split divides a text into its front matter, nil if there is none, and the rest. The file's name is for errors only, each of
// which is an *Error.
func Split(text, file string) (m *Matter, rest string, err error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if !begins(text) {
		return nil, text, nil
	}
	head, tail, _ := cutLine(text)
	m = &Matter{eol: head[len(strings.TrimRight(head, "\r\n")):]}
	start := len(head)
	for at := start; ; {
		line, after, ok := cutLine(tail)
		if mark := strings.TrimRight(line, " \t\r\n"); mark == "---" || mark == "..." {
			m.text, rest = text[start:at], after
			break
		}
		if !ok {
			return nil, "", &Error{File: file, Line: 1, Reason: "the front matter that begins here has no closing line of ---"}
		}
		at, tail = at+len(line), after
	}
	if err := m.read(); err != nil {
		err.File = file
		return nil, "", err
	}
	return m, rest, nil
}

// begins tells whether the first line is ---.
func begins(text string) bool {
	line, _, ok := cutLine(text)
	return ok && strings.TrimRight(line, " \t\r\n") == "---"
}

// cutLine returns the first line with its end, and the rest; ok is false for a line without an end.
func cutLine(s string) (line, rest string, ok bool) {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i+1], s[i+1:], true
	}
	return s, "", false
}

// String returns the front matter with its two marks, as it stands at the head of a page.
func (m *Matter) String() string {
	return "---" + m.eol + m.text + "---" + m.eol
}

// Names returns the names of all fields in the order of the text.
func (m *Matter) Names() []string {
	names := make([]string, len(m.entries))
	for i, e := range m.entries {
		names[i] = e.name
	}
	return names
}

// Has tells whether there is a field of that name.
func (m *Matter) Has(name string) bool { return m.find(name) >= 0 }

// Text returns a field that is a single value, as written but without quotes.
func (m *Matter) Text(name string) (s string, ok bool) {
	if i := m.find(name); i >= 0 {
		return scalar(m.entries[i].value)
	}
	return "", false
}

func (m *Matter) find(name string) int {
	for i, e := range m.entries {
		if e.name == name {
			return i
		}
	}
	return -1
}

// read sets all fields from the text. Lines of errors count the opening mark.
func (m *Matter) read() *Error {
	m.entries = nil
	if len(m.text) > maxSize {
		return &Error{Reason: fmt.Sprintf("the front matter has %d bytes, the limit is %d", len(m.text), maxSize)}
	}
	if !utf8.ValidString(m.text) {
		return &Error{Reason: "the front matter is no UTF-8 text"}
	}
	body, err := parse(m.text)
	if err != nil {
		return yamlError(err)
	}
	var pairs []*ast.MappingValueNode
	switch body := body.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode: // nothing, or comments alone
	case *ast.MappingNode:
		pairs, m.braces = body.Values, body.IsFlowStyle
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{body}
	default:
		return &Error{Line: line(body), Reason: "the front matter is " + kindOf(body) + ", not fields such as title: …"}
	}
	for _, p := range pairs {
		name, ok := scalar(p.Key)
		if !ok {
			return &Error{Line: line(p), Reason: "the name of a field is " + kindOf(p.Key) + ", not a word"}
		}
		if m.Has(name) {
			return &Error{Line: line(p.Key), Reason: fmt.Sprintf("the field %q stands twice", name)}
		}
		m.entries = append(m.entries, entry{name: name, value: p.Value, first: line(p.Key) - 1})
	}
	m.extents()
	return m.fields()
}

// parse returns the only document of the text, nil if it is empty. The parser must not end the program, whatever the text is:
// a panic of it is an error.
func parse(text string) (node ast.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			node, err = nil, fmt.Errorf("the text is beyond the YAML parser: %v", p)
		}
	}()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return nil, err
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if node != nil {
			return nil, errors.New("there is more than one YAML document")
		}
		node = doc.Body
	}
	return node, nil
}

func yamlError(err error) *Error {
	e := &Error{Reason: "the front matter is no YAML: " + err.Error(), Err: err}
	var y yaml.Error
	if errors.As(err, &y) {
		e.Reason = "the front matter is no YAML: " + y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line + 1
		}
	}
	return e
}

// line is that of a node in the whole front matter: the opening mark is line 1.
func line(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line + 1
}

// extents finds the last line of each entry: the one before the next entry, without comments and blank lines between
// the two, which belong to what follows.
func (m *Matter) extents() {
	lines := strings.SplitAfter(m.text, "\n")
	for i := range m.entries {
		end := len(lines)
		if i+1 < len(m.entries) {
			end = m.entries[i+1].first - 1
		}
		for end > m.entries[i].first && isGap(lines[end-1]) {
			end--
		}
		m.entries[i].last = end
	}
}

func isGap(line string) bool {
	return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#")
}
