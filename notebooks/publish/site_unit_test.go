package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iyagi/notebooks/nbformat"
)

// markdownNotebook is a notebook of a front matter and Markdown cells.
func markdownNotebook(front string, texts ...string) *nbformat.Notebook {
	n := nbformat.New()
	if front != "" {
		n.Cells = append(n.Cells, nbformat.NewCell(nbformat.Raw, "---\n"+front+"\n---"))
	}
	for _, s := range texts {
		n.Cells = append(n.Cells, nbformat.NewCell(nbformat.Markdown, s))
	}
	return n
}

// content returns the files of a result.
func written(t *testing.T, files []File) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range files {
		var b strings.Builder
		if _, err := f.Content.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		all[f.Name] = b.String()
	}
	return all
}

func published(t *testing.T, o Options, sources ...Source) map[string]string {
	t.Helper()
	files, err := Render(t.Context(), sources, o)
	if err != nil {
		t.Fatal(err)
	}
	return written(t, files)
}

func TestFrontMatterOfSites(t *testing.T) {
	n := markdownNotebook("# mine\ntitle: 제목\ndate: 2026-01-02 09:00:00 +0900\nslug: Go 시작\npermalink: /x/ # kept\ntags: [a]", "# 제목\n\n글 `{{x}}`")
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		target     Target
		name, want string
	}{
		{Jekyll, "_posts/2026-01-02-go-sijag.md", "---\n# mine\ntitle: 제목\ndate: 2026-01-02 09:00:00 +0900\nslug: Go 시작\npermalink: /x/ # kept\ntags: [a]\nlayout: post\nlang: ko\n---\n\n{% raw %}\n글 `{{x}}`\n{% endraw %}\n"},
		{MkDocs, "go-sijag.md", "---\n# mine\ntitle: 제목\ndate: 2026-01-02 09:00:00 +0900\nslug: Go 시작\npermalink: /x/ # kept\ntags: [a]\nrender_macros: false\n---\n\n# 제목 { #제목 }\n\n글 `{{x}}`\n"},
		{Markdown, "go-sijag.md", "---\n# mine\ntitle: 제목\ndate: 2026-01-02 09:00:00 +0900\nslug: Go 시작\npermalink: /x/ # kept\ntags: [a]\n---\n\n# 제목\n\n글 `{{x}}`\n"},
	} {
		if got := published(t, Options{Target: c.target, Date: day}, Source{"a.ipynb", n})[c.name]; got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.target, got, c.want)
		}
	}
	// without one
	n = markdownNotebook("", "text")
	for _, c := range []struct {
		target     Target
		name, want string
	}{
		{Jekyll, "_posts/2026-03-04-a_b.md", "---\nlayout: post\ntitle: a_b\nlang: en\ndate: 2026-03-04\n---\n\ntext\n"},
		{MkDocs, "a_b.md", "---\ntitle: a_b\n---\n\ntext\n"},
		{Markdown, "a_b.md", "text\n"},
	} {
		if got := published(t, Options{Target: c.target, Date: day}, Source{"a_b.ipynb", n})[c.name]; got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.target, got, c.want)
		}
	}
}

func TestSiteErrors(t *testing.T) {
	picture := nbformat.NewCell(nbformat.Code, "x")
	picture.ID = "pic"
	picture.Outputs = []*nbformat.Output{{Type: nbformat.DisplayData, Data: nbformat.NewObject(nil)}}
	if err := picture.Outputs[0].Data.Set("image/png", "iVBO!"); err != nil {
		t.Fatal(err)
	}
	broken := markdownNotebook("", "# x")
	broken.Cells = append(broken.Cells, picture)
	for _, c := range []struct {
		target Target
		n      *nbformat.Notebook
		want   string
	}{
		{Jekyll, markdownNotebook("title: x", "text"), "a.ipynb: a post of Jekyll has its date in its name: write a line such as date: 2026-11-21 in the front matter"},
		{MkDocs, markdownNotebook("title: x", "![](missing.png)"), "a.ipynb: cell 2: the picture missing.png: there is no file missing.png"},
		{MkDocs, markdownNotebook("title: x", "<img src=\"missing.png\">"), "a.ipynb: cell 2: the picture missing.png: there is no file missing.png"},
		{Markdown, broken, `a.ipynb: cell 2 (id "pic"): the picture image/png of an output is no base64 after`},
		{MkDocs, markdownNotebook("date: soon", "text"), "a.ipynb: cell 1, line 2: date:"},
	} {
		_, err := Render(t.Context(), []Source{{"a.ipynb", c.n}}, Options{Target: c.target})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.target, err, c.want)
		}
	}
	two := []Source{{"a.ipynb", markdownNotebook("slug: same", "x")}, {"b.ipynb", markdownNotebook("slug: same", "y")}}
	if _, err := Render(t.Context(), two, Options{Target: MkDocs}); err == nil || !strings.Contains(err.Error(), "another slug") {
		t.Errorf("two pages of one name: %v", err)
	}
}

