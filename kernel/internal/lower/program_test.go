package lower_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrograms runs the programs of testdata/programs in a child of this test
// binary; each must print what its .out file holds. Where there is a Go toolchain
// the .out file must be what `go run` prints.
func TestPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/programs/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no programs", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want := expected(t, file)
			cmd := exec.Command(os.Args[0], file)
			cmd.Env = append(os.Environ(), "LOWER_RUN=1")
			got, err := cmd.CombinedOutput()
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v, got:\n%s\nwant:\n%s", err, got, want)
			}
		})
	}
}

// expected is what the compiled program prints.
func expected(t *testing.T, file string) []byte {
	golden := strings.TrimSuffix(file, ".go") + ".out"
	want, err := os.ReadFile(golden)
	tool, missing := exec.LookPath("go")
	if missing != nil || testing.Short() {
		if err != nil {
			t.Fatal(err)
		}
		return want
	}
	compiled, runErr := exec.Command(tool, "run", file).CombinedOutput()
	if runErr != nil {
		t.Fatalf("go run: %v\n%s", runErr, compiled)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, compiled, 0o666); err != nil {
			t.Fatal(err)
		}
		return compiled
	}
	if !bytes.Equal(want, compiled) {
		t.Errorf("%s is not what go run prints:\n%s", golden, compiled)
	}
	return want
}
