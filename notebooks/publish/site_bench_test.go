package publish

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"iyagi/notebooks/nbformat"
)

// BenchmarkSites renders 500 cells with 20 MB of outputs.
func BenchmarkSites(b *testing.B) {
	n := nbformat.New()
	line := strings.Repeat("소수 13848 개 {{x}} ", 3) + "\n"
	for i := range 250 {
		n.Cells = append(n.Cells, nbformat.NewCell(nbformat.Markdown, fmt.Sprintf("## 절 %d\n\n%s", i, strings.Repeat("프로세스와 **스레드**를 `x{{y}}`로 비교합니다. [글](a.ipynb#절-3)\n", 20))))
		c := nbformat.NewCell(nbformat.Code, "fmt.Println()")
		c.Outputs = []*nbformat.Output{{Type: nbformat.Stream, Name: "stdout", Text: strings.Repeat(line, (80<<10)/len(line))}}
		n.Cells = append(n.Cells, c)
	}
	for _, target := range []Target{MkDocs, Jekyll, Markdown} {
		b.Run(string(target), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				files, err := Render(b.Context(), []Source{{"a.ipynb", n}}, Options{Target: target, Date: time.Unix(0, 0)})
				if err != nil {
					b.Fatal(err)
				}
				for _, f := range files {
					f.Content.WriteTo(io.Discard)
				}
			}
		})
	}
}
