package publish

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pmezard/go-difflib/difflib"
	"golang.org/x/net/html"
	"golang.org/x/tools/txtar"

	"iyagi/notebooks/nbformat"
)

var update = flag.Bool("update", false, "write what pages look like now into testdata")

// notebookOf makes a notebook of a script: each file is a cell (md, go or raw, with tags after it) or an output of the
// cell before it (stdout, stderr, error, or a MIME type).
func notebookOf(t testing.TB, files []txtar.File) *nbformat.Notebook {
	n := nbformat.New()
	for _, f := range files {
		words, text := strings.Fields(f.Name), strings.TrimSuffix(string(f.Data), "\n")
		kind := map[string]nbformat.CellType{"md": nbformat.Markdown, "go": nbformat.Code, "raw": nbformat.Raw}[words[0]]
		if kind != "" {
			c := nbformat.NewCell(kind, text)
			if len(words) > 1 {
				c.Metadata.Set("tags", words[1:])
			}
			n.Cells = append(n.Cells, c)
			continue
		}
		if words[0] == "want" {
			continue
		}
		c := n.Cells[len(n.Cells)-1]
		if name, ok := strings.CutPrefix(words[0], "attachment:"); ok {
			c.Attachments = nbformat.NewObject(map[string]json.RawMessage{name: json.RawMessage(`{"image/png":"` + base64.StdEncoding.EncodeToString(f.Data) + `"}`)})
			continue
		}
		o := &nbformat.Output{Type: nbformat.Stream, Name: words[0], Text: text + "\n"}
		switch {
		case words[0] == "error":
			name, value, _ := strings.Cut(text, "\n")
			o = &nbformat.Output{Type: nbformat.ErrorOutput, EName: name, Traceback: strings.Split(strings.ReplaceAll(value, `\e`, "\x1b"), "\n")}
		case strings.Contains(words[0], "/"):
			raw, _ := json.Marshal(text)
			o = &nbformat.Output{Type: nbformat.DisplayData, Data: nbformat.NewObject(map[string]json.RawMessage{words[0]: raw})}
			if len(words) > 1 && words[1] == "also" { // another form of the display before
				c.Outputs[len(c.Outputs)-1].Data.Set(words[0], text)
				continue
			}
		}
		c.Outputs = append(c.Outputs, o)
	}
	return n
}

func pageOf(t testing.TB, n *nbformat.Notebook, o Options) string {
	t.Helper()
	files, err := Render(context.Background(), []Source{{Path: "testdata/html/한글 이름.ipynb", Notebook: n}}, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := files[0].Content.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var dataAddress = regexp.MustCompile(`(data:image/[a-z+]+;base64,)[A-Za-z0-9+/=]{12,}`)

// TestPages compares the article of each script's page with what the script wants.
func TestPages(t *testing.T) {
	scripts, err := filepath.Glob("testdata/html/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, name := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			script, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			page := pageOf(t, notebookOf(t, script.Files), Options{})
			_, article, _ := strings.Cut(page, "<article>\n")
			got, _, _ := strings.Cut(article, "</article>")
			got = dataAddress.ReplaceAllString(got, "$1…")
			want := &script.Files[len(script.Files)-1]
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(script), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if string(want.Data) != got {
				diff, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: difflib.SplitLines(string(want.Data)), B: difflib.SplitLines(got), FromFile: "want", ToFile: "got", Context: 2})
				t.Error(diff)
			}
			wellFormed(t, page)
		})
	}
}

// wellFormed checks what holds for every page.
func wellFormed(t testing.TB, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids, count := map[string]bool{}, map[string]int{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		for _, a := range n.Attr {
			switch {
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("the id %q stands twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "src" && !strings.HasPrefix(a.Val, "data:"), a.Key == "srcset", a.Key == "srcdoc", n.Data == "link", n.Data == "iframe", strings.HasPrefix(a.Key, "on"):
				t.Errorf("%s=%q of %s loads or runs something", a.Key, a.Val, n.Data)
			}
		}
		if n.Data == "img" && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "alt" }) {
			t.Error("a picture has no alt")
		}
	}
	for tag, want := range map[string]int{"main": 1, "article": 1, "footer": 1, "header": 1, "script": 2, "style": 1, "title": 1} {
		if count[tag] != want {
			t.Errorf("the page has %d %s elements, not %d", count[tag], tag, want)
		}
	}
}

