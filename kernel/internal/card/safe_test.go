package card

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What JupyterLab 4.6 keeps of HTML in a notebook that is not trusted, as far as cards use
// it: tried with each of them, in a browser.
var (
	safeTags  = strings.Fields("b caption div i pre span table tbody td th thead tr")
	safeAttrs = strings.Fields("colspan lang scope style title")
	safeProps = strings.Fields(`align-items background border border-bottom border-collapse border-left border-radius caption-side color
		display flex font-family font-size font-weight height left line-height margin max-width min-width opacity overflow overflow-x padding position table-layout
		text-align text-overflow top vertical-align white-space width word-break overflow-wrap`)
)

var (
	tagPattern  = regexp.MustCompile(`<([a-z0-9]+)((?: [a-z]+="[^"]*")*)>`)
	attrPattern = regexp.MustCompile(` ([a-z]+)="([^"]*)"`)
)

// TestSafeHTML checks that the pictures need nothing that front ends drop.
func TestSafeHTML(t *testing.T) {
	files, err := filepath.Glob("testdata/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tags := tagPattern.FindAllStringSubmatch(string(page), -1)
		if open := strings.Count(string(page), "<") - strings.Count(string(page), "</"); open != len(tags) {
			t.Errorf("%s: %d of %d tags are well formed", name, len(tags), open)
		}
		for _, tag := range tags {
			if !slices.Contains(safeTags, tag[1]) {
				t.Fatalf("%s: front ends drop %s", name, tag[0])
			}
			for _, attr := range attrPattern.FindAllStringSubmatch(tag[2], -1) {
				if !slices.Contains(safeAttrs, attr[1]) {
					t.Fatalf("%s: front ends drop %s of %s", name, attr[1], tag[0])
				}
				if attr[1] == "style" {
					safeStyle(t, name, attr[2])
				}
			}
		}
	}
}

func safeStyle(t *testing.T, name, style string) {
	t.Helper()
	literal := map[string]bool{}
	for declaration := range strings.SplitSeq(style, ";") {
		prop, value, _ := strings.Cut(declaration, ":")
		themed := strings.Contains(value, "var(")
		switch {
		case !slices.Contains(safeProps, prop):
			t.Fatalf("%s: front ends drop %s", name, declaration)
		case themed && !literal[prop]:
			t.Fatalf("%s: no literal value before %s", name, declaration)
		case strings.Contains(value, "calc("), strings.Count(value, "gradient(") > 1, strings.Contains(value, "currentColor"):
			t.Fatalf("%s: front ends drop %s", name, declaration)
		}
		literal[prop] = literal[prop] || !themed
	}
}
