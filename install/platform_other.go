//go:build !unix && !windows

package install

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

func newSession() *syscall.SysProcAttr { return nil }

func browserCommand() []string { return []string{"xdg-open"} }

func userDataDir(home string) string { return vscodeDataDir(home) }

func vscodeDataDir(home string) string { return filepath.Join(home, ".local", "share", "jupyter") }

func systemDataDirs() []string { return nil }

func executable(info fs.FileInfo) bool { return info.Mode().IsRegular() }
