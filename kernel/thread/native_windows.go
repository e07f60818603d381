package thread

import (
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

func threadID() int { return int(windows.GetCurrentThreadId()) }

// mainThread is the thread that runs init functions: the main goroutine is
// locked to the main thread until main.main is called (package runtime).
var mainThread = threadID()

func mainID() int { return mainThread }

func threadCPU() time.Duration {
	var created, exited, kernel, user windows.Filetime
	t, err := windows.OpenThread(windows.THREAD_QUERY_INFORMATION, false, windows.GetCurrentThreadId())
	if err != nil {
		return 0
	}
	defer windows.CloseHandle(t)
	if err := getThreadTimes(t, &created, &exited, &kernel, &user); err != nil {
		return 0
	}
	return filetime(kernel) + filetime(user)
}

// filetime is a length of time in units of 100 ns.
func filetime(f windows.Filetime) time.Duration {
	return time.Duration(int64(f.HighDateTime)<<32|int64(f.LowDateTime)) * 100
}

var procGetThreadTimes = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetThreadTimes")
var procGetCurrentProcessorNumber = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetCurrentProcessorNumber")

func getThreadTimes(t windows.Handle, created, exited, kernel, user *windows.Filetime) error {
	ok, _, err := procGetThreadTimes.Call(uintptr(t), uintptr(unsafe.Pointer(created)), uintptr(unsafe.Pointer(exited)),
		uintptr(unsafe.Pointer(kernel)), uintptr(unsafe.Pointer(user)))
	if ok == 0 {
		return err
	}
	return nil
}

func currentCore() int {
	n, _, _ := procGetCurrentProcessorNumber.Call()
	return int(n)
}

var procSetThreadAffinityMask = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadAffinityMask")

func pinTo(core int) error {
	// The mask of a thread speaks of the 64 cores of its group.
	old, _, err := procSetThreadAffinityMask.Call(uintptr(windows.CurrentThread()), uintptr(1)<<(core%64))
	if old == 0 {
		return fmt.Errorf("thread.Pin: core %d: %w", core, err)
	}
	return nil
}
