package childproc

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func executable() (string, error) { return os.Executable() }

// parentDeath is nothing: the lifeline alone tells of the parent's end.
var parentDeath os.Signal

func processAttributes(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitExit waits by kqueue(2): waitid(2) returns here when a process is merely
// stopped, whatever its options (golang.org/issue/19314).
func awaitExit(pid int) bool {
	kq, err := unix.Kqueue()
	if err != nil {
		return false
	}
	defer unix.Close(kq)
	unix.CloseOnExec(kq)
	var ev unix.Kevent_t
	unix.SetKevent(&ev, pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	ev.Fflags = unix.NOTE_EXIT
	changes, events := []unix.Kevent_t{ev}, make([]unix.Kevent_t, 1)
	for {
		n, err := unix.Kevent(kq, changes, events, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.ESRCH): // it is a zombie, which has no filters any more
			return true
		case err != nil:
			return false
		case n > 0:
			return true
		}
	}
}

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

func clockID() string { return "" }
