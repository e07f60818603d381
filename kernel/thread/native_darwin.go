package thread

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// sysThreadSelfID is SYS_thread_selfid of <sys/syscall.h>: the ID that
// pthread_threadid_np(3) gives, unique in the whole system.
const sysThreadSelfID = 372

func threadID() int {
	id, _, errno := syscall.RawSyscall(sysThreadSelfID, 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(id)
}

// mainThread is the thread that runs init functions: the main goroutine is
// locked to the main thread until main.main is called (package runtime).
var mainThread = threadID()

func mainID() int { return mainThread }

func threadCPU() time.Duration { return 0 }

func currentCore() int { return -1 }

func pinTo(int) error { return fmt.Errorf("thread.Pin: %w", errors.ErrUnsupported) }
