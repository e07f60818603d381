package jupytext

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Format is a form of text.
type Format string

// The forms, each named by the extension of its files.
const (
	Markdown Format = "md"
	Percent  Format = "go"
)

// FormatOf returns the form of a file by its name.
func FormatOf(path string) (f Format, ok bool) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".md", ".markdown":
		return Markdown, true
	case ".go":
		return Percent, true
	}
	return "", false
}

// comment is what stands before each line that is no code.
func (f Format) comment() string {
	if f == Percent {
		return "//"
	}
	return ""
}

// name is what jupytext calls the form.
func (f Format) name() string {
	if f == Percent {
		return "percent"
	}
	return "markdown"
}

var (
	packageClause = regexp.MustCompile(`(?m)^\s*package\s+\w`)
	markLine      = regexp.MustCompile(`(?m)^//\s*%%(?:%*\s|$)`)
)

// IsNotebook tells whether the text of a .go file is a notebook: it has a line of // %% before any package clause. A Go program
// with such marks, as some editors have them, stays a program.
func IsNotebook(text []byte) bool {
	mark := markLine.FindIndex(text)
	if mark == nil {
		return false
	}
	clause := packageClause.FindIndex(text)
	return clause == nil || mark[0] < clause[0]
}
