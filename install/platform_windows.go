package install

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

func newSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func browserCommand() []string { return []string{"rundll32", "url.dll,FileProtocolHandler"} }

func userDataDir(home string) string {
	if dir := os.Getenv("JUPYTER_CONFIG_DIR"); os.Getenv("APPDATA") == "" && dir != "" {
		return filepath.Join(dir, "data")
	}
	return vscodeDataDir(home)
}

func vscodeDataDir(home string) string {
	roaming := os.Getenv("APPDATA")
	if roaming == "" {
		roaming = filepath.Join(home, "AppData", "Roaming")
	}
	return filepath.Join(roaming, "jupyter")
}

func systemDataDirs() []string {
	if dir := os.Getenv("PROGRAMDATA"); dir != "" {
		return []string{filepath.Join(dir, "jupyter")}
	}
	return nil
}

func executable(info fs.FileInfo) bool { return info.Mode().IsRegular() }
