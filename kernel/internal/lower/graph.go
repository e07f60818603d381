package lower

import (
	"maps"
	"slices"
)

// graph is the session's declarations by their lowered names, and which mention which. Roots are those
// that a later cell can mention; what no root leads to is dead.
//
// To find the dead, [graph.dead] looks at what has lost a user and all below it, down to the roots, and not at
// the rest of the session: a cell that replaces something costs no more in a session of ten thousand cells.
type graph struct {
	uses    map[string][]string        // of each declaration that is not dead
	users   map[string]map[string]bool // the other way
	roots   map[string]bool
	suspect map[string]bool // that have lost a user, or are roots no more
	undo    *[]func()
}

func newGraph(undo *[]func()) graph {
	return graph{map[string][]string{}, map[string]map[string]bool{}, map[string]bool{}, map[string]bool{}, undo}
}

// set says what a declaration uses, instead of what it used before.
func (g *graph) set(name string, uses []string) {
	old, had := g.uses[name]
	g.link(name, old, uses, true)
	*g.undo = append(*g.undo, func() { g.link(name, uses, old, had) })
}

func (g *graph) link(name string, old, uses []string, known bool) {
	for _, n := range old {
		g.suspect[n] = true
		if delete(g.users[n], name); len(g.users[n]) == 0 {
			delete(g.users, n)
		}
	}
	for _, n := range uses {
		if g.users[n] == nil {
			g.users[n] = map[string]bool{}
		}
		g.users[n][name] = true
	}
	if known {
		g.uses[name] = uses
	} else {
		delete(g.uses, name)
	}
}

// remove takes a declaration out.
func (g *graph) remove(name string) {
	if old, had := g.uses[name]; had {
		g.link(name, old, nil, false)
		*g.undo = append(*g.undo, func() { g.link(name, nil, old, true) })
	}
	g.root(name, false)
}

// root makes a declaration a root, or none.
func (g *graph) root(name string, is bool) {
	was := g.roots[name]
	if was == is {
		return
	}
	g.setRoot(name, is)
	*g.undo = append(*g.undo, func() { g.setRoot(name, was) })
}

func (g *graph) setRoot(name string, is bool) {
	if is {
		g.roots[name] = true
	} else {
		delete(g.roots, name)
		g.suspect[name] = true
	}
}

// dead takes out all declarations that no root leads to, and returns them in order.
func (g *graph) dead() []string {
	suspect := g.suspect
	g.suspect = map[string]bool{}
	*g.undo = append(*g.undo, func() { maps.Copy(g.suspect, suspect) })
	below := map[string]bool{} // suspects and what they lead to, without roots
	var collect func(name string)
	collect = func(name string) {
		if _, known := g.uses[name]; !known || below[name] || g.roots[name] {
			return
		}
		below[name] = true
		for _, n := range g.uses[name] {
			collect(n)
		}
	}
	for name := range suspect {
		collect(name)
	}
	var spare func(name string)
	spare = func(name string) {
		if below[name] {
			delete(below, name)
			for _, n := range g.uses[name] {
				spare(n)
			}
		}
	}
	for name := range maps.Clone(below) {
		for user := range g.users[name] {
			if !below[user] {
				spare(name)
				break
			}
		}
	}
	names := slices.Sorted(maps.Keys(below))
	for _, name := range names {
		g.remove(name)
	}
	clear(g.suspect)
	return names
}
