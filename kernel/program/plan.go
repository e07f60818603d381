package program

import (
	"slices"
	"strings"
)

// A Run is what is to be done when the cells of a notebook have become others.
type Run struct {
	// Restart tells that the session must begin anew: something that is no more would still
	// be seen, or hardly a cell could stay.
	Restart bool
	Cells   []int // indices of the new cells to run, in order
}

// Plan tells which cells to run after the cells of a session that has run all of old have become new: those that
// changed, those that depend on what has changed, and those that give variables again the values that
// these had when the others ran.
func Plan(old, new []Cell) Run {
	p := &planner{new: new, facts: Analyze(new), dirty: map[int]bool{}, tainted: map[string]int{}}
	before := Analyze(old)
	kept, gone := match(old, new)
	outside := false
	for i := range new {
		if !kept[i] {
			p.dirty[i] = true
			outside = outside || p.facts[i].Outside
		}
	}
	for i, at := range gone {
		f := before[i]
		outside = outside || f.Outside
		for _, name := range slices.Concat(f.Declares, f.Changes) {
			if was, ok := p.tainted[name]; !ok || at < was {
				p.tainted[name] = at
			}
		}
	}
	if !outside && !p.stale(before, gone) {
		p.spread()
		if !p.early() && len(p.dirty) < len(new) {
			return Run{Cells: p.list()}
		}
	}
	r := Run{Restart: true}
	if len(old) == 0 {
		r.Restart = false
	}
	for i := range new {
		r.Cells = append(r.Cells, i)
	}
	return r
}

// match finds the cells that stay as they are, in order: the longest common subsequence of
// texts. gone are the old cells that do not, with the place in new where they stood.
func match(old, new []Cell) (kept map[int]bool, gone map[int]int) {
	length := make([][]int, len(old)+1)
	for i := range length {
		length[i] = make([]int, len(new)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(new) - 1; j >= 0; j-- {
			if old[i].Source == new[j].Source {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	kept, gone = map[int]bool{}, map[int]int{}
	i, j := 0, 0
	for i < len(old) && j < len(new) {
		switch {
		case old[i].Source == new[j].Source:
			kept[j] = true
			i++
			j++
		case length[i+1][j] >= length[i][j+1]:
			gone[i] = j
			i++
		default:
			j++
		}
	}
	for ; i < len(old); i++ {
		gone[i] = len(new)
	}
	return kept, gone
}

// early tells whether a cell that is run again does not compile in its place, but might in the session, which
// knows what cells behind it declare.
func (p *planner) early() bool {
	for j := range p.dirty {
		if p.facts[j].Err == nil {
			continue
		}
		words := wordsOf(p.new[j].Source)
		for _, f := range p.facts[j+1:] {
			for _, name := range f.Declares {
				if words[name] {
					return true
				}
			}
		}
	}
	return false
}

type planner struct {
	new     []Cell
	facts   []Facts
	dirty   map[int]bool
	tainted map[string]int // names that cells declared or changed which are no more, and from which place on
}

// stale tells whether a name that is declared no more is still meant by a cell: a new
// session would not know it, or know another one.
func (p *planner) stale(before []Facts, gone map[int]int) bool {
	declared := map[string]bool{}
	for _, f := range p.facts {
		for _, name := range f.Declares {
			declared[name] = true
		}
	}
	for i := range gone {
		for _, name := range before[i].Declares {
			if declared[name] {
				continue
			}
			word := name[lastDot(name)+1:]
			for _, c := range p.new {
				if wordsOf(c.Source)[word] {
					return true
				}
			}
		}
	}
	return false
}

func lastDot(name string) int {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return i
		}
	}
	return -1
}

// spread finds all that must be run, until nothing more follows.
func (p *planner) spread() {
	for changed := true; changed; {
		changed = false
		for j := range p.new {
			if !p.dirty[j] && p.follows(j) {
				p.dirty[j], changed = true, true
			}
			if p.dirty[j] {
				changed = p.prepare(j) || changed
			}
		}
	}
}

// follows tells whether a cell depends on one that is run again, or on what is no more.
func (p *planner) follows(j int) bool {
	names := p.touched(j)
	for _, name := range names {
		if at, ok := p.tainted[name]; ok && at <= j {
			return true
		}
	}
	for i := range j {
		if !p.dirty[i] {
			continue
		}
		for _, made := range slices.Concat(p.facts[i].Declares, p.facts[i].Changes) {
			if slices.Contains(names, made) {
				return true
			}
		}
	}
	return false
}

// touched are the names that a cell has to do with.
func (p *planner) touched(j int) []string {
	f := p.facts[j]
	return slices.Concat(f.Uses, f.Changes, f.Declares)
}

// prepare adds the cells before j that must be run so that what j uses is as it was when j comes: when
// j itself, or a cell behind it, has declared or changed it since.
func (p *planner) prepare(j int) (changed bool) {
	f := p.facts[j]
	for _, name := range slices.Concat(f.Uses, f.Changes) {
		if !p.touchedSince(j, name) {
			continue
		}
		for i := j - 1; i >= 0; i-- {
			declares := slices.Contains(p.facts[i].Declares, name)
			if (declares || slices.Contains(p.facts[i].Changes, name)) && !p.dirty[i] {
				p.dirty[i], changed = true, true
			}
			if declares {
				break
			}
		}
	}
	return changed
}

// touchedSince tells whether a name was declared or changed at j's place or behind it.
func (p *planner) touchedSince(j int, name string) bool {
	if at, ok := p.tainted[name]; ok && at >= j {
		return true
	}
	for k := j; k < len(p.new); k++ {
		if slices.Contains(p.facts[k].Changes, name) && !p.methodOf(k, name) || k > j && slices.Contains(p.facts[k].Declares, name) {
			return true
		}
	}
	return false
}

// methodOf tells whether a cell changes a type by a method: that needs no type that is new.
func (p *planner) methodOf(k int, name string) bool {
	for _, d := range p.facts[k].Declares {
		if strings.HasPrefix(d, name+".") {
			return true
		}
	}
	return false
}

func (p *planner) list() (cells []int) {
	for i := range p.new {
		if p.dirty[i] {
			cells = append(cells, i)
		}
	}
	return cells
}
