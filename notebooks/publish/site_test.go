package publish

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"iyagi/install/venv/venvtest"
	"iyagi/notebooks/nbformat"
)

func pngBase64(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 3))); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// segments are Markdown texts on a page, each after a heading with its number, and what a reader should see.
type segments struct {
	notebook *nbformat.Notebook
	texts    []string
}

func (s *segments) add(text string) {
	s.texts = append(s.texts, text)
	s.notebook.Cells = append(s.notebook.Cells,
		nbformat.NewCell(nbformat.Markdown, fmt.Sprintf("## SEGMENT %d", len(s.texts))), nbformat.NewCell(nbformat.Markdown, text))
}

// siteSegments are traps and generated texts. What the outlines of a site tell in their own way is left out: notes stand at
// the end of a page, alerts are admonitions.
func siteSegments(count int) *segments {
	s := &segments{notebook: nbformat.New()}
	s.notebook.Cells = append(s.notebook.Cells, nbformat.NewCell(nbformat.Raw, "---\ntitle: \"Traps: {{ }} {% %}\"\ndate: 2026-11-21\nslug: traps\n---"))
	for _, text := range traps {
		if !strings.Contains(text, "[^1]:") && !strings.Contains(text, "[!NOTE]") && !strings.Contains(text, "other.ipynb") && !strings.Contains(text, "!!! note") {
			s.add(text)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for len(s.texts) < count {
		if text := generated(r); !rawHTML.MatchString(text) && !strings.Contains(text, "![") {
			s.add(text)
		}
	}
	return s
}

var segmentCount = flag.Int("segments", 300, "how many texts are on the pages that sites build")

var (
	segmentMark = regexp.MustCompile(`<h2[^>]*>\s*SEGMENT (\d+)`)
	article     = regexp.MustCompile(`(?s)<article[^>]*>(.*)</article>`)
	// what the readers of sites do with text that is no mistake: curly quotes, marks of mathematics, HTML's references for
	// invisible things
	retold = strings.NewReplacer(`\(`, "", `\)`, "", `\[`, "", `\]`, "", "“", `"`, "”", `"`, "‘", "'", "’", "'", "…", "...", "«", "<<", "»", ">>",
		"–", "--", "—", "---", "\u00a0", " ", "$$", "", "<code> ", "", "→", "····", "⏎", " ", "<input> ", "", "<ol> ", "", "<ul> ", "")
)

// check compares each segment of a built page with what JupyterLab shows.
func (s *segments) check(t *testing.T, page []byte) {
	t.Helper()
	m := article.FindSubmatch(page)
	if m == nil {
		t.Fatalf("the page has no article:\n%.500s", page)
	}
	parts := strings.Split(segmentMark.ReplaceAllString(string(m[1]), "<hr>\x00$1\x00"), "\x00")
	seen := map[string]string{}
	for i := 1; i+1 < len(parts); i += 2 {
		_, text, _ := strings.Cut(parts[i+1], "</h2>")
		seen[parts[i]] = strings.TrimSuffix(text, "<hr>")
	}
	wrong := 0
	for i, text := range s.texts {
		built := seen[fmt.Sprint(i+1)]
		want, got := flat(rendered(t, text)), flat(built)
		if want != got {
			if wrong++; wrong < 30 {
				t.Errorf("segment %d, %q\nshows %q\nwant  %q\nin %s", i+1, text, got, want, built)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d segments are wrong", wrong, len(s.texts))
	}
}

// attackNotebook is of texts that try to bring HTML onto a page. No picture is among them that would have to be there.
func attackNotebook(count int) *nbformat.Notebook {
	html := strings.Split(`<script>alert(1)</script>|<scr|ipt>|<img src=https://x/y onerror=alert(1)>|<svg/onload=alert(1)>|<a href="javascript:alert(1)">|<b|onclick=alert(1)|>|<|/>|</|<!--|-->|<![CDATA[|]]>|<?php|?>|<!x|`+
		`<style>*{}</style>|<iframe src=//x>|<div markdown="1" onclick=alert(1)>|</div>|<details>|{: onclick="alert(1)"}|{ onclick="alert(1)" }|{:onclick="alert(1)"}|[a](javascript:alert(1))|[a](b "x" onclick=alert(1))|[a](<b"onclick=alert(1)>)|`+
		`&lt;script&gt;|&#60;script>|\\<script>|`+"`<script>`|```html|$<script>$|$$<script>$$|<https://x/\"onclick=alert(1)>|\n|\n\n|    |> |- |# |*|_|\"|'|</span>|<pre>|</pre>|<textarea>|<title>|<noscript>", "|")
	n := markdownNotebook("title: Attacks\ndate: 2026-11-21")
	r := rand.New(rand.NewPCG(5, 6))
	for range count {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			b.WriteString(html[r.IntN(len(html))])
			if r.IntN(3) == 0 {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
		}
		if text := b.String(); !strings.Contains(text, "![") {
			n.Cells = append(n.Cells, nbformat.NewCell(nbformat.Markdown, text))
		}
	}
	return n
}

// checkHarmless looks for what could run on a page.
func checkHarmless(t *testing.T, page []byte) {
	t.Helper()
	m := article.FindSubmatch(page)
	if m == nil {
		t.Fatal("the page has no article")
	}
	z := html.NewTokenizer(bytes.NewReader(m[1]))
	for z.Next() != html.ErrorToken {
		raw := string(z.Raw())
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		switch token.Data {
		case "script", "style", "iframe", "svg", "textarea", "title", "noscript", "object", "embed", "form", "base", "meta", "link":
			t.Errorf("the page has %s", raw)
		}
		for _, a := range token.Attr {
			if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				t.Errorf("the page has %s", raw)
			}
		}
	}
}

func TestHarmlessMarkdown(t *testing.T) {
	page := published(t, Options{Target: Markdown}, Source{"a.ipynb", attackNotebook(3000)})["a.md"]
	_, page, _ = strings.Cut(page, "\n---\n")
	checkHarmless(t, []byte("<article>"+rendered(t, page)+"</article>"))
}

// flat is an outline as far as all readers agree on it.
func flat(page string) string {
	return strings.Join(strings.Fields(retold.Replace(outline(page))), " ")
}

// renderSite writes sources as a site into a folder.
func renderSite(t *testing.T, target Target, folder string, sources ...Source) []File {
	t.Helper()
	files, err := Render(t.Context(), sources, Options{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(folder, files); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.ContainsFunc(f.Name, func(r rune) bool { return r > '~' || r <= ' ' }) {
			t.Errorf("the name %q is not plain ASCII", f.Name)
		}
	}
	return files
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tutorials are the notebooks of this repository.
func tutorials(t *testing.T) []Source {
	t.Helper()
	paths, err := filepath.Glob("../*.ipynb")
	if err != nil || len(paths) < 3 {
		t.Fatalf("%q, %v", paths, err)
	}
	var sources []Source
	for _, path := range paths {
		s, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, s)
	}
	return sources
}

const mkdocsConfig = `site_name: Test
theme: {name: material, language: ko, font: false}
plugins: [search]
validation:
  anchors: warn
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc
  - pymdownx.betterem
  - pymdownx.caret
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.inlinehilite
  - pymdownx.keys
  - pymdownx.mark
  - pymdownx.snippets
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
  - pymdownx.tasklist
  - pymdownx.tilde
  - pymdownx.arithmatex: {generic: true}
`

// buildMkDocs builds a site of documents and returns its folder.
func buildMkDocs(t *testing.T, documents string) string {
	t.Helper()
	env := venvtest.MkDocs(t)
	folder := filepath.Dir(documents)
	write(t, filepath.Join(folder, "mkdocs.yml"), mkdocsConfig)
	cmd := exec.CommandContext(t.Context(), env.Program("python"), "-m", "mkdocs", "build", "--strict", "--quiet")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("mkdocs build --strict: %v\n%s", err, out)
	}
	return filepath.Join(folder, "site")
}

// Material for MkDocs shows what JupyterLab shows, and finds nothing wrong with the pages and the links between them.
func TestMkDocs(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole site is built")
	}
	documents := filepath.Join(t.TempDir(), "docs")
	s := siteSegments(*segmentCount)
	sources := append(tutorials(t), Source{Path: "traps.ipynb", Notebook: s.notebook}, Source{Path: "attacks.ipynb", Notebook: attackNotebook(*segmentCount)}, Source{Path: "../샘플 노트북.ipynb", Notebook: sample(t)})
	renderSite(t, MkDocs, documents, sources...)
	write(t, filepath.Join(documents, "index.md"), "# Index\n")
	site := buildMkDocs(t, documents)
	s.check(t, read(t, filepath.Join(site, "traps", "index.html")))
	checkTutorial(t, read(t, filepath.Join(site, "processes-and-threads", "index.html")), `href="../goroutines-threads-processes/"`)
	checkSample(t, read(t, filepath.Join(site, "saempeul-noteubug", "index.html")))
	checkHarmless(t, read(t, filepath.Join(site, "attacks", "index.html")))
}

// buildJekyll builds a site and returns its folder.
func buildJekyll(t *testing.T, folder string) string {
	t.Helper()
	program, err := exec.LookPath("jekyll")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("this test needs Jekyll (Debian's package jekyll), and with CI=true it must run: %v", err)
		}
		t.Skipf("this test needs Jekyll (Debian's package jekyll): %v", err)
	}
	write(t, filepath.Join(folder, "_config.yml"), "title: Test\npermalink: /:title.html\nbaseurl: /base\n")
	write(t, filepath.Join(folder, "_layouts", "post.html"), `<html lang="{{ page.lang }}"><h1>{{ page.title }}</h1><p class="excerpt">{{ page.excerpt | strip_html }}</p><article>{{ content }}</article></html>`)
	cmd := exec.CommandContext(t.Context(), program, "build", "--quiet", "--strict_front_matter", "--disable-disk-cache")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "JEKYLL_NO_BUNDLER_REQUIRE=true")
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("Warning")) || bytes.Contains(out, []byte("Error")) {
		t.Fatalf("jekyll build: %v\n%s", err, out)
	}
	return filepath.Join(folder, "_site")
}

