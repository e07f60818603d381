package jupytext

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iyagi/notebooks/nbformat"
)

// Nothing that was not changed in the text changes in the file.
func TestUpdateKeepsBytes(t *testing.T) {
	files, _ := filepath.Glob("../*.ipynb")
	files = append(files, "../nbformat/testdata/lesson.ipynb", "../nbformat/testdata/editor.ipynb", "../nbformat/testdata/compact.ipynb")
	for _, path := range files {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		checkBytes(t, path, before)
	}
	for seed := range count("NOTEBOOKS", 120) {
		r := random{rand.New(rand.NewPCG(seed, 3))}
		n := r.notebook(true)
		for _, c := range n.Cells {
			if c.Type == nbformat.Code {
				a := nbformat.NewRecorder().Area()
				a.Stream("stdout", "output of "+c.ID)
				c.SetOutputs(a.Outputs())
			}
		}
		before, err := n.Encode()
		if err != nil {
			t.Fatal(err)
		}
		checkBytes(t, fmt.Sprintf("random %d", seed), before)
	}
}

func checkBytes(t *testing.T, name string, before []byte) {
	t.Helper()
	for _, f := range []Format{Markdown, Percent} {
		n, err := nbformat.Decode(before)
		if err != nil {
			t.Fatal(err)
		}
		n.Upgrade()
		want, err := n.Encode() // editor.ipynb has no ids
		if err != nil {
			t.Fatal(err)
		}
		if n, err = nbformat.Decode(want); err != nil {
			t.Fatal(err)
		}
		text, err := Encode(n, f)
		if err != nil {
			if f == Percent && strings.Contains(err.Error(), "notebooks in Go only") {
				continue
			}
			t.Fatalf("%s.%s: %v", name, f, err)
		}
		if strings.Contains(string(text), "go {x\n") || strings.Contains(string(text), " {x -->") || strings.Contains(string(text), "] {x\n") || strings.Contains(string(text), "%% {x\n") {
			continue // options that cannot be read are taken for JSON, as the notebook notes from then on
		}
		if err := Update(n, text, f); err != nil {
			t.Fatalf("%s.%s: %v", name, f, err)
		}
		after, err := n.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(after, want) {
			if old, err := nbformat.Decode(want); err == nil {
				t.Logf("cells:\n%s\nand then\n%s", sayCells(old), sayCells(n))
			}
			t.Errorf("%s.%s: the file has changed: %s\ntext:\n%s", name, f, firstDifference(want, after), text)
		}
	}
}

func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d:\nwas %s\nis  %s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines, then %d", len(x), len(y))
}

func TestUpdate(t *testing.T) {
	const in = `{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"name":"iyagi","display_name":"Go (Iyagi)","language":"go"},"language_info":{"name":"go"},"title":"t"},"cells":[
	{"cell_type":"markdown","id":"intro","metadata":{},"source":"# Title"},
	{"cell_type":"code","id":"one","metadata":{"collapsed":true},"source":"x:=1","execution_count":1,"outputs":[{"output_type":"stream","name":"stdout","text":"one"}]},
	{"cell_type":"code","id":"two","metadata":{"tags":["a"]},"source":"y := 2","execution_count":2,"outputs":[{"output_type":"stream","name":"stdout","text":"two"}]},
	{"cell_type":"code","id":"three","metadata":{},"source":"z := 3","execution_count":3,"outputs":[{"output_type":"stream","name":"stdout","text":"three"}]}]}`
	for _, test := range []struct{ name, text, want string }{
		{"as it was, without ids", "# Title\n\n```go\nx:=1\n```\n\n```go tags=[\"a\"]\ny := 2\n```\n\n```go\nz := 3\n```\n",
			`intro markdown [] 0, one code [] 1 collapsed, two code [a] 1, three code [] 1`},
		{"formatted", "# Title\n\n```go\nx := 1\n```\n", `intro markdown [] 0, one code [] 1 collapsed`},
		{"another value", "# Title\n\n```go\nx:=1\n```\n\n```go tags=[\"b\"]\ny := 22\n```\n\n```go\nz := 3\n```\n",
			`intro markdown [] 0, one code [] 1 collapsed, two code [b] 0, three code [] 1`},
		{"a new one, and two in another order", "# Title\n\n```go\nz := 3\n```\n\n```go\nnew()\n```\n\n```go\nx:=1\n```\n",
			`intro markdown [] 0, three code [] 1, dc0c7029 code [] 0, one code [] 1 collapsed`},
		{"named by its id", "```go id=\"three\"\nchanged()\n```\n\n```go id=\"one\"\nx:=1\n```\n\n```go id=\"fresh\"\nz := 3\n```\n",
			`three code [] 0, one code [] 1 collapsed, fresh code [] 0`},
		{"a title in a header", "---\njupyter:\n  title: u\n---\n\n# Title\n", `intro markdown [] 0 title "u"`},
	} {
		n, err := nbformat.Decode([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if err := Update(n, []byte(test.text), Markdown); err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var cells []string
		for _, c := range n.Cells {
			s := fmt.Sprint(c.ID, " ", c.Type, " ", c.Tags(), " ", len(c.Outputs))
			if c.Metadata.Raw("collapsed") != nil {
				s += " collapsed"
			}
			cells = append(cells, s)
		}
		got := strings.Join(cells, ", ")
		if title := string(n.Metadata.Raw("title")); title != `"t"` {
			got += " title " + title
		}
		if got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
		if n.KernelName() != "iyagi" || n.Metadata.Raw("language_info") == nil {
			t.Errorf("%s: metadata was lost", test.name)
		}
		if err := n.Validate(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
