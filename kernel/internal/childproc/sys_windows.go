package childproc

import (
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job object that ends all in it when its last handle is closed,
// so also when this process ends.
type group struct{ job windows.Handle }

func (g group) kill(int) {
	if g.job != 0 {
		windows.TerminateJobObject(g.job, 137)
	}
}

func (g group) close() {
	if g.job != 0 {
		windows.CloseHandle(g.job)
	}
}

func newGroup(pid int) (group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return group{}, err
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if _, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		windows.CloseHandle(job)
		return group{}, err
	}
	h, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		windows.CloseHandle(job)
		return group{}, err
	}
	defer windows.CloseHandle(h)
	if err := windows.AssignProcessToJobObject(job, h); err != nil {
		windows.CloseHandle(job)
		return group{}, err
	}
	return group{job}, nil
}

func executable() (string, error) { return os.Executable() }

// parentDeath is nothing: the job of a process ends with its parent.
var parentDeath os.Signal

// spawn hands the files over as inherited handles, whose numbers the child
// reads from its environment: Windows has no descriptors 3, 4, ….
func spawn(l *launch) (*os.Process, group, error) {
	sys := &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
	var handles []string
	for _, f := range l.Files {
		h := syscall.Handle(f.Fd())
		if err := syscall.SetHandleInformation(h, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
			return nil, group{}, os.NewSyscallError("SetHandleInformation", err)
		}
		sys.AdditionalInheritedHandles = append(sys.AdditionalInheritedHandles, h)
		handles = append(handles, strconv.FormatUint(uint64(h), 10))
	}
	p, err := os.StartProcess(l.exe, l.argv, &os.ProcAttr{
		Dir: l.Dir, Env: l.environment(handles), Sys: sys,
		Files: []*os.File{l.Stdin, l.Stdout, l.Stderr},
	})
	if err != nil {
		return nil, group{}, err
	}
	// A process that is in a job that forbids nesting cannot get its own: it is
	// then killed alone.
	g, _ := newGroup(p.Pid)
	return p, g, nil
}

func inherit(h uintptr, name string) *os.File {
	syscall.SetHandleInformation(syscall.Handle(h), syscall.HANDLE_FLAG_INHERIT, 0)
	return os.NewFile(h, name)
}

// awaitExit needs no care for the process number: os.Process has a handle.
func awaitExit(pid int) bool {
	h, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return false
	}
	defer windows.CloseHandle(h)
	event, err := windows.WaitForSingleObject(h, windows.INFINITE)
	return err == nil && event == windows.WAIT_OBJECT_0
}

// killOwnGroup does nothing: the job of this process belongs to its parent.
func killOwnGroup() {}

func killAll(list []process, except int) {
	for _, p := range list {
		if p.pid == except {
			continue
		}
		if h, err := windows.OpenProcess(windows.PROCESS_TERMINATE, false, uint32(p.pid)); err == nil {
			windows.TerminateProcess(h, 137)
			windows.CloseHandle(h)
		}
	}
}

// processes takes a snapshot of the system's table. It keeps a parent's number
// after the parent has ended, so a child that is older than its "parent" is left out.
func processes() []process {
	snap, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil
	}
	defer windows.CloseHandle(snap)
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	started := map[int]time.Duration{}
	var out []process
	for err = windows.Process32First(snap, &entry); err == nil; err = windows.Process32Next(snap, &entry) {
		p := process{pid: int(entry.ProcessID), parent: int(entry.ParentProcessID)}
		p.started = startTime(entry.ProcessID)
		started[p.pid] = p.started
		out = append(out, p)
	}
	for i, p := range out {
		if started[p.parent] > p.started {
			out[i].parent = 0
		}
	}
	return out
}

func startTime(pid uint32) time.Duration {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return 0
	}
	defer windows.CloseHandle(h)
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &created, &exited, &kernel, &user); err != nil {
		return 0
	}
	return Now() - time.Since(time.Unix(0, created.Nanoseconds()))
}

// marked is always false: jobs keep a tree together instead.
func marked(int, string) bool { return false }

func adopt() error { return nil }

func orphans() []process { return nil }

// Now is the time since the system's start, which all processes share.
func Now() time.Duration { return windows.DurationSinceBoot() }

// ThreadID is the native number of the calling thread.
func ThreadID() int { return int(windows.GetCurrentThreadId()) }

// CPU is -1, unknown.
func CPU() int { return -1 }

func growPipe(*os.File, int) {}

func duplicate(f *os.File) (*os.File, error) {
	self := windows.CurrentProcess()
	var h windows.Handle
	err := windows.DuplicateHandle(self, windows.Handle(f.Fd()), self, &h, 0, false, windows.DUPLICATE_SAME_ACCESS)
	if err != nil {
		return nil, os.NewSyscallError("DuplicateHandle", err)
	}
	return os.NewFile(uintptr(h), f.Name()), nil
}

func pending(*os.File) int { return 0 }

// awaitRoom is not called: anonymous pipes cannot be made non-blocking by a program that inherits one.
func awaitRoom(*os.File) error { return nil }

func receive(f *os.File, buf []byte, lock func() int, unlock func()) (int, error) {
	n, err := f.Read(buf)
	lock()
	return n, err
}

const atomicWrite = 4096

func offerToKill() {}

func clockID() string { return "" }
