// Package pack collects what package stdlib embeds: it asks the go command
// for the export data of the public standard library and of the packages for
// cells, writes them again without positions, and extracts the doc comments.
// [Build] returns the archives; the command gen writes them to disk and a test
// of package stdlib compares them with what is embedded.
package pack

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/tools/go/gcexportdata"
)

// CellPackages are the packages of this module that cells may import.
var CellPackages = []string{"iyagi/kernel/display", "iyagi/kernel/process", "iyagi/kernel/thread"}

// unlisted are what the commands of cells and the lowered source of generic library packages call. They have types, but
// they are not listed, so that they are neither offered nor added for want of an import.
var unlisted = []string{"iyagi/kernel/internal/act", "iyagi/kernel/internal/generic"}

// listed is what the go command tells about a package.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	Doc        string
	Export     string
	GoFiles    []string
	CgoFiles   []string
	Error      *struct{ Err string }
}

// Build returns the content of the embedded files by their names.
func Build() (map[string][]byte, error) {
	packages, err := list()
	if err != nil {
		return nil, err
	}
	var index bytes.Buffer // package stdlib says what its lines are
	typeData := map[string][]byte{}
	docData := map[string][]byte{}
	imports := map[string]*types.Package{}
	fset := token.NewFileSet()
	for _, p := range packages {
		if slices.Contains(unlisted, p.ImportPath) {
			if _, typeData[p.ImportPath], err = exportData(fset, imports, p); err != nil {
				return nil, err
			}
			continue
		}
		docs, err := comments(p)
		if err != nil {
			return nil, err
		}
		if docData[p.ImportPath], err = json.Marshal(docs); err != nil {
			return nil, err
		}
		if p.ImportPath == "builtin" {
			continue // documentation of what needs no import
		}
		pkg, data, err := exportData(fset, imports, p)
		if err != nil {
			return nil, err
		}
		scope := types.Unsafe.Scope()
		if pkg != nil {
			typeData[p.ImportPath] = data
			scope = pkg.Scope()
		}
		fmt.Fprintf(&index, "%s\t%s\t%s\t ", p.ImportPath, p.Name, strings.Join(strings.Fields(p.Doc), " "))
		for _, name := range scope.Names() {
			if token.IsExported(name) {
				fmt.Fprintf(&index, "%s ", name)
			}
		}
		index.WriteByte('\n')
	}
	typeData["index"] = index.Bytes()
	out := map[string][]byte{}
	if out["types.zip"], err = archive(typeData); err != nil {
		return nil, err
	}
	out["doc.zip"], err = archive(docData)
	return out, err
}

// list asks the go command for the packages. The packages for cells are left
// out while they do not compile, so that the tables can be made again at any
// stage of work on them.
func list() ([]listed, error) {
	std, err := goList("std")
	if err != nil {
		return nil, err
	}
	predeclared, err := goList("builtin")
	if err != nil {
		return nil, err
	}
	std = append(std, predeclared...)
	std = slices.DeleteFunc(std, func(p listed) bool {
		for _, elem := range strings.Split(p.ImportPath, "/") {
			if elem == "internal" || elem == "vendor" {
				return true
			}
		}
		return false
	})
	for _, path := range slices.Concat(CellPackages, unlisted) {
		own, err := goList(path)
		if err != nil || len(own) != 1 || own[0].Error != nil || own[0].Export == "" {
			fmt.Fprintf(os.Stderr, "stdlib/gen: %s does not compile and is left out: %v\n", path, err)
			continue
		}
		std = append(std, own...)
	}
	slices.SortFunc(std, func(a, b listed) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return std, nil
}

func goList(pattern string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-json=ImportPath,Name,Dir,Doc,Export,GoFiles,CgoFiles,Error", pattern)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -export %s: %w\n%s", pattern, err, stderr.Bytes())
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list -export %s: %w", pattern, err)
		}
		all = append(all, p)
	}
}

// exportData reads the compiler's export data of p and writes them in the
// indexed format, without positions. Package unsafe has none.
func exportData(fset *token.FileSet, imports map[string]*types.Package, p listed) (*types.Package, []byte, error) {
	if p.ImportPath == "unsafe" {
		return nil, nil, nil
	}
	f, err := os.Open(p.Export)
	if err != nil {
		return nil, nil, fmt.Errorf("export data of %s: %w", p.ImportPath, err)
	}
	defer f.Close()
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, nil, fmt.Errorf("export data of %s: %w", p.ImportPath, err)
	}
	pkg, err := gcexportdata.Read(r, fset, imports, p.ImportPath)
	if err != nil {
		return nil, nil, fmt.Errorf("export data of %s: %w", p.ImportPath, err)
	}
	var out bytes.Buffer
	if err := gcexportdata.Write(&out, token.NewFileSet(), pkg); err != nil {
		return nil, nil, fmt.Errorf("write export data of %s: %w", p.ImportPath, err)
	}
	return pkg, out.Bytes(), nil
}

// archive packs the entries, sorted and without times, so that equal input
// gives equal bytes.
func archive(entries map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		method := zip.Deflate
		if name == "index" {
			method = zip.Store // it is read at every start: inflating it takes longer than its use
		}
		e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			return nil, err
		}
		if _, err := e.Write(entries[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
