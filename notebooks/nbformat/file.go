package nbformat

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Read reads a notebook file. Its error is an *Error that names the file, or
// the operating system's.
func Read(path string) (*Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	n, err := Decode(data)
	if err != nil {
		return nil, inFile(err, path)
	}
	return n, nil
}

// Write writes a notebook file: all of it or nothing. The bytes go to a new
// file beside the old one, which then takes its name, so that a full disk or a
// crash leaves the old file as it was. A symbolic link stays one; the mode of a file
// that exists is kept, and so is a file that holds the same bytes already, its time too.
func Write(path string, n *Notebook) error {
	data, err := n.Encode()
	if err != nil {
		return inFile(err, path)
	}
	if err := WriteFile(path, data); err != nil {
		return fmt.Errorf("write notebook: %w", err)
	}
	return nil
}

// WriteFile writes any file as Write does.
func WriteFile(path string, data []byte) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := fs.FileMode(0)
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	case err == nil:
		mode = info.Mode().Perm()
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
			return nil
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close() // a second close is harmless
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if mode != 0 {
		if err = f.Chmod(mode); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	if err = f.Sync(); err != nil { // else a crash can leave the new name with no bytes
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// createBeside makes a file that nobody has, with the mode that the user's umask gives to new files.
func createBeside(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	for {
		f, err := os.OpenFile(fmt.Sprintf("%s.%s.%d.tmp", dir, base, rand.Uint32()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
			err = &fs.PathError{Op: "create", Path: path, Err: pathError.Err} // the other name means nothing to anyone
		}
		return f, err
	}
}

func inFile(err error, path string) error {
	var e *Error
	if errors.As(err, &e) {
		e.File = path
	}
	var list ErrorList
	if errors.As(err, &list) {
		for _, e := range list {
			e.File = path
		}
	}
	return err
}
