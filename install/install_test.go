package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"iyagi/install/venv"
)

// home gives the test a user of its own: no folder of the real one is touched.
func home(t *testing.T) string {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	t.Setenv("APPDATA", filepath.Join(dir, "AppData", "Roaming"))
	t.Setenv("LOCALAPPDATA", filepath.Join(dir, "AppData", "Local"))
	for _, name := range []string{"JUPYTER_DATA_DIR", "JUPYTER_PATH", "XDG_DATA_HOME", "VIRTUAL_ENV"} {
		t.Setenv(name, "")
	}
	xdg.Reload()
	t.Cleanup(xdg.Reload) // runs before the variables come back; the next home reloads again
	return dir
}

func TestInstall(t *testing.T) {
	home(t)
	user, err := UserDataDir()
	if err != nil {
		t.Fatal(err)
	}
	prefix := filepath.Join(t.TempDir(), "a prefix")
	exe := filepath.Join(t.TempDir(), "my iyagi")
	tests := []struct {
		name    string
		options Options
		dir     string
	}{
		{"user", Options{Executable: exe}, filepath.Join(user, "kernels", "iyagi")},
		{"prefix", Options{Executable: exe, Prefix: prefix}, filepath.Join(prefix, "share", "jupyter", "kernels", "iyagi")},
		{"name", Options{Executable: exe, Name: "go-dev", DisplayName: "Go 2", Env: map[string]string{"A": "b"}}, filepath.Join(user, "kernels", "go-dev")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for round := range 2 { // the second replaces the first
				r, err := Install(test.options)
				if err != nil {
					t.Fatal(err)
				}
				if r.Dir != test.dir || r.Executable != exe || r.Copied || r.Replaced != (round == 1) {
					t.Errorf("round %d: %+v", round, r)
				}
			}
			data, err := os.ReadFile(filepath.Join(test.dir, "kernel.json"))
			if err != nil {
				t.Fatal(err)
			}
			var s spec
			if err := json.Unmarshal(data, &s); err != nil {
				t.Fatal(err)
			}
			if len(s.Argv) != 3 || s.Argv[0] != exe || s.Argv[1] != "kernel" || s.Argv[2] != "{connection_file}" ||
				s.Language != "go" || s.InterruptMode != "message" || s.Env["A"] != test.options.Env["A"] {
				t.Errorf("kernel.json: %s", data)
			}
			if len(s.Metadata) != 0 {
				t.Errorf("metadata %v: front ends would believe it", s.Metadata)
			}
			entries, _ := os.ReadDir(test.dir)
			if len(entries) != 4 {
				t.Errorf("files: %v", entries)
			}
			if siblings, _ := os.ReadDir(filepath.Dir(test.dir)); len(siblings) > 2 {
				t.Errorf("left beside it: %v", siblings)
			}
			if dir, err := Uninstall(test.options); err != nil || dir != test.dir {
				t.Errorf("Uninstall: %s %v", dir, err)
			}
			if _, err := Uninstall(test.options); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("second Uninstall: %v", err)
			}
		})
	}
	if _, err := Install(Options{Name: "Has Space"}); err == nil {
		t.Error("installed under a name that Jupyter refuses")
	}
}

