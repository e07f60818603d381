package frontends

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iyagi/install/venv/venvtest"
)

// runNode runs a script of testdata with the given folder's packages; the scripts are CommonJS, which finds them by NODE_PATH.
func (st stage) runNode(t *testing.T, limit time.Duration, packages, file string) {
	t.Helper()
	st.set("NODE_PATH", filepath.Join(packages, "node_modules"))
	st.run(t, limit, "node", file)
}

// TestVSCode drives the kernel as VS Code does, where there is no VS Code: the extension's way of talking to a kernel is all that a kernel sees of it.
func TestVSCode(t *testing.T) {
	if testing.Short() {
		t.Skip("front ends take their time")
	}
	t.Parallel()
	packages := needNode(t)
	st := newStage(t)
	if *kernelName != ours { // ipykernel's own kernelspec says "python", found by PATH
		python := venvtest.Jupyter(t)
		st = newStage(t, filepath.Dir(python.Program("python")))
		st.set("JUPYTER_PATH", filepath.Join(python.Dir, "share", "jupyter"))
	}
	st.runNode(t, 3*time.Minute, packages, "vscode_test.js")
}

// TestJupyterLab drives a JupyterLab of the virtual environment in a headless Chromium, and leaves screenshots in artifacts.
func TestJupyterLab(t *testing.T) {
	if testing.Short() {
		t.Skip("front ends take their time")
	}
	t.Parallel()
	program := venvtest.Jupyter(t).Program("python")
	packages, browser := needNode(t), needBrowser(t)
	st := newStage(t, filepath.Dir(program))
	st.set("PYTHON", program)
	st.set("CHROME", browser)
	st.set("ARTIFACTS", artifacts(t))
	st.set("NOTEBOOKS", strings.Join(tutorials(t), "\n"))
	st.runNode(t, 6*time.Minute, packages, "jupyterlab_test.js")
}
