package program

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"iyagi/kernel"
)

// scripts are those of the kernel's own tests (kernel/testdata/script) whose cells make a program: what a
// client sees of them on the kernel is what the program must print.
var scripts = []string{"cells_functions", "cells_labels", "cells_types", "cells_values", "redefine", "result"}

// cellSection are the sections of a script that stand for a cell, and what it shows.
func notebookOf(t *testing.T, file string) (n Notebook, want string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n.Name = strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".txtar"), "_", "-")
	for _, f := range archive.Files {
		text := string(f.Data)
		switch name := strings.Fields(f.Name)[0]; name {
		case "cell":
			n.Cells = append(n.Cells, Cell{Source: text})
		case "error":
			n.Cells[len(n.Cells)-1].MayFail = true
		case "stdout":
			want += strings.TrimSuffix(text, "\\\n")
		case "result":
			_, plain, _ := strings.Cut(text, "\n")
			want += plain
		case "stderr":
		default:
			t.Fatalf("%s: section %q is for another test", file, f.Name)
		}
	}
	return n, want
}

// built exports the notebook, builds the program and returns it.
func built(t *testing.T, n Notebook) (program, dir string) {
	t.Helper()
	m, err := Export(n, kernel.Sources())
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, f := range m.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		if f.Name == "main.go" {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("main.go:\n%s", f.Data)
				}
			})
		}
	}
	program = filepath.Join(dir, "program.exe")
	goCommand(t, dir, "build", "-ldflags=-s -w", "-o", program, ".")
	return program, dir
}

// goCommand runs the go command without a network.
func goCommand(t *testing.T, dir string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "go", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// run runs a program and returns what it prints.
func run(t *testing.T, program string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // reached only when something hangs
	defer cancel()
	c := exec.CommandContext(ctx, program)
	c.Stdout, c.Stderr, c.Dir = &out, &errs, t.TempDir()
	if err := c.Run(); err != nil {
		t.Errorf("%v\n%s", err, &errs)
	}
	return out.String(), errs.String()
}

func TestScripts(t *testing.T) {
	needGo(t)
	files, err := filepath.Glob(filepath.Join("..", "testdata", "script", "export_*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		files = append(files, filepath.Join("..", "testdata", "script", name+".txtar"))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			n, want := notebookOf(t, file)
			program, _ := built(t, n)
			got, stderr := run(t, program)
			if !matches(got, want) {
				t.Errorf("the program prints\n%s\nand the notebook\n%s\n%s", got, want, stderr)
			}
		})
	}
}

// matches tells whether a text is what a script expects: "..." stands for any.
func matches(got, want string) bool {
	parts := strings.Split(want, "...")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, ".*") + `$`).MatchString(got)
}

// needGo skips a test where there is no go command, which CI has.
func needGo(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}
