package publish

import (
	"bufio"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func ansiOf(s string) string {
	var b strings.Builder
	w := bufio.NewWriter(&b)
	ansiHTML(w, s)
	w.Flush()
	return b.String()
}

func TestANSI(t *testing.T) {
	for text, want := range map[string]string{
		"plain <b>":                         "plain &lt;b&gt;",
		"\x1b[31mred\x1b[0m no":             `<span class="ansi-1">red</span> no`,
		"\x1b[91;44mboth\x1b[39m one":       `<span class="ansi-9 ansi-on-4">both</span><span class="ansi-on-4"> one</span>`,
		"\x1b[38;2;1;2;3mtrue\x1b[m":        `<span style="color:#010203">true</span>`,
		"\x1b[38;5;196mcube\x1b[48;5;244m!": `<span style="color:#ff0000">cube</span><span style="color:#ff0000;background-color:#808080">!</span>`,
		"\x1b[1ma\nb":                       "<span class=\"ansi-bold\">a</span>\n<span class=\"ansi-bold\">b</span>",
		"\x1b[7mx":                          `<span class="ansi-invert">x</span>`,
		"10%\r20%\r100%\n":                  "100%\n",
		"abcdef\rxy":                        "xycdef",
		"\x1b[32mok\x1b[0m...\rfail":        `fail.`,
		"ab\bc":                             "ac",
		"a\r\nb":                            "a\nb",
		"\x1b]0;title\x07text":              "text",
		"\x1b]8;;https://x.y\x1b\\link\x1b]8;;\x1b\\!": "link!",
		"\x1b[2Kcleared\x1b[1A":                        "cleared",
		"ends in \x1b[":                                "ends in ",
		"\x1b(Bset":                                    "set",
	} {
		if got := ansiOf(text); got != want {
			t.Errorf("%q gives %s, want %s", text, got, want)
		}
	}
}

func FuzzANSI(f *testing.F) {
	f.Add("\x1b[31mred\r\x1b[0mno\b\b\x1b]8;;x\x07y\x1b[38;5;1m")
	f.Fuzz(func(t *testing.T, s string) {
		got := ansiOf(s)
		if !isBalanced(got) || !utf8.ValidString(got) && utf8.ValidString(s) {
			t.Errorf("%q gives %q", s, got)
		}
		z := html.NewTokenizer(strings.NewReader(got))
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			if name, _ := z.TagName(); kind == html.StartTagToken && string(name) != "span" {
				t.Errorf("%q gives %q", s, got)
			}
		}
	})
}
