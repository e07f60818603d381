package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"iyagi/install"
	"iyagi/notebooks/execute"
	"iyagi/notebooks/publish"
	"iyagi/notebooks/watch"
)

// watchOptions are the flags of watch.
type watchOptions struct {
	to      string
	port    int
	noOpen  bool
	inPlace bool
	trust   bool
	timeout time.Duration
	kernel  string
}

func watchCommand(std streams) *cobra.Command {
	var o watchOptions
	cmd := &cobra.Command{
		Use:   "watch NOTEBOOK",
		Short: "Show a page of a notebook that follows each save",
		Long: `Run a notebook and show it in the browser as the page that "iyagi publish" makes. On
each save, from whatever editor, the cells that changed are run again, with those that
depend on them, and the page is loaded anew at the same place. The kernel stays;
it begins anew when a cell that is no more could still be felt.

The notebook may be a text, .md or .go (see iyagi convert). An error is shown at its
cell, a file that cannot be read above the page. The page is for this machine's browser
alone; its address has a secret in it. Ctrl-C ends it all.`,
		Example: `  iyagi watch lesson.ipynb
  iyagi watch --inplace lesson.ipynb   # and keep the outputs in the file
  iyagi watch --no-open --port 8000 lesson.md`,
		Args: wrongArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.to != string(publish.HTML) {
				return &usageError{errors.New("--to: a browser shows html; iyagi publish makes the other pages")}
			}
			return watchNotebook(cmd.Context(), args[0], o, std)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", string(publish.HTML), "kind of page: html")
	f.IntVar(&o.port, "port", 0, "`PORT` of the page on this machine (default: one that is free)")
	f.BoolVar(&o.noOpen, "no-open", false, "open no browser; the address is printed")
	f.BoolVar(&o.inPlace, "inplace", false, "write the outputs into the notebook after each run")
	f.BoolVar(&o.trust, "trust", false, "keep scripts and other HTML of the notebook: it is your own")
	f.DurationVar(&o.timeout, "timeout", 0, "interrupt a cell that runs longer, such as 30s (default: never)")
	f.StringVar(&o.kernel, "kernel", "", "name or folder of another `KERNELSPEC`")
	return cmd
}

func watchNotebook(ctx context.Context, path string, o watchOptions, std streams) error {
	k, err := kernelIn(o.kernel, path)
	if err != nil {
		return err
	}
	r := &runner{options: runOptions{timeout: o.timeout}, std: std, kill: make(chan struct{})}
	ctx, stop := r.listen(ctx)
	defer stop()
	err = watch.Run(ctx, watch.Options{
		Path: path, Kernel: k, Port: o.port, InPlace: o.inPlace,
		Execute: execute.Options{Limits: r.limits()},
		Publish: publish.Options{Target: publish.HTML, Trust: o.trust, Date: time.Now()},
		Say:     func(line string) { fmt.Fprintln(std.err, line) },
		Ready: func(address string) {
			fmt.Fprintln(std.out, address)
			if o.noOpen {
				return
			}
			if err := install.OpenBrowser(address); err != nil {
				fmt.Fprintln(std.err, "iyagi: open the address yourself:", err)
			}
		},
	})
	if err == nil && errors.Is(context.Cause(ctx), interrupted) {
		return nil // Ctrl-C is how it ends
	}
	return because(ctx, err)
}
