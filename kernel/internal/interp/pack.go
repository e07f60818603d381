package interp

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/transfer"
)

// program is one function of a cell, ready to run in another process.
type program struct {
	Label   string // of the cell that made the function
	Decls   []*eval.Decl
	Imports []eval.Import // that Body needs
	Body    string        // statements that load the variables and call the function
	Funcs   []cellFunc    // functions that it may start in its turn
	Vars    []eval.Var    // session variables among Decls
	Values  []byte        // of transfer
}

// workerPackage is what Body of a program calls: Func and Type for each function
// and type that a variable holds, Load with pointers to all variables, in order,
// and Each for a function that takes inputs.
const (
	workerPackage = "iyagi/kernel/internal/interp/worker"
	workerName    = "worker__"
)

// madeFunc finds the functions that lowered code gives an identity: rt__.Func(12, ….
var madeFunc = regexp.MustCompile(`\brt\w*\.Func\((\d+),`)

// pack makes the program of a function value with its captured variables.
func (st *store) pack(f cellFunc, captured []any, fns sent) ([]byte, error) {
	if len(captured) != len(f.Captured) {
		return nil, fmt.Errorf("%s captures %d variables, not %d", f.Name, len(f.Captured), len(captured))
	}
	roots := []string{f.Decl}
	p := program{Label: f.Label, Imports: []eval.Import{{Name: workerName, Path: workerPackage}}}
	for _, c := range f.Captured {
		roots = append(roots, c.Uses...)
		p.Imports = append(p.Imports, c.Imports...)
	}
	for _, c := range []*eval.Captured{f.Input, f.Result} {
		if c != nil {
			roots = append(roots, c.Uses...)
			p.Imports = append(p.Imports, c.Imports...)
		}
	}
	// A variable may hold a function, whose declaration uses variables, and a
	// declaration may make a function that it starts in its turn, and so on.
	for known := -1; known < fns.len(); {
		known = fns.len()
		for id := range fns.made {
			if g, ok := st.function(id); ok {
				roots = append(roots, g.Decl)
				for _, c := range g.Captured {
					roots = append(roots, c.Uses...)
				}
			}
		}
		for name := range fns.types {
			roots = append(roots, name)
		}
		for id := range fns.used {
			if g, ok := st.function(id); ok {
				roots = append(roots, g.Decl)
			}
		}
		if err := st.fill(&p, f, captured, roots, fns); err != nil {
			return nil, err
		}
		for _, d := range p.Decls {
			for _, m := range madeFunc.FindAllStringSubmatch(d.Source, -1) {
				if id, err := strconv.Atoi(m[1]); err == nil {
					fns.made[id] = true
				}
			}
		}
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(&p); err != nil {
		return nil, fmt.Errorf("copy %s to another process: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

// fill sets what follows from the roots: declarations, values and body.
func (st *store) fill(p *program, f cellFunc, captured []any, roots []string, fns sent) (err error) {
	if p.Decls, err = st.reach(roots); err != nil {
		return fmt.Errorf("copy %s to another process: %w", f.Name, err)
	}
	p.Funcs, p.Vars = st.within(p.Decls)
	var body strings.Builder
	for id := range fns.used {
		g, _ := st.function(id)
		fmt.Fprintf(&body, "%s.Func(%d, %s)\n", workerName, id, g.Decl)
	}
	var vars []transfer.Variable
	var args, pointers []string
	known := rt.Vars()
	for _, v := range p.Vars {
		ptr, ok := known[v.Lowered]
		if !ok {
			return fmt.Errorf("copy %s to another process: variable %s is not there", f.Name, v.Name)
		}
		vars = append(vars, transfer.Variable{Name: v.Name, Type: v.Type, Ptr: ptr})
		pointers = append(pointers, "&"+v.Lowered)
	}
	for i, c := range f.Captured {
		name := fmt.Sprintf("captured%d__", i)
		fmt.Fprintf(&body, "var %s %s\n", name, c.Type)
		args = append(args, name)
		vars = append(vars, transfer.Variable{Name: c.Name, Ptr: captured[i]})
		pointers = append(pointers, "&"+name)
	}
	fmt.Fprintf(&body, "%s.Load(%s)\n", workerName, strings.Join(pointers, ", "))
	if f.Input == nil {
		fmt.Fprintf(&body, "%s(%s)", f.Decl, strings.Join(args, ", "))
	} else {
		args = append([]string{"input__"}, args...)
		fmt.Fprintf(&body, "var input__ %s\nvar result__ %s\n%s.Each(&input__, &result__, func() { result__ = %s(%s) })",
			f.Input.Type, f.Result.Type, workerName, f.Decl, strings.Join(args, ", "))
	}
	p.Body = body.String()
	p.Values, err = transfer.Encode(vars, fns)
	return err
}

// within finds which functions and variables of cells are among the declarations.
func (st *store) within(decls []*eval.Decl) (funcs []cellFunc, vars []eval.Var) {
	st.mu.Lock()
	defer st.mu.Unlock()
	names := map[string]bool{}
	for _, d := range decls {
		names[d.Name] = true
		if v, ok := st.vars[d.Name]; ok {
			vars = append(vars, v)
		}
	}
	for _, f := range st.funcs {
		if names[f.Decl] {
			funcs = append(funcs, f)
		}
	}
	return funcs, vars
}
