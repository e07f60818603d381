package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"iyagi/kernel"
	"iyagi/notebooks/jupytext"
	"iyagi/notebooks/nbformat"
)

// convertOptions are the flags of convert.
type convertOptions struct {
	from, to string
	output   string
	update   bool
	force    bool
}

// forms are the kinds of files that convert knows, by extension.
var forms = []string{"ipynb", "md", "go"}

func convertCommand(std streams) *cobra.Command {
	var o convertOptions
	cmd := &cobra.Command{
		Use:   "convert FILE… --to ipynb|md|go",
		Short: "Turn notebooks into Markdown or Go files, and back",
		Long: `Turn notebooks into texts and texts into notebooks, as jupytext does: Markdown with
the code in fences, or a Go file whose cells begin with lines of // %%. Texts keep
code, prose, tags, ids and metadata, but not outputs.

The new file stands beside the old one, or where -o says; "-" is the standard input
or output. A file that is there already is left alone, unless nothing would change, or
--update or --force is given. --update brings a notebook up to date with its text: cells
keep their outputs if their code is the same, and their ids.`,
		Example: `  iyagi convert lesson.ipynb --to md             # lesson.md beside it
  iyagi convert lesson.md --to ipynb --update    # after an edit: outputs stay
  iyagi convert notebooks/*.ipynb --to go -o texts
  iyagi convert - --from md --to ipynb -o - <lesson.md`,
		Args: wrongArgs(func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("nothing to convert: name notebooks (.ipynb) or texts (.md, .go)")
			}
			return nil
		}),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.valid(args); err != nil {
				return &usageError{err}
			}
			return o.convertAll(args, std)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "kind of the new file: ipynb, md or go (default: as -o says)")
	f.StringVar(&o.from, "from", "", "kind of the file, where its name does not say it")
	f.StringVarP(&o.output, "output", "o", "", "write to `FILE`, several files to a folder")
	f.BoolVar(&o.update, "update", false, "change a file that is there; a notebook keeps the outputs of what did not change")
	f.BoolVar(&o.force, "force", false, "replace a file that is there")
	return cmd
}

// valid checks the flags and completes them.
func (o *convertOptions) valid(args []string) error {
	if o.to == "" && len(args) == 1 {
		if form, ok := formOf(o.output); ok {
			o.to = form
		}
	}
	for _, form := range []string{o.to, o.from} {
		if form != "" && form != forms[0] && form != forms[1] && form != forms[2] {
			return fmt.Errorf("%q is no kind of file; use ipynb, md or go", form)
		}
	}
	switch {
	case o.to == "":
		return errors.New("--to says what to make: ipynb, md or go")
	case o.update && o.force:
		return errors.New("--update and --force exclude each other")
	case o.output == "-" && len(args) > 1:
		return errors.New("only one file can go to the standard output")
	}
	for _, arg := range args {
		switch _, ok := formOf(arg); {
		case arg == "-" && o.from == "":
			return errors.New("--from says what the standard input is: ipynb, md or go")
		case arg == "-" && len(args) > 1:
			return errors.New("the standard input must be the only file")
		case o.from == "" && !ok:
			return fmt.Errorf("%s is neither a notebook (.ipynb) nor a text (.md, .go); --from says what it is", arg)
		}
	}
	return nil
}

// formOf tells the kind of a file by its name.
func formOf(path string) (string, bool) {
	if f, ok := jupytext.FormatOf(path); ok {
		return string(f), true
	}
	return "ipynb", strings.EqualFold(filepath.Ext(path), ".ipynb")
}

// convertAll converts the files; one that fails does not keep the others from it.
func (o *convertOptions) convertAll(args []string, std streams) error {
	if len(args) > 1 && o.output != "" {
		if err := os.MkdirAll(o.output, 0o755); err != nil {
			return fmt.Errorf("make the output folder: %w", err)
		}
	}
	failed := false
	for _, path := range args {
		if err := o.convert(path, std); err != nil {
			fmt.Fprintln(std.err, "iyagi:", err)
			failed = true
		}
	}
	if failed {
		return exitStatus(1)
	}
	return nil
}

func (o *convertOptions) convert(path string, std streams) error {
	from := o.from
	if from == "" {
		from, _ = formOf(path)
	}
	name, data, err := path, []byte(nil), error(nil)
	if path == "-" {
		name = "standard input"
		data, err = io.ReadAll(std.in)
	} else {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return fmt.Errorf("read what to convert: %w", err)
	}
	target := o.target(path)
	if from == o.to {
		return fmt.Errorf("%s is a .%s file already", name, from)
	}
	var old []byte
	device := false // or a pipe
	if info, err := os.Stat(target); target != "-" && err == nil {
		if device = !info.Mode().IsRegular() && !info.IsDir(); !device {
			if old, err = os.ReadFile(target); err != nil {
				return fmt.Errorf("read the file to change: %w", err)
			}
		}
	}
	made, err := o.make(name, data, from, target, old)
	switch {
	case err != nil:
		return err
	case target == "-":
		_, err = std.out.Write(made)
		return err
	case device:
		return writeTo(target, made)
	case old != nil && bytes.Equal(old, made):
		return nil
	case old != nil && !o.update && !o.force:
		return fmt.Errorf("%s is there already and would change; --update %s, --force replaces it", target,
			map[bool]string{true: "keeps the outputs of what did not change", false: "brings it up to date"}[o.to == "ipynb"])
	}
	if err := nbformat.WriteFile(target, made); err != nil {
		return fmt.Errorf("write what was converted: %w", err)
	}
	return nil
}

// writeTo writes into what is no file on a disk.
func writeTo(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write what was converted: %w", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// target is the file to write.
func (o *convertOptions) target(path string) string {
	base := strings.TrimSuffix(path, filepath.Ext(path)) + "." + o.to
	switch {
	case path == "-" && o.output == "":
		return "-"
	case o.output == "":
		return base
	case o.output == "-":
		return "-"
	}
	if info, err := os.Stat(o.output); err == nil && info.IsDir() && path != "-" {
		return filepath.Join(o.output, filepath.Base(base))
	}
	return o.output
}

// make returns the bytes of the new file. The old ones count with --update.
func (o *convertOptions) make(name string, data []byte, from, target string, old []byte) ([]byte, error) {
	if o.update && o.to == "ipynb" && old != nil {
		n, err := nbformat.Decode(old)
		if err != nil {
			return nil, fmt.Errorf("cannot update it: %w", jupytext.InFile(err, target))
		}
		if err := jupytext.Update(n, data, jupytext.Format(from)); err != nil {
			return nil, jupytext.InFile(err, name)
		}
		return n.Encode()
	}
	n, err := decodeAs(data, from)
	if err != nil {
		return nil, jupytext.InFile(err, name)
	}
	if o.to != "ipynb" {
		made, err := jupytext.Encode(n, jupytext.Format(o.to))
		return made, jupytext.InFile(err, name)
	}
	if l := n.Language(); l == "" || strings.EqualFold(l, "go") {
		if n.Metadata.Raw("kernelspec") == nil {
			setKernel(n.Metadata)
		}
		if n.Metadata.Raw("language_info") == nil {
			setLanguage(n.Metadata, kernel.LanguageInfo())
		}
	}
	return n.Encode()
}

func decodeAs(data []byte, form string) (*nbformat.Notebook, error) {
	if form == "ipynb" {
		return nbformat.Decode(data)
	}
	return jupytext.Decode(data, jupytext.Format(form))
}
