// Package venv makes Python virtual environments with a list of requirements,
// each once, however many processes ask for it at the same time.
package venv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Env is a virtual environment that is complete.
type Env struct {
	Dir string
}

// Program returns the path of a program of the environment, such as "python"
// or "jupyter", on any system.
func (e Env) Program(name string) string {
	if path := filepath.Join(e.Dir, "Scripts", name+".exe"); exists(path) {
		return path
	}
	return filepath.Join(e.Dir, "bin", name)
}

// Open returns the environment that Ensure has made in dir; the error is
// fs.ErrNotExist if there is none, or none that is complete.
func Open(dir string) (Env, error) {
	if _, err := os.Stat(mark(dir)); err != nil {
		return Env{}, fmt.Errorf("open the Python environment: %w", err)
	}
	return Env{dir}, nil
}

// Ensure returns the environment in dir and makes it first, unless it is there
// already with just these requirements, which are pip's
// (https://pip.pypa.io/en/stable/reference/requirement-specifiers/). It also
// makes an environment anew that was left half made, or whose Python is not
// the one that it was made with: an upgrade of the system's Python breaks it.
// A dir that holds anything else is emptied.
//
// One process makes the environment while others that want it wait, for which
// there is a file beside dir. What venv and pip say goes to progress, which may
// be nil. The error is ErrNoPython where there is no Python to make it with.
func Ensure(ctx context.Context, dir string, requirements []string, progress io.Writer) (Env, error) {
	if err := ensure(ctx, dir, requirements, progress); err != nil {
		return Env{}, fmt.Errorf("make the Python environment %s: %w", dir, err)
	}
	return Env{dir}, nil
}

func ensure(ctx context.Context, dir string, requirements []string, progress io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, dir+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if isMade(ctx, dir, requirements) {
		return nil
	}
	python, err := FindPython(ctx)
	if err != nil {
		return err
	}
	// The mark goes before anything else does, so that it never stands in a
	// folder that is half emptied.
	if err := os.Remove(mark(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := run(ctx, progress, python.Path, "-m", "venv", "--clear", dir); err != nil {
		return err
	}
	if len(requirements) > 0 {
		pip := []string{Env{dir}.Program("python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--retries", "5"}
		if err := run(ctx, progress, append(pip, requirements...)...); err != nil {
			return err
		}
	}
	return os.WriteFile(mark(dir), stamp(python.Version, requirements), 0o644)
}

// mark is the file that Ensure writes last.
func mark(dir string) string { return filepath.Join(dir, "complete") }

// stamp is what the mark says: what the environment was made of.
func stamp(version string, requirements []string) []byte {
	return []byte(strings.Join(append([]string{version}, requirements...), "\n") + "\n")
}

func isMade(ctx context.Context, dir string, requirements []string) bool {
	made, err := os.ReadFile(mark(dir))
	if err != nil {
		return false
	}
	version, err := output(ctx, Env{dir}.Program("python"), "-c", "import sys; print(sys.version)")
	return err == nil && bytes.Equal(made, stamp(strings.TrimSpace(version), requirements))
}

// lock waits until no other process holds the lock, or until ctx is done. The
// system's call for that cannot be given up: it is left to a goroutine, which
// ends when the other process lets go.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	type attempt struct {
		unlock func()
		err    error
	}
	made := make(chan attempt)
	go func() {
		unlock, err := lockedfile.MutexAt(path).Lock()
		select {
		case made <- attempt{unlock, err}:
		case <-ctx.Done():
			if err == nil {
				unlock()
			}
		}
	}()
	select {
	case a := <-made:
		return a.unlock, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the process that holds %s: %w", path, context.Cause(ctx))
	}
}

// run runs a command to its end.
func run(ctx context.Context, progress io.Writer, args ...string) error {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout = &said
	if progress != nil {
		cmd.Stdout = io.MultiWriter(progress, &said)
	}
	cmd.Stderr = cmd.Stdout
	// Interrupted, Python ends its own children, too; killed, it leaves them to
	// write on into the folder.
	cmd.Cancel = func() error {
		if cmd.Process.Signal(os.Interrupt) == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	default:
		err = withLastLine(err, said.String())
		if strings.Contains(said.String(), "ensurepip") {
			err = fmt.Errorf("%w; if this Python cannot make virtual environments, install the package python3-venv", err)
		}
	}
	return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
