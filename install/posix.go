//go:build unix

package install

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

func newSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func systemDataDirs() []string {
	return []string{"/usr/local/share/jupyter", "/usr/share/jupyter"}
}

func scripts(prefix string) string { return filepath.Join(prefix, "bin") }

func executable(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
