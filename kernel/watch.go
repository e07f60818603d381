package kernel

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// parentEvery is how often the parent is looked for. A kernel without a front
// end may live that much longer.
const parentEvery = time.Second

// watch returns when a signal, the parent's end or ctx asks the kernel to stop.
// SIGINT interrupts the running cell, as it does in kernels whose front end
// uses signals, and stops a kernel that runs none.
func watch(ctx context.Context, log *slog.Logger, signals <-chan os.Signal, p parent, interrupt func() bool) {
	tick := time.NewTicker(parentEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case sig := <-signals:
			if sig == syscall.SIGINT && interrupt() {
				continue
			}
			log.Info("the kernel stops", "signal", sig)
			return
		case <-tick.C:
			if p.gone() {
				log.Info("the kernel stops: the process that started it has ended", "pid", p.pid)
				return
			}
		}
	}
}

// parent is the process that the kernel must not outlive.
type parent struct {
	pid    int // of the front end's server; 0: none
	direct int // of the process that started this one, which may be a wrapper
}

// newParent reads JPY_PARENT_PID, which jupyter_client sets for a kernel that
// it starts. A value that is none of this process's ancestors is not taken for
// a process: on Windows it is a handle.
func newParent(value string) parent {
	pid, err := strconv.Atoi(value)
	if err != nil || pid <= 1 {
		return parent{}
	}
	direct := os.Getppid()
	for at := int32(direct); at > 1; {
		if at == int32(pid) {
			return parent{pid: pid, direct: direct}
		}
		p, err := process.NewProcess(at)
		if err != nil {
			break
		}
		if at, err = p.Ppid(); err != nil {
			break
		}
	}
	return parent{pid: direct, direct: direct}
}

// gone tells whether the parent has ended. Where a process keeps the number
// of its dead parent (Windows), only the second question finds out.
func (p parent) gone() bool {
	if p.pid == 0 {
		return false
	}
	if os.Getppid() != p.direct && p.pid == p.direct {
		return true
	}
	alive, err := process.PidExists(int32(p.pid))
	return err == nil && !alive
}
