package jupytext

import (
	"encoding/json"
	"slices"
	"strings"
)

// filter says which metadata a text has: "tags,-all", "all,-collapsed,-jupytext.text_representation". A name behind a point is of a field within a field.
type filter struct {
	set                  bool
	additional, excluded []string
}

func parseFilter(text string) (f filter) {
	f.set = true
	for _, key := range strings.Split(text, ",") {
		key = trim(key)
		if rest, ok := strings.CutPrefix(key, "-"); ok {
			f.excluded = append(f.excluded, trim(rest))
		} else if key = trim(strings.TrimPrefix(key, "+")); key != "" {
			f.additional = append(f.additional, key)
		}
	}
	if f.all() {
		f.additional = []string{"all"}
	}
	if f.none() {
		f.excluded = []string{"all"}
	}
	return f
}

func (f filter) all() bool  { return slices.Contains(f.additional, "all") }
func (f filter) none() bool { return slices.Contains(f.excluded, "all") }

func (f filter) String() string {
	keys := slices.Clone(f.additional)
	for _, key := range f.excluded {
		keys = append(keys, "-"+key)
	}
	return strings.Join(keys, ",")
}

// filterOf returns a filter of the notebook's section jupytext, in any of the ways in which it may be written.
func filterOf(section meta, name string) filter {
	raw := section.get(name)
	switch string(raw) {
	case "", "null":
		return filter{}
	case "true":
		return parseFilter("all")
	case "false":
		return parseFilter("-all")
	}
	if text, ok := section.text(name); ok {
		return parseFilter(text)
	}
	var parts struct{ Additional, Excluded any }
	json.Unmarshal(raw, &parts)
	f := filter{set: true, additional: wordsOf(parts.Additional), excluded: wordsOf(parts.Excluded)}
	return parseFilter(f.String())
}

func wordsOf(v any) (words []string) {
	switch v := v.(type) {
	case string:
		words = []string{v}
	case []any:
		for _, w := range v {
			if s, ok := w.(string); ok {
				words = append(words, s)
			}
		}
	}
	return words
}

// cells keeps the metadata of a cell that a text has: what the filter names, or all but what front ends note for themselves.
func (f filter) cells(m meta) meta {
	if tags := string(m.get("tags")); tags == "[]" && !f.all() && !f.none() {
		m.delete("tags")
	}
	switch {
	case f.all():
		return m.without(f.excluded)
	case f.none():
		return m.only(f.additional)
	}
	excluded := slices.Clone(f.excluded)
	for _, key := range slices.Concat(viewMeta, ownMeta) {
		if !slices.Contains(f.additional, key) {
			excluded = append(excluded, key)
		}
	}
	return m.without(excluded)
}

// The metadata of a notebook that jupytext writes, and what is not written even where it could be: a kernel tells its language, and
// the state of widgets is output.
var (
	notebookMeta = []string{"jupytext", "kernelspec", "kernel_info", "orphan", "tocdepth"}
	stateMeta    = []string{"language_info", "widgets"}
)

// notebook keeps the metadata of a notebook that a text has.
func (f filter) notebook(m meta) meta {
	switch {
	case !f.set:
		return m.without(stateMeta)
	case f.all():
		return m.without(f.excluded)
	case f.none():
		return m.only(f.additional)
	}
	return m.only(slices.Concat(f.additional, notebookMeta)).without(f.excluded)
}

// inner returns the names behind the point by those before it.
func inner(keys []string) map[string][]string {
	in := map[string][]string{}
	for _, key := range keys {
		if left, right, ok := strings.Cut(key, "."); ok {
			in[left] = append(in[left], right)
		}
	}
	return in
}

func (m meta) only(keys []string) (kept meta) {
	in := inner(keys)
	for _, o := range m {
		if slices.Contains(keys, o.name) {
			kept = append(kept, o)
		} else if names := in[o.name]; names != nil && len(o.value) > 0 && o.value[0] == '{' {
			kept = append(kept, option{o.name, json.RawMessage(parseMeta(o.value).only(names).json())})
		}
	}
	return kept
}

func (m meta) without(keys []string) (kept meta) {
	in := inner(keys)
	for _, o := range m {
		switch names := in[o.name]; {
		case slices.Contains(keys, o.name):
		case names != nil && len(o.value) > 0 && o.value[0] == '{':
			kept = append(kept, option{o.name, json.RawMessage(parseMeta(o.value).without(names).json())})
		default:
			kept = append(kept, o)
		}
	}
	return kept
}
