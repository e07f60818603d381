package main

import (
	"runtime"
	"testing"
)

// The tutorials still show what they hold.
func TestTutorials(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what they hold is of Linux, where a thread can be kept on a core")
	}
	c := command(t, "run", "--quiet", "--check", "../../notebooks")
	c.Env = append(c.Env, "TMPDIR="+t.TempDir()) // one of them writes a file there
	out, err := c.CombinedOutput()
	if err != nil {
		t.Error(err)
	}
	t.Logf("\n%s", out)
}
