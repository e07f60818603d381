package nbformat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmezard/go-difflib/difflib"
)

func decodeFile(t testing.TB, name string) (*Notebook, []byte) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	n, err := Decode(bytes.Clone(data))
	if err != nil {
		t.Fatal(err)
	}
	return n, data
}

func encode(t testing.TB, n *Notebook) string {
	t.Helper()
	b, err := n.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b) {
		t.Fatalf("Encode wrote broken JSON:\n%s", b)
	}
	return string(b)
}

// diff returns the lines that differ, "-" before and "+" after.
func diff(t testing.TB, before, after string) string {
	t.Helper()
	s, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: difflib.SplitLines(before), B: difflib.SplitLines(after), Context: 0,
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for l := range strings.Lines(s) {
		if !strings.HasPrefix(l, "@@") && !strings.HasPrefix(l, "---") && !strings.HasPrefix(l, "+++") {
			b.WriteString(l)
		}
	}
	return b.String()
}

func TestUntouchedIsTheSameBytes(t *testing.T) {
	for _, name := range []string{"lesson.ipynb", "compact.ipynb"} {
		n, data := decodeFile(t, name)
		want := string(data)
		if !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		if got := encode(t, n); got != want {
			t.Errorf("%s:\n%s", name, diff(t, want, got))
		}
	}
}

func TestContent(t *testing.T) {
	for _, name := range []string{"lesson.ipynb", "compact.ipynb", "editor.ipynb"} {
		n, _ := decodeFile(t, name)
		if len(n.Cells) != 4 || n.KernelName() != "iyagi" || n.Language() != "go" {
			t.Fatalf("%s: %d cells, kernel %q, language %q", name, len(n.Cells), n.KernelName(), n.Language())
		}
		c := n.Cells[1]
		if c.Source != "fmt.Println(\"one\")\n12" || *c.ExecutionCount != 3 || !c.HasTag("parameters") || c.HasTag("x") {
			t.Errorf("%s: cell 2: %+v", name, c)
		}
		if o := c.Outputs[0]; o.Type != Stream || o.Name != "stdout" || o.Text != "one\ntwo\n" {
			t.Errorf("%s: stream %+v", name, o)
		}
		if html, ok := c.Outputs[1].Data.Text("text/html"); !ok || html != "<b>1</b>\n<i>2</i>" {
			t.Errorf("%s: html %q %v", name, html, ok)
		}
		if _, ok := c.Outputs[1].Data.Text("application/json"); ok {
			t.Errorf("%s: a JSON object is no text", name)
		}
		if o := c.Outputs[2]; o.EName != "panic" || o.Traceback[0] != "\x1b[31mpanic\x1b[0m: boom" {
			t.Errorf("%s: error %+v", name, o)
		}
		if md := n.Cells[0].Source; !strings.Contains(md, "# 프로세스\n\nA line with \"quotes\", a tab\t, <b>") || !strings.Contains(md, "a\u2028s") {
			t.Errorf("%s: markdown %q", name, md)
		}
	}
}

