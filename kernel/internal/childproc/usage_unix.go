//go:build unix

package childproc

import (
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

func cpuTime() (own, children time.Duration) {
	return rusage(unix.RUSAGE_SELF), rusage(unix.RUSAGE_CHILDREN)
}

func rusage(who int) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func shell(line string) *exec.Cmd { return exec.Command("/bin/sh", "-c", line) }
