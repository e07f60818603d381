package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"iyagi/kernel"
)

func kernelCommand() *cobra.Command {
	var verbose, temporary bool
	var history string
	cmd := &cobra.Command{
		Use:   "kernel CONNECTION_FILE",
		Short: "Serve a front end (which calls this by itself)",
		Args:  wrongArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			level := slog.LevelWarn
			if verbose {
				level = slog.LevelDebug
			}
			// Standard error is what front ends keep as the kernel's log.
			log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
			if temporary {
				defer removeTemporary(args[0])
			}
			if err := kernel.Run(cmd.Context(), kernel.Config{ConnectionFile: args[0], Log: log, History: history}); err != nil {
				return fmt.Errorf("kernel: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "log what happens to standard error")
	cmd.Flags().StringVar(&history, "history", "", "`FILE` that keeps what was run, or :memory: (default: in the user's data folder)")
	cmd.Flags().BoolVar(&temporary, "temporary", false, "remove the connection file and its folder in the end")
	cmd.Flags().MarkHidden("temporary")
	return cmd
}

// removeTemporary removes what "iyagi run" would have removed, had it not been
// killed. The folder goes if it is empty.
func removeTemporary(connectionFile string) {
	os.Remove(connectionFile)
	os.Remove(filepath.Dir(connectionFile))
}
