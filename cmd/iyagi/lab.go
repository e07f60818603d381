package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"iyagi/install"
)

func labCommand(std streams) *cobra.Command {
	var own bool
	cmd := &cobra.Command{
		Use:   "lab [FOLDER|NOTEBOOK] [-- JUPYTERLAB OPTIONS]",
		Short: "Open notebooks in JupyterLab",
		Long: `Open notebooks in JupyterLab: the one of this machine, or one that is set up
in a virtual environment of Iyagi's own. Without an argument the folder
"notebooks" is opened if there is one, else the current folder.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := labTarget(cmd, args)
			if err != nil {
				return err
			}
			lab, err := provideLab(cmd, own)
			if err != nil {
				return err
			}
			if err := introduce(cmd, lab); err != nil {
				return err
			}
			return openLab(cmd.Context(), lab, std, append([]string{target}, rest...))
		},
	}
	cmd.Flags().BoolVar(&own, "own", false, "use or set up Iyagi's own JupyterLab even if the machine has one")
	return cmd
}

// labTarget is what to open, and JupyterLab's own options.
func labTarget(cmd *cobra.Command, args []string) (target string, rest []string, err error) {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		args, rest = args[:n], args[n:]
	}
	switch {
	case len(args) > 1:
		return "", nil, &usageError{errors.New("lab opens one folder or notebook; JupyterLab's own options come after --")}
	case len(args) == 1:
		target = args[0]
		if _, err := os.Stat(target); err != nil {
			return "", nil, err
		}
	default:
		target = "."
		if info, err := os.Stat("notebooks"); err == nil && info.IsDir() {
			target = "notebooks"
		}
	}
	target, err = filepath.Abs(target)
	return target, rest, err
}

func provideLab(cmd *cobra.Command, own bool) (*install.Lab, error) {
	lab := install.FindLab(cmd.Context())
	if lab != nil && (lab.Own || !own) {
		return lab, nil
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Setting up JupyterLab in %s (once; this takes a minute)\n", install.LabDir())
	return install.SetUpLab(cmd.Context(), cmd.ErrOrStderr())
}

// introduce installs the kernelspec where that JupyterLab looks, if what it
// would find there is not this kernel.
func introduce(cmd *cobra.Command, lab *install.Lab) error {
	var prefixes []string
	if lab.Prefix != "" {
		prefixes = append(prefixes, lab.Prefix)
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	for _, s := range install.Find(install.Folders(prefixes...), install.Name) {
		if s.Shadow == nil && s.Check() == nil && s.Argv[0] == exe {
			return nil
		}
	}
	o := install.Options{}
	if lab.Own {
		o.Prefix = lab.Prefix
	}
	r, err := install.Install(o)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Installed the kernelspec %s\n", r.Dir)
	return nil
}

// openLab runs JupyterLab in the foreground until it ends. Ctrl-C is
// JupyterLab's, which asks what to do; when we are told to go, so is it.
func openLab(ctx context.Context, lab *install.Lab, std streams, args []string) error {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	args = append(lab.Command[1:len(lab.Command):len(lab.Command)], args...)
	args = append(args, "--MultiKernelManager.default_kernel_name="+install.Name)
	c := exec.CommandContext(ctx, lab.Command[0], args...)
	c.Cancel = func() error {
		if c.Process.Signal(syscall.SIGTERM) == nil {
			return nil
		}
		return c.Process.Kill() // Windows has no such signal
	}
	c.WaitDelay = 10 * time.Second // kernels are given some seconds to end
	c.Stdin, c.Stdout, c.Stderr = std.in, std.out, std.err
	err := c.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return terminated
	}
	if errors.As(err, &exit) {
		return exitStatus(max(1, exit.ExitCode()))
	}
	if err != nil {
		return fmt.Errorf("start JupyterLab: %w", err)
	}
	return nil
}
