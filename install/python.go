package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
)

// Python is a Python 3 of the machine.
type Python struct {
	Path   string // of the program
	Prefix string // sys.prefix: of its environment
}

// FindPython finds the Python that a shell would run: of the active
// environment, if there is one. The error is ErrNoPython or what that Python
// said.
func FindPython(ctx context.Context) (*Python, error) {
	failed := error(ErrNoPython)
	for _, name := range []string{"python3", "python", "py"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		// Windows has a python3 that only opens a shop: it must answer.
		out, err := output(ctx, path, "-c", "import sys; assert sys.version_info >= (3, 8); print(sys.prefix)")
		if err != nil {
			failed = fmt.Errorf("%w (%s: %w)", ErrNoPython, path, err)
			continue
		}
		return &Python{Path: path, Prefix: strings.TrimSpace(out)}, nil
	}
	return nil, failed
}

// SysPrefix is the prefix of the active Python environment, for
// --sys-prefix.
func SysPrefix(ctx context.Context) (string, error) {
	p, err := FindPython(ctx)
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
		if version, err := output(ctx, path, "--version"); err == nil {
			return &Lab{Command: []string{path}, Version: strings.TrimSpace(version), Prefix: scriptPrefix(path)}
		}
	}
	if p, err := FindPython(ctx); err == nil {
		if version, err := output(ctx, p.Path, "-m", "jupyterlab", "--version"); err == nil {
			return &Lab{Command: []string{p.Path, "-m", "jupyterlab"}, Version: strings.TrimSpace(version), Prefix: p.Prefix}
		}
	}
	return ownLab(ctx)
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

func labPython() string { return filepath.Join(scripts(LabDir()), "python") }

func ownLab(ctx context.Context) *Lab {
	version, err := output(ctx, labPython(), "-m", "jupyterlab", "--version")
	if err != nil {
		return nil
	}
	return &Lab{Command: []string{labPython(), "-m", "jupyterlab"}, Version: strings.TrimSpace(version), Prefix: LabDir(), Own: true}
}

// SetUpLab makes a virtual environment with JupyterLab in the user's data
// folder. What pip and venv say goes to progress. An environment that was left
// half made is made anew.
func SetUpLab(ctx context.Context, progress io.Writer) (*Lab, error) {
	p, err := FindPython(ctx)
	if err != nil {
		return nil, fmt.Errorf("set up JupyterLab: %w; install Python 3 from your system or python.org", err)
	}
	steps := [][]string{
		{p.Path, "-m", "venv", "--clear", LabDir()},
		{labPython(), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "jupyterlab"},
	}
	for _, args := range steps {
		var words bytes.Buffer
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Stdout = io.MultiWriter(progress, &words)
		cmd.Stderr = cmd.Stdout
		if err := cmd.Run(); err != nil {
			hint := ""
			if strings.Contains(words.String(), "ensurepip") {
				hint = "; this Python cannot make virtual environments: install the package python3-venv"
			}
			return nil, fmt.Errorf("set up JupyterLab: %s: %w%s", strings.Join(args, " "), err, hint)
		}
	}
	lab := ownLab(ctx)
	if lab == nil {
		return nil, errors.New("set up JupyterLab: it was installed, but does not start: " + labPython() + " -m jupyterlab --version")
	}
	return lab, nil
}

// output runs a program and returns what it prints. Its error has the last
// line of what the program complained.
func output(ctx context.Context, name string, args ...string) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		if last := lines[len(lines)-1]; last != "" {
			err = fmt.Errorf("%w: %s", err, last)
		}
		return "", err
	}
	return string(out), nil
}
