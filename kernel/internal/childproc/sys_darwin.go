package childproc

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func executable() (string, error) { return os.Executable() }

func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitExit does nothing: without waitid's WNOWAIT the group is ended when
// the process is reaped, or by the lifelines of those in it.
func awaitExit(int) {}

// processes asks the kernel (sysctl kern.proc.all).
func processes() []process {
	rows, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil
	}
	const zombie = 5 // SZOMB in sys/proc.h
	wall := time.Now()
	now := Now()
	var out []process
	for _, r := range rows {
		at := time.Unix(r.Proc.P_starttime.Sec, int64(r.Proc.P_starttime.Usec)*1000)
		out = append(out, process{
			pid: int(r.Proc.P_pid), parent: int(r.Eproc.Ppid), group: int(r.Eproc.Pgid),
			started: now - wall.Sub(at), dead: r.Proc.P_stat == zombie,
		})
	}
	return out
}

// marked is always false: another process's environment is not to be had
// without entitlements.
func marked(int, string) bool { return false }

func adopt() error { return nil }

func orphans() []process { return nil }

// Now reads the monotonic clock that all processes of the machine share.
func Now() time.Duration {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return time.Duration(ts.Nano())
}

// ThreadID is 0: the system's call for it is not open to Go without cgo.
func ThreadID() int { return 0 }

// CPU is -1, unknown.
func CPU() int { return -1 }

func growPipe(*os.File, int) {}

const atomicWrite = 512

const fionread = 0x4004667f // _IOR('f', 127, int) in sys/filio.h

func offerToKill() {}
