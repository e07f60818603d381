package display

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

type point struct {
	X, Y int
	next *point
}

type weekday int

func (d weekday) String() string { return [...]string{"일", "월", "화"}[d] }

type bundler struct{ fail bool }

func (b bundler) MimeBundle() map[string]any {
	if b.fail {
		panic("no bundle")
	}
	return map[string]any{"text/html": "<i>it</i>", "application/json": map[string]int{"n": 1}, "image/png": []byte("\x89PNG")}
}

func (b bundler) MimeMetadata() map[string]any {
	return map[string]any{"image/png": map[string]int{"width": 3}}
}

func TestText(t *testing.T) {
	loop := &point{X: 1}
	loop.next = loop
	deep := any(1)
	for range 20 {
		deep = []any{deep}
	}
	var nilError *os.PathError
	var nilMap map[string]int
	channel := make(chan int, 3)
	channel <- 1
	tests := []struct {
		in   any
		want string
	}{
		{nil, "<nil>"},
		{42, "42"},
		{1.5, "1.5"},
		{true, "true"},
		{"as it is\t\"한글\"\n", "as it is\t\"한글\"\n"},
		{[]string{"a", "b c"}, "[a b c]"},
		{[]byte("ab"), "[97 98]"},
		{point{1, 2, nil}, "{X:1 Y:2 next:<nil>}"},
		{&point{1, 2, &point{3, 4, nil}}, "&{X:1 Y:2 next:&{X:3 Y:4 next:<nil>}}"},
		{[]*point{{X: 1}}, "[&{X:1 Y:0 next:<nil>}]"},
		{loop, "&{X:1 Y:0 next:&…}"},
		{deep, "[[[[[[[[[[…]]]]]]]]]]"},
		{map[string]int{"나": 2, "가": 1}, "map[가:1 나:2]"},
		{map[int]string{10: "x", 9: "y"}, "map[9:y 10:x]"},
		{nilMap, "map[]"},
		{[]int(nil), "[]"},
		{nilError, "<nil>"},
		{weekday(1), "월"},
		{[]weekday{0, 2}, "[일 화]"},
		{errors.New("went wrong"), "went wrong"},
		{fmt.Errorf("outer: %w", errors.New("inner")), "outer: inner"},
		{time.Second, "1s"},
		{big.NewInt(1 << 40), "1099511627776"},
		{channel, "chan int with 1 of 3 values"},
		{func(int) string { return "" }, "func(int) string"},
		{struct{ E error }{errors.New("x")}, "{E:x}"},
		{[]any{nil, 1, "s"}, "[<nil> 1 s]"},
	}
	for _, test := range tests {
		got := string(Of(test.in).Data["text/plain"])
		if got != test.want {
			t.Errorf("%T: got %q, want %q", test.in, got, test.want)
		}
	}
}

// TestTextLimits shows values too large for a notebook.
func TestTextLimits(t *testing.T) {
	for name, v := range map[string]any{
		"slice":   make([]int, 1<<20),
		"map":     func() any { m := map[int]int{}; fill(m); return m }(),
		"strings": slices.Repeat([]string{strings.Repeat("x", 1000)}, 1000),
		"nested":  slices.Repeat([][]string{slices.Repeat([]string{"word"}, 150)}, 150),
		"string":  strings.Repeat("한", 1<<20),
	} {
		got := string(Of(v).Data["text/plain"])
		if len(got) > maxText+100 || !strings.Contains(got, "…") {
			t.Errorf("%s: %d bytes, ends in %q", name, len(got), got[max(0, len(got)-50):])
		}
	}
	if got := string(Of(make([]int, 300)).Data["text/plain"]); !strings.HasSuffix(got, "0 0 … 100 more]") {
		t.Errorf("a slice of 300: %q", got)
	}
}

func fill(m map[int]int) {
	for i := range 10000 {
		m[i] = i
	}
}

