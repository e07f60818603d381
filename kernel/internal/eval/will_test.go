package eval

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestWills: what was not revoked is run, once, and one that takes too long is ended.
func TestWills(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs sh")
	}
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	var w Wills
	w.Make([]string{"sh", "-c", `echo "$WORD" >>"$0"`, path("kept")}, []string{"WORD=done"})
	gone := w.Make([]string{"sh", "-c", `echo >"$0"`, path("revoked")}, nil)
	w.Make([]string{"sleep", "1000"}, nil)
	w.Make([]string{path("no such program")}, nil)
	w.Take(Will{ID: gone.ID})
	began := time.Now()
	w.Execute(500 * time.Millisecond)
	w.Execute(time.Hour)
	if text, err := os.ReadFile(path("kept")); err != nil || string(text) != "done\n" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := os.Stat(path("revoked")); err == nil {
		t.Error("a revoked one was run")
	}
	if took := time.Since(began); took > 100*time.Second {
		t.Errorf("took %v", took)
	}
}
