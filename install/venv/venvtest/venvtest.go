// Package venvtest gives tests the software that Jupyter has in Python: one
// environment for the tests of all packages, kept in the user's cache folder.
package venvtest

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"iyagi/install/venv"
)

// requirements is the list of all that any test needs. pyzmq and nbformat come
// with jupyter_client and nbclient.
//
//go:embed requirements.txt
var requirements string

// limit is how long the making may take: JupyterLab is 150 MB of wheels.
const limit = 6 * time.Minute

var shared = sync.OnceValues(func() (venv.Env, error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, fmt.Errorf("it took longer than %v", limit))
	defer cancel()
	python, err := venv.FindPython(ctx)
	if err != nil {
		return venv.Env{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return venv.Env{}, fmt.Errorf("find the cache folder: %w", err)
	}
	// A folder for each Python and list: the tests of another branch never
	// remake the one that these tests are using.
	sum := sha256.Sum256([]byte(python.Version + "\n" + requirements))
	dir := filepath.Join(cache, "iyagi", "frontends", fmt.Sprintf("python-%x", sum[:6]))
	return venv.Ensure(ctx, dir, strings.Fields(requirements), nil)
})

// Jupyter returns the environment. Where it cannot be made the test is
// skipped; with CI=true in the environment, as on the machines that watch over
// the project, the test fails.
func Jupyter(t testing.TB) venv.Env {
	t.Helper()
	env, err := shared()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("this test needs Python 3 with venv, and with CI=true it must run: %v", err)
	default:
		t.Skipf("this test needs Python 3 with venv: %v", err)
	}
	return env
}