func TestBundles(t *testing.T) {
	var picture bytes.Buffer
	m := image.NewGray(image.Rect(0, 0, 7, 5))
	if err := png.Encode(&picture, m); err != nil {
		t.Fatal(err)
	}
	encoded := base64.StdEncoding.EncodeToString(picture.Bytes())
	file := filepath.Join(t.TempDir(), "그림.png")
	if err := os.WriteFile(file, picture.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><title>원 &amp; 점</title></svg>`
	tests := []struct {
		name string
		in   any
		want map[string]string // "kind" to content, "meta kind" to metadata
	}{
		{"HTML", HTML("<b>굵게</b><script>x()</script><p>둘&lt;"), map[string]string{"text/html": "<b>굵게</b><script>x()</script><p>둘&lt;", "text/plain": "굵게둘<"}},
		{"Markdown", Markdown("*a*"), map[string]string{"text/markdown": "*a*", "text/plain": "*a*"}},
		{"LaTeX", LaTeX("$$x$$"), map[string]string{"text/latex": "$$x$$", "text/plain": "$$x$$"}},
		{"Mermaid", Mermaid("graph TD\n"), map[string]string{"text/vnd.mermaid": "graph TD\n", "text/markdown": "```mermaid\ngraph TD\n```\n", "text/plain": "graph TD\n"}},
		{"Text", Text("a  b"), map[string]string{"text/plain": "a  b"}},
		{"SVG", SVG(svg), map[string]string{"image/svg+xml": svg, "text/plain": "<SVG: 원 & 점>", "text/markdown": "![원 & 점](data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg)) + ")"}},
		{"PNG", PNG(picture.Bytes()), map[string]string{"image/png": encoded, "text/plain": "<PNG, 7 × 5 pixels>"}},
		{"JPEG", JPEG("not one"), map[string]string{"image/jpeg": "bm90IG9uZQ==", "text/plain": "<JPEG, 7 bytes>"}},
		{"JSON", JSON(map[string]any{"a": "<b>"}), map[string]string{"application/json": `{"a":"<b>"}`, "text/plain": "{\n  \"a\": \"<b>\"\n}"}},
		{"JSON text", JSON(json.RawMessage(`[1]`)), map[string]string{"application/json": `[1]`, "text/plain": "[\n  1\n]"}},
		{"JSON error", JSON(make(chan int)), map[string]string{"text/plain": "cannot show this value as JSON: json: unsupported type: chan int"}},
		{"VegaLite", VegaLite(`{"mark":"bar"}`), map[string]string{"application/vnd.vegalite.v5+json": `{"mark":"bar"}`, "text/plain": "{\n  \"mark\": \"bar\"\n}"}},
		{"Vega schema", VegaLite(map[string]string{"$schema": "https://vega.github.io/schema/vega/v6.json"}), map[string]string{"application/vnd.vega.v6+json": `{"$schema":"https://vega.github.io/schema/vega/v6.json"}`, "text/plain": "{\n  \"$schema\": \"https://vega.github.io/schema/vega/v6.json\"\n}"}},
		{"Image of a file", Image{File: file, Width: 70, Alt: "회색"}, map[string]string{"image/png": encoded, "text/plain": "회색", "meta image/png": `{"alt":"회색","width":70}`}},
		{"Image of bytes", &Image{Data: picture.Bytes(), Height: 9}, map[string]string{"image/png": encoded, "text/plain": "<PNG, 7 × 5 pixels>", "meta image/png": `{"height":9}`}},
		{"Image of nothing", Image{}, map[string]string{"text/plain": "cannot show this value: image: it has none of Data, File and Image"}},
		{"Image of text", Image{Data: []byte("hello")}, map[string]string{"text/plain": "cannot show this value: image: it is none of PNG, JPEG, GIF, WebP and SVG"}},
		{"Image of no file", Image{File: "없음.png"}, map[string]string{"text/plain": "cannot show this value: image: open 없음.png: no such file or directory"}},
		{"empty image", image.NewGray(image.Rectangle{}), map[string]string{"text/plain": "cannot show this value: image: the image is empty: its bounds are (0,0)-(0,0)"}},
		{"colour", color.Gray{3}, map[string]string{"text/plain": "{Y:3}"}},
		{"Bundler", bundler{}, map[string]string{"text/html": "<i>it</i>", "application/json": `{"n":1}`, "image/png": "iVBORw==", "text/plain": "it", "meta image/png": `{"width":3}`}},
		{"Bundler that panics", bundler{true}, map[string]string{"text/plain": "cannot show this value: method MimeBundle of display.bundler panicked: no bundle"}},
		{"Bundle", Bundle{"image/png": encoded, "text/plain": 3}, map[string]string{"image/png": encoded, "text/plain": "3"}},
		{"Bundle without text", Bundle{"image/svg+xml": []byte("<svg/>"), "a/b": "YQ=="}, map[string]string{"image/svg+xml": "<svg/>", "a/b": "YQ==", "text/plain": "<a/b, image/svg+xml>"}},
		{"Bundle of a bad type", Bundle{"html": "x"}, map[string]string{"text/plain": `cannot show this value: "html" is not a MIME type such as text/html`}},
		{"Bundle of bad JSON", Bundle{"application/json": "{"}, map[string]string{"text/plain": "cannot show this value: content of application/json: it is not JSON: unexpected end of JSON input"}},
		{"Bundle of a bad picture", Bundle{"image/png": 3}, map[string]string{"text/plain": "cannot show this value: content of image/png: it is a int, not a []byte"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := flat(Of(test.in)); !maps.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func flat(b *eval.Bundle) map[string]string {
	m := map[string]string{}
	for kind, content := range b.Data {
		m[kind] = string(content)
	}
	for key, raw := range b.Metadata {
		m["meta "+key] = string(raw)
	}
	return m
}

func TestImage(t *testing.T) {
	m := image.NewRGBA(image.Rect(-2, -2, 8, 6))
	m.Set(0, 0, color.RGBA{255, 0, 0, 255})
	b := Of(m)
	raw, err := base64.StdEncoding.DecodeString(string(b.Data["image/png"]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(raw))
	if err != nil || got.Bounds().Size() != m.Bounds().Size() {
		t.Errorf("%v, %v", got.Bounds(), err)
	}
	if r, _, _, _ := got.At(2, 2).RGBA(); r != 0xffff {
		t.Error("the red pixel is not red")
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, nil); err != nil {
		t.Fatal(err)
	}
	if kind := pictureType(buf.Bytes()); kind != "image/jpeg" {
		t.Errorf("a JPEG is %q", kind)
	}
}

func TestResult(t *testing.T) {
	var err error
	if _, ok := Result(err); ok {
		t.Error("a nil error is shown")
	}
	if _, ok := Result(&Handle{}); ok {
		t.Error("a handle is shown")
	}
	if _, ok := Result((*Handle)(nil)); !ok {
		t.Error("a nil pointer is not shown")
	}
	if b, ok := Result(3); !ok || string(b.Data["text/plain"]) != "3" {
		t.Error("3 is not shown")
	}
}

// screen is a host that keeps what is displayed.
type screen struct {
	host.Plain
	shown   []eval.Display
	cleared []bool
}

func (s *screen) Display(d *eval.Display) error { s.shown = append(s.shown, *d); return nil }
func (s *screen) Clear(wait bool) error         { s.cleared = append(s.cleared, wait); return nil }

func TestDisplay(t *testing.T) {
	s := &screen{}
	before := host.Current()
	host.Set(s)
	defer host.Set(before)
	Display(1, HTML("x"))
	h := DisplayID("first")
	h.Update("second")
	Clear(true)
	if len(s.shown) != 4 || len(s.cleared) != 1 || !s.cleared[0] {
		t.Fatalf("%+v, %v", s.shown, s.cleared)
	}
	if d := s.shown[0]; d.ID != "" || d.Update || string(d.Bundle.Data["text/plain"]) != "1" {
		t.Errorf("%+v", d)
	}
	if a, b := s.shown[2], s.shown[3]; a.ID != h.ID() || a.ID == "" || a.Update || b.ID != a.ID || !b.Update || string(b.Bundle.Data["text/plain"]) != "second" {
		t.Errorf("%+v %+v", a, b)
	}
}

func TestLanguage(t *testing.T) {
	defer Language("en")
	for tag, want := range map[string]string{"ko": "ko", "en": "en", "ko-KR": "ko", "en_US.UTF-8": "en", "KO": "ko"} {
		Language(tag)
		if got := CurrentLanguage(); got != want {
			t.Errorf("%s: %s", tag, got)
		}
	}
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, `there is no "fr"`) {
			t.Errorf("panic: %v", r)
		}
	}()
	Language("fr")
}

// BenchmarkLargeHTML is a page of 50 MB: it is not copied.
func BenchmarkLargeHTML(b *testing.B) {
	s := strings.Repeat("x", 50_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if n := len(Of(HTML(s)).Data["text/html"]); n != len(s) {
			b.Fatal(n)
		}
	}
}

func BenchmarkInt(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Of(42)
	}
}
