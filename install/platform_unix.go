//go:build unix && !darwin

package install

import (
	"os"
	"path/filepath"
)

func browserCommand() []string { return []string{"xdg-open"} }

func userDataDir(home string) string {
	if xdg := os.Getenv("XDG_DATA_HOME"); xdg != "" {
		return filepath.Join(xdg, "jupyter")
	}
	return vscodeDataDir(home)
}

func vscodeDataDir(home string) string {
	return filepath.Join(home, ".local", "share", "jupyter")
}
