// Package stdlib knows the packages that a cell may import: the public
// standard library of Go 1.26 and the cells' own packages iyagi/kernel/display,
// process and thread. Their types and their documentation are embedded, so
// that cells can be checked on a machine without a Go toolchain.
//
// The data are two zip archives with one entry a package, written by go
// generate (see the gen directory): types.zip holds export data as
// golang.org/x/tools/go/gcexportdata writes them, doc.zip the doc comments.
// [Importer] reads the types of a package when it is first imported; [Doc]
// reads the comments of a package when they are asked for.
//
// The data are those of linux/amd64. Packages that differ by system (syscall
// above all) are type-checked as they are there, wherever the kernel runs.
//
// The package does not run anything: the symbols that the interpreter calls
// are tables of package interp.
package stdlib

//go:generate go run ./gen

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"
)

var (
	//go:embed data/types.zip
	typesZip []byte
	//go:embed data/doc.zip
	docZip []byte
)

// Package describes an importable package.
type Package struct {
	Path     string // "math/rand/v2"
	Name     string // "rand"
	Synopsis string // first sentence of the package's doc comment
	exports  string // exported names at package level, sorted, each between blanks
}

// indexEntry is the entry of types.zip that lists the packages: a line each
// with path, name, synopsis and exported names, between tabs.
const indexEntry = "index"

// index is the content of the archives' table of contents. It is read once,
// at the first use of the package, in about 0.4 ms.
type index struct {
	packages map[string]*Package
	paths    []string            // sorted
	byName   map[string][]string // package name to paths, preferred first
	types    map[string]*zip.File
	docs     map[string]*zip.File
}

var loadIndex = sync.OnceValue(newIndex)

func newIndex() *index {
	x := &index{packages: map[string]*Package{}, byName: map[string][]string{}}
	x.types = entries(typesZip)
	x.docs = entries(docZip)
	for line := range strings.Lines(string(mustRead(x.types[indexEntry]))) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		if len(f) != 4 {
			panic("stdlib: embedded index: bad line")
		}
		p := &Package{Path: f[0], Name: f[1], Synopsis: f[2], exports: f[3]}
		x.packages[p.Path] = p
		x.paths = append(x.paths, p.Path)
		x.byName[p.Name] = append(x.byName[p.Name], p.Path)
	}
	for _, paths := range x.byName {
		sort.Slice(paths, func(i, j int) bool { return preferred(paths[i], paths[j]) })
	}
	return x
}

// preferred orders packages of one name: those that a program means most
// often when it says no more than the name.
func preferred(a, b string) bool {
	if r, s := rank(a), rank(b); r != s {
		return r < s
	}
	return a < b
}

// rank puts behind the others the packages that their namesakes outnumber in
// published Go code, and the halves of the library that serve its own tools.
func rank(path string) int {
	switch path {
	case "html/template", "crypto/rand", "math/rand/v2", "go/scanner", "go/parser", "runtime/pprof":
		return 1
	}
	return strings.Count(path, "/internal/")
}

func entries(archive []byte) map[string]*zip.File {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic("stdlib: embedded archive: " + err.Error())
	}
	m := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		m[f.Name] = f
	}
	return m
}

func read(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, f.UncompressedSize64)
	_, err = io.ReadFull(r, data)
	return data, err
}

func mustRead(f *zip.File) []byte {
	if f == nil {
		panic("stdlib: embedded archive has no index")
	}
	data, err := read(f)
	if err != nil {
		panic("stdlib: embedded archive: " + err.Error())
	}
	return data
}

// Packages gives the name of every package by its import path. The caller
// must not change the map's packages.
func Packages() map[string]string {
	m := make(map[string]string, len(loadIndex().packages))
	for path, p := range loadIndex().packages {
		m[path] = p.Name
	}
	return m
}

// Paths lists the import paths, sorted.
func Paths() []string { return slices.Clone(loadIndex().paths) }

// Lookup finds a package by its import path.
func Lookup(path string) (*Package, bool) {
	p, ok := loadIndex().packages[path]
	return p, ok
}

// ByName lists the import paths of the packages called name, the one that is
// most often meant first.
func ByName(name string) []string { return slices.Clone(loadIndex().byName[name]) }

// Has tells whether the package exports name.
func (p *Package) Has(name string) bool {
	return name != "" && strings.Contains(p.exports, " "+name+" ")
}

// Exports lists the names that the package exports, sorted.
func (p *Package) Exports() []string { return strings.Fields(p.exports) }

// Doc returns the doc comments of a package: "" for the package itself,
// otherwise by name, and "Type.Method" for a method or a field. Package
// "builtin", which cannot be imported, has those of the predeclared names, and
// under "append()" the declaration of append. Doc reads and
// decodes the package's entry at each call (0.3 ms for strings, 2.4 ms for net/http).
func Doc(path string) (map[string]string, error) {
	f := loadIndex().docs[path]
	if f == nil {
		return nil, fmt.Errorf("no documentation of package %q", path)
	}
	data, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("documentation of package %q: %w", path, err)
	}
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("documentation of package %q: %w", path, err)
	}
	return m, nil
}
