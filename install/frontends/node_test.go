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

// TestPages publishes the project's notebooks as HTML and reads the pages in a headless Chromium, which has no network: as a person does on a
// wide screen and a narrow one, light and dark, by a screen reader's rules (axe-core), and on paper.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("front ends take their time")
	}
	if *kernelName != ours {
		t.Skip("pages are made by our own program")
	}
	t.Parallel()
	packages, browser := needNode(t), needBrowser(t)
	st := newStage(t)
	folder := filepath.Join(st.folder, "pages")
	features, err := filepath.Abs(filepath.Join("testdata", "features.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"publish", "--quiet", "-o", folder, features}, tutorials(t)...)
	if err := run(t.Context(), "", kernelProgram(), args...); err != nil {
		t.Fatal(err)
	}
	st.set("CHROME", browser)
	st.set("PAGES", folder)
	st.set("ARTIFACTS", artifacts(t))
	st.runNode(t, 4*time.Minute, packages, "pages_test.js")
}

// TestWatch saves a notebook that iyagi watch follows and sees in a headless Chromium what becomes of it.
func TestWatch(t *testing.T) {
	if testing.Short() {
		t.Skip("front ends take their time")
	}
	if *kernelName != ours {
		t.Skip("watch is our own program's")
	}
	t.Parallel()
	packages, browser := needNode(t), needBrowser(t)
	st := newStage(t)
	st.set("CHROME", browser)
	st.set("IYAGI", kernelProgram())
	st.set("FOLDER", t.TempDir())
	st.runNode(t, 2*time.Minute, packages, "watch_test.js")
}
