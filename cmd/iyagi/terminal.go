package main

import (
	"os"
	"regexp"

	"golang.org/x/term"
)

// terminal returns the process's own streams.
func terminal() streams {
	return streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		outTTY: term.IsTerminal(int(os.Stdout.Fd())), errTTY: colours(os.Stderr),
		width: func() int {
			w, _, _ := term.GetSize(int(os.Stderr.Fd())) // 0 when it has none
			return w
		},
	}
}

// colours tells whether a stream is a terminal on which colours and a line that
// is written over are welcome (https://no-color.org for the first).
func colours(f *os.File) bool {
	return term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" && os.Getenv("NO_COLOR") == ""
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")

// plain takes the colours out of a text.
func plain(s string) string { return ansi.ReplaceAllString(s, "") }
