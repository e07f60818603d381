package frontends

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// errMissing marks that a machine lacks what a test needs.
var errMissing = errors.New("not on this machine")

// setupLimit is how long the making of what all tests share may take.
const setupLimit = 6 * time.Minute

// nodePackages makes the folder of Node packages that testdata/package.json names, once for that list and that Node. Several test processes may call it at once: one
// makes the folder, the others wait for it. A folder without its mark of completion is what a killed run left; it is made again.
var nodePackages = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), setupLimit)
	defer cancel()
	version, err := exec.CommandContext(ctx, "node", "--version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: node --version: %v %s", errMissing, err, lastLine(version))
	}
	list, err := os.ReadFile(filepath.Join("testdata", "package.json"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	sum := sha256.Sum256(slices.Concat(version, list))
	folder := filepath.Join(cache, "iyagi", "frontends", fmt.Sprintf("node-%x", sum[:6]))
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", err
	}
	unlock, err := lockedfile.MutexAt(folder + ".lock").Lock()
	if err != nil {
		return "", fmt.Errorf("lock %s: %w", folder, err)
	}
	defer unlock()
	mark := filepath.Join(folder, "complete")
	if exists(mark) {
		return folder, nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(folder, "package.json"), list, 0o644); err != nil {
		return "", err
	}
	if err := run(ctx, folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel", "error"); err != nil {
		return "", err
	}
	return folder, os.WriteFile(mark, version, 0o644)
})

// needNode returns the folder that holds node_modules.
func needNode(t *testing.T) string {
	t.Helper()
	folder, err := nodePackages()
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
