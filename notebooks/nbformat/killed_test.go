package nbformat

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A process that is killed while it writes leaves a whole notebook, the old one or the new one.
func TestKilledWhileWriting(t *testing.T) {
	const name = "IYAGI_TEST_WRITES"
	if path := os.Getenv(name); path != "" {
		writeForEver(t, path)
	}
	path := filepath.Join(t.TempDir(), "a.ipynb")
	for i := range 8 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWhileWriting$", "-test.v")
		cmd.Env = append(os.Environ(), name+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Another moment each time: after so many bytes of the dots, of which each says that a file was written.
		dots := make([]byte, 40+i*3)
		if _, err := io.ReadFull(out, dots); err != nil {
			t.Fatalf("the writer: %v: %s", err, dots)
		}
		cmd.Process.Kill()
		cmd.Wait()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := Decode(data)
		if err != nil {
			t.Fatalf("after a kill: %v", err)
		}
		if text := n.Cells[0].Source; len(text) < 300_000 || strings.Trim(text, text[:1]) != "" {
			t.Fatalf("after a kill a cell has %d bytes, from %.3s to %s", len(text), text, text[max(len(text)-3, 0):])
		}
	}
}

func writeForEver(t *testing.T, path string) {
	n := New()
	n.Cells = []*Cell{NewCell(Markdown, "")}
	for i := 0; ; i++ {
		n.Cells[0].Source = string(bytes.Repeat([]byte{"ab"[i%2]}, 300_000+i%5))
		if err := Write(path, n); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString(".")
	}
}
