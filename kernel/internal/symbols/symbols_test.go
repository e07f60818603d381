package symbols

import (
	"go/types"
	"slices"
	"strings"
	"testing"

	"iyagi/kernel/internal/stdlib"
)

// TestComplete holds that every exported name that cells can mention and that is not generic has
// a symbol, so that the tables are as new as the types.
func TestComplete(t *testing.T) {
	have := map[string]bool{}
	for _, table := range Tables() {
		for key, symbols := range table {
			path := key[:max(strings.LastIndexByte(key, '/'), 0)]
			for name := range symbols {
				have[path+"."+name] = true
			}
		}
	}
	missing := 0
	for path := range stdlib.Packages() {
		if excluded(path) {
			continue
		}
		pkg, err := stdlib.Importer().Import(path)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, name := range pkg.Scope().Names() {
			o := pkg.Scope().Lookup(name)
			if o.Exported() && !generic(o) && !have[path+"."+name] {
				t.Errorf("%s.%s has no symbol: run go generate", path, name)
				if missing++; missing > 20 {
					t.FailNow()
				}
			}
		}
	}
}

// excluded are packages that are not for cells: their import changes the program or needs cgo.
func excluded(path string) bool {
	return slices.Contains([]string{"unsafe", "plugin", "runtime/cgo", "runtime/race", "net/http/pprof", "expvar", "time/tzdata"}, path) ||
		strings.Contains(path, "internal")
}

// generic tells whether o can only be lowered from source.
func generic(o types.Object) bool {
	switch o := o.(type) {
	case *types.Func:
		return o.Signature().TypeParams().Len() > 0
	case *types.TypeName:
		switch t := o.Type().(type) {
		case *types.Named:
			if i, ok := t.Underlying().(*types.Interface); ok && !i.IsMethodSet() {
				return true
			}
			return t.TypeParams().Len() > 0
		case *types.Alias:
			return t.TypeParams().Len() > 0
		}
	}
	return false
}
