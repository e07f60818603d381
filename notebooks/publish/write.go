package publish

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts files into a folder, which it makes when it is not there. Each file is written beside its name
// and then renamed, so that no reader and no crash ever meets half a page. The first error ends it; files that
// were written by then stay.
func Write(folder string, files []File) error {
	for _, f := range files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return fmt.Errorf("the file %q lies outside of the output folder", f.Name)
		}
		if err := writeFile(filepath.Join(folder, filepath.FromSlash(f.Name)), f); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, f File) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the output folder: %w", err)
	}
	mode := fs.FileMode(0o644)
	switch info, err := os.Stat(path); {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("write %s: it is there already and is no file", path)
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write page: %w", err)
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".publish-*.tmp")
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	defer func() {
		if err != nil {
			t.Close() // a second close is harmless
			os.Remove(t.Name())
		}
	}()
	w := bufio.NewWriterSize(t, 64<<10)
	if _, err = f.Content.WriteTo(w); err != nil {
		return err
	}
	if err = errors.Join(w.Flush(), permit(t, mode), t.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err = os.Rename(t.Name(), path); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

func permit(f *os.File, mode fs.FileMode) error {
	if err := f.Chmod(mode); !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