// A change shows in the diff as that change and nothing else.
func TestChangesAreLocal(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Notebook)
		want   string
	}{
		{"source", func(n *Notebook) { n.Cells[1].Source = "a <- b" },
			"-    \"fmt.Println(\\\"one\\\")\\n\",\n-    \"12\"\n+    \"a <- b\"\n"},
		{"count", func(n *Notebook) { *n.Cells[1].ExecutionCount = 4 },
			"-   \"execution_count\": 3,\n+   \"execution_count\": 4,\n"},
		{"no count", func(n *Notebook) { n.Cells[1].ExecutionCount = nil },
			"-   \"execution_count\": 3,\n+   \"execution_count\": null,\n"},
		{"stream", func(n *Notebook) { n.Cells[1].Outputs[0].Text += "셋" },
			"-      \"two\\n\"\n+      \"two\\n\",\n+      \"셋\"\n"},
		{"traceback", func(n *Notebook) { n.Cells[1].Outputs[2].Traceback[0] = "x\x01" },
			"-      \"\\u001b[31mpanic\\u001b[0m: boom\"\n+      \"x\\u0001\"\n"},
		{"data", func(n *Notebook) { n.Cells[1].Outputs[1].Data.Set("text/latex", "$a$\n$b$") },
			"+      ],\n+      \"text/latex\": [\n+       \"$a$\\n\",\n+       \"$b$\"\n"},
		{"output metadata", func(n *Notebook) { n.Cells[1].Outputs[1].Metadata.Set("z", []int{1}) },
			"-      }\n+      },\n+      \"z\": [\n+       1\n+      ]\n"},
		{"cell metadata", func(n *Notebook) { n.Cells[0].Metadata.Set("name", "x") },
			"-   \"metadata\": {},\n+   \"metadata\": {\n+    \"name\": \"x\"\n+   },\n"},
		{"delete", func(n *Notebook) { n.Cells[1].Metadata.Delete("tags") },
			"-    \"tags\": [\n-     \"parameters\"\n-    ],\n"},
		{"set the same", func(n *Notebook) { n.Cells[1].Metadata.Set("tags", []string{"parameters"}) }, ""},
		{"notebook metadata", func(n *Notebook) { n.Metadata.Set("authors", []string{}) },
			"+  \"authors\": [],\n"},
		{"output gone", func(n *Notebook) { n.Cells[1].Outputs = n.Cells[1].Outputs[1:] },
			"-    {\n-     \"name\": \"stdout\",\n-     \"output_type\": \"stream\",\n-     \"text\": [\n-      \"one\\n\",\n-      \"two\\n\"\n-     ]\n-    },\n"},
		{"to markdown", func(n *Notebook) { n.Cells[3].Type = Markdown },
			"-   \"cell_type\": \"code\",\n-   \"execution_count\": null,\n+   \"cell_type\": \"markdown\",\n-   \"outputs\": [],\n"},
		{"new cell", func(n *Notebook) { n.Cells = append([]*Cell{NewCell(Code, "1\n2")}, n.Cells...); n.Cells[0].ID = "new" },
			"+  {\n+   \"cell_type\": \"code\",\n+   \"execution_count\": null,\n+   \"id\": \"new\",\n+   \"metadata\": {},\n+   \"outputs\": [],\n+   \"source\": [\n+    \"1\\n\",\n+    \"2\"\n+   ]\n+  },\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, data := decodeFile(t, "lesson.ipynb")
			test.change(n)
			got := encode(t, n)
			if d := diff(t, string(data), got); d != test.want {
				t.Errorf("got:\n%swant:\n%s", d, test.want)
			}
			if _, err := Decode([]byte(got)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A file of version 4.2 with CRLF, two spaces and escaped Hangul keeps all that;
// it only gains the ids that 4.5 requires.
func TestUpgrade(t *testing.T) {
	n, data := decodeFile(t, "editor.ipynb")
	got := encode(t, n)
	for l := range strings.Lines(diff(t, string(data), got)) {
		if !strings.Contains(l, `"id": "`) && !strings.Contains(l, "nbformat_minor") && strings.Trim(l[1:], " },\r\n") != "" {
			t.Errorf("changed line %q", l)
		}
	}
	if strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") {
		t.Error("a line end lost its carriage return")
	}
	again, err := Decode([]byte(got))
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Validate(); err != nil {
		t.Error(err)
	}
	m, _ := decodeFile(t, "editor.ipynb")
	if encode(t, m) != got {
		t.Error("the new ids differ from one run to the next")
	}
}

func TestDuplicateIDs(t *testing.T) {
	n := New()
	for range 3 {
		c := NewCell(Markdown, "same")
		c.ID = "dup"
		n.Cells = append(n.Cells, c)
	}
	if err := n.Validate(); err == nil || !strings.Contains(err.Error(), `cell 2 (id "dup"): the id is that of cell 1 too`) {
		t.Errorf("Validate: %v", err)
	}
	n.Upgrade()
	if n.Cells[0].ID != "dup" || n.Cells[1].ID == "dup" || n.Cells[1].ID == n.Cells[2].ID {
		t.Errorf("ids %q %q %q", n.Cells[0].ID, n.Cells[1].ID, n.Cells[2].ID)
	}
	if err := n.Validate(); err != nil {
		t.Error(err)
	}
}

func TestDecodeErrors(t *testing.T) {
	cell := func(s string) string {
		return `{"cells":[{"cell_type":"markdown","metadata":{},"source":[]},` + s + `],"metadata":{},"nbformat":4,"nbformat_minor":5}`
	}
	tests := []struct{ in, want string }{
		{"", "the file is empty"},
		{"[]", "the file holds a list"},
		{"{\n\"cells\": [\n}", "line 3: not a notebook, the JSON is broken: invalid character '}'"},
		{"{\n<<<<<<< HEAD\n", "merge conflict"},
		{"{\n\"a\xff\": 1}", "line 2: byte 0xff is not UTF-8"},
		{`{"a":1}`, `the field "nbformat" is missing`},
		{`{"nbformat":3,"worksheets":[]}`, "format 3, which was replaced in 2015; convert it first: jupyter nbconvert"},
		{`{"nbformat":5}`, "format 5; this program knows format 4 only"},
		{`{"nbformat":4}`, `"nbformat_minor" is missing`},
		{`{"nbformat":4,"nbformat_minor":5}`, `no list "cells"`},
		{`{"nbformat":4,"nbformat_minor":5,"cells":{}}`, `no list "cells"`},
		{`{"nbformat":"4"}`, `"nbformat" is a string, not a whole number`},
		{`{"nbformat":4,"nbformat_minor":5,"metadata":[],"cells":[]}`, `"metadata" is a list, not an object`},
		{cell(`7`), `cell 2: the cell is a number, not an object`},
		{cell(`{"id":"x","source":""}`), `cell 2 (id "x"): the field "cell_type" is missing`},
		{cell(`{"id":"x","cell_type":"code","source":5}`), `cell 2 (id "x"): "source" is a number, not a string or a list of strings`},
		{cell(`{"id":"x","cell_type":"code","source":["a",null]}`), `"source" is a list, not a string or a list of strings`},
		{cell(`{"cell_type":"code","execution_count":1.5}`), `cell 2: "execution_count" is a number, not a whole number`},
		{cell(`{"cell_type":"code","outputs":"x"}`), `"outputs" is a string, not a list`},
		{cell(`{"cell_type":"code","outputs":[{"output_type":"stream","text":{}}]}`), `cell 2: output 1: "text" is an object`},
		{cell(`{"cell_type":"code","outputs":[{"output_type":"error","traceback":[1]}]}`), `"an entry of traceback" is a number`},
		{cell(`{"cell_type":"code","outputs":[{}]}`), `output 1: the field "output_type" is missing`},
		{cell(`{"cell_type":"code","outputs":[true]}`), `the output is a truth value`},
	}
	for _, test := range tests {
		_, err := Decode([]byte(test.in))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Decode(%q): %v; want %q", test.in, err, test.want)
		}
	}
}

func TestValidate(t *testing.T) {
	const in = `{"cells":[
	{"cell_type":"code","source":"","metadata":{"tags":["a,b","x","x",1]},"outputs":[
	  {"output_type":"stream","text":"x"},
	  {"output_type":"display_data","data":{"text/html":{},"application/vnd.x+json":{}},"metadata":{},"transient":{}},
	  {"output_type":"pyout"}],"execution_count":-1},
	{"cell_type":"heading","id":"h!","metadata":{},"source":"","level":1},
	{"cell_type":"markdown","id":"m","source":"","metadata":{},"prompt":1,"attachments":{"a":1,"b":{"image/png":2}}}
	],"metadata":{"kernelspec":{"name":3},"language_info":4},"nbformat":4,"nbformat_minor":5}`
	n, err := Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	want := `metadata.kernelspec.name is a number, not a string
metadata.kernelspec has no "display_name"
metadata.language_info is a number, not an object
cell 1: the cell has no "id", which version 4.5 requires
cell 1: tag "a,b" is empty or has a comma
cell 1: tag "x" stands twice
cell 1: a tag is a number, not a string
cell 1: execution_count is -1; it cannot be negative
cell 1: output 1: stream has no "name"
cell 1: output 2: display_data has no field "transient"
cell 1: output 2: the value of "text/html" is an object, not a string or a list of strings
cell 1: output 3: unknown output type "pyout"
cell 2 (id "h!"): the id must be 1 to 64 letters, digits, - or _
cell 2 (id "h!"): unknown cell type "heading"
cell 3 (id "m"): a markdown cell has no field "prompt"
cell 3 (id "m"): attachment "a" is a number, not an object of MIME types
cell 3 (id "m"): attachment "b": the value of "image/png" is a number, not a string or a list of strings`
	if err := n.Validate(); err == nil || err.Error() != want {
		t.Errorf("%s", diff(t, want, fmt.Sprint(err)))
	}
	for _, name := range []string{"lesson.ipynb", "compact.ipynb", "editor.ipynb"} {
		n, _ := decodeFile(t, name)
		if err := n.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "이야기.ipynb")
	n := New()
	n.Cells = []*Cell{NewCell(Code, "1+1")}
	if err := Write(path, n); err != nil {
		t.Fatal(err)
	}
	want := "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"execution_count\": null,\n   \"id\": \"" + n.Cells[0].ID +
		"\",\n   \"metadata\": {},\n   \"outputs\": [],\n   \"source\": [\n    \"1+1\"\n   ]\n  }\n ],\n \"metadata\": {},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n"
	if got, _ := os.ReadFile(path); string(got) != want {
		t.Errorf("wrote:\n%s", diff(t, want, string(got)))
	}
	back, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	back.Cells[0].Source = "2"
	back.Metadata.Set("bad", json.RawMessage("1"))
	back.Metadata.fields[0].Value = json.RawMessage("{")
	if err := Write(path, back); err == nil || !strings.Contains(err.Error(), "이야기.ipynb: the value of \"bad\" is no JSON") {
		t.Errorf("writing broken metadata: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != want {
		t.Error("a failed Write changed the file")
	}
	if err := Write(filepath.Join(dir, "missing", "a.ipynb"), n); err == nil {
		t.Error("wrote into a missing folder")
	}
	if err := Write(dir, n); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("wrote over a folder: %v", err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestWriteThroughLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "b.ipynb")
	if err := Write(target, New()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(target, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	n := New()
	n.Cells = append(n.Cells, NewCell(Markdown, "x"))
	if err := Write(link, n); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link became a file")
	}
	if got, err := Read(target); err != nil || len(got.Cells) != 1 {
		t.Errorf("target: %v %v", got, err)
	}
	if info, _ := os.Stat(target); info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode became %v", info.Mode())
	}
}

func TestLines(t *testing.T) {
	got := fmt.Sprintf("%q", lines("a\nb\r\nc\rd\u2028e\x85f\n"))
	// "\x85" is no UTF-8: not a line end
	want := `["a\n" "b\r\n" "c\r" "d\u2028" "e\x85f\n"]`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := fmt.Sprintf("%q", lines("x\u0085y")); got != `["x\u0085" "y"]` {
		t.Errorf("next line: %s", got)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"lesson.ipynb", "compact.ipynb", "editor.ipynb"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"nbformat":4,"nbformat_minor":9,"cells":[{"cell_type":"x","id":"a","id":"b","q":[1,{"a\"":"\\"}]}],"a":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Decode(bytes.Clone(data))
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Reason == "" {
				t.Fatalf("error without a reason: %v", err)
			}
			return
		}
		n.Validate()
		minor := n.Minor
		ids := map[string]bool{}
		unique := true
		for _, c := range n.Cells {
			unique = unique && c.ID != "" && !ids[c.ID]
			ids[c.ID] = true
		}
		first := encode(t, n)
		if minor >= Minor && unique {
			want := strings.TrimPrefix(string(data), "\ufeff")
			if !strings.HasSuffix(want, "\n") {
				want = strings.TrimSuffix(want+"\n", "\r\n")
			}
			if strings.TrimRight(first, "\r\n") != strings.TrimRight(want, "\r\n") {
				t.Fatalf("untouched notebook changed:\n%q\n%q", want, first)
			}
		}
		// Change everything; it must read back as changed.
		for _, c := range n.Cells {
			c.Source += "\n\"끝\""
		}
		again, err := Decode([]byte(encode(t, n)))
		if err != nil {
			t.Fatalf("own output refused: %v\n%s", err, first)
		}
		for i, c := range again.Cells {
			if want := strings.ToValidUTF8(n.Cells[i].Source, "\uFFFD"); c.Source != want || c.Type != n.Cells[i].Type || len(c.Outputs) != len(n.Cells[i].Outputs) {
				t.Fatalf("cell %d came back as %+v, was %+v", i+1, c, n.Cells[i])
			}
		}
	})
}

