package childproc

import (
	"os/exec"
	"time"
)

// CPUTime is the processor time, user and system, that this process has used,
// and that of its children that have ended and were waited for; 0 where it is unknown.
func CPUTime() (own, children time.Duration) { return cpuTime() }

// Shell is the command that has the platform's shell run line: sh -c, or cmd /C.
func Shell(line string) *exec.Cmd { return shell(line) }
