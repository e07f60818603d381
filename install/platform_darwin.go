package install

import "path/filepath"

func browserCommand() []string { return []string{"open"} }

func userDataDir(home string) string { return vscodeDataDir(home) }

func vscodeDataDir(home string) string { return filepath.Join(home, "Library", "Jupyter") }
