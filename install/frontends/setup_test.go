package frontends

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// An outfit is a folder of other people's software that the tests run: made once, found again by the hash of what is in it.
type outfit struct {
	name  string                                         // the folder's first word
	lists []string                                       // what is in it: files in testdata
	tool  []string                                       // a command that proves that it can be made here and prints its version
	make  func(ctx context.Context, folder string) error // fills the empty folder
}

// errMissing marks that a machine lacks what an outfit is made with.
var errMissing = errors.New("not on this machine")

// ensure returns the outfit's folder and makes it if there is none yet. Several test processes may call it at once: one makes the folder, the others wait for it.
// A folder without its mark of completion is what a killed run left; it is made again.
func (o outfit) ensure(ctx context.Context) (string, error) {
	version, err := exec.CommandContext(ctx, o.tool[0], o.tool[1:]...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s: %v %s", errMissing, strings.Join(o.tool, " "), err, lastLine(version))
	}
	sum := sha256.New()
	sum.Write(version)
	for _, name := range o.lists {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			return "", err
		}
		sum.Write(text)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	folder := filepath.Join(cache, "iyagi", "frontends", fmt.Sprintf("%s-%x", o.name, sum.Sum(nil)[:6]))
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", err
	}
	unlock, err := lockedfile.MutexAt(folder + ".lock").Lock()
	if err != nil {
		return "", fmt.Errorf("lock %s: %w", folder, err)
	}
	defer unlock()
	mark := filepath.Join(folder, "complete")
	if _, err := os.Stat(mark); err == nil {
		return folder, nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	if err := o.make(ctx, folder); err != nil {
		return "", err
	}
	return folder, os.WriteFile(mark, version, 0o644)
}

var pythonOutfit = outfit{
	name:  "python",
	lists: []string{"requirements.txt"},
	tool:  []string{"python3", "-c", "import sys, venv, ensurepip; print(sys.version)"},
	make: func(ctx context.Context, folder string) error {
		if err := run(ctx, "", "python3", "-m", "venv", folder); err != nil {
			return err
		}
		return run(ctx, "", venvProgram(folder, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
			"--retries", "5", "-r", filepath.Join("testdata", "requirements.txt"))
	},
}

var nodeOutfit = outfit{
	name:  "node",
	lists: []string{"package.json"},
	tool:  []string{"node", "--version"},
	make: func(ctx context.Context, folder string) error {
		list, err := os.ReadFile(filepath.Join("testdata", "package.json"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "package.json"), list, 0o644); err != nil {
			return err
		}
		return run(ctx, folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel", "error")
	},
}

// setupLimit is how long the making of one outfit may take: JupyterLab is 150 MB of wheels.
const setupLimit = 6 * time.Minute

var (
	python = sync.OnceValues(func() (string, error) { return timed(pythonOutfit.ensure) })
	node   = sync.OnceValues(func() (string, error) { return timed(nodeOutfit.ensure) })
)

func timed(make func(context.Context) (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), setupLimit)
	defer cancel()
	return make(ctx)
}

// needPython returns the folder of the virtual environment.
func needPython(t *testing.T) string {
	t.Helper()
	folder, err := python()
	need(t, "Python 3 with venv", err)
	return folder
}

// needNode returns the folder that holds node_modules.
func needNode(t *testing.T) string {
	t.Helper()
	folder, err := node()
	need(t, "Node.js with npm", err)
	return folder
}

// needBrowser returns the path of a Chromium.
func needBrowser(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("IYAGI_TEST_CHROME"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	need(t, "Chromium", errMissing)
	return ""
}

// need skips the test when what it needs is not there, and fails it where that must not happen: on the machines that watch over the project.
func need(t *testing.T, what string, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("this test needs %s, and with CI=true it must run: %v", what, err)
	default:
		t.Skipf("this test needs %s: %v", what, err)
	}
}

// venvProgram returns the path of a program of the virtual environment, on any system.
func venvProgram(folder, name string) string {
	if path := filepath.Join(folder, "Scripts", name+".exe"); exists(path) {
		return path
	}
	return filepath.Join(folder, "bin", name)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// run runs a command to its end; its error holds the last of what the command said.
func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, lastLine(out))
	}
	return nil
}

func lastLine(out []byte) string {
	text := strings.TrimSpace(string(out))
	return text[strings.LastIndexByte(text, '\n')+1:]
}
