package publish

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// articleOf renders one Markdown cell.
func articleOf(t *testing.T, markdown string) string {
	t.Helper()
	files, err := Render(context.Background(), []Source{{"x.ipynb", notebookOf(t, []txtar.File{{Name: "md", Data: []byte("# x")}, {Name: "md", Data: []byte(markdown)}})}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := files[0].Content.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	_, s, _ := strings.Cut(b.String(), "</h1>\n")
	s, _, _ = strings.Cut(s, "</article>")
	return strings.TrimSpace(s)
}

func TestEmphasis(t *testing.T) {
	for markdown, want := range map[string]string{
		`**데이터 경쟁(data race)**은`: `<strong>데이터 경쟁(data race)</strong>은`,
		`값은**"참"**입니다`:           `값은<strong>&quot;참&quot;</strong>입니다`,
		`**굵게**는 *기울게*도`:         `<strong>굵게</strong>는 <em>기울게</em>도`,
		"**`x`**를 봅시다":           `<strong><code>x</code></strong>를 봅시다`,
		`2*(3)*4`:                `2*(3)*4`,
		`a * b * c`:              `a * b * c`,
		`**a(b)**c`:              `**a(b)**c`, // as CommonMark has it
		`***둘 다(both)***가`:       `<em><strong>둘 다(both)</strong></em>가`,
		`가 ** 나 **(다)**라`:        `가 ** 나 <strong>(다)</strong>라`,
		`_밑줄_ snake_case_name`:   `<em>밑줄</em> snake_case_name`,
	} {
		if got := articleOf(t, markdown); got != "<p>"+want+"</p>" {
			t.Errorf("%s\ngives %s\nwant  <p>%s</p>", markdown, got, want)
		}
	}
}

func TestMath(t *testing.T) {
	for markdown, want := range map[string]string{
		"$5 and $6":                       "$5 and $6",
		"$a$5":                            "$a$5",
		"$x$와 `$y$`":                      "1 <code>$y$</code>",
		"\\$x$":                           "$x$",
		"a $$x$$ b":                       "1",
		"$$\nx\n=\ny\n$$":                 "1",
		"$$x$$":                           "1",
		"- item\n\n  $$\n  x\n  $$":       "1",
		"\\begin{cases}\nx\n\\end{cases}": "1",
		"$$\nnever closed":                "1",
		"$ x $ and $y":                    "$ x $ and $y",
		"a\n$$\n\\text{한글 }$\n$$\nb":      "", // a wrong formula is shown as it is
	} {
		got := articleOf(t, markdown)
		count := strings.Count(got, "<math ")
		switch {
		case want == "":
			if !strings.Contains(got, `class="wrong"`) {
				t.Errorf("%q gives %s", markdown, got)
			}
		case strings.HasPrefix(want, "1"):
			if count != 1 || !strings.Contains(got, strings.TrimSpace(want[1:])) {
				t.Errorf("%q gives %s", markdown, got)
			}
		case count != 0 || !strings.Contains(got, want):
			t.Errorf("%q gives %s", markdown, got)
		}
	}
}
