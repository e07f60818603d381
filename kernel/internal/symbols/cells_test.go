package symbols

import (
	"go/importer"
	"go/token"
	"path"
	"reflect"
	"testing"
)

// TestCells checks that cells can use all that their packages export.
func TestCells(t *testing.T) {
	sources := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, name := range []string{"iyagi/kernel/display", "iyagi/kernel/process", "iyagi/kernel/thread", "iyagi/kernel/internal/act"} {
		pkg, err := sources.Import(name)
		if err != nil {
			t.Fatal(err)
		}
		table := own[name+"/"+path.Base(name)]
		for _, n := range pkg.Scope().Names() {
			if v := table[n]; pkg.Scope().Lookup(n).Exported() && v == (reflect.Value{}) {
				t.Errorf("%s.%s is missing", name, n)
			}
		}
	}
}
