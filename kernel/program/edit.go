package program

import (
	"cmp"
	"slices"
	"strings"
)

// An edit replaces the bytes start to end of a cell's text.
type edit struct {
	start, end int
	text       string
}

// edits are changes of one text that do not overlap, but for those within
// another one, which replaces them too.
type edits struct {
	src  string
	list []edit
	set  map[edit]bool
}

func newEdits(src string) *edits { return &edits{src: src, set: map[edit]bool{}} }

// add notes a change; the same one twice is one.
func (e *edits) add(start, end int, text string) {
	x := edit{start, end, text}
	if !e.set[x] {
		e.set[x] = true
		e.list = append(e.list, x)
	}
}

// remove takes back the changes of the bytes start to end.
func (e *edits) remove(start, end int) {
	e.list = slices.DeleteFunc(e.list, func(x edit) bool {
		if x.start != start || x.end != end {
			return false
		}
		delete(e.set, x)
		return true
	})
}

// text is what becomes of the bytes start to end. Changes that reach out of them are left out; insertions at
// either end are in.
func (e *edits) text(start, end int) string {
	slices.SortStableFunc(e.list, func(a, b edit) int {
		if a.start == b.start && (a.start == a.end) != (b.start == b.end) {
			return cmp.Compare(a.end, b.end) // what is inserted comes first
		}
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	var b strings.Builder
	at := start
	for _, x := range e.list {
		if x.start < at || x.end > end {
			continue
		}
		b.WriteString(e.src[at:x.start])
		b.WriteString(x.text)
		at = x.end
	}
	b.WriteString(e.src[min(at, end):end])
	return b.String()
}
