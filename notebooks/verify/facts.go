package verify

import (
	"fmt"
	"slices"
	"strconv"

	"iyagi/notebooks/nbformat"
)

// facts are what is known of one run of a notebook.
type facts struct {
	// ids are the parts that a number plays as an ID in this run: "cell 1", for the first process
	// that runs cells, "kernel", or "5.2.1 pid" for the first task of the second card of cell 5.
	// A thread can have several: the Go scheduler uses it again.
	ids map[string][]string
}

// factsOf collects the IDs that the metadata of cards tells, and those that are known
// otherwise.
func factsOf(cells []*nbformat.Cell, known map[int]string) *facts {
	f := &facts{ids: map[string][]string{}}
	for pid, role := range known {
		f.add(pid, role)
	}
	parents := map[int]bool{}
	for i, c := range cells {
		j := 0 // displays; streams can be cut at other places in another run
		for _, o := range c.Outputs {
			if o.Type == nbformat.Stream {
				continue
			}
			j++
			card := cardOf(o)
			if card == nil {
				continue
			}
			parent := card.Parent.PID
			if !parents[parent] {
				parents[parent] = true
				f.add(parent, fmt.Sprintf("cell %d", len(parents)))
			}
			for _, t := range card.Tasks {
				role := fmt.Sprintf("%d.%d.%d", i, j, t.Index)
				if t.PID != parent {
					f.add(t.PID, role+" pid")
				}
				if t.PPID != parent {
					f.add(t.PPID, Kernel)
				}
				f.add(t.TID, role+" tid")
			}
			for _, s := range card.Steps {
				f.add(s.TID, fmt.Sprintf("%d.%d thread", i, j))
			}
		}
	}
	return f
}

func (f *facts) add(id int, role string) {
	if id <= 0 {
		return
	}
	key := strconv.Itoa(id)
	if !slices.Contains(f.ids[key], role) {
		f.ids[key] = append(f.ids[key], role)
	}
}

// share tells whether two lists of parts have one in common.
func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(role string) bool { return slices.Contains(b, role) })
}
