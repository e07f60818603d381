package interp

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// cpuTime measures how much CPU time a process takes in a while; 0 where /proc
// is not there.
func cpuTime(t *testing.T, pid int, while time.Duration) time.Duration {
	read := func() time.Duration {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			t.Logf("CPU time is not known: %v", err)
			return 0
		}
		f := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
		user, _ := strconv.Atoi(string(f[11]))
		system, _ := strconv.Atoi(string(f[12]))
		return time.Duration(user+system) * 10 * time.Millisecond
	}
	before := read()
	time.Sleep(while)
	return read() - before
}

// openFiles counts the files that a process has open; 0 where /proc is not there.
func openFiles(t *testing.T, pid int) int {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Logf("open files are not known: %v", err)
		return 0
	}
	return len(list)
}
