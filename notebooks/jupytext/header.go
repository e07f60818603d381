package jupytext

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"iyagi/notebooks/nbformat"
)

// The version of the forms that are written, and of the jupytext that has them.
const (
	markdownVersion = "1.3"
	percentVersion  = "1.3"
	jupytextVersion = "1.19.6"
)

// header is the head of a text: YAML between lines of ---. What stands under jupyter: is the notebook's metadata, all other
// lines are those of the first cell, which is the front matter of a page.
type header struct {
	found    bool // there is metadata under jupyter:
	metadata meta
	first    *cell
	lines    int // of the text, with the empty one behind
}

var (
	dashes      = regexp.MustCompile(`^---\s*$`)
	jupyterLine = regexp.MustCompile(`^jupyter\s*:\s*$`)
	encoding    = regexp.MustCompile(`^[ \t\f]*//.*?coding[:=][ \t]*(?i:utf-8)(?:[^-_.a-zA-Z0-9]|$)`)
)

const encodingLine = "// -*- coding: utf-8 -*-"

// readHeader finds the header at the head of a text.
func readHeader(lines []string, f Format) (h header, err error) {
	prefix := f.comment()
	var jupytext meta
	start := 0
	if f == Percent && len(lines) > 0 && strings.HasPrefix(lines[0], "#!") {
		jupytext.setText("executable", lines[0][2:])
		start++
	}
	if f == Percent && len(lines) > start && encoding.MatchString(lines[start]) {
		jupytext.setText("encoding", lines[start])
		start++
	}
	if len(jupytext) > 0 {
		h.metadata.set("jupytext", json.RawMessage(jupytext.json()))
	}
	h.lines = start
	front, jupyter, at, end := cutHeader(lines, start, prefix)
	if end < 0 {
		return h, nil
	}
	if h.found = len(jupyter) > 0; h.found {
		if err := h.readMetadata(jupyter, jupytext, at); err != nil {
			return h, err
		}
	}
	separator := 0
	if end+1 < len(lines) && isBlank(uncommentLine(lines[end+1], prefix)) {
		separator = 1
	}
	if len(front) > 0 {
		h.first = &cell{typ: nbformat.Raw, source: "---\n" + strings.Join(front, "\n") + "\n---"}
		if separator == 0 {
			h.first.meta.set("lines_to_next_cell", json.RawMessage("0"))
		}
	}
	h.lines = end + 1 + separator
	return h, nil
}

// cutHeader returns the lines of the front matter and of the metadata, whose first is line at of the text, and the index of the line that
// ends the header, -1 when there is none. A header may stand in an HTML comment.
func cutHeader(lines []string, start int, prefix string) (front, jupyter []string, at, end int) {
	started, inComment, inJupyter := false, false, false
	end = -1
	for i, line := range lines[start:] {
		i += start
		if !strings.HasPrefix(line, prefix) {
			break
		}
		if prefix == "" && strings.HasPrefix(trim(line), "<!--") {
			inComment = true
			continue
		}
		if inComment && end >= 0 && strings.Contains(line, "-->") {
			return front, jupyter, at, i
		}
		if inComment && !started && isBlank(line) {
			continue
		}
		line = uncommentLine(line, prefix)
		if dashes.MatchString(line) {
			if !started {
				started = true
				continue
			}
			end = i
			if inComment {
				continue
			}
			return front, jupyter, at, end
		}
		if !started && !isBlank(line) {
			break
		}
		if jupyterLine.MatchString(line) {
			inJupyter, at = true, i+1
		} else if space, _ := indent(line); line != "" && space == "" {
			inJupyter = false
		}
		if inJupyter {
			jupyter = append(jupyter, line)
		} else {
			front = append(front, line)
		}
	}
	if end >= 0 {
		end = len(lines) - 1 // the comment does not end
	}
	return front, jupyter, at, end
}

// readMetadata reads the lines under jupyter:, which begin at a line of the text.
func (h *header) readMetadata(lines []string, jupytext meta, at int) error {
	raw, err := parseYAML([]byte(strings.Join(lines, "\n")))
	words := ""
	if err == nil {
		raw = parseMeta(raw).get("jupyter")
		if kind := raw[:min(1, len(raw))]; string(kind) != "{" && string(raw) != "null" {
			words = "it is no list of name: value"
		}
	} else {
		words, _, _ = strings.Cut(strings.TrimSpace(err.Error()), "\n")
	}
	if m := yamlPlace.FindStringSubmatch(words); m != nil {
		line, _ := strconv.Atoi(m[1])
		at, words = at+line-1, m[2]
	}
	if words != "" {
		return &nbformat.Error{Line: at, Reason: "the notebook's metadata under jupyter: cannot be read: " + words, Err: err}
	}
	h.metadata = parseMeta(raw)
	if len(jupytext) > 0 {
		section := parseMeta(h.metadata.get("jupytext"))
		for _, o := range jupytext {
			section.set(o.name, o.value)
		}
		h.metadata.set("jupytext", json.RawMessage(section.json()))
	}
	return nil
}

var yamlPlace = regexp.MustCompile(`^\[(\d+):\d+\] (.*)$`)
