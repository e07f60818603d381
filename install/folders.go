package install

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is a folder in which front ends look for kernelspecs.
type Folder struct {
	Path string // ends in "kernels"
	Why  string // what makes them look there: "JUPYTER_PATH", "user", …
	// VSCode tells that VS Code looks there as well; its versions of 2026
	// pass over JUPYTER_DATA_DIR and XDG_DATA_HOME.
	VSCode bool
}

// Folders lists where front ends look for kernelspecs, in the order of Jupyter:
// the first spec of a name hides the others. prefixes are those of Python
// environments, which come before the user's folder as in an active environment.
func Folders(prefixes ...string) []Folder {
	var list []Folder
	add := func(dir, why string, vscode bool) {
		if dir == "" {
			return
		}
		path := filepath.Join(dir, "kernels")
		if i := slices.IndexFunc(list, func(f Folder) bool { return f.Path == path }); i >= 0 {
			list[i].VSCode = list[i].VSCode || vscode
			return
		}
		list = append(list, Folder{Path: path, Why: why, VSCode: vscode})
	}
	for _, dir := range filepath.SplitList(os.Getenv("JUPYTER_PATH")) {
		add(dir, "JUPYTER_PATH", true)
	}
	for _, p := range prefixes {
		add(filepath.Join(p, "share", "jupyter"), "Python environment "+p, true)
	}
	if dir, err := UserDataDir(); err == nil {
		add(dir, "user", false)
	}
	if home, err := os.UserHomeDir(); err == nil {
		add(vscodeDataDir(home), "user, as VS Code sees it", true)
	}
	for _, dir := range systemDataDirs() {
		add(dir, "all users", true)
	}
	return list
}

// Spec is a kernelspec that front ends find.
type Spec struct {
	Name          string            `json:"-"` // of its folder; what notebooks ask for
	Dir           string            `json:"-"`
	Folder        Folder            `json:"-"`
	DisplayName   string            `json:"display_name"`
	Argv          []string          `json:"argv"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
	Metadata      map[string]any    `json:"metadata"`

	Err    error `json:"-"` // why its kernel.json cannot be read
	Shadow *Spec `json:"-"` // the earlier spec of the same name that Jupyter takes instead
}

// Find lists the kernelspecs of the given names in folders, in order; of all
// names when none is given.
func Find(folders []Folder, names ...string) []*Spec {
	var list []*Spec
	first := map[string]*Spec{}
	for _, f := range folders {
		entries, err := os.ReadDir(f.Path)
		if err != nil {
			continue // most of the folders do not exist
		}
		for _, e := range entries {
			// Jupyter takes names without regard to case, as some file systems do.
			name := strings.ToLower(e.Name())
			if len(names) > 0 && !slices.Contains(names, name) {
				continue
			}
			s := readSpec(filepath.Join(f.Path, e.Name()))
			if errors.Is(s.Err, fs.ErrNotExist) {
				continue // a folder without kernel.json is no kernelspec
			}
			s.Name, s.Folder, s.Shadow = name, f, first[name]
			if first[name] == nil {
				first[name] = s
			}
			list = append(list, s)
		}
	}
	return list
}

func readSpec(dir string) *Spec {
	s := &Spec{Dir: dir}
	data, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err == nil {
		err = json.Unmarshal(data, s)
	}
	s.Err = err
	return s
}

// Check returns what keeps front ends from starting the spec's kernel.
func (s *Spec) Check() error {
	if s.Err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(s.Dir, "kernel.json"), s.Err)
	}
	if len(s.Argv) == 0 {
		return fmt.Errorf("%s: argv is empty", s.Dir)
	}
	if !slices.Contains(s.Argv, "{connection_file}") {
		return fmt.Errorf("%s: argv has no element {connection_file} of its own", s.Dir)
	}
	exe := s.Argv[0]
	if !filepath.IsAbs(exe) {
		path, err := exec.LookPath(exe)
		if err != nil {
			return fmt.Errorf("%s: the program %q is not on the PATH", s.Dir, exe)
		}
		exe = path
	}
	info, err := os.Stat(exe)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: the program %s does not exist (was it moved?)", s.Dir, exe)
	case err != nil:
		return fmt.Errorf("%s: %w", s.Dir, err)
	case !executable(info):
		return fmt.Errorf("%s: %s is not an executable file", s.Dir, exe)
	}
	return nil
}
