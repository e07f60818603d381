//go:build unix

package install

import (
	"io/fs"
	"syscall"
)

func newSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func systemDataDirs() []string {
	return []string{"/usr/local/share/jupyter", "/usr/share/jupyter"}
}

func executable(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
