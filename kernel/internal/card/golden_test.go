package card

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/host"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden holds what each sample looks like, in both languages. After a
// change look at the HTML in a browser, light and dark, before you update.
func TestGolden(t *testing.T) {
	defer func(c func() time.Duration) { host.Clock = c }(host.Clock)
	defer display.Language("en")
	for name, build := range samples {
		for _, lang := range []string{"en", "ko"} {
			display.Language(lang)
			s := build()
			v := s.view(finalLimits)
			if name == "running" {
				v = s.view(liveLimits)
			}
			raw, err := json.MarshalIndent(v.metadata(), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			for ext, got := range map[string]string{".html": v.html() + "\n", ".md": v.markdown(), ".txt": v.text() + "\n", ".json": string(raw) + "\n"} {
				if ext == ".json" && (lang == "ko" || name == "thousand") {
					continue // data has no language
				}
				golden(t, name+"."+lang+ext, got)
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; run with -update and read the diff\n%s", name, got)
	}
}
