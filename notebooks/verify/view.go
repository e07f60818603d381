package verify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"iyagi/notebooks/nbformat"
)

// block is lines that are compared under one rule.
type block struct {
	lines     []string
	varies    []*regexp.Regexp
	unordered bool // the lines may come in any order
	also      bool // what the reader has seen in plain text already
	columns   columns
}

// columns tells whether the columns of a block may be of another width in another run.
type columns int

const (
	unknown columns = iota // not looked at yet
	fixed
	movable
)

func (b *block) add(format string, args ...any) {
	for l := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		b.lines = append(b.lines, l)
	}
}

// viewOf is the outputs of a cell as blocks, in the order of the reader.
func viewOf(outputs []*nbformat.Output, varies []*regexp.Regexp, unordered bool) []block {
	var list []block
	var out, err strings.Builder
	streams := func() {
		for _, s := range []struct {
			mark string
			text *strings.Builder
		}{{"", &out}, {"(stderr) ", &err}} {
			if s.text.Len() > 0 {
				b := block{varies: varies, unordered: unordered}
				for l := range strings.Lines(s.text.String()) {
					b.add("%s%s", s.mark, overwritten(strings.TrimRight(l, "\r\n")))
				}
				list = append(list, b)
			}
			s.text.Reset()
		}
	}
	for _, o := range outputs {
		switch o.Type {
		case nbformat.Stream:
			if o.Name == "stderr" {
				err.WriteString(o.Text)
			} else {
				out.WriteString(o.Text)
			}
		case nbformat.ErrorOutput:
			streams()
			b := block{varies: varies}
			b.add("[error] %s: %s", o.EName, ansi.ReplaceAllString(o.EValue, ""))
			for _, l := range o.Traceback {
				b.add("%s", ansi.ReplaceAllString(l, ""))
			}
			list = append(list, b)
		default:
			streams()
			list = append(list, display(o, varies)...)
		}
	}
	streams()
	return list
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// overwritten is what stays of a line on a terminal when carriage returns
// go back to its beginning.
func overwritten(line string) string {
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	return ansi.ReplaceAllString(line, "")
}

// display is one display or result.
func display(o *nbformat.Output, varies []*regexp.Regexp) []block {
	if c := cardOf(o); c != nil {
		return c.view(o, varies)
	}
	var list []block
	for _, f := range byPlainness(o.Data.Fields()) {
		if strings.HasPrefix(f.Name, "application/vnd.jupyter.widget") {
			list = append(list, block{lines: []string{"[" + f.Name + "]"}}) // its value is an ID
			continue
		}
		b := block{varies: varies, also: len(list) > 0 && list[0].lines[0] == "[text/plain]"}
		b.add("[%s]", f.Name)
		switch s, isText := o.Data.Text(f.Name); {
		case isText && strings.HasPrefix(f.Name, "image/") && f.Name != "image/svg+xml":
			b.add("%s", strings.TrimSpace(s)) // base64
			b.varies = nil
		case isText:
			b.add("%s", ansi.ReplaceAllString(strings.TrimRight(s, "\n"), ""))
		default:
			b.add("%s", indented(f.Value))
		}
		list = append(list, b)
	}
	return list
}

// byPlainness puts plain text first, which tells a difference in the fewest words.
func byPlainness(fields []nbformat.Field) []nbformat.Field {
	fields = slices.Clone(fields)
	slices.SortStableFunc(fields, func(a, b nbformat.Field) int {
		isPlain := func(f nbformat.Field) int {
			if f.Name == "text/plain" {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(isPlain(a), isPlain(b)), cmp.Compare(a.Name, b.Name))
	})
	return fields
}

// indented is JSON with a field on each line, in one spelling.
func indented(raw json.RawMessage) string {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return string(raw)
	}
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return string(raw)
	}
	return string(text)
}
