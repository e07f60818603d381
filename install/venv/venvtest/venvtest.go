// Package venvtest gives tests the software that Jupyter and MkDocs have in Python: one environment of
// each for the tests of all packages, kept in the user's cache folder.
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

// sites is the list of what a site of MkDocs is built with: Material brings MkDocs and pymdown-extensions.
const sites = "mkdocs-material>=9.6,<10\n"

// texting is what notebooks are texts with. It is not in Jupyter's environment, since JupyterLab works in another way where jupytext is. The
// version is that whose forms package jupytext writes.
const texting = "jupytext==1.19.6\nnbformat>=5.10,<6\n"

var (
	shared = sync.OnceValues(func() (venv.Env, error) { return ensure("python", requirements) })
	mkdocs = sync.OnceValues(func() (venv.Env, error) { return ensure("mkdocs", sites) })
	texts  = sync.OnceValues(func() (venv.Env, error) { return ensure("jupytext", texting) })
)

func ensure(name, requirements string) (venv.Env, error) {
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
	dir := filepath.Join(cache, "iyagi", "frontends", fmt.Sprintf("%s-%x", name, sum[:6]))
	return venv.Ensure(ctx, dir, strings.Fields(requirements), nil)
}

// Jupyter returns the environment with Jupyter. Where it cannot be made the test is
// skipped; with CI=true in the environment, as on the machines that watch over
// the project, the test fails.
func Jupyter(t testing.TB) venv.Env {
	t.Helper()
	return need(t, shared)
}

// MkDocs returns the environment with MkDocs and its theme Material, else as Jupyter does.
func MkDocs(t testing.TB) venv.Env {
	t.Helper()
	return need(t, mkdocs)
}

// Jupytext returns the environment with jupytext and nbformat, else as Jupyter does.
func Jupytext(t testing.TB) venv.Env {
	t.Helper()
	return need(t, texts)
}

func need(t testing.TB, make func() (venv.Env, error)) venv.Env {
	t.Helper()
	env, err := make()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("this test needs Python 3 with venv, and with CI=true it must run: %v", err)
	default:
		t.Skipf("this test needs Python 3 with venv: %v", err)
	}
	return env
}
