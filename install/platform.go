package install

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// NewSession returns the attributes of a process that runs apart from our
// terminal, as Jupyter starts kernels: Ctrl-C at the terminal reaches this
// program alone, which then decides what to do.
func NewSession() *syscall.SysProcAttr { return newSession() }

// OpenBrowser opens an address in the user's browser, as the platform's own command does.
func OpenBrowser(address string) error {
	command := browserCommand()
	return exec.Command(command[0], append(command[1:], address)...).Start()
}

// dataDir is the user's folder of Jupyter's data, as the package jupyter_core
// defines it, without regard to JUPYTER_DATA_DIR.
func dataDir() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find Jupyter's data folder: %w", err)
	}
	return userDataDir(home), nil
}

// UserDataDir is Jupyter's data folder of the user: JUPYTER_DATA_DIR or the
// platform's.
func UserDataDir() (string, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	return dataDir()
}

// The functions below have a body for each platform:
//
//	newSession() *syscall.SysProcAttr
//	userDataDir(home string) string     Jupyter's data folder of a user
//	vscodeDataDir(home string) string   the one that VS Code looks in, whatever the environment says
//	systemDataDirs() []string           Jupyter's data folders for all users
//	browserCommand() []string           what opens the address behind it in the browser
//	executable(info fs.FileInfo) bool   whether a file may be run
