package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"iyagi/kernel"
)

func kernelCommand() *cobra.Command {
	var verbose bool
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
			if err := kernel.Run(cmd.Context(), kernel.Config{ConnectionFile: args[0], Log: log, History: history}); err != nil {
				return fmt.Errorf("kernel: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "log what happens to standard error")
	cmd.Flags().StringVar(&history, "history", "", "`FILE` that keeps what was run, or :memory: (default: in the user's data folder)")
	return cmd
}
