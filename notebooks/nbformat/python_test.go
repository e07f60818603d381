package nbformat

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"iyagi/install/venv/venvtest"
)

// What this package writes anew is what Jupyter's nbformat accepts and would
// write itself, to the byte.
func TestAgainstJupyter(t *testing.T) {
	python := venvtest.Jupyter(t).Program("python")
	n := New()
	n.Metadata.Set("kernelspec", map[string]string{"name": "iyagi", "display_name": "Go (Iyagi)", "language": "go"})
	for _, source := range []string{"", "\n", "한글 \"quoted\" \\ \t\x01\x7f", "a\rb\r\nc\x0bd\u2028e\u0085f", "<&>\u00e9\U0001F600"} {
		c := NewCell(Code, source)
		a := NewRecorder().Area()
		a.Stream("stdout", source+source)
		a.Result(3, raw(source), nil, "")
		a.Display(map[string]json.RawMessage{
			"application/json": json.RawMessage(`{"b": [1.5, {}, [], {"z":1,"a":"\u00e9"}], "a": -1000.0}`), "text/html": json.RawMessage(`"<b>\n<i>"`),
			"image/svg+xml": json.RawMessage(`"<svg>\n</svg>"`), "image/png": json.RawMessage(`"iVBO\nRw=="`),
		}, map[string]json.RawMessage{"iyagi": json.RawMessage(`{"tasks":[{"pid":2,"name":"foo"}],"kind":"process"}`)}, "")
		a.Error("e", source, []string{source})
		c.SetOutputs(a.Outputs())
		n.Cells = append(n.Cells, c, NewCell(Markdown, source), NewCell(Raw, source))
	}
	path := filepath.Join(t.TempDir(), "a.ipynb")
	if err := Write(path, n); err != nil {
		t.Fatal(err)
	}
	script := "import sys, nbformat\nn = nbformat.read(sys.argv[1], 4)\nnbformat.validate(n)\nnbformat.write(n, sys.argv[2])"
	again := path + ".again"
	if out, err := exec.Command(python, "-c", script, path, again).CombinedOutput(); err != nil {
		t.Fatalf("nbformat refuses the file: %v\n%s", err, out)
	}
	mine, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if string(mine) != string(theirs) {
		t.Errorf("Jupyter writes it in another way:\n%s", diff(t, string(mine), string(theirs)))
	}
}