// Jekyll loses no brace and shows what JupyterLab shows.
func TestJekyll(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole site is built")
	}
	folder := t.TempDir()
	s := siteSegments(*segmentCount)
	sources := append(tutorials(t), Source{Path: "traps.ipynb", Notebook: s.notebook}, Source{Path: "attacks.ipynb", Notebook: attackNotebook(*segmentCount)}, Source{Path: "../샘플 노트북.ipynb", Notebook: sample(t)})
	renderSite(t, Jekyll, folder, sources...)
	site := buildJekyll(t, folder)
	s.check(t, read(t, filepath.Join(site, "traps.html")))
	checkTutorial(t, read(t, filepath.Join(site, "processes-and-threads.html")), `href="/base/goroutines-threads-processes.html"`)
	checkSample(t, read(t, filepath.Join(site, "saempeul-noteubug.html")))
	checkHarmless(t, read(t, filepath.Join(site, "attacks.html")))
}

// checkTutorial looks for what a tutorial has on any site.
func checkTutorial(t *testing.T, page []byte, link string) {
	t.Helper()
	for _, want := range []string{
		`id="1-부모-프로세스와-자식-프로세스"`, // an anchor in Hangul
		link, "프로세스 트리", `background:#3364f5">A</b>`,
	} {
		if !bytes.Contains(bytes.ReplaceAll(page, []byte(": "), []byte(":")), []byte(want)) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if n := bytes.Count(page, []byte("<h1")); n != 1 {
		t.Errorf("the page has %d headings of level 1", n)
	}
}

const braces = "m := map[string][]int{\"a\": {1}, \"b\": {{2}}[0]}\nt := \"{{.Name}} {% if x %} {%- endraw -%} {% raw %} {{{{ }}}} {# #}\" // {: .x}\n"

// sample is a notebook with an output of each kind. {{ stands everywhere.
func sample(t *testing.T) *nbformat.Notebook {
	n := nbformat.New()
	n.Cells = append(n.Cells, nbformat.NewCell(nbformat.Raw, "---\ntitle: 샘플\ndate: 2026-11-21\nlang: ko\n---"),
		nbformat.NewCell(nbformat.Markdown, "# 샘플 {{ page.title }}\n\n처음 문단에 `{{x}}`, {% endraw %}가 있습니다. [다른 글](processes-and-threads.ipynb#1.-부모-프로세스와-자식-프로세스){% y %}, [여기](#그림)\n\n## 그림\n\n![그림 {{a}}](attachment:그림%201.png) ![파일](images/run-card.png \"카드\")\n\n<details>\n<summary>더 {{보기}}</summary>\n\n안에 **굵은** 글\n\n</details>\n\n<script>alert(1)</script>"))
	pic := pngBase64(t)
	n.Cells[1].Attachments = nbformat.NewObject(nil)
	if err := n.Cells[1].Attachments.Set("그림 1.png", map[string]string{"image/png": pic}); err != nil {
		t.Fatal(err)
	}
	code := nbformat.NewCell(nbformat.Code, braces)
	code.ID = "braces"
	data := func(fields ...string) *nbformat.Output {
		o := &nbformat.Output{Type: nbformat.DisplayData, Data: nbformat.NewObject(nil), Metadata: nbformat.NewObject(nil)}
		for i := 0; i < len(fields); i += 2 {
			if err := o.Data.Set(fields[i], fields[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		return o
	}
	card := data("text/html", "<div><table><caption>카드 {{표}}</caption><tr><td style=\"color:#123456\">{% x %}</td></tr></table><pre>a\n\n  b {{c}}</pre></div>", "text/markdown", "**카드 {{표}}**\n\n| a |\n|---|\n| {% x %} |\n", "text/plain", "x")
	if err := card.Metadata.Set("iyagi", map[string]string{"kind": "process"}); err != nil {
		t.Fatal(err)
	}
	code.Outputs = []*nbformat.Output{
		{Type: nbformat.Stream, Name: "stdout", Text: "out {{1}}\n```\n{% endraw %}\n10%\r20%\r100%\n"},
		{Type: nbformat.Stream, Name: "stderr", Text: "\x1b[31mred {{2}}\x1b[0m\n"},
		{Type: nbformat.ErrorOutput, EName: "panic", EValue: "{{3}}", Traceback: []string{"\x1b[1mpanic\x1b[0m: {{3}}", "at {% 4 %}"}},
		data("image/png", pic, "text/plain", "그림 {{5}}"),
		data("text/html", "<p onclick=\"x()\">HTML {{6}}<script>alert(2)</script> <b>굵게</b>", "text/plain", "x"),
		data("text/latex", "$$\\frac{{1}}{{2}}$$"), data("text/vnd.mermaid", "graph TD\n  a{{b}} --> c"), data("text/plain", "plain {{7}}"),
		data("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"><path d=\"M0 0\"/></svg>", "text/plain", "그림 대신 글"),
		card,
	}
	n.Cells = append(n.Cells, code)
	hidden := nbformat.NewCell(nbformat.Code, "hidden := {{8}}")
	if err := hidden.Metadata.Set("tags", []string{"hide-input"}); err != nil {
		t.Fatal(err)
	}
	n.Cells = append(n.Cells, hidden)
	return n
}

// checkSample looks for each output on a built page, and that nothing of it can run.
func checkSample(t *testing.T, page []byte) {
	t.Helper()
	m := article.FindSubmatch(page)
	if m == nil {
		t.Fatal("the page has no article")
	}
	text := outline(string(m[1]))
	visible := strings.NewReplacer("·", " ", "⏎", "\n", "→", "\t").Replace(text)
	for _, want := range []string{
		`m := map[string][]int{"a": {1}, "b": {{2}}[0]}`, `"{{.Name}} {% if x %} {%- endraw -%} {% raw %} {{{{ }}}} {# #}" // {: .x}`,
		"처음 문단에 <code> {{x}}, {% endraw %}가 있습니다.", "{% y %}", "더 {{보기}}", "안에 굵은 글", "out {{1}}\n```\n{% endraw %}\n100%", "red {{2}}", "panic: {{3}}\nat {% 4 %}", "그림 {{5}}", "HTML {{6}}", "굵게",
		`\frac{{1}}{{2}}`, "plain {{7}}", "그림 대신 글", "카드 {{표}}", "{% x %}", "a\n\n  b {{c}}", "hidden := {{8}}", "a{{b}} --> c", "그림 {{a}}",
	} {
		if !strings.Contains(visible, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	for _, bad := range []string{"alert(", "onclick", "onload", "<script>x", "{% raw %}{", "\x00"} {
		if bytes.Contains(m[1], []byte(bad)) && bad != "onload" || strings.Contains(string(m[1]), "<svg") && bad == "onload" {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, want := range []string{`id="그림"`, `color:#123456`, "<details"} {
		if !bytes.Contains(bytes.ReplaceAll(m[1], []byte(": "), []byte(":")), []byte(want)) {
			t.Errorf("the page lacks %s", want)
		}
	}
	links(t, string(m[1]))
	if t.Failed() {
		t.Logf("%s\n%s", visible, m[1])
	}
}

// links checks the addresses of pictures and of other pages.
func links(t *testing.T, page string) {
	t.Helper()
	var pictures, others int
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		for _, a := range z.Token().Attr {
			switch {
			case a.Key == "src" && (strings.Contains(a.Val, "_files/") || strings.HasPrefix(a.Val, "/base/assets/")):
				pictures++
			case a.Key == "href" && strings.Contains(a.Val, "/processes-and-threads") && strings.HasSuffix(a.Val, "#1-부모-프로세스와-자식-프로세스"):
				others++
			}
		}
	}
	if pictures != 3 || others != 1 {
		t.Errorf("%d pictures and %d links to the other page, want 3 and 1", pictures, others)
	}
}
