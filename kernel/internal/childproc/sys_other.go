//go:build unix && !linux && !darwin

package childproc

import (
	"os"
	"syscall"
	"time"
)

func executable() (string, error) { return os.Executable() }

// parentDeath is nothing: the lifeline alone tells of the parent's end.
var parentDeath os.Signal

func processAttributes(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitExit is false: a group is ended by the lifelines of those in it.
func awaitExit(int) bool { return false }

// processes is empty: groups and lifelines alone keep a tree together here.
func processes() []process { return nil }

func marked(int, string) bool { return false }

func adopt() error { return nil }

func orphans() []process { return nil }

var began = time.Now()

// Now is the time since this process began: the clock is not shared here.
func Now() time.Duration { return time.Since(began) }

// ThreadID is 0, unknown.
func ThreadID() int { return 0 }

// CPU is -1, unknown.
func CPU() int { return -1 }

func growPipe(*os.File, int) {}

const atomicWrite = 512

const fionread = 0x4004667f // _IOR('f', 127, int) in sys/filio.h

func offerToKill() {}

func clockID() string { return "" }
