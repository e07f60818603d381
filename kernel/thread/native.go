package thread

import "time"

// ID is the native ID of the calling thread: what gettid tells on Linux,
// pthread_threadid_np on macOS, GetCurrentThreadId on Windows. It is 0 on other
// systems.
//
// A goroutine that is not locked to its thread may run on another one at its
// next step; the tasks of this package are locked.
func ID() int { return threadID() }

// MainID is the native ID of the process's main thread. On Linux it equals the
// process ID. It is 0 where it is unknown.
func MainID() int { return mainID() }

// cpuTime is the processor time that the calling thread has used; 0 where it
// is unknown.
func cpuTime() time.Duration { return threadCPU() }

// core is the number of the processor core that the calling thread runs on; -1
// where it is unknown.
func core() int { return currentCore() }

// pin keeps the calling thread on a core.
func pin(core int) error { return pinTo(core) }
