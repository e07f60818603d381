package publish_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"iyagi/notebooks/nbformat"
	"iyagi/notebooks/publish"
)

// largeNotebook is a file of 500 cells with about 20 MB of outputs: run cards, tables, long prints, colours and pictures.
func largeNotebook(tb testing.TB) []byte {
	card, err := os.ReadFile("../../kernel/internal/card/testdata/thousand.ko.html")
	if err != nil {
		tb.Fatal(err)
	}
	lines := strings.Repeat("2026-11-21 09:30:00 <worker 3> wrote a line of output & went on\n", 1200)
	colours := strings.Repeat("\x1b[32mok\x1b[0m   iyagi/notebooks/publish \x1b[1;31m0.5s\x1b[0m\n", 1000)
	var table strings.Builder
	table.WriteString(`<table class="dataframe" border="1"><thead><tr><th></th><th>a</th><th>b</th></tr></thead><tbody>`)
	for i := range 1000 {
		fmt.Fprintf(&table, "<tr><th>%d</th><td style=\"color: red\">%d</td><td>%s</td></tr>\n", i, i*i, "값")
	}
	table.WriteString("</tbody></table>")
	picture := strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", 2000)
	n := nbformat.New()
	for i := range 250 {
		n.Cells = append(n.Cells, nbformat.NewCell(nbformat.Markdown, fmt.Sprintf("## 절 %d\n\n본문은 **여기**에 `있습니다`. [링크](https://go.dev)와 $x_%d^2$.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", i, i)))
		c := nbformat.NewCell(nbformat.Code, fmt.Sprintf("func f%d(n int) string {\n\t// 주석\n\tfor i := range n {\n\t\tfmt.Println(\"값\", i, 0x%x)\n\t}\n\treturn `x`\n}\nf%d(3)", i, i, i))
		var o *nbformat.Output
		display := func(mime, value string) *nbformat.Output {
			raw, err := json.Marshal(value)
			if err != nil {
				tb.Fatal(err)
			}
			return &nbformat.Output{Type: nbformat.DisplayData, Data: nbformat.NewObject(map[string]json.RawMessage{mime: raw})}
		}
		switch i % 5 {
		case 0:
			o = display("text/html", string(card))
		case 1:
			o = &nbformat.Output{Type: nbformat.Stream, Name: "stdout", Text: lines}
		case 2:
			o = &nbformat.Output{Type: nbformat.Stream, Name: "stderr", Text: colours}
		case 3:
			o = display("text/html", table.String())
		case 4:
			o = display("image/png", picture)
		}
		c.Outputs = []*nbformat.Output{o}
		n.Cells = append(n.Cells, c)
	}
	data, err := n.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// BenchmarkLarge renders a notebook of 500 cells and 20 MB from its bytes to the bytes of its page.
func BenchmarkLarge(b *testing.B) {
	data := largeNotebook(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var peak uint64
	for b.Loop() {
		render(b, data)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapSys)
	}
	b.ReportMetric(float64(peak)/1e6, "heap-MB")
	b.ReportMetric(float64(len(data))/1e6, "notebook-MB")
}

func render(tb testing.TB, data []byte) {
	n, err := nbformat.Decode(data)
	if err != nil {
		tb.Fatal(err)
	}
	files, err := publish.Render(context.Background(), []publish.Source{{Path: "large.ipynb", Notebook: n}}, publish.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range files {
		if _, err := f.Content.WriteTo(io.Discard); err != nil {
			tb.Fatal(err)
		}
	}
}
