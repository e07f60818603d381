package publish

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var untrusting = &page{}

// attacks are what notebooks from elsewhere may hold; those of XSS collections that concern elements, attributes, addresses and
// styles.
var attacks = []string{
	`<script>alert(1)</script>`,
	`<SCRIPT SRC=https://evil.example/x.js></SCRIPT>`,
	`<scr<script>ipt>alert(1)</scr</script>ipt>`,
	`<img src=x onerror=alert(1)>`,
	`<img src="x" onerror="alert(1)" / >`,
	`<IMG """><SCRIPT>alert("XSS")</SCRIPT>">`,
	`<img src="javascript:alert(1)">`,
	`<img src="jav	ascript:alert('XSS');">`,
	`<img src=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>`,
	`<img srcset="https://evil.example/a.png 1x">`,
	`<a href="javascript:alert(1)">x</a>`,
	`<a href=" &#14; javascript:alert(1)">x</a>`,
	`<a href="JaVaScRiPt:alert(1)">x</a>`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a>`,
	`<a href="vbscript:msgbox(1)">x</a>`,
	`<svg onload=alert(1)>`,
	`<svg><script>alert(1)</script></svg>`,
	`<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>`,
	`<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>#x"/></svg>`,
	`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>`,
	`<iframe src="javascript:alert(1)"></iframe>`,
	`<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
	`<object data="x.swf"></object><embed src="x.swf"><applet code=x></applet>`,
	`<link rel=stylesheet href=https://evil.example/x.css>`,
	`<style>@import 'https://evil.example/x.css'; body{display:none}</style>`,
	`<meta http-equiv=refresh content="0;url=https://evil.example">`,
	`<base href="https://evil.example/">`,
	`<form action="https://evil.example"><input name=password><button>x</button></form>`,
	`<div style="background:url(https://evil.example/x.png)">x</div>`,
	`<div style="background:\75rl(https://evil.example/x.png)">x</div>`,
	`<div style="background:u/**/rl(https://evil.example/x.png)">x</div>`,
	`<div style="width:expression(alert(1))">x</div>`,
	`<div style="behavior:url(x.htc);-moz-binding:url(x.xml#y)">x</div>`,
	`<div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999">over the page</div>`,
	`<div style="background-image:image-set('https://evil.example/x.png' 1x)">x</div>`,
	`<div style='content:"</style><script>alert(1)</script>"'>x</div>`,
	`<div id="iyagi:text" class="skip" name=attributes>clobbering</div>`,
	`<body onload=alert(1)>`,
	`<details open ontoggle=alert(1)>x</details>`,
	`<video src=x onerror=alert(1)></video><audio src=x></audio>`,
	`<template><script>alert(1)</script></template>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`,
	`<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>`,
	`<xmp><img title="</xmp><img src=x onerror=alert(1)>"></xmp>`,
	`<!--><img src=x onerror=alert(1)>-->`,
	`<![CDATA[<img src=x onerror=alert(1)>]]>`,
	`<?xml version="1.0"?><script>alert(1)</script>`,
	`<p/onclick=alert(1)>x</p>`,
	"<img src=x\x00 onerror=alert(1)>",
	`<plaintext><script>alert(1)</script>`,
	`<div onclick="alert(1)"`,
	`</div></main></body><script>alert(1)</script>`,
}

// dangers lists what of a piece of HTML, as a browser parses it within a page, runs, loads, covers or names something.
func dangers(s string) (found []string) {
	root, err := html.Parse(strings.NewReader("<!DOCTYPE html><body><div id=in>" + s + "</div><div id=after></div></body>"))
	if err != nil {
		return []string{err.Error()}
	}
	after := false
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			found = append(found, "a comment")
		}
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains(strings.Fields("script style iframe object embed link meta base form input button textarea svg math template video audio frame applet noscript xmp plaintext"), n.Data) {
			found = append(found, "<"+n.Data+">")
		}
		for _, a := range n.Attr {
			if a.Key == "id" && a.Val == "after" && n.Parent.Data == "body" {
				after = true
			}
			found = append(found, attributeDangers(n, a)...)
		}
	}
	if !after {
		found = append(found, "it swallows or leaves what stands around it")
	}
	return found
}

// Addresses as browsers see them: spaces and control characters before and within a scheme do not count. Pictures of other hosts are
// for writers to deal with.
var (
	scheme     = regexp.MustCompile(`^[\x00-\x20]*[a-z][a-z0-9+.\x00-\x20-]*:`)
	safeScheme = regexp.MustCompile(`^(https?:|mailto:|attachment:|data:image/)`)
)

func attributeDangers(n *html.Node, a html.Attribute) (found []string) {
	own := n.Parent.Data == "body" && (a.Val == "in" || a.Val == "after")
	value := strings.ToLower(a.Val)
	switch {
	case a.Key == "id" && own:
	case strings.HasPrefix(a.Key, "on"), slices.Contains(strings.Fields("id name class srcset srcdoc action formaction background xlink:href poster"), a.Key):
		found = append(found, a.Key+" of "+n.Data)
	case a.Key == "src" && scheme.MatchString(value) && !safeScheme.MatchString(value):
		found = append(found, "src="+value)
	case a.Key == "href" && scheme.MatchString(value) && !safeScheme.MatchString(value):
		found = append(found, "href="+value)
	case a.Key == "style":
		for _, bad := range []string{"url", "expression", "fixed", "z-index", "image-set", "behavior", "binding", "\\", "/*", "evil"} {
			if strings.Contains(value, bad) {
				found = append(found, "style="+value)
			}
		}
	}
	return found
}

