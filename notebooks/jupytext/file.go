package jupytext

import (
	"errors"
	"fmt"
	"os"

	"iyagi/notebooks/nbformat"
)

// Read reads a notebook from a file, .ipynb or a text by its extension. Its error is an [*nbformat.Error] that names the file, or the
// operating system's.
func Read(path string) (*nbformat.Notebook, error) {
	f, ok := FormatOf(path)
	if !ok {
		return nbformat.Read(path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	n, err := Decode(text, f)
	return n, InFile(err, path)
}

// InFile adds the name of the file to an error of this package.
func InFile(err error, path string) error {
	var e *nbformat.Error
	if errors.As(err, &e) {
		e.File = path
	}
	return err
}
