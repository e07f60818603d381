package frontends

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// ours is the name of the kernelspec under test; any other one is a reference to check the scripts with.
const ours = "iyagi"

var kernelName = flag.String("kernel", ours, "the kernelspec that the scripts drive: iyagi or python3")

// work is a short path: a Unix socket of ipc lies in it, and its path may have 107 bytes.
var work string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	folder := os.TempDir()
	if len(folder) > 24 && exists("/tmp") { // as on macOS
		folder = "/tmp"
	}
	if work, err = os.MkdirTemp(folder, "iyagi-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(work)
	return m.Run()
}

// kernelProgram returns the program under test, once it is built.
func kernelProgram() string {
	found, _ := filepath.Glob(filepath.Join(work, "bin", "iyagi*")) // with .exe where programs have that
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

// installed builds the program once and installs its kernelspec under a prefix of the tests' own. It returns the folder for JUPYTER_PATH.
var installed = sync.OnceValues(func() (string, error) {
	prefix := filepath.Join(work, "prefix")
	if *kernelName != ours {
		return filepath.Join(prefix, "share", "jupyter"), nil
	}
	if err := depend(filepath.Join("..", "..")); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), setupLimit)
	defer cancel()
	if err := run(ctx, "", "go", "build", "-o", filepath.Join(work, "bin")+string(filepath.Separator), "iyagi/cmd/iyagi"); err != nil {
		return "", err
	}
	return filepath.Join(prefix, "share", "jupyter"), run(ctx, "", kernelProgram(), "install", "--prefix", prefix)
})

// depend opens what the program is built from, and the scripts that drive it. The go command keeps the result of a test as long as
// what the test itself has opened is unchanged, and would not see that a child built another kernel.
func depend(root string) error {
	return filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == "artifacts" || n == "images" || strings.HasPrefix(n, ".") && n != ".." {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return f.Close()
	})
}

// A stage is where a front end runs: a folder of its own, and an environment with our kernelspec and nothing of the user's own settings, history or files.
type stage struct {
	folder string
	env    []string
}

// newStage makes a stage whose PATH starts with the given folders.
func newStage(t *testing.T, path ...string) stage {
	t.Helper()
	specs, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.MkdirTemp(work, "")
	if err != nil {
		t.Fatal(err)
	}
	cells, err := filepath.Abs(filepath.Join("testdata", "cells", *kernelName+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	st := stage{folder: home, env: os.Environ()}
	st.set("PATH", strings.Join(append(path, os.Getenv("PATH")), string(os.PathListSeparator)))
	st.set("KERNEL", *kernelName)
	st.set("CELLS", cells)
	st.set("FOLDER", home)
	st.set("JUPYTER_PATH", specs)
	st.set("JUPYTER_NO_CONFIG", "1")
	st.set("PYTHONIOENCODING", "utf-8")
	st.set("PYTHONWARNINGS", "ignore")
	st.set("PYTHONDONTWRITEBYTECODE", "1")
	st.set("LC_ALL", "C.UTF-8")
	for _, name := range []string{"HOME", "XDG_RUNTIME_DIR"} {
		st.set(name, home)
	}
	for name, sub := range map[string]string{"JUPYTER_RUNTIME_DIR": "run", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "IPYTHONDIR": "ipython",
		"XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"} {
		st.set(name, filepath.Join(home, sub))
	}
	return st
}

func (st *stage) set(name, value string) { st.env = append(st.env, name+"="+value) }

// artifacts returns the folder for what a person may want to look at after a run. It is not in git.
func artifacts(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "..", "artifacts", *kernelName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// A check is one line of a report.
type check struct {
	Test, Status, Detail string
	Done                 *int
}

// run runs a script of testdata by the given program, in the folder of the stage, and makes a subtest of each line of its report. What the script and the kernel print goes to a file: a pipe would keep the test waiting
// for a process that outlives the script.
func (st stage) run(t *testing.T, limit time.Duration, program, file string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(st.folder, "report.jsonl")
	st.set("REPORT", report)
	log, err := os.Create(filepath.Join(st.folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, path)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = st.folder, st.env, log, log
	cmd.Cancel = func() error { return killTree(int32(cmd.Process.Pid)) }
	failed := cmd.Run()
	if ctx.Err() != nil {
		failed = fmt.Errorf("not done within %v", limit)
	}
	if err := subtests(t, report); err != nil && failed == nil {
		failed = err
	}
	if failed != nil {
		t.Errorf("%s: %v", file, failed)
	}
	for _, p := range st.leftBehind() {
		line, _ := p.Cmdline()
		t.Errorf("left behind: process %d, %s", p.Pid, line)
		p.Kill()
	}
	if t.Failed() {
		t.Logf("what it printed last:\n%s", tail(log.Name(), 6000))
	}
}

func subtests(t *testing.T, report string) error {
	text, err := os.ReadFile(report)
	if err != nil {
		return fmt.Errorf("the script wrote no report: %w", err)
	}
	count, done := 0, -1
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var c check
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("report of the script: %w", err)
		}
		if c.Done != nil {
			done = *c.Done
			continue
		}
		count++
		t.Run(c.Test, func(t *testing.T) {
			switch {
			case c.Status == "ok":
			case c.Status == "skip" && *kernelName != ours:
				t.Skip(c.Detail)
			default:
				t.Errorf("%s: %s", c.Status, c.Detail)
			}
		})
	}
	if done != count || count == 0 {
		return fmt.Errorf("the script ended after %d checks without saying that they were all", count)
	}
	return nil
}

// leftBehind returns the processes that were started on the stage, however far from it they are now, and are still there after a moment of grace for those that are
// about to end. It knows them by their environment.
func (st stage) leftBehind() (found []*process.Process) {
	mark := "FOLDER=" + st.folder
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		found = nil
		all, err := process.Processes()
		if err != nil {
			return nil
		}
		for _, p := range all {
			if env, err := p.Environ(); err == nil && slices.Contains(env, mark) {
				found = append(found, p)
			}
		}
		if len(found) == 0 || time.Now().After(deadline) {
			return found
		}
	}
}

func tail(path string, n int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-n):])
}

// killTree ends a process and all that it started, children first found, so that none is left behind by a front end that hangs.
func killTree(pid int32) error {
	p, err := process.NewProcess(pid)
	if err != nil {
		return os.ErrProcessDone
	}
	children, _ := p.Children()
	for _, c := range children {
		killTree(c.Pid)
	}
	return p.Kill()
}
