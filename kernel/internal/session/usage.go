package session

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"

	"iyagi/kernel/protocol"
)

// usage remembers the processes of the last usage_request: their share of the
// CPU is counted from one request to the next.
type usage struct {
	mu        sync.Mutex
	processes map[int32]*process.Process
}

// usageOf answers what jupyter-resource-usage asks, in the shape of
// ipykernel's reply: sums over the kernel and all its descendants. A figure
// that the platform does not tell stays 0.
func (s *Session) usageOf(ctx context.Context, _ request) any {
	s.usage.mu.Lock()
	defer s.usage.mu.Unlock()
	reply := &protocol.UsageReply{PID: os.Getpid(), CPUCount: runtime.NumCPU()}
	reply.Hostname, _ = os.Hostname()
	s.usage.refresh(ctx)
	for _, p := range s.usage.processes {
		if percent, err := p.PercentWithContext(ctx, 0); err == nil {
			reply.KernelCPU += percent
		}
		reply.KernelMemory += memoryOf(ctx, p)
	}
	if percent, err := cpu.PercentWithContext(ctx, 0, false); err == nil && len(percent) == 1 {
		reply.HostCPUPercent = percent[0]
	}
	if m, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		reply.HostVirtualMemory = protocol.VirtualMemory{
			Total: m.Total, Available: m.Available, Percent: m.UsedPercent, Used: m.Used, Free: m.Free,
		}
	}
	return reply
}

// memoryOf is the memory of a process in bytes: its proportional share where
// /proc tells, since the kernel's processes are one program and share its
// pages, and its resident set elsewhere.
func memoryOf(ctx context.Context, p *process.Process) uint64 {
	// See proc_pid_smaps_rollup(5).
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.Pid)); err == nil {
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) == 3 && f[0] == "Pss:" {
				if n, err := strconv.ParseUint(f[1], 10, 64); err == nil {
					return n << 10
				}
			}
		}
	}
	if m, err := p.MemoryInfoWithContext(ctx); err == nil && m != nil {
		return m.RSS
	}
	return 0
}

// refresh finds the descendants of this process in one pass over all
// processes, and keeps those that it knows.
func (u *usage) refresh(ctx context.Context) {
	self := int32(os.Getpid())
	all, err := process.ProcessesWithContext(ctx)
	if err != nil {
		all = nil
	}
	children := map[int32][]*process.Process{}
	for _, p := range all {
		if p.Pid == self {
			children[-1] = append(children[-1], p)
		} else if parent, err := p.PpidWithContext(ctx); err == nil {
			children[parent] = append(children[parent], p)
		}
	}
	found := map[int32]*process.Process{}
	var add func(ps []*process.Process)
	add = func(ps []*process.Process) {
		for _, p := range ps {
			if known := u.processes[p.Pid]; known != nil {
				p = known
			}
			if found[p.Pid] == nil {
				found[p.Pid] = p
				add(children[p.Pid])
			}
		}
	}
	add(children[-1])
	u.processes = found
}
