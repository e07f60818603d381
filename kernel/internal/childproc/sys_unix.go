//go:build unix

package childproc

import (
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is the process group that a child leads; its number is the child's.
type group struct{}

func (group) kill(pid int) { unix.Kill(-pid, unix.SIGKILL) }
func (group) close()       {}

func spawn(l *launch) (*os.Process, group, error) {
	handles := make([]string, len(l.Files))
	for i := range l.Files {
		handles[i] = strconv.Itoa(3 + i)
	}
	attr := &os.ProcAttr{
		Dir:   l.Dir,
		Env:   l.environment(handles),
		Files: append([]*os.File{l.Stdin, l.Stdout, l.Stderr}, l.Files...),
		Sys:   processAttributes(l.role != ""),
	}
	p, err := os.StartProcess(l.exe, l.argv, attr)
	return p, group{}, err
}

// inherit takes over a descriptor, which programs started from here must not get.
func inherit(fd uintptr, name string) *os.File {
	syscall.CloseOnExec(int(fd))
	return os.NewFile(fd, name)
}

func killOwnGroup() {
	if unix.Getpgrp() == os.Getpid() {
		unix.Kill(0, unix.SIGKILL)
	}
}

func killAll(list []process, except int) {
	for _, p := range list {
		if p.pid != except {
			unix.Kill(p.pid, unix.SIGKILL)
		}
	}
}

func duplicate(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

func pending(f *os.File) int {
	n := 0
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) {
			if k, err := unix.IoctlGetInt(int(fd), fionread); err == nil {
				n = k
			}
		})
	}
	return n
}

// awaitRoom waits until a write to the pipe can do something.
func awaitRoom(f *os.File) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = c.Control(func(fd uintptr) {
		_, failed = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, -1)
	})
	if err == nil && failed != unix.EINTR {
		err = os.NewSyscallError("poll", failed)
	}
	return err
}

func receive(f *os.File, buf []byte, lock func() int, unlock func()) (n int, err error) {
	c, err := f.SyscallConn()
	if err != nil {
		lock()
		return 0, err
	}
	held := false
	var failed error
	err = c.Read(func(fd uintptr) bool {
		room := buf
		if most := lock(); most > 0 {
			room = buf[:min(most, len(buf))]
		}
		for {
			n, failed = unix.Read(int(fd), room)
			if failed != unix.EINTR {
				break
			}
		}
		if failed == unix.EAGAIN {
			unlock()
			return false
		}
		held = true
		return true
	})
	if !held {
		lock()
	}
	switch {
	case err != nil:
		return 0, err
	case failed != nil:
		return 0, os.NewSyscallError("read", failed)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}