// 500 cells and 20 MB of outputs, all of them replaced.
func BenchmarkRoundTrip(b *testing.B) {
	n := New()
	text := strings.Repeat("a line of output, 둘\n", 2000)
	for range 500 {
		c := NewCell(Code, "x\ny")
		c.Outputs = []*Output{{Type: Stream, Name: "stdout", Text: text}}
		n.Cells = append(n.Cells, c)
	}
	data, err := n.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		n, err := Decode(data)
		if err != nil {
			b.Fatal(err)
		}
		for _, c := range n.Cells {
			c.Outputs[0].Text += "x"
		}
		if _, err := n.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}

// Attachments are read, kept as they are spelled, changed and removed.
func TestAttachments(t *testing.T) {
	const in = `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[
	  {"id":"a","cell_type":"markdown","metadata":{},"source":"![x](attachment:x.png)","attachments":{"x.png": {"image/png":"iVBO"}}}]}
`
	n, err := Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	c := n.Cells[0]
	if got := string(c.Attachments.Raw("x.png")); got != `{"image/png":"iVBO"}` {
		t.Errorf("read %s", got)
	}
	if got := encode(t, n); got != in {
		t.Errorf("%s", diff(t, in, got))
	}
	c.Attachments.Set("y.png", map[string]string{"image/png": "AAAA"})
	if got := encode(t, n); !strings.Contains(got, `{"image/png":"iVBO"}`) || !strings.Contains(got, `"AAAA"`) {
		t.Errorf("with a second one: %s", got)
	}
	c.Attachments = nil
	if got := encode(t, n); strings.Contains(got, "attachments") {
		t.Errorf("without: %s", got)
	}
	fresh := NewCell(Markdown, "")
	fresh.Attachments = NewObject(map[string]json.RawMessage{"z.png": json.RawMessage(`{"image/png":"BBBB"}`)})
	n.Cells = append(n.Cells, fresh)
	again, err := Decode([]byte(encode(t, n)))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(again.Cells[1].Attachments.Raw("z.png")); !strings.Contains(got, "BBBB") {
		t.Errorf("a new cell: %s", got)
	}
	if err := again.Validate(); err != nil {
		t.Error(err)
	}
}
