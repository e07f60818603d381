package stdlib

import (
	"archive/zip"
	"bytes"
	"fmt"
	"go/types"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"iyagi/kernel/internal/stdlib/gen/pack"
)

// TestUpToDate compares what is embedded with what the Go toolchain says now.
func TestUpToDate(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the standard library's export data")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no Go toolchain on this machine")
	}
	want, err := pack.Build()
	if err != nil {
		t.Fatal(err)
	}
	for name, embedded := range map[string][]byte{"types.zip": typesZip, "doc.zip": docZip} {
		have, now := entries(embedded), entries(want[name])
		var stale []string
		for _, path := range slices.Sorted(keys(have, now)) {
			if !bytes.Equal(content(t, have[path]), content(t, now[path])) {
				stale = append(stale, path)
			}
		}
		if len(stale) > 0 {
			t.Errorf("%s is not up to date (run go generate in kernel/internal/stdlib): %s", name, strings.Join(stale, " "))
		}
	}
}

func keys(maps ...map[string]*zip.File) func(func(string) bool) {
	seen := map[string]bool{}
	for _, m := range maps {
		for k := range m {
			seen[k] = true
		}
	}
	return func(yield func(string) bool) {
		for k := range seen {
			if !yield(k) {
				return
			}
		}
	}
}

func content(t *testing.T, f *zip.File) []byte {
	if f == nil {
		return nil
	}
	data, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestImportAll(t *testing.T) {
	for _, path := range Paths() {
		p, err := Importer().Import(path)
		if err != nil {
			t.Fatal(err)
		}
		if p.Path() != path || !p.Complete() {
			t.Errorf("%s: got %s, complete %t", path, p.Path(), p.Complete())
		}
		info, _ := Lookup(path)
		if p.Name() != info.Name {
			t.Errorf("%s is called %s, in the index %s", path, p.Name(), info.Name)
		}
		for _, name := range info.Exports() {
			if p.Scope().Lookup(name) == nil {
				t.Errorf("%s has no %s", path, name)
			}
		}
	}
}

// TestIdentity imports packages that mention each other's types, each order.
func TestIdentity(t *testing.T) {
	for _, order := range [][]string{{"io", "os", "bufio"}, {"bufio", "os", "io"}} {
		m := newImporter()
		for _, path := range order {
			if _, err := m.Import(path); err != nil {
				t.Fatal(err)
			}
		}
		look := func(path, name string) types.Type {
			p, _ := m.Import(path)
			return p.Scope().Lookup(name).Type()
		}
		reader := look("io", "Reader").Underlying().(*types.Interface)
		if !types.Implements(types.NewPointer(look("os", "File")), reader) {
			t.Errorf("%v: *os.File is no io.Reader", order)
		}
		param := look("bufio", "NewReader").(*types.Signature).Params().At(0).Type()
		if !types.Identical(param, look("io", "Reader")) {
			t.Errorf("%v: bufio.NewReader takes another io.Reader", order)
		}
	}
}

func TestImportErrors(t *testing.T) {
	for _, path := range []string{"no/such", "", "index", "builtin", "internal/abi", "C"} {
		if p, err := Importer().Import(path); err == nil {
			t.Errorf("import %q gave %v", path, p)
		}
	}
}

func TestByName(t *testing.T) {
	for name, want := range map[string]string{
		"fmt": "fmt", "rand": "math/rand", "template": "text/template", "http": "net/http",
		"pprof": "net/http/pprof", "json": "encoding/json", "nosuch": "",
	} {
		got := ""
		if paths := ByName(name); len(paths) > 0 {
			got = paths[0]
		}
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestDoc(t *testing.T) {
	for path, names := range map[string][]string{
		"fmt":      {"", "Println", "Stringer"},
		"strings":  {"Builder.WriteString", "ToUpper"},
		"net/http": {"Client.Timeout", "StatusOK"},
		"builtin":  {"append", "append()", "error", "true"},
	} {
		docs, err := Doc(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if docs[name] == "" {
				t.Errorf("%s has no comment on %q", path, name)
			}
		}
	}
	if _, err := Doc("no/such"); err == nil {
		t.Error("documentation of a package that is not there")
	}
}

func TestConcurrentImports(t *testing.T) {
	m := newImporter()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range Paths() {
				path := Paths()[(n+i*20)%len(Paths())]
				if _, err := m.Import(path); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkIndex(b *testing.B) {
	for b.Loop() {
		newIndex()
	}
}

func BenchmarkImport(b *testing.B) {
	for _, path := range []string{"fmt", "strings", "time", "os", "encoding/json", "net/http", "iyagi/kernel/display", "iyagi/kernel/process"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if _, err := newImporter().Import(path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			Importer().Import("fmt")
		}
	})
	b.Run("all", func(b *testing.B) {
		var before, after runtime.MemStats
		var m *importer
		for b.Loop() {
			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&before)
			b.StartTimer()
			m = newImporter()
			for _, path := range Paths() {
				if _, err := m.Import(path); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.StartTimer()
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-kept")
		runtime.KeepAlive(m)
	})
}

func BenchmarkDoc(b *testing.B) {
	for _, path := range []string{"strings", "net/http"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if _, err := Doc(path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleByName() {
	fmt.Println(ByName("json"), ByName("rand"))
	// Output: [encoding/json] [math/rand crypto/rand math/rand/v2]
}
