package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"iyagi/kernel"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  wrongArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), version())
			return err
		},
	}
}

// version is one line: the kernel's version, and what the binary was built
// from, by what, for what.
func version() string {
	line := "iyagi " + kernel.Version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return line
	}
	setting := map[string]string{}
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	var from []string
	if commit := setting["vcs.revision"]; commit != "" {
		commit = commit[:min(12, len(commit))]
		if setting["vcs.modified"] == "true" {
			commit += ", changed since"
		}
		from = append(from, "commit "+commit)
	}
	from = append(from, info.GoVersion, setting["GOOS"]+"/"+setting["GOARCH"])
	return line + " (" + strings.Join(from, ", ") + ")"
}
