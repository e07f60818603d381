package interp

import (
	"fmt"
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
}

type cellFunc struct {
	eval.Func
	Label string // of the cell
}

func newStore() *store {
	return &store{decls: map[string]*eval.Decl{}, funcs: map[int]cellFunc{}, vars: map[string]eval.Var{}}
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
		s.decls = append(s.decls, d)
	}
	for _, f := range u.Funcs {
		st.funcs[f.ID] = cellFunc{f, u.Label}
	}
	for _, v := range u.Vars {
		st.vars[v.Lowered] = v
	}
	rt.Forget(u.Dead...)
	vm.Forget(u.Dead...)
	for _, name := range u.Dead {
		delete(st.decls, name)
		delete(st.vars, name)
	}
	return s
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
