package childproc

import (
	"bytes"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// executable is right even when the file was replaced or removed since this
// process began, as `go run` and `go test` do at their end.
func executable() (string, error) { return "/proc/self/exe", nil }

// parentDeath tells a role that its parent has ended. It is a signal that
// programs have no other use for, and that the Go runtime ignores before
// anybody has asked for it.
var parentDeath os.Signal = syscall.SIGPWR

func processAttributes(role bool) *syscall.SysProcAttr {
	if role {
		return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGPWR}
	}
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitExit returns when the process, a child of this one, has ended, leaving
// it to be reaped. It reports false where the platform cannot wait so.
func awaitExit(pid int) bool {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return err == nil
		}
	}
}

// ticksPerSecond is USER_HZ, the unit of times in /proc/PID/stat: 100 on every
// architecture that Go runs on (proc(5), sysconf(_SC_CLK_TCK)).
const ticksPerSecond = 100

// processes reads /proc. Processes that end meanwhile are left out.
func processes() []process {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	// starttime counts from boot and goes on while the machine sleeps; Now does not.
	var boot unix.Timespec
	unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot)
	asleep := time.Duration(boot.Nano()) - Now()
	var out []process
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if p, ok := readStat(pid); ok {
			p.started -= asleep
			out = append(out, p)
		}
	}
	return out
}

// readStat parses /proc/PID/stat: "pid (name) state ppid … starttime …", where
// the name may hold spaces and parentheses.
func readStat(pid int) (process, bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, false
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	const state, parent, group, started = 0, 1, 2, 19
	if len(fields) <= started {
		return process{}, false
	}
	ppid, err1 := strconv.Atoi(string(fields[parent]))
	pgrp, err3 := strconv.Atoi(string(fields[group]))
	ticks, err2 := strconv.ParseInt(string(fields[started]), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return process{}, false
	}
	s := fields[state][0]
	at := time.Duration(ticks+1) * time.Second / ticksPerSecond
	return process{pid: pid, parent: ppid, group: pgrp, started: at, dead: s == 'Z' || s == 'X'}, true
}

// marked reports whether the process began with the variable in its environment.
func marked(pid int, variable string) bool {
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return false
	}
	for v := range bytes.SplitSeq(env, []byte{0}) {
		if string(v) == variable {
			return true
		}
	}
	return false
}

func adopt() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	dead := make(chan os.Signal, 1)
	signal.Notify(dead, syscall.SIGCHLD)
	go func() {
		for range dead {
			for _, p := range orphans() {
				if p.dead {
					unix.Wait4(p.pid, nil, unix.WNOHANG, nil)
				}
			}
		}
	}()
	return nil
}

// orphans are the children, living or dead, that another process of this
// package's groups started and left. Children that this process started by
// other means stand in its own group.
func orphans() []process {
	me, group := os.Getpid(), unix.Getpgrp()
	started.Lock()
	defer started.Unlock()
	var out []process
	for _, p := range processes() {
		if p.parent == me && p.group != group && !started.pids[p.pid] {
			out = append(out, p)
		}
	}
	return out
}

// Now reads the monotonic clock that all processes of the machine share
// (CLOCK_MONOTONIC).
func Now() time.Duration {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return time.Duration(ts.Nano())
}

// ThreadID is the native number of the calling thread.
func ThreadID() int { return unix.Gettid() }

// CPU is the core that the calling thread runs on, -1 when unknown.
func CPU() int {
	var cpu uint32
	if _, _, errno := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); errno != 0 {
		return -1
	}
	return int(cpu)
}

func growPipe(f *os.File, size int) {
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) { unix.FcntlInt(fd, unix.F_SETPIPE_SZ, size) })
	}
}

const atomicWrite = 4096

const fionread = unix.TIOCINQ

// offerToKill may fail in a sandbox, where somebody else decides.
func offerToKill() { os.WriteFile("/proc/self/oom_score_adj", []byte("800"), 0) }

// clockID names the clock of Now: that of a start of the kernel, in a time namespace
// (time_namespaces(7)).
func clockID() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	namespace, _ := os.Readlink("/proc/self/ns/time") // "" before Linux 5.6, which has none
	return string(bytes.TrimSpace(boot)) + " " + namespace
}
