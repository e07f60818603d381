// Command iyagi is a Jupyter kernel for Go and what goes with it.
//
//	iyagi kernel FILE      serve the front end that wrote the connection file
//	iyagi install          let the front ends of this machine know the kernel
//	iyagi uninstall        the reverse
//	iyagi lab              open notebooks in JupyterLab, setting one up if needed
//	iyagi run FILE…        run notebooks and Go programs without a front end
//	iyagi publish FILE…    make pages of notebooks: HTML, or Markdown for a site
//	iyagi export NOTEBOOK  make a Go program of a notebook
//	iyagi watch NOTEBOOK   show a page of a notebook that follows each save
//	iyagi convert FILE…    notebooks as Markdown or Go files, and back
//	iyagi new NAME         a fresh notebook
//	iyagi doctor           what front ends would find, and what is wrong
//	iyagi version
//
// A file of this package is one command: its flags, and words for people about
// what packages kernel, install and notebooks/client do. The binary is also each of the
// processes that a kernel consists of; kernel.Main sees to that first.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"iyagi/kernel"
)

func main() {
	kernel.Main()
	os.Exit(dispatch(os.Args[1:], terminal()))
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	outTTY   bool // out is a terminal
	errTTY   bool
	width    func() int // columns of the terminal of err; 0: unknown. May be nil
}

// exitStatus is an error that has been told already, or needs no words: the
// process ends with that status.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// dispatch runs the command line and returns the exit status: 0, 1 when
// something failed, 2 for a wrong command line, or what a Go program asked for.
func dispatch(args []string, std streams) int {
	root := rootCommand(std)
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	err := root.ExecuteContext(context.Background())
	var status exitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintln(std.err, "iyagi:", err)
	var usage *usageError
	if errors.As(err, &usage) || ofCobra(err) {
		return 2
	}
	return 1
}

// ofCobra tells the wrong command lines that cobra finds by itself, for whose
// errors it has no type.
func ofCobra(err error) bool {
	return strings.HasPrefix(err.Error(), "unknown command") || strings.HasPrefix(err.Error(), "if any flags in the group")
}

// usageError is a wrong command line.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func rootCommand(std streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "iyagi",
		Short:         "Go in notebooks",
		Long:          "Iyagi runs Go in Jupyter notebooks: in JupyterLab, in VS Code, and without any front end.",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(kernelCommand(), installCommand(), uninstallCommand(), labCommand(std), runCommand(std), publishCommand(std), convertCommand(std), newCommand(std), doctorCommand(std), exportCommand(std), watchCommand(std), versionCommand())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{fmt.Errorf("%w\nsee: %s --help", err, cmd.CommandPath())}
	})
	return root
}

// wrongArgs makes a check of arguments a usage error.
func wrongArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{fmt.Errorf("%w\nsee: %s --help", err, cmd.CommandPath())}
		}
		return nil
	}
}