func TestLogos(t *testing.T) {
	for name, size := range map[string]int{"logo-32x32.png": 32, "logo-64x64.png": 64} {
		data, err := logos.ReadFile("logos/" + name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || c.Width != size || c.Height != size {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}

// The test binary is a temporary of the go command, so installing it copies it
// to a place where it stays.
func TestInstallTemporary(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if !temporary(exe) {
		t.Skip("the test was not started by the go command: ", exe)
	}
	dir := home(t)
	for range 2 {
		r, err := Install(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Copied || !strings.HasPrefix(r.Executable, dir) || temporary(r.Executable) {
			t.Errorf("%+v", r)
		}
		out, err := exec.Command(r.Executable, "-test.list=TestInstallTemporary").CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("TestInstallTemporary")) {
			t.Errorf("the copy does not run: %v\n%s", err, out)
		}
		if entries, _ := os.ReadDir(filepath.Dir(r.Executable)); len(entries) != 1 {
			t.Errorf("left beside it: %v", entries)
		}
	}
	for path, want := range map[string]bool{
		"/tmp/go-build1/b001/exe/iyagi": true, "/home/u/.cache/go-build/ab/abc-d/iyagi": true, "/usr/local/bin/iyagi": false, "/x/build": false,
	} {
		if temporary(path) != want {
			t.Errorf("temporary(%s) = %v", path, !want)
		}
	}
}

func TestFind(t *testing.T) {
	h := home(t)
	first := t.TempDir()
	t.Setenv("JUPYTER_PATH", first)
	t.Setenv("JUPYTER_DATA_DIR", filepath.Join(h, "mine"))
	exe, _ := os.Executable()
	write := func(dir, json string) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(json), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	argv, _ := json.Marshal([]string{exe, "kernel", "{connection_file}"})
	write(filepath.Join(first, "kernels", "Iyagi"), `{"argv":`+string(argv)+`,"display_name":"one"}`)
	write(filepath.Join(h, "mine", "kernels", "iyagi"), `{"argv":["/no/such/iyagi","kernel","{connection_file}"],"display_name":"two"}`)
	write(filepath.Join(h, "mine", "kernels", "broken"), `{"argv":`)
	write(filepath.Join(h, "mine", "kernels", "joined"), `{"argv":["x","-f={connection_file}"]}`)
	write(filepath.Join(h, "mine", "kernels", "gone"), `{"argv":["no-such-program-iyagi","{connection_file}"]}`)
	if err := os.MkdirAll(filepath.Join(h, "mine", "kernels", "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	specs := Find(Folders(filepath.Join(h, "env")), "iyagi", "broken", "joined", "gone", "empty")
	if len(specs) != 5 {
		t.Fatalf("found %d", len(specs))
	}
	byTitle := map[string]*Spec{}
	for _, s := range specs {
		byTitle[s.Name+s.DisplayName] = s
	}
	one, two := byTitle["iyagione"], byTitle["iyagitwo"]
	if one == nil || two == nil || one.Shadow != nil || two.Shadow != one {
		t.Fatalf("shadows: %+v %+v", one, two)
	}
	if err := one.Check(); err != nil {
		t.Error(err)
	}
	if !one.Folder.VSCode || two.Folder.VSCode {
		t.Error("VS Code looks in JUPYTER_PATH and not in JUPYTER_DATA_DIR")
	}
	for title, want := range map[string]string{
		"iyagitwo": "/no/such/iyagi does not exist", "broken": "unexpected end", "joined": "no element {connection_file}", "gone": `"no-such-program-iyagi" is not on the PATH`,
	} {
		if err := byTitle[title].Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", title, err)
		}
	}
}

func TestFolders(t *testing.T) {
	h := home(t)
	t.Setenv("JUPYTER_PATH", strings.Join([]string{"/a", "/b"}, string(os.PathListSeparator)))
	var paths []string
	for _, f := range Folders("/env") {
		paths = append(paths, filepath.ToSlash(f.Path))
	}
	all := strings.Join(paths, " ")
	if !strings.HasPrefix(all, "/a/kernels /b/kernels /env/share/jupyter/kernels "+filepath.ToSlash(h)) {
		t.Errorf("folders: %s", all)
	}
}

func TestWithoutPython(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	home(t)
	if _, err := SetUpLab(t.Context(), &bytes.Buffer{}); !errors.Is(err, venv.ErrNoPython) || !strings.Contains(err.Error(), "install Python 3") {
		t.Errorf("SetUpLab without Python: %v", err)
	}
	if lab := FindLab(t.Context()); lab != nil {
		t.Errorf("found a JupyterLab without a PATH: %+v", lab)
	}
}