func TestAttacks(t *testing.T) {
	for _, attack := range attacks {
		if found := dangers(balanced(untrusting.safeHTML(attack))); len(found) > 0 {
			t.Errorf("%s\ngives %s\nwith %v", attack, balanced(untrusting.safeHTML(attack)), found)
		}
	}
}

// TestDangers checks the check: it finds something in every attack that is let through.
func TestDangers(t *testing.T) {
	for _, attack := range attacks {
		if strings.HasPrefix(attack, "<scr<") || strings.HasPrefix(attack, "<div style='content") {
			continue // harmless as they are: for a sanitiser that only deletes words
		}
		if len(dangers(attack)) == 0 {
			t.Errorf("no danger found in %s", attack)
		}
	}
}

// TestCardsSurvive checks that what run cards are made of comes through: every element, attribute, style and text.
func TestCardsSurvive(t *testing.T) {
	cards, err := filepath.Glob("../../kernel/internal/card/testdata/*.html")
	if err != nil || len(cards) == 0 {
		t.Fatal(cards, err)
	}
	for _, name := range cards {
		card, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, got := tokensOf(string(card)), tokensOf(balanced(untrusting.safeHTML(string(card))))
		for i := range min(len(want), len(got)) {
			if want[i] != got[i] {
				t.Fatalf("%s: %s\nbecame %s", name, want[i], got[i])
			}
		}
		if len(want) != len(got) {
			t.Errorf("%s: %d tokens became %d", name, len(want), len(got))
		}
	}
}

func tokensOf(s string) (tokens []string) {
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		t := z.Token()
		for i, a := range t.Attr {
			if a.Key == "style" {
				t.Attr[i].Val = strings.NewReplacer("; ", ";", ": ", ":", ", ", ",").Replace(strings.TrimSuffix(a.Val, ";"))
			}
		}
		tokens = append(tokens, t.String())
	}
	return tokens
}

func TestKept(t *testing.T) {
	for _, s := range []string{
		`<table border="1"><caption>a</caption><thead><tr><th scope="col">x</th></tr></thead><tbody><tr><td colspan="2">1</td></tr></tbody></table>`,
		`<details open=""><summary>더 보기</summary><p>글</p></details>`,
		`<a href="#section">x</a>`,
		`<img src="attachment:a.png" alt="그림" width="300">`,
		`<span style="color:red;font-weight:bold">x</span>`,
		`<div style="background:linear-gradient(90deg,#3364f5 0 10%,#0000 0)">x</div>`,
		`<div style="color:#d9434f;color:var(--vscode-errorForeground,var(--jp-error-color1,#d9434f))">x</div>`,
		`<ruby>漢<rt>한</rt></ruby><kbd>Ctrl</kbd>`,
	} {
		want, got := tokensOf(s), tokensOf(untrusting.safeHTML(s))
		if !slices.Equal(want, got) {
			t.Errorf("%s\nbecame %s", s, untrusting.safeHTML(s))
		}
	}
}

func TestTrust(t *testing.T) {
	p := &page{options: Options{Trust: true}}
	const s = `<script>x()</script><svg><path d="M0 0"/></svg>`
	if got := p.safeHTML(s); got != s {
		t.Errorf("trusted HTML became %s", got)
	}
}

func TestBalanced(t *testing.T) {
	for s, want := range map[string]string{
		`<div><b>x</b></div>`: `<div><b>x</b></div>`,
		`<div><b>x`:           `<div><b>x</b></div>`,
		`</div></main>x`:      `x`,
		`<p>a<p>b`:            `<p>a</p><p>b</p>`,
		`<br>x<br/>`:          `<br>x<br/>`,
		`<b><i>x</b></i>`:     `<b><i>x</i></b>`,
		`<td>x</td>`:          `<td>x</td>`, // a row is not ours to make
		`<div/>x`:             `<div>x</div>`,
		`a < b & c`:           `a < b & c`,
	} {
		if got := balanced(s); got != want {
			t.Errorf("balanced(%s) = %s, want %s", s, got, want)
		}
	}
}

// TestDeep would not end in time if HTML that is made to be slow were.
func TestDeep(t *testing.T) {
	for _, s := range []string{strings.Repeat("<div>", 100_000), strings.Repeat("<b><i>", 50_000) + strings.Repeat("</b></i>", 50_000),
		strings.Repeat("<table><tr><td>", 30_000), strings.Repeat(`<a style="`, 50_000), strings.Repeat("<!--", 100_000)} {
		if out := balanced(untrusting.safeHTML(s)); strings.Contains(out, "<a") {
			t.Errorf("%.20s… gives %.40s…", s, out)
		}
	}
}

func FuzzSafeHTML(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if found := dangers(balanced(untrusting.safeHTML(s))); len(found) > 0 {
			t.Errorf("%q\ngives %q\nwith %v", s, balanced(untrusting.safeHTML(s)), found)
		}
	})
}
