package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iyagi/install"
)

// place are the flags that say where a kernelspec is.
type place struct {
	user, sysPrefix bool
	prefix, name    string
}

func (p *place) flags(f *pflag.FlagSet) {
	f.BoolVar(&p.user, "user", false, "for this user (the default)")
	f.StringVar(&p.prefix, "prefix", "", "for a Python environment or another prefix: `DIR`/share/jupyter/kernels")
	f.BoolVar(&p.sysPrefix, "sys-prefix", false, "for the active Python environment (virtualenv, conda)")
	f.StringVar(&p.name, "name", "", "`NAME` of the kernelspec (default iyagi)")
}

func (p *place) options(cmd *cobra.Command) (install.Options, error) {
	o := install.Options{Prefix: p.prefix, Name: p.name}
	if !p.sysPrefix {
		return o, nil
	}
	prefix, err := install.SysPrefix(cmd.Context())
	o.Prefix = prefix
	return o, err
}

func installCommand() *cobra.Command {
	var where place
	var title string
	var env []string
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Let JupyterLab, VS Code and other front ends know the kernel",
		Args:  wrongArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := where.options(cmd)
			if err != nil {
				return err
			}
			o.DisplayName, o.Env = title, map[string]string{}
			for _, e := range env {
				name, value, ok := strings.Cut(e, "=")
				if !ok || name == "" {
					return &usageError{fmt.Errorf("--env %q: write NAME=VALUE", e)}
				}
				o.Env[name] = value
			}
			r, err := install.Install(o)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if r.Copied {
				fmt.Fprintf(out, "This program is a temporary of \"go run\": copied it to %s\n", r.Executable)
			}
			done := "Installed"
			if r.Replaced {
				done = "Replaced"
			}
			fmt.Fprintf(out, "%s the kernelspec %s\n", done, r.Dir)
			fmt.Fprintf(out, "Front ends will start %s\n", r.Executable)
			return nil
		},
	}
	where.flags(cmd.Flags())
	cmd.MarkFlagsMutuallyExclusive("user", "prefix", "sys-prefix")
	cmd.Flags().StringVar(&title, "display-name", "", "what front ends show (default "+install.DisplayName+")")
	cmd.Flags().StringArrayVar(&env, "env", nil, "environment variable `NAME=VALUE` for the kernel; may be repeated")
	return cmd
}

func uninstallCommand() *cobra.Command {
	var where place
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove what install wrote",
		Args:  wrongArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := where.options(cmd)
			if err != nil {
				return err
			}
			dir, err := install.Uninstall(o)
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("nothing to remove: there is no kernelspec %s\niyagi doctor lists the kernelspecs that there are", dir)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Removed the kernelspec %s\n", dir)
			return nil
		},
	}
	where.flags(cmd.Flags())
	cmd.MarkFlagsMutuallyExclusive("user", "prefix", "sys-prefix")
	return cmd
}