// Links lead to the pages of other notebooks, also of those that are not published now, and to their headings.
func TestSiteLinks(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "다른 글.ipynb")
	if err := nbformat.Write(other, markdownNotebook("date: 2026-01-02", "# 1. 첫 절")); err != nil {
		t.Fatal(err)
	}
	draft := filepath.Join(dir, "draft.ipynb")
	if err := nbformat.Write(draft, markdownNotebook("date: 2026-01-02\npublished: false", "# x")); err != nil {
		t.Fatal(err)
	}
	n := markdownNotebook("date: 2026-02-03", "[a](<다른 글.ipynb>) [b](%EB%8B%A4%EB%A5%B8%20%EA%B8%80.ipynb#1.-첫-절) [c](draft.ipynb#x) [d](none.ipynb) [e](#f) [g](javascript:x) [h](https://example.com/?a=1&b=2) <a href=\"draft.ipynb\">i</a>")
	for _, c := range []struct {
		target     Target
		name, want string
	}{
		{MkDocs, "me.md", `[a](dareun-geul.md) [b](dareun-geul.md#1-첫-절) [c](draft.md#x) [d](none.ipynb) [e](#f) g [h](https://example.com/?a=1&b=2) <a href="draft.md">i</a>`},
		{Jekyll, "_posts/2026-02-03-me.md", `[a]({% post_url 2026-01-02-dareun-geul %}) [b]({% post_url 2026-01-02-dareun-geul %}#1-첫-절) c [d](none.ipynb) [e](#f) g [h](https://example.com/?a=1&b=2) <a href="draft.ipynb">i</a>`},
	} {
		got := published(t, Options{Target: c.target}, Source{filepath.Join(dir, "me.ipynb"), n})[c.name]
		if !strings.HasSuffix(strings.TrimSpace(got), c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.target, got, c.want)
		}
	}
	if files := published(t, Options{Target: Jekyll}, Source{draft, markdownNotebook("draft: true", "x")}); files["_drafts/draft.md"] == "" {
		t.Errorf("a draft is not among %v", files)
	}
}

// Pictures get names in ASCII that differ, once for each picture.
func TestSitePictures(t *testing.T) {
	dir := t.TempDir()
	gif := "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	for _, name := range []string{"그림 1.gif", "sub/Geurim-1.gif", "a.gif"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(gif), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	n := markdownNotebook("", "![x](<그림 1.gif>) ![y](%EA%B7%B8%EB%A6%BC%201.gif) ![z](sub/Geurim-1.gif)", "<img src=\"a.gif\" width=\"3\">\n\n![d](data:image/gif;base64,R0lGODlhAQABAAAAACw=) ![r](https://example.com/a.gif)")
	n.Cells[1].ID = "second"
	files := published(t, Options{Target: MkDocs}, Source{filepath.Join(dir, "내 글.ipynb"), n})
	var names []string
	for name := range files {
		if strings.HasSuffix(name, ".gif") {
			names = append(names, name)
		}
	}
	page := files["nae-geul.md"]
	for _, want := range []string{"![x](nae-geul_files/geurim-1.gif)", "![z](nae-geul_files/Geurim-1-2.gif)", `<img src="nae-geul_files/a.gif" width="3"`, "![d](nae-geul_files/second.gif)", "![r](https://example.com/a.gif)"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s\nlacks %s", page, want)
		}
	}
	if files["nae-geul_files/geurim-1.gif"] != gif || len(names) > 5 {
		t.Errorf("%q", names)
	}
}

