package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"iyagi/install"
	"iyagi/install/venv"
	"iyagi/notebooks/client"
	"iyagi/notebooks/nbformat"
)

func doctorCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Tell what front ends would find, and what is wrong",
		Args:  wrongArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &doctor{out: std.out, colour: std.outTTY}
			d.examine(cmd.Context())
			if d.failed > 0 {
				return exitStatus(1)
			}
			return nil
		},
	}
}

// doctor prints findings, one a line.
type doctor struct {
	out    io.Writer
	colour bool
	failed int
}

// verdict is what a finding means for the user.
type verdict int

const (
	good verdict = iota
	note         // neither good nor bad
	warning
	failure // notebooks will not run; the exit status is 1
)

var verdicts = map[verdict]struct{ word, colour string }{
	good: {"ok", "\x1b[32m"}, note: {"info", ""}, warning: {"warn", "\x1b[33m"}, failure: {"FAIL", "\x1b[31m"},
}

func (d *doctor) say(v verdict, topic, format string, args ...any) {
	if v == failure {
		d.failed++
	}
	word := fmt.Sprintf("%-4s", verdicts[v].word)
	if d.colour && verdicts[v].colour != "" {
		word = verdicts[v].colour + word + "\x1b[0m"
	}
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n"+strings.Repeat(" ", 18))
	fmt.Fprintf(d.out, "%s  %-10s  %s\n", word, topic, text)
}

func (d *doctor) examine(ctx context.Context) {
	exe, err := os.Executable()
	if err != nil {
		d.say(failure, "program", "%v", err)
		return
	}
	d.say(good, "program", "%s\n%s", exe, version())
	lab := d.lab(ctx)
	spec := d.kernelspecs(ctx, exe, lab)
	d.vscode(spec)
	d.toolchain(ctx)
	d.kernel(ctx, exe, spec)
}

func (d *doctor) lab(ctx context.Context) *install.Lab {
	lab := install.FindLab(ctx)
	if lab != nil {
		d.say(good, "JupyterLab", "%s: %s", lab.Version, strings.Join(lab.Command, " "))
		return lab
	}
	if _, err := venv.FindPython(ctx); err != nil {
		d.say(warning, "JupyterLab", "not found, and %v; iyagi run needs neither", err)
		return nil
	}
	d.say(note, "JupyterLab", "not found; iyagi lab sets one up in %s", install.LabDir())
	return nil
}

// kernelspecs lists what front ends find, in the order in which they look, and
// returns the kernelspec that they would use.
func (d *doctor) kernelspecs(ctx context.Context, exe string, lab *install.Lab) *install.Spec {
	var prefixes []string
	if lab != nil && lab.Prefix != "" {
		prefixes = append(prefixes, lab.Prefix)
	}
	if p, err := venv.FindPython(ctx); err == nil && (lab == nil || p.Prefix != lab.Prefix) {
		prefixes = append(prefixes, p.Prefix)
	}
	folders := install.Folders(prefixes...)
	var used *install.Spec
	for _, s := range install.Find(folders) {
		if s.Name != install.Name && (len(s.Argv) == 0 || !strings.HasPrefix(filepath.Base(s.Argv[0]), "iyagi")) {
			continue
		}
		d.kernelspec(ctx, s, exe)
		if s.Name == install.Name && s.Shadow == nil {
			used = s
		}
	}
	if used == nil {
		var where []string
		for _, f := range folders {
			where = append(where, fmt.Sprintf("  %s (%s)", f.Path, f.Why))
		}
		d.say(failure, "kernelspec", "front ends do not know the kernel: run iyagi install\nlooked in\n%s", strings.Join(where, "\n"))
	}
	return used
}

