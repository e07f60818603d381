package install

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"iyagi/install/venv"
)

// SysPrefix is the prefix of the active Python environment, for
// --sys-prefix.
func SysPrefix(ctx context.Context) (string, error) {
	p, err := venv.FindPython(ctx)
	if err != nil {
		return "", fmt.Errorf("find the Python environment: %w", err)
	}
	return p.Prefix, nil
}

// Lab is a JupyterLab that can be started.
type Lab struct {
	Command []string // to which arguments are added
	Version string
	Prefix  string // of its environment, "" when unknown
	Own     bool   // it is the one that SetUpLab made
}

// FindLab finds JupyterLab: on the PATH, as a module of the PATH's Python, or
// the one of SetUpLab. It returns nil when there is none.
func FindLab(ctx context.Context) *Lab {
	if path, err := exec.LookPath("jupyter-lab"); err == nil {
		if version, ok := labVersion(ctx, path); ok {
			return &Lab{Command: []string{path}, Version: version, Prefix: scriptPrefix(path)}
		}
	}
	if p, err := venv.FindPython(ctx); err == nil {
		command := []string{p.Path, "-m", "jupyterlab"}
		if version, ok := labVersion(ctx, command...); ok {
			return &Lab{Command: command, Version: version, Prefix: p.Prefix}
		}
	}
	env, err := venv.Open(LabDir())
	if err != nil {
		return nil
	}
	return ownLab(ctx, env)
}

// labVersion asks JupyterLab for its version; ok is false if it does not start.
func labVersion(ctx context.Context, command ...string) (version string, ok bool) {
	out, err := exec.CommandContext(ctx, command[0], append(command[1:], "--version")...).Output()
	return strings.TrimSpace(string(out)), err == nil
}

// scriptPrefix is the environment of a program in its bin folder, through
// links such as those of pipx.
func scriptPrefix(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	prefix := filepath.Dir(filepath.Dir(real))
	if _, err := os.Stat(filepath.Join(prefix, "share", "jupyter")); err != nil {
		return ""
	}
	return prefix
}

// LabDir is the folder of the virtual environment that SetUpLab makes.
func LabDir() string { return filepath.Join(xdg.DataHome, "iyagi", "jupyterlab") }

func ownLab(ctx context.Context, env venv.Env) *Lab {
	command := []string{env.Program("python"), "-m", "jupyterlab"}
	version, ok := labVersion(ctx, command...)
	if !ok {
		return nil
	}
	return &Lab{Command: command, Version: version, Prefix: env.Dir, Own: true}
}

// SetUpLab makes a virtual environment with JupyterLab in the user's data
// folder. What pip and venv say goes to progress.
func SetUpLab(ctx context.Context, progress io.Writer) (*Lab, error) {
	env, err := venv.Ensure(ctx, LabDir(), []string{"jupyterlab"}, progress)
	if errors.Is(err, venv.ErrNoPython) {
		err = fmt.Errorf("%w; install Python 3 from your system or python.org", err)
	}
	if err != nil {
		return nil, fmt.Errorf("set up JupyterLab: %w", err)
	}
	lab := ownLab(ctx, env)
	if lab == nil {
		return nil, fmt.Errorf("set up JupyterLab: it was installed, but does not start: %s -m jupyterlab --version; remove %s to have it installed again",
			env.Program("python"), env.Dir)
	}
	return lab, nil
}
