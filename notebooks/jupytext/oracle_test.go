package jupytext

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iyagi/install/venv/venvtest"
	"iyagi/notebooks/nbformat"
)

// oracle is jupytext itself, in one process for all questions.
type oracle struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

func newOracle(t *testing.T) *oracle {
	python := venvtest.Jupytext(t).Program("python")
	cmd := exec.Command(python, filepath.Join("testdata", "oracle.py"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("jupytext: %v\n%s", err, stderr.String())
		}
	})
	return &oracle{t, in, bufio.NewReaderSize(out, 1<<20)}
}

// told is a notebook as jupytext tells it.
type told struct {
	Metadata map[string]json.RawMessage
	Cells    []toldCell
}

type toldCell struct {
	Type     nbformat.CellType
	Source   string
	Metadata json.RawMessage
}

type answer struct {
	Text     string
	Notebook *told
	Error    string
}

func (o *oracle) ask(do string, f Format, text string) (a answer) {
	o.t.Helper()
	form := map[Format]string{Markdown: "md", Percent: "go:percent"}[f]
	request, _ := json.Marshal(map[string]string{"do": do, "form": form, "text": text})
	fmt.Fprintf(o.in, "%s\n", request)
	line, err := o.out.ReadBytes('\n')
	if err != nil {
		o.t.Fatalf("jupytext does not answer: %v", err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		o.t.Fatal(err)
	}
	return a
}

// cell is a cell as this package would have it, and whether the marker says more than jupytext knows.
func (c toldCell) cell() (d cell, extras bool) {
	d = cell{typ: c.Type, source: c.Source, meta: parseMeta(c.Metadata)}
	if id, ok := d.meta.text(idKey); ok && validID(id) {
		d.meta.delete(idKey)
		d.id = id
	}
	before := len(d.meta)
	takeExtra(&d.meta)
	return d, len(d.meta) < before
}

// ownCell is a cell of a notebook in the same form.
func ownCell(c *nbformat.Cell) cell {
	m := metaOf(c.Metadata)
	if tags := string(m.get("tags")); tags == "[]" {
		m.delete("tags") // no tags
	}
	return cell{typ: c.Type, source: c.Source, meta: m, id: c.ID, attachments: metaOf(c.Attachments)}
}

func (c cell) String() string {
	return fmt.Sprintf("%s %q %q %s %s", c.typ, c.id, c.source, c.meta.json(), c.attachments.json())
}

// sayCells is one line for each cell, for messages.
func sayCells(n *nbformat.Notebook) string {
	var b strings.Builder
	for _, c := range n.Cells {
		fmt.Fprintln(&b, ownCell(c))
	}
	return b.String()
}

// otherBreaks are line ends to Python alone.
var otherBreaks = regexp.MustCompile("[\v\f\x1c-\x1e\u0085\u2028\u2029]")

// sameRead compares what Decode made of a text with what jupytext did. Ids that Decode found count for nothing.
func sameRead(n *nbformat.Notebook, j *told) error {
	if len(n.Cells) != len(j.Cells) {
		return fmt.Errorf("%d cells, jupytext has %d", len(n.Cells), len(j.Cells))
	}
	seen := map[string]bool{}
	for i := range n.Cells {
		ours := ownCell(n.Cells[i])
		theirs, extras := j.Cells[i].cell()
		if theirs.id == "" || seen[theirs.id] {
			ours.id, theirs.id = "", ""
		}
		seen[theirs.id] = true
		if tags := string(theirs.meta.get("tags")); tags == "[]" {
			theirs.meta.delete("tags")
		}
		if extras || i == 0 && j.Metadata[extraKey] != nil {
			continue
		}
		ours.source = otherBreaks.ReplaceAllString(ours.source, "\n")
		if ours.attachments = nil; !ours.same(&theirs) {
			return fmt.Errorf("cell %d:\n ours   %s\n theirs %s", i+1, ours, theirs)
		}
	}
	return nil
}

// goWins tells a page without a header that is in Go here and, by the number of its cells, in another language to jupytext.
func goWins(n *nbformat.Notebook, j *told) bool {
	ours, _ := parseMeta(n.Metadata.Raw("jupytext")).text("main_language")
	theirs, _ := parseMeta(j.Metadata["jupytext"]).text("main_language")
	return ours == "go" && theirs != "" && theirs != "go"
}

// random makes cells and texts of pieces that are hard for the forms.
type random struct{ *rand.Rand }

var pieces = []string{
	"x := 1", "fmt.Println(\"한글\")", "func f() {", "\treturn", "}", "", "", "", " ", "\t", "// a comment", "//no space", "/* block */",
	"// %% a mark", "// %%", "\t// %% indented", "//%% tight", "%% bare", "%%", "%%time", "%time f()", "%who", "!ls -l", "// !ls", "// %who", "//iyagi:%who", "%%bash", "%%html x",
	"%% -flag", "//gonb:%%", "// In[3]:", "// <codecell>", "// +", "// // + x", "!*go build", "%x // escape", "%x // noescape", "// -", "    // %% four",
	"s := `", "`", "\"\"\"", "'''", "r := '\"'", "q := '\\''", "a := \"\\\"\"", "# Title", "## 둘째 제목", "text with **bold**", "- a", "  - b", "    - c", "1. one", "    indented code",
	"```", "```go", "```go x=1", "```python", "````", "````go", "```text", "```{note}", "```mermaid", "~~~", "```go .noeval", "```GO", "``` go", "%% in mermaid",
	"<!-- #region -->", "<!-- #endregion -->", "<!-- #raw -->", "<!-- #endraw -->", "<!-- #md -->", "<!-- #endmd -->", "<!-- note -->", "<!--", "-->", "---", "jupyter:", "title: x", "![p](attachment:p.png)",
	"In[3]:", "In[ ]", "<codecell>", "\u00a0", "\u3000x", "trailing  ", "😀", "$$x^2$$", "| a | b |", "coding: utf-8", "#!shebang", "+ plus", "//+ plus", "key=value", "[markdown]",
}

func (r random) text() string {
	lines := make([]string, r.IntN(7))
	for i := range lines {
		lines[i] = pieces[r.IntN(len(pieces))]
	}
	return strings.Join(lines, "\n")
}

// plain is text that jupytext keeps as it is.
func (r random) plain() string {
	code := []string{"x := 1", "fmt.Println(\"한글\")", "func f() {\n\treturn\n}", "// a comment", "%who", "!ls -l", "%%bash\nls", "if x {\n\n\ty()\n}", "//iyagi:%who"}
	return code[r.IntN(len(code))]
}

func (r random) prose() string {
	text := []string{"# Title", "text\n\nmore text", "- a\n  - b\n\n1. one", "**굵게**", "| a |\n|---|\n| b |", "```text\nx\n\n\ny\n```", "```go\nx := 1\n```", "two\n\n\nblank lines"}
	return text[r.IntN(len(text))]
}

var metadata = []string{
	`{}`, `{}`, `{}`, `{"tags":["a","한글"]}`, `{"tags":["raises-exception"],"name":"x"}`, `{"tags":[]}`, `{"collapsed":true}`, `{"title":"A title"}`, `{"title":"a=b{"}`, `{"title":3}`,
	`{"a b":1,"한글":2,"ok":null}`, `{"language":"python"}`, `{"language":"go"}`, `{"cell_type":"raw"}`, `{"active":"ipynb"}`, `{"active":"go,md"}`, `{"active":""}`, `{"tags":["active-go"]}`,
	`{"tags":["active-ipynb"]}`, `{"run_control":{"frozen":true}}`, `{"jupyter":{"source_hidden":true}}`, `{"slideshow":{"slide_type":"slide"}}`, `{"id":"colab"}`, `{"iyagi_text":{"end":"x"}}`, `{"nested":{"a":[1,2.5,{"b":null}],"c":"x=1 y"}}`,
	`{"lines_to_next_cell":2}`, `{"lines_to_next_cell":0}`, `{"lines_to_next_cell":"x"}`, `{"region_name":"md"}`, `{"cell_depth":2}`, `{"magic_args":"-x"}`, `{"incorrectly_encoded_metadata":"{x"}`, `{".noeval":null}`, `{"key":"a\"b <!-- --> ` + "`" + `"}`,
	`{"big":1234567890123456789,"f":100000.5}`, `{"vscode":{"languageId":"go"}}`, `{"flag":null,"z":true}`,
}

func (r random) notebook(hard bool) *nbformat.Notebook {
	heads := []string{
		`{"kernelspec":{"display_name":"Go (Iyagi)","language":"go","name":"iyagi"},"language_info":{"name":"go","version":"1.26"}}`,
		`{"kernelspec":{"display_name":"Go (Iyagi)","language":"go","name":"iyagi"}}`,
	}
	if hard {
		heads = append(heads, `{}`, `{"language_info":{"name":"go"}}`, `{"kernelspec":{"name":"iyagi","display_name":"Go"},"language_info":{"name":"go"}}`,
			`{"title":"제목: 하나","authors":[{"name":"A B","n":1},{"x":[[1],[]]}],"kernelspec":{"display_name":"Go","language":"go","name":"iyagi"}}`,
			`{"kernelspec":{"display_name":"Go","language":"go","name":"iyagi"},"jupytext":{"formats":"ipynb,go","notebook_metadata_filter":"-all","cell_metadata_filter":"-all"}}`,
			`{"kernelspec":{"display_name":"Go","language":"go","name":"iyagi"},"jupytext":{"cell_metadata_json":true,"split_at_heading":true}}`,
			`{"kernelspec":{"display_name":"Go","language":"go","name":"iyagi"},"jupytext":{"hide_notebook_metadata":true,"main_language":"go"}}`,
			`{"a b":{"c":1},"odd":["yes","1.5","2024-01-01","- x","a: b","a #b"," x","",null,true,1.5,1e20,"~","'q'","\"","\\","%d","é","a\nb","0x1f","1:30"]}`)
	}
	n, err := nbformat.Decode([]byte(`{"cells":[],"nbformat":4,"nbformat_minor":5,"metadata":` + heads[r.IntN(len(heads))] + `}`))
	if err != nil {
		panic(err)
	}
	for i := range 1 + r.IntN(6) {
		typ := []nbformat.CellType{nbformat.Code, nbformat.Code, nbformat.Markdown, nbformat.Markdown, nbformat.Raw}[r.IntN(5)]
		source := ""
		switch {
		case hard && i == 0 && typ == nbformat.Raw:
			source = []string{"---\ntitle: x\n---", "---\njupyter: 1\n---", "---\n---", "---\na: b\n---\nc: d\n---", "---\ntitle: 한글\n\nx: y\n---\n"}[r.IntN(5)]
		case hard:
			source = r.text()
		case typ == nbformat.Code:
			source = r.plain()
		case typ == nbformat.Markdown:
			source = r.prose()
		default:
			source = "raw\n\n<b>text</b>"
		}
		if hard && r.IntN(10) == 0 {
			source = strings.ReplaceAll(source, "\n", "\r\n") + "\r"
		}
		c := nbformat.NewCell(typ, source)
		m := metadata[r.IntN(4)]
		if hard {
			m = metadata[r.IntN(len(metadata))]
		}
		for _, o := range parseMeta([]byte(m)) {
			c.Metadata.Set(o.name, o.value)
		}
		if r.IntN(3) > 0 {
			c.ID = fmt.Sprintf("cell-%d", i)
		}
		if hard && typ != nbformat.Code && r.IntN(6) == 0 {
			c.Attachments = nbformat.NewObject(map[string]json.RawMessage{"p.png": json.RawMessage(`{"image/png":"iVBORw0KGgo="}`)})
		}
		n.Cells = append(n.Cells, c)
	}
	n.Upgrade()
	return n
}

// withIDs is the notebook as jupytext would have to know it to write our text: with the ids that we write among the metadata.
func withIDs(n *nbformat.Notebook) string {
	given := givenIDs(n)
	b := nbformat.New()
	b.Metadata = n.Metadata
	for i, c := range n.Cells {
		d := nbformat.NewCell(c.Type, c.Source)
		m := metaOf(c.Metadata)
		if given[i] != "" {
			m = append(meta{{idKey, json.RawMessage(pythonString(given[i]))}}, m...)
		}
		raw, _ := nbformat.Decode([]byte(`{"cells":[],"nbformat":4,"nbformat_minor":5,"metadata":` + m.json() + `}`))
		d.Metadata = raw.Metadata
		b.Cells = append(b.Cells, d)
	}
	data, err := b.Encode()
	if err != nil {
		panic(err)
	}
	return string(data)
}

// stored is the metadata that a text keeps.
func stored(c cell) cell {
	c.meta = filter{}.cells(c.meta)
	return c
}

// checkNotebook writes and reads a notebook in both forms, with both programs. It returns how often the texts had to be the same.
func (o *oracle) checkNotebook(n *nbformat.Notebook, name string) (equal int) {
	t := o.t
	for _, f := range []Format{Markdown, Percent} {
		text, err := Encode(n, f)
		if err != nil {
			t.Errorf("%s.%s: %v\n%s", name, f, err, sayCells(n))
			continue
		}
		if err := sameNotebook(n, text, f); err != nil {
			t.Errorf("%s.%s: a round trip loses: %v\n%s", name, f, err, text)
		}
		read := o.ask("read", f, string(text))
		if read.Error != "" {
			t.Errorf("%s.%s: jupytext does not read our text: %s\n%s", name, f, read.Error, text)
			continue
		}
		ours, _ := Decode(text, f)
		if err := sameRead(ours, read.Notebook); err != nil {
			t.Errorf("%s.%s: jupytext reads our text in another way: %v\n%s", name, f, err, text)
		}
		if data, err := ours.Encode(); err != nil {
			t.Errorf("%s.%s: %v", name, f, err)
		} else if valid := o.ask("validate", f, string(data)); valid.Error != "" {
			t.Errorf("%s.%s: nbformat refuses the notebook: %s\n%s", name, f, valid.Error, data)
		}
		written := o.ask("write", f, withIDs(n))
		if written.Error != "" {
			continue // it cannot
		}
		theirs := o.ask("read", f, written.Text)
		if theirs.Error != "" {
			continue
		}
		again, err := Decode([]byte(written.Text), f)
		if err == nil && goWins(again, theirs.Notebook) {
			continue
		}
		if err == nil {
			err = sameRead(again, theirs.Notebook)
		}
		if err != nil {
			t.Errorf("%s.%s: jupytext's text is read in another way: %v\n%s", name, f, err, written.Text)
		}
		if strings.Contains(string(text), "main_language: go") != strings.Contains(written.Text, "main_language: go") {
			continue // jupytext takes a kernel without a language for Python
		}
		if strings.Contains(string(text), extraKey) || sameNotebook(n, []byte(written.Text), f) != nil {
			continue
		}
		if slices.ContainsFunc(n.Cells, func(c *nbformat.Cell) bool { return c.Type == nbformat.Markdown && strings.HasPrefix(c.Source, "%%") }) {
			continue // prose does not have a language here
		}
		if equal++; strings.TrimSuffix(written.Text, "\n")+"\n" != string(text) {
			t.Errorf("%s.%s: the texts differ\nours:\n%s\njupytext's:\n%s", name, f, text, written.Text)
		}
	}
	return equal
}

// sameNotebook tells what is lost when a text is read.
func sameNotebook(n *nbformat.Notebook, text []byte, f Format) error {
	m, err := Decode(text, f)
	if err != nil {
		return err
	}
	if len(n.Cells) != len(m.Cells) {
		return fmt.Errorf("%d cells instead of %d", len(m.Cells), len(n.Cells))
	}
	section := parseMeta(n.Metadata.Raw("jupytext"))
	filtered := filterOf(section, "cell_metadata_filter")
	for i := range n.Cells {
		want, got := stored(ownCell(n.Cells[i])), stored(ownCell(m.Cells[i]))
		if filtered.set && filtered.none() {
			want.meta, got.meta, want.id, got.id = nil, nil, "", ""
			if i == 0 { // nor can a header without metadata say its attachments
				want.attachments, got.attachments = nil, nil
			}
		}
		if !want.same(&got) {
			return fmt.Errorf("cell %d:\n was %s\n is  %s", i+1, want, got)
		}
	}
	if filterOf(section, "notebook_metadata_filter").set {
		return nil
	}
	want, got := metaOf(n.Metadata).without([]string{"jupytext", "language_info"}), metaOf(m.Metadata).without([]string{"jupytext"})
	if !want.same(got) {
		return fmt.Errorf("metadata\n was %s\n is  %s", want.json(), got.json())
	}
	return nil
}

// count is how many random cases to try: more when a variable of the environment says so.
func count(name string, usual uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	if testing.Short() {
		return usual / 5
	}
	return usual
}

// A notebook that jupytext made of our text gives our text again.
func TestThroughJupytext(t *testing.T) {
	o := newOracle(t)
	files, _ := filepath.Glob("../*.ipynb")
	for _, path := range files {
		n, err := nbformat.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []Format{Markdown, Percent} {
			text, err := Encode(n, f)
			if err != nil {
				t.Fatal(err)
			}
			read := o.ask("read", f, string(text))
			m := nbformat.New()
			for _, o := range parseMeta(read.Notebook.raw()) {
				m.Metadata.Set(o.name, o.value)
			}
			for i, c := range read.Notebook.Cells {
				d := nbformat.NewCell(c.Type, c.Source)
				d.ID = n.Cells[i].ID // with --update
				for _, o := range parseMeta(c.Metadata) {
					d.Metadata.Set(o.name, o.value)
				}
				m.Cells = append(m.Cells, d)
			}
			again, err := Encode(m, f)
			if err != nil {
				t.Fatal(err)
			}
			if string(again) != string(text) {
				t.Errorf("%s.%s: %s", path, f, firstDifference(text, again))
			}
		}
	}
}

func (n *told) raw() []byte {
	raw, _ := json.Marshal(n.Metadata)
	return raw
}

// Both programs write the same text where both lose nothing, and read the other's.
func TestNotebooksAgainstJupytext(t *testing.T) {
	o := newOracle(t)
	files, _ := filepath.Glob("../*.ipynb")
	if len(files) < 3 {
		t.Fatalf("only %d tutorials", len(files))
	}
	for _, path := range slices.Concat(files, []string{"../nbformat/testdata/lesson.ipynb"}) {
		n, err := nbformat.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		o.checkNotebook(n, filepath.Base(path))
	}
	equal := 0
	for seed := range count("NOTEBOOKS", 100) {
		r := random{rand.New(rand.NewPCG(seed, 1))}
		equal += o.checkNotebook(r.notebook(seed >= 50), fmt.Sprintf("random %d", seed))
	}
	if t.Logf("%d texts were the same", equal); equal < 15 {
		t.Errorf("only %d texts could be compared", equal)
	}
}

// Texts that people write, however odd, are the same notebook to both programs.
func TestTextsAgainstJupytext(t *testing.T) {
	o := newOracle(t)
	own := regexp.MustCompile(`^(#!|.*coding[:=]|.*\n.*coding[:=])`) // the differences that the package's comment names
	for seed := range count("TEXTS", 400) {
		r := random{rand.New(rand.NewPCG(seed, 2))}
		f := []Format{Markdown, Percent}[seed%2]
		text := r.text() + "\n" + r.text() + "\n" + r.text() + "\n"
		if r.IntN(2) == 0 {
			head := []string{"---", "title: 글", "jupyter:", "  kernelspec:", "    display_name: Go", "    language: go", "    name: iyagi", "---", ""}
			if f == Percent {
				head = comment(head[:8], "//")
			}
			text = strings.Join(head, "\n") + "\n" + text
		}
		theirs := o.ask("read", f, text)
		ours, err := Decode([]byte(text), f)
		if own.MatchString(text) && f == Markdown || theirs.Error != "" || err == nil && goWins(ours, theirs.Notebook) {
			continue
		}
		if err == nil {
			err = sameRead(ours, theirs.Notebook)
		}
		if err != nil {
			t.Errorf("text %d.%s: %v\n%s", seed, f, err, text)
		}
	}
}
