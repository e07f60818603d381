package card

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/childproc"
)

// node is a process or thread of the tree.
type node struct {
	row      *row // of a task
	label    string
	children []node
}

// tree has the kernel at its root, then the process whose cell started the tasks.
func (v *view) tree() node {
	w := v.words
	self := node{label: fmt.Sprintf(w.selves[v.kind], v.parent)}
	if v.above == 0 { // a program without cells
		self.label = fmt.Sprintf(w.self, v.parent)
	}
	if v.kind == Thread {
		self.children = append(self.children, node{label: fmt.Sprintf(w.mainThread, v.parent)})
	}
	shown := len(v.rows)
	if shown > maxLeaves {
		shown = maxLeaves - 2
	}
	var hosts []node // with the tasks on each
	for i := range v.rows[:shown] {
		r := &v.rows[i]
		n := node{row: r, label: r.title + " · " + v.ownID(r), children: kin(r.PID, r.kin)}
		if r.Host == "" {
			self.children = append(self.children, n)
			continue
		}
		at := slices.IndexFunc(hosts, func(h node) bool { return h.label == r.Host })
		if at < 0 {
			at = len(hosts)
			hosts = append(hosts, node{label: r.Host})
		}
		hosts[at].children = append(hosts[at].children, n)
	}
	self.children = append(self.children, hosts...)
	if n := v.total - shown; n > 0 {
		self.children = append(self.children, node{label: fmt.Sprintf(w.more, thousands(n))})
	}
	if v.above == 0 {
		return self
	}
	return node{label: fmt.Sprintf(w.kernel, v.above), children: []node{self}}
}

// kin are the nodes below the process.
func kin(pid int, all []childproc.Relative) (nodes []node) {
	for i, r := range all {
		if r.Parent == pid {
			// Parents stand before their children, so that there is no circle.
			nodes = append(nodes, node{label: clean(r.Name, 100) + " · PID " + strconv.Itoa(r.PID), children: kin(r.PID, all[i+1:])})
		}
	}
	return nodes
}

// maxLeaves is how many tasks the tree shows; the table of IDs has more.
const maxLeaves = 12

// ownID is what makes a task one of its kind, and how it ended if not well.
func (v *view) ownID(r *row) string {
	s := "PID " + id(r.PID)
	if v.kind == Thread {
		s = "TID " + id(r.TID)
	}
	if r.bad() || r.State == Waiting || r.State == Queued || r.State == Running {
		s += " · " + v.words.stateText(v.kind, r)
	}
	return s
}

// walk visits the nodes with the lines that lead to them.
func (n *node) walk(lead, below string, visit func(lead string, n *node)) {
	visit(lead, n)
	for i := range n.children {
		if i+1 < len(n.children) {
			n.children[i].walk(below+"├─ ", below+"│  ", visit)
		} else {
			n.children[i].walk(below+"└─ ", below+"   ", visit)
		}
	}
}

func (v *view) treeText() string {
	var b strings.Builder
	root := v.tree()
	root.walk("", "", func(lead string, n *node) {
		b.WriteString(lead)
		if n.row != nil {
			b.WriteString(n.row.letter + " ")
		}
		b.WriteString(n.label + "\n")
	})
	return b.String()
}

func (v *view) treeHTML(p *page) {
	p.add(`<div style="`, capStyle, `">`, esc(v.words.tree), `</div><pre style="margin:0;padding:0;border:none;background:none;color:inherit;line-height:1.5;white-space:pre;overflow-x:auto">`)
	root := v.tree()
	root.walk("", "", func(lead string, n *node) {
		if lead != "" {
			p.add(`<span style="font-family:monospace;opacity:0.6">`, lead, `</span>`)
		}
		if n.row != nil {
			p.add(badge(n.row.letter, n.row.colour), " ")
		}
		p.add(esc(n.label), "\n")
	})
	p.add(`</pre>`)
}

// mermaid is the tree as a flowchart of Mermaid. Few tasks stand side by side,
// many below each other.
func (v *view) mermaid() string {
	direction := "TD"
	if v.total > 4 {
		direction = "LR"
	}
	var b strings.Builder
	b.WriteString("flowchart " + direction + "\n")
	root := v.tree()
	count := 0
	var visit func(n *node) string
	visit = func(n *node) string {
		count++
		name := "n" + strconv.Itoa(count)
		label := n.label
		if n.row != nil {
			label = n.row.letter + " " + label
		}
		fmt.Fprintf(&b, "  %s[\"%s\"]\n", name, mermaidText(label))
		if n.row != nil {
			fmt.Fprintf(&b, "  style %s stroke:%s,stroke-width:3px\n", name, n.row.colour)
		}
		for i := range n.children {
			fmt.Fprintf(&b, "  %s --> %s\n", name, visit(&n.children[i]))
		}
		return name
	}
	visit(&root)
	return b.String()
}

// mermaidText is text inside quotes of Mermaid, which knows HTML's entities with # for &.
func mermaidText(s string) string {
	return strings.NewReplacer("#", "#35;", "\"", "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;", ";", "#59;", "\\", "#92;").Replace(s)
}

// Tree is the tree of the group's processes and threads, drawn by front ends
// that know Mermaid and written as text for the others.
func (g *Group) Tree() display.Bundle {
	v := g.board.view(finalLimits)
	return display.Bundle{
		"text/vnd.mermaid": v.mermaid(), "text/markdown": fenced("mermaid", v.mermaid()), "text/plain": strings.TrimSuffix(v.treeText(), "\n"),
	}
}
