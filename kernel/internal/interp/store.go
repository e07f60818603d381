package interp

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/vm"
)

// store keeps the live declarations by name, for the workers, and what the
// functions of cells are.
type store struct {
	mu    sync.Mutex // guards what follows: a cell's goroutines read while a later cell adds
	decls map[string]*eval.Decl
	funcs map[int]cellFunc
	vars  map[string]eval.Var // by lowered name
	// given are declarations that the kernel has given up and that function values, or code that may still
	// run and make some, need: a value may be anywhere, so the kernel does not know of it.
	given map[string]bool
	noisy bool // something may wake goroutines from outside, see alarms
}

type cellFunc struct {
	eval.Func
	Label  string  // of the cell
	makers []*code // that may be in memory, when this is not a worker
}

func newStore() *store {
	return &store{decls: map[string]*eval.Decl{}, funcs: map[int]cellFunc{}, vars: map[string]eval.Var{}, given: map[string]bool{}}
}

// add takes a unit in and returns the file to run.
func (st *store) add(u *eval.Unit) *source {
	st.mu.Lock()
	defer st.mu.Unlock()
	s := &source{dead: u.Dead}
	if u.Entry != "" {
		s.entry = u.Entry + "()"
	}
	for i := range u.Decls {
		d := &u.Decls[i]
		st.decls[d.Name] = d
		st.noisy = st.noisy || alarms(d)
		s.decls = append(s.decls, d)
	}
	for _, f := range u.Funcs {
		c := cellFunc{Func: f, Label: u.Label}
		for _, m := range st.funcs[f.ID].makers {
			if m.lives() {
				c.makers = append(c.makers, m)
			}
		}
		m := &code{name: f.Maker, vm: strings.HasSuffix(f.Maker, "__c")}
		if !m.vm {
			s.makers = append(s.makers, m)
		}
		c.makers = append(c.makers, m)
		st.funcs[f.ID] = c
	}
	for _, v := range u.Vars {
		st.vars[v.Lowered] = v
	}
	st.giveUp(u.Dead)
	return s
}

// silent tells whether no code so far can make anything but goroutines of cells wake a goroutine.
func (st *store) silent() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return !st.noisy
}

// giveUp drops dead declarations, and those of earlier calls, as far as no function value needs them. It needs mu.
func (st *store) giveUp(dead []string) {
	for _, name := range dead {
		st.given[name] = true
	}
	if len(st.given) == 0 {
		return
	}
	needed := map[string]bool{}
	for id, f := range st.funcs {
		if st.given[f.Decl] && (rt.Held(id) || slices.ContainsFunc(f.makers, (*code).lives)) {
			for _, name := range f.needs() {
				st.mark(name, needed)
			}
		}
	}
	var gone []string
	for name := range st.given {
		if !needed[name] {
			gone = append(gone, name)
			delete(st.given, name)
			delete(st.decls, name)
			delete(st.vars, name)
		}
	}
	for id, f := range st.funcs {
		if st.decls[f.Decl] == nil {
			delete(st.funcs, id)
		}
	}
	rt.Forget(gone...)
	vm.Forget(gone...)
}

// mark notes what a declaration that is given up needs. It needs mu.
func (st *store) mark(name string, needed map[string]bool) {
	if d := st.decls[name]; d != nil && st.given[name] && !needed[name] {
		needed[name] = true
		for _, u := range d.Uses {
			st.mark(u, needed)
		}
	}
}

// needs are the declarations that a function's program begins with.
func (f cellFunc) needs() []string {
	names := []string{f.Decl}
	for _, c := range f.Captured {
		names = append(names, c.Uses...)
	}
	for _, c := range []*eval.Captured{f.Input, f.Result} {
		if c != nil {
			names = append(names, c.Uses...)
		}
	}
	return names
}

// adopt takes in what came with a worker's program.
func (st *store) adopt(p *program) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, d := range p.Decls {
		st.decls[d.Name] = d
	}
	for _, f := range p.Funcs {
		st.funcs[f.ID] = f
	}
	for _, v := range p.Vars {
		st.vars[v.Lowered] = v
	}
}

func (st *store) function(id int) (cellFunc, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	f, ok := st.funcs[id]
	return f, ok
}

// reach lists the declarations that roots need, each after those that it
// uses where that can be, in the order in which the session declared them.
func (st *store) reach(roots []string) ([]*eval.Decl, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	seen := map[string]bool{}
	var out []*eval.Decl
	var visit func(name, user string) error
	visit = func(name, user string) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		d, ok := st.decls[name]
		if !ok {
			return fmt.Errorf("%s uses %s, which is not declared", user, name)
		}
		for _, u := range d.Uses {
			if err := visit(u, name); err != nil {
				return err
			}
		}
		out = append(out, d)
		return nil
	}
	for _, r := range roots {
		if err := visit(r, "the function"); err != nil {
			return nil, err
		}
	}
	return out, nil
}
