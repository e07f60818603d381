package childproc

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Tree names all processes below one child of this one, however far down and
// whoever their parent is now.
type Tree string

// NewTree returns a name that no other tree has.
func NewTree() Tree {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand.Read
	return Tree(hex.EncodeToString(b[:]))
}

// Kill ends every process of the tree but this one, and what it left to this
// process (see [AdoptOrphans]). It repeats until none is left, since a process
// may start another while the list is read.
func (t Tree) Kill() {
	for range 10 {
		left := below(0, string(t))
		if adopting.Load() {
			for _, p := range orphans() {
				if !p.dead {
					left = append(left, p)
				}
			}
		}
		if len(left) == 0 {
			return
		}
		killAll(left, os.Getpid())
	}
}

// AdoptOrphans makes this process the parent of those below it that lose
// theirs, and reaps them. The main process of a program calls it once, when all its
// children are started by this package or stay in its own process group.
// Elsewhere than on Linux it does nothing: orphans are found by their mark alone.
func AdoptOrphans() error {
	if adopting.Swap(true) {
		return nil
	}
	return adopt()
}

var adopting atomic.Bool

// started holds the numbers of the children of this process that run. Its lock is
// held while one is made, while one is reaped, and while orphans are looked
// for: a child that is not in the table yet would be taken for one.
var started = struct {
	sync.Mutex
	pids map[int]bool
}{pids: map[int]bool{}}

// KillSince ends the processes below this one that were started at the time
// since or later (on the clock of [Now]), except those below a process of
// spare. It is how an interrupt ends what a cell started and nothing else.
func KillSince(since time.Duration, spare map[int]bool) {
	for range 3 {
		var found []process
		all := below(os.Getpid(), os.Getenv(treeVariable))
		for _, p := range all {
			if p.started >= since && !spared(p, all, spare) {
				found = append(found, p)
			}
		}
		if len(found) == 0 {
			return
		}
		killAll(found, os.Getpid())
	}
}

func spared(p process, all []process, spare map[int]bool) bool {
	parent := make(map[int]int, len(all))
	for _, q := range all {
		parent[q.pid] = q.parent
	}
	for pid := p.pid; pid != 0; pid = parent[pid] {
		if spare[pid] {
			return true
		}
	}
	return false
}

// process is one row of the system's table.
type process struct {
	pid, parent, group int
	started            time.Duration // on the clock of Now, rounded up to the system's tick
	dead               bool          // a zombie
}

// below lists the living processes under root (0: none) or with the mark of
// the tree (empty: none), without root and this process.
func below(root int, tree string) []process {
	table := processes()
	under := map[int]bool{}
	if root != 0 {
		under[root] = true
	}
	if tree != "" {
		for _, p := range table {
			if marked(p.pid, treeVariable+"="+tree) {
				under[p.pid] = true
			}
		}
	}
	// Parents may stand after their children in the table.
	for grown := true; grown; {
		grown = false
		for _, p := range table {
			if under[p.parent] && !under[p.pid] {
				under[p.pid], grown = true, true
			}
		}
	}
	var out []process
	for _, p := range table {
		if under[p.pid] && p.pid != root && p.pid != os.Getpid() && !p.dead {
			out = append(out, p)
		}
	}
	return out
}

// Processes are the numbers of the living processes of the tree, without this one.
func (t Tree) Processes() []int {
	var pids []int
	for _, p := range below(0, string(t)) {
		pids = append(pids, p.pid)
	}
	return pids
}
