package frontends

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iyagi/install/venv/venvtest"
)

// runPython runs a script of testdata in the virtual environment.
func runPython(t *testing.T, limit time.Duration, file string, settings ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("front ends take their time")
	}
	t.Parallel()
	program := venvtest.Jupyter(t).Program("python")
	st := newStage(t, filepath.Dir(program))
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		st.set(name, value)
	}
	st.run(t, limit, program, file)
}

func TestJupyterClient(t *testing.T) { runPython(t, 5*time.Minute, "jupyter_client_test.py") }

func TestJupyterKernelTest(t *testing.T) { runPython(t, 3*time.Minute, "jupyter_kernel_test_test.py") }

func TestConsole(t *testing.T) { runPython(t, 3*time.Minute, "console_test.py") }

// TestNotebooks runs the project's own notebooks, and one made of the scripts' cells, in the programs that execute notebooks without a person.
func TestNotebooks(t *testing.T) {
	runPython(t, 5*time.Minute, "notebooks_test.py", "NOTEBOOKS="+strings.Join(tutorials(t), "\n"), "ARTIFACTS="+artifacts(t))
}

// tutorials returns the paths of the project's notebooks; they are written for our kernel.
func tutorials(t *testing.T) []string {
	t.Helper()
	if *kernelName != ours {
		return nil
	}
	folder, err := filepath.Abs(filepath.Join("..", "..", "notebooks"))
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
