package program

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// substitutes are small packages that take the place of libraries in an exported module, which
// must build without a network: they hold no more than the helpers call.
//
//go:embed substitutes
var substitutes embed.FS

// helperPackages are the folders that an exported module takes along; see also kernel.Sources.
var helperPackages = []string{"display", "process", "thread", "internal/card", "internal/host", "internal/transfer",
	"internal/childproc", "program/cells"}

// contract is the package of which they need some types alone.
const contract = "internal/eval"

// left are the files of these folders that an exported module does without.
var left = map[string]bool{"thread/native_windows.go": true}

// kept are the files of a package of which an exported module takes along a part.
var kept = map[string]string{
	"internal/childproc": "meter.go meter_linux.go meter_other.go family.go family_linux.go family_other.go",
}

// replaced are the imports that the substitutes stand for.
var replaced = strings.NewReplacer(
	`"github.com/google/uuid"`, `"iyagi/kernel/internal/uuid"`,
	`"github.com/rivo/uniseg"`, `"iyagi/kernel/internal/uniseg"`,
	`"golang.org/x/sys/unix"`, `"iyagi/kernel/internal/unix"`,
	`//go:build !linux && !darwin && !windows`, `//go:build !linux && !darwin`,
)

// helperFiles are the files of the module iyagi that goes along.
func helperFiles(sources fs.FS) ([]File, error) {
	var files []File
	for _, dir := range helperPackages {
		list, err := filesOf(sources, dir)
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	words, err := filesOf(sources, contract)
	if err != nil {
		return nil, err
	}
	eval, err := reduced(path.Base(contract), words, files)
	if err != nil {
		return nil, fmt.Errorf("the sources of package %s: %w", contract, err)
	}
	eval.Name = "iyagi/kernel/" + contract + "/" + eval.Name
	files = append(files, eval, File{"iyagi/go.mod", []byte("module iyagi\n\ngo 1.26\n")})
	err = fs.WalkDir(substitutes, "substitutes", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := substitutes.ReadFile(name)
		target := strings.TrimSuffix(strings.TrimPrefix(name, "substitutes/"), ".txt")
		files = append(files, File{"iyagi/kernel/internal/" + target, text})
		return err
	})
	return files, err
}

// filesOf are the sources of a package as an exported module has them.
func filesOf(sources fs.FS, dir string) (files []File, err error) {
	entries, err := fs.ReadDir(sources, dir)
	if err != nil {
		return nil, fmt.Errorf("the sources of package %s: %w", dir, err)
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || left[dir+"/"+name] {
			continue
		}
		if list := kept[dir]; list != "" && !strings.Contains(" "+list+" ", " "+name+" ") {
			continue
		}
		text, err := fs.ReadFile(sources, path.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files = append(files, File{"iyagi/kernel/" + dir + "/" + name, []byte(replaced.Replace(string(text)))})
	}
	return files, nil
}
