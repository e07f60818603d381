package childproc

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// meter reads the CPU clock of a process or thread (clock_getcpuclockid(3)),
// which is exact to the moment where /proc/PID/schedstat is as of the last
// tick, and costs a tenth. Only when that has moved it asks /proc/PID/task/TID for more:
// schedstat tells the time of waiting for a core, stat the core and the state (proc(5)).
type meter struct {
	clock           int32
	schedstat, stat string
	buf             [1024]byte
}

// Clock IDs as the kernel makes them (linux/posix-timers.h, MAKE_PROCESS_CPUCLOCK).
const cpuClockSched, cpuClockThread = 2, 4

func (m *meter) open(pid, thread int) bool {
	m.clock = int32(^pid<<3 | cpuClockSched)
	task := pid
	if thread != 0 && pid == os.Getpid() {
		m.clock = int32(^thread<<3 | cpuClockSched | cpuClockThread)
		task = thread
	}
	dir := "/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(task)
	m.schedstat, m.stat = dir+"/schedstat", dir+"/stat"
	_, ok := m.run()
	return ok
}

func (m *meter) run() (time.Duration, bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(m.clock, &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}

func (m *meter) detail(u *Usage) {
	// "run ready slices", in nanoseconds; absent from kernels without CONFIG_SCHED_INFO.
	if line := m.read(m.schedstat); line != nil {
		if _, rest, ok := bytes.Cut(line, []byte(" ")); ok {
			ready, _, _ := bytes.Cut(rest, []byte(" "))
			if n, err := strconv.ParseInt(string(ready), 10, 64); err == nil {
				u.Ready = time.Duration(n)
			}
		}
	}
	// "pid (name) state …": the core is the 39th field, the state the third.
	const state, core = 3, 39
	line := m.read(m.stat)
	rest := line[bytes.LastIndexByte(line, ')')+1:]
	for n := state; n <= core && len(rest) > 1; n++ {
		field, _, _ := bytes.Cut(rest[1:], []byte(" "))
		rest = rest[1+len(field):]
		switch n {
		case state:
			u.Running = len(field) == 1 && field[0] == 'R'
		case core:
			if c, err := strconv.Atoi(string(field)); err == nil {
				u.Core = c
			}
		}
	}
}

// read is the beginning of a file of /proc; nil when it is no more.
func (m *meter) read(name string) []byte {
	f, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	n, err := unix.Read(f, m.buf[:])
	unix.Close(f)
	if err != nil {
		return nil
	}
	return m.buf[:n]
}
