package interp

import (
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"
)

// packages gives yaegi the library's packages when code imports them. All of them at
// once, with the generic functions that yaegi would compile and lowered code never calls,
// took 4.5 of the 16 ms in which a child process starts.
type packages struct {
	yaegi  *interp.Interpreter
	tables map[string][]map[string]reflect.Value // by import path; later ones replace what earlier ones have
	keys   map[string]string                     // and under which key yaegi gets them
	loaded map[string]bool
}

// hooks is the path of yaegi's own table: how it converts from and to unsafe.Pointer.
const hooks = "github.com/traefik/yaegi"

// newPackages gives yaegi what it needs of packages that nobody imports: the wrappers of
// interfaces, which have names that begin with _, and the types of functions' parameters.
func newPackages(y *interp.Interpreter, s stdio, symbols []interp.Exports) (*packages, error) {
	p := &packages{yaegi: y, tables: map[string][]map[string]reflect.Value{}, keys: map[string]string{}, loaded: map[string]bool{}}
	first := interp.Exports{}
	for _, e := range append(symbols, printing(s)) {
		for key, table := range e {
			if key == "." || path.Dir(key) == hooks {
				if err := y.Use(interp.Exports{key: table}); err != nil {
					return nil, err
				}
				continue
			}
			importPath := path.Dir(key)
			// Under its usual key package fmt makes yaegi replace functions and compile sources.
			p.keys[importPath] = importPath + "//" + path.Base(key)
			p.tables[importPath] = append(p.tables[importPath], table)
			for name, v := range table {
				if strings.HasPrefix(name, "_") {
					if first[p.keys[importPath]] == nil {
						first[p.keys[importPath]] = map[string]reflect.Value{}
					}
					first[p.keys[importPath]][name] = v
				}
			}
		}
	}
	return p, y.Use(first)
}

// load gives yaegi a package.
func (p *packages) load(importPath string) {
	if p.loaded[importPath] {
		return
	}
	p.loaded[importPath] = true
	for _, table := range p.tables[importPath] {
		// It fails only for keys of another form.
		_ = p.yaegi.Use(interp.Exports{p.keys[importPath]: table})
	}
}

// printing are the functions of package fmt that use the standard streams, which
// are the cell's here.
func printing(s stdio) interp.Exports {
	table := map[string]reflect.Value{}
	types := map[reflect.Value][]reflect.Type{}
	add := func(name string, library, own any) {
		table[name] = reflect.ValueOf(own)
		if t, ok := stdlib.MapTypes[reflect.ValueOf(library)]; ok {
			types[table[name]] = t
		}
	}
	add("Print", fmt.Print, func(a ...any) (int, error) { return fmt.Fprint(s.out, a...) })
	add("Printf", fmt.Printf, func(format string, a ...any) (int, error) { return fmt.Fprintf(s.out, format, a...) })
	add("Println", fmt.Println, func(a ...any) (int, error) { return fmt.Fprintln(s.out, a...) })
	add("Scan", fmt.Scan, func(a ...any) (int, error) { return fmt.Fscan(s.in, a...) })
	add("Scanf", fmt.Scanf, func(format string, a ...any) (int, error) { return fmt.Fscanf(s.in, format, a...) })
	add("Scanln", fmt.Scanln, func(a ...any) (int, error) { return fmt.Fscanln(s.in, a...) })
	return interp.Exports{"fmt/fmt": table, ".": {"MapTypes": reflect.ValueOf(types)}}
}
