package childproc

import (
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

func cpuTime() (own, children time.Duration) {
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &user); err != nil {
		return 0, 0
	}
	return duration(kernel) + duration(user), 0
}

// duration is a span in units of 100 ns (GetProcessTimes).
func duration(t windows.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime)) * 100
}

// shell hands the line over as it is: cmd has rules of its own for quotes.
func shell(line string) *exec.Cmd {
	name := os.Getenv("COMSPEC")
	if name == "" {
		name = "cmd.exe"
	}
	cmd := exec.Command(name)
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `"` + name + `" /S /C "` + line + `"`, HideWindow: true}
	return cmd
}