// Notes of several cells are numbered through the page.
func TestFootnotesOfCells(t *testing.T) {
	n := markdownNotebook("title: x", "# x\n\na[^1]\n\n[^1]: one\n\n    more", "b[^1][^z]\n\n[^1]: two\n[^z]: three")
	got := published(t, Options{Target: MkDocs}, Source{"a.ipynb", n})["a.md"]
	want := "a[^1]\n\n[^1]: one\n\n    more\n\nb[^2][^3]\n\n[^2]: two\n\n[^3]: three\n"
	if !strings.HasSuffix(got, want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestAdmonitions(t *testing.T) {
	source := "!!! warning \"주의 {{x}}\"\n    한 줄 <script>\n\n    - 둘\n\n> [!TIP]\n> 셋\n\n```\n!!! note\n```"
	n := markdownNotebook("title: x", source)
	for target, want := range map[Target]string{
		MkDocs:   "!!! warning\n\n    한 줄\n\n    -   둘\n\n!!! tip\n\n    셋\n\n```\n!!! note\n```\n",
		Markdown: "> [!TIP]\n> 셋\n\n```\n!!! note\n```\n",
	} {
		got := published(t, Options{Target: target}, Source{"a.ipynb", n})["a.md"]
		if !strings.HasSuffix(strings.ReplaceAll(got, ` "주의 \{\{x}}"`, ""), want) {
			t.Errorf("%s:\n%s\nwant\n%s", target, got, want)
		}
	}
}

// An element that a cell leaves open is closed with it, and one that it did not open is not closed.
func TestElements(t *testing.T) {
	n := markdownNotebook("title: x", "<div>\n\n**a**\n\n<b>b", "</div></article> c")
	got := published(t, Options{Target: MkDocs}, Source{"a.ipynb", n})["a.md"]
	if want := "<div markdown=\"1\">\n\n**a**\n\n<b>b\n\n</b>\n\n</div>\n\nc\n"; !strings.HasSuffix(got, want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestHarmlessSVG(t *testing.T) {
	const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">`
	for s, want := range map[string]bool{
		head + `<g fill="url(#a)"><path d="M0 0"/><text>그림</text></g></svg>`: true,
		`<?xml version="1.0"?>` + head + `</svg>`:                            true,
		head + `<script>x()</script></svg>`:                                  false,
		head + `<path onclick="x()"/></svg>`:                                 false,
		head + `<foreignObject><body/></foreignObject></svg>`:                false,
		head + `<use href="https://example.com/x.svg#a"/></svg>`:             false,
		head + `<a href="javascript:x()"><path/></a></svg>`:                  false,
		head + `<image href="https://example.com/x.png"/></svg>`:             false,
		head + `<path style="fill:url(https://example.com)"/></svg>`:         false,
		head + `<path fill="url(https://example.com)"/></svg>`:               false,
		`<!DOCTYPE svg [<!ENTITY a "b">]>` + head + `</svg>`:                 false,
		`<?xml-stylesheet href="x.css"?>` + head + `</svg>`:                  false,
		head + `<animate attributeName="href" to="javascript:x"/></svg>`:     false,
		head + `<style>*{stroke-linejoin:round}</style><metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:li/></rdf:RDF></metadata></svg>`: true,
		head + `<style>@import "x.css";</style></svg>`: false,
		head + `<path`: false,
	} {
		if got := harmlessSVG(s); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}

// Nothing of TeX is HTML, not even on a site that does not know mathematics.
func TestHarmlessTeX(t *testing.T) {
	n := markdownNotebook("title: x", "$a<b$ $<script>x</script>$\n\n$$\n</script>\n$$")
	for target, want := range map[Target]string{
		MkDocs: "$a\\lt b$ $\\lt script>x\\lt /script>$\n\n$$\n\\lt /script>\n$$\n",
	} {
		if got := published(t, Options{Target: target}, Source{"a.ipynb", n})["a.md"]; !strings.HasSuffix(got, want) {
			t.Errorf("%s: %s", target, got)
		}
	}
	svg := markdownNotebook("title: x", "![x](attachment:x.svg)")
	svg.Cells[1].Attachments = nbformat.NewObject(nil)
	if err := svg.Cells[1].Attachments.Set("x.svg", map[string]string{"image/svg+xml": "<svg onload='x()'/>"}); err != nil {
		t.Fatal(err)
	}
	if _, err := Render(t.Context(), []Source{{"a.ipynb", svg}}, Options{Target: MkDocs}); err == nil || !strings.Contains(err.Error(), "a.ipynb: cell 2: the drawing attachment:x.svg may run") {
		t.Error(err)
	}
	if files := published(t, Options{Target: MkDocs, Trust: true}, Source{"a.ipynb", svg}); files["a_files/x.svg"] == "" {
		t.Errorf("%v", files)
	}
}

func TestLiquid(t *testing.T) {
	for in, want := range map[string]string{
		"plain {x}":     "plain {x}",
		"a {{b}}":       "{% raw %}\na {{b}}\n{% endraw %}",
		"{%- endraw %}": "{% raw %}\n{% endraw %}{{ \"{%\" }}{% raw %}- endraw %}\n{% endraw %}",
		"a " + liveOpen + "{{ x }}" + liveClose + " b":             "a {{ x }} b",
		"{{a}} " + liveOpen + "{{ x }}" + liveClose + " {% b %} c": "{% raw %}\n{{a}} {% endraw %}{{ x }}{% raw %} {% b %} c\n{% endraw %}",
	} {
		if got := liquid(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestAsciiName(t *testing.T) {
	for in, want := range map[string]string{
		"프로세스와 스레드": "peuroseseuwa-seuredeu", "Go 1.26": "Go-1-26", "../../etc/passwd": "etc-passwd", "é_ß": "e_ss", "": "", "::": "", strings.Repeat("a", 100): strings.Repeat("a", 80),
	} {
		if got := asciiName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
