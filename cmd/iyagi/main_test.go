package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"iyagi/kernel"
)

// The test binary is the program under test as well: scripts run it as
// "iyagi", and the kernel starts it in its roles.
func TestMain(m *testing.M) {
	kernel.Main()
	testscript.Main(m, map[string]func(){"iyagi": main})
}

// Each file of testdata/script is a test; its comment says of what.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			temp := filepath.Join(e.WorkDir, "tmp")
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			e.Setenv("APPDATA", filepath.Join(home, "AppData", "Roaming"))
			e.Setenv("LOCALAPPDATA", filepath.Join(home, "AppData", "Local"))
			e.Setenv("NO_COLOR", "")
			e.Setenv("FULLPATH", os.Getenv("PATH"))
			return errors.Join(os.MkdirAll(home, 0o755), os.MkdirAll(temp, 0o755))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status},
	})
}

// status N COMMAND… runs a command, which must end with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
