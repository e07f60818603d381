package venv

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/shirou/gopsutil/v4/process"
)

// needPython skips the test without a Python; with CI=true it must run.
func needPython(t *testing.T) *Python {
	t.Helper()
	p, err := FindPython(t.Context())
	if errors.Is(err, ErrNoPython) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wheel makes a package that pip can install without a network; its module
// says its version.
func wheel(t *testing.T, version string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), fmt.Sprintf("parrot-%s-py3-none-any.whl", version))
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info := "parrot-" + version + ".dist-info/"
	z := zip.NewWriter(f)
	for _, file := range [][2]string{
		{"parrot.py", "print('parrot " + version + "')\n"},
		{info + "METADATA", "Metadata-Version: 2.1\nName: parrot\nVersion: " + version + "\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
		{info + "RECORD", "parrot.py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n"},
	} {
		w, err := z.Create(file[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(file[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// parrot returns what the environment's module says.
func parrot(t *testing.T, env Env) string {
	t.Helper()
	out, err := exec.Command(env.Program("python"), "-c", "import parrot").CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestEnsure(t *testing.T) {
	python := needPython(t)
	dir := filepath.Join(t.TempDir(), "an environment")
	one, two := wheel(t, "1"), wheel(t, "2")

	// what a killed run leaves
	scrap := filepath.Join(dir, "scrap")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(scrap, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("Open of a half-made one: %v", err)
	}
	var callers sync.WaitGroup
	for range 3 {
		callers.Go(func() {
			env, err := Ensure(t.Context(), dir, []string{one}, nil)
			if err != nil {
				t.Error(err)
			} else if said := parrot(t, env); said != "parrot 1" {
				t.Error(said)
			}
		})
	}
	callers.Wait()
	if exists(scrap) {
		t.Error("the half-made environment was kept")
	}
	if env, err := Open(dir); err != nil || env.Dir != dir {
		t.Errorf("Open: %+v, %v", env, err)
	}

	// It is not made a second time, which needs no Python of the machine …
	if err := os.WriteFile(scrap, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir())
	if _, err := Ensure(t.Context(), dir, []string{one}, nil); err != nil || !exists(scrap) {
		t.Errorf("the second time: %v; made anew: %v", err, !exists(scrap))
	}
	t.Setenv("PATH", path)

	// … until the requirements change.
	env, err := Ensure(t.Context(), dir, []string{two}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if said := parrot(t, env); said != "parrot 2" {
		t.Error(said)
	}
	if !isMade(t.Context(), dir, []string{two}) || isMade(t.Context(), dir, []string{one}) {
		t.Error("the mark does not tell what the environment is made of")
	}
	// A Python that was upgraded has another version than the mark.
	if err := os.WriteFile(mark(dir), stamp("0"+python.Version, []string{two}), 0o644); err != nil {
		t.Fatal(err)
	}
	if isMade(t.Context(), dir, []string{two}) {
		t.Error("an environment of another Python is used")
	}

	// What cannot be installed leaves nothing that would be used.
	missing := filepath.Join(t.TempDir(), "parrot-3-py3-none-any.whl")
	var progress strings.Builder
	_, err = Ensure(t.Context(), dir, []string{missing}, &progress)
	if err == nil || !strings.Contains(err.Error(), missing) || strings.Contains(err.Error(), "\n") || !strings.Contains(progress.String(), "ERROR") {
		t.Errorf("error %v, progress %q", err, &progress)
	}
	if _, err := Open(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open after an error: %v", err)
	}
}

func TestEnsureWithoutPython(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Ensure(t.Context(), filepath.Join(t.TempDir(), "env"), nil, nil); !errors.Is(err, ErrNoPython) {
		t.Error(err)
	}
}

// One who waits for another process can give up.
func TestEnsureGivenUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "env")
	unlock, err := lockedfile.MutexAt(dir + ".lock").Lock()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Ensure(ctx, dir, nil, nil); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), dir+".lock") {
		t.Error(err)
	}
	// The lock that was given up is not kept when it is granted at last.
	unlock()
	unlock, err = lock(t.Context(), dir+".lock")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

// writer calls itself with what is written.
type writer func(text string)

func (w writer) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}

// A setup that is given up leaves no process that writes on into the folder.
func TestRunGivenUp(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no interrupt for one process")
	}
	python := needPython(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	child := 0
	err := run(ctx, writer(func(text string) {
		if child == 0 {
			child, _ = strconv.Atoi(strings.TrimSpace(text))
			cancel()
		}
	}), python.Path, "-c", `import subprocess, sys
subprocess.check_call([sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(100)"])`)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if child == 0 {
		t.Fatal("there was no child")
	}
	// Its end is in the hands of the system, which also reaps the orphan.
	for deadline := time.Now().Add(20 * time.Second); alive(child); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the child of what was given up is there still")
		}
	}
}

func alive(pid int) bool {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return false
	}
	status, err := p.Status()
	return err == nil && !slices.Contains(status, process.Zombie)
}

func TestFindPython(t *testing.T) {
	p := needPython(t)
	if info, err := os.Stat(p.Prefix); err != nil || !info.IsDir() {
		t.Errorf("prefix %q: %v", p.Prefix, err)
	}
	if !strings.HasPrefix(p.Version, "3.") {
		t.Errorf("version %q", p.Version)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindPython(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrNoPython) {
		t.Errorf("given up: %v", err)
	}
}
