package symbols

import (
	"go/importer"
	"go/token"
	"go/types"
	"path"
	"reflect"
	"testing"
)

// TestCells checks that cells can use all that their packages export.
func TestCells(t *testing.T) {
	sources := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, name := range []string{"iyagi/kernel/display", "iyagi/kernel/process", "iyagi/kernel/thread", "iyagi/kernel/internal/act", "iyagi/kernel/internal/generic"} {
		pkg, err := sources.Import(name)
		if err != nil {
			t.Fatal(err)
		}
		table := own[name+"/"+path.Base(name)]
		if table == nil {
			table = added[name+"/"+path.Base(name)]
		}
		for _, n := range pkg.Scope().Names() {
			o := pkg.Scope().Lookup(n)
			if sig, ok := o.Type().(*types.Signature); ok && sig.TypeParams().Len() > 0 {
				continue // package lower has its source
			}
			if named, ok := o.Type().(*types.Named); ok && named.TypeParams().Len() > 0 {
				continue
			}
			if v := table[n]; o.Exported() && v == (reflect.Value{}) {
				t.Errorf("%s.%s is missing", name, n)
			}
		}
	}
}
