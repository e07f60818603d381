package venv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Python is a Python 3 of the machine.
type Python struct {
	Path    string // of the program
	Prefix  string // sys.prefix: of its environment
	Version string // sys.version: with its build and compiler
}

// ErrNoPython means that no Python 3 was found.
var ErrNoPython = errors.New("no Python 3 was found on the PATH")

// FindPython finds the Python that a shell would run: of the active
// environment, if there is one. The error is ErrNoPython, with what a Python
// that does not do said.
func FindPython(ctx context.Context) (*Python, error) {
	failed := error(ErrNoPython)
	for _, name := range []string{"python3", "python", "py"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		// Windows has a python3 that only opens a shop: it must answer.
		out, err := output(ctx, path, "-c", "import sys; assert sys.version_info >= (3, 8), 'older than 3.8'; print(sys.prefix); print(sys.version)")
		if ctx.Err() != nil {
			return nil, fmt.Errorf("find Python: %w", context.Cause(ctx))
		}
		if err != nil {
			failed = fmt.Errorf("%w (%s: %w)", ErrNoPython, path, err)
			continue
		}
		prefix, version, _ := strings.Cut(out, "\n")
		return &Python{Path: path, Prefix: strings.TrimSpace(prefix), Version: strings.TrimSpace(version)}, nil
	}
	return nil, failed
}

// output runs a program and returns what it prints. Its error has the last
// line of what the program complained.
func output(ctx context.Context, name string, args ...string) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", withLastLine(err, stderr.String())
	}
	return string(out), nil
}

func withLastLine(err error, said string) error {
	said = strings.TrimSpace(said)
	if said == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, strings.TrimSpace(said[strings.LastIndexByte(said, '\n')+1:]))
}