func (d *doctor) kernelspec(ctx context.Context, s *install.Spec, exe string) {
	what := fmt.Sprintf("%s (%s)", s.Dir, s.Folder.Why)
	err := s.Check()
	switch {
	case s.Shadow != nil && err != nil:
		d.say(warning, "kernelspec", "%s\nis hidden by %s, and broken: %v", what, s.Shadow.Dir, err)
		return
	case s.Shadow != nil:
		d.say(note, "kernelspec", "%s\nis hidden by %s for Jupyter", what, s.Shadow.Dir)
		return
	case err != nil:
		d.say(failure, "kernelspec", "%v\nrun iyagi install, or remove the folder", err)
		return
	case !filepath.IsAbs(s.Argv[0]):
		d.say(warning, "kernelspec", "%s starts %q, found on the PATH here, but maybe not by a front end with another PATH", what, s.Argv[0])
		return
	case s.Argv[0] != exe:
		if other := otherVersion(ctx, s.Argv[0]); other != version() {
			d.say(warning, "kernelspec", "%s starts another program, %s\nwhich says: %s", what, s.Argv[0], other)
			return
		}
	}
	if s.InterruptMode != "message" {
		d.say(warning, "kernelspec", "%s has interrupt_mode %q: cells cannot be interrupted everywhere; run iyagi install", what, s.InterruptMode)
		return
	}
	d.say(good, "kernelspec", "%s starts %s", what, s.Argv[0])
}

func otherVersion(ctx context.Context, exe string) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, exe, "version").CombinedOutput()
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(out))
}

func (d *doctor) vscode(spec *install.Spec) {
	path, err := exec.LookPath("code")
	if err != nil {
		path = ""
	}
	if spec != nil && !spec.Folder.VSCode {
		d.say(warning, "VS Code", "does not look in %s;\nstart it with JUPYTER_PATH=%s, or install without JUPYTER_DATA_DIR and XDG_DATA_HOME",
			spec.Folder.Path, filepath.Dir(spec.Folder.Path))
	} else if strings.Contains(path, "/snap/") {
		d.say(warning, "VS Code", "is a snap and looks in ~/snap/code/current/.local/share/jupyter/kernels;\nstart it with JUPYTER_PATH set to the folder above \"kernels\"")
	}
	d.say(note, "VS Code", "completion in cells needs these settings:\n"+
		"\"jupyter.enableKernelCompletions\": true,\n\"jupyter.completionTriggerCharacters\": {\"go\": [\".\"]}")
}

// toolchain tells of what is not needed, but used when it is there.
func (d *doctor) toolchain(ctx context.Context) {
	path, err := exec.LookPath("go")
	if err != nil {
		d.say(note, "Go", "no Go toolchain on the PATH; cells do not need one")
		return
	}
	out, err := exec.CommandContext(ctx, path, "env", "GOVERSION", "GOROOT", "GOPATH").Output()
	if err != nil {
		d.say(warning, "Go", "%s does not run: %v", path, err)
		return
	}
	d.say(note, "Go", "%s: %s (cells do not need it)", path, strings.Join(strings.Fields(string(out)), ", "))
}

// kernel starts the kernel as a front end would and runs a cell.
func (d *doctor) kernel(ctx context.Context, exe string, spec *install.Spec) {
	k := client.Kernel{Argv: []string{exe, "kernel", "{connection_file}"}, InterruptMode: "message"}
	if spec != nil && spec.Check() == nil {
		var err error
		if k, err = client.ReadSpec(spec.Dir); err != nil {
			d.say(failure, "kernel", "%v", err)
			return
		}
	}
	k.Attr = install.NewSession()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	began := time.Now()
	c, err := client.Start(ctx, k)
	if err != nil {
		d.say(failure, "kernel", "does not start: %v", err)
		return
	}
	defer c.Close()
	started := time.Since(began)
	began = time.Now()
	result, err := c.Execute(ctx, "1+1", client.Options{})
	took := time.Since(began)
	if err == nil {
		err = result.Err()
	}
	if got := resultText(result); err == nil && got != "2" {
		err = fmt.Errorf("the result was %q", got)
	}
	if err != nil {
		d.say(failure, "kernel", "1+1 fails: %v", err)
		return
	}
	d.say(good, "kernel", "starts in %v, and 1+1 is 2 after %v", started.Round(time.Millisecond), took.Round(100*time.Microsecond))
	if err := c.Shutdown(ctx); err != nil && !errors.Is(err, context.Canceled) {
		d.say(warning, "kernel", "%v", err)
	}
}

func resultText(r *client.Result) string {
	for _, o := range r.Outputs {
		if o.Type == nbformat.ExecuteResult {
			return outputText(o)
		}
	}
	return ""
}
