package install

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
)

// Name is the kernelspec's name, which notebooks ask for, and DisplayName what
// people see.
const (
	Name        = "iyagi"
	DisplayName = "Go (Iyagi)"
)

// Front ends look for the pictures under these names.
//
//go:embed logos/logo-svg.svg logos/logo-64x64.png logos/logo-32x32.png
var logos embed.FS

// Options say where and how a kernelspec is written.
type Options struct {
	// Prefix is the Python environment, or any other prefix, that gets the
	// kernelspec (PREFIX/share/jupyter/kernels); empty: the user's folder.
	Prefix      string
	Name        string // empty: Name
	DisplayName string // empty: DisplayName
	// Executable starts the kernel; empty: this program.
	Executable string
	Env        map[string]string // for the kernel's process
}

// Result is what Install did.
type Result struct {
	Dir        string // of the kernelspec
	Executable string // that front ends will start
	Copied     bool   // Executable is a copy of this program, which is a temporary file
	Replaced   bool   // there was such a kernelspec
}

// spec is kernel.json
// (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs).
// metadata.debugger and metadata.supported_encryption are absent on purpose:
// front ends believe them.
type spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
	Metadata      map[string]any    `json:"metadata"`
}

// Install writes the kernelspec. An older one of the same name is replaced
// when the new one is complete. When this program is the temporary of a "go run", it
// is copied to the user's data folder first, since the temporary is deleted.
func Install(o Options) (*Result, error) {
	kernels, err := o.kernels()
	if err != nil {
		return nil, err
	}
	r := &Result{Dir: filepath.Join(kernels, o.name())}
	if r.Executable, r.Copied, err = o.executable(); err != nil {
		return nil, fmt.Errorf("install kernelspec: %w", err)
	}
	s := spec{
		// The connection file is an argument of its own: VS Code puts quotation
		// marks into any other form when the path has spaces.
		Argv:        []string{r.Executable, "kernel", "{connection_file}"},
		DisplayName: o.DisplayName, Language: "go", InterruptMode: "message",
		Env: o.Env, Metadata: map[string]any{},
	}
	if s.DisplayName == "" {
		s.DisplayName = DisplayName
	}
	if s.Env == nil {
		s.Env = map[string]string{}
	}
	if err := os.MkdirAll(kernels, 0o755); err != nil {
		return nil, fmt.Errorf("install kernelspec: %w", err)
	}
	if r.Replaced, err = s.write(r.Dir); err != nil {
		return nil, fmt.Errorf("install kernelspec: %w", err)
	}
	return r, nil
}

func (o Options) name() string {
	if o.Name == "" {
		return Name
	}
	return o.Name
}

// kernels is the folder of kernelspecs that the options ask for.
func (o Options) kernels() (string, error) {
	if n := o.name(); n != strings.ToLower(n) || strings.ContainsAny(n, `/\ `) {
		return "", fmt.Errorf("%q cannot be the name of a kernelspec: use lower case letters, digits, - _ and dots", n)
	}
	if o.Prefix != "" {
		prefix, err := filepath.Abs(o.Prefix)
		if err != nil {
			return "", err
		}
		return filepath.Join(prefix, "share", "jupyter", "kernels"), nil
	}
	dir, err := UserDataDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "kernels"), nil
}

func (o Options) executable() (path string, copied bool, err error) {
	if o.Executable != "" {
		path, err = filepath.Abs(o.Executable)
		return path, false, err
	}
	exe, err := os.Executable()
	if err != nil {
		return "", false, err
	}
	if !temporary(exe) {
		return exe, false, nil
	}
	path = filepath.Join(xdg.DataHome, "iyagi", "bin", strings.TrimSuffix(filepath.Base(exe), ".test"))
	return path, true, copyFile(exe, path)
}

// temporary tells whether the go command built the program for itself: "go run"
// and "go test" delete it when it ends, or keep it in the build cache for some days.
func temporary(exe string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(filepath.Dir(exe)), "/") {
		if strings.HasPrefix(part, "go-build") {
			return true
		}
	}
	return false
}

// copyFile copies a program. The new one is complete before it gets its name,
// and a running kernel keeps the old one.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) // fails when it has its name
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	if err := out.Chmod(0o755); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), to); err == nil {
		return nil
	}
	// Windows lets a program that runs be renamed, but not replaced.
	if err := os.Rename(to, to+".old"); err != nil {
		return err
	}
	return os.Rename(out.Name(), to)
}

// write writes the spec's folder beside dir and gives it dir's name.
func (s *spec) write(dir string) (replaced bool, err error) {
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return false, err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".iyagi-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(temp)
	fresh := filepath.Join(temp, "new")
	if err := os.Mkdir(fresh, 0o755); err != nil {
		return false, err
	}
	if err := os.WriteFile(filepath.Join(fresh, "kernel.json"), append(data, '\n'), 0o644); err != nil {
		return false, err
	}
	pictures, err := fs.Glob(logos, "logos/*")
	if err != nil {
		return false, err
	}
	for _, p := range pictures {
		data, err := logos.ReadFile(p)
		if err != nil {
			return false, err
		}
		if err := os.WriteFile(filepath.Join(fresh, filepath.Base(p)), data, 0o644); err != nil {
			return false, err
		}
	}
	if err := os.Rename(dir, filepath.Join(temp, "old")); err == nil {
		replaced = true
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return replaced, os.Rename(fresh, dir)
}

// Uninstall removes the kernelspec that Install with the same options wrote,
// and returns its folder. It is an error if there is none.
func Uninstall(o Options) (string, error) {
	kernels, err := o.kernels()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(kernels, o.name())
	if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err != nil {
		return dir, fmt.Errorf("uninstall kernelspec: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return dir, fmt.Errorf("uninstall kernelspec: %w", err)
	}
	return dir, nil
}