func TestLandmarks(t *testing.T) {
	n := notebookOf(t, []txtar.File{
		{Name: "raw", Data: []byte("---\ntitle: 제목 <b>\nlang: ko\ndate: 2026-11-21\ntags: [Go]\ndescription: \"설명 & 말\"\n---\n")},
		{Name: "md", Data: []byte("# 글의 제목\n\n## 하나\n\n### 하나의 하나\n\n## 하나\n")},
	})
	page := pageOf(t, n, Options{})
	for _, want := range []string{
		`<html lang="ko">`, `<title>제목 &lt;b&gt;</title>`, `<meta name="description" content="설명 &amp; 말">`,
		`<a class="skip" href="#iyagi:text">본문으로 건너뛰기</a>`, `<nav class="contents" aria-label="목차">`, `<time datetime="2026-11-21">2026년 11월 21일</time>`,
		`<main id="iyagi:text" tabindex="-1">`, `<h1 id="글의-제목">글의 제목</h1>`, `<h2 id="하나-1">하나`, `default-src &#39;none&#39;; img-src data:`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if i, j := strings.Index(page, ">하나</a><ul>"), strings.Index(page, ">하나의 하나</a>"); i < 0 || j < i {
		t.Error("the table of contents does not nest")
	}
	if len(page) > 60_000 {
		t.Errorf("an empty page has %d bytes", len(page))
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{"Go로 프로세스를 시작합니다 with os/exec and more words": "ko", "Only English": "en", "": "en", "See 이야기 (a story), the Go kernel for notebooks that shows who ran": "en"} {
		if got := language(notebookOf(t, []txtar.File{{Name: "md", Data: []byte(text)}})); got != want {
			t.Errorf("the language of %q is %q, want %q", text, got, want)
		}
	}
}

// TestOneRun checks the files of several notebooks: links from one to another, and the index.
func TestOneRun(t *testing.T) {
	one := notebookOf(t, []txtar.File{{Name: "md", Data: []byte("# 하나\n\n[둘](../b/둘.ipynb#둘의-1.-절)과 [셋](셋.ipynb)")}})
	two := notebookOf(t, []txtar.File{{Name: "md", Data: []byte("# 둘\n\n## 둘의 1. 절\n\n[하나](../a/하나.ipynb)")}})
	files, err := Render(context.Background(), []Source{{"a/하나.ipynb", one}, {"b/둘.ipynb", two}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := Write(folder, files); err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"하나.html":    {`href="%EB%91%98.html#%EB%91%98%EC%9D%98-1-%EC%A0%88"`, `href="%EC%85%8B.ipynb"`, `rel="next"`},
		"둘.html":     {`href="%ED%95%98%EB%82%98.html"`, `<h2 id="둘의-1-절">`},
		"index.html": {`>하나</a>`, `>둘</a>`, `<html lang="ko">`},
	} {
		page, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(page), want) {
				t.Errorf("%s has no %s", name, want)
			}
		}
	}
	left, _ := filepath.Glob(filepath.Join(folder, ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := Render(context.Background(), []Source{{"a/x.ipynb", one}, {"b/X.ipynb", two}}, Options{}); err == nil || !strings.Contains(err.Error(), "would both be published as") {
		t.Errorf("two notebooks of one name: %v", err)
	}
}

// TestTutorials checks that the project's notebooks become pages whose own part is small.
func TestTutorials(t *testing.T) {
	paths, err := filepath.Glob("../*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		s, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		files, err := Render(t.Context(), []Source{s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := files[0].Content.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.String())
		outputs := 0
		for _, c := range s.Notebook.Cells {
			for _, o := range c.Outputs {
				if _, text := htmlForms.choose(o); text != "" {
					outputs += len(text)
				}
			}
		}
		if own := b.Len() - outputs; own > 100_000 {
			t.Errorf("%s: the page has %d bytes beside its outputs", path, own)
		} else {
			t.Logf("%s: %d bytes, %d of them outputs", path, b.Len(), outputs)
		}
	}
}

// TestFaults checks that errors name file, cell and reason, and that no page is left half written.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"![x](missing.png)":             "lesson.ipynb: cell 2: the picture missing.png: there is no file",
		"![x](html_test.go)":            "lesson.ipynb: cell 2: the picture html_test.go is none",
		"![x](/etc/passwd)":             "lesson.ipynb: cell 2: the picture /etc/passwd is not beside the notebook",
		"![x](attachment:a.png)":        `lesson.ipynb: cell 2: the cell has no picture "a.png" attached`,
		"<img src=\"missing.png\">":     "lesson.ipynb: cell 2: the picture missing.png: there is no file",
		"![x](data:image/png;base64,-)": "lesson.ipynb: cell 2: a data address is no base64",
	} {
		n := notebookOf(t, []txtar.File{{Name: "go", Data: []byte("1")}, {Name: "md", Data: []byte(text)}})
		files, err := Render(context.Background(), []Source{{"lesson.ipynb", n}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		err = Write(folder, files)
		var fault *nbformat.Error
		if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("%s: left behind %v", text, left)
		}
	}
	n := notebookOf(t, []txtar.File{{Name: "raw", Data: []byte("---\ndate: soon\n---\n")}})
	if _, err := Render(context.Background(), []Source{{"lesson.ipynb", n}}, Options{}); err == nil || !strings.HasPrefix(err.Error(), "lesson.ipynb: cell 1, line 2: date:") {
		t.Errorf("broken front matter: %v", err)
	}
	if _, err := Render(context.Background(), nil, Options{Target: "pdf"}); err == nil || !strings.Contains(err.Error(), `no target "pdf"`) {
		t.Errorf("unknown target: %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	files, err := Render(ctx, []Source{{"x.ipynb", notebookOf(t, []txtar.File{{Name: "md", Data: []byte("x")}})}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files[0].Content.WriteTo(io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// FuzzPage renders any bytes that are a notebook: no panic, and a page that loads and runs nothing.
func FuzzPage(f *testing.F) {
	tutorials, _ := filepath.Glob("../*.ipynb")
	for _, name := range tutorials[:min(1, len(tutorials))] {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, attack := range attacks {
		raw, _ := json.Marshal(attack)
		f.Add([]byte(`{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"cell_type":"raw","id":"r","metadata":{},"source":"---\ntitle: x\n---"},{"cell_type":"markdown","id":"a","metadata":{},"source":` +
			string(raw) + `},{"cell_type":"code","id":"b","metadata":{},"execution_count":1,"source":"%time x","outputs":[{"output_type":"display_data","metadata":{},"data":{"text/html":` + string(raw) + `}}]}]}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := nbformat.Decode(data)
		if err != nil {
			return
		}
		files, err := Render(context.Background(), []Source{{"fuzz.ipynb", n}}, Options{})
		if err != nil {
			return
		}
		var b bytes.Buffer
		if _, err := files[0].Content.WriteTo(&b); err == nil {
			wellFormed(t, b.String())
		}
	})
}
