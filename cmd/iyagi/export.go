package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"iyagi/kernel"
	"iyagi/kernel/program"
	"iyagi/notebooks/jupytext"
	"iyagi/notebooks/nbformat"
)

func exportCommand(std streams) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "export NOTEBOOK",
		Short: "Make a Go program of a notebook",
		Long: `Make a Go program of a notebook: a module that "go build" builds without a network
and that prints what the notebook prints.

Declarations of the cells are gathered, statements stand in order in main, and the
text is what comments say. Run cards go to standard error. What the notebook
declares several times has several names in the program; a function that is
declared again with the same type is a variable, so that its callers see the new one.`,
		Example: `  iyagi export lesson.ipynb            # into the folder lesson
  iyagi export lesson.ipynb -o /tmp/x  # into another one
  cd lesson && go run .
  iyagi export lesson.md               # of a notebook that is a text`,
		Args: wrongArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return exportNotebook(args[0], dir, std)
		},
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "write the module to the folder `DIR` (default: one called as the notebook)")
	return cmd
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// moduleName is a name for a module: the notebook's, in letters that every file system has.
func moduleName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	name = strings.Trim(notInName.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if name == "" || name == "iyagi" {
		return "notebook"
	}
	return name
}

func exportNotebook(path, dir string, std streams) error {
	nb, err := jupytext.Read(path)
	if err != nil {
		return err
	}
	if l := nb.Language(); l != "" && !strings.EqualFold(l, "go") {
		return fmt.Errorf("%s: the notebook is in %s, not in Go", path, l)
	}
	name := moduleName(path)
	m, err := program.Export(programOf(name, nb), kernel.Sources())
	if err != nil {
		return fmt.Errorf("%s cannot be exported:\n%w", path, err)
	}
	if dir == "" {
		dir = name
	}
	if err := writeModule(dir, m.Files); err != nil {
		return err
	}
	for _, n := range m.Notes {
		fmt.Fprintln(std.err, "iyagi:", n)
	}
	fmt.Fprintf(std.out, "%s: go build there, or go run .\n", dir)
	return nil
}

// programOf is what of a notebook becomes a program.
func programOf(name string, nb *nbformat.Notebook) program.Notebook {
	n := program.Notebook{Name: name}
	for _, c := range nb.Cells {
		switch {
		case c.Type == nbformat.Markdown:
			n.After = append(n.After, c.Source)
			if title, ok := strings.CutPrefix(strings.TrimSpace(c.Source), "# "); ok && n.Title == "" {
				n.Title, _, _ = strings.Cut(title, "\n")
			}
		case c.Type == nbformat.Code && strings.TrimSpace(c.Source) != "" && !c.HasTag("skip-execution"):
			n.Cells = append(n.Cells, program.Cell{ID: c.ID, Source: c.Source, Prose: n.After, MayFail: c.HasTag("raises-exception")})
			n.After = nil
		}
	}
	return n
}

// writeModule writes the files of a module. It writes over an earlier export, but into no folder that holds
// something else.
func writeModule(dir string, files []program.File) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		text, err := os.ReadFile(filepath.Join(dir, "main.go"))
		if err != nil || !strings.Contains(string(text), "by iyagi export.") {
			return fmt.Errorf("the folder %s is not empty and holds no earlier export; -o names another one", dir)
		}
		if err := os.RemoveAll(filepath.Join(dir, "iyagi")); err != nil {
			return err
		}
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
